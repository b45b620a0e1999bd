//! What is said about a wrong command line: the option, the value and the way out, all of it at once, and exit code 2.

use crate::cli::{Ended, poolscope, run};
use crate::pty::Terminal;

/// The lines that a wrong command line is answered with.
#[track_caller]
fn refused(args: &[&str]) -> Vec<String> {
    let ended = run(args);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{args:?}: {ended:?}");
    let errors =
        ended.err.lines().filter_map(|line| line.strip_prefix("error: ")).map(str::to_owned).collect();
    assert!(ended.err.contains("--help'"), "no way to more: {}", ended.err);
    errors
}

#[test]
fn each_problem_names_option_value_and_way_out() {
    for (args, said) in [
        (
            &["run", "-w", "1..16"][..],
            "--workers 1..16: one number of workers is wanted here; write 4, 50%, all, +2 or 2x4, or use \
             poolscope sweep",
        ),
        (
            &["run", "-w", "1,2"],
            "--workers 1,2: one number of workers is wanted here; write 4, 50%, all, +2 or 2x4, or use \
             poolscope sweep",
        ),
        (&["run", "-w", "many"], "--workers many: is not a number of workers; write 4, 50%, all, +2 or 2x4"),
        (&["run", "-w", "-3"], "--workers -3: is not a number of workers; write 4, 50%, all, +2 or 2x4"),
        (&["run", "-w", "0"], "--workers 0: nobody would do the work; use 1 or more"),
        (
            &["run", "-s", "serial,threads"],
            "--strategy serial,threads: run takes exactly one strategy; name one, or use poolscope compare",
        ),
        (
            &["compare", "-s", "fork"],
            "--strategy fork: is no strategy; there are serial, threads, processes, hybrid",
        ),
        (
            &["compare", "-s", "serial,serial"],
            "--strategy serial: is named twice; name it once; --repeats runs it again",
        ),
        (
            &["run", "-t", "disk"],
            "--task disk: is no task type; there are cpu, sum, primes, native, sleep, mixed, file, http, command",
        ),
        (
            &["run", "-t", "cpu,sum"],
            "--task cpu,sum: run takes one task type; name one with -t, or a mix as cpu:4,sleep:1, or use poolscope compare",
        ),
        (
            &["run", "-t", "sleep", "--size", "200"],
            "--size 200: does not suit sleep, whose size is time: 200ms",
        ),
        (
            &["run", "--size", "5parsecs"],
            "--size 5parsecs: needs a unit of time: ns, us, ms, s, min or h; \
             for cpu write iterations or time: 5000000, 100ms",
        ),
        (&["run", "-n", "0"], "--tasks 0: there is nothing to do; use 1 to 100 000 000"),
        (&["run", "-n", "1e3"], "--tasks 1e3: is no whole number; write digits, as 40"),
        (&["run", "--chunk", "0"], "--chunk 0: is no chunk size; write auto, or a number of tasks from 1"),
        (
            &["run", "--timeout", "5"],
            "--timeout 5: needs a unit of time: ns, us, ms, s, min or h; write 2s, 500ms or none",
        ),
        (
            &["run", "--timeout", "1us"],
            "--timeout 1.00 µs: is shorter than a task can be stopped; use 1 ms or more, or none",
        ),
        (&["run", "--retries", "1000"], "--retries 1000: is more than any task needs; use 0 to 100"),
        (
            &["run", "--on-error", "panic"],
            "--on-error panic: is no rule for errors; there are continue and stop",
        ),
        (&["run", "--repeats", "0"], "--repeats 0: is out of range; use 1 to 1 000"),
        (&["run", "--seed", "-1"], "--seed -1: is no whole number below 2^64; write digits, as 42"),
        (&["run", "--color", "blue"], "--color blue: is no choice of colours; there are auto, always, never"),
        (
            &["doctor", "--color", "blue"],
            "--color blue: is no choice of colours; there are auto, always, never",
        ),
    ] {
        assert_eq!(refused(args), [said], "{args:?}");
    }
}

#[test]
fn every_problem_is_said_at_once_in_the_order_of_the_options() {
    let said = refused(&[
        "run",
        "--color",
        "blue",
        "--repeats",
        "x",
        "-s",
        "a,b",
        "-w",
        "1,2",
        "-n",
        "0",
        "--size",
        "?",
        "-t",
        "disk",
    ]);
    let options: Vec<&str> = said.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        options,
        ["--task", "--size", "--tasks", "--workers", "--strategy", "--strategy", "--repeats", "--color"]
    );
}

#[test]
fn words_that_nobody_knows_are_refused() {
    assert_eq!(
        refused(&["run", "--runtime", "python"]),
        [
            "--runtime python: is no runtime; there are native, gil (as gil:1ms or gil:ticks=100 too) and simulated \
          (simulated:16)"
        ]
    );
    assert_eq!(refused(&["swap"]), ["unexpected argument 'swap' found"]);
    assert!(
        run(&["swap"])
            .err
            .contains("a command of your own goes behind --; poolscope has run, compare, sweep")
    );
    assert_eq!(refused(&["-w", "4", "run"]), ["unexpected argument 'run' found"]);
    assert!(run(&["-w", "4", "run"]).err.contains("run goes first, its options behind it: poolscope run"));
    assert!(refused(&["completions", "tcsh"])[0].contains("tcsh"));
}

#[test]
fn a_value_cannot_command_the_terminal() {
    let ended = run(&["run", "-w", "\u{1b}[2J\u{202e}4"]);
    assert_eq!(ended.code, Some(2));
    assert!(!ended.err.contains(['\u{1b}', '\u{202e}']), "{:?}", ended.err);
}

#[test]
fn a_scenario_is_known_or_read_and_what_is_wrong_has_its_place() {
    assert_eq!(
        refused(&["compare", "--scenario", "classic"]),
        [
            "--scenario classic: is no scenario; there are classic-io, classic-cpu, five-on-four, io-100ms, cpu-100ms, \
          native-300ms, primes, mixed-500, notes-laptop; a file's name ends in .toml or holds a /"
        ]
    );
    assert_eq!(
        refused(&["compare", "--scenario", "./none.toml"]),
        ["--scenario ./none.toml: No such file or directory (os error 2)"]
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    std::fs::write(
        &file,
        "schema = \"poolscope/scenario/1\"\ntitle = \"x\"\n[[workload]]\ntask = \"disk\"\n",
    )
    .unwrap();
    let said = refused(&["compare", "--scenario", file.to_str().unwrap()]);
    let wrong = format!("{}:4:8: task \"disk\" is no task type", file.display());
    assert!(said.len() == 3 && said[2].starts_with(&wrong), "{said:?}");
}

#[test]
fn the_lab_needs_a_terminal_and_says_what_does_not() {
    let ended = run(&[]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(ended.err.contains("poolscope compare"), "{}", ended.err);
    let mut terminal = Terminal::with_environment(80, 24, &[], &[("TERM", "dumb")]);
    assert_eq!(terminal.ended(), 2);
    terminal.until("poolscope compare");
}

#[test]
fn wrong_options_of_the_lab_are_said_before_the_screen_changes() {
    let mut terminal = Terminal::poolscope(100, 24, &["-w", "some"]);
    assert_eq!(terminal.ended(), 2);
    terminal.until("--workers some");
    assert!(!String::from_utf8_lossy(&terminal.written()).contains("\u{1b}[?1049h"));
}

#[test]
fn nothing_is_asked_of_a_closed_standard_input() {
    let ended: Ended = poolscope(&["run", "-n", "2", "--size", "100", "-q"])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap()
        .into();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

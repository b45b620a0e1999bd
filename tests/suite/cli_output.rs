//! Where output goes, and what happens when it cannot go there.

use std::fs::File;
use std::process::Stdio;

use crate::cli::{Ended, poolscope, run};
use crate::pty::Terminal;

const SMALL: [&str; 9] = ["compare", "-t", "sum", "--size", "1000", "-n", "4", "-w", "2"];

fn small<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SMALL.iter().chain(more).copied().collect()
}

#[test]
fn results_go_to_stdout_and_progress_in_plain_lines_to_stderr() {
    let ended = run(&small(&[]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for way in ["serial", "threads", "processes"] {
        assert!(ended.out.contains(way), "{}", ended.out);
        let lines = ended.err.lines().filter(|line| line.contains(way)).count();
        assert_eq!(lines, 2, "a beginning and an end: {}", ended.err);
    }
    assert!(!ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'), "{ended:?}");
    assert!(ended.out.ends_with('\n'));
    assert!(ended.err.lines().all(|line| line.starts_with('[')), "{}", ended.err);
}

#[test]
fn quiet_says_nothing_but_the_results() {
    let ended = run(&small(&["-q"]));
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("threads"));
}

#[test]
fn colours_come_when_they_are_wanted() {
    assert!(run(&small(&["-q", "--color", "always"])).out.contains('\u{1b}'));
    assert!(!run(&small(&["-q", "--color", "never"])).out.contains('\u{1b}'));
}

#[test]
fn ascii_and_a_c_locale_mean_ascii() {
    assert!(run(&small(&[])).out.contains('×'));
    let ascii = run(&small(&["--ascii"]));
    assert!(ascii.out.is_ascii() && ascii.err.is_ascii(), "{ascii:?}");
    let locale: Ended = poolscope(&small(&[])).env("LC_ALL", "C").output().unwrap().into();
    assert!(locale.out.is_ascii() && locale.err.is_ascii(), "{locale:?}");
}

#[test]
fn a_full_disk_is_an_error_of_its_own() {
    for args in [
        small(&["-q"]),
        small(&["-q", "--json"]),
        small(&["-q", "--csv"]),
        small(&["-q", "--markdown"]),
        vec!["--help"],
        vec!["man"],
        vec!["completions", "bash"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ended: Ended = poolscope(&args).stdout(full).output().unwrap().into();
        assert_eq!(ended.code, Some(4), "{args:?}: {ended:?}");
        assert!(ended.err.contains("write to standard output: No space left"), "{}", ended.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for args in [small(&["-q"]), small(&["-q", "--json"]), vec!["--help"], vec!["man"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended: Ended = poolscope(&args).stdout(Stdio::from(writer)).output().unwrap().into();
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn bars_come_and_go_on_a_terminal_and_the_table_stays() {
    let mut terminal = Terminal::poolscope(
        100,
        30,
        &["compare", "-t", "sleep", "--size", "300ms", "-n", "8", "-w", "2", "-s", "threads,processes"],
    );
    terminal.wait("bars of two workers", |terminal| {
        let text = terminal.text();
        text.contains("threads") && text.contains("w0") && text.contains("w1") && text.contains('█')
    });
    assert_eq!(terminal.ended(), 0);
    terminal.until("processes");
    terminal.wait("the end of the bars", |terminal| !terminal.text().contains('█'));
    terminal.assert_restored();
}

#[test]
fn more_workers_than_rows_are_counted() {
    let mut terminal =
        Terminal::poolscope(80, 12, &["run", "-t", "sleep", "--size", "20s", "-n", "30", "-w", "30"]);
    terminal.until("+22 more");
    terminal.press("\x03");
    assert_eq!(terminal.ended(), 130);
    terminal.assert_restored();
}

#[test]
fn a_terminal_without_a_name_gets_plain_lines() {
    let mut terminal = Terminal::with_environment(100, 30, &small(&[]), &[("TERM", "dumb")]);
    assert_eq!(terminal.ended(), 0);
    terminal.until("processes");
    assert!(!terminal.written().contains(&0x1b), "{:?}", String::from_utf8_lossy(&terminal.written()));
}

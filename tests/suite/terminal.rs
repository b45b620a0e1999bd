//! The real binary in a real pseudo-terminal: what is left of it after every way to end.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::family::Family;
use crate::pty::Terminal;

const ENTER: &str = "\r";
const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";

/// A plan that runs for a minute with two processes, unless it is ended.
const LONG: [&str; 8] = ["-t", "sleep", "--size", "1s", "-n", "120", "-w", "2"];

fn lab(args: &[&str]) -> Terminal {
    let terminal = Terminal::poolscope(120, 40, args);
    terminal.until("Enter");
    terminal
}

/// The Lab with two worker processes at work.
fn lab_with_processes() -> Terminal {
    let mut args = LONG.to_vec();
    args.extend(["-s", "processes"]);
    let mut terminal = lab(&args);
    terminal.press(ENTER);
    terminal.family.until_workers(2);
    terminal.until("blocked");
    terminal
}

#[track_caller]
fn assert_gone(mut terminal: Terminal, status: u32) {
    assert_eq!(terminal.ended(), status, "{}", terminal.text());
    terminal.assert_restored();
    terminal.family.until_extinct();
}

#[test]
fn enter_runs_the_first_plan_each_way_and_q_leaves_the_results_on_the_screen() {
    let mut terminal = lab(&["--size", "20ms"]);
    terminal.press(ENTER);
    terminal.until("same results");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_restored();
    terminal.until("speedup");
    let text = terminal.text();
    for word in ["serial", "threads", "processes"] {
        assert!(text.contains(word), "{text}");
    }
    terminal.family.until_extinct();
}

#[test]
fn q_leaves_the_table_of_a_sweep_and_what_it_recommends_on_the_screen() {
    let mut terminal = lab(&["-t", "sleep", "--size", "10ms", "-n", "8", "--runtime", "simulated:4"]);
    terminal.press("3");
    terminal.until("Enter measures");
    terminal.press(ENTER);
    terminal.until("measures again");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_restored();
    terminal.until("‹ recommended");
    let text = terminal.text();
    assert!(text.contains("Recommended  8 threads: ") && text.contains("tasks/s"), "{text}");
}

#[test]
fn a_sweep_whose_tasks_fail_leaves_status_1() {
    let mut terminal = lab(&["-n", "2", "-s", "threads", "--", "false"]);
    terminal.press("3");
    terminal.until("Enter measures");
    terminal.press(ENTER);
    terminal.until("measures again");
    terminal.press("q");
    assert_gone(terminal, 1);
}

#[test]
fn q_ends_a_run_at_once() {
    let mut terminal = lab_with_processes();
    terminal.press("q");
    assert_gone(terminal, 0);
}

#[test]
fn the_mouse_is_taken_when_it_is_asked_for_and_given_back() {
    let mut terminal = lab(&LONG);
    let mode = |terminal: &Terminal| terminal.screen(vt100::Screen::mouse_protocol_mode);
    assert_eq!(mode(&terminal), vt100::MouseProtocolMode::None);
    terminal.press("m");
    terminal.until("the mouse is on");
    // Presses and the wheel, not every motion.
    assert_eq!(mode(&terminal), vt100::MouseProtocolMode::PressRelease);
    // The button of the plan, wherever it is.
    let text = terminal.text();
    let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains("Run   Enter")).unwrap();
    let column = line[..line.find("Run   Enter").unwrap()].chars().count();
    terminal.press(&format!("\x1b[<0;{};{}M\x1b[<0;{};{}m", column + 1, row + 1, column + 1, row + 1));
    terminal.until("blocked");
    terminal.press("q");
    assert_gone(terminal, 0);
}

#[test]
fn what_was_predicted_stands_beside_what_the_run_took() {
    let args = ["-t", "sleep", "--size", "50ms", "-n", "8", "-w", "2", "-s", "serial,threads"];
    let mut terminal = lab(&args);
    terminal.press("P");
    terminal.until("predicted: serial");
    terminal.press(ENTER);
    terminal.until("same results");
    terminal.until(", took ");
    terminal.press("q");
    assert_gone(terminal, 0);
}

#[test]
fn ctrl_c_ends_a_run_at_once() {
    let mut terminal = lab_with_processes();
    terminal.press(CTRL_C);
    assert_gone(terminal, 130);
}

#[test]
fn q_ends_even_a_run_with_a_hung_thread() {
    let mut args = LONG.to_vec();
    args.extend(["-s", "threads"]);
    let mut terminal = Terminal::with_environment(120, 40, &args, &[("POOLSCOPE_FAULT", "hang:0")]);
    terminal.until("Enter");
    terminal.press(ENTER);
    terminal.until("blocked");
    terminal.press("q");
    assert_gone(terminal, 0);
}

#[test]
fn signals_end_it_with_their_own_status_and_a_clean_terminal() {
    for (name, status) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        let terminal = lab_with_processes();
        terminal.signal(name);
        assert_gone(terminal, status);
    }
}

#[test]
fn a_signal_while_it_starts_leaves_a_clean_terminal() {
    for delay_ms in [0, 2, 5, 10, 20, 50] {
        let mut terminal = Terminal::poolscope(80, 24, &[]);
        std::thread::sleep(Duration::from_millis(delay_ms));
        terminal.signal("TERM");
        let status = terminal.ended();
        // Before its handlers stand the signal ends it as any other program, which has changed nothing yet.
        assert!(status == 143 || status == 1, "{status}");
        terminal.assert_restored();
    }
}

#[test]
fn a_panic_of_the_screen_restores_the_terminal_and_says_so() {
    let mut terminal = Terminal::with_environment(120, 40, &LONG, &[("POOLSCOPE_FAULT", "ui-panic")]);
    terminal.until("Enter");
    terminal.press(ENTER);
    let status = terminal.ended();
    assert_ne!(status, 0);
    terminal.assert_restored();
    terminal.until("panicked");
    terminal.family.until_extinct();
}

#[test]
fn a_panic_of_a_task_does_not_touch_the_screen() {
    let args = ["-t", "cpu", "--size", "1000", "-n", "8", "-w", "2", "-s", "threads"];
    let mut terminal = Terminal::with_environment(120, 40, &args, &[("POOLSCOPE_FAULT", "panic:3")]);
    terminal.until("Enter");
    terminal.press(ENTER);
    terminal.until("1 failed");
    assert!(terminal.screen(vt100::Screen::alternate_screen));
    let text = terminal.text();
    assert!(!text.contains("RUST_BACKTRACE") && !text.contains("stack backtrace"), "{text}");
    terminal.press("q");
    assert_gone(terminal, 1);
}

#[test]
fn no_child_outlives_a_killed_poolscope() {
    for delay_ms in [0, 50, 200] {
        let mut terminal = lab_with_processes();
        std::thread::sleep(Duration::from_millis(delay_ms));
        terminal.signal("KILL");
        terminal.ended();
        terminal.family.until_extinct();
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it_even_if_hang_ups_are_ignored() {
    for before in ["", "trap '' HUP; "] {
        // script(1) holds the only other end of the terminal: killing it closes the terminal.
        let family = Family::new();
        let (name, mark) = family.mark();
        let line =
            format!("{before}exec {} {} -s processes", env!("CARGO_BIN_EXE_poolscope"), LONG.join(" "));
        let mut script = Command::new("script")
            .args(["-q", "-e", "-c", &line, "/dev/null"])
            .env(name, mark)
            .env("TERM", "xterm-256color")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut screen = script.stdout.take().unwrap();
        let reader = std::thread::spawn(move || std::io::copy(&mut screen, &mut std::io::sink()));
        let mut keyboard = script.stdin.take().unwrap();
        let start = Instant::now();
        while family.workers().len() < 2 {
            // Pressed until it is taken: the first may come before the program listens.
            assert!(start.elapsed() < Duration::from_mins(1), "no workers");
            keyboard.write_all(ENTER.as_bytes()).unwrap();
            std::thread::sleep(Duration::from_millis(300));
        }
        script.kill().unwrap();
        script.wait().unwrap();
        family.until_extinct();
        reader.join().unwrap().unwrap();
    }
}

#[test]
fn ctrl_z_gives_the_shell_back_and_fg_goes_on() {
    let mut terminal = Terminal::shell(120, 40);
    terminal.until("prompt>");
    terminal.press("$POOLSCOPE -t sleep --size 500ms -n 20 -w 2 -s processes\r");
    terminal.until("Enter");
    terminal.press(ENTER);
    let workers = terminal.family.until_workers(2);
    terminal.press(CTRL_Z);
    terminal.until("Stopped");
    assert!(!terminal.screen(vt100::Screen::alternate_screen));
    terminal.wait("stopped workers", |_| workers.iter().all(|pid| state(*pid) == Some('T')));
    terminal.press("fg\r");
    terminal.wait("the Lab again", |t| t.screen(vt100::Screen::alternate_screen));
    terminal.until("Workers");
    terminal.wait("workers that go on", |_| workers.iter().all(|pid| state(*pid) != Some('T')));
    terminal.press("q");
    terminal.wait("the normal screen", |t| !t.screen(vt100::Screen::alternate_screen));
    terminal.family.until_workers(0);
}

/// The state of a process, as the kernel writes it; none where there is no such process.
fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[test]
fn it_can_be_resized_at_any_time() {
    let mut terminal = lab_with_processes();
    for (columns, rows) in [(80, 24), (39, 9), (200, 60), (1, 1), (40, 10), (300, 100), (120, 40)] {
        terminal.resize(columns, rows);
        std::thread::sleep(Duration::from_millis(30));
    }
    terminal.until("Workers");
    terminal.resize(39, 9);
    terminal.until("need 40×10");
    terminal.press("q");
    assert_gone(terminal, 0);
}

#[test]
fn without_colour_no_colour_is_written_and_the_selection_stays() {
    let mut terminal = Terminal::with_environment(80, 24, &["--size", "5ms"], &[("NO_COLOR", "1")]);
    terminal.until("Enter");
    terminal.press(ENTER);
    terminal.until("same results");
    let written = String::from_utf8_lossy(&terminal.written()).into_owned();
    for sequence in written.split("\x1b[").skip(1) {
        let (parameters, last) = sequence.split_at(sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap());
        let is_colour = |text: &str| matches!(text.parse(), Ok(30..=49 | 58..=59 | 90..=107));
        let colour = last.starts_with('m') && parameters.split(';').any(is_colour);
        assert!(!colour, "{parameters:?} was written");
    }
    terminal.wait("something that is selected", |terminal| {
        terminal.screen(|screen| {
            let (rows, columns) = screen.size();
            let cells = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
            cells.filter_map(|(row, column)| screen.cell(row, column)).any(vt100::Cell::inverse)
        })
    });
    terminal.press("q");
    assert_gone(terminal, 0);
}

#[test]
fn where_the_locale_has_ascii_alone_nothing_else_is_written() {
    let mut terminal =
        Terminal::with_environment(120, 40, &["--size", "5ms"], &[("LC_ALL", "C"), ("LANG", "C")]);
    terminal.until("Enter");
    terminal.press(ENTER);
    terminal.until("same results");
    terminal.press("2");
    terminal.until("Where the worker time went");
    terminal.press("?");
    terminal.until("Ctrl-L");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_restored();
    let written = terminal.written();
    let foreign: Vec<u8> = written.into_iter().filter(|byte| !byte.is_ascii()).collect();
    assert_eq!(String::from_utf8_lossy(&foreign), "");
}

#[test]
fn runs_are_compared_opened_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--size", "5ms", "-n", "12", "-w", "2"];
    let mut terminal = Terminal::in_folder(120, 40, &args, folder.path());
    terminal.until("Enter");
    terminal.press("2");
    terminal.until("nothing to compare yet");
    terminal.press(ENTER);
    terminal.until("same 12 results every way");
    terminal.until("Where the worker time went");
    terminal.press("d");
    terminal.until("processes instead of serial");
    terminal.press(ENTER);
    terminal.until("Last tasks");
    // To a task of the first worker: from where the line is by now, there is one before or after it.
    terminal.press("np");
    terminal.until("parent pid");
    terminal.press("E");
    terminal.until("12 tasks of processes");
    let written = std::fs::read_to_string(folder.path().join("poolscope-tasks-1.csv")).unwrap();
    assert_eq!(written.lines().count(), 13, "{written}");
    assert!(written.starts_with("run,strategy,") && written.ends_with("\r\n"), "{written}");
    terminal.press("\x1b");
    terminal.until("Where the worker time went");
    // Another comparison of the same work stands beside the first.
    terminal.press("1");
    terminal.until("Plan");
    terminal.press(ENTER);
    terminal.press("2");
    terminal.until("▸6 processes");
    terminal.until("1 serial");
    terminal.press("q");
    assert_gone(terminal, 0);
}

#[test]
fn braces_change_the_switch_interval_of_a_run_that_goes_on() {
    let mut terminal =
        lab(&["-t", "cpu", "--size", "20ms", "-n", "2000", "-w", "2", "-s", "threads", "--runtime", "gil"]);
    terminal.press(ENTER);
    terminal.until("interval 5.00 ms");
    terminal.press("{");
    terminal.until("interval 2.50 ms");
    terminal.press("}}");
    terminal.until("interval 10.0 ms");
    terminal.press("q");
    assert_gone(terminal, 0);
}

#[test]
fn a_sweep_is_edited_stopped_resumed_and_exported_on_its_screen() {
    const HOME: &str = "\x1b[H";
    const DOWN: &str = "\x1b[B";
    let folder = tempfile::tempdir().unwrap();
    let args = ["-t", "sleep", "--size", "1s", "-n", "8"];
    let mut terminal = Terminal::in_folder(120, 40, &args, folder.path());
    terminal.until("Enter");
    terminal.press("3");
    terminal.until("not measured yet");
    terminal.press(&format!("{HOME}{DOWN}{DOWN}{DOWN}1,2,4{ENTER}{DOWN}{DOWN} "));
    terminal.until("15 runs and one to warm up");
    for _ in 0..2 {
        terminal.press(ENTER);
        terminal.until("to warm up");
        terminal.until("blocked");
        terminal.press("x");
        terminal.until("stopped after 0 of 15 runs");
    }
    // Another plan begins anew, and is told of before.
    terminal.press(&format!("p{HOME}{DOWN}5ms{ENTER}"));
    terminal.until("drops what was measured");
    terminal.press(ENTER);
    terminal.wait("what came out", |terminal| {
        let text = terminal.text();
        text.contains("15 runs in") && text.contains("ecommended")
    });
    terminal.press("E");
    terminal.until("poolscope-sweep-1.json");
    let svg = std::fs::read_to_string(folder.path().join("poolscope-sweep-1.svg")).unwrap();
    assert!(svg.starts_with("<svg"));
    terminal.press("q");
    assert_gone(terminal, 0);
}

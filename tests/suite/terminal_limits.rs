//! Terminals that read slowly or not at all, and terminals that change size all the time.

use std::sync::MutexGuard;
use std::time::Duration;

use crate::pty::Terminal;

const ENTER: &str = "\r";
const CTRL_L: &str = "\x0c";

/// Two processes for so many tasks of a tenth of a second.
fn lab(tasks: &str) -> Terminal {
    let args = ["-t", "sleep", "--size", "100ms", "-n", tasks, "-w", "2", "-s", "processes"];
    let mut terminal = Terminal::poolscope(120, 40, &args);
    terminal.until("Enter");
    terminal.press(ENTER);
    terminal.family.until_workers(2);
    terminal.until("blocked");
    terminal
}

/// Has the whole screen drawn again and again, while nobody reads: more than a pseudo-terminal holds.
fn fill(terminal: &mut Terminal) {
    for _ in 0..60 {
        terminal.press(CTRL_L);
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_run_goes_on_while_the_terminal_does_not_read_and_then_the_screen_is_right() {
    let mut terminal = lab("80");
    let reading = terminal.reading();
    let stalled: MutexGuard<'_, ()> = reading.lock().unwrap();
    let before = terminal.written().len();
    fill(&mut terminal);
    // The run is over when its workers are gone, and nobody has seen any of it.
    terminal.family.until_workers(0);
    assert!(terminal.written().len() - before <= 65_536, "it was read");
    assert!(!terminal.text().contains("80/80"), "{}", terminal.text());
    drop(stalled);
    terminal.until("80/80");
    assert!(terminal.text().contains("1 Lab"), "{}", terminal.text());
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_restored();
    terminal.family.until_extinct();
}

#[test]
fn keys_and_signals_end_it_while_the_terminal_does_not_read() {
    for (signal, status) in [(None, 0), (Some("TERM"), 143)] {
        let mut terminal = lab("1000");
        let reading = terminal.reading();
        let stalled = reading.lock().unwrap();
        fill(&mut terminal);
        match signal {
            Some(name) => terminal.signal(name),
            None => terminal.press("q"),
        }
        assert_eq!(terminal.ended(), status);
        terminal.family.until_extinct();
        drop(stalled);
        terminal.assert_restored();
    }
}

#[test]
fn frames_are_small_and_whole() {
    let mut terminal = lab("20");
    terminal.until("20/20");
    let written = terminal.written();
    let count = |what: &[u8]| written.windows(what.len()).filter(|window| *window == what).count();
    let (begun, ended) = (count(b"\x1b[?2026h"), count(b"\x1b[?2026l"));
    assert!(begun > 2 && begun - ended <= 1, "{begun} updates, {ended} of them whole");
    // The screen has 4 800 cells; to draw all of them takes more than so many bytes.
    assert!(written.len() / begun < 4_800, "{} bytes in {begun} frames", written.len());
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn sizes_of_any_kind_are_lived_through() {
    resize(300);
}

#[test]
#[ignore = "ten thousand sizes take minutes"]
fn ten_thousand_sizes_are_lived_through() {
    resize(10_000);
}

/// Claims one size after another, and looks whether the program is alive and no larger than before.
fn resize(times: u32) {
    let mut terminal = lab("100000");
    let mut dice = Dice(42);
    settle(&mut terminal);
    let before = resident_kib(terminal.pid());
    for _ in 0..times {
        let (columns, rows) = match dice.roll(8) {
            0 => (0, 0),
            1 => (u16::MAX, u16::MAX),
            2 => (dice.roll(45), dice.roll(15)),
            3 => (1, 1),
            _ => (dice.roll(300), dice.roll(100)),
        };
        terminal.claim(columns, rows);
        std::thread::sleep(Duration::from_millis(u64::from(dice.roll(8))));
    }
    settle(&mut terminal);
    let after = resident_kib(terminal.pid());
    assert!(after < before + 20 * 1_024, "{before} KiB before, {after} KiB after");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_restored();
    terminal.family.until_extinct();
}

/// Has the usual screen drawn, with a mark to see that it is a new one.
fn settle(terminal: &mut Terminal) {
    terminal.claim(120, 40);
    terminal.press("?");
    terminal.press(CTRL_L);
    terminal.until("Esc close");
    terminal.press("\x1b");
    terminal.press(CTRL_L);
    terminal.until("Workers");
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u16) -> u16 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(sides)) as u16
    }
}

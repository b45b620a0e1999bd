//! Commands under the supervisor, over the same commands run by xargs and GNU parallel, four at a time, in turns. The goal
//! is not to be slower than either: a ratio of 1 at most. `cargo bench --bench commands`

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use poolscope::clock::Clock;
use poolscope::cost::{NotMeasured, Spread};
use poolscope::exec::CancelToken;
use poolscope::exec::command::{Order, Supervisor};

const AT_ONCE: usize = 4;
/// Each: program, arguments, how many, and how often.
const WORK: [(&str, &[&str], u32, u32); 2] = [("true", &[], 500, 31), ("sleep", &["0.05"], 64, 21)];
/// Runners, with the words that make them run a command once for each line, and nothing else.
const OTHERS: [(&str, &[&str]); 2] = [("xargs", &["-P4", "-I{}"]), ("parallel", &["-j4", "-N0"])];

fn main() {
    for (program, arguments, count, pairs) in WORK {
        let Some(path) = found(program) else {
            println!("skipped: there is no {program} in PATH");
            continue;
        };
        let order = Order {
            program: path,
            arguments: arguments.iter().map(Into::into).collect(),
            timeout: None,
            keep: 4_096,
        };
        for (runner, words) in OTHERS {
            let what = format!("{count} × {program} {} / {runner}", arguments.join(" "));
            match found(runner) {
                Some(runner) => harness::say_ratio(&what, compare(&order, count, pairs, &runner, words)),
                None => println!("skipped: {what}: there is no {runner} in PATH"),
            }
        }
    }
}

fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Both include the start of whoever runs the commands.
fn compare(
    order: &Order,
    count: u32,
    pairs: u32,
    runner: &Path,
    words: &[&str],
) -> Result<Spread, NotMeasured> {
    let clock = Clock::monotonic();
    let mut ratios = Vec::new();
    for _ in 0..pairs {
        let begun = clock.now();
        ours(order, count)?;
        let between = clock.now();
        theirs(order, count, runner, words)?;
        ratios.push(between.since(begun).0 as f64 / clock.now().since(between).0 as f64);
    }
    Spread::of(ratios).ok_or_else(|| NotMeasured("no pairs".to_owned()))
}

fn ours(order: &Order, count: u32) -> Result<(), NotMeasured> {
    let failed = |error: std::io::Error| NotMeasured(error.to_string());
    let supervisor = Supervisor::start(Path::new(env!("CARGO_BIN_EXE_poolscope"))).map_err(failed)?;
    let (next, cancel) = (AtomicU32::new(0), CancelToken::default());
    let work = || {
        while next.fetch_add(1, Ordering::Relaxed) < count {
            let report = supervisor.run(order, &cancel).map_err(failed)?;
            if !report.end.is_ok() {
                return Err(NotMeasured(report.end.to_string()));
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let broken = |_| Err(NotMeasured("a thread panicked".to_owned()));
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(broken))
    })
}

fn theirs(order: &Order, count: u32, runner: &Path, words: &[&str]) -> Result<(), NotMeasured> {
    let failed = |error: std::io::Error| NotMeasured(error.to_string());
    let mut command = Command::new(runner);
    command.args(words).arg(&order.program).args(&order.arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::null()).spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        let lines = "a line\n".repeat(count as usize);
        input.write_all(lines.as_bytes()).map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(NotMeasured(format!("{}: {status}", runner.display()))) }
}

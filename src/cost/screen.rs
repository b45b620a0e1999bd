//! What the screen costs, in a real pseudo-terminal: the program is started on it as a person would start it, keys are
//! pressed, and what it writes is read and counted.
//!
//! Its threads are told apart by their names: those of the screen, the collector, the probe and the signals begin with
//! `ps-`. Linux alone says what each has used.

#[cfg(not(target_os = "linux"))]
mod none;
#[cfg(target_os = "linux")]
mod terminal;

use std::path::Path;
use std::process::{Command, Stdio};

use crate::clock::Clock;
use crate::cost::memory::kibibytes;
use crate::cost::{NotMeasured, Rig, Spread, speed};
use crate::plan::size::Compute;
use crate::plan::{Size, TaskType, Workload};
use crate::units::{Bytes, Nanos};

#[cfg(not(target_os = "linux"))]
use none::Terminal;
#[cfg(target_os = "linux")]
use terminal::Terminal;

/// The size of a terminal on which the screen's own cost is measured.
const USUAL: (u16, u16) = (120, 40);
/// A large one, for the first frame.
const LARGE: (u16, u16) = (200, 60);
/// Before a measurement of something that is to be steady.
const SETTLE: Nanos = Nanos::from_millis(800);

/// From starting the program to its first full frame, on 200×60: the median of `goes`.
///
/// # Errors
/// Where there is no terminal to be had, or no frame comes.
pub fn first_frame(rig: &Rig, goes: u32) -> Result<Nanos, NotMeasured> {
    let mut times = Vec::new();
    for _ in 0..goes {
        let mut terminal = Terminal::start(&rig.program, LARGE, &[])?;
        times.push(terminal.first_frame()?.0 as f64);
        terminal.end()?;
    }
    let spread = Spread::of(times).ok_or_else(|| NotMeasured("no frame was waited for".to_owned()))?;
    Ok(Nanos(spread.median as u64))
}

/// What the screen uses, on 120×40.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Use {
    /// CPU time of its own threads while nothing runs, as a share of one core.
    pub idle: f64,
    /// The same while every CPU computes.
    pub busy: f64,
    /// Bytes per second that it writes then.
    pub bytes_per_second: f64,
}

/// Watches the screen for `each` so long while nothing runs, and for as long while tasks of 5 ms run on every CPU.
///
/// # Errors
/// Where there is no terminal to be had, or the program does not do what it should.
pub fn used(rig: &Rig, each: Nanos) -> Result<Use, NotMeasured> {
    let workers = speed::workers(rig);
    // Many times what is needed, for a machine may be faster than it was calibrated; the rest is cancelled.
    let tasks = (each + SETTLE * 2).0 * 20 / 5_000_000 * u64::from(workers);
    let load = Load { task: "cpu", size: "5ms".to_owned(), tasks, workers };
    let mut terminal = Terminal::start(&rig.program, USUAL, &load.words())?;
    terminal.first_frame()?;
    std::thread::sleep(SETTLE.to_std());
    let (idle, _) = used_in(&terminal, each)?;
    terminal.run()?;
    std::thread::sleep(SETTLE.to_std());
    let (busy, bytes_per_second) = used_in(&terminal, each)?;
    if !terminal.is_running() {
        return Err(NotMeasured("the run was over too soon".to_owned()));
    }
    terminal.end()?;
    Ok(Use { idle, busy, bytes_per_second })
}

/// The share of one core that the screen's threads use over a time from now on, and the bytes per second it writes.
fn used_in(terminal: &Terminal, time: Nanos) -> Result<(f64, f64), NotMeasured> {
    let clock = Clock::monotonic();
    let (start, cpu, written) = (clock.now(), own_cpu(terminal.pid())?, terminal.written());
    std::thread::sleep(time.to_std());
    let seconds = clock.now().since(start).as_secs_f64();
    let cpu = own_cpu(terminal.pid())? - cpu;
    Ok((cpu.as_secs_f64() / seconds, (terminal.written() - written) as f64 / seconds))
}

/// CPU time that the threads named `ps-…` of a process have used so far.
fn own_cpu(pid: u32) -> Result<Nanos, NotMeasured> {
    let mut sum = Nanos::ZERO;
    let mut known = false;
    for (name, task) in threads(pid) {
        if name.starts_with("ps-")
            && let Ok(text) = std::fs::read_to_string(task.join("schedstat"))
            && let Some(Ok(ns)) = text.split(' ').next().map(str::parse)
        {
            sum += Nanos(ns);
            known = true;
        }
    }
    if known {
        Ok(sum)
    } else {
        Err(NotMeasured("this kernel does not say what a thread has used".to_owned()))
    }
}

/// The threads of a process: name and folder.
fn threads(pid: u32) -> impl Iterator<Item = (String, std::path::PathBuf)> {
    let folders = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    folders.filter_map(|folder| {
        let name = std::fs::read_to_string(folder.path().join("comm")).ok()?;
        Some((name.trim_end().to_owned(), folder.path()))
    })
}

/// How much longer a run takes when it is watched: elapsed with the screen over elapsed with `run -q`, in `pairs` that
/// alternate in who is first. Tasks of 10 ms on every CPU, a quarter of a second in all.
///
/// # Errors
/// Where one of the runs fails.
pub fn slowdown(rig: &Rig, pairs: u32) -> Result<Spread, NotMeasured> {
    let workers = speed::workers(rig);
    // The same number of iterations every time, whatever each process would calibrate.
    let size = Size::Compute(Compute::Time(Nanos::from_millis(10)));
    let iterations =
        Workload { task: TaskType::Cpu, size, tasks: 1 }.resolve(&rig.engine().costs()).iterations();
    let load = Load { task: "cpu", size: iterations.to_string(), tasks: u64::from(workers) * 25, workers };
    let mut ratios = Vec::new();
    for pair in 0..pairs {
        let (watched, alone) = if pair % 2 == 0 {
            let watched = watched(&rig.program, &load)?;
            (watched, alone(&rig.program, &load)?)
        } else {
            let alone = alone(&rig.program, &load)?;
            (watched(&rig.program, &load)?, alone)
        };
        ratios.push(watched / alone);
    }
    Spread::of(ratios).ok_or_else(|| NotMeasured("no pair was measured".to_owned()))
}

/// Elapsed of a run on the screen, in nanoseconds.
fn watched(program: &Path, load: &Load) -> Result<f64, NotMeasured> {
    let mut terminal = Terminal::start(program, USUAL, &load.words())?;
    terminal.first_frame()?;
    // Calibration, and the cores' first reading, are not part of a run; a headless one waits for both, too.
    std::thread::sleep(SETTLE.to_std() / 2);
    terminal.run()?;
    terminal.until_over()?;
    elapsed(terminal.end()?.as_bytes())
}

/// The same without a screen.
fn alone(program: &Path, load: &Load) -> Result<f64, NotMeasured> {
    let output = Command::new(program)
        .args(["run", "-q", "--json"])
        .args(load.words())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    elapsed(&output.stdout)
}

fn elapsed(json: &[u8]) -> Result<f64, NotMeasured> {
    let results: serde_json::Value =
        serde_json::from_slice(json).map_err(|error| NotMeasured(format!("no results: {error}")))?;
    let run = &results["runs"][0];
    match run["elapsed_ns"].as_f64() {
        Some(elapsed) if run["tasks"]["ok"] == run["tasks"]["total"] => Ok(elapsed),
        _ => Err(NotMeasured("a run did not do all its tasks".to_owned())),
    }
}

/// The most memory that the program with its screen holds at once in a run of `tasks` tasks that do nothing, each of them
/// handed out by itself and recorded (RSS).
///
/// # Errors
/// Where the run fails.
pub fn resident(rig: &Rig, tasks: u64) -> Result<Bytes, NotMeasured> {
    let load = Load { task: "sum", size: "1".to_owned(), tasks, workers: 2 };
    let mut terminal = Terminal::start(&rig.program, USUAL, &load.words())?;
    terminal.first_frame()?;
    terminal.run()?;
    terminal.until_over()?;
    let status = std::fs::read_to_string(format!("/proc/{}/status", terminal.pid()))?;
    let most = kibibytes(&status, "VmHWM:");
    elapsed(terminal.end()?.as_bytes())?;
    most.map(Bytes).ok_or_else(|| NotMeasured("the system does not say what a process holds".to_owned()))
}

/// A run on threads, each task handed out by itself, as options.
struct Load {
    task: &'static str,
    size: String,
    tasks: u64,
    workers: u32,
}

impl Load {
    fn words(&self) -> Vec<String> {
        let (tasks, workers) = (self.tasks.to_string(), self.workers.to_string());
        let words = ["-t", self.task, "--size", &self.size, "-n", &tasks, "-w", &workers];
        words.into_iter().chain(["-s", "threads", "--chunk", "1"]).map(str::to_owned).collect()
    }
}

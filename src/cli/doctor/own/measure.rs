//! The measurements, in an order in which none disturbs the next, and the goals.

use std::path::PathBuf;

use super::{Cost, Goal, Noise, Report, SCHEMA, Unit};
use crate::clock::Clock;
use crate::cost::cores::Stolen;
use crate::cost::{NotMeasured, Rig, cores, dispatch, frame, lane, memory, screen, speed, start};
use crate::plan::{Chunk, Strategy};
use crate::probe;
use crate::units::{Nanos, grouped};

/// Tasks that are recorded in a go of a millisecond or so, and goes.
const RECORDED: (u32, u32) = (10_000, 60);
/// Pairs of a worker's start with a bare one.
const STARTS: u32 = 31;
/// Runs of which the median counts, and of which the best does.
const REPEATS: u32 = 5;
/// Worker processes and threads of a crowd, and how long each of them sleeps.
const CROWDS: (u32, u32, Nanos) = (1_000, 4_096, Nanos::from_secs(5));
/// Pairs of a run that is watched and one that is not.
const PAIRS: u32 = 20;
/// How long the machine is looked at before.
const BEFORE: Nanos = Nanos::from_millis(500);
/// Frames that are drawn.
const FRAMES: u32 = 60;

/// Measures everything; `tell` hears what comes next.
pub(super) fn all(program: PathBuf, tell: impl Fn(&str)) -> Report {
    let clock = Clock::monotonic();
    let begin = clock.now();
    // Before the measurements, which are a load themselves.
    let load = probe::load_average();
    let idle = cores::idle_over(BEFORE);
    let stolen = Stolen::from_now();
    let size = std::fs::metadata(&program).map(|file| file.len() as f64).map_err(NotMeasured::from);
    let rig = Rig::new(program);
    let mut costs = Vec::new();
    the_screen(&rig, &tell, &mut costs);
    tell("recording tasks, and drawing frames");
    lanes_and_frames(&rig, &mut costs);
    tell("handing out empty tasks");
    empty_tasks(&rig, &tell, &mut costs);
    tell("computing and sleeping on every CPU");
    pools(&rig, &mut costs);
    tell("starting workers, and weighing them");
    workers(&rig, &mut costs);
    tell("starting very many workers");
    crowds(&rig, &mut costs);
    tell("reading the cores");
    let difference = cores::largest_difference(&rig);
    let what = "a core's reading against the kernel's counters";
    costs.push(Cost::of("core_reading", what, Unit::Points, Goal::AtMost(2.0), difference));
    let debug = || NotMeasured("this is a debug build".to_owned());
    let size = if cfg!(debug_assertions) { Err(debug()) } else { size };
    costs.push(Cost::of("program", "the program's file", Unit::Bytes, Goal::AtMost(6.0 * MIB), size));
    let machine = Noise {
        cpus_available: rig.engine().machine().available(),
        load,
        idle_percent: idle.map(|share| share.fraction() * 100.0),
        steal_percent: stolen.share().map(|share| share.fraction() * 100.0),
    };
    if machine.is_busy() {
        costs = costs.into_iter().map(Cost::beside_others).collect();
    }
    Report {
        schema: SCHEMA,
        poolscope: env!("CARGO_PKG_VERSION"),
        release: !cfg!(debug_assertions),
        machine,
        seconds: clock.now().since(begin).as_secs_f64(),
        costs,
    }
}

const KIB: f64 = 1024.0;
const MIB: f64 = 1024.0 * 1024.0;

/// The screen, in a pseudo-terminal.
fn the_screen(rig: &Rig, tell: &impl Fn(&str), costs: &mut Vec<Cost>) {
    tell("opening the lab");
    let first = screen::first_frame(rig, 7).map(|time| time.0 as f64);
    let what = "first full frame, 200×60";
    costs.push(Cost::of("first_frame", what, Unit::Nanoseconds, Goal::AtMost(25e6), first));
    tell("watching the lab at work");
    let used = screen::used(rig, Nanos::from_secs(3));
    let part = |part: fn(&screen::Use) -> f64| used.as_ref().map(part).map_err(Clone::clone);
    let percent = Unit::CorePercent;
    let busy = part(|used| used.busy * 100.0);
    costs.push(Cost::of("screen_busy", "the screen's own threads, busy", percent, Goal::AtMost(2.0), busy));
    let idle = part(|used| used.idle * 100.0);
    costs.push(Cost::of("screen_idle", "the screen's own threads, idle", percent, Goal::AtMost(0.3), idle));
    let written = part(|used| used.bytes_per_second);
    let what = "written to the terminal, busy";
    costs.push(Cost::of("screen_output", what, Unit::BytesPerSecond, Goal::AtMost(20_000.0), written));
    tell("running a million tasks in the lab");
    let resident = screen::resident(rig, 1_000_000).map(|bytes| bytes.0 as f64);
    let what = "memory with 1 000 000 tasks (RSS)";
    costs.push(Cost::of("million_tasks", what, Unit::Bytes, Goal::AtMost(200.0 * MIB), resident));
    tell("running pairs, one of each with the lab, one without");
    let what = "a run that is watched against one that is not";
    let slowdown = screen::slowdown(rig, PAIRS);
    costs.push(Cost::of("watched", what, Unit::Ratio, Goal::AtMost(1.01), slowdown).where_pairs_reach());
}

fn lanes_and_frames(rig: &Rig, costs: &mut Vec<Cost>) {
    let (tasks, goes) = RECORDED;
    let (ns, most) = (Unit::Nanoseconds, Goal::AtMost(120.0));
    let told = Ok(lane::journalled(tasks, goes));
    costs.push(Cost::of("record_task", "recording a task, told of by itself", ns, most, told));
    let short = Ok(lane::summarised(tasks, goes));
    costs.push(Cost::of("record_short_task", "recording a task too short for that", ns, most, short));
    let times = frame::times(rig, FRAMES).map(|mut times| {
        times.sort_unstable();
        times.get(times.len() / 2).map_or(0.0, |time| time.0 as f64)
    });
    let what = "one frame of 64 workers × 200 columns";
    costs.push(Cost::of("frame", what, ns, Goal::AtMost(2e6), times));
}

fn empty_tasks(rig: &Rig, tell: &impl Fn(&str), costs: &mut Vec<Cost>) {
    let rate = |strategy, chunk, tasks| dispatch::tasks_per_second(rig, strategy, chunk, tasks, 3);
    let (auto, one) = (Chunk::Auto, Chunk::Tasks(1));
    let threads = Strategy::Threads;
    let processes = Strategy::Processes;
    let rates = [
        rate(threads, auto, 2_000_000),
        rate(threads, one, 1_000_000),
        rate(processes, auto, 2_000_000),
        rate(processes, one, 200_000),
    ];
    tell("handing out empty tasks in Python");
    let peer = dispatch::peer().ok();
    let peers = [
        ("ThreadPool.map", peer.map(|peer| peer.threads_auto)),
        ("ThreadPool.imap", peer.map(|peer| peer.threads_one)),
        ("Pool.map", peer.map(|peer| peer.processes_auto)),
        ("Pool.imap", peer.map(|peer| peer.processes_one)),
    ];
    let goals = [
        ("empty_threads_auto", "empty tasks, 2 threads, chunk auto", 10e6),
        ("empty_threads_1", "empty tasks, 2 threads, chunk 1", 2e6),
        ("empty_processes_auto", "empty tasks, 2 processes, chunk auto", 10e6),
        ("empty_processes_1", "empty tasks, 2 processes, chunk 1", 250e3),
    ];
    for (((name, what, least), rate), (pool, figure)) in goals.into_iter().zip(rates).zip(peers) {
        let cost = Cost::of(name, what, Unit::TasksPerSecond, Goal::AtLeast(least), rate);
        costs.push(cost.beside(pool, figure));
    }
}

fn pools(rig: &Rig, costs: &mut Vec<Cost>) {
    let cpus = speed::workers(rig);
    for (strategy, name, least) in
        [(Strategy::Threads, "speedup_threads", 0.98), (Strategy::Processes, "speedup_processes", 0.97)]
    {
        let what = format!("speedup on {cpus} CPUs by {strategy}, of {cpus}");
        let speedup = speed::speedup(rig, strategy, REPEATS);
        costs.push(Cost::of(name, what, Unit::Ratio, Goal::AtLeast(least), speedup));
    }
    for (strategy, name) in [(Strategy::Threads, "wave_threads"), (Strategy::Processes, "wave_processes")] {
        let what = format!("a wave of sleeping {strategy}, beyond the sleep");
        let late = speed::per_wave(rig, strategy, REPEATS).map(|time| time.0 as f64);
        costs.push(Cost::of(name, what, Unit::Nanoseconds, Goal::AtMost(1e6), late));
    }
}

fn workers(rig: &Rig, costs: &mut Vec<Cost>) {
    let thread = start::thread(rig, STARTS).map(|start| start.ratio);
    let what = "starting a worker thread, against a bare one";
    costs.push(Cost::of("start_thread", what, Unit::Ratio, Goal::AtMost(1.5), thread));
    let process = start::process(rig, STARTS).map(|start| start.ratio);
    let what = "starting a worker process, against a bare one";
    costs.push(Cost::of("start_process", what, Unit::Ratio, Goal::AtMost(2.0), process));
    for (strategy, name, what, most) in [
        (Strategy::Threads, "memory_thread", "memory of one worker thread (PSS)", 16.0 * KIB),
        (Strategy::Processes, "memory_process", "memory of one worker process (PSS)", 256.0 * KIB),
    ] {
        let memory = memory::of_one_worker(rig, strategy).map(|bytes| bytes.0 as f64);
        costs.push(Cost::of(name, what, Unit::Bytes, Goal::AtMost(most), memory));
    }
}

fn crowds(rig: &Rig, costs: &mut Vec<Cost>) {
    let (processes, threads, sleep) = CROWDS;
    let most = |seconds: u64| Goal::AtMost(Nanos::from_secs(seconds).0 as f64);
    for (strategy, workers, (up, gone)) in [
        (Strategy::Processes, processes, ("processes_up", "processes_gone")),
        (Strategy::Threads, threads, ("threads_up", "threads_gone")),
    ] {
        let crowd = start::crowd(rig, strategy, workers, sleep);
        let part = |part: fn(&start::Crowd) -> Nanos| {
            crowd.as_ref().map(|crowd| part(crowd).0 as f64).map_err(Clone::clone)
        };
        let who = format!("{} worker {strategy}", grouped(workers.into()));
        let (come, go) = (part(|crowd| crowd.up), part(|crowd| crowd.gone));
        costs.push(Cost::of(up, format!("{who}, until all are up"), Unit::Nanoseconds, most(3), come));
        costs.push(Cost::of(gone, format!("{who}, until all are gone"), Unit::Nanoseconds, most(1), go));
    }
}

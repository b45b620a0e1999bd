//! `poolscope doctor`: what this machine has, what measuring costs on it, and what is missing, each with the way out.
//!
//! [`Facts`] are gathered once, by [`measure`] where they have to be measured; the table for people and the JSON for
//! programs show the same.

mod measure;
mod own;
mod simulator;
mod table;
mod topology;

use std::path::PathBuf;

use serde::Serialize;

pub(super) use own::examine as examine_self;
pub(super) use simulator::calibrate;

use crate::cli::doctor::measure::Measured;
use crate::cli::doctor::simulator::SimulatorFacts;
use crate::cli::doctor::topology::TopologyFacts;
use crate::engine::{Engine, StartError};
use crate::event::EventFeed;
use crate::headless::terminal::{ColourDepth, Terminal};
use crate::plan::Machine;
use crate::plan::limits::{MAX_PROCESSES, MAX_THREADS};
use crate::probe;
use crate::report::TableStyle;
use crate::report::text::harmless;
use crate::tui;

const SCHEMA: &str = "poolscope/doctor/1";
/// More runnable threads than this share of the CPUs is a machine that is busy with something else.
const BUSY: f64 = 0.5;
/// A reading of the clock, in nanoseconds, from which on it asks the kernel or a device each time.
const SLOW_CLOCK: f64 = 500.0;
/// Open files of the program itself, and of each of its worker processes.
const FILES: (u64, u64) = (64, 2);

/// Examines the machine: for two seconds or so, with a few workers started and ended. The answer ends in a newline.
///
/// # Errors
/// Where nothing can be run at all.
pub(super) fn examine(
    engine: &Engine,
    feed: &EventFeed,
    program: PathBuf,
    json: bool,
    style: &TableStyle,
) -> Result<String, StartError> {
    // Before the measurements, which are a load themselves.
    let load = probe::load_average();
    let looked = Looked {
        load,
        caches: probe::caches(),
        clock: probe::clock_source(),
        tasks: probe::most_tasks(),
        run_delay: probe::tells_run_delay(),
    };
    let facts =
        Facts::of(engine.machine(), &looked, &Terminal::look(), &Measured::on(engine, feed, program)?);
    if !json {
        return Ok(table::table(&facts, style));
    }
    // Only maps with keys that are no strings can fail here, and there are none.
    Ok(serde_json::to_string_pretty(&facts).unwrap_or_default() + "\n")
}

/// What is looked up for `doctor` alone.
#[derive(Debug)]
struct Looked {
    load: Option<f64>,
    caches: Vec<probe::Cache>,
    /// What the clock is read from.
    clock: Option<String>,
    /// The most threads and processes.
    tasks: Option<u64>,
    /// Whether the system tells how long commands wait for a CPU.
    run_delay: bool,
}

/// Everything that there is to say. This is the contract of the JSON.
#[derive(Serialize, Debug)]
struct Facts {
    schema: &'static str,
    poolscope: &'static str,
    machine: MachineFacts,
    /// Null where the system does not say.
    topology: Option<TopologyFacts>,
    costs: Costs,
    workers: Workers,
    simulator: SimulatorFacts,
    /// Where a strategy can be run here, as `--runtime` names it.
    runtimes: [&'static str; 3],
    terminal: TerminalFacts,
    missing: Vec<Missing>,
}

#[derive(Serialize, Debug)]
struct MachineFacts {
    os: String,
    arch: String,
    cpu_model: String,
    cpus: u32,
    cpus_allowed: u32,
    cpu_quota: Option<f64>,
    cpus_available: u32,
    load: Option<f64>,
    memory_available_bytes: u64,
    open_files: Option<u64>,
    /// Threads and processes, those of other programs included.
    tasks: Option<u64>,
}

#[derive(Serialize, Debug)]
struct Costs {
    /// What the clock is read from.
    clock_source: Option<String>,
    /// One reading of the clock.
    clock_ns: f64,
    /// One reading of the CPU time of a thread.
    thread_clock_ns: f64,
    kernels: Vec<Kernel>,
}

/// A kernel's cost, and what a size given as time means.
#[derive(Serialize, Debug)]
struct Kernel {
    task: &'static str,
    iteration_ns: f64,
    iterations_of_100ms: u64,
}

#[derive(Serialize, Debug)]
struct Workers {
    thread_start_ns: Option<u64>,
    process_start_ns: Option<u64>,
    /// Whether the lanes of processes are in memory that they share with us.
    shared_lanes: bool,
}

#[derive(Serialize, Debug)]
struct TerminalFacts {
    name: Option<String>,
    columns: Option<u16>,
    rows: Option<u16>,
    colours: &'static str,
    colours_by: &'static str,
    no_color: bool,
    /// `dark` or `light`, where `COLORFGBG` says.
    background: Option<&'static str>,
    unicode: bool,
    unicode_by: Option<&'static str>,
    /// Which of stdin, stdout and stderr are this terminal.
    streams: Vec<&'static str>,
}

/// Something that is not as it should be.
#[derive(Serialize, Debug, PartialEq, Eq)]
struct Missing {
    what: String,
    way_out: String,
}

impl Facts {
    fn of(machine: &Machine, looked: &Looked, terminal: &Terminal, measured: &Measured) -> Self {
        let starts = &measured.starts;
        let background = terminal.foreground_background.as_deref().and_then(tui::light_background);
        Self {
            schema: SCHEMA,
            poolscope: env!("CARGO_PKG_VERSION"),
            machine: MachineFacts {
                os: harmless(&machine.os),
                arch: harmless(&machine.arch),
                cpu_model: harmless(&machine.cpu_model),
                cpus: machine.cpus,
                cpus_allowed: machine.allowed,
                cpu_quota: machine.quota,
                cpus_available: machine.available(),
                load: looked.load,
                memory_available_bytes: machine.memory_available.0,
                open_files: machine.open_files,
                tasks: looked.tasks,
            },
            topology: TopologyFacts::of(machine, &looked.caches),
            costs: Costs {
                clock_source: looked.clock.as_deref().map(harmless),
                clock_ns: measured.clock_ns,
                thread_clock_ns: measured.thread_clock_ns,
                kernels: measured.kernels(),
            },
            workers: Workers {
                thread_start_ns: starts.thread.map(|time| time.0),
                process_start_ns: starts.process.as_ref().ok().map(|time| time.0),
                shared_lanes: starts.shared_lanes,
            },
            simulator: SimulatorFacts::of(&measured.simulator),
            runtimes: ["native", "gil", "simulated"],
            terminal: TerminalFacts {
                name: terminal.name.as_deref().map(harmless),
                columns: terminal.size.map(|(columns, _)| columns),
                rows: terminal.size.map(|(_, rows)| rows),
                colours: terminal.colours.name(),
                colours_by: terminal.colours_by,
                no_color: terminal.no_colour,
                background: background.map(|light| if light { "light" } else { "dark" }),
                unicode: terminal.unicode,
                unicode_by: terminal.unicode_by,
                streams: terminal.attached.names().collect(),
            },
            missing: missing(machine, looked, terminal, measured),
        }
    }
}

fn missing(machine: &Machine, looked: &Looked, terminal: &Terminal, measured: &Measured) -> Vec<Missing> {
    let starts = &measured.starts;
    let mut list: Vec<Missing> = topology::missing(machine).into_iter().collect();
    let mut add = |what: String, way_out: &str| list.push(Missing { what, way_out: way_out.to_owned() });
    let available = machine.available();
    if let Some(load) = looked.load.filter(|load| *load > BUSY * f64::from(machine.cpus)) {
        add(
            format!("the machine is busy: a load of {load:.2} on {} CPUs", machine.cpus),
            "stop other programs, or repeat runs with --repeats 5",
        );
    }
    if available < machine.cpus {
        add(
            format!("{available} of {} CPUs are available to this program", machine.cpus),
            "ask for more with taskset, or with --cpus of the container",
        );
    }
    if measured.clock_ns > SLOW_CLOCK {
        let what =
            format!("reading the clock takes {:.0} ns, which short tasks will feel", measured.clock_ns);
        add(what, "set the clock source to tsc, where the machine has it");
    }
    let tasks = looked.tasks.unwrap_or(u64::MAX);
    if tasks < u64::from(MAX_THREADS) {
        add(
            format!("at most {tasks} threads and processes"),
            "raise ulimit -u, or --pids-limit of the container",
        );
    }
    if let Err(why) = &starts.process {
        add(format!("worker processes cannot be started: {}", harmless(why)), "use -s serial,threads");
    } else if !starts.shared_lanes {
        add(
            "lanes of processes are not in shared memory, and are late by a little".to_owned(),
            "run on Linux with /proc mounted",
        );
    }
    if !looked.run_delay {
        add(
            "how long commands wait for a CPU is not told, and counts as blocked".to_owned(),
            "use a Linux kernel with CONFIG_SCHED_INFO, as most are",
        );
    }
    let (own, each) = FILES;
    let most = machine.open_files.map_or(u64::MAX, |limit| limit.saturating_sub(own) / each);
    if most < u64::from(MAX_PROCESSES) {
        add(format!("at most {most} worker processes, for want of open files"), "raise ulimit -n");
    }
    if !(terminal.attached.input && terminal.attached.output) {
        add("no terminal on standard input and output, so no lab".to_owned(), "use poolscope compare");
    } else if terminal.colours == ColourDepth::None {
        add("the terminal has no name that promises colours".to_owned(), "set TERM, as xterm-256color");
    }
    if !terminal.unicode {
        add("the locale has ASCII alone, so bars are coarse".to_owned(), "set LANG, as C.UTF-8");
    }
    list
}

#[cfg(test)]
mod tests;

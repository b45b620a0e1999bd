//! The results for programs: the contract `poolscope/run/1`.
//!
//! The structures here are the contract, and not those of the program: what is renamed inside stays the same outside. A
//! test holds the keys. Times are whole nanoseconds, shares and ratios plain numbers.

mod command;
mod pages;
mod simulator;
pub(super) mod sweep;

use serde::Serialize;

use self::command::{CommandFacts, OutputFacts};
use self::pages::PageFacts;
use self::simulator::SimulatorFacts;
use crate::analysis::{
    Finding, GilSummary, GilWorker, PartSummary, RunSummary, Trust, WorkerSummary, compare,
};
use crate::clock::RunTime;
use crate::event::{Percentiles, TaskCounts};
use crate::plan::{GilRule, GilSetup, Machine, Plan, Size, Strategy, TaskType, Work, Workload, mix};
use crate::report::outputs::Outputs;
use crate::report::text::harmless;
use crate::state::{Ledger, Session};
use crate::units::Nanos;

const SCHEMA: &str = "poolscope/run/1";
/// The only delivery so far.
const DELIVERY: &str = "map";

/// The results of a session: pretty-printed, and with a newline at its end. Runs that are not over are not in it. Of what
/// commands printed there is as much as `outputs` says.
pub fn json(session: &Session, outputs: Outputs) -> String {
    let document = Document {
        schema: SCHEMA,
        machine: session.machine.as_ref().map(MachineFacts::of),
        plan: session.plan.as_ref().map(|plan| PlanFacts::of(plan, session)),
        runs: compare(session).runs.iter().map(|run| Run::of(run, session, outputs)).collect(),
        notices: session.notices.iter().map(|words| harmless(words)).collect(),
    };
    // Only maps with keys that are no strings can fail here, and there are none.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    machine: Option<MachineFacts>,
    plan: Option<PlanFacts>,
    runs: Vec<Run>,
    notices: Vec<String>,
}

#[derive(Serialize)]
struct MachineFacts {
    poolscope: &'static str,
    os: String,
    arch: String,
    cpu_model: String,
    cpus: Cpus,
    /// Null of a simulated machine.
    memory_available_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Cpus {
    machine: u32,
    allowed: u32,
    quota: Option<f64>,
    available: u32,
}

impl MachineFacts {
    fn of(machine: &Machine) -> Self {
        Self {
            poolscope: env!("CARGO_PKG_VERSION"),
            os: harmless(&machine.os),
            arch: harmless(&machine.arch),
            cpu_model: harmless(&machine.cpu_model),
            cpus: Cpus {
                machine: machine.cpus,
                allowed: machine.allowed,
                quota: machine.quota,
                available: machine.available(),
            },
            memory_available_bytes: (!machine.is_simulated()).then_some(machine.memory_available.0),
        }
    }
}

#[derive(Serialize)]
struct PlanFacts {
    workloads: Vec<WorkloadFacts>,
    strategies: Vec<&'static str>,
    workers: u32,
    runtime: String,
    delivery: &'static str,
    chunk: u32,
    timeout_ns: Option<u64>,
    retries: u32,
    on_error: String,
    repeats: u32,
    together: bool,
    seed: u64,
    /// Null where the runs are real.
    simulator: Option<SimulatorFacts>,
}

#[derive(Serialize)]
struct WorkloadFacts {
    task: &'static str,
    size: String,
    /// Null for other work.
    command: Option<CommandFacts>,
    /// Null for other work, and for the pages of poolscope's own server.
    urls: Option<Vec<String>>,
    tasks: u64,
    iterations: Option<u64>,
    /// The parts of a mix; null for other work.
    mix: Option<Vec<MixFacts>>,
}

#[derive(Serialize)]
struct MixFacts {
    task: &'static str,
    size: String,
    iterations: Option<u64>,
    weight: u32,
    tasks: u64,
}

impl MixFacts {
    /// The parts of a mix, with what is known of its work after calibration.
    fn of(load: &Workload, work: Option<&Work>) -> Option<Vec<Self>> {
        let Size::Mix(parts) = &load.size else { return None };
        let weights: Vec<(TaskType, u32)> = parts.iter().map(|part| (part.task, part.weight)).collect();
        let counts = mix::tasks_of(&weights, load.tasks);
        let facts = parts.iter().zip(counts).enumerate().map(|(at, (part, tasks))| Self {
            task: part.task.name(),
            size: part.size.to_string(),
            iterations: work.and_then(|work| some(work.parts().get(at)?.0.iterations())),
            weight: part.weight,
            tasks,
        });
        Some(facts.collect())
    }
}

impl PlanFacts {
    fn of(plan: &Plan, session: &Session) -> Self {
        let workloads = plan.workloads.iter().enumerate().map(|(index, load)| WorkloadFacts {
            task: load.task.name(),
            size: load.size.to_string(),
            command: CommandFacts::of(load),
            urls: pages::named(load),
            tasks: load.tasks,
            iterations: session.works.get(index).map(Work::iterations).and_then(some),
            mix: MixFacts::of(load, session.works.get(index)),
        });
        let workers = session.machine.as_ref().map_or(0, |machine| plan.workers.resolve(machine));
        let tasks = plan.workloads.first().map_or(0, |load| load.tasks);
        Self {
            workloads: workloads.collect(),
            strategies: plan.strategies.iter().map(|strategy| strategy.name()).collect(),
            workers,
            runtime: plan.runtime.to_string(),
            delivery: DELIVERY,
            chunk: plan.chunk.resolve(tasks, workers),
            timeout_ns: plan.timeout.map(|timeout| timeout.0),
            retries: plan.retries,
            on_error: plan.on_error.to_string(),
            repeats: plan.repeats,
            together: plan.together,
            seed: plan.seed,
            simulator: plan.runtime.simulated().map(|_| SimulatorFacts::of(&plan.simulator)),
        }
    }
}

#[derive(Serialize)]
struct GilFacts {
    held_ns: u64,
    switches: u64,
    requests: u64,
    forced: u64,
    false_wakes: u64,
    wait_ns: Points,
    /// Changes of the rule while the run went on, the last ones.
    interval_changes: Vec<RuleChange>,
}

#[derive(Serialize)]
struct RuleChange {
    at_ns: u64,
    /// As `--runtime` takes it: `gil:1ms`, `gil:ticks=100`.
    rule: String,
}

impl RuleChange {
    fn of(&(at, rule): &(RunTime, GilRule)) -> Self {
        Self { at_ns: at.0, rule: GilSetup { rule, stretch: Nanos::ZERO }.to_string() }
    }
}

impl GilFacts {
    fn of(gil: &GilSummary, changes: &[(RunTime, GilRule)]) -> Self {
        let GilSummary { counts, wait } = *gil;
        Self {
            held_ns: counts.held.0,
            switches: counts.switches,
            requests: counts.requests,
            forced: counts.forced,
            false_wakes: counts.false_wakes,
            wait_ns: Points::of(wait),
            interval_changes: changes.iter().map(RuleChange::of).collect(),
        }
    }
}

/// What one worker had to do with its interpreter's lock.
#[derive(Serialize)]
struct GilOfWorker {
    held_ns: u64,
    waited_ns: u64,
    switches: u64,
    requests: u64,
    forced: u64,
    false_wakes: u64,
    wait_ns: Points,
}

impl GilOfWorker {
    const fn of(gil: &GilWorker) -> Self {
        let GilWorker { counts, waited, wait } = *gil;
        Self {
            held_ns: counts.held.0,
            waited_ns: waited.0,
            switches: counts.switches,
            requests: counts.requests,
            forced: counts.forced,
            false_wakes: counts.false_wakes,
            wait_ns: Points::of(wait),
        }
    }
}

#[derive(Serialize)]
struct Run {
    strategy: &'static str,
    runtime: String,
    task: &'static str,
    size: String,
    /// Null where tasks do not compute by iterations, or not all by the same: of sleep, and of a mix.
    iterations: Option<u64>,
    repeat: u32,
    workers: u32,
    shape: Option<[u32; 2]>,
    elapsed_ns: u64,
    startup_ns: u64,
    shutdown_ns: u64,
    cpu_ns: u64,
    overhead_cpu_ns: u64,
    /// Of commands alone, as are the next two: null for other work.
    command_cpu_ns: Option<u64>,
    peak_memory_bytes: Option<u64>,
    leaked_processes: Option<u64>,
    tasks: Tasks,
    throughput_per_s: f64,
    speedup: Option<f64>,
    efficiency: Option<f64>,
    digest: Option<String>,
    latency_ns: Points,
    /// The parts of a mix; null for other work.
    parts: Option<Vec<PartFacts>>,
    queue_ns: Points,
    ledger_ns: Parts,
    gil: Option<GilFacts>,
    dropped_events: u64,
    summarised_tasks: u64,
    trust: TrustFacts,
    findings: Vec<FindingFacts>,
    per_worker: Vec<Worker>,
    errors: Vec<TaskError>,
    outputs: Vec<OutputFacts>,
    /// Null for other work.
    pages: Option<Vec<PageFacts>>,
    stopped: Option<String>,
}

impl Run {
    fn of(run: &RunSummary, session: &Session, outputs: Outputs) -> Self {
        let state = session.runs.iter().find(|state| state.start.run == run.run);
        Self {
            strategy: run.strategy.name(),
            runtime: run.runtime.to_string(),
            task: run.task.name(),
            size: run.size.clone(),
            iterations: some(run.iterations),
            repeat: run.repeat,
            workers: run.workers,
            shape: (run.strategy == Strategy::Hybrid).then_some([run.shape.processes, run.shape.threads]),
            elapsed_ns: run.elapsed.0,
            startup_ns: run.startup.0,
            shutdown_ns: run.shutdown.0,
            cpu_ns: run.cpu.0,
            overhead_cpu_ns: run.overhead_cpu.0,
            command_cpu_ns: run.commands.map(|commands| commands.cpu().0),
            peak_memory_bytes: run.commands.and_then(|commands| Some(commands.peak_memory.known()?.0)),
            leaked_processes: run.commands.map(|commands| commands.leaked),
            tasks: Tasks::of(run.tasks),
            throughput_per_s: run.throughput_per_s,
            speedup: run.speedup,
            efficiency: run.efficiency,
            digest: run.digest.map(|digest| format!("{digest:016x}")),
            latency_ns: Points::of(run.latency),
            parts: (!run.parts.is_empty()).then(|| run.parts.iter().map(PartFacts::of).collect()),
            queue_ns: Points::of(run.queue),
            ledger_ns: Parts::of(&run.ledger),
            gil: run.gil.as_ref().map(|gil| GilFacts::of(gil, &run.interval_changes)),
            dropped_events: run.dropped_events,
            summarised_tasks: run.summarised_tasks,
            trust: TrustFacts::of(run.trust.as_ref()),
            findings: run.findings.iter().map(FindingFacts::of).collect(),
            per_worker: run.per_worker.iter().map(Worker::of).collect(),
            errors: run
                .errors
                .iter()
                .map(|(task, message)| TaskError { task: task.0, message: harmless(message) })
                .collect(),
            outputs: state
                .map(|state| outputs.of(state).into_iter().map(OutputFacts::of).collect())
                .unwrap_or_default(),
            pages: state.and_then(PageFacts::of),
            stopped: run.stopped.as_ref().map(|reason| harmless(&reason.to_string())),
        }
    }
}

/// Iterations, where there are any.
fn some(iterations: u64) -> Option<u64> {
    (iterations > 0).then_some(iterations)
}

#[derive(Serialize)]
struct PartFacts {
    task: &'static str,
    tasks: u64,
    ok: u64,
    latency_ns: Points,
}

impl PartFacts {
    const fn of(part: &PartSummary) -> Self {
        let PartSummary { task, tasks, ok, latency, .. } = *part;
        Self { task: task.name(), tasks, ok, latency_ns: Points::of(latency) }
    }
}

#[derive(Serialize)]
struct Tasks {
    total: u64,
    ok: u64,
    error: u64,
    timed_out: u64,
    cancelled: u64,
    lost: u64,
    retried: u64,
}

impl Tasks {
    const fn of(counts: TaskCounts) -> Self {
        let TaskCounts { total, ok, error, timed_out, cancelled, lost, retried } = counts;
        Self { total, ok, error, timed_out, cancelled, lost, retried }
    }
}

#[derive(Serialize)]
struct Points {
    p50: u64,
    p90: u64,
    p99: u64,
    max: u64,
}

impl Points {
    const fn of(points: Percentiles) -> Self {
        let Percentiles { p50: Nanos(p50), p90: Nanos(p90), p99: Nanos(p99), max: Nanos(max) } = points;
        Self { p50, p90, p99, max }
    }
}

/// A ledger: its parts in nanoseconds, in the order of a worker's life. `unexplained` may be below zero.
#[derive(Serialize)]
struct Parts {
    starting: u64,
    computing: u64,
    preempted: u64,
    blocked: u64,
    gil_wait: u64,
    lock_wait: u64,
    sending: u64,
    receiving: u64,
    waiting: u64,
    stopping: u64,
    absent: u64,
    unexplained: i64,
}

impl Parts {
    const fn of(ledger: &Ledger) -> Self {
        Self {
            starting: ledger.starting.0,
            computing: ledger.computing.0,
            preempted: ledger.preempted.0,
            blocked: ledger.blocked.0,
            gil_wait: ledger.gil_wait.0,
            lock_wait: ledger.lock_wait.0,
            sending: ledger.sending.0,
            receiving: ledger.receiving.0,
            waiting: ledger.waiting.0,
            stopping: ledger.stopping.0,
            absent: ledger.absent.0,
            unexplained: ledger.unexplained_ns,
        }
    }
}

#[derive(Serialize)]
struct TrustFacts {
    /// Null where nothing was measured.
    level: Option<u8>,
    reasons: Vec<String>,
}

impl TrustFacts {
    fn of(trust: Option<&Trust>) -> Self {
        let reasons = trust.into_iter().flat_map(|trust| &trust.reasons);
        Self {
            level: trust.map(|trust| trust.level),
            reasons: reasons.map(|words| harmless(words)).collect(),
        }
    }
}

#[derive(Serialize)]
struct FindingFacts {
    kind: &'static str,
    headline: String,
    explain: String,
    next_step: Option<String>,
}

impl FindingFacts {
    fn of(finding: &Finding) -> Self {
        Self {
            kind: finding.kind.name(),
            headline: harmless(&finding.headline()),
            explain: harmless(&finding.explain()),
            next_step: finding.next_step().map(|words| harmless(&words)),
        }
    }
}

#[derive(Serialize)]
struct Worker {
    id: u16,
    pids: Vec<u32>,
    pid: Option<u32>,
    tasks: u64,
    busy_ns: u64,
    phases_ns: Parts,
    gil: Option<GilOfWorker>,
}

impl Worker {
    fn of(worker: &WorkerSummary) -> Self {
        Self {
            id: worker.slot.0,
            pids: worker.pids.clone(),
            pid: worker.pids.last().copied(),
            tasks: worker.tasks,
            busy_ns: worker.busy.0,
            phases_ns: Parts::of(&worker.ledger),
            gil: worker.gil.as_ref().map(GilOfWorker::of),
        }
    }
}

#[derive(Serialize)]
struct TaskError {
    task: u32,
    message: String,
}

#[cfg(test)]
mod tests;

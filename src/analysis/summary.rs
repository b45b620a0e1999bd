//! A run in numbers: everything that a table, a screen or the JSON says about it.

use crate::analysis::finding::{self, Facts};
use crate::analysis::{Finding, Trust};
use crate::clock::RunTime;
use crate::event::{GilCounts, Percentiles, Phase, RunEnd, RunStart, StopReason, TaskCounts};
use crate::ids::{RunId, SlotId, TaskIndex};
use crate::plan::{GilRule, Runtime, Shape, Strategy, TaskType};
use crate::state::{CommandTotals, Ledger, RunState, Session};
use crate::units::Nanos;

/// One run that is over, in numbers. Stops by Ctrl-Z are in none of its times.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    /// Its number within the comparison.
    pub run: RunId,
    /// How it was run.
    pub strategy: Strategy,
    /// Where it was run.
    pub runtime: Runtime,
    /// What a task did.
    pub task: TaskType,
    /// The size of a task, as it was typed in the plan.
    pub size: String,
    /// Iterations of one task, after calibration.
    pub iterations: u64,
    /// Index into the plan's workloads.
    pub workload: usize,
    /// Number of the repeat, from 0.
    pub repeat: u32,
    /// Worker slots: 1 for serial.
    pub workers: u32,
    /// The same as processes with threads.
    pub shape: Shape,
    /// Tasks handed out at a time.
    pub chunk: u32,
    /// How many tasks ended which way.
    pub tasks: TaskCounts,
    /// From the engine accepting the start to the last worker gone.
    pub elapsed: Nanos,
    /// Until the first task started.
    pub startup: Nanos,
    /// From the last outcome known to the last worker gone.
    pub shutdown: Nanos,
    /// The rest of elapsed: from the first task's start to the last outcome.
    pub makespan: Nanos,
    /// CPU time of the workers, from ready to stop.
    pub cpu: Nanos,
    /// What commands took, which is in none of the workers' CPU time; none where tasks are no commands.
    pub commands: Option<CommandTotals>,
    /// CPU time of poolscope's own feeding and reading for the run.
    pub overhead_cpu: Nanos,
    /// Tasks that ended with a value, per second of elapsed.
    pub throughput_per_s: f64,
    /// Elapsed of the serial run of the same workload and repeat, over this run's elapsed. None where there is no such
    /// run, or where one of the two did not do every task: they did not do the same work then.
    pub speedup: Option<f64>,
    /// Speedup per worker: 1 is perfect.
    pub efficiency: Option<f64>,
    /// A number made of all values; the same for every way to run the same work. None unless every task is ok.
    pub digest: Option<u64>,
    /// From a task's start to its outcome, on the worker.
    pub latency: Percentiles,
    /// The parts of a mix, in its order; empty for other work.
    pub parts: Vec<PartSummary>,
    /// From the run's start to a task's start.
    pub queue: Percentiles,
    /// Where the workers' time went: workers × elapsed.
    pub ledger: Ledger,
    /// What its workers had to do with interpreters' locks; none where there are no locks.
    pub gil: Option<GilSummary>,
    /// When the locks' rule was changed while it ran, and to what; the last changes.
    pub interval_changes: Vec<(RunTime, GilRule)>,
    /// Records of lanes that were lost. Totals are exact all the same.
    pub dropped_events: u64,
    /// Tasks too short to be told one by one.
    pub summarised_tasks: u64,
    /// How far the times can be relied on; none of a simulated run, for there nothing was measured.
    pub trust: Option<Trust>,
    /// What is worth knowing, the most important first.
    pub findings: Vec<Finding>,
    /// The worker slots, in order.
    pub per_worker: Vec<WorkerSummary>,
    /// The first few errors of tasks, as the tasks said them: text from outside, not fit for a terminal as it is.
    pub errors: Vec<(TaskIndex, String)>,
    /// Why the run did not go to its end; none if it did.
    pub stopped: Option<StopReason>,
}

/// One part of a mix in a run that is over, in numbers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct PartSummary {
    /// What its tasks did.
    pub task: TaskType,
    /// Iterations of one of them, after calibration.
    pub iterations: u64,
    /// How many of them follow one another in a block.
    pub weight: u32,
    /// How long one of them waits without a CPU, as it was planned.
    pub wait: Nanos,
    /// How many there are.
    pub tasks: u64,
    /// How many of them ended with a value.
    pub ok: u64,
    /// From start to outcome, on the worker.
    pub latency: Percentiles,
}

/// The interpreters' locks of a run that is over, in numbers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct GilSummary {
    /// What happened, all workers together.
    pub counts: GilCounts,
    /// Waits for the lock, those included that were none.
    pub wait: Percentiles,
}

/// One worker slot of a run that is over, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerSummary {
    /// Its slot.
    pub slot: SlotId,
    /// The processes that lived in it, the last one last.
    pub pids: Vec<u32>,
    /// Attempts that ended in it, with a value or otherwise.
    pub tasks: u64,
    /// Time within tasks: computing, preempted or blocked.
    pub busy: Nanos,
    /// Where its time went: elapsed. The ledgers of all slots add up to the run's.
    pub ledger: Ledger,
    /// What it had to do with its interpreter's lock; none where there is none.
    pub gil: Option<GilWorker>,
}

/// One worker slot and the lock of its interpreter, in numbers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct GilWorker {
    /// What happened, and how long it had the lock.
    pub counts: GilCounts,
    /// How long it waited for it, as its ledger has it.
    pub waited: Nanos,
    /// Its waits one by one, those included that were none.
    pub wait: Percentiles,
}

impl RunSummary {
    /// Tasks that failed for good: with an error, out of time, or with their workers.
    pub const fn failed(&self) -> u64 {
        failed(&self.tasks)
    }

    /// The part of the time that workers were blocked in which commands computed: no more than all of it, though a command
    /// with several threads computes for longer than it takes.
    pub fn computed_by_commands(&self) -> Nanos {
        self.commands.map_or(Nanos::ZERO, |commands| commands.cpu().min(self.ledger.blocked))
    }

    /// What tasks waited without a CPU: what their workers were blocked, and of commands what these waited themselves.
    pub fn waited(&self) -> Nanos {
        self.commands.map_or(self.ledger.blocked, |commands| commands.waited().min(self.ledger.blocked))
    }

    /// The task types of a mix with their weights, as `-t` takes them: `cpu:4,sleep:1`. None for other work.
    pub fn mix(&self) -> Option<String> {
        let word = |part: &PartSummary| format!("{}:{}", part.task, part.weight);
        let words: Vec<String> = self.parts.iter().map(word).collect();
        (!words.is_empty()).then(|| words.join(","))
    }

    /// The strategy with its number of workers, and the runtime unless that is the usual one: `threads ×4`.
    pub fn label(&self) -> String {
        self.runtime.after(self.strategy.label(self.shape))
    }
}

/// Tasks that failed for good.
pub(super) const fn failed(counts: &TaskCounts) -> u64 {
    counts.error + counts.timed_out + counts.lost
}

/// A run in numbers; none while it goes on.
pub fn summarise(session: &Session, run: &RunState) -> Option<RunSummary> {
    let end = run.end.as_deref()?;
    let mut summary = bare(session, run, end);
    summary.trust = Trust::of(session, run, summary.makespan);
    summary.findings = finding::detect_all(&Facts::new(session, run, end, &summary));
    Some(summary)
}

/// The numbers of a run, without what they mean.
fn bare(session: &Session, run: &RunState, end: &RunEnd) -> RunSummary {
    let start = &run.start;
    let elapsed = run.elapsed(run.now);
    let speedup = session
        .baseline(run)
        .filter(|_| end.counts.all_ok())
        .map(|serial| ratio(serial.elapsed(serial.now), elapsed));
    let size = session
        .plan
        .as_ref()
        .and_then(|plan| plan.workloads.get(start.workload))
        .map_or_else(|| start.work.label(), |load| load.size.to_string());
    RunSummary {
        run: start.run,
        strategy: start.strategy,
        runtime: start.runtime,
        task: start.work.task(),
        size,
        iterations: start.work.iterations(),
        workload: start.workload,
        repeat: start.repeat,
        workers: start.slots,
        shape: start.shape,
        chunk: start.chunk,
        tasks: end.counts,
        elapsed,
        startup: end.startup.min(elapsed),
        shutdown: end.shutdown.min(elapsed - end.startup),
        makespan: elapsed - end.startup - end.shutdown,
        cpu: end.slots.iter().map(|slot| slot.cpu_time).sum(),
        commands: run.commands.as_ref().map(|log| log.totals),
        overhead_cpu: end.overhead_cpu,
        throughput_per_s: if elapsed == Nanos::ZERO {
            0.0
        } else {
            end.counts.ok as f64 / elapsed.as_secs_f64()
        },
        speedup,
        efficiency: speedup.map(|s| s / f64::from(start.slots.max(1))),
        digest: end.digest,
        latency: end.latency,
        parts: parts(start, end),
        queue: end.queue,
        ledger: Ledger::of(&end.slots, elapsed),
        gil: start
            .runtime
            .gil()
            .map(|_| GilSummary { counts: end.slots.iter().map(|slot| slot.gil).sum(), wait: end.gil_wait }),
        interval_changes: run.rules.iter().copied().collect(),
        dropped_events: run.dropped(),
        summarised_tasks: end.slots.iter().map(|slot| slot.summarised).sum(),
        trust: None,
        findings: Vec::new(),
        per_worker: workers(run, end, elapsed),
        errors: end.errors.clone(),
        stopped: end.stopped.clone(),
    }
}

fn parts(start: &RunStart, end: &RunEnd) -> Vec<PartSummary> {
    let parts = start.work.parts().iter().zip(start.work.tasks_of_parts(start.tasks)).zip(&end.parts);
    parts
        .map(|(((work, weight), tasks), end)| PartSummary {
            task: work.task(),
            iterations: work.iterations(),
            weight: *weight,
            wait: work.waiting(TaskIndex(0)),
            tasks,
            ok: end.ok,
            latency: end.latency,
        })
        .collect()
}

fn workers(run: &RunState, end: &RunEnd, elapsed: Nanos) -> Vec<WorkerSummary> {
    let slots = run.slots.iter().zip(&end.slots).enumerate();
    slots
        .map(|(index, (slot, levels))| WorkerSummary {
            slot: SlotId(index as u16),
            pids: if slot.pids.is_empty() && levels.pid != 0 { vec![levels.pid] } else { slot.pids.clone() },
            tasks: levels.done + levels.failed,
            busy: levels.totals.get(Phase::Computing) + levels.totals.get(Phase::Blocked),
            ledger: Ledger::of(std::slice::from_ref(levels), elapsed),
            gil: run.start.runtime.gil().map(|_| GilWorker {
                counts: levels.gil,
                waited: levels.totals.get(Phase::GilWait),
                wait: end.gil_waits.get(index).copied().unwrap_or_default(),
            }),
        })
        .collect()
}

/// `a / b`; 0 where `b` is zero.
pub(super) fn ratio(a: Nanos, b: Nanos) -> f64 {
    if b == Nanos::ZERO { 0.0 } else { a.0 as f64 / b.0 as f64 }
}

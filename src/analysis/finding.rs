//! Findings: one insight each, detected past a threshold and said in a sentence with this run's numbers.
//!
//! Each kind is a small type with `detect(&Facts) -> Option<Self>`, in the file of its family. A kind that has not
//! enough to go by stays silent. The text of a finding is made once, when it is found.

mod alarm;
mod commands;
mod convoy;
mod gil;
mod hand_over;
mod machine;
mod speedup;
mod tasks;
mod waves;

use std::cmp::Reverse;

use crate::analysis::bounds::{Waves, cpus_worth, handed_out};
use crate::analysis::summary::RunSummary;
use crate::analysis::trust::LONG_ENOUGH;
use crate::event::RunEnd;
use crate::ids::RunId;
use crate::plan::{Costs, GilRule, Strategy, TaskType};
use crate::state::{Ledger, RunState, Session};
use crate::units::{Nanos, Share, plural};

/// Below this part of the CPUs that nobody used before a run, it has to share them.
const QUIET: f64 = 0.9;
/// From this part of all CPUs on that commands keep busy, some of them wait for one.
const CPUS_TAKEN: f64 = 0.7;

/// What a finding is about.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Two ways to do the same work came to different results.
    ResultsDiffer,
    /// The parent's books and the workers' lanes do not count the same tasks.
    BooksDiffer,
    /// Tasks failed for good.
    TasksFailed,
    /// Workers ended before their time.
    WorkersDied,
    /// The run did not go to its end.
    EndedEarly,
    /// How much faster than serial, against what is possible.
    Speedup,
    /// Workers waited for the lock of their interpreter.
    Gil,
    /// Tasks that wait came back late, behind others that compute.
    Convoy,
    /// The last wave of chunks leaves workers idle.
    UnevenWaves,
    /// One task is so long that the others wait for it.
    SlowTask,
    /// Tasks are so short that handing them over takes longer.
    ShortTasks,
    /// Starting and stopping workers is a part that shows.
    StartUp,
    /// Tasks mostly wait without a CPU.
    MostlyWaiting,
    /// How much of the time that workers waited for commands these computed.
    CommandsComputed,
    /// Commands left processes behind.
    ProcessesLeft,
    /// Workers were ready to compute and had no CPU.
    Preempted,
    /// The machine was busy before the run.
    MachineBusy,
    /// A part of the workers' time is in no phase.
    Unexplained,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::ResultsDiffer,
        Self::BooksDiffer,
        Self::TasksFailed,
        Self::WorkersDied,
        Self::EndedEarly,
        Self::Speedup,
        Self::Gil,
        Self::Convoy,
        Self::UnevenWaves,
        Self::SlowTask,
        Self::ShortTasks,
        Self::StartUp,
        Self::MostlyWaiting,
        Self::CommandsComputed,
        Self::ProcessesLeft,
        Self::Preempted,
        Self::MachineBusy,
        Self::Unexplained,
    ];

    /// The word for it in JSON; never changed once used.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResultsDiffer => "results_differ",
            Self::BooksDiffer => "books_differ",
            Self::TasksFailed => "tasks_failed",
            Self::WorkersDied => "workers_died",
            Self::EndedEarly => "ended_early",
            Self::Speedup => "speedup",
            Self::Gil => "gil",
            Self::Convoy => "convoy",
            Self::UnevenWaves => "uneven_waves",
            Self::SlowTask => "slow_task",
            Self::ShortTasks => "short_tasks",
            Self::StartUp => "start_up",
            Self::MostlyWaiting => "mostly_waiting",
            Self::CommandsComputed => "commands_computed",
            Self::ProcessesLeft => "processes_left",
            Self::Preempted => "preempted",
            Self::MachineBusy => "machine_busy",
            Self::Unexplained => "unexplained",
        }
    }

    /// Among what runs it is said once: it follows from what they have in common.
    const fn scope(self) -> Scope {
        match self {
            Self::MachineBusy => Scope::Comparison,
            Self::UnevenWaves
            | Self::SlowTask
            | Self::MostlyWaiting
            | Self::CommandsComputed
            | Self::ProcessesLeft
            | Self::Preempted => Scope::Workload,
            _ => Scope::Strategy,
        }
    }
}

#[derive(Copy, Clone, PartialEq, Eq)]
enum Scope {
    Comparison,
    Workload,
    Strategy,
}

/// How much a finding matters.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Good to know.
    Fact,
    /// Something could be better, and how.
    Advice,
    /// Something went wrong.
    Alarm,
}

/// One insight about a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// How much it matters.
    pub weight: Weight,
    /// The run.
    pub run: RunId,
    /// Index of the run's workload in the plan.
    pub workload: usize,
    /// How the run was run.
    pub strategy: Strategy,
    headline: String,
    explain: String,
    next_step: Option<String>,
}

impl Finding {
    /// One clause, without a full stop: `the last wave leaves 2 of 4 workers idle`.
    pub fn headline(&self) -> String {
        self.headline.clone()
    }

    /// One or two full sentences with the run's numbers.
    pub fn explain(&self) -> String {
        self.explain.clone()
    }

    /// What to do, as a full sentence; none where there is nothing to be done.
    pub fn next_step(&self) -> Option<String> {
        self.next_step.clone()
    }
}

/// What each kind of finding can say about itself.
trait Insight {
    const KIND: FindingKind;
    fn weight(&self) -> Weight;
    fn headline(&self) -> String;
    fn explain(&self) -> String;
    fn next_step(&self) -> Option<String>;
}

/// What findings are detected from.
pub(super) struct Facts<'a> {
    session: &'a Session,
    run: &'a RunState,
    end: &'a RunEnd,
    summary: &'a RunSummary,
}

impl<'a> Facts<'a> {
    pub(super) const fn new(
        session: &'a Session,
        run: &'a RunState,
        end: &'a RunEnd,
        summary: &'a RunSummary,
    ) -> Self {
        Self { session, run, end, summary }
    }

    /// What an insight says, once and for all.
    fn finding<I: Insight>(&self, insight: Option<I>) -> Option<Finding> {
        let insight = insight?;
        Some(Finding {
            kind: I::KIND,
            weight: insight.weight(),
            run: self.summary.run,
            workload: self.summary.workload,
            strategy: self.strategy(),
            headline: insight.headline(),
            explain: insight.explain(),
            next_step: insight.next_step(),
        })
    }

    const fn strategy(&self) -> Strategy {
        self.summary.strategy
    }

    /// Whether there are workers among whom work is shared.
    fn is_pool(&self) -> bool {
        self.strategy() != Strategy::Serial
    }

    fn ledger(&self) -> &Ledger {
        &self.summary.ledger
    }

    /// A part of the ledger as a share of the whole.
    fn share(&self, part: Nanos) -> Share {
        part.share_of(self.ledger().whole())
    }

    /// Whether shares of the ledger say something: the run was long enough, went to its end, and was not suspended in
    /// between, for that lengthens whatever phase each worker was in.
    fn ledger_is_telling(&self) -> bool {
        self.is_whole() && self.is_long_enough() && self.run.suspended == Nanos::ZERO
    }

    /// Whether the tasks took long enough together for their times to mean something.
    fn is_long_enough(&self) -> bool {
        self.summary.makespan >= LONG_ENOUGH
    }

    /// Whether the run went to its end. One that did not has times of its end more than of its tasks.
    const fn is_whole(&self) -> bool {
        self.end.stopped.is_none()
    }

    fn waves(&self) -> Waves {
        let summary = self.summary;
        Waves::of(summary.tasks.total, u64::from(summary.chunk), u64::from(summary.workers))
    }

    /// What the lock's rule was changed from and to while the run went on, as a sentence; none where it was not.
    fn changed_rule(&self) -> Option<String> {
        let (_, last) = self.summary.interval_changes.last()?;
        let first = self.run.start.runtime.gil()?.rule;
        let words = |rule: GilRule| match rule {
            GilRule::Interval(interval) => interval.to_string(),
            GilRule::Ticks(ticks) => plural(u64::from(ticks), "tick"),
        };
        Some(format!(
            "The interval was changed from {} to {} during the run, so it does not compare with others.",
            words(first),
            words(*last)
        ))
    }

    /// Whether nothing was measured, and nobody else was in the way.
    const fn is_simulated(&self) -> bool {
        self.summary.runtime.simulated().is_some()
    }

    /// CPUs' worth of time that the machine has for the run; none where it is not known.
    fn machine_cpus(&self) -> Option<f64> {
        self.session.machine.as_ref().map(cpus_worth)
    }

    /// CPUs' worth of time that the run can have, which may be less: no more workers compute at a time than there are
    /// interpreters whose lock they need.
    fn cpus(&self) -> Option<f64> {
        let cpus = self.machine_cpus()?;
        Some(self.lock_bound().map_or(cpus, |locks| cpus.min(locks)))
    }

    /// No more workers than this compute at a time in the mean, for the locks that they need: as many as there are locks,
    /// and more by those that compute without one beside them. None where nobody's lock is needed.
    fn lock_bound(&self) -> Option<f64> {
        let locked = if self.is_half_locked() { self.locked_share()? } else { 1.0 };
        self.interpreters().map(|locks| f64::from(locks) / locked)
    }

    /// The part of all computing that needs an interpreter's lock, by what tasks should take; none where none does, or it
    /// is not known what they take.
    fn locked_share(&self) -> Option<f64> {
        let costs = self.costs()?;
        let start = &self.run.start;
        let parts = start.work.parts().iter().zip(start.work.tasks_of_parts(start.tasks));
        let (mut locked, mut whole) = (Nanos::ZERO, Nanos::ZERO);
        for ((part, _), tasks) in parts {
            let computing = part.serial_estimate(tasks, &costs) - part.waiting_of_all(tasks);
            whole += computing;
            locked += if part.task().needs_lock() { computing } else { Nanos::ZERO };
        }
        (locked > Nanos::ZERO).then(|| locked.0 as f64 / whole.0 as f64)
    }

    /// What an iteration costs, measured or simulated.
    fn costs(&self) -> Option<Costs> {
        let plan = self.session.plan.as_ref()?;
        if self.is_simulated() { Some(plan.simulator.costs.into()) } else { self.session.costs }
    }

    /// No more speedup than this is possible by how tasks are handed out. Those of a mix are of several lengths and do not
    /// go in waves; of numbers to test nobody knows how long they take.
    fn hand_out_bound(&self) -> Option<f64> {
        let waves = self.waves();
        if !self.is_mix() {
            return Some(waves.bound());
        }
        let work = &self.run.start.work;
        let costs = self.costs().filter(|_| !work.may_end_early())?;
        handed_out(&waves, |index| work.estimate(index, &costs))
    }

    /// Interpreters whose lock tasks need to compute: of each only one worker computes at a time.
    fn interpreters(&self) -> Option<u32> {
        let (task, shape) = (self.summary.task, self.summary.shape);
        self.session.plan.as_ref().and_then(|plan| plan.interpreters(task, shape))
    }

    /// Whether any of its tasks are of this type.
    fn has(&self, task: TaskType) -> bool {
        self.run.start.work.kinds().any(|work| work.task() == task)
    }

    /// Whether its tasks are of several types, and so of no common length.
    fn is_mix(&self) -> bool {
        !self.summary.parts.is_empty()
    }

    /// Whether it has tasks that compute with an interpreter's lock and others that compute without, beside them.
    fn is_half_locked(&self) -> bool {
        self.is_mix() && self.has(TaskType::Native) && self.interpreters().is_some()
    }

    /// Attempts that ended, by the lanes.
    fn attempts(&self) -> u64 {
        self.summary.per_worker.iter().map(|worker| worker.tasks).sum()
    }

    /// Time within tasks, of all workers.
    fn busy(&self) -> Nanos {
        self.summary.per_worker.iter().map(|worker| worker.busy).sum()
    }

    /// What a task takes, in the mean; none before one has ended.
    fn task_mean(&self) -> Option<Nanos> {
        Some(self.busy() / self.attempts()).filter(|mean| *mean > Nanos::ZERO)
    }

    /// The part of a task that needs a CPU, from the serial run if there is one, for there nobody else is in the way.
    fn cpu_share(&self) -> Share {
        let run = self.session.baseline(self.run).unwrap_or(self.run);
        let (ledger, commands) = (run.ledger(), run.commands.as_ref().map(|log| log.totals));
        // Without a serial run, what was preempted would have been computing: it is part of the wait for a CPU only.
        if commands.is_some() && run.start.run == self.run.start.run && self.commands_want_for_cpus() {
            return Share::of(1.0, 1.0);
        }
        let computing = ledger.computing + run.computed_by_commands();
        let waited = commands.map_or(ledger.blocked, |totals| totals.waited().min(ledger.blocked));
        computing.share_of(computing + waited)
    }
}

impl Facts<'_> {
    /// Whether commands may well have waited for a CPU: what the system tells of that leaves out their children, so that their
    /// workers seem to be blocked then as for anything else.
    fn commands_want_for_cpus(&self) -> bool {
        let Some(commands) = self.summary.commands else { return false };
        let busy = self.run.surroundings.idle_before.is_some_and(|idle| idle.fraction() < QUIET);
        let used = commands.cpu().as_secs_f64() / self.summary.makespan.as_secs_f64().max(1e-9);
        busy || self.machine_cpus().is_some_and(|cpus| used > CPUS_TAKEN * cpus)
    }
}

/// Every finding about a run, the most important first.
pub(super) fn detect_all(facts: &Facts) -> Vec<Finding> {
    let gil = gil::GilWait::detect(facts);
    // Where the lock is what bounds it, whoever waited for it says how fast it was.
    let speedup = speedup::Speedup::detect(facts).filter(|speedup| gil.is_none() || !speedup.is_of_gil());
    let mut findings: Vec<Finding> = [
        facts.finding(alarm::ResultsDiffer::detect(facts)),
        facts.finding(alarm::BooksDiffer::detect(facts)),
        facts.finding(alarm::TasksFailed::detect(facts)),
        facts.finding(alarm::WorkersDied::detect(facts)),
        facts.finding(alarm::EndedEarly::detect(facts)),
        facts.finding(speedup),
        facts.finding(gil),
        facts.finding(convoy::Convoy::detect(facts)),
        facts.finding(waves::UnevenWaves::detect(facts)),
        facts.finding(tasks::SlowTask::detect(facts)),
        facts.finding(hand_over::ShortTasks::detect(facts)),
        facts.finding(hand_over::StartUp::detect(facts)),
        facts.finding(tasks::MostlyWaiting::detect(facts)),
        facts.finding(commands::Computed::detect(facts)),
        facts.finding(commands::ProcessesLeft::detect(facts)),
        facts.finding(machine::Preempted::detect(facts)),
        facts.finding(machine::MachineBusy::detect(facts)),
        facts.finding(machine::Unexplained::detect(facts)),
    ]
    .into_iter()
    .flatten()
    .collect();
    // Where something more particular is advised, the general advice of a low speedup is one too many.
    let particular = |other: &Finding| other.kind != FindingKind::Speedup && other.weight == Weight::Advice;
    if findings.iter().any(particular)
        && let Some(speedup) = findings.iter_mut().find(|finding| finding.kind == FindingKind::Speedup)
    {
        speedup.next_step = None;
    }
    findings.sort_by_key(|finding| Reverse(finding.weight));
    findings
}

/// Findings of several runs, the most important first; what they have in common is said once, as the first of them
/// says it that knows what to do.
pub(super) fn together<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = |other: &Finding| {
            let scope = finding.kind.scope();
            other.kind == finding.kind
                && (scope == Scope::Comparison || other.workload == finding.workload)
                && (scope != Scope::Strategy || other.strategy == finding.strategy)
        };
        match kept.iter().position(same) {
            None => kept.push(finding.clone()),
            Some(at) if kept[at].next_step.is_none() && finding.next_step.is_some() => {
                kept[at] = finding.clone();
            }
            Some(_) => {}
        }
    }
    kept.sort_by_key(|finding| (Reverse(finding.weight), finding.workload, finding.kind, finding.run));
    let mut advised = Vec::new();
    for finding in &mut kept {
        // Several findings may advise the same: it is said with the first.
        finding.next_step = finding.next_step.take().filter(|next| !advised.contains(next));
        advised.extend(finding.next_step.clone());
    }
    kept
}

#[cfg(test)]
mod tests;

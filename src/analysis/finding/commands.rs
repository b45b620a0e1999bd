//! What commands did with the time that workers waited for them, and what they left behind.

use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::words::percent;
use crate::event::PeakMemory;
use crate::plan::Strategy;
use crate::units::{Nanos, Share, grouped, plural};

/// How much of the time that workers waited for commands these computed.
pub(super) struct Computed {
    share: Share,
    /// How much of it, at least, they were ready and had no CPU.
    delayed: Share,
    /// CPUs that one of them kept busy, in the mean.
    cpus: f64,
    cpu: Nanos,
    peak: PeakMemory,
}

impl Computed {
    /// Silent where tasks are no commands, and where they took too little time for the system to tell.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let totals = facts.summary.commands.filter(|totals| totals.ended > 0)?;
        // What they were kept from their CPUs is told as preempted, and is time that workers waited for them all the same.
        let waited = facts.ledger().blocked + totals.run_delay;
        (facts.is_long_enough() && waited > Nanos::ZERO).then(|| Self {
            share: facts.summary.computed_by_commands().share_of(waited),
            delayed: totals.run_delay.share_of(waited),
            cpus: totals.cpu().as_secs_f64() / totals.elapsed.as_secs_f64().max(1e-9),
            cpu: totals.cpu(),
            peak: totals.peak_memory,
        })
    }
}

impl Insight for Computed {
    const KIND: FindingKind = FindingKind::CommandsComputed;

    fn weight(&self) -> Weight {
        Weight::Fact
    }

    fn headline(&self) -> String {
        format!("the commands computed {} of the time", percent(self.share))
    }

    fn explain(&self) -> String {
        let several =
            if self.cpus > 1.05 { format!(" (each on {:.1} CPUs)", self.cpus) } else { String::new() };
        let delayed = match self.delayed.percent() {
            0 => String::new(),
            percent => format!(", and were ready without a CPU for at least {percent} % of it"),
        };
        format!(
            "workers were blocked while commands ran, and the commands computed {} of that time{several}{delayed}: {} of CPU time in all, and {} of memory{}.",
            percent(self.share),
            self.cpu,
            self.peak,
            if self.peak.known().is_some() { " at most" } else { " each" }
        )
    }

    fn next_step(&self) -> Option<String> {
        None
    }
}

/// Commands that ended while processes of theirs went on.
pub(super) struct ProcessesLeft {
    pub(super) strategy: Strategy,
    /// None where it is not known which tasks left them.
    pub(super) tasks: Option<u64>,
    pub(super) processes: u64,
}

impl ProcessesLeft {
    /// Silent where none did.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let totals = facts.summary.commands.filter(|totals| totals.leaked > 0)?;
        let tasks = (!totals.unsure).then_some(totals.leaky);
        Some(Self { strategy: facts.strategy(), tasks, processes: totals.leaked })
    }
}

impl Insight for ProcessesLeft {
    const KIND: FindingKind = FindingKind::ProcessesLeft;

    fn weight(&self) -> Weight {
        Weight::Alarm
    }

    fn headline(&self) -> String {
        match self.tasks {
            Some(tasks) => format!("{} left processes behind", plural(tasks, "task")),
            None => "processes were left behind".to_owned(),
        }
    }

    fn explain(&self) -> String {
        let (strategy, processes) = (self.strategy, self.processes);
        match self.tasks {
            Some(tasks) => {
                let (tasks, left) = (plural(tasks, "task"), plural(processes, "process"));
                let were = if processes == 1 { "it was" } else { "they were" };
                format!("with {strategy} {tasks} left processes behind ({left}); {were} killed.")
            }
            None => format!(
                "with {strategy} processes were left behind ({}); they were killed.",
                grouped(processes)
            ),
        }
    }

    fn next_step(&self) -> Option<String> {
        Some("Let the command wait for what it starts.".to_owned())
    }
}

//! What the machine did: others on its CPUs, too many workers for them, and time that nobody can explain.

use super::{Facts, FindingKind, Insight, Weight};
use crate::analysis::trust::{IDLE_BEFORE, floor_percent};
use crate::analysis::words::{percent, verb};
use crate::plan::Strategy;
use crate::units::{Nanos, Share, plural};

/// From this part of the workers' time on, being without a CPU shows.
const PREEMPTED: f64 = 0.10;
/// Tasks that compute for at least this part of their time keep as many CPUs busy as there are workers: what they wait for
/// is too little for one worker more.
pub(super) const COMPUTES: f64 = 0.95;
/// From this part of the workers' time on, what is in no phase is too much to pass over.
const UNEXPLAINED: f64 = 0.05;

/// Workers that were ready to compute and had no CPU.
pub(super) struct Preempted {
    strategy: Strategy,
    share: Share,
    workers: u64,
    /// CPUs' worth of time, where the machine is known.
    cpus: Option<f64>,
    /// Workers that keep the CPUs busy: more than there are CPUs where tasks also wait.
    useful: Option<u64>,
    /// Whether other strategies ran at the same time.
    together: bool,
    /// Whether no other program can be in the way.
    simulated: bool,
    /// Whether tasks are commands, which are what was ready to compute.
    commands: bool,
}

impl Preempted {
    /// Silent for runs that were short, ended early, or were suspended in between.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let share = facts.share(facts.ledger().preempted);
        (share.fraction() > PREEMPTED && facts.ledger_is_telling()).then(|| Self {
            strategy: facts.strategy(),
            share,
            workers: u64::from(facts.summary.workers),
            cpus: facts.cpus(),
            useful: facts.saturating_workers().filter(|_| facts.cpu_share().fraction() < COMPUTES),
            together: facts.session.plan.as_ref().is_some_and(|plan| plan.at_once() > 1),
            simulated: facts.is_simulated(),
            commands: facts.summary.commands.is_some(),
        })
    }

    /// `4 threads`, `2 processes`, `serial`, `the commands of 4 threads`, and whose time it is.
    fn who(&self) -> (String, &'static str) {
        let (who, their) = self.workers();
        if self.commands { (format!("the commands of {who}"), "their") } else { (who, their) }
    }

    fn workers(&self) -> (String, &'static str) {
        match self.strategy {
            Strategy::Serial => ("serial".to_owned(), "its"),
            Strategy::Threads => (plural(self.workers, "thread"), verb(self.workers, "its", "their")),
            Strategy::Processes => (plural(self.workers, "process"), verb(self.workers, "its", "their")),
            Strategy::Hybrid => (plural(self.workers, "worker"), verb(self.workers, "its", "their")),
        }
    }

    /// The CPUs, if there are more workers than that.
    fn too_few(&self) -> Option<u64> {
        self.cpus.filter(|cpus| self.workers as f64 > *cpus).map(|cpus| cpus.ceil().max(1.0) as u64)
    }
}

impl Insight for Preempted {
    const KIND: FindingKind = FindingKind::Preempted;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        let (who, their) = self.who();
        format!("{who} had no CPU for {} of {their} time", percent(self.share))
    }

    fn explain(&self) -> String {
        let share = percent(self.share);
        let (who, their) = self.who();
        match self.too_few() {
            _ if self.together => format!(
                "{who} {} ready to compute and had no CPU for {share} of {their} time: other strategies ran at once.",
                if their == "its" { "was" } else { "were" }
            ),
            Some(cpus) => format!(
                "{who} shared {}: for {share} of {their} time they were ready to compute and had none.",
                plural(cpus, "CPU")
            ),
            None => format!(
                "{who} {} ready to compute and had no CPU for {share} of {their} time: {} had it.",
                if their == "its" { "was" } else { "were" },
                if self.simulated { "other workers" } else { "other programs" }
            ),
        }
    }

    fn next_step(&self) -> Option<String> {
        Some(match (self.too_few(), self.useful) {
            _ if self.together => "Run the strategies one after another, to compare them.".to_owned(),
            (Some(cpus), Some(useful)) if useful < self.workers => format!(
                "Tasks also wait: {} would keep {} busy.",
                plural(useful, "worker"),
                plural(cpus, "CPU")
            ),
            // Fewer of them would leave CPUs idle while tasks wait.
            (Some(_), Some(_)) => return None,
            (Some(cpus), None) => format!("For computing, {} would do as much.", plural(cpus, "worker")),
            (None, _) if self.simulated => return None,
            (None, _) => "Close what else runs, and run it again.".to_owned(),
        })
    }
}

/// A machine that had other work to do.
pub(super) struct MachineBusy {
    idle: Share,
}

impl MachineBusy {
    /// Silent where the cores were not read before the run.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let idle = facts.run.surroundings.idle_before.filter(|idle| idle.fraction() < IDLE_BEFORE)?;
        Some(Self { idle })
    }
}

impl Insight for MachineBusy {
    const KIND: FindingKind = FindingKind::MachineBusy;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        format!("the machine was {} % idle before the run", floor_percent(self.idle))
    }

    fn explain(&self) -> String {
        format!(
            "before the run the CPUs were only {} % idle: other programs share them, and times come out longer than they need be.",
            floor_percent(self.idle)
        )
    }

    fn next_step(&self) -> Option<String> {
        Some("Close what else runs, and run it again.".to_owned())
    }
}

/// A ledger that does not close.
pub(super) struct Unexplained {
    strategy: Strategy,
    ns: i64,
    share: Share,
}

impl Unexplained {
    /// Silent for runs that were short, ended early, or were suspended in between.
    pub(super) fn detect(facts: &Facts) -> Option<Self> {
        let ns = facts.ledger().unexplained_ns;
        let whole = facts.summary.elapsed * u64::from(facts.summary.workers);
        let share = Nanos(ns.unsigned_abs()).share_of(whole);
        (share.fraction() > UNEXPLAINED && facts.ledger_is_telling()).then(|| Self {
            strategy: facts.strategy(),
            ns,
            share,
        })
    }
}

impl Insight for Unexplained {
    const KIND: FindingKind = FindingKind::Unexplained;

    fn weight(&self) -> Weight {
        Weight::Advice
    }

    fn headline(&self) -> String {
        format!("{} of the workers' time is unexplained", percent(self.share))
    }

    fn explain(&self) -> String {
        let time = Nanos(self.ns.unsigned_abs());
        let share = percent(self.share);
        if self.ns < 0 {
            format!("the phases of {} add up to {time} ({share}) more than its workers lived.", self.strategy)
        } else {
            format!("{time} ({share}) of the time of {} is in no phase.", self.strategy)
        }
    }

    fn next_step(&self) -> Option<String> {
        Some("Take the shares of this run with care; this may be a fault of poolscope.".to_owned())
    }
}

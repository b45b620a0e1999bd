//! What the command line of a sweep means: a plan like any other, and numbers of workers. The screen takes those too: its
//! Lab runs the most of them, and its Sweep measures them all.

use super::{Purpose, Reading};
use crate::cli::args::{PlanArgs, SweepArgs};
use crate::cli::usage::Wrong;
use crate::plan::strategy::WorkerCountError;
use crate::plan::{Field, Machine, Plan, Strategy, TaskType, WorkerCount};
use crate::sweep::save::SaveFile;
use crate::sweep::{Counts, SweepPlan};
use crate::units::Nanos;

/// Where there is no upper end, tasks are made for at least so many workers.
const OPEN: u32 = 16;

/// The most workers that are asked for, for which there should be enough tasks.
pub(super) fn widest(args: &PlanArgs, machine: &Machine) -> WorkerCount {
    let counts: Counts = args.workers.as_deref().and_then(|text| text.parse().ok()).unwrap_or_default();
    let open = counts.begins().map(|first| OPEN.max(4 * machine.available()).max(first));
    let most = counts.fixed(machine).iter().map(|count| count.resolve(machine)).chain(open).max();
    // What is too much is refused, number by number, when all are checked.
    WorkerCount::Exactly(most.unwrap_or(1).min(1_024))
}

impl SweepArgs {
    /// The sweep that these options mean on `machine`.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(in crate::cli) fn sweep(&self, machine: &Machine) -> Result<SweepPlan, Vec<Wrong>> {
        let mut reading = Reading::new(Purpose::Sweep);
        let mut plan = reading.plan(&self.plan, machine);
        self.as_saved(&mut plan);
        let machine = &*plan.machine(machine);
        let counts = reading.counts(self.plan.workers.as_deref());
        if self.plan.together {
            let said =
                "the runs of a sweep go one after another, or they could not be compared; leave it out";
            reading.wrongs.push(Wrong::new("--together", "(given)", said));
        }
        let max_time = self.max_time.as_deref().and_then(|text| reading.max_time(text));
        let repeats = self.plan.repeats.as_ref().map(|_| plan.repeats);
        let sweep = SweepPlan { plan, counts, repeats, max_time }.settled();
        let problems = sweep.problems(machine).into_iter();
        let problems = problems.filter(|problem| !reading.unread.contains(&problem.field)).map(Wrong::from);
        reading.wrongs.extend(problems.collect::<Vec<_>>());
        reading.wrongs.extend(self.plan.consent(&sweep.plan, || sweep.asks(machine).lines).err());
        if reading.wrongs.is_empty() { Ok(sweep) } else { Err(reading.wrongs) }
    }
}

impl SweepArgs {
    /// Has the tasks and the size of what a file holds where these are not typed: the usual ones are made for the largest
    /// number of workers, and points with others could not be added.
    fn as_saved(&self, plan: &mut Plan) {
        let saved =
            self.save.as_deref().filter(|_| self.plan.scenario.is_none()).and_then(SaveFile::workload);
        let (Some(saved), [load]) = (saved, plan.workloads.as_mut_slice()) else { return };
        let given = matches!(load.task, TaskType::Http | TaskType::Command);
        if given || load.tasks_text() != saved.tasks_text() {
            return;
        }
        if self.plan.tasks.is_none() {
            load.tasks = saved.tasks;
        }
        if self.plan.size.is_none() {
            load.size = saved.size;
        }
    }
}

impl PlanArgs {
    /// Whether several numbers of workers are named, or a range of them.
    pub(super) fn names_several_workers(&self) -> bool {
        let read = self.workers.as_deref().map(str::parse::<WorkerCount>);
        matches!(read, Some(Err(WorkerCountError::Several(_))))
    }

    /// The numbers of workers that the screen is to sweep; none where it was given one, or nothing.
    pub(in crate::cli) fn swept_workers(&self) -> Option<Counts> {
        let text = self.workers.as_deref().filter(|_| self.names_several_workers())?;
        text.parse().ok()
    }
}

impl Reading {
    /// Gives the Lab the most of several numbers of workers; where they have no end, as many as it has without them.
    pub(super) fn most_workers(&mut self, args: &PlanArgs, machine: &Machine, plan: &mut Plan) {
        let counts = self.counts(args.workers.as_deref());
        let most = counts.fixed(machine).into_iter().max_by_key(|count| count.resolve(machine));
        plan.workers = most.filter(|_| !counts.is_open()).unwrap_or(plan.workers);
    }

    /// The ways to run it: threads, unless something else is said. A plain loop has one worker and is measured anyway.
    pub(super) fn swept(&mut self, args: &PlanArgs, from_scenario: bool, plan: &mut Plan) {
        if args.strategy.is_empty() {
            plan.strategies.retain(|strategy| from_scenario && *strategy != Strategy::Serial);
        } else if plan.strategies.contains(&Strategy::Serial) {
            let said =
                "serial has one worker, which a sweep measures anyway; name threads, processes or hybrid";
            self.misread(Field::Strategy, &args.strategy.join(","), said);
        }
        if plan.strategies.is_empty() {
            plan.strategies.push(Strategy::Threads);
        }
    }

    fn counts(&mut self, text: Option<&str>) -> Counts {
        let Some(text) = text else { return Counts::default() };
        text.parse().unwrap_or_else(|error| {
            self.unreadable(Field::Workers, text, &error);
            Counts::default()
        })
    }

    fn max_time(&mut self, text: &str) -> Option<Nanos> {
        match text.parse() {
            Ok(Nanos::ZERO) => {
                self.wrongs.push(Wrong::new("--max-time", text, "is no time at all; write 30s or 5min"));
                None
            }
            Ok(time) => Some(time),
            Err(error) => {
                self.wrongs.push(Wrong::new("--max-time", text, format!("{error}; write 30s or 5min")));
                None
            }
        }
    }
}

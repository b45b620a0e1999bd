//! What a sweep should measure, before it has: what one worker should do, and the most that any number of workers should,
//! by calibration. Axes and the ideal line are drawn from it until there is something better, so that the picture is there
//! from the first frame and points have a place to come to.

use crate::plan::{Costs, Machine, Plan, WorkerCount};
use crate::sweep::SweepPlan;
use crate::tui::forecast::Forecast;

/// What is expected of a sweep.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Expected {
    /// Tasks per second of one worker; none where nobody knows how long a task takes.
    pub(crate) one: Option<f64>,
    /// Tasks per second of as many workers as do the most.
    pub(crate) most: Option<f64>,
    /// What a task of the plan in the form amounts to, in words.
    pub(crate) size: String,
    curve: Option<(SweepPlan, u32, Costs)>,
    form: Option<(Plan, Costs)>,
}

impl Expected {
    /// Works it out again where it is for another sweep, for other numbers of workers up to `widest`, or for other costs.
    pub(crate) fn follow(&mut self, sweep: &SweepPlan, widest: u32, machine: &Machine, costs: Costs) {
        let key = (sweep.clone(), widest, costs);
        if self.curve.as_ref() == Some(&key) {
            return;
        }
        self.one = rate(sweep, 1, machine, &costs);
        let cpus = sweep.plan.machine(machine).available();
        let wide = [widest, widest.min(cpus)].map(|workers| rate(sweep, workers, machine, &costs));
        self.most = wide.into_iter().flatten().reduce(f64::max).filter(|_| self.one.is_some());
        self.curve = Some(key);
    }

    /// The same for the words about the plan in the form.
    pub(crate) fn follow_form(&mut self, plan: &Plan, costs: Costs) {
        let key = (plan.clone(), costs);
        if self.form.as_ref() != Some(&key) {
            self.size = Forecast::of_tasks(plan, &costs).size_words(plan);
            self.form = Some(key);
        }
    }
}

/// Tasks per second of the strategy that should do the most with so many workers.
fn rate(sweep: &SweepPlan, workers: u32, machine: &Machine, costs: &Costs) -> Option<f64> {
    let plan = Plan { workers: WorkerCount::Exactly(workers), together: false, ..sweep.plan.clone() };
    let tasks = plan.workloads.first()?.tasks as f64;
    let forecast = Forecast::of(&plan, machine, costs);
    // Of a bound there is no rate.
    let known = plan.strategies.iter().filter_map(|strategy| forecast.run(0, *strategy));
    let rates = known.filter(|run| !run.at_most).map(|run| tasks / run.elapsed.as_secs_f64().max(1e-9));
    rates.reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Size, Strategy, TaskType};
    use crate::sweep::Counts;
    use crate::tui::script::COSTS;

    fn sweep(task: TaskType, size: &str) -> SweepPlan {
        let mut plan = Plan::for_task(task, &Machine::example(4));
        plan.workloads[0].size = Size::parse(task, size).unwrap();
        plan.workloads[0].tasks = 96;
        plan.strategies = vec![Strategy::Threads, Strategy::Processes];
        SweepPlan { plan, counts: Counts::default(), repeats: None, max_time: None }
    }

    fn expected(sweep: &SweepPlan, widest: u32) -> (Option<f64>, Option<f64>) {
        let mut expected = Expected::default();
        expected.follow(sweep, widest, &Machine::example(4), COSTS);
        let whole = |rate: f64| rate.round();
        (expected.one.map(whole), expected.most.map(whole))
    }

    #[test]
    fn computing_is_bounded_by_the_cpus_and_waiting_by_nothing() {
        assert_eq!(expected(&sweep(TaskType::Cpu, "10ms"), 16), (Some(100.0), Some(400.0)));
        assert_eq!(expected(&sweep(TaskType::Sleep, "10ms"), 16), (Some(100.0), Some(1600.0)));
    }

    #[test]
    fn the_best_strategy_counts_where_a_lock_holds_the_others() {
        let mut sweep = sweep(TaskType::Cpu, "10ms");
        sweep.plan.runtime = "gil".parse().unwrap();
        assert_eq!(expected(&sweep, 8), (Some(100.0), Some(400.0)));
        sweep.plan.strategies = vec![Strategy::Threads];
        assert_eq!(expected(&sweep, 8), (Some(100.0), Some(100.0)));
    }

    #[test]
    fn nobody_knows_what_a_file_takes() {
        assert_eq!(expected(&sweep(TaskType::File, "1MiB"), 8), (None, None));
    }
}

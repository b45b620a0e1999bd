//! What differs between two runs of the same work: of how they were run, and of what came out. In words, one point each;
//! what differs by less than repeats of one run do is not a difference.

use crate::analysis::RunSummary;
use crate::analysis::summary::ratio;
use crate::analysis::words::{part_name, percent, times};
use crate::plan::{Plan, Strategy};
use crate::units::{Nanos, grouped, plural};

/// Times whose ratio is within this of 1 are the same.
const SAME: f64 = 0.02;
/// Lengths of starting and ending that differ by less are the same.
const LEAST: Nanos = Nanos::from_millis(1);
/// Shares of the ledger that differ by less, in percent, are the same.
const POINTS: u32 = 2;
/// The most parts of the ledger that are named.
const MOST_PARTS: usize = 4;

/// What differs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Differences {
    /// Of how they were run: `2 workers instead of 1`.
    pub plan: Vec<String>,
    /// Of what came out: `elapsed 0.26×`.
    pub outcome: Vec<String>,
}

/// A run, and the plan of its comparison.
type Planned<'a> = (&'a RunSummary, &'a Plan);

/// What differs of `run` from `base`.
pub fn differences(run: Planned<'_>, base: Planned<'_>) -> Differences {
    Differences { plan: of_plan(run, base), outcome: of_outcome(run.0, base.0) }
}

fn of_plan((run, plan): Planned<'_>, (base, base_plan): Planned<'_>) -> Vec<String> {
    let mut said = Vec::new();
    let mut instead = |name: &str, new: String, old: String| {
        if new != old {
            said.push(format!("{name}{new} instead of {old}"));
        }
    };
    instead("", run.strategy.to_string(), base.strategy.to_string());
    instead("runtime ", run.runtime.to_string(), base.runtime.to_string());
    let workers = |run: &RunSummary| plural(run.workers.into(), "worker");
    instead("", workers(run), workers(base));
    if run.strategy == base.strategy && run.workers == base.workers {
        instead("", run.shape.to_string(), base.shape.to_string());
    }
    // A plain loop hands nothing out.
    if run.strategy != Strategy::Serial && base.strategy != Strategy::Serial {
        instead("chunk ", run.chunk.to_string(), base.chunk.to_string());
    }
    let timeout = |plan: &Plan| plan.timeout.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
    instead("timeout ", timeout(plan), timeout(base_plan));
    instead("retries ", plan.retries.to_string(), base_plan.retries.to_string());
    instead("on error ", plan.on_error.to_string(), base_plan.on_error.to_string());
    let order = |plan: &Plan| if plan.at_once() > 1 { "together" } else { "one after another" }.to_owned();
    instead("", order(plan), order(base_plan));
    said
}

fn of_outcome(run: &RunSummary, base: &RunSummary) -> Vec<String> {
    let mut said = Vec::new();
    if run.digest.is_some() && base.digest.is_some() && run.digest != base.digest {
        said.push("other results".to_owned());
    }
    let failed = |run: &RunSummary| run.tasks.total - run.tasks.ok;
    if failed(run) != failed(base) {
        let (new, old) = (plural(failed(run), "task"), grouped(failed(base)));
        said.push(format!("{new} not ok instead of {old}"));
    }
    if differ(run.elapsed, base.elapsed) {
        let by = more_or_less(run.elapsed, base.elapsed);
        said.push(format!("elapsed {}, {by}", times(ratio(run.elapsed, base.elapsed))));
    } else {
        said.push("elapsed the same".to_owned());
    }
    for (name, new, old) in [("start-up", run.startup, base.startup), ("ending", run.shutdown, base.shutdown)]
    {
        if new.max(old) - new.min(old) >= LEAST {
            said.push(format!("{name} {}", more_or_less(new, old)));
        }
    }
    if base.latency.p50 > Nanos::ZERO && differ(run.latency.p50, base.latency.p50) {
        said.push(format!("a task in the middle {}", times(ratio(run.latency.p50, base.latency.p50))));
    }
    if base.cpu >= LEAST && differ(run.cpu, base.cpu) {
        said.push(format!("CPU time {}", times(ratio(run.cpu, base.cpu))));
    }
    said.extend(of_ledger(run, base));
    if let (Some(new), Some(old)) = (&run.trust, &base.trust)
        && new.level != old.level
    {
        said.push(format!("trust {} of 4 instead of {}", new.level, old.level));
    }
    said
}

/// The parts of the ledger that differ most.
fn of_ledger(run: &RunSummary, base: &RunSummary) -> Vec<String> {
    let (whole, base_whole) = (run.ledger.whole(), base.ledger.whole());
    let parts = run.ledger.parts_with(run.computed_by_commands()).into_iter();
    let parts = parts.zip(base.ledger.parts_with(base.computed_by_commands()));
    let mut parts: Vec<_> = parts
        .map(|((name, new), (_, old))| (name, new.share_of(whole), old.share_of(base_whole)))
        .filter(|(_, new, old)| new.percent().abs_diff(old.percent()) >= POINTS)
        .collect();
    parts.sort_by_key(|(_, new, old)| std::cmp::Reverse(new.percent().abs_diff(old.percent())));
    let words =
        |(name, new, old)| format!("{} {} instead of {}", part_name(name), percent(new), percent(old));
    parts.into_iter().take(MOST_PARTS).map(words).collect()
}

fn differ(new: Nanos, old: Nanos) -> bool {
    (ratio(new, old) - 1.0).abs() >= SAME
}

/// `1.64 s less`.
fn more_or_less(new: Nanos, old: Nanos) -> String {
    if new >= old { format!("{} more", new - old) } else { format!("{} less", old - new) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Scene, Script, ms, processes, serial, threads};
    use crate::analysis::summarise;
    use crate::event::TaskCounts;

    fn between(run: &Script, base: &Script, change: impl FnOnce(&mut Plan)) -> Differences {
        let session = Scene::on(2).play(base).play(run).over();
        let plan = session.plan.clone().unwrap();
        let mut changed = plan.clone();
        change(&mut changed);
        let runs: Vec<_> = session.runs.iter().map(|run| summarise(&session, run).unwrap()).collect();
        differences((&runs[1], &changed), (&runs[0], &plan))
    }

    #[test]
    fn a_pool_against_the_loop() {
        let said = between(&processes(), &serial(), |_| {});
        assert_eq!(said.plan, ["processes instead of serial", "2 workers instead of 1 worker"]);
        assert_eq!(
            said.outcome,
            [
                "elapsed 0.52×, 1.62 s less",
                "start-up 19.0 ms more",
                "ending 6.00 ms more",
                "computing 97 % instead of 100 %",
            ],
            "what differs by less than repeats do is not said"
        );
    }

    #[test]
    fn the_same_run_again() {
        let said = between(&threads(), &threads(), |_| {});
        assert_eq!(said.plan, [] as [&str; 0]);
        assert_eq!(said.outcome, ["elapsed the same"]);
    }

    #[test]
    fn all_that_a_plan_can_change() {
        let run = Script { chunk: 8, ..threads() };
        let said = between(&run, &threads(), |plan| {
            plan.timeout = Some(ms(5_000));
            plan.retries = 2;
            plan.on_error = crate::plan::OnError::Stop;
            plan.together = true;
        });
        assert_eq!(
            said.plan,
            [
                "chunk 8 instead of 1",
                "timeout 5.00 s instead of none",
                "retries 2 instead of 0",
                "on error stop instead of continue",
                "together instead of one after another",
            ]
        );
    }

    #[test]
    fn what_came_out_otherwise() {
        let counts = TaskCounts { error: 2, ..TaskCounts::default() };
        let (elapsed, median) = (ms(2_000), ms(250));
        let slow = Script { elapsed, median, preempted: ms(400), computing: ms(1_500), counts, ..threads() };
        let said = between(&slow, &threads(), |_| {});
        assert!(said.outcome.contains(&"2 tasks not ok instead of 0".to_owned()), "{said:?}");
        assert!(said.outcome.contains(&"preempted 20 % instead of 1 %".to_owned()), "{said:?}");
        assert!(said.outcome.contains(&"a task in the middle 1.19×".to_owned()), "{said:?}");
        let other = Script { digest: 1, ..threads() };
        assert_eq!(between(&other, &threads(), |_| {}).outcome[0], "other results");
    }
}

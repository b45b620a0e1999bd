//! What a run took beside what was predicted of it, in words.

use crate::analysis::words::part_name;
use crate::state::RunState;
use crate::units::{Nanos, Share, three_digits};

/// Times that differ by less are the same, as parts of what was predicted.
const SAME: f64 = 0.01;

/// `predicted 2.10 s, took 2.17 s: 3 % longer, most of it preempted`; none before both are over with every task ok.
///
/// The part that is named is the one of the workers' time that differs most, in the direction in which elapsed does; it
/// is most of it where it is at least half of the whole difference.
pub fn beside_prediction(run: &RunState, predicted: &RunState) -> Option<String> {
    let over = |run: &RunState| run.end.as_ref().is_some_and(|end| end.counts.all_ok());
    if !over(run) || !over(predicted) {
        return None;
    }
    let (took, hoped) = (run.elapsed(run.now), predicted.elapsed(predicted.now));
    let times = format!("predicted {hoped}, took {took}");
    let off = took.as_secs_f64() / hoped.as_secs_f64().max(1e-9) - 1.0;
    if off.abs() < SAME {
        return Some(format!("{times}: within 1 %"));
    }
    let longer = took > hoped;
    let how = if longer { "longer" } else { "shorter" };
    let amount = match off.abs() {
        part if part < 1.0 => format!("{} %", Share::of(part, 1.0).percent()),
        // Of a time that is many times as long, percent say nothing.
        _ => format!("{}× as long", three_digits(off + 1.0)),
    };
    let amount = if off >= 1.0 { amount } else { format!("{amount} {how}") };
    let about = part_that_differs(run, predicted, longer).map_or(String::new(), |about| format!(", {about}"));
    Some(format!("{times}: {amount}{about}"))
}

/// `most of it preempted (+140 ms of worker time)`.
fn part_that_differs(run: &RunState, predicted: &RunState, longer: bool) -> Option<String> {
    let (took, hoped) = (run.ledger(), predicted.ledger());
    let unexplained = |ns: i64| Nanos(ns.max(0) as u64);
    let mut parts: Vec<(&str, Nanos, Nanos)> = took
        .parts()
        .into_iter()
        .zip(hoped.parts())
        .map(|((name, took), (_, hoped))| (name, took, hoped))
        .collect();
    parts.push(("unexplained", unexplained(took.unexplained_ns), unexplained(hoped.unexplained_ns)));
    let more = |(took, hoped): (Nanos, Nanos)| if longer { took - hoped } else { hoped - took };
    let whole = more((took.whole(), hoped.whole()));
    let parts = parts.into_iter().map(|(name, took, hoped)| (name, more((took, hoped))));
    let (name, most) = parts.max_by_key(|(_, time)| *time).filter(|(_, time)| *time > Nanos::ZERO)?;
    let share = if most.0.saturating_mul(2) >= whole.0 { "most of it" } else { "above all" };
    let sign = if longer { '+' } else { '−' };
    Some(format!("{share} {} ({sign}{most} of worker time)", part_name(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Scene, Script, ms, processes, threads};
    use crate::event::TaskCounts;

    fn said(run: &Script, predicted: &Script) -> Option<String> {
        let session = Scene::on(2).play(run).play(predicted).over();
        beside_prediction(&session.runs[0], &session.runs[1])
    }

    #[test]
    fn what_differs_is_named_with_the_part_that_differs_most() {
        let slow = Script {
            elapsed: threads().elapsed + ms(100),
            preempted: threads().preempted + ms(80),
            ..threads()
        };
        let words = said(&slow, &threads()).unwrap();
        assert!(words.contains("% longer, most of it preempted (+160 ms of worker time)"), "{words}");
        let words = said(&threads(), &slow).unwrap();
        assert!(words.contains("% shorter, most of it preempted (−160 ms of worker time)"), "{words}");
    }

    #[test]
    fn times_that_are_the_same_are_said_to_be() {
        assert!(said(&threads(), &threads()).unwrap().ends_with(": within 1 %"));
    }

    #[test]
    fn of_many_times_as_long_no_percent_are_said() {
        let slow = Script { elapsed: threads().elapsed * 3, ..threads() };
        assert!(said(&slow, &threads()).unwrap().contains(": 3.00× as long, "));
    }

    #[test]
    fn a_run_that_did_not_do_all_its_work_is_not_compared() {
        let failed = Script { counts: TaskCounts { error: 1, ..TaskCounts::default() }, ..processes() };
        assert_eq!(said(&failed, &processes()), None);
    }
}

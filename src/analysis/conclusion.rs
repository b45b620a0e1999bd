//! The sentence under a comparison: what was faster, by how much, why, and what to try.

use crate::analysis::words::{and, ended_early, times, times_range, where_time_went};
use crate::analysis::{Comparison, Finding, FindingKind, RunSummary, Weight, compare};
use crate::plan::Strategy;
use crate::state::Session;
use crate::units::{Nanos, grouped, plural};

/// Runs whose times are within this of each other are equally fast: repeats of one run differ by as much.
const EQUAL: f64 = 0.05;

/// One or two sentences for people about the runs that are over; while a comparison goes on, about those so far. With
/// several workloads they are about the last one that has a run.
pub fn conclusion(session: &Session) -> Option<String> {
    let comparison = compare(session);
    if let Some(alarm) = comparison.findings.iter().find(|f| f.kind == FindingKind::ResultsDiffer) {
        return Some(sentences(alarm.explain(), alarm.next_step()));
    }
    about(session, &comparison, comparison.runs.last()?.workload)
}

/// The same about the runs of one workload, by its index in the plan; none before one of them is over.
pub fn conclusion_of(session: &Session, workload: usize) -> Option<String> {
    let comparison = compare(session);
    let differ = |f: &&Finding| f.kind == FindingKind::ResultsDiffer && f.workload == workload;
    if let Some(alarm) = comparison.findings.iter().find(differ) {
        return Some(sentences(alarm.explain(), alarm.next_step()));
    }
    about(session, &comparison, workload)
}

fn about(session: &Session, comparison: &Comparison, workload: usize) -> Option<String> {
    let runs = comparison.medians(workload);
    let whole: Vec<&RunSummary> = runs.iter().copied().filter(|run| run.stopped.is_none()).collect();
    // A run whose tasks failed did other work: its time says nothing beside the others.
    let failed =
        whole.iter().find_map(|run| run.findings.iter().find(|f| f.kind == FindingKind::TasksFailed));
    let (serial, pools): (Vec<_>, Vec<_>) = whole
        .iter()
        .copied()
        .filter(|run| run.tasks.all_ok())
        .partition(|run| run.strategy == Strategy::Serial);
    let serial = serial.first().copied();
    let first = match (serial, pools.as_slice()) {
        (None, []) => {
            return Some(match failed {
                Some(finding) => sentences(finding.explain(), finding.next_step()),
                None => early(runs.last()?),
            });
        }
        (Some(serial), []) => alone(session, serial),
        (None, [pool]) => alone(session, pool),
        (None, pools) => side_by_side(session, pools),
        (Some(serial), pools) => against_serial(session, serial, pools),
    };
    let second = failed.map(|finding| format!("{} with {}.", finding.headline(), finding.strategy));
    Some(sentences(first.0, second.or(first.1)))
}

/// What is said, and what to try.
type Said = (String, Option<String>);

fn sentences(first: String, second: Option<String>) -> String {
    match second {
        Some(second) => format!("{first} {second}"),
        None => first,
    }
}

fn early(run: &RunSummary) -> String {
    let (done, all) = (grouped(run.tasks.ok), plural(run.tasks.total, "task"));
    let ended = run.stopped.as_ref().map(|why| ended_early(run.strategy, why));
    let ended = ended.unwrap_or_else(|| format!("{} ended", run.strategy));
    format!("{ended}, after {} with {done} of {all} done.", run.elapsed)
}

/// Where the time of one run went.
fn alone(session: &Session, run: &RunSummary) -> Said {
    let all = plural(run.tasks.total, "task");
    let first = format!("{} took {} for {all}{}.", run.label(), run.elapsed, because(run));
    let planned = session.plan.as_ref().map_or(0, |plan| plan.strategies.len());
    // While others are still to come, nobody needs to be told to try them.
    let to_come = !session.over && planned > 1;
    let next = match run.strategy {
        _ if to_come => None,
        Strategy::Serial if waits(run) => {
            Some("Its tasks mostly wait: threads can wait side by side.".to_owned())
        }
        Strategy::Serial => Some("Run threads as well, to see what more CPUs are worth.".to_owned()),
        Strategy::Threads | Strategy::Processes | Strategy::Hybrid => {
            advice(run).or_else(|| Some("Run serial as well, to see the speedup.".to_owned()))
        }
    };
    (first, next)
}

/// Pools with a serial run beside them.
fn against_serial(session: &Session, serial: &RunSummary, pools: &[&RunSummary]) -> Said {
    let Some((best, equals, rest)) = ranked(pools) else {
        return alone(session, serial);
    };
    let speedup = serial.elapsed.0 as f64 / best.elapsed.0.max(1) as f64;
    if speedup < 1.0 + EQUAL {
        let first = if speedup > 1.0 - EQUAL {
            format!("{} took as long as serial, {}{}.", best.strategy, best.elapsed, because(best))
        } else {
            format!(
                "serial was fastest; {} took {} as long{}.",
                best.strategy,
                times(1.0 / speedup),
                because(best)
            )
        };
        return (first, advice(best));
    }
    let names = names(&equals);
    let slowest = equals.iter().map(|run| run.elapsed).max().unwrap_or(best.elapsed);
    let faster = times_range(serial.elapsed.0 as f64 / slowest.0.max(1) as f64, speedup);
    if waits(best) {
        let (both, cheaper) =
            if equals.len() > 1 && equals.iter().any(|run| run.strategy == Strategy::Threads) {
                ("both ", "; threads are cheaper to start")
            } else {
                ("", "")
            };
        let with = plural(u64::from(best.workers), "worker");
        let first =
            format!("{names} {both}overlap the waiting, {faster} faster than serial with {with}{cheaper}.");
        return (first, advice_or_fact(best).or_else(|| rest.first().map(|other| slower(best, other))));
    }
    let first = format!("{names} ran {faster} faster than serial{}{}.", on_cpus(session), because(best));
    (first, locked(&rest).or_else(|| advice(best)).or_else(|| rest.first().map(|other| slower(best, other))))
}

/// Pools without a serial run.
fn side_by_side(session: &Session, pools: &[&RunSummary]) -> Said {
    let Some((best, equals, rest)) = ranked(pools) else {
        return (String::new(), None);
    };
    let first = match rest.first() {
        None => {
            let names = names(&equals);
            format!("{names} took the same, {}{}{}.", best.elapsed, on_cpus(session), because(best))
        }
        Some(other) => {
            let faster = times(other.elapsed.0 as f64 / best.elapsed.0.max(1) as f64);
            format!(
                "{} ran {faster} faster than {}{}{}.",
                names(&equals),
                other.strategy,
                on_cpus(session),
                because(best)
            )
        }
    };
    let why = rest.first().map(|other| slower(best, other));
    (first, locked(&rest).or_else(|| advice(best)).or(why))
}

/// What an interpreter's lock did to one that was slower: where it did, that is what the comparison shows.
fn locked(rest: &[&RunSummary]) -> Option<String> {
    rest.iter().find_map(|run| {
        let lock = run.findings.iter().find(|finding| finding.kind == FindingKind::Gil)?;
        Some(format!("With {}, {}.", run.strategy, lock.headline()))
    })
}

/// The fastest, those as fast as it, and the others, the faster first.
fn ranked<'a>(
    pools: &[&'a RunSummary],
) -> Option<(&'a RunSummary, Vec<&'a RunSummary>, Vec<&'a RunSummary>)> {
    let mut rest = pools.to_vec();
    rest.sort_by_key(|run| run.elapsed);
    let best = *rest.first()?;
    let limit = Nanos((best.elapsed.0 as f64 * (1.0 + EQUAL)) as u64);
    let (mut equals, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|run| run.elapsed <= limit);
    equals.sort_by_key(|run| run.run.0);
    Some((best, equals, rest))
}

fn names(runs: &[&RunSummary]) -> String {
    and(&runs.iter().map(|run| run.strategy.name().to_owned()).collect::<Vec<_>>())
}

/// Why a slower run was slower: its start, where that makes up most of the difference, or else where its time went.
fn slower(best: &RunSummary, other: &RunSummary) -> String {
    let starting = other.startup + other.shutdown;
    let more = starting - (best.startup + best.shutdown);
    if more * 2 > other.elapsed - best.elapsed {
        format!(
            "{} took {}, of which {starting} was starting and stopping workers.",
            other.strategy, other.elapsed
        )
    } else {
        format!("{} took {}{}.", other.strategy, other.elapsed, because(other))
    }
}

/// `: computing 97 %, waiting 1 %`.
fn because(run: &RunSummary) -> String {
    let time = where_time_went(&run.ledger, run.computed_by_commands(), 2);
    if time.is_empty() { time } else { format!(": {time}") }
}

/// ` on 2 CPUs`.
fn on_cpus(session: &Session) -> String {
    session.machine.as_ref().map_or_else(String::new, |machine| {
        let noun = if machine.is_simulated() { "simulated CPU" } else { "CPU" };
        format!(" on {}", plural(machine.available().into(), noun))
    })
}

fn waits(run: &RunSummary) -> bool {
    run.findings.iter().any(|finding| finding.kind == FindingKind::MostlyWaiting)
}

/// The next step of the first finding that advises one.
fn advice(run: &RunSummary) -> Option<String> {
    let advice = run.findings.iter().filter(|finding| finding.weight >= Weight::Advice);
    advice.filter(|finding| finding.kind != FindingKind::TasksFailed).find_map(super::Finding::next_step)
}

fn advice_or_fact(run: &RunSummary) -> Option<String> {
    advice(run).or_else(|| run.findings.iter().find_map(super::Finding::next_step))
}

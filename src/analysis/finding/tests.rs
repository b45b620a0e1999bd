//! Each finding speaks past its threshold, and is silent at it and where there is not enough to go by.

mod commands;
mod speed;
mod trouble;

use super::*;
use crate::analysis::compare;
use crate::analysis::fixture::{Scene, Script, asleep, ms, processes, serial, threads};
use FindingKind as Kind;

/// The findings of the last of some runs on a machine.
fn found(cpus: u32, runs: &[Script]) -> Vec<Finding> {
    let session = runs.iter().fold(Scene::on(cpus), Scene::play).over();
    compare(&session).runs.pop().unwrap().findings
}

fn of(kind: Kind, cpus: u32, runs: &[Script]) -> Option<Finding> {
    found(cpus, runs).into_iter().find(|finding| finding.kind == kind)
}

/// Asserts the whole text of a finding.
#[track_caller]
fn says(kind: Kind, cpus: u32, runs: &[Script], weight: Weight, text: [&str; 3]) {
    let Some(finding) = of(kind, cpus, runs) else {
        panic!("{kind:?} is silent; there are {:?}", found(cpus, runs));
    };
    let next = finding.next_step().unwrap_or_default();
    assert_eq!([finding.headline().as_str(), finding.explain().as_str(), next.as_str()], text);
    assert_eq!(finding.weight, weight);
}

#[track_caller]
fn silent(kind: Kind, cpus: u32, runs: &[Script]) {
    assert_eq!(of(kind, cpus, runs), None);
}

#[test]
fn a_good_run_has_its_speedup_as_its_only_finding() {
    assert_eq!(found(2, &[serial()]), []);
    let kinds: Vec<Kind> = found(2, &[serial(), threads()]).iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::Speedup]);
}

#[test]
fn alarms_come_before_advice_and_advice_before_facts() {
    let worst = Script { digest: 1, idle_percent: Some(10), ..threads() };
    let kinds: Vec<Kind> = found(2, &[serial(), worst]).iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::ResultsDiffer, Kind::MachineBusy, Kind::Speedup]);
}

#[test]
fn what_strategies_have_in_common_is_said_once_by_the_one_that_knows_what_to_do() {
    let runs = [asleep(serial()), asleep(threads()), asleep(processes())];
    let session = runs.iter().fold(Scene::on(2), Scene::play).over();
    let told = compare(&session).findings;
    let kinds: Vec<(Kind, Strategy)> = told.iter().map(|f| (f.kind, f.strategy)).collect();
    let expected = [
        (Kind::UnevenWaves, Strategy::Threads),
        (Kind::Speedup, Strategy::Threads),
        (Kind::Speedup, Strategy::Processes),
        (Kind::MostlyWaiting, Strategy::Threads),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn kinds_have_names_of_their_own() {
    let names: std::collections::HashSet<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
    assert_eq!(names.len(), Kind::ALL.len());
}

#[test]
fn the_same_advice_is_given_once() {
    let crowded = Script { preempted: ms(400), computing: ms(1_200), idle_percent: Some(50), ..threads() };
    let told = compare(&Scene::on(2).play(&crowded).over()).findings;
    let kinds: Vec<Kind> = told.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::Preempted, Kind::MachineBusy]);
    assert_eq!((told[0].next_step().is_some(), told[1].next_step()), (true, None));
}

use super::*;
use crate::event::{Gauges, Record, RunEvent, RunStart};
use crate::ids::{RunId, SlotId};
use crate::plan::{Strategy, Work};
use crate::state::Session;
use crate::units::Nanos;

fn session(slots: u32) -> Session {
    let mut session = Session::default();
    session.apply(&RunEvent::RunStarted(RunStart {
        pid: 4_000,
        parent: Some(3_000),
        run: RunId(0),
        workload: 0,
        repeat: 0,
        runtime: crate::plan::Runtime::Native,
        strategy: Strategy::Threads,
        slots,
        shape: crate::plan::Shape::new(1, slots),
        chunk: 1,
        tasks: 8,
        work: Work::Sleep { wait: Nanos::from_millis(100) },
        serial_estimate: Nanos::from_millis(800),
        shared_lanes: true,
    }));
    session
}

const fn ms(n: u64) -> RunTime {
    RunTime(n * 1_000_000)
}

fn span(session: &mut Session, slot: u16, phase: Phase, task: Option<u32>, start: u64, end: u64) {
    let record = Record::Span { phase, task: task.map(TaskIndex), start: ms(start), end: ms(end) };
    session.apply(&RunEvent::Lane { slot: SlotId(slot), record });
}

fn frame(columns: u16, rows: u16, fold: usize) -> Frame {
    Frame { run: 0, from: ms(0), to: ms(100), columns, first: 0, end: usize::MAX, rows, fold }
}

fn text(chart: &Chart, row: u16) -> String {
    let letter = |cell: &Cell| match cell.first {
        None => ' ',
        Some(phase) if cell.odd => phase.name().chars().next().unwrap().to_ascii_uppercase(),
        Some(phase) => phase.name().chars().next().unwrap(),
    };
    chart.row(row).iter().map(letter).collect()
}

#[test]
fn a_column_shows_how_much_of_computing_had_no_cpu() {
    let mut session = session(1);
    let levels = |at: u64, cpu: u64| RunEvent::Levels {
        at: ms(at),
        slots: vec![(
            SlotId(0),
            Gauges {
                phase: Phase::Computing,
                computing_cpu: Nanos::from_millis(cpu),
                task: Some(TaskIndex(0)),
                ..Gauges::default()
            },
        )],
    };
    for (at, cpu) in [(20, 20), (40, 30), (60, 50)] {
        session.apply(&levels(at, cpu));
    }
    let mut chart = Chart::default();
    chart.refresh(&session.runs[0], ms(60), frame(10, 1, 1));
    let shown: Vec<bool> = chart.row(0).iter().map(|cell| cell.preempted).collect();
    assert_eq!(shown[..6], [false, false, true, true, false, false]);
    // 8 of 20 ms, for its clock may be 2 ms late.
    assert!((151..=155).contains(&chart.row(0)[2].weight), "{}", chart.row(0)[2].weight);
}

#[test]
fn what_is_not_read_yet_has_a_cpu_as_often_as_of_late() {
    let mut session = session(1);
    let levels = |at: u64, cpu: u64| {
        let computing_cpu = Nanos::from_millis(cpu);
        let task = Some(TaskIndex(0));
        let slot = Gauges { phase: Phase::Computing, computing_cpu, task, ..Gauges::default() };
        RunEvent::Levels { at: ms(at), slots: vec![(SlotId(0), slot)] }
    };
    for reading in 1..=4 {
        session.apply(&levels(reading * 20, reading * 8));
    }
    let mut chart = Chart::default();
    chart.refresh(&session.runs[0], ms(100), frame(10, 1, 1));
    let weights: Vec<u8> = chart.row(0).iter().map(|cell| cell.weight).collect();
    assert!(chart.row(0).iter().all(|cell| cell.preempted), "{weights:?}");
    assert!(weights[2..].iter().all(|weight| (95..115).contains(weight)), "no edge: {weights:?}");
    session.apply(&levels(100, 52));
    chart.refresh(&session.runs[0], ms(100), frame(10, 1, 1));
    assert_eq!(chart.row(0)[8..].iter().filter(|cell| cell.preempted).count(), 0, "now it is known");
}

#[test]
fn computing_without_a_cpu_is_a_phase_of_its_own() {
    let of = |parts: &[(Phase, f32)], preempted| {
        let mut shares = Shares::default();
        for (phase, time) in parts {
            shares.0[*phase as usize] = *time;
        }
        let Cell { first, second, weight, preempted, .. } = cell(&shares, preempted);
        (first, second, u32::from(weight) * 100 / 255, preempted)
    };
    let (computing, gil) = (Some(Phase::Computing), Some(Phase::GilWait));
    let mixed = [(Phase::Computing, 40.0), (Phase::GilWait, 60.0)];
    assert_eq!(of(&mixed, 5.0), (gil, computing, 60, false), "a tenth may be how finely it is known");
    assert_eq!(of(&mixed, 10.0), (gil, computing, 66, false), "what had a CPU, and no more");
    assert_eq!(of(&mixed, 25.0), (gil, computing, 70, true));
    assert_eq!(of(&mixed, 60.0), (gil, computing, 60, true), "no more than there is of computing");
    assert_eq!(of(&[(Phase::Computing, 10.0)], 6.0), (computing, computing, 40, true));
    assert_eq!(of(&[(Phase::Computing, 10.0)], 10.0), (computing, computing, 0, true));
    assert_eq!(of(&[], 0.0), (None, None, 0, false));
}

#[test]
fn a_column_shows_the_two_longest_phases_and_their_shares() {
    let mut session = session(1);
    span(&mut session, 0, Phase::Starting, None, 0, 2);
    span(&mut session, 0, Phase::Computing, Some(0), 2, 10);
    let mut chart = Chart::default();
    chart.refresh(&session.runs[0], ms(10), frame(10, 1, 1));
    let cell = chart.row(0)[0];
    assert_eq!((cell.first, cell.second), (Some(Phase::Computing), Some(Phase::Starting)));
    assert!((200..=206).contains(&cell.weight), "{}", cell.weight);
    assert_eq!(chart.row(0)[1], Cell::default(), "nothing is known of what is to come");
}

#[test]
fn the_phase_that_goes_on_reaches_up_to_now() {
    let mut session = session(1);
    span(&mut session, 0, Phase::Waiting, None, 0, 20);
    let levels =
        Gauges { phase: Phase::Computing, since: ms(20), task: Some(TaskIndex(0)), ..Gauges::default() };
    session.apply(&RunEvent::Levels { at: ms(60), slots: vec![(SlotId(0), levels)] });
    let mut chart = Chart::default();
    chart.refresh(&session.runs[0], ms(60), frame(10, 1, 1));
    assert_eq!(text(&chart, 0), "wwcccc    ");
    chart.refresh(&session.runs[0], ms(80), frame(10, 1, 1));
    assert_eq!(text(&chart, 0), "wwcccccc  ");
}

#[test]
fn what_comes_bit_by_bit_is_what_comes_at_once() {
    let mut session = session(1);
    let mut live = Chart::default();
    for i in 0..10 {
        let phase = if i % 3 == 0 { Phase::Waiting } else { Phase::Computing };
        span(&mut session, 0, phase, None, i * 9, i * 9 + 9);
        live.refresh(&session.runs[0], ms(i * 9 + 9), frame(40, 1, 1));
    }
    let mut later = Chart::default();
    later.refresh(&session.runs[0], ms(90), frame(40, 1, 1));
    assert_eq!(live.cells, later.cells);
}

#[test]
fn what_is_known_before_its_time_has_come_is_drawn_then() {
    let mut session = session(1);
    span(&mut session, 0, Phase::Computing, None, 0, 80);
    let mut chart = Chart::default();
    chart.refresh(&session.runs[0], ms(0), frame(10, 1, 1));
    chart.refresh(&session.runs[0], ms(80), frame(10, 1, 1));
    assert_eq!(text(&chart, 0), "cccccccc  ");
}

#[test]
fn neighbouring_tasks_have_two_shades_where_there_is_room() {
    let mut session = session(2);
    for i in 0..5u32 {
        span(&mut session, 0, Phase::Computing, Some(2 * i), u64::from(i) * 20, u64::from(i) * 20 + 20);
    }
    let mut chart = Chart::default();
    chart.refresh(&session.runs[0], ms(100), frame(20, 1, 1));
    assert_eq!(text(&chart, 0), "ccccCCCCccccCCCCcccc");
    chart.refresh(&session.runs[0], ms(100), frame(10, 1, 1));
    assert_eq!(text(&chart, 0), "cccccccccc");
}

#[test]
fn lanes_fold_into_bands() {
    let mut session = session(5);
    for slot in 0..5 {
        let phase = if slot < 2 { Phase::Computing } else { Phase::Waiting };
        span(&mut session, slot, phase, None, 0, 100);
    }
    let mut chart = Chart::default();
    chart.refresh(&session.runs[0], ms(100), frame(4, 3, 2));
    assert_eq!([text(&chart, 0), text(&chart, 1), text(&chart, 2)], ["cccc", "wwww", "wwww"]);
    assert_eq!(chart.frame().slots(2, 5), 4..5);
    assert_eq!(chart.row(3), &[]);
}

#[test]
fn no_columns_and_no_rows_are_fine() {
    let mut session = session(1);
    span(&mut session, 0, Phase::Computing, None, 0, 100);
    let mut chart = Chart::default();
    for (columns, rows) in [(0, 0), (0, 3), (3, 0), (1, 9)] {
        chart.refresh(&session.runs[0], ms(100), frame(columns, rows, 1));
    }
    assert_eq!(text(&chart, 0), "c");
}

#[test]
fn half_an_hour_is_whole_at_every_zoom() {
    const MINUTE: u64 = 60_000;
    let mut session = session(2);
    for second in 0..30 * 60 {
        let at = second * 1_000;
        span(&mut session, 0, Phase::Computing, Some(second as u32), at, at + 750);
        span(&mut session, 0, Phase::Waiting, None, at + 750, at + 1_000);
        span(&mut session, 1, Phase::Blocked, Some(second as u32), at, at + 1_000);
    }
    let mut chart = Chart::default();
    // All of it, a minute at its beginning, a minute at its end, and its last five seconds.
    let stretches =
        [(0, 30 * MINUTE), (0, MINUTE), (29 * MINUTE, 30 * MINUTE), (30 * MINUTE - 5_000, 30 * MINUTE)];
    for (from, to) in stretches {
        let stretch = Frame { from: ms(from), to: ms(to), ..frame(60, 2, 1) };
        chart.refresh(&session.runs[0], ms(30 * MINUTE), stretch);
        assert!(chart.row(0).iter().all(|cell| cell.first.is_some()), "{from} to {to}: {}", text(&chart, 0));
        assert!(chart.row(1).iter().all(|cell| cell.first == Some(Phase::Blocked)), "{from} to {to}");
        let computing = chart.row(0).iter().filter(|cell| cell.first == Some(Phase::Computing)).count();
        assert!(computing >= 40, "three quarters, in whatever columns: {}", text(&chart, 0));
    }
}

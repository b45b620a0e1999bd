use super::*;
use crate::clock::{Clock, ManualHand, RunClock};
use crate::event::{Gauges, GilMark, Outcome, Record};
use crate::exec::gil::Taking;
use crate::ids::TaskIndex;

const SLOT: SlotId = SlotId(0);

fn lane() -> (Arc<Lanes>, RunClock, ManualHand) {
    let (clock, hand) = Clock::manual();
    let epoch = clock.now();
    (Lanes::private(1, 2, 0), RunClock::new(clock, epoch), hand)
}

fn drained(reader: &mut LaneReader) -> Vec<Record> {
    let mut records = Vec::new();
    reader.drain(|r| records.push(r));
    records
}

fn total(gauges: &Gauges) -> Nanos {
    gauges.totals.sum()
}

#[test]
fn a_slot_accounts_for_every_nanosecond_of_the_run() {
    let (lanes, clock, hand) = lane();
    let mut reader = LaneReader::new(&lanes, SLOT);
    hand.advance(Nanos::from_micros(100));
    lanes.spawned(SLOT, clock.now());
    hand.advance(Nanos::from_micros(300));
    let mut writer = LaneWriter::attach(&lanes, SLOT, clock.clone(), 7);
    writer.enter(Phase::Waiting);
    hand.advance(Nanos::from_micros(50));
    writer.start_task(TaskIndex(3), 0);
    hand.advance(Nanos::from_millis(2));
    writer.enter(Phase::Blocked);
    hand.advance(Nanos::from_millis(8));
    assert_eq!(writer.end_task(Outcome::Ok), Nanos::from_millis(10));
    hand.advance(Nanos::from_micros(40));
    writer.finish();
    hand.advance(Nanos::from_micros(60));
    lanes.gone(SLOT, clock.now());
    hand.advance(Nanos::from_micros(5));

    let gauges = reader.gauges();
    let expected = [105, 300, 90, 0, 2_000, 8_000, 0, 60, 0].map(Nanos::from_micros);
    assert_eq!(gauges.totals_at(clock.now()).0, expected);
    assert_eq!(gauges.totals_at(clock.now()).sum(), clock.now().elapsed());
    assert_eq!((gauges.done, gauges.failed, gauges.pid, gauges.phase), (1, 0, 7, Phase::Absent));
    assert_eq!(reader.first_start(), Some(RunTime(450_000)));
    let records = drained(&mut reader);
    let phases: Vec<_> = records
        .iter()
        .filter_map(|r| if let Record::Span { phase, .. } = r { Some(*phase) } else { None })
        .collect();
    let words: Vec<_> = phases.iter().map(|phase| phase.name()).collect();
    assert_eq!(words, ["absent", "starting", "waiting", "computing", "blocked", "waiting", "stopping"]);
    assert!(matches!(records[5], Record::Task { task: TaskIndex(3), outcome: Outcome::Ok, .. }));
    // Its end was more than a millisecond after the last look at the thread clock: it was seen on a CPU.
    let seen = crate::clock::current_cpu().is_some();
    assert!(matches!(records[5], Record::Task { on, .. } if on.is_some() == seen));
}

#[test]
fn a_task_in_which_nobody_looked_was_seen_on_no_cpu() {
    let (lanes, clock, hand) = lane();
    let mut reader = LaneReader::new(&lanes, SLOT);
    lanes.spawned(SLOT, clock.now());
    let mut writer = LaneWriter::attach(&lanes, SLOT, clock.clone(), 1);
    writer.enter(Phase::Waiting);
    writer.start_task(TaskIndex(0), 0);
    hand.advance(Nanos::from_micros(300));
    writer.end_task(Outcome::Ok);
    let records = drained(&mut reader);
    let task = records.iter().find(|record| matches!(record, Record::Task { .. }));
    assert!(matches!(task, Some(Record::Task { on: None, .. })), "{records:?}");
}

#[test]
fn short_tasks_are_summarised_and_counted_exactly() {
    let (lanes, clock, hand) = lane();
    let mut reader = LaneReader::new(&lanes, SLOT);
    lanes.spawned(SLOT, clock.now());
    let mut writer = LaneWriter::attach(&lanes, SLOT, clock.clone(), 1);
    writer.enter(Phase::Waiting);
    for i in 0..1_000 {
        writer.start_task(TaskIndex(i), 0);
        hand.advance(Nanos(700));
        writer.end_task(Outcome::Ok);
    }
    writer.finish();
    lanes.gone(SLOT, clock.now());
    let gauges = reader.gauges();
    assert_eq!((gauges.done, gauges.summarised, gauges.dropped), (1_000, 1_000, 0));
    let records = drained(&mut reader);
    assert!(records.len() < 40, "{} records for 0.7 ms", records.len());
    let (mut tasks, mut working, mut end) = (0, Nanos::ZERO, RunTime::START);
    for record in records {
        let Record::Summary { start, end: e, tasks: n, working: w, .. } = record else {
            panic!("{record:?}")
        };
        assert_eq!(start, end, "summaries leave no gap");
        (tasks, working, end) = (tasks + n, working + w, e);
    }
    assert_eq!(tasks, 1_000);
    assert!(working.0.abs_diff(700_000) < 40 * 16, "{working}");
    assert_eq!(total(&gauges), clock.now().elapsed());
}

#[test]
#[cfg_attr(miri, ignore = "takes ten minutes there, and does nothing that the others do not")]
fn a_full_journal_drops_records_but_no_total() {
    let (lanes, clock, hand) = lane();
    let mut reader = LaneReader::new(&lanes, SLOT);
    lanes.spawned(SLOT, clock.now());
    let mut writer = LaneWriter::attach(&lanes, SLOT, clock.clone(), 1);
    writer.enter(Phase::Waiting);
    for i in 0..10_000 {
        writer.start_task(TaskIndex(i), 0);
        hand.advance(Nanos::from_micros(30));
        writer.end_task(Outcome::Ok);
    }
    let gauges = reader.gauges();
    let kept = drained(&mut reader).len() as u64;
    assert_eq!(kept + gauges.dropped, 20_000);
    assert_eq!(gauges.done, 10_000);
    assert_eq!(gauges.totals.get(Phase::Computing), Nanos::from_millis(300));
    let mut latency = Histogram::default();
    reader.add_latency(&mut latency);
    assert_eq!(latency.percentiles().max, Nanos::from_micros(30));
}

#[test]
fn a_replacement_goes_on_with_its_slot() {
    let (lanes, clock, hand) = lane();
    let reader = LaneReader::new(&lanes, SLOT);
    for round in 1..=2u64 {
        lanes.spawned(SLOT, clock.now());
        hand.advance(Nanos::from_millis(1));
        let mut writer = LaneWriter::attach(&lanes, SLOT, clock.clone(), round as u32);
        writer.enter(Phase::Waiting);
        writer.start_task(TaskIndex(0), 0);
        hand.advance(Nanos::from_millis(5));
        drop(writer); // killed in the middle of its task
        lanes.gone(SLOT, clock.now());
        let gauges = reader.gauges();
        assert_eq!(gauges.totals.get(Phase::Starting), Nanos::from_millis(round));
        assert_eq!(gauges.totals.get(Phase::Computing), Nanos::from_millis(5 * round));
        assert_eq!((gauges.task, gauges.pid), (None, round as u32));
    }
}

#[test]
fn many_lanes_share_the_memory_that_journals_may_have() {
    assert_eq!(Shape::new(1, 2, 0).records, 8_192);
    assert_eq!(Shape::new(4_096, 2, 0).records, 512);
    for slots in [1, 3, 100, 4_096] {
        let shape = Shape::new(slots, 256, 6);
        assert!(shape.records.is_power_of_two());
        assert!(shape.slots * shape.records * 32 <= JOURNALS_BYTES);
        assert!(shape.first_slot().is_multiple_of(16) && shape.slot_cells().is_multiple_of(16));
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn shared_lanes_are_seen_by_whoever_attaches_and_refused_to_strangers() {
    let (_, clock, hand) = lane();
    let (lanes, path) = Lanes::shared(2, 2, 1, 99).unwrap();
    assert!(matches!(Lanes::attach(&path, 2, 2, 1, 98), Err(LaneError::Foreign(_))));
    assert!(matches!(Lanes::attach(&path, 3, 2, 1, 99), Err(LaneError::Foreign(_))));
    assert!(matches!(Lanes::attach(&path, 2, 2, 2, 99), Err(LaneError::Foreign(_))));
    let theirs = Lanes::attach(&path, 2, 2, 1, 99).unwrap();
    let slot = SlotId(1);
    lanes.spawned(slot, clock.now());
    let mut writer = LaneWriter::attach(&theirs, slot, clock.clone(), 5);
    writer.enter(Phase::Waiting);
    writer.start_task(TaskIndex(8), 0);
    hand.advance(Nanos::from_millis(1));
    writer.end_task(Outcome::Ok);
    let mut reader = LaneReader::new(&lanes, slot);
    assert_eq!(reader.gauges().done, 1);
    assert_eq!(drained(&mut reader).len(), 2);
}

#[test]
fn a_lane_says_when_its_worker_had_the_lock_across_phases_and_tasks() {
    let (lanes, clock, hand) = lane();
    let mut reader = LaneReader::new(&lanes, SLOT);
    lanes.spawned(SLOT, clock.now());
    let mut writer = LaneWriter::attach(&lanes, SLOT, clock.clone(), 1);
    let stretch = |writer: &mut LaneWriter, held: u64| {
        writer.took_gil(Taking { switched: true, ..Taking::default() }, Nanos::ZERO, clock.now());
        let since = reader.gauges().holds;
        hand.advance(Nanos::from_micros(held));
        writer.gave_gil(clock.now());
        writer.gave_gil(clock.now());
        assert_eq!(since.map(|since| clock.now().since(since)), Some(Nanos::from_micros(held)));
        assert_eq!(reader.gauges().holds, None);
    };
    // One that is told by itself, many short ones that are told together, and one at whose end the worker is gone.
    stretch(&mut writer, 5_000);
    (0..100).for_each(|_| stretch(&mut writer, 3));
    writer.took_gil(Taking::default(), Nanos::ZERO, clock.now());
    hand.advance(Nanos::from_micros(700));
    drop(writer);
    lanes.gone(SLOT, clock.now());
    let gauges = reader.gauges();
    assert_eq!((gauges.gil.held, gauges.holds), (Nanos::from_micros(5_000 + 300 + 700), None));
    let held: Vec<_> = drained(&mut reader)
        .into_iter()
        .filter_map(|record| if let Record::Held { held, .. } = record { Some(held) } else { None })
        .collect();
    assert!(held.len() < 20, "{} records for 102 stretches", held.len());
    // The last few short ones were not told yet when it died.
    let told: Nanos = held.into_iter().sum();
    assert!(gauges.gil.held - told < THINNING, "{told}");
}

#[test]
fn marks_that_come_fast_are_counted_with_the_next_that_is_told() {
    let (lanes, clock, hand) = lane();
    let mut reader = LaneReader::new(&lanes, SLOT);
    let mut writer = LaneWriter::attach(&lanes, SLOT, clock, 1);
    for _ in 0..10_000 {
        writer.mark_gil(GilMark::FalseWake);
        hand.advance(Nanos::from_micros(100));
    }
    let counts: Vec<u32> = drained(&mut reader)
        .into_iter()
        .filter_map(|record| if let Record::Gil { count, .. } = record { Some(count) } else { None })
        .collect();
    assert_eq!(counts.len(), 500, "a second of them");
    assert!(counts.iter().sum::<u32>() > 9_950, "all but those after the last");
}

use super::*;
use crate::clock::RunTime;
use crate::event::{Gauges, Outcome, Phase, Record, RunEnd, RunStart, TaskCounts};
use crate::ids::{RunId, SlotId, TaskIndex};
use crate::plan::Strategy;
use crate::units::{Nanos, Share};

fn started(strategy: Strategy, slots: u32) -> RunEvent {
    RunEvent::RunStarted(RunStart {
        pid: 4_000,
        parent: Some(3_000),
        run: RunId(0),
        workload: 0,
        repeat: 0,
        runtime: crate::plan::Runtime::Native,
        strategy,
        slots,
        shape: strategy.shape(crate::plan::Shape::of(slots)),
        chunk: 1,
        tasks: 8,
        work: Work::Sleep { wait: Nanos::from_millis(100) },
        serial_estimate: Nanos::from_millis(800),
        shared_lanes: true,
    })
}

fn at(ms: u64) -> RunTime {
    RunTime(Nanos::from_millis(ms).0)
}

fn levels(task: u32, since_ms: u64, done: u64) -> Gauges {
    Gauges {
        phase: Phase::Blocked,
        since: at(since_ms),
        task: Some(TaskIndex(task)),
        done,
        ..Gauges::default()
    }
}

fn finished(elapsed_ms: u64) -> RunEvent {
    RunEvent::RunFinished(Box::new(RunEnd {
        elapsed: Nanos::from_millis(elapsed_ms),
        startup: Nanos::from_millis(1),
        shutdown: Nanos::from_millis(1),
        counts: TaskCounts { total: 8, ok: 8, ..TaskCounts::default() },
        digest: Some(1),
        latency: crate::event::Percentiles::default(),
        parts: Vec::new(),
        gil_wait: crate::event::Percentiles::default(),
        gil_waits: Vec::new(),
        queue: crate::event::Percentiles::default(),
        slots: vec![Gauges { done: 8, ..Gauges::default() }],
        overhead_cpu: Nanos::ZERO,
        errors: Vec::new(),
        pages: Vec::new(),
        stopped: None,
    }))
}

#[test]
fn a_run_is_what_its_events_say() {
    let mut session = Session::default();
    session.apply(&started(Strategy::Threads, 4));
    session.apply(&RunEvent::Levels {
        at: at(130),
        slots: (0..4).map(|i| (SlotId(i), levels(u32::from(i) + 4, 100, 1))).collect(),
    });
    for slot in 0..4 {
        let (task, start, end) = (TaskIndex(slot), at(0), at(100));
        let record =
            Record::Task { task, outcome: Outcome::Ok, attempt: 0, start, end, cpu: Nanos::ZERO, on: None };
        session.apply(&RunEvent::Lane { slot: SlotId(slot as u16), record });
    }
    let run = session.running().unwrap();
    assert_eq!((run.done(), run.in_flight(), run.recent.len()), (4, 4, 4));
    assert_eq!(run.progress(), Share::of(4.0, 8.0));
    assert_eq!(run.elapsed(at(150)), Nanos::from_millis(150));
}

#[test]
fn the_last_tasks_are_kept_one_by_one_and_take_little_memory() {
    let mut session = Session::default();
    session.apply(&started(Strategy::Threads, 1));
    for task in 0..TASKS_KEPT as u32 + 10 {
        let (start, end) = (at(task.into()), at(u64::from(task) + 1));
        let task = TaskIndex(task);
        let record =
            Record::Task { task, outcome: Outcome::Ok, attempt: 0, start, end, cpu: Nanos::ZERO, on: None };
        session.apply(&RunEvent::Lane { slot: SlotId(0), record });
    }
    let recent = &session.runs[0].recent;
    assert_eq!((recent.len(), recent[0].task), (TASKS_KEPT, TaskIndex(10)));
    assert!(recent.capacity() * size_of::<TaskRecord>() <= 400 << 10, "{}", recent.capacity());
}

#[test]
fn a_task_knows_when_it_was_ready_and_a_process_what_started_it() {
    let mut session = Session::default();
    session.apply(&started(Strategy::Processes, 2));
    let told = |slot, task, attempt, outcome, start, end| {
        let (task, start, end) = (TaskIndex(task), at(start), at(end));
        let record = Record::Task { task, outcome, attempt, start, end, cpu: Nanos::ZERO, on: None };
        RunEvent::Lane { slot: SlotId(slot), record }
    };
    // Lane by lane, not in the order of their ends.
    session.apply(&told(0, 0, 0, Outcome::Ok, 10, 50));
    session.apply(&told(1, 1, 0, Outcome::Error, 10, 30));
    session.apply(&told(1, 1, 1, Outcome::Ok, 31, 45));
    session.apply(&told(1, 2, 3, Outcome::Ok, 46, 60));
    let run = &session.runs[0];
    let queued: Vec<_> = run.recent.iter().map(|task| task.queued).collect();
    assert_eq!(queued, [Some(at(0)), Some(at(0)), Some(at(30)), None]);
    let ends: Vec<_> = run.recent_by_end().iter().map(|task| task.end).collect();
    assert_eq!(ends, [at(30), at(45), at(50), at(60)]);
    assert_eq!(run.parent_of(run.start.pid), run.start.parent, "a thread's process is poolscope itself");
    assert_eq!(run.parent_of(run.start.pid + 1), Some(run.start.pid));
}

/// The beginning of run number `run`.
fn started_as(run: u32, strategy: Strategy) -> RunEvent {
    match started(strategy, 1) {
        RunEvent::RunStarted(start) => RunEvent::RunStarted(RunStart { run: RunId(run), ..start }),
        other => other,
    }
}

#[test]
fn of_several_runs_at_once_each_takes_what_is_of_it() {
    let mut session = Session::default();
    let done = |n| RunEvent::Levels { at: at(50 + n), slots: vec![(SlotId(0), levels(1, 0, n))] };
    session.apply(&started_as(0, Strategy::Serial));
    session.apply(&started_as(1, Strategy::Threads));
    assert_eq!(session.subject(), Some(1), "the one that began last, until another is named");
    for (run, n) in [(0, 3), (1, 5), (0, 4)] {
        session.apply(&RunEvent::Of(RunId(run)));
        session.apply(&done(n));
    }
    assert_eq!(session.runs.iter().map(RunState::done).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(session.running_all().count(), 2);
    session.apply(&RunEvent::Of(RunId(1)));
    session.apply(&finished(90));
    // The one that began first goes on, and what is said of the other comes too late.
    session.apply(&done(7));
    assert_eq!((session.subject(), session.runs[1].done()), (None, 8));
    assert_eq!(session.running().unwrap().start.strategy, Strategy::Serial);
    session.apply(&RunEvent::Of(RunId(0)));
    session.apply(&finished(120));
    assert_eq!((session.running_all().count(), session.runs[0].now), (0, at(120)));
    session.apply(&RunEvent::Of(RunId(9)));
    session.apply(&done(1));
    assert_eq!(session.runs.len(), 2, "a run that never began is nobody's");
}

#[test]
fn the_same_events_give_the_same_state_however_batches_of_runs_mix() {
    let of = |run: u32, n: u64| {
        let record = Record::Span { phase: Phase::Blocked, task: None, start: at(n), end: at(n + 1) };
        vec![RunEvent::Of(RunId(run)), RunEvent::Lane { slot: SlotId(0), record }]
    };
    let state = |order: [(u32, u64); 4]| {
        let mut session = Session::default();
        session.apply(&started_as(0, Strategy::Serial));
        session.apply(&started_as(1, Strategy::Threads));
        order.iter().flat_map(|(run, n)| of(*run, *n)).for_each(|event| session.apply(&event));
        session.runs
    };
    assert_eq!(state([(0, 1), (0, 2), (1, 1), (1, 2)]), state([(1, 1), (0, 1), (1, 2), (0, 2)]));
}

#[test]
fn a_sink_of_a_run_says_whose_its_batches_are() {
    let (sink, feed) = crate::event::EventSink::channel();
    sink.of(RunId(3)).say(RunEvent::Finished);
    sink.of(RunId(3)).say_all(Vec::new());
    sink.say(RunEvent::Finished);
    drop(sink);
    let batches: Vec<_> = feed.iter().collect();
    assert_eq!(batches, [vec![RunEvent::Of(RunId(3)), RunEvent::Finished], vec![RunEvent::Finished]]);
}

#[test]
fn stops_are_subtracted_from_elapsed() {
    let mut session = Session::default();
    session.apply(&started(Strategy::Serial, 1));
    session.apply(&RunEvent::Suspended { at: at(100) });
    assert_eq!(session.runs[0].elapsed(at(400)), Nanos::from_millis(100));
    session.apply(&RunEvent::Resumed { at: at(500) });
    assert_eq!(session.runs[0].elapsed(at(600)), Nanos::from_millis(200));
    session.apply(&finished(1_200));
    assert_eq!(session.runs[0].elapsed(at(9_999)), Nanos::from_millis(800));
    assert!(session.running().is_none());
}

#[test]
fn the_ledger_closes_across_a_stop() {
    let mut session = Session::default();
    session.apply(&started(Strategy::Serial, 1));
    session.apply(&RunEvent::Levels { at: at(90), slots: vec![(SlotId(0), levels(0, 0, 0))] });
    session.apply(&RunEvent::Suspended { at: at(100) });
    session.apply(&RunEvent::Resumed { at: at(500) });
    let RunEvent::RunFinished(mut end) = finished(1_200) else { panic!() };
    end.slots[0].totals.add(Phase::Blocked, Nanos::from_millis(1_190));
    end.slots[0].totals.add(Phase::Starting, Nanos::from_millis(10));
    session.apply(&RunEvent::RunFinished(end));
    let run = &session.runs[0];
    let ledger = run.ledger();
    assert_eq!((ledger.blocked, ledger.unexplained_ns), (Nanos::from_millis(790), 0));
    assert_eq!(ledger.whole(), run.elapsed(run.now));
}

#[test]
fn a_new_comparison_forgets_the_runs_but_not_the_cores() {
    let machine = Machine::example(2);
    let mut session = Session::default();
    session.apply(&RunEvent::Cores(crate::event::CoreSample::default()));
    session.apply(&started(Strategy::Serial, 1));
    session.apply(&RunEvent::Finished);
    session.apply(&RunEvent::Accepted { plan: Plan::first(&machine), machine });
    assert!(session.runs.is_empty() && !session.over);
    assert!(session.cores.latest().is_some());
}

#[test]
fn slots_that_do_not_exist_are_nobodys() {
    let mut session = Session::default();
    session.apply(&finished(1)); // before any run
    session.apply(&started(Strategy::Serial, 1));
    let far = SlotId(9);
    session.apply(&RunEvent::WorkerSpawned { slot: far, pid: 1, at: at(1) });
    session.apply(&RunEvent::Levels { at: at(2), slots: vec![(far, levels(0, 0, 7))] });
    assert_eq!(session.runs[0].done(), 0);
}

#[test]
fn a_ledger_closes_over_slots_and_elapsed() {
    let mut slot = Gauges { computing_cpu: Nanos(60), ..Gauges::default() };
    for (phase, ns) in [(Phase::Starting, 10), (Phase::Computing, 70), (Phase::Waiting, 15)] {
        slot.totals.add(phase, Nanos(ns));
    }
    let ledger = Ledger::of(&[slot, slot], Nanos(100));
    assert_eq!((ledger.computing, ledger.preempted, ledger.starting), (Nanos(120), Nanos(20), Nanos(20)));
    assert_eq!(ledger.unexplained_ns, 10);
    assert_eq!(ledger.whole(), Nanos(200));
    assert_eq!(Ledger::of(&[slot], Nanos(90)).unexplained_ns, -5);
    // Of what a worker was blocked for a command, that one had no CPU for a part; more than all of it is no part.
    slot.totals.add(Phase::Blocked, Nanos(30));
    for (delay, preempted, blocked) in [(0, 10, 30), (12, 22, 18), (99, 40, 0)] {
        let ledger = Ledger::of(&[Gauges { run_delay: Nanos(delay), ..slot }], Nanos(130));
        assert_eq!((ledger.preempted, ledger.blocked), (Nanos(preempted), Nanos(blocked)));
        assert_eq!(ledger.unexplained_ns, 5);
    }
}

#[test]
fn what_a_run_was_charged_for_does_not_count_against_the_next() {
    let core = |busy: f64, ours: f64| crate::event::CoreLoad {
        busy: Share::of(busy, 1.0),
        ours: Share::of(ours, 1.0),
        ..crate::event::CoreLoad::default()
    };
    let cores = vec![core(1.0, 0.9), core(0.3, 0.0)];
    let mut session = Session::default();
    session
        .apply(&RunEvent::Cores(crate::event::CoreSample { cores, ..crate::event::CoreSample::default() }));
    session.apply(&started(Strategy::Serial, 1));
    let idle = session.runs[0].surroundings.idle_before.unwrap();
    assert!((idle.fraction() - 0.8).abs() < 1e-9, "{idle:?}");
    // What poolscope itself did, calibrating, is no other program's.
    let (cores, own) = (vec![core(0.5, 0.0), core(0.1, 0.0)], Share::of(0.4, 1.0));
    let mut session = Session::default();
    session.apply(&RunEvent::Cores(crate::event::CoreSample {
        cores,
        own,
        ..crate::event::CoreSample::default()
    }));
    session.apply(&started(Strategy::Serial, 1));
    let idle = session.runs[0].surroundings.idle_before.unwrap();
    assert!((idle.fraction() - 0.9).abs() < 1e-9, "{idle:?}");
}

/// A run with one retry for each task, on one slot, and what its attempts so far ended in.
fn retried(outcomes: &[(u32, u8, Outcome)]) -> Session {
    let mut session = Session::default();
    session.apply(&started(Strategy::Threads, 1));
    session.runs[0].retries = 1;
    let mut levels = Gauges::default();
    for (task, attempt, outcome) in outcomes.iter().copied() {
        let (task, cpu) = (TaskIndex(task), Nanos::ZERO);
        let record = Record::Task { task, outcome, attempt, start: at(0), end: at(1), cpu, on: None };
        session.apply(&RunEvent::Lane { slot: SlotId(0), record });
        levels.done += u64::from(outcome == Outcome::Ok);
        levels.failed += u64::from(outcome != Outcome::Ok);
    }
    session.apply(&RunEvent::Levels { at: at(2), slots: vec![(SlotId(0), levels)] });
    session
}

#[test]
fn a_task_that_is_tried_again_has_not_failed() {
    let counted = |outcomes: &[(u32, u8, Outcome)]| {
        let session = retried(outcomes);
        let run = &session.runs[0];
        (run.done(), run.failed(), run.progress())
    };
    assert_eq!(counted(&[(0, 0, Outcome::Error)]), (0, 0, Share::of(0.0, 8.0)));
    let ok = [(0, 0, Outcome::TimedOut), (0, 1, Outcome::Ok)];
    assert_eq!(counted(&ok), (1, 0, Share::of(1.0, 8.0)));
    let failed = [(0, 0, Outcome::Error), (0, 1, Outcome::Error), (1, 0, Outcome::Cancelled)];
    assert_eq!(counted(&failed), (0, 2, Share::of(2.0, 8.0)));
}

#[test]
fn a_run_is_late_a_second_after_its_tasks_should_have_ended() {
    let mut session = Session::default();
    session.apply(&started(Strategy::Threads, 1));
    // The last task began at 700 ms, and the seven before it took 100 ms each.
    let mut totals = crate::event::PhaseTotals::default();
    totals.add(Phase::Blocked, Nanos::from_millis(700));
    let last = Gauges { totals, ..levels(7, 700, 7) };
    session.apply(&RunEvent::Levels { at: at(700), slots: vec![(SlotId(0), last)] });
    let run = &session.runs[0];
    assert_eq!(run.time_left(at(800)), Some(Nanos::ZERO));
    assert_eq!([1_799, 1_800].map(|ms| run.is_late(at(ms))), [false, true]);
    session.apply(&RunEvent::Levels { at: at(900), slots: vec![(SlotId(0), Gauges { done: 6, ..last })] });
    assert!(!session.runs[0].is_late(at(9_000)), "a task is still to come");
}

#[test]
fn the_cores_of_a_simulated_machine_and_the_real_ones_are_never_mixed() {
    use crate::event::{CoreLoad, CoreSample};
    let cores = |count: u16, simulated| {
        let cores = (0..count).map(|cpu| CoreLoad { cpu: crate::ids::CpuId(cpu), ..CoreLoad::default() });
        RunEvent::Cores(CoreSample { cores: cores.collect(), simulated, ..CoreSample::default() })
    };
    let many = |cores: &Cores| cores.latest().map_or(0, |sample| sample.cores.len());
    let machine = Machine::example(2);
    let mut plan = Plan::first(&machine);
    plan.runtime = "simulated:16".parse().unwrap();
    let mut session = Session::default();
    session.apply(&cores(2, false));
    session.apply(&RunEvent::Accepted { plan: plan.clone(), machine: plan.machine(&machine).into_owned() });
    session.apply(&cores(16, true));
    session.apply(&cores(2, false));
    assert_eq!((many(&session.cores), many(&session.simulated_cores)), (2, 16));
    assert_eq!((session.cores.history(0, 9).count(), session.simulated_cores.history(0, 9).count()), (2, 1));
    session.apply(&RunEvent::Finished);
    assert!(session.is_simulated() && !session.is_simulating());
    assert_eq!(many(&session.simulated_cores), 16, "what its runs had is known when it is over");
    session.apply(&RunEvent::Accepted { plan: Plan::first(&machine), machine: machine.clone() });
    assert_eq!((many(&session.cores), many(&session.simulated_cores)), (2, 0), "and the next has its own");
}

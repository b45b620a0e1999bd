use std::os::unix::net::UnixStream;

use super::*;
use crate::clock::{Clock, RunClock};
use crate::event::EventSink;
use crate::exec::CancelToken;
use crate::exec::lane::Lanes;
use crate::exec::processes::wire::{FrameReader, body};
use crate::plan::{Strategy, Work};

const KILLED: WorkerExit = WorkerExit::Killed { signal: 9 };

/// A dispatcher, and the children's ends of its sockets.
struct Table {
    dispatcher: Dispatcher,
    threads: u32,
    children: Vec<(UnixStream, FrameReader)>,
}

/// What a child was told.
#[derive(Debug, PartialEq)]
enum Told {
    Tasks(u32, u32),
    Rule(GilRule),
    Stop,
    Cancel,
}

impl Table {
    fn new(slots: u32, tasks: u64, chunk: u32) -> Self {
        Self::of(slots, |spec| (spec.tasks, spec.chunk) = (tasks, chunk))
    }

    fn of(slots: u32, change: impl FnOnce(&mut RunSpec)) -> Self {
        let mut spec = RunSpec {
            runtime: crate::plan::Runtime::Native,
            strategy: Strategy::Processes,
            slots,
            threads: 1,
            tasks: 10,
            chunk: 1,
            work: Work::Sleep { wait: Nanos::ZERO },
            estimate: Nanos::from_millis(10),
            timeout: None,
            retries: 0,
            on_error: OnError::Continue,
            seed: 1,
            cpus: 1,
            fault: None,
            port: None,
        };
        change(&mut spec);
        let clock = Clock::manual().0;
        let env = RunEnv {
            lanes: Lanes::private(1, 1, 0),
            lanes_path: None,
            run_key: 1,
            clock: RunClock::new(clock.clone(), clock.now()),
            cancel: CancelToken::default(),
            interval: spec.runtime.gil().map(|gil| Interval::new(gil.rule)),
            events: EventSink::channel().0,
            worker_program: "none".into(),
        };
        let (threads, children) = (spec.threads, Vec::new());
        let mut table = Self { dispatcher: Dispatcher::new(&spec, &env), threads, children };
        (0..slots / threads).for_each(|seat| table.start(seat));
        table
    }

    const fn place(&self, seat: u32) -> Place {
        Place::new(seat, self.threads)
    }

    /// A child sits down, and is ready.
    fn start(&mut self, seat: u32) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        theirs.set_nonblocking(true).unwrap();
        let place = self.place(seat);
        self.dispatcher.sit(place, 1, &Arc::new(Writer::new(Arc::new(ours))), Nanos::ZERO);
        if self.children.len() > place.seat() {
            self.children[place.seat()] = (theirs, FrameReader::new());
        } else {
            self.children.push((theirs, FrameReader::new()));
        }
        self.dispatcher.ready(place, Nanos::ZERO).send();
    }

    /// What a child was told since the last time.
    fn told(&mut self, seat: usize) -> Vec<Told> {
        let (stream, reader) = &mut self.children[seat];
        while reader.fill(stream).is_ok_and(|count| count > 0) {}
        let mut told = Vec::new();
        while let Some((kind, bytes)) = reader.next().unwrap() {
            told.push(match kind {
                Kind::Chunk => {
                    let chunk: Chunk = body(bytes).unwrap();
                    Told::Tasks(chunk.first.0, chunk.count)
                }
                Kind::Interval => Told::Rule(body(bytes).unwrap()),
                Kind::Stop => Told::Stop,
                Kind::Cancel => Told::Cancel,
                other => panic!("{other:?}"),
            });
        }
        told
    }

    fn done(&self, seat: u32, first: u32, count: usize) -> Option<Foul> {
        let values = Entry::Values { first: TaskIndex(first), distances: vec![1; count] };
        let (post, foul) = self.dispatcher.settle(self.place(seat), vec![values]);
        post.send();
        foul
    }

    fn fail(&self, seat: u32, task: u32) {
        let entry = Entry::Failed { task: TaskIndex(task), how: Failure::Error("broke".to_owned()) };
        self.dispatcher.settle(self.place(seat), vec![entry]).0.send();
    }

    fn die(&self, seat: u32, running: u32) -> u32 {
        self.die_with(seat, &[running])
    }

    fn die_with(&self, seat: u32, running: &[u32]) -> u32 {
        let running: Vec<_> = running.iter().copied().map(TaskIndex).collect();
        let buried = self.dispatcher.bury(self.place(seat), &running, &KILLED);
        buried.post.send();
        buried.returned
    }
}

#[test]
fn long_tasks_are_handed_out_one_by_one_and_the_last_outcome_stops_everybody() {
    let mut table = Table::new(2, 3, 1);
    assert_eq!(table.told(0), [Told::Tasks(0, 1)]);
    assert_eq!(table.told(1), [Told::Tasks(1, 1)]);
    assert!(table.done(0, 0, 1).is_none());
    assert_eq!(table.told(0), [Told::Tasks(2, 1)]);
    table.done(1, 1, 1);
    assert_eq!(table.told(1), []);
    table.done(0, 2, 1);
    assert_eq!((table.told(0), table.told(1)), (vec![Told::Stop], vec![Told::Stop]));
    let books = table.dispatcher.books();
    assert_eq!((books.counts.ok, books.stopped), (3, None));
    assert!(books.digest.is_some());
}

#[test]
fn short_tasks_are_handed_out_ahead_but_everybody_gets_some() {
    let short = |spec: &mut RunSpec| (spec.tasks, spec.estimate) = (1_000, Nanos::from_micros(1));
    let mut table = Table::of(2, short);
    assert_eq!((table.told(0).len(), table.told(1).len()), (16, 16));
    let few = |spec: &mut RunSpec| (spec.tasks, spec.estimate) = (4, Nanos::from_micros(1));
    let mut table = Table::of(2, few);
    assert_eq!((table.told(0).len(), table.told(1).len()), (1, 1));
}

#[test]
fn windows_are_wide_only_while_chunks_are_short() {
    assert_eq!(window(Nanos::from_millis(2), 1), 1);
    assert_eq!(window(Nanos::from_micros(1), 1), 16);
    assert_eq!(window(Nanos::from_micros(500), 1), 3);
    assert_eq!(window(Nanos::from_micros(1), 1_000_000), 2);
}

#[test]
fn what_a_dead_child_held_goes_to_whoever_has_nothing_to_do() {
    let mut table = Table::new(2, 8, 4);
    table.done(1, 4, 4);
    assert_eq!(table.told(1), [Told::Tasks(4, 4)]);
    table.done(0, 0, 1);
    assert_eq!(table.die(0, 2), 3, "tasks 1, 2 and 3");
    assert_eq!(table.told(1), [Told::Tasks(2, 1)], "the task that died first");
    table.done(1, 2, 1);
    assert_eq!(table.told(1), [Told::Tasks(1, 1)]);
    table.done(1, 1, 1);
    table.done(1, 3, 1);
    assert_eq!(table.told(1), [Told::Tasks(3, 1), Told::Stop]);
    let counts = table.dispatcher.books().counts;
    assert_eq!((counts.ok, counts.retried), (8, 1));
}

#[test]
fn a_task_that_kills_every_worker_is_lost_at_the_third() {
    let mut table = Table::new(1, 2, 2);
    for _ in 0..2 {
        assert_eq!(table.die(0, 0), if table.told(0) == [Told::Tasks(0, 2)] { 2 } else { 1 });
        table.start(0);
    }
    assert_eq!(table.die(0, 0), 0);
    table.start(0);
    assert_eq!(table.told(0), [Told::Tasks(1, 1)]);
    table.done(0, 1, 1);
    let books = table.dispatcher.books();
    assert_eq!((books.counts.ok, books.counts.lost, books.counts.retried), (1, 1, 2));
    assert!(books.errors[0].1.contains("SIGKILL"), "{:?}", books.errors);
}

#[test]
fn an_attempt_that_had_to_be_killed_for_its_time_counts_against_retries() {
    let mut table = Table::of(1, |spec| (spec.tasks, spec.retries) = (1, 2));
    let retry = vec![Entry::Retry { task: TaskIndex(0) }];
    table.dispatcher.settle(table.place(0), retry).0.send();
    for returned in [1, 0] {
        table.dispatcher.lock().seats[0].overran = vec![TaskIndex(0)];
        assert_eq!(table.die(0, 0), returned);
        table.start(0);
    }
    assert_eq!(table.told(0), [Told::Stop], "the only task timed out for good");
    let counts = table.dispatcher.books().counts;
    assert_eq!((counts.timed_out, counts.lost, counts.retried), (1, 0, 2));
}

#[test]
fn results_of_tasks_that_a_child_does_not_hold_are_not_entered_but_those_before_are() {
    let table = Table::new(1, 4, 2);
    let values = |first, count| Entry::Values { first: TaskIndex(first), distances: vec![1; count] };
    let (post, foul) =
        table.dispatcher.settle(table.place(0), vec![values(0, 1), values(3, 1), values(1, 1)]);
    post.send();
    assert_eq!(foul.unwrap().to_string(), "results of task #3, which the worker does not hold");
    assert_eq!(table.die(0, 1), 1);
    assert_eq!(table.dispatcher.books().counts.ok, 1);
}

#[test]
fn after_a_failure_nothing_begins_if_the_plan_says_so() {
    let mut table = Table::of(2, |spec| spec.on_error = OnError::Stop);
    table.fail(0, 0);
    assert_eq!(table.told(0), [Told::Tasks(0, 1), Told::Tasks(2, 1), Told::Stop]);
    assert_eq!(table.told(1), [Told::Tasks(1, 1), Told::Stop]);
    table.done(1, 1, 1);
    assert_eq!(table.told(1), []);
    let books = table.dispatcher.books();
    assert_eq!((books.counts.ok, books.counts.error, books.counts.cancelled), (1, 1, 8));
    assert_eq!(books.stopped, Some(StopReason::TaskFailed));
}

#[test]
fn after_cancelling_nothing_is_handed_out_and_latecomers_are_sent_away() {
    let mut table = Table::new(2, 10, 1);
    table.dispatcher.env.cancel.cancel();
    table.done(0, 0, 1);
    assert_eq!(table.told(0), [Told::Tasks(0, 1)]);
    table.dispatcher.end(Ending::Cancelled).send();
    assert_eq!(table.told(0), [Told::Cancel]);
    assert_eq!(table.die(0, 0), 0);
    table.start(0);
    assert_eq!(table.told(0), [Told::Cancel]);
    let books = table.dispatcher.books();
    assert_eq!((books.counts.ok, books.counts.cancelled), (1, 9));
    assert_eq!(books.stopped, Some(StopReason::Cancelled));
}

/// Hybrid: two children with two threads each, and long tasks.
fn hybrid(tasks: u64) -> Table {
    Table::of(4, |spec| (spec.threads, spec.tasks) = (2, tasks))
}

#[test]
fn a_child_holds_a_chunk_for_each_of_its_threads() {
    let mut table = hybrid(5);
    assert_eq!(table.told(0), [Told::Tasks(0, 1), Told::Tasks(1, 1)]);
    assert_eq!(table.told(1), [Told::Tasks(2, 1), Told::Tasks(3, 1)]);
    assert!(table.done(0, 1, 1).is_none(), "its threads may end in any order");
    assert_eq!(table.told(0), [Told::Tasks(4, 1)]);
    for (seat, task) in [(0, 4), (1, 3), (1, 2), (0, 0)] {
        assert!(table.done(seat, task, 1).is_none());
    }
    assert_eq!((table.told(0), table.told(1)), (vec![Told::Stop], vec![Told::Stop]));
    let short = |spec: &mut RunSpec| (spec.threads, spec.tasks, spec.estimate) = (2, 10_000, Nanos(1));
    let mut table = Table::of(4, short);
    assert_eq!((table.told(0).len(), table.told(1).len()), (32, 32));
    let wide = |spec: &mut RunSpec| (spec.threads, spec.tasks, spec.estimate) = (100, 100_000, Nanos(1));
    assert_eq!(Table::of(200, wide).told(0).len(), 128, "no more than a socket holds");
}

#[test]
fn whatever_ran_in_a_dead_child_is_charged_and_is_not_done_side_by_side_again() {
    let mut table = hybrid(8);
    assert_eq!((table.told(0).len(), table.told(1).len()), (2, 2));
    assert_eq!(table.die_with(0, &[0, 1]), 2);
    assert_eq!(table.told(1), [], "it is busy");
    table.start(0);
    assert_eq!(table.told(0), [Told::Tasks(1, 1), Told::Tasks(4, 1)], "one of them, and another task");
    table.done(1, 2, 1);
    assert_eq!(table.told(1), [Told::Tasks(0, 1)]);
    // Task 1 kills once more, and a third time: it alone is lost.
    assert_eq!(table.die_with(0, &[1, 4]), 2);
    table.start(0);
    assert_eq!(table.told(0), [Told::Tasks(4, 1), Told::Tasks(5, 1)]);
    table.done(1, 0, 1);
    assert_eq!(table.told(1), [Told::Tasks(1, 1)]);
    assert_eq!(table.die_with(1, &[1, 3]), 1);
    table.start(1);
    assert_eq!(table.told(1), [Told::Tasks(3, 1), Told::Tasks(6, 1)]);
    for (seat, task) in [(0, 4), (0, 5), (1, 3), (1, 6)] {
        assert!(table.done(seat, task, 1).is_none());
    }
    assert!(table.done(0, 7, 1).is_none());
    let books = table.dispatcher.books();
    assert_eq!((books.counts.ok, books.counts.lost), (7, 1));
    assert_eq!(books.errors[0].0, TaskIndex(1));
}

#[test]
fn who_ran_beside_a_task_that_took_too_long_is_done_again_and_not_charged() {
    let mut table = Table::of(2, |spec| (spec.threads, spec.tasks, spec.retries) = (2, 2, 0));
    assert_eq!(table.told(0), [Told::Tasks(0, 1), Told::Tasks(1, 1)]);
    table.dispatcher.lock().seats[0].overran = vec![TaskIndex(0)];
    assert_eq!(table.die_with(0, &[0, 1]), 1, "task 0 timed out for good");
    for _ in 0..5 {
        table.start(0);
        assert_eq!(table.told(0), [Told::Tasks(1, 1)]);
        // As if its process were killed for others, more often than a task may die.
        table.dispatcher.lock().seats[0].overran = vec![TaskIndex(7)];
        assert_eq!(table.die_with(0, &[1]), 1);
    }
    table.start(0);
    table.done(0, 1, 1);
    let counts = table.dispatcher.books().counts;
    assert_eq!((counts.ok, counts.timed_out, counts.lost), (1, 1, 0));
}

#[test]
fn children_hear_of_another_rule_those_that_come_later_too() {
    let new = GilRule::Interval(Nanos::from_millis(1));
    let mut table = Table::of(2, |spec| {
        spec.runtime = "gil".parse().unwrap();
        spec.tasks = 1;
    });
    (0..2).for_each(|seat| assert!(!table.told(seat).contains(&Told::Rule(new))));
    assert!(table.dispatcher.env.interval.as_ref().is_some_and(|interval| interval.set(new)));
    table.dispatcher.change(new).send();
    (0..2).for_each(|seat| assert_eq!(table.told(seat), [Told::Rule(new)]));
    table.die_with(1, &[]);
    table.start(1);
    assert_eq!(table.told(1), [Told::Rule(new)]);
}

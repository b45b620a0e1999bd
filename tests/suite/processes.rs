//! Worker processes: the real program as a worker, and everything that can befall one.

mod hybrid;
mod setup;

use std::process::{Command, Stdio};
use std::time::Duration;

use poolscope::clock::Clock;
use poolscope::event::{Phase, StopReason, WorkerExit};
use poolscope::exec::lane::LaneReader;
use poolscope::exec::processes::{GroupSignal, live_workers, signal_all};
use poolscope::ids::SlotId;
use poolscope::plan::{OnError, Strategy, Work};
use poolscope::units::{Bytes, Nanos};

use setup::{PATIENCE, all_finished, exits, mix, processes, signal, sleep, spawned, sum};

#[test]
fn children_come_to_the_same_results_as_threads() {
    let cpu = Work::Cpu { iterations: 50 };
    let primes = Work::Primes { numbers: (1_000..1_050).collect() };
    let native = Work::Native { buffer: Bytes(3_000), bytes: 10_000 };
    for (work, chunk) in
        [(sum(), 1), (sum(), 250), (cpu, 7), (primes, 3), (sleep(0), 100), (native, 20), (mix(), 7)]
    {
        let setup = |strategy| {
            let slots = if strategy == Strategy::Serial { 1 } else { 3 };
            let setup = processes(slots, 2_000, work.clone());
            setup.with(|spec| (spec.chunk, spec.strategy) = (chunk, strategy)).run()
        };
        let serial = setup(Strategy::Serial).0;
        let (threads, (books, events)) = (setup(Strategy::Threads).0, setup(Strategy::Processes));
        assert!(books.counts.all_ok() && books.stopped.is_none(), "{books:?}");
        assert_eq!((books.digest, books.counts), (threads.digest, threads.counts));
        assert_eq!((books.digest, &books.ok_of_parts), (serial.digest, &work.tasks_of_parts(2_000)));
        assert!(all_finished(&events), "{:?}", exits(&events));
    }
}

#[test]
fn buffers_are_filled_while_workers_start_and_no_later() {
    for strategy in [Strategy::Threads, Strategy::Processes] {
        let buffer = Bytes(4 << 20);
        let setup = processes(2, 40, Work::Native { buffer, bytes: buffer.0 / 8 });
        let running = setup.with(|spec| spec.strategy = strategy).start();
        let lanes = running.lanes.clone();
        let (books, _) = running.end();
        assert!(books.counts.all_ok(), "{books:?}");
        for slot in 0..2 {
            let gauges = LaneReader::new(&lanes, SlotId(slot)).gauges();
            assert!(gauges.totals.get(Phase::Starting) > Nanos::ZERO, "{strategy}: {gauges:?}");
        }
    }
}

#[test]
fn a_task_without_its_buffer_is_an_error_in_words() {
    for strategy in [Strategy::Threads, Strategy::Processes] {
        // More than there can be.
        let setup = processes(2, 6, Work::Native { buffer: Bytes(1 << 62), bytes: 1 });
        let (books, _) = setup.with(|spec| spec.strategy = strategy).run();
        assert_eq!((books.counts.error, books.stopped), (6, None), "{strategy}");
        assert!(books.errors[0].1.contains("no memory"), "{:?}", books.errors);
    }
}

#[test]
fn lanes_tell_the_same_whether_they_are_shared_or_sent() {
    for shared in [cfg!(target_os = "linux"), false] {
        let mut setup = processes(2, 300, Work::Sum { iterations: 20_000 });
        setup.shared = shared;
        let running = setup.start();
        let lanes = running.lanes.clone();
        let (books, _) = running.end();
        assert!(books.counts.all_ok());
        let gauges: Vec<_> = (0..2).map(|slot| LaneReader::new(&lanes, SlotId(slot)).gauges()).collect();
        assert_eq!(gauges.iter().map(|gauges| gauges.done).sum::<u64>(), 300, "{gauges:?}");
        assert!(gauges.iter().all(|gauges| gauges.cpu_time > Nanos::ZERO && gauges.pid > 0), "{gauges:?}");
    }
}

#[test]
fn a_child_killed_in_its_task_is_replaced_and_the_task_runs_again() {
    let mut running = processes(2, 40, sleep(50)).with(|spec| spec.estimate = Nanos::from_millis(50)).start();
    let victim = running.wait_for_task(1);
    assert!(signal("-KILL", victim));
    let (books, events) = running.end();
    assert!(books.counts.all_ok() && books.digest.is_some(), "{books:?}");
    assert_eq!(books.counts.retried, 1);
    assert_eq!(spawned(&events).len(), 3);
    assert!(exits(&events).contains(&&WorkerExit::Killed { signal: 9 }));
}

#[test]
fn children_killed_at_any_moment_cost_no_task() {
    let mut running = processes(4, 30_000, sum()).with(|spec| spec.chunk = 3).start();
    let mut killed = 0;
    while killed < 12 && !running.thread.is_finished() {
        running.seen.extend(running.feed.try_iter().flatten());
        if let Some(pid) = spawned(&running.seen).get(killed) {
            signal("-KILL", *pid);
            killed += 1;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    let (books, _) = running.end();
    // Three deaths of the same task are possible, though not likely.
    assert_eq!(books.counts.ok + books.counts.lost, 30_000);
    assert_eq!(books.stopped, None);
}

#[test]
fn a_task_that_kills_every_worker_is_lost_and_the_rest_is_not() {
    let (books, events) = processes(2, 100, sum()).fault("Exit:7").run();
    assert_eq!((books.counts.ok, books.counts.lost, books.counts.retried), (99, 1, 2));
    assert!(books.errors[0].1.contains("exited with status 66"), "{:?}", books.errors);
    assert_eq!(exits(&events).iter().filter(|exit| ***exit == WorkerExit::Failed { status: 66 }).count(), 3);
}

#[test]
fn a_panic_is_the_error_of_its_task_and_is_retried() {
    let (books, events) = processes(2, 100, sum()).fault("Panic:7").with(|spec| spec.retries = 2).run();
    assert_eq!((books.counts.ok, books.counts.error, books.counts.retried), (99, 1, 2));
    assert!(books.errors[0].1.contains("asked to panic"), "{:?}", books.errors);
    assert!(all_finished(&events), "{:?}", exits(&events));
}

#[test]
fn after_a_failure_no_task_begins_if_the_plan_says_so() {
    let setup = processes(1, 50, sleep(1)).fault("Panic:3");
    let setup = setup.with(|spec| (spec.on_error, spec.estimate) = (OnError::Stop, Nanos::from_millis(2)));
    let (books, _) = setup.run();
    assert_eq!((books.counts.ok, books.counts.error, books.counts.cancelled), (3, 1, 46));
    assert_eq!(books.stopped, Some(StopReason::TaskFailed));
}

#[test]
fn a_cancelled_run_ends_its_children_in_their_tasks() {
    let mut running = processes(2, 100, sleep(60_000)).start();
    running.wait_for_task(0);
    running.cancel.cancel();
    let (books, events) = running.end();
    assert_eq!(books.stopped, Some(StopReason::Cancelled));
    assert_eq!(books.counts.cancelled, 100);
    assert!(all_finished(&events), "{:?}", exits(&events));
}

#[test]
fn a_child_that_is_deaf_to_cancelling_is_killed() {
    for enforce in [false, true] {
        let mut running = processes(1, 10, sum()).fault("Hang:2").start();
        running.wait_for("the first tasks", |_| Some(()));
        running.wait_for_task(0);
        std::thread::sleep(Duration::from_millis(50));
        running.cancel.cancel();
        if enforce {
            running.cancel.enforce();
        }
        let (books, events) = running.end();
        assert_eq!((books.counts.ok, books.counts.cancelled), (2, 8));
        assert_eq!(exits(&events), [&WorkerExit::Enforced]);
    }
}

#[test]
fn tasks_that_take_too_long_time_out_in_the_child() {
    let setup = processes(2, 4, sleep(60_000));
    let (books, events) =
        setup.with(|spec| (spec.timeout, spec.retries) = (Some(Nanos::from_millis(30)), 1)).run();
    assert_eq!((books.counts.timed_out, books.counts.retried), (4, 4));
    assert!(all_finished(&events), "{:?}", exits(&events));
}

#[test]
fn a_child_that_is_deaf_to_its_time_limit_is_killed_and_the_attempt_timed_out() {
    let setup = processes(2, 20, sum()).fault("Hang:3");
    let (books, events) =
        setup.with(|spec| (spec.timeout, spec.retries) = (Some(Nanos::from_millis(50)), 1)).run();
    assert_eq!((books.counts.ok, books.counts.timed_out, books.counts.retried), (19, 1, 1), "{books:?}");
    assert_eq!(exits(&events).iter().filter(|exit| ***exit == WorkerExit::Enforced).count(), 2);
}

#[test]
fn programs_that_are_no_workers_end_the_run_in_words() {
    for (program, word) in
        [("/bin/false", "status 1"), ("/nonexistent/worker", "No such file"), ("/", "denied")]
    {
        let (books, _) = processes(2, 10, sum()).program(program).run();
        let Some(StopReason::Workers(words)) = &books.stopped else {
            panic!("{program}: {books:?}");
        };
        assert!(words.contains(word), "{program}: {words}");
        assert_eq!(books.counts.cancelled, 10);
    }
}

#[test]
fn a_program_that_hangs_up_and_lives_on_is_killed() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("worker");
    std::fs::write(&program, "#!/bin/sh\nexec 0<&-\nexec sleep 600\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (books, events) = processes(1, 10, sum()).program(program).run();
    assert!(matches!(books.stopped, Some(StopReason::Workers(_))), "{books:?}");
    // Of the three starts one may fail otherwise: the file may still be open for writing in a child of another test.
    assert!(exits(&events).len() >= 2, "{:?}", exits(&events));
    assert!(exits(&events).iter().all(|exit| **exit == WorkerExit::Enforced), "{:?}", exits(&events));
}

#[test]
fn what_a_program_said_before_it_failed_is_shown() {
    let (books, _) = processes(1, 10, sum()).program("/bin/cat").run();
    let Some(StopReason::Workers(words)) = &books.stopped else {
        panic!("{books:?}");
    };
    assert!(words.contains("__worker"), "{words}");
}

#[test]
fn a_worker_started_by_hand_refuses() {
    for stdin in [Stdio::null(), Stdio::piped()] {
        let worker = Command::new(env!("CARGO_BIN_EXE_poolscope"))
            .arg("__worker")
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = worker.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains("poolscope starts itself"), "{words}");
    }
}

#[test]
fn a_worker_without_a_handshake_refuses() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    for first in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", b"\x02\x00\x00\x00\x02\x00"] {
        let (ours, theirs) = UnixStream::pair().unwrap();
        std::io::Write::write_all(&mut &ours, first).unwrap();
        drop(ours);
        let worker = Command::new(env!("CARGO_BIN_EXE_poolscope"))
            .arg("__worker")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = worker.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{first:?}");
        assert!(output.stderr.starts_with(b"poolscope __worker: "), "{first:?}");
    }
}

/// What a test that needs a process of its own as the parent has that process do; see [`as_own_process`].
const PARENT: &str = "POOLSCOPE_TEST_PARENT";

/// Not a test by itself: the parent for those that follow, for signals reach all children of a process.
#[test]
#[ignore = "the tests below start it"]
fn a_parent_of_its_own() {
    let Ok(role) = std::env::var(PARENT) else {
        return;
    };
    let mut running = processes(3, 300, sleep(60_000)).fault("Hang:1").start();
    let pids: Vec<u32> = (0..3).map(|slot| running.wait_for_task(slot)).collect();
    if role == "victim" {
        println!("workers {pids:?}");
        std::thread::sleep(PATIENCE.to_std());
        return;
    }
    assert_eq!(live_workers().len(), 3);
    for (which, state) in [(GroupSignal::Stop, 'T'), (GroupSignal::Continue, 'S'), (GroupSignal::Stop, 'T')] {
        signal_all(which);
        for pid in &pids {
            until("the signal's effect", || state_of(*pid) == Some(state));
        }
    }
    signal_all(GroupSignal::Kill);
    running.wait_for("three deaths", |seen| (exits(seen).len() >= 3).then_some(()));
    running.cancel.enforce();
    running.end();
    assert!(live_workers().is_empty());
}

/// This test program again, with that one test.
fn as_own_process(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "processes::a_parent_of_its_own", "--ignored", "--nocapture"]).env(PARENT, role);
    command.stdout(Stdio::piped());
    command
}

/// The state of a process as the kernel names it; none if there is no such process.
fn state_of(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim().chars().next()
}

fn until(what: &str, true_at_some_time: impl Fn() -> bool) {
    let clock = Clock::monotonic();
    let deadline = clock.now().after(PATIENCE);
    while !true_at_some_time() {
        assert!(clock.now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_child_outlives_a_parent_that_is_killed() {
    use std::io::{BufRead, BufReader};
    let mut parent = as_own_process("victim").spawn().unwrap();
    let lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    let line = lines.map(Result::unwrap).find(|line| line.contains("workers [")).unwrap();
    let list = line.split(['[', ']']).nth(1).unwrap();
    let pids: Vec<u32> = list.split(", ").map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(pids.len(), 3);
    parent.kill().unwrap();
    parent.wait().unwrap();
    for pid in pids {
        // Whoever inherits a dead child may be slow to reap it, or never do.
        until("the death of an orphan", || matches!(state_of(pid), None | Some('Z' | 'X')));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn signals_reach_all_children_and_nobody_else() {
    let output = as_own_process("signals").stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

//! Findings about what is in the way, and what went wrong.

use super::*;
use crate::analysis::finding::alarm::WorkersDied;
use crate::analysis::finding::commands::ProcessesLeft;
use crate::analysis::fixture::locked_threads;
use crate::event::{StopReason, TaskCounts, WorkerExit};
use crate::ids::{SlotId, TaskIndex};
use crate::plan::{Command, Runtime, Work};

#[test]
fn preempted_workers_are_too_many_or_have_company() {
    let preempted = |slots, share: u64| Script {
        slots,
        elapsed: ms(1_000),
        computing: ms(990 - share),
        preempted: ms(share),
        ..threads()
    };
    says(
        Kind::Preempted,
        2,
        &[preempted(4, 490)],
        Weight::Advice,
        [
            "4 threads had no CPU for 49 % of their time",
            "4 threads shared 2 CPUs: for 49 % of their time they were ready to compute and had none.",
            "For computing, 2 workers would do as much.",
        ],
    );
    says(
        Kind::Preempted,
        2,
        &[Script { strategy: Strategy::Serial, ..preempted(1, 101) }],
        Weight::Advice,
        [
            "serial had no CPU for 10 % of its time",
            "serial was ready to compute and had no CPU for 10 % of its time: other programs had it.",
            "Close what else runs, and run it again.",
        ],
    );
    // 20 ms of computing and 30 ms of waiting: 2 CPUs have work for 5 workers, of which more are too many.
    let mixed = |slots| Script {
        slots,
        elapsed: ms(1_000),
        computing: ms(250),
        preempted: ms(365),
        blocked: ms(375),
        ..threads()
    };
    let step = |slots| of(Kind::Preempted, 2, &[mixed(slots)]).unwrap().next_step();
    assert_eq!(step(8).as_deref(), Some("Tasks also wait: 5 workers would keep 2 CPUs busy."));
    assert_eq!(step(5), None);
    silent(Kind::Preempted, 2, &[preempted(2, 100)]);
    silent(Kind::Preempted, 2, &[Script { suspended: ms(1), ..preempted(2, 200) }]);
    let short = Script { elapsed: ms(51), computing: ms(30), preempted: ms(15), ..threads() };
    silent(Kind::Preempted, 2, &[short]);
}

#[test]
fn a_busy_machine_is_told_of_once() {
    let busy = |script: Script| Script { idle_percent: Some(72), ..script };
    says(
        Kind::MachineBusy,
        2,
        &[busy(serial())],
        Weight::Advice,
        [
            "the machine was 72 % idle before the run",
            "before the run the CPUs were only 72 % idle: other programs share them, and times come out longer than they need be.",
            "Close what else runs, and run it again.",
        ],
    );
    silent(Kind::MachineBusy, 2, &[Script { idle_percent: Some(90), ..serial() }]);
    silent(Kind::MachineBusy, 2, &[Script { idle_percent: None, ..serial() }]);
    let session = [busy(serial()), busy(threads())].iter().fold(Scene::on(2), Scene::play).over();
    let told = compare(&session).findings;
    assert_eq!(told.iter().filter(|finding| finding.kind == Kind::MachineBusy).count(), 1);
}

#[test]
fn a_ledger_that_does_not_close_is_told_of() {
    let open =
        |unexplained_ms| Script { elapsed: ms(1_000), computing: ms(500), unexplained_ms, ..threads() };
    says(
        Kind::Unexplained,
        2,
        &[open(51)],
        Weight::Advice,
        [
            "5 % of the workers' time is unexplained",
            "102 ms (5 %) of the time of threads is in no phase.",
            "Take the shares of this run with care; this may be a fault of poolscope.",
        ],
    );
    let words = "the phases of threads add up to 140 ms (7 %) more than its workers lived.";
    assert_eq!(of(Kind::Unexplained, 2, &[open(-70)]).unwrap().explain(), words);
    silent(Kind::Unexplained, 2, &[open(50)]);
    silent(Kind::Unexplained, 2, &[open(-50)]);
}

#[test]
fn results_that_differ_are_an_alarm() {
    says(
        Kind::ResultsDiffer,
        2,
        &[serial(), Script { digest: 0xbad, ..threads() }],
        Weight::Alarm,
        [
            "threads came to other results than serial",
            "threads came to other results than serial: digest 0000000000000bad and not 123456789abcdef0.",
            "Do not compare their times: they did not do the same work.",
        ],
    );
    silent(Kind::ResultsDiffer, 2, &[serial(), threads()]);
    let failed = TaskCounts { error: 1, ..TaskCounts::default() };
    silent(Kind::ResultsDiffer, 2, &[serial(), Script { counts: failed, digest: 9, ..threads() }]);
}

#[test]
fn books_and_lanes_must_count_the_same() {
    says(
        Kind::BooksDiffer,
        2,
        &[Script { stray_attempts: 1, ..threads() }],
        Weight::Alarm,
        [
            "books and lanes count different tasks",
            "the lanes of threads tell of 17 attempts, the books of 16.",
            "The counts are those of the books; this is a fault of poolscope, please report it.",
        ],
    );
    let retried = TaskCounts { retried: 1, ..TaskCounts::default() };
    silent(Kind::BooksDiffer, 2, &[Script { stray_attempts: 1, counts: retried, ..threads() }]);
    let cancelled = TaskCounts { cancelled: 9, ..TaskCounts::default() };
    silent(Kind::BooksDiffer, 2, &[Script { counts: cancelled, ..threads() }]);
    let dead = Script { death: Some(WorkerExit::Killed { signal: 9 }), ..processes() };
    silent(Kind::BooksDiffer, 2, std::slice::from_ref(&dead));
    silent(Kind::BooksDiffer, 2, &[Script { stray_attempts: 3, ..dead }]);
}

#[test]
fn workers_that_died_are_named() {
    let died = |exit| Script { death: Some(exit), ..processes() };
    says(
        Kind::WorkersDied,
        2,
        &[died(WorkerExit::Killed { signal: 9 })],
        Weight::Alarm,
        [
            "1 worker died",
            "1 worker died and was replaced: w0 killed (SIGKILL); no task was lost.",
            "If nobody killed it, the system may be short of memory: look at its log.",
        ],
    );
    let lost = TaskCounts { lost: 2, ..TaskCounts::default() };
    let explain =
        of(Kind::WorkersDied, 2, &[Script { counts: lost, ..died(WorkerExit::Failed { status: 3 }) }]);
    assert_eq!(
        explain.unwrap().explain(),
        "1 worker died and was replaced: w0 exited with status 3; 2 tasks were lost."
    );
    let thrice =
        WorkersDied { died: vec![(SlotId(0), WorkerExit::Failed { status: 66 }); 3], replaced: 3, lost: 0 };
    assert_eq!(
        thrice.explain(),
        "3 workers died and were replaced: w0 exited with status 66 (three times); no task was lost."
    );
    silent(Kind::WorkersDied, 2, &[died(WorkerExit::Finished)]);
    let cancelled = Script { stopped: Some(StopReason::Cancelled), ..died(WorkerExit::Enforced) };
    silent(Kind::WorkersDied, 2, &[cancelled]);
}

#[test]
fn failed_tasks_are_told_of_with_the_first_error() {
    let counts = TaskCounts { error: 2, timed_out: 1, ..TaskCounts::default() };
    let errors = vec![(TaskIndex(3), "no such\u{1b}[2Jhost".to_owned())];
    says(
        Kind::TasksFailed,
        2,
        &[Script { counts, errors, ..threads() }],
        Weight::Alarm,
        [
            "3 of 16 tasks failed",
            "with threads 3 of 16 tasks failed: 2 with an error and 1 timed out; the first is #3: \"no such\\u{1b}[2Jhost\".",
            "Give tasks a longer timeout, or make them shorter.",
        ],
    );
    let how =
        |counts: TaskCounts| of(Kind::TasksFailed, 2, &[Script { counts, ..threads() }]).unwrap().explain();
    let none = TaskCounts::default();
    assert_eq!(how(TaskCounts { timed_out: 2, ..none }), "with threads 2 of 16 tasks timed out.");
    assert_eq!(how(TaskCounts { error: 2, ..none }), "with threads 2 of 16 tasks failed with an error.");
    let lost = "with threads 1 of 16 tasks was lost with its worker.";
    assert_eq!(how(TaskCounts { lost: 1, ..none }), lost);
    silent(Kind::TasksFailed, 2, &[threads()]);
    let step = |error| {
        let counts = TaskCounts { error, ..none };
        of(Kind::TasksFailed, 2, &[Script { counts, ..threads() }]).unwrap().next_step()
    };
    assert_eq!(step(15).as_deref(), Some("If the error comes and goes, allow retries."));
    assert_eq!(step(16), None, "it does not come and go");
}

#[test]
fn no_retry_is_advised_where_a_host_does_not_exist() {
    let step = |words: &[&str]| {
        let counts = TaskCounts { error: 2, ..TaskCounts::default() };
        let errors = (3..).map(TaskIndex).zip(words.iter().map(|words| (*words).to_owned())).collect();
        of(Kind::TasksFailed, 2, &[Script { counts, errors, ..threads() }]).unwrap().next_step()
    };
    let gone = "http://nonexistant-subdomain.invalid/: there is no such host";
    assert_eq!(
        step(&[gone, gone]).as_deref(),
        Some("No retry helps there: correct the URL, or leave it out.")
    );
    let retries = Some("If the error comes and goes, allow retries.");
    assert_eq!(step(&[gone, "http://example.org/: timed out"]).as_deref(), retries);
}

#[test]
fn a_command_that_succeeds_only_the_first_time_is_told_of() {
    let command = Command::new(vec!["true".to_owned()], false, None).unwrap();
    let work = Work::Command(std::sync::Arc::new(command));
    let ran = |script: Script, error| {
        let counts = TaskCounts { error, ..TaskCounts::default() };
        Script { work: work.clone(), counts, ..script }
    };
    let step = |runs: &[Script]| of(Kind::TasksFailed, 2, runs).unwrap().next_step();
    let words =
        "The command must be repeatable: the first run of it succeeded, and each run does all tasks again.";
    assert_eq!(step(&[ran(serial(), 0), ran(threads(), 16)]).as_deref(), Some(words));
    assert_eq!(step(&[ran(serial(), 0), ran(processes(), 8)]).as_deref(), Some(words));
    let retries = Some("If the error comes and goes, allow retries.");
    assert_eq!(step(&[ran(serial(), 0), ran(threads(), 7)]).as_deref(), retries);
    assert_eq!(step(&[ran(serial(), 1), ran(threads(), 8)]).as_deref(), retries);
    assert_eq!(step(&[ran(serial(), 16), ran(threads(), 16)]), None);
}

#[test]
fn processes_left_behind_are_told_of_with_their_tasks_where_these_are_known() {
    let left = |tasks, processes| {
        let left = ProcessesLeft { strategy: Strategy::Threads, tasks, processes };
        (left.headline(), left.explain())
    };
    for (tasks, processes, headline, words) in [
        (
            Some(3),
            8,
            "3 tasks left processes behind",
            "with threads 3 tasks left processes behind (8 processes); they were killed.",
        ),
        (
            Some(1),
            1,
            "1 task left processes behind",
            "with threads 1 task left processes behind (1 process); it was killed.",
        ),
        (
            None,
            8,
            "processes were left behind",
            "with threads processes were left behind (8); they were killed.",
        ),
    ] {
        assert_eq!(left(tasks, processes), (headline.to_owned(), words.to_owned()));
    }
}

#[test]
fn runs_that_ended_early_say_why() {
    let counts = TaskCounts { cancelled: 15, ..TaskCounts::default() };
    let early = |stopped| Script { counts, stopped: Some(stopped), ..processes() };
    let cancelled = "processes were cancelled, with 1 of 16 tasks done.";
    says(
        Kind::EndedEarly,
        2,
        &[early(StopReason::Cancelled)],
        Weight::Advice,
        ["processes were cancelled", cancelled, ""],
    );
    // What else could be said of its times comes from its being cut short.
    let times = Script {
        stopped: Some(StopReason::Cancelled),
        elapsed: ms(1_000),
        startup: ms(20),
        shutdown: ms(380),
        computing: ms(300),
        preempted: ms(250),
        median: ms(50),
        longest: ms(590),
        ..processes()
    };
    let kinds = |script| found(2, &[serial(), script]).iter().map(|f| f.kind).collect::<Vec<_>>();
    assert_eq!(kinds(times.clone()), [Kind::EndedEarly]);
    let whole = kinds(Script { stopped: None, ..times });
    assert!(whole.contains(&Kind::StartUp) && whole.contains(&Kind::Preempted), "{whole:?}");
    let no_memory = of(Kind::EndedEarly, 2, &[early(StopReason::Workers("no memory".to_owned()))]).unwrap();
    assert_eq!(no_memory.weight, Weight::Alarm);
    assert_eq!(no_memory.explain(), "processes could not go on: \"no memory\", with 1 of 16 tasks done.");
}

/// Two threads under one lock, with as many tasks that compute 20 ms as tasks that sleep 1 ms and end so much late.
fn beside_computing(late: u64, waited: u64) -> Script {
    let parts = vec![(Work::Cpu { iterations: 1_000 }, 1), (Work::Sleep { wait: ms(1) }, 1)];
    let every = |time: u64| crate::event::Percentiles {
        p50: ms(time),
        p90: ms(time),
        p99: ms(3 * time),
        max: ms(4 * time),
    };
    let part = |time| crate::event::PartEnd { ok: 40, latency: every(time) };
    Script {
        tasks: 80,
        work: Work::Mix { parts },
        parts: vec![part(20), part(1 + late)],
        computing: ms(400),
        blocked: ms(20),
        elapsed: ms(900),
        gil_wait: (ms(waited), every(late.max(1))),
        ..locked_threads()
    }
}

#[test]
fn a_convoy_is_told_where_waiting_for_the_lock_explains_it() {
    says(
        Kind::Convoy,
        2,
        &[beside_computing(5, 300)],
        Weight::Advice,
        [
            "sleep tasks ended 5.00 ms late at the median",
            "sleep tasks ended 5.00 ms late at the median (p99 17.0 ms): each return from waiting asks for the GIL, and \
             waits the switch interval of 5.00 ms.",
            "Use a shorter switch interval, as gil:1ms, or processes, where nobody else wants the lock.",
        ],
    );
    // Punctual ones; too few that wait; late for another reason; and nobody that computes beside them.
    silent(Kind::Convoy, 2, &[beside_computing(1, 300)]);
    let mut few = beside_computing(5, 300);
    few.parts[1].ok = 19;
    silent(Kind::Convoy, 2, &[few]);
    silent(Kind::Convoy, 2, &[beside_computing(5, 20)]);
    let mut alone = beside_computing(5, 300);
    alone.parts[0].ok = 0;
    silent(Kind::Convoy, 2, &[alone]);
    silent(
        Kind::Convoy,
        2,
        &[Script { runtime: Runtime::Native, gil: Vec::new(), ..beside_computing(5, 300) }],
    );
}

#[test]
fn a_mix_is_trusted_and_judged_as_other_work_is() {
    let mix = Script { runtime: Runtime::Native, gil: Vec::new(), ..beside_computing(0, 0) };
    let last = |script: &Script| {
        let session = Scene::on(2).play(script).over();
        compare(&session).runs.pop().unwrap()
    };
    let quiet = last(&mix);
    assert_eq!(
        quiet.trust.as_ref().map(|trust| trust.level),
        last(&threads()).trust.map(|trust| trust.level)
    );
    assert!(quiet.findings.iter().all(|finding| finding.weight != Weight::Alarm), "{:?}", quiet.findings);
    let busy = Script { idle_percent: Some(40), ..mix.clone() };
    assert!(last(&busy).trust.unwrap().level < quiet.trust.unwrap().level);
    let crowded = Script { slots: 4, preempted: ms(400), ..mix };
    assert!(of(Kind::Preempted, 2, &[crowded]).is_some());
}

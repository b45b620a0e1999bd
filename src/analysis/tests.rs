use super::fixture::{Scene, Script, asleep, ms, processes, serial, threads};
use super::*;
use crate::event::{StopReason, TaskCounts};
use crate::ids::TaskIndex;
use crate::state::Ledger;
use crate::units::{Nanos, Share};

fn session(runs: &[Script]) -> Session {
    runs.iter().fold(Scene::on(2), Scene::play).over()
}

fn last(runs: &[Script]) -> RunSummary {
    compare(&session(runs)).runs.pop().unwrap()
}

fn failed(error: u64) -> Script {
    let counts = TaskCounts { error, ..TaskCounts::default() };
    let errors = vec![(TaskIndex(3), "no route to \u{1b}[31mhost".to_owned())];
    Script { counts, errors, ..threads() }
}

fn cancelled(script: Script) -> Script {
    let counts = TaskCounts { cancelled: 9, ..TaskCounts::default() };
    Script { counts, stopped: Some(StopReason::Cancelled), ..script }
}

#[test]
fn a_summary_holds_the_numbers_of_a_run() {
    let run = last(&[serial(), processes()]);
    assert_eq!((run.size.as_str(), run.iterations, run.workers), ("5000000", 5_000_000, 2));
    assert_eq!((run.elapsed, run.startup, run.shutdown), (ms(1_740), ms(20), ms(7)));
    assert_eq!(run.makespan, ms(1_713));
    assert_eq!(run.cpu, ms(2 * 1_681));
    assert!((run.throughput_per_s - 16.0 / 1.74).abs() < 1e-9);
    assert!((run.speedup.unwrap() - 3_363.0 / 1_740.0).abs() < 1e-9);
    assert!((run.efficiency.unwrap() - 3_363.0 / 1_740.0 / 2.0).abs() < 1e-9);
    let worker = &run.per_worker[1];
    assert_eq!((worker.tasks, worker.busy, worker.pids.as_slice()), (8, ms(1_697), &[101][..]));
}

#[test]
fn the_ledgers_of_workers_add_up_to_the_ledger_of_the_run() {
    let run = last(&[Script { unexplained_ms: 10, ..processes() }]);
    let whole: Nanos = run.per_worker.iter().map(|worker| worker.ledger.whole()).sum();
    assert_eq!(run.ledger.whole(), whole);
    assert_eq!(whole, run.elapsed * 2);
    let unexplained: i64 = run.per_worker.iter().map(|worker| worker.ledger.unexplained_ns).sum();
    assert_eq!(run.ledger.unexplained_ns, unexplained);
    assert_eq!(unexplained, 20_000_000);
}

#[test]
fn a_stop_is_in_no_time_of_a_run() {
    let run = last(&[serial(), Script { suspended: ms(5_000), ..threads() }]);
    assert_eq!((run.elapsed, run.makespan), (ms(1_716), ms(1_714)));
    assert!((run.speedup.unwrap() - 1.96).abs() < 0.01);
    // Phases hold the stop, and what they are too long by is shown.
    assert_eq!(run.ledger.unexplained_ns, -10_000_000_000);
    assert!(!run.findings.iter().any(|finding| finding.kind == FindingKind::Unexplained));
}

#[test]
fn there_is_no_speedup_between_runs_that_did_not_do_the_same_work() {
    let speedup = |runs: &[Script]| last(runs).speedup;
    assert!((speedup(&[serial()]).unwrap() - 1.0).abs() < f64::EPSILON, "serial against itself");
    assert_eq!(speedup(&[threads()]), None);
    assert_eq!(speedup(&[serial(), failed(1)]), None);
    assert_eq!(speedup(&[cancelled(serial()), threads()]), None);
    assert_eq!(speedup(&[serial(), Script { repeat: 1, ..threads() }]), None);
}

#[test]
fn a_run_that_goes_on_has_no_summary() {
    let mut events = Session::default();
    for run in session(&[serial()]).runs {
        events.apply(&crate::event::RunEvent::RunStarted(run.start));
    }
    assert_eq!(summarise(&events, &events.runs[0]), None);
    assert_eq!(conclusion(&events), None);
    assert_eq!(compare(&events), Comparison::default());
}

#[test]
fn results_are_the_same_where_all_that_are_known_are() {
    let same = |runs: &[Script]| compare(&session(runs)).same_results;
    assert_eq!(same(&[serial()]), None);
    assert_eq!(same(&[serial(), failed(1)]), None);
    assert_eq!(same(&[serial(), threads()]), Some(true));
    assert_eq!(same(&[serial(), threads(), Script { digest: 9, ..processes() }]), Some(false));
    let sleep = |script| Script { workload: 1, ..asleep(script) };
    assert_eq!(same(&[serial(), sleep(serial())]), None, "other workloads have other results");
    assert_eq!(same(&[serial(), sleep(serial()), sleep(threads())]), Some(true));
}

#[test]
fn trust_is_four_less_one_for_each_reason() {
    let trust = |script: Script| {
        let trust = last(&[script]).trust.unwrap();
        (trust.level, trust.reasons.join("; "))
    };
    assert_eq!(trust(serial()), (4, String::new()));
    assert_eq!(
        trust(Script { idle_percent: None, ..serial() }).0,
        4,
        "nothing is known, nothing is held against it"
    );
    assert_eq!(trust(Script { idle_percent: Some(90), ..serial() }).0, 4);
    // Where nobody looked before, others are seen while it runs; where somebody did, that was said.
    let meanwhile = |idle_percent| trust(Script { idle_percent, others_percent: 30, ..serial() });
    assert_eq!(meanwhile(None), (3, "other work took 30 % of the CPUs meanwhile".to_owned()));
    assert_eq!(meanwhile(Some(98)).0, 4);
    assert_eq!(trust(Script { taken_percent: (1, 1), ..serial() }).0, 4);
    assert_eq!(trust(Script { estimate: ms(3_100), ..serial() }).0, 4);
    for (script, words) in [
        (
            Script { idle_percent: Some(89), ..serial() },
            "the machine was busy with other work: 89 % idle before the run",
        ),
        (Script { taken_percent: (2, 0), ..serial() }, "the hypervisor took up to 2 % of the CPUs"),
        (Script { taken_percent: (2, 5), ..serial() }, "a CPU quota held the workers back, by up to 5 %"),
        (Script { estimate: ms(2_688), ..serial() }, "serial took 25 % longer than calibration foresaw"),
        (Script { estimate: ms(4_803), ..serial() }, "serial took 30 % less than calibration foresaw"),
        (
            Script { elapsed: ms(45), computing: ms(43), estimate: ms(43), ..serial() },
            "the tasks took 43.0 ms together, too short for a steady measurement",
        ),
    ] {
        assert_eq!(trust(script), (3, words.to_owned()));
    }
    let all = Script {
        idle_percent: Some(5),
        taken_percent: (50, 0),
        elapsed: ms(45),
        computing: ms(43),
        ..serial()
    };
    assert_eq!(trust(all).0, 0);
}

#[test]
fn strategies_at_once_cost_a_point_of_trust_and_are_still_against_serial() {
    let mut session = session(&[serial(), threads()]);
    if let Some(plan) = &mut session.plan {
        plan.together = true;
    }
    let run = summarise(&session, &session.runs[1]).unwrap();
    let reason = "3 strategies ran at once and shared the CPUs".to_owned();
    let trust = run.trust.unwrap();
    assert_eq!((trust.level, trust.reasons), (3, vec![reason]));
    assert!(run.speedup.is_some_and(|speedup| speedup > 1.9));
}

#[test]
fn a_baseline_off_its_calibration_weakens_every_run_beside_it() {
    let run = last(&[Script { estimate: ms(2_000), ..serial() }, threads()]);
    assert_eq!(run.trust.unwrap().reasons, ["serial took 68 % longer than calibration foresaw"]);
    // A composite number ends a trial division early, and sleep is not calibrated at all.
    let primes = crate::plan::Work::Primes { numbers: vec![1_099_726_899_285_419] };
    assert_eq!(last(&[Script { work: primes, estimate: ms(9_000), ..serial() }]).trust.unwrap().level, 4);
    assert_eq!(last(&[Script { estimate: ms(9_000), ..asleep(serial()) }]).trust.unwrap().level, 4);
}

#[test]
fn medians_leave_out_runs_that_did_not_go_to_their_end() {
    let repeat = |repeat, elapsed| Script { repeat, elapsed: ms(elapsed), ..threads() };
    let runs = [repeat(0, 1_720), repeat(1, 1_990), repeat(2, 1_710), cancelled(repeat(3, 400))];
    let comparison = compare(&session(&runs));
    let medians: Vec<Nanos> = comparison.medians(0).into_iter().map(|run| run.elapsed).collect();
    assert_eq!(medians, [ms(1_720)]);
    let comparison = compare(&session(&[cancelled(serial())]));
    assert_eq!(comparison.medians(0).len(), 1);
}

#[test]
fn the_conclusion_says_what_was_faster_why_and_what_to_try() {
    let slow = |script: Script| Script {
        elapsed: ms(4_000),
        computing: ms(1_000),
        sending: ms(1_500),
        receiving: ms(900),
        ..script
    };
    let late = Script { elapsed: ms(2_136), startup: ms(400), ..processes() };
    let uneven = |script: Script| Script { tasks: 9, workload: 0, ..script };
    for (runs, words) in [
        (
            vec![serial()],
            "serial took 3.36 s for 16 tasks: computing 100 %. Run threads as well, to see what more CPUs are worth.",
        ),
        (
            vec![asleep(serial())],
            "serial took 2.00 s for 10 tasks: blocked 100 %. Its tasks mostly wait: threads can wait side by side.",
        ),
        (
            vec![threads()],
            "threads ×2 took 1.72 s for 16 tasks: computing 98 %, preempted 1 %. Run serial as well, to see the speedup.",
        ),
        (
            vec![serial(), threads()],
            "threads ran 1.96× faster than serial on 2 CPUs: computing 98 %, preempted 1 %.",
        ),
        (
            vec![serial(), threads(), processes()],
            "threads and processes ran 1.93–1.96× faster than serial on 2 CPUs: computing 98 %, preempted 1 %.",
        ),
        (
            vec![serial(), threads(), late],
            "threads ran 1.96× faster than serial on 2 CPUs: computing 98 %, preempted 1 %. processes took 2.14 s, of which 407 ms was starting and stopping workers.",
        ),
        (
            vec![asleep(serial()), asleep(threads()), asleep(processes())],
            "threads and processes both overlap the waiting, 3.18–3.31× faster than serial with 4 workers; threads are cheaper to start. Use 5 workers, which need only 2 waves.",
        ),
        (
            vec![threads(), slow(processes())],
            "threads ran 2.33× faster than processes on 2 CPUs: computing 98 %, preempted 1 %. processes took 4.00 s: sending 38 %, computing 25 %.",
        ),
        (
            vec![threads(), processes()],
            "threads and processes took the same, 1.72 s on 2 CPUs: computing 98 %, preempted 1 %.",
        ),
        (
            vec![serial(), slow(processes())],
            "serial was fastest; processes took 1.19× as long: sending 38 %, computing 25 %. Hand out larger chunks, or make tasks longer.",
        ),
        (
            vec![
                serial(),
                Script { elapsed: ms(3_400), computing: ms(3_390), preempted: ms(0), ..uneven(threads()) },
            ],
            "threads took as long as serial, 3.40 s: computing 100 %. Its tasks computed 2.02× as long as in serial: the CPUs share a cache, a clock or a core; try fewer workers.",
        ),
        (
            vec![serial(), failed(2)],
            "serial took 3.36 s for 16 tasks: computing 100 %. 2 of 16 tasks failed with threads.",
        ),
        (
            vec![failed(2)],
            "with threads 2 of 16 tasks failed with an error; the first is #3: \"no route to \\u{1b}[31mhost\". If the error comes and goes, allow retries.",
        ),
        (vec![cancelled(serial())], "serial was cancelled, after 3.36 s with 7 of 16 tasks done."),
        (
            vec![serial(), Script { digest: 5, ..threads() }],
            "threads came to other results than serial: digest 0000000000000005 and not 123456789abcdef0. Do not compare their times: they did not do the same work.",
        ),
    ] {
        let said = conclusion(&session(&runs)).unwrap();
        assert_eq!(said, words);
        assert!(said.chars().count() <= 200, "{} characters: {said}", said.chars().count());
    }
}

#[test]
fn while_more_is_to_come_nobody_is_told_to_run_it() {
    let said = conclusion(&Scene::on(2).play(&serial()).0).unwrap();
    assert_eq!(said, "serial took 3.36 s for 16 tasks: computing 100 %.");
}

#[test]
fn the_longest_parts_of_a_ledger_are_named_in_order() {
    let ledger = Ledger {
        computing: Nanos(870),
        waiting: Nanos(80),
        gil_wait: Nanos(50),
        absent: Nanos(1),
        ..Ledger::default()
    };
    assert_eq!(where_time_went(&ledger, Nanos::ZERO, 9), "computing 87 %, waiting 8 %, gil-wait 5 %");
    assert_eq!(where_time_went(&ledger, Nanos::ZERO, 1), "computing 87 %");
    assert_eq!(where_time_went(&Ledger::default(), Nanos::ZERO, 3), "");
    let commands = Ledger { blocked: Nanos(90), waiting: Nanos(10), ..Ledger::default() };
    assert_eq!(where_time_went(&commands, Nanos(70), 2), "commands computing 70 %, blocked 20 %");
    assert_eq!(where_time_went(&commands, Nanos(700), 2), "commands computing 90 %, waiting 10 %");
    assert_eq!(words::percent(Share::of(1.0, 3.0)), "33 %");
}

#[test]
fn lists_and_foreign_words_fit_into_sentences() {
    let list = |words: &[&str]| words::and(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
    assert_eq!(list(&["a"]), "a");
    assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    assert_eq!(words::quoted(" it \"broke\"\u{202e}\n"), r#""it \"broke\"\u{202e}""#);
    assert_eq!(words::quoted(&"x".repeat(90)).chars().count(), 83);
}

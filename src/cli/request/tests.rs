//! What options mean, on a machine with two CPUs.

use clap::Parser;

use super::*;
use crate::cli::args::{Args, Verb};
use crate::plan::{Chunk, Size, TaskType, Workload};

fn plan_of(words: &str) -> Result<Plan, Vec<String>> {
    let args = Args::try_parse_from(["poolscope"].into_iter().chain(words.split_whitespace())).unwrap();
    let (purpose, args) = match args.verb {
        Some(Verb::Run(args)) => (Purpose::Run, args.plan),
        Some(Verb::Compare(args)) => (Purpose::Compare, args.plan),
        _ => (Purpose::Lab, args.plan),
    };
    let plan = args.plan(purpose, &Machine::example(2));
    plan.map_err(|wrongs| wrongs.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn plan(words: &str) -> Plan {
    plan_of(words).unwrap()
}

fn loads(plan: &Plan) -> Vec<String> {
    plan.workloads.iter().map(|load| format!("{} {} x{}", load.task, load.size, load.tasks)).collect()
}

#[test]
fn nothing_said_is_the_first_plan() {
    let first = Plan::first(&Machine::example(2));
    assert_eq!(plan(""), first);
    assert_eq!(plan("compare"), first);
    assert_eq!(plan("run"), Plan { strategies: vec![Strategy::Threads], ..first });
}

#[test]
fn each_task_type_has_its_own_size_unless_one_suits_all() {
    assert_eq!(
        loads(&plan("compare -t cpu,sleep -t primes")),
        [
            "cpu 500ms x8",
            "sleep 500ms x8",
            &format!("primes {} x6", Size::default_for(TaskType::Primes, Nanos(1), 6))
        ]
    );
    assert_eq!(loads(&plan("compare -t cpu,sleep --size 20ms -n 3")), ["cpu 20ms x3", "sleep 20ms x3"]);
    assert_eq!(
        plan_of("compare -t cpu,mixed --size 20ms").unwrap_err(),
        ["--size 20ms: does not suit mixed, whose size is compute+wait: 20ms+80ms"]
    );
}

#[test]
fn more_tasks_are_smaller_ones_and_many_workers_get_some() {
    assert_eq!(loads(&plan("compare -n 1_000")), ["cpu 4ms x1000"]);
    assert_eq!(loads(&plan("compare -w 4")), ["cpu 500ms x8"], "the same work as with two workers");
    assert_eq!(loads(&plan("compare -w 20")), ["cpu 50ms x80"]);
    assert_eq!(loads(&plan("compare -w 20 -n 5 --size 7")), ["cpu 7 x5"]);
}

#[test]
fn a_scenario_comes_first_and_options_after() {
    let classic = plan("compare --scenario classic-io");
    assert_eq!(loads(&classic), ["sleep 1s x10"]);
    let less = plan("compare --scenario classic-io --size 1ms -s threads --timeout 2s");
    assert_eq!(loads(&less), ["sleep 1ms x10"]);
    assert_eq!((less.strategies, less.timeout), (vec![Strategy::Threads], Some(Nanos::from_secs(2))));
    assert_eq!(less.workers, classic.workers);
    assert_eq!(loads(&plan("compare --scenario classic-io -t sum -n 2")), ["sum 2s x2"]);
    assert_eq!(plan("run --scenario classic-io").strategies, [Strategy::Threads]);
}

#[test]
fn a_scenario_without_workers_has_those_of_the_machine_that_is_simulated() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("my.toml");
    let text = "schema = \"poolscope/scenario/1\"\ntitle = \"t\"\n[[workload]]\ntask = \"sleep\"\nsize = \"1ms\"\ntasks = 9\n";
    std::fs::write(&path, text).unwrap();
    let workers = |more: &str| plan(&format!("run --scenario {} {more}", path.display())).workers;
    assert_eq!(workers(""), crate::plan::WorkerCount::Exactly(2));
    assert_eq!(workers("--runtime gil"), crate::plan::WorkerCount::Exactly(2));
    assert_eq!(workers("--runtime simulated:16"), crate::plan::WorkerCount::Exactly(8));
    assert_eq!(workers("--runtime simulated:16 -w 3"), crate::plan::WorkerCount::Exactly(3));
}

#[test]
fn every_other_option_is_taken_as_it_is_written() {
    let plan = plan(
        "compare -s processes -s serial,threads --chunk 3 --retries 2 --on-error stop --repeats 5 --seed 9 --timeout none",
    );
    assert_eq!(plan.strategies, [Strategy::Processes, Strategy::Serial, Strategy::Threads]);
    assert_eq!((plan.chunk, plan.retries, plan.on_error), (Chunk::Tasks(3), 2, OnError::Stop));
    assert_eq!((plan.repeats, plan.seed, plan.timeout), (5, 9, None));
}

#[test]
fn a_number_beyond_all_limits_is_refused_by_its_limit() {
    assert_eq!(
        plan_of("compare -n 99999999999999999999").unwrap_err(),
        ["--tasks 18 446 744 073 709 551 615: is more than the books can hold; use 1 to 100 000 000"]
    );
    assert_eq!(plan_of("compare --repeats 5000000000").unwrap_err().len(), 1);
    assert_eq!(plan_of("compare --seed 18446744073709551616").unwrap_err().len(), 1);
}

#[test]
fn weights_make_one_workload_and_sizes_are_given_by_name() {
    let shown = |line: &str| {
        let plan = plan(line);
        let one = |load: &Workload| format!("{} {} x{}", load.tasks_text(), load.size, load.tasks);
        plan.workloads.iter().map(one).collect::<Vec<_>>()
    };
    for (line, loads) in [
        ("-t cpu:2,sleep:998 -n 1000 --size cpu=1s,sleep=1ms", "cpu:2,sleep:998 cpu=1s,sleep=1ms x1000"),
        ("-t cpu:4 -t sleep -n 40 --size sleep=1ms", "cpu:4,sleep:1 cpu=100ms,sleep=1ms x40"),
        ("-t primes:1,cpu:1 -n 8 --size primes=7,8,cpu=3", "primes:1,cpu:1 primes=7,8,cpu=3 x8"),
    ] {
        assert_eq!(shown(line), [loads], "{line}");
    }
    assert_eq!(shown("-t sleep,cpu -n 4 --size sleep=1s,cpu=500000"), ["sleep 1s x4", "cpu 500000 x4"]);
    for (line, words) in [
        ("-t cpu:4", "--task cpu:4: is a mix of cpu alone"),
        ("-t cpu:0,sleep", "--task cpu:0: has no weight of 1 to 1 000 000"),
        ("-t cpu:2,cpu", "--task cpu:2,cpu: names cpu twice"),
        ("-t mix", "is no task type"),
        ("-t cpu:4,sleep:1 --size 1ms", "does not suit mix"),
        ("-t cpu:4,sleep:1 --size cpu=1,1ms", "has no name"),
        ("-t cpu:4,sleep:1 --size sum=1", "--size sum=1: names sum, of which there are no tasks here"),
        ("-t cpu,sleep --size cpu=1,cpu=2", "gives cpu two sizes"),
        ("-t cpu,sleep --size sleep=200", "--size 200: does not suit sleep"),
    ] {
        let wrongs = plan_of(line).unwrap_err();
        assert_eq!(wrongs.len(), 1, "{line}: {wrongs:?}");
        assert!(wrongs[0].contains(words), "{line}: {}", wrongs[0]);
    }
}

#[test]
fn a_sweep_asks_for_each_page_that_answers_once() {
    let tasks = |words: &str| {
        let args = Args::try_parse_from(["poolscope"].into_iter().chain(words.split_whitespace())).unwrap();
        let Some(Verb::Sweep(args)) = args.verb else { panic!("no sweep") };
        args.sweep(&Machine::example(2)).unwrap().plan.workloads[0].tasks
    };
    assert_eq!(tasks("sweep -t http -w 1,2,4"), 4);
    assert_eq!(tasks("sweep -t http -w 1,2,4 -n 5"), 5, "as somebody wanted");
    assert_eq!(tasks("sweep -t primes -w 1,2"), 6);
}

#[test]
fn the_screen_begins_with_pages_that_answer() {
    let pages = |words: &str| match &plan(words).workloads[0] {
        Workload { size: Size::Urls(urls), tasks, .. } => (urls.count(), *tasks),
        other => panic!("{other:?}"),
    };
    assert_eq!([pages("-t http"), pages("compare -t http")], [(4, 4), (5, 5)]);
}

#[test]
fn of_several_numbers_of_workers_the_screen_runs_the_most_and_sweeps_all() {
    let lab = |words: &str| {
        let args = Args::try_parse_from(["poolscope"].into_iter().chain(words.split_whitespace())).unwrap();
        let plan = args.plan.plan(Purpose::Lab, &Machine::example(2)).unwrap();
        (plan.workers.to_string(), args.plan.swept_workers().map(|counts| counts.to_string()))
    };
    let usual = Plan::first(&Machine::example(2)).workers.to_string();
    assert_eq!(lab("-w 1,2,4"), ("4".to_owned(), Some("1,2,4".to_owned())));
    assert_eq!(lab("-w 1..8"), ("8".to_owned(), Some("1..8".to_owned())));
    assert_eq!(lab("-w 1.."), (usual, Some("1..".to_owned())), "without an end there is no most");
    assert_eq!(lab("-w 4"), ("4".to_owned(), None));
    assert!(plan_of("-w 1,x").is_err_and(|wrongs| wrongs[0].contains("1,x")));
    assert!(plan_of("run -w 1,2").is_err_and(|wrongs| wrongs[0].contains("one number of workers")));
}

//! Findings about speed: what bounds it, and what it is lost to.

use super::*;
use crate::event::TaskCounts;
use crate::plan::Work;

/// `threads`, on `slots` workers and over so many milliseconds.
fn on(slots: u32, elapsed: u64) -> Script {
    Script {
        slots,
        elapsed: ms(elapsed),
        computing: ms(3_360 / u64::from(slots)),
        preempted: ms(0),
        ..threads()
    }
}

#[test]
fn speedup_is_held_against_what_is_possible() {
    says(
        Kind::Speedup,
        2,
        &[serial(), threads()],
        Weight::Fact,
        [
            "threads ran 1.96× faster than serial, of 2.00× possible",
            "threads ran 1.96× faster than serial on 2 CPUs: computing 98 %, preempted 1 %.",
            "",
        ],
    );
    says(
        Kind::Speedup,
        8,
        &[serial(), threads()],
        Weight::Fact,
        [
            "threads ran 1.96× faster than serial, of 2.00× possible",
            "threads ran 1.96× faster than serial with 2 workers: computing 98 %, preempted 1 %.",
            "More workers would go faster still: there are 8 CPUs.",
        ],
    );
    // 85 % of the two that are possible.
    let weight = |elapsed| of(Kind::Speedup, 2, &[serial(), on(2, elapsed)]).unwrap().weight;
    assert_eq!((weight(1_978), weight(1_979)), (Weight::Fact, Weight::Advice));
    says(
        Kind::Speedup,
        2,
        &[serial(), Script { receiving: ms(800), ..on(2, 2_600) }],
        Weight::Advice,
        [
            "threads ran 1.29× faster than serial, of 2.00× possible",
            "threads ran 1.29× faster than serial on 2 CPUs, where 2.00× is possible: computing 65 %, receiving 31 %.",
            "Hand out larger chunks, or make tasks longer.",
        ],
    );
    let bound = of(Kind::Speedup, 2, &[serial(), on(2, 1_529)]).unwrap();
    assert_eq!(bound.weight, Weight::Fact, "a little more than is possible");
    says(
        Kind::Speedup,
        2,
        &[serial(), Script { computing: ms(1_390), ..on(2, 1_400) }],
        Weight::Advice,
        [
            "threads ran 2.40× faster than serial, of 2.00× possible",
            "threads ran 2.40× faster than serial on 2 CPUs, more than the 2.00× that are possible: serial was disturbed.",
            "Repeat the comparison on a quiet machine.",
        ],
    );
    silent(Kind::Speedup, 2, &[threads()]);
    let short = Script { elapsed: ms(49), computing: ms(47), ..serial() };
    silent(Kind::Speedup, 2, &[short, Script { elapsed: ms(30), computing: ms(28), ..threads() }]);
}

#[test]
fn a_serial_run_whose_commands_left_processes_behind_was_held_up_by_these() {
    let beyond = Script { computing: ms(1_390), ..on(2, 1_400) };
    let mut session = Scene::on(2).play(&serial()).play(&beyond).over();
    session.runs[0].commands.get_or_insert_default().totals.leaked = 1;
    let told = compare(&session).runs.pop().unwrap().findings;
    let speedup = told.into_iter().find(|finding| finding.kind == Kind::Speedup).unwrap();
    assert!(speedup.explain().ends_with(": what the serial run's commands left behind held it up."));
    assert_eq!(speedup.next_step(), None);
}

#[test]
fn tasks_that_wait_are_not_bound_by_the_cpus() {
    says(
        Kind::Speedup,
        2,
        &[asleep(serial()), asleep(threads())],
        Weight::Fact,
        [
            "threads ran 3.31× faster than serial, of 3.33× possible",
            "threads ran 3.31× faster than serial with 4 workers: blocked 83 %, waiting 17 %.",
            "",
        ],
    );
    // Half computing, half waiting: two CPUs carry four workers.
    let mixed = |script: Script, elapsed: u64, each: u64| Script {
        work: Work::Mixed { iterations: 2_500_000, wait: ms(105) },
        elapsed: ms(elapsed),
        computing: ms(each),
        blocked: ms(each),
        preempted: ms(0),
        ..script
    };
    let runs = [mixed(serial(), 3_364, 1_680), Script { slots: 8, ..mixed(threads(), 860, 210) }];
    says(
        Kind::Speedup,
        2,
        &runs,
        Weight::Fact,
        [
            "threads ran 3.91× faster than serial, of 4.00× possible",
            "threads ran 3.91× faster than serial on 2 CPUs: waiting 51 %, computing 24 %.",
            "",
        ],
    );
}

#[test]
fn uneven_waves_name_the_idle_workers_and_a_better_number() {
    let ten = |script: Script| Script { tasks: 10, ..script };
    says(
        Kind::UnevenWaves,
        8,
        &[ten(serial()), ten(on(4, 1_010))],
        Weight::Advice,
        [
            "uneven waves: in the last one 2 workers are idle",
            "10 tasks on 4 workers go in 3 waves; the last has 2 tasks, so 2 workers are idle and no more than 3.33× is possible.",
            "Use 5 workers, which need only 2 waves.",
        ],
    );
    // With 4 CPUs for tasks that compute, more workers are of no use.
    let next = of(Kind::UnevenWaves, 4, &[ten(serial()), ten(on(4, 1_010))]).unwrap().next_step();
    assert_eq!(next.as_deref(), Some("Have 12 tasks, which fill the last wave in the same time."));
    let chunks = Script { chunk: 5, ..on(4, 1_400) };
    says(
        Kind::UnevenWaves,
        4,
        &[serial(), Script { computing: ms(840), ..chunks }],
        Weight::Advice,
        [
            "uneven waves: in the last one some workers end early",
            "16 tasks in 4 chunks of 5 cannot occupy 4 workers: some workers end early, and no more than 3.20× is possible.",
            "Hand out chunks of 4, which go round evenly.",
        ],
    );
    says(
        Kind::UnevenWaves,
        8,
        &[Script { tasks: 3, ..serial() }, Script { tasks: 3, computing: ms(210), ..on(8, 600) }],
        Weight::Advice,
        [
            "uneven waves: in the last one 5 workers are idle",
            "3 tasks cannot occupy 8 workers: 5 workers are idle, and no more than 3.00× is possible.",
            "Use 3 workers, or have more tasks.",
        ],
    );
}

#[test]
fn waves_are_no_matter_where_they_are_even_or_something_else_bounds_more() {
    let tasks = |tasks, script: Script| Script { tasks, ..script };
    let uneven = tasks(10, on(4, 1_010));
    silent(Kind::UnevenWaves, 8, &[serial(), on(4, 860)]);
    // 19 tasks on 2 workers: 1.9 is exactly a twentieth below, 9 on 2 a tenth: 1.8.
    silent(Kind::UnevenWaves, 8, &[tasks(19, serial()), tasks(19, on(2, 1_800))]);
    silent(Kind::UnevenWaves, 8, &[tasks(9, serial()), tasks(9, on(2, 1_800))]);
    silent(Kind::UnevenWaves, 2, &[tasks(10, serial()), uneven.clone()]);
    silent(
        Kind::UnevenWaves,
        8,
        &[tasks(10, serial()), Script { median: ms(100), longest: ms(300), ..primes_like() }],
    );
    silent(Kind::UnevenWaves, 8, &[tasks(10, serial()), Script { suspended: ms(10), ..uneven.clone() }]);
    let elsewhere = Script { computing: ms(1_005), ..uneven };
    silent(Kind::UnevenWaves, 8, &[tasks(10, serial()), elsewhere]);
}

/// Tasks of which nine of ten are as long as the longest: no waves.
fn primes_like() -> Script {
    Script { tasks: 10, nine_of_ten: Some(ms(300)), ..on(4, 1_010) }
}

#[test]
fn a_slow_task_sets_the_end() {
    let slow = Script { median: ms(50), longest: ms(1_100), computing: ms(900), ..on(4, 1_200) };
    says(
        Kind::SlowTask,
        4,
        std::slice::from_ref(&slow),
        Weight::Advice,
        [
            "task #5 took 22.0× as long as the median",
            "task #5 took 1.10 s of the 1.20 s that all took together, where the median is 50.0 ms: no number of workers makes the run shorter than that.",
            "Start task #5 first, or split it into smaller tasks.",
        ],
    );
    let alone = Script { longest: ms(1_150), ..serial() };
    let faster = of(Kind::Speedup, 4, &[alone, slow.clone()]).unwrap();
    assert_eq!(faster.headline(), "threads ran 2.80× faster than serial, of 3.06× possible");
    assert!(faster.explain().contains("serial with 4 workers and one task of 1.10 s: "), "{faster:?}");
    silent(Kind::SlowTask, 4, &[Script { median: ms(367), ..slow.clone() }]);
    silent(Kind::SlowTask, 4, &[Script { longest: ms(598), ..slow.clone() }]);
    silent(Kind::SlowTask, 4, &[Script { computing: ms(1_150), ..slow.clone() }]);
    silent(Kind::SlowTask, 4, &[Script { tasks: 3, ..slow.clone() }]);
    silent(Kind::SlowTask, 4, &[Script { slots: 1, ..slow.clone() }]);
    // Nobody knows whether it was one of those that failed.
    let counts = TaskCounts { error: 1, ..TaskCounts::default() };
    silent(Kind::SlowTask, 4, &[Script { counts, ..slow.clone() }]);
    let short = |makespan, elapsed| Script {
        median: ms(1),
        longest: ms(45),
        computing: ms(20),
        elapsed: ms(elapsed),
        startup: ms(elapsed - makespan),
        shutdown: ms(0),
        ..slow.clone()
    };
    assert!(of(Kind::SlowTask, 4, &[short(50, 180)]).is_some());
    silent(Kind::SlowTask, 4, &[short(49, 180)]);
    silent(Kind::SlowTask, 4, &[short(50, 181)]);
}

#[test]
fn tasks_that_mostly_wait_need_workers_and_no_cpus() {
    let words = "tasks wait 100 % of their time and need no CPU for it: workers can wait side by side, even more of them than there are CPUs, and threads are enough.";
    let headline = "tasks wait 100 % of their time";
    let more = "Try more workers: up to 10 can be of use.";
    says(Kind::MostlyWaiting, 2, &[asleep(serial())], Weight::Fact, [headline, words, ""]);
    says(Kind::MostlyWaiting, 2, &[asleep(threads())], Weight::Fact, [headline, words, more]);
    says(
        Kind::MostlyWaiting,
        2,
        &[Script { slots: 10, ..asleep(threads()) }],
        Weight::Fact,
        [headline, words, ""],
    );
    let half = Script { computing: ms(800), preempted: ms(40), blocked: ms(840), ..threads() };
    silent(Kind::MostlyWaiting, 2, std::slice::from_ref(&half));
    let more = Script { blocked: ms(845), ..half };
    assert!(of(Kind::MostlyWaiting, 2, &[more]).is_some());
}

#[test]
fn start_up_shows_from_a_tenth_on() {
    let started = |startup, shutdown| Script {
        elapsed: ms(1_000),
        computing: ms(700),
        startup: ms(startup),
        shutdown: ms(shutdown),
        ..processes()
    };
    says(
        Kind::StartUp,
        2,
        &[started(80, 40)],
        Weight::Advice,
        [
            "starting and stopping workers took 12 % of the time",
            "processes took 1.00 s, of which 120 ms (12 %) was starting and stopping 2 workers.",
            "Give it more or longer tasks, or use threads, which start in a fraction of the time.",
        ],
    );
    silent(Kind::StartUp, 2, &[started(80, 20)]);
    silent(Kind::StartUp, 2, &[Script { strategy: Strategy::Serial, slots: 1, ..started(80, 40) }]);
    let none = TaskCounts { cancelled: 16, ..TaskCounts::default() };
    silent(Kind::StartUp, 2, &[Script { counts: none, ..started(1_000, 0) }]);
}

#[test]
fn tasks_can_be_shorter_than_handing_them_over() {
    let short = Script { tasks: 10_000, elapsed: ms(200), computing: ms(20), sending: ms(60), ..processes() };
    says(
        Kind::ShortTasks,
        2,
        &[Script { preempted: ms(0), ..short.clone() }],
        Weight::Advice,
        [
            "tasks are shorter than handing them over",
            "with processes a task took 4.00 µs in the mean and handing it over 30.6 µs, in chunks of 1 task.",
            "Hand out chunks of about 70 tasks, or let each task do more.",
        ],
    );
    let next = of(Kind::ShortTasks, 2, &[Script { chunk: 5_000, ..short.clone() }]).unwrap().next_step();
    assert_eq!(next.as_deref(), Some("Let each task do more."));
    silent(Kind::ShortTasks, 2, &[Script { computing: ms(100), ..short.clone() }]);
    silent(Kind::ShortTasks, 2, &[Script { tasks: 99, computing: ms(0), ..short.clone() }]);
    silent(Kind::ShortTasks, 2, &[Script { tasks: 360, ..short }]);
}

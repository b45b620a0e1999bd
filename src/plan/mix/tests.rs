use proptest::prelude::*;

use super::*;
use crate::plan::Costs;
use crate::units::{Bytes, Nanos};

const COSTS: Costs = Costs { cpu_ns: 50.0, sum_ns: 0.3, primes_ns: 8.0, native_ns: 0.5 };

fn work(parts: &[(TaskType, u32)]) -> Work {
    let of = |task| match task {
        TaskType::Cpu => Work::Cpu { iterations: 7 },
        TaskType::Sum => Work::Sum { iterations: 1 },
        TaskType::Primes => Work::Primes { numbers: vec![101, 10_007, 1_000_004] },
        TaskType::Sleep => Work::Sleep { wait: Nanos(11) },
        TaskType::Native => Work::Native { buffer: Bytes(10), bytes: 33 },
        _ => Work::Mixed { iterations: 3, wait: Nanos(5) },
    };
    Work::Mix { parts: parts.iter().map(|(task, weight)| (of(*task), *weight)).collect() }
}

/// Two to six task types, each once, with small weights.
fn parts() -> impl Strategy<Value = Vec<(TaskType, u32)>> {
    let types: Vec<TaskType> = TaskType::ALL.into_iter().filter(|task| task.can_be_mixed()).collect();
    let types = proptest::sample::subsequence(types, 2..=MAX_PARTS).prop_shuffle();
    types.prop_flat_map(|types| {
        let weights = proptest::collection::vec(1u32..9, types.len());
        weights.prop_map(move |weights| types.iter().copied().zip(weights).collect())
    })
}

proptest! {
    #[test]
    fn tasks_follow_the_block(parts in parts(), rounds in 1u32..4) {
        let work = work(&parts);
        let block: Vec<TaskType> =
            parts.iter().flat_map(|(task, weight)| std::iter::repeat_n(*task, *weight as usize)).collect();
        let mut seen = vec![0u32; parts.len()];
        for index in 0..rounds * block.len() as u32 {
            let (part, within) = work.part(TaskIndex(index));
            prop_assert_eq!(part.task(), block[index as usize % block.len()]);
            let number = work.place(TaskIndex(index)).unwrap().0;
            prop_assert_eq!(within.0, seen[number], "a part's tasks are numbered one after another");
            seen[number] += 1;
        }
        let counts: Vec<u64> = seen.into_iter().map(u64::from).collect();
        prop_assert_eq!(work.tasks_of_parts(u64::from(rounds) * block.len() as u64), counts);
    }

    #[test]
    fn a_serial_estimate_is_the_sum_over_all_tasks(parts in parts(), tasks in 0u32..200) {
        let work = work(&parts);
        let indices = || (0..tasks).map(TaskIndex);
        let waiting: Nanos = indices().map(|index| work.waiting(index)).sum();
        prop_assert_eq!(work.waiting_of_all(tasks.into()), waiting);
        let alone = |index| {
            let (part, within) = work.part(index);
            let one = Work::Mix { parts: vec![(part.clone(), 1)] };
            one.serial_estimate(u64::from(within.0) + 1, &COSTS) - one.serial_estimate(within.0.into(), &COSTS)
        };
        let sum: Nanos = indices().map(alone).sum();
        let whole = work.serial_estimate(tasks.into(), &COSTS);
        // Each of the differences is rounded to a nanosecond by itself.
        prop_assert!(whole.0.abs_diff(sum.0) <= u64::from(tasks) + 1, "{whole:?} and {sum:?}");
    }

    #[test]
    fn texts_come_back(parts in parts(), tasks in 1u64..5_000) {
        let load = Workload::mix(&parts, tasks);
        prop_assert_eq!(load.size.check(TaskType::Mix), Ok(()));
        let mut again = Workload::read(&load.tasks_text(), 4, Some(tasks)).unwrap();
        again.resize(&load.size.to_string()).unwrap();
        prop_assert_eq!(again, load);
    }
}

#[test]
fn rare_tasks_are_where_their_weights_put_them() {
    let work = work(&[(TaskType::Cpu, 2), (TaskType::Sleep, 998)]);
    let kind = |index| work.part(TaskIndex(index)).0.task();
    assert_eq!(
        [0, 1, 2, 999, 1_000, 1_001, 1_002].map(kind).map(TaskType::name),
        ["cpu", "cpu", "sleep", "sleep", "cpu", "cpu", "sleep"]
    );
    assert_eq!(work.tasks_of_parts(1_000), [2, 998]);
    assert_eq!(work.tasks_of_parts(1_001), [3, 998]);
    assert_eq!(work.tasks_of_parts(1), [1, 0]);
    assert_eq!(work.label(), "2 × cpu 7 + 998 × sleep 11 ns");
    assert!(!work.is_at_most() && !work.may_end_early());
    // As many as there can be, without counting them one by one.
    let whole = work.serial_estimate(MAX_TASKS, &COSTS);
    assert_eq!(whole, Nanos(MAX_TASKS / 1_000 * (2 * 350 + 998 * 11)));
    assert_eq!(Work::Sum { iterations: 1 }.place(TaskIndex(3)), None);
    assert_eq!(Work::Mix { parts: Vec::new() }.place(TaskIndex(3)), None);
}

#[test]
fn a_list_is_a_mix_as_soon_as_there_is_a_weight() {
    let read = |text: &str| text.parse::<Tasks>();
    let (cpu, sleep) = (TaskType::Cpu, TaskType::Sleep);
    assert_eq!(read("cpu, sleep"), Ok(Tasks::Several(vec![cpu, sleep])));
    assert_eq!(read("cpu:4,sleep"), Ok(Tasks::Mix(vec![(cpu, 4), (sleep, 1)])));
    assert_eq!(read("sleep:1_000_000, CPU : 2"), Ok(Tasks::Mix(vec![(sleep, 1_000_000), (cpu, 2)])));
    for (text, words) in [
        ("cpu:0,sleep", "\"cpu:0\" has no weight of 1 to 1 000 000 after its colon; write cpu:4"),
        ("cpu:,sleep", "has no weight"),
        ("cpu:1000001,sleep", "has no weight"),
        ("cpu:-1,sleep", "has no weight"),
        ("cpu:four,sleep", "has no weight"),
        ("mix:4,sleep", "\"mix\" is no task type"),
        ("mix", "\"mix\" is no task type"),
        ("cpu:4,cpu:1", "names cpu twice; a mix has each task type once, with a weight, as cpu:4"),
        (
            "cpu:4",
            "is a mix of cpu alone; write cpu without a weight, or name another beside it, as cpu:4,sleep:1",
        ),
        ("sleep:4", "as sleep:4,cpu:1"),
    ] {
        let said = read(text).unwrap_err().to_string();
        assert!(said.contains(words), "{text}: {said}");
    }
    let several = Workload::read("cpu,sleep", 4, None).unwrap_err().to_string();
    assert!(several.ends_with("write weights to mix them in one run, as cpu:1,sleep:1"), "{several}");
}

#[test]
fn sizes_are_given_by_name() {
    let mut load = Workload::read("cpu:4,primes:2,sleep:1", 4, Some(8)).unwrap();
    for (text, size) in [
        ("cpu=100ms,primes=7,8,9,sleep=1ms", "cpu=100ms,primes=7,8,9,sleep=1ms"),
        // The others stay as they were.
        ("sleep = 2ms", "cpu=100ms,primes=7,8,9,sleep=2ms"),
        ("primes=50ms,cpu=3", "cpu=3,primes=50ms,sleep=2ms"),
    ] {
        load.resize(text).unwrap();
        assert_eq!(load.size.to_string(), size);
    }
    for (text, words) in [
        ("100ms", "does not suit mix, whose size is one for each task type, by name: cpu=100ms,sleep=1ms"),
        ("cpu=1,1ms", "\"1ms\" has no name; write each size with its task type, as cpu=100ms,sleep=1ms"),
        ("7,cpu=1", "\"7\" has no name"),
        ("cpu=1,cpu=2", "gives cpu two sizes"),
        ("sum=1", "names sum, of which there are no tasks here; there are cpu:4,primes:2,sleep:1"),
        ("io=1", "\"io\" is no task type"),
        ("cpu=5 parsecs", "cpu: \"5 parsecs\" needs a unit of time"),
        ("sleep=200", "sleep: does not suit sleep, whose size is time: 200ms"),
    ] {
        let said = load.resize(text).unwrap_err().to_string();
        assert!(said.contains(words), "{text}: {said}");
    }
    // Names are no matter of mixes alone.
    let mut plain = Workload::of(TaskType::Sleep, 4);
    plain.resize("sleep=1s").unwrap();
    assert_eq!(plain.size.to_string(), "1s");
    assert!(plain.resize("cpu=1s").is_err());
}

#[test]
fn defaults_fill_the_last_block() {
    let tasks = |text: &str| Workload::read(text, 4, None).unwrap().tasks;
    assert_eq!(["cpu", "cpu:4,sleep:1", "cpu:2,sleep:998", "cpu:3,sleep:1"].map(tasks), [16, 20, 1_000, 16]);
    let load = Workload::read("cpu:2,sleep:998", 4, None).unwrap();
    assert_eq!(load.size.to_string(), "cpu=4ms,sleep=4ms");
    assert!(load.needs_calibration());
}

#[test]
fn a_mix_that_is_none_is_refused() {
    let part = |task, weight| Part { task, size: Size::default_for(task, FIRST_SERIAL, 8), weight };
    let cpu = part(TaskType::Cpu, 1);
    for parts in [
        vec![],
        vec![cpu.clone()],
        vec![cpu.clone(), cpu.clone()],
        vec![cpu.clone(), part(TaskType::Sleep, 0)],
        vec![cpu.clone(), part(TaskType::Sleep, MAX_WEIGHT + 1)],
        vec![cpu, part(TaskType::Mix, 1)],
    ] {
        assert!(Size::Mix(parts.clone()).check(TaskType::Mix).is_err(), "{parts:?}");
    }
    let mixed = Workload::mix(&[(TaskType::Native, 1), (TaskType::Cpu, 1)], 8);
    assert_eq!(mixed.size.buffer(mixed.task), crate::plan::size::BUFFER);
    assert!(mixed.size.check(TaskType::Cpu).is_err());
}

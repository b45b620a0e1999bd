use super::*;

fn speedup(strategy: Strategy, workers: u32, work: &Work) -> f64 {
    let gil = |strategy, workers| case(strategy, workers, 2, 24, work.clone()).chunk(1).gil("gil").run();
    gil(Strategy::Serial, 1).secs() / gil(strategy, workers).secs()
}

#[test]
fn explore() {
    for strategy in [Strategy::Threads, Strategy::Processes] {
        for workers in [2, 4, 8] {
            let c = speedup(strategy, workers, &cpu(ms(100)));
            let m = speedup(strategy, workers, &mixed(ms(100), ms(100)));
            println!("{strategy} {workers}: cpu {c:.3} mixed {m:.3}");
        }
    }
    for (rule, computing) in [("gil", 0), ("gil", 1), ("gil:1ms", 1), ("gil:20ms", 1), ("gil:100us", 1), ("gil", 2), ("gil", 4), ("gil:ticks=100", 1)] {
        for seed in 1..4 {
        let (p50, p90, p99, max) = lateness(rule, computing, seed, 30);
        println!("{rule} {computing}: {p50:.3} {p90:.3} {p99:.3} {max:.3}");
        }
    }
}

fn lateness(rule: &str, computing: usize, seed: u64, secs: u64) -> (f64, f64, f64, f64) {
    let facts: fn(TaskIndex) -> Fact = match computing {
        0 => |_| Fact { computing: Nanos::ZERO, waiting: MS, lock: true },
        1 => |i| if i.0 < 1 { Fact { computing: ms(3600_000), waiting: Nanos::ZERO, lock: true } } else { Fact { computing: Nanos::ZERO, waiting: MS, lock: true } },
        2 => |i| if i.0 < 2 { Fact { computing: ms(3600_000), waiting: Nanos::ZERO, lock: true } } else { Fact { computing: Nanos::ZERO, waiting: MS, lock: true } },
        _ => |i| if i.0 < 4 { Fact { computing: ms(3600_000), waiting: Nanos::ZERO, lock: true } } else { Fact { computing: Nanos::ZERO, waiting: MS, lock: true } },
    };
    let ran = case(Strategy::Threads, computing as u32 + 1, 2, 1_000_000, sleep(MS))
        .chunk(1)
        .gil(rule)
        .seed(seed)
        .facts(facts)
        .run_with(|s| if s.now() >= RunTime(secs * 1_000_000_000) { s.cancel() });
    let mut late: Vec<f64> = ran.records.iter().flatten().filter_map(|r| match r {
        Record::Task { outcome: crate::event::Outcome::Ok, start, end, .. } => Some((end.since(*start) - MS).as_millis_f64()),
        _ => None,
    }).collect();
    late.sort_by(f64::total_cmp);
    let at = |q: f64| late[((late.len() as f64 * q).ceil() as usize).max(1) - 1];
    (at(0.5), at(0.9), at(0.99), at(1.0))
}

//! Results of `run` and `compare`: facts that hold on every machine, however busy.

use serde_json::{Value, json};

use crate::cli::{Ended, poolscope, results, run};

fn runs(results: &Value) -> &[Value] {
    results["runs"].as_array().unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn every_way_gives_the_same_results_and_counts_every_task() {
    let results = results(&["compare", "-t", "cpu", "--size", "20000", "-n", "50", "-w", "3"]);
    assert_eq!(results["schema"], "poolscope/run/1");
    let runs = runs(&results);
    let ways: Vec<&str> = runs.iter().map(|run| run["strategy"].as_str().unwrap()).collect();
    assert_eq!(ways, ["serial", "threads", "processes"]);
    let digest = runs[0]["digest"].as_str().unwrap();
    for (run, workers) in runs.iter().zip([1, 3, 3]) {
        assert_eq!(run["digest"], digest);
        assert_eq!(run["iterations"], 20_000);
        assert_eq!(run["workers"], workers, "{run}");
        assert_eq!(
            run["tasks"],
            json!({"total": 50, "ok": 50, "error": 0, "timed_out": 0, "cancelled": 0, "lost": 0, "retried": 0})
        );
        let slots = run["per_worker"].as_array().unwrap();
        assert_eq!(slots.len() as u64, workers);
        assert_eq!(slots.iter().map(|slot| number(&slot["tasks"])).sum::<u64>(), 50);
    }
    assert_eq!(runs[0]["speedup"], 1.0);
}

#[test]
fn hybrid_is_processes_with_threads_in_each() {
    for (workers, shape) in [("4", [2u64, 2]), ("3x1", [3, 1]), ("1x4", [1, 4])] {
        let args =
            ["compare", "-t", "cpu", "--size", "20000", "-n", "60", "-s", "threads,hybrid", "-w", workers];
        let results = results(&args);
        let slots = shape[0] * shape[1];
        assert_eq!(results["plan"]["workers"], slots);
        let [threads, hybrid] = runs(&results) else { panic!("{results}") };
        assert_eq!((&threads["shape"], &hybrid["shape"]), (&json!(null), &json!(shape)));
        assert_eq!((&threads["workers"], &hybrid["workers"]), (&json!(slots), &json!(slots)));
        assert_eq!((&hybrid["digest"], &hybrid["tasks"]), (&threads["digest"], &threads["tasks"]));
        let own = hybrid["per_worker"].as_array().unwrap();
        let pids: Vec<u64> = own.iter().map(|slot| number(&slot["pid"])).collect();
        assert!(pids.chunk_by(|a, b| a == b).all(|child| child.len() == shape[1] as usize), "{pids:?}");
        assert_eq!(pids.len() as u64, slots);
        let parts = hybrid["ledger_ns"].as_object().unwrap().values().map(|v| v.as_i64().unwrap());
        assert_eq!(parts.sum::<i64>(), (number(&hybrid["elapsed_ns"]) * slots) as i64);
    }
}

#[test]
fn native_counts_the_bytes_of_a_buffer_of_each_worker() {
    for (size, bytes) in [("64KiB", 65_536), ("100000", 100_000)] {
        let results = results(&["compare", "-t", "native", "--size", size, "-n", "9", "-w", "2"]);
        assert_eq!(results["plan"]["workloads"][0]["size"], size);
        for run in runs(&results) {
            assert_eq!((&run["task"], &run["iterations"]), (&json!("native"), &json!(bytes)), "{run}");
            assert_eq!((&run["tasks"]["ok"], &run["digest"]), (&json!(9), &runs(&results)[0]["digest"]));
        }
    }
}

#[test]
fn the_ledger_closes_and_parts_of_a_run_lie_within_it() {
    let results = results(&["compare", "-t", "mixed", "--size", "2ms+2ms", "-n", "12", "-w", "2"]);
    for run in runs(&results) {
        let elapsed = number(&run["elapsed_ns"]);
        let parts: i64 = run["ledger_ns"].as_object().unwrap().values().map(|v| v.as_i64().unwrap()).sum();
        assert_eq!(parts, (elapsed * number(&run["workers"])) as i64, "{run}");
        assert!(number(&run["startup_ns"]) + number(&run["shutdown_ns"]) <= elapsed, "{run}");
        let points = ["p50", "p90", "p99", "max"].map(|point| number(&run["latency_ns"][point]));
        assert!(points.is_sorted() && points[0] >= 2_000_000, "a task waits for 2 ms at least: {run}");
    }
}

#[test]
fn waiting_tasks_come_in_waves() {
    let results = results(&["compare", "-t", "sleep", "--size", "40ms", "-n", "10", "-w", "4"]);
    for (run, waves) in runs(&results).iter().zip([10, 3, 3]) {
        assert!(number(&run["elapsed_ns"]) >= waves * 40_000_000, "{waves} waves of 40 ms: {run}");
    }
}

#[test]
fn runs_come_by_task_then_repeat_then_strategy() {
    let results = results(&[
        "compare",
        "-t",
        "sum,sleep",
        "--size",
        "1ms",
        "-n",
        "4",
        "-w",
        "2",
        "-s",
        "serial,threads",
        "--repeats",
        "2",
    ]);
    let order: Vec<String> = runs(&results)
        .iter()
        .map(|run| {
            format!(
                "{} {} {}",
                run["task"].as_str().unwrap(),
                run["repeat"],
                run["strategy"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        order,
        [
            "sum 0 serial",
            "sum 0 threads",
            "sum 1 serial",
            "sum 1 threads",
            "sleep 0 serial",
            "sleep 0 threads",
            "sleep 1 serial",
            "sleep 1 threads",
        ]
    );
}

#[test]
fn options_override_a_scenario() {
    let plan = |args: &[&str]| {
        let mut words = vec!["compare", "--scenario", "classic-io"];
        words.extend(args);
        results(&words)["plan"].clone()
    };
    let changed =
        plan(&["--size", "1ms", "-s", "threads,serial", "--chunk", "2", "--seed", "7", "--retries", "3"]);
    assert_eq!(changed["workloads"][0]["task"], "sleep");
    assert_eq!(changed["workloads"][0]["size"], "1ms");
    assert_eq!(changed["workloads"][0]["tasks"], 10);
    assert_eq!(changed["strategies"], json!(["threads", "serial"]));
    assert_eq!((&changed["chunk"], &changed["seed"], &changed["retries"]), (&json!(2), &json!(7), &json!(3)));
    let other = plan(&["-t", "sum", "--size", "1000", "-n", "3", "-w", "2"]);
    assert_eq!(other["workloads"][0]["task"], "sum");
    assert_eq!((&other["workloads"][0]["tasks"], &other["workers"]), (&json!(3), &json!(2)));
}

#[test]
fn strategies_run_at_once_if_they_are_told_to() {
    let args = ["compare", "-t", "sleep,sum", "--size", "40ms", "-n", "8", "-w", "2", "--repeats", "2"];
    let args: Vec<&str> =
        args.into_iter().chain(["-s", "serial,threads,processes,hybrid", "--together"]).collect();
    let results = results(&args);
    assert_eq!(results["plan"]["together"], true);
    let order: Vec<&str> = runs(&results).iter().map(|run| run["strategy"].as_str().unwrap()).collect();
    assert_eq!(order, ["serial", "threads", "processes", "hybrid"].repeat(4));
    for run in runs(&results) {
        assert_eq!((&run["tasks"]["ok"], &run["stopped"]), (&json!(8), &json!(null)), "{run}");
        let first = &runs(&results)[if run["task"] == "sleep" { 0 } else { 8 }];
        assert_eq!(run["digest"], first["digest"]);
        let slots = run["per_worker"].as_array().unwrap();
        assert_eq!(slots.iter().map(|slot| number(&slot["tasks"])).sum::<u64>(), 8, "each has its own lanes");
        let parts = run["ledger_ns"].as_object().unwrap().values().map(|v| v.as_i64().unwrap());
        assert_eq!(parts.sum::<i64>(), (number(&run["elapsed_ns"]) * number(&run["workers"])) as i64);
        let reasons = run["trust"]["reasons"].as_array().unwrap();
        assert!(reasons.contains(&json!("4 strategies ran at once and shared the CPUs")), "{run}");
        assert!(run["speedup"].is_number() && number(&run["trust"]["level"]) < 4, "{run}");
    }
}

#[test]
fn run_runs_threads_unless_told_otherwise() {
    let threads = results(&["run", "-n", "4", "--size", "1000", "-w", "2"]);
    assert_eq!(runs(&threads).len(), 1);
    assert_eq!(runs(&threads)[0]["strategy"], "threads");
    let processes = results(&["run", "-s", "processes", "-n", "4", "--size", "1000", "-w", "2"]);
    assert_eq!(runs(&processes)[0]["strategy"], "processes");
    assert_eq!(runs(&threads)[0]["digest"], runs(&processes)[0]["digest"]);
}

#[test]
fn a_task_that_panics_is_that_tasks_error_and_nothing_else() {
    for strategy in ["serial", "threads", "processes"] {
        let mut command = poolscope(&[
            "run", "-s", strategy, "-t", "sum", "--size", "1000", "-n", "8", "-w", "2", "--json",
        ]);
        let ended: Ended = command.env("POOLSCOPE_FAULT", "panic:3").output().unwrap().into();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(!ended.err.contains("panicked") && !ended.err.contains("RUST_BACKTRACE"), "{}", ended.err);
        let results = ended.json();
        let run = &runs(&results)[0];
        assert_eq!((&run["tasks"]["ok"], &run["tasks"]["error"]), (&json!(7), &json!(1)));
        assert_eq!(run["digest"], Value::Null);
        assert_eq!(run["errors"][0]["task"], 3);
        assert!(run["errors"][0]["message"].as_str().unwrap().contains("asked to panic"), "{run}");
    }
}

#[test]
fn a_task_that_kills_every_worker_is_lost_and_the_others_are_not() {
    let mut command = poolscope(&[
        "run",
        "-s",
        "processes",
        "-t",
        "sum",
        "--size",
        "1000",
        "-n",
        "8",
        "-w",
        "2",
        "--json",
        "-q",
    ]);
    let ended: Ended = command.env("POOLSCOPE_FAULT", "exit:3").output().unwrap().into();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let results = ended.json();
    let tasks = &runs(&results)[0]["tasks"];
    assert_eq!((&tasks["ok"], &tasks["lost"]), (&json!(7), &json!(1)), "{tasks}");
}

#[test]
fn a_task_that_takes_too_long_is_tried_again_and_then_given_up() {
    for strategy in ["threads", "processes"] {
        let ended = run(&[
            "run",
            "-s",
            strategy,
            "-t",
            "sleep",
            "--size",
            "1h",
            "-n",
            "2",
            "-w",
            "2",
            "--timeout",
            "20ms",
            "--retries",
            "1",
            "--json",
            "-q",
        ]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let tasks = &ended.json()["runs"][0]["tasks"];
        assert_eq!((&tasks["timed_out"], &tasks["retried"]), (&json!(2), &json!(2)), "{tasks}");
    }
}

#[test]
fn the_first_failure_stops_a_run_that_is_told_so() {
    let mut command = poolscope(&[
        "run",
        "-s",
        "serial",
        "-t",
        "sum",
        "--size",
        "1000",
        "-n",
        "8",
        "--on-error",
        "stop",
        "--json",
        "-q",
    ]);
    let ended: Ended = command.env("POOLSCOPE_FAULT", "panic:2").output().unwrap().into();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let tasks = &ended.json()["runs"][0]["tasks"];
    assert_eq!(
        (&tasks["ok"], &tasks["error"], &tasks["cancelled"]),
        (&json!(2), &json!(1), &json!(5)),
        "{tasks}"
    );
}

#[test]
fn under_the_gil_one_worker_of_a_process_computes_at_a_time() {
    let args = ["compare", "-t", "cpu", "--size", "60ms", "-n", "12", "-w", "3", "--runtime"];
    let gil = results(&[&args[..], &["gil:1ms"]].concat());
    assert_eq!(gil["plan"]["runtime"], "gil:1ms");
    let [serial, threads, processes] = runs(&gil) else { panic!("{gil}") };
    let waited = |run: &Value| number(&run["ledger_ns"]["gil_wait"]);
    assert_eq!(waited(serial), 0, "there is nobody to wait for");
    assert_eq!(waited(processes), 0, "each has a lock of its own");
    assert_eq!((&threads["digest"], &threads["runtime"]), (&serial["digest"], &json!("gil:1ms")));
    // At any time all but one of the workers wait, from the first task to the last.
    let makespan =
        number(&threads["elapsed_ns"]) - number(&threads["startup_ns"]) - number(&threads["shutdown_ns"]);
    assert!(waited(threads) > makespan, "{threads}");
    let counts = &threads["gil"];
    assert!(number(&counts["switches"]) >= 3 && number(&counts["requests"]) > 0, "{counts}");
    assert!(number(&counts["forced"]) <= number(&counts["switches"]), "{counts}");
    let said =
        threads["findings"].as_array().unwrap().iter().find(|finding| finding["kind"] == "gil").unwrap();
    assert!(
        said["text"].as_str().unwrap_or_default().contains("waiting for the GIL")
            || said.to_string().contains("waiting for the GIL")
    );
}

#[test]
fn native_code_and_sleep_need_no_gil() {
    for (task, size) in [("sleep", "5ms"), ("native", "20ms")] {
        let args =
            ["run", "-t", task, "--size", size, "-n", "12", "-w", "3", "-s", "threads", "--runtime", "gil"];
        let results = results(&args);
        let run = &runs(&results)[0];
        let within = |part: &str| number(&run["ledger_ns"][part]);
        assert!(
            within("gil_wait") < (within("blocked") + within("computing") + within("preempted")) / 2,
            "{run}"
        );
        assert_eq!(run["tasks"]["ok"], 12);
    }
}

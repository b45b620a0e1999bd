//! Sweeps of the real program: what they measure, keep, resume and recommend. What is asserted of times is that waiting
//! takes as long as it says, which holds on any machine; what is recommended depends on times, and is asserted of simulated
//! runs.

use serde_json::{Value, json};

use crate::cli::{Ended, Going, poolscope, run, until};

/// Sleeping tasks, short ones.
const SLEEP: [&str; 7] = ["sweep", "-t", "sleep", "--size", "10ms", "-n", "16"];

fn sleeping<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SLEEP.iter().chain(more).copied().collect()
}

/// The same without a machine that is busy now and then.
fn simulated<'a>(more: &[&'a str]) -> Vec<&'a str> {
    sleeping(&["--runtime", "simulated:2"]).into_iter().chain(more.iter().copied()).collect()
}

#[track_caller]
fn results(args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--json", "-q"]).collect();
    let ended = run(&args);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    ended.json()
}

fn numbers(value: &Value, key: &str) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|item| item[key].as_u64().unwrap()).collect()
}

#[test]
fn sleeping_tasks_get_a_worker_each() {
    let results = results(&sleeping(&["-w", "1,2,4,8,16", "--repeats", "3"]));
    assert_eq!(results["schema"], "poolscope/sweep/1");
    assert_eq!(numbers(&results["points"], "workers"), [1, 2, 4, 8, 16]);
    for point in results["points"].as_array().unwrap() {
        let elapsed = point["elapsed_ns"].as_array().unwrap();
        assert_eq!(elapsed.len(), 3, "{point}");
        let least = 16 / point["workers"].as_u64().unwrap() * 10_000_000;
        assert!(elapsed.iter().all(|ns| ns.as_u64() >= Some(least)), "{point}");
    }
    assert_eq!(results["diagnosis"]["start_with"], 16);
    assert_eq!(results["fits"][0]["model"], "usl");
    let recommended = &self::results(&simulated(&["-w", "1,2,4,8,16"]))["recommendation"];
    assert_eq!(
        (&recommended["workers"], &recommended["limit"]),
        (&json!(16), &json!("tasks")),
        "{recommended}"
    );
}

#[test]
fn the_table_says_what_to_do_and_progress_is_on_stderr() {
    let ended = run(&sleeping(&["-w", "1,4,16", "--repeats", "2", "-s", "threads,processes"]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for words in ["waits 100 % of its time", "Scaling law, processes"] {
        assert!(ended.out.contains(words), "no {words:?} in {}", ended.out);
    }
    let exact = run(&simulated(&["-w", "1,4,16", "-q"]));
    for words in ["Recommended  16 ", "‹ recommended"] {
        assert!(exact.out.contains(words), "no {words:?} in {}", exact.out);
    }
    assert!(ended.err.contains("12 of 12: ") && ended.err.contains(" left"), "{}", ended.err);
}

#[test]
fn csv_has_a_row_for_each_run_and_markdown_a_table() {
    let csv = run(&sleeping(&["-w", "2,4", "--repeats", "2", "--csv", "-q"]));
    // The names, two repeats of each number, and the two baselines with one worker.
    assert_eq!(csv.out.lines().count(), 1 + 4 + 2, "{}", csv.out);
    let markdown = run(&simulated(&["-w", "2,4", "--markdown", "-q"]));
    assert!(markdown.out.starts_with("### sleep · 16 tasks of 10ms"), "{}", markdown.out);
    assert!(markdown.out.contains("**Recommended: 4 threads"), "{}", markdown.out);
}

#[test]
fn a_picture_is_drawn_where_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("curve.svg");
    let args = simulated(&["-w", "1,2,4", "-q", "--svg", path.to_str().unwrap()]);
    assert_eq!(run(&args).code, Some(0));
    let picture = std::fs::read_to_string(&path).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains(">4 recommended</text>"), "{picture}");
    let nowhere = folder.path().join("none/curve.svg");
    let ended = run(&sleeping(&["-w", "1", "-q", "--svg", nowhere.to_str().unwrap()]));
    assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""), "{ended:?}");
    assert!(ended.err.contains("curve.svg"), "{}", ended.err);
}

#[test]
fn a_sweep_goes_on_where_it_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.jsonl");
    let file = path.to_str().unwrap();
    let args = sleeping(&["-w", "1,2,4", "--repeats", "3", "--save", file]);
    let lines = || std::fs::read_to_string(&path).map_or(0, |text| text.lines().count());
    let going = Going::start(poolscope(&args));
    until("three runs in the file", || lines() >= 4);
    going.signal("INT");
    let (status, out, _) = going.ended();
    assert_eq!(status.code(), Some(130));
    assert!(out.contains("It was stopped before its end"), "{out}");
    let before = lines();
    // As if the machine had gone down while a line was written.
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"kind\":\"rep");
    std::fs::write(&path, text).unwrap();
    let whole = results(&args);
    let notices = whole["notices"].to_string();
    assert!(notices.contains("torn, and was cut off"), "{notices}");
    assert!(notices.contains(&format!("{} from the file count", plural(before - 1))), "{notices}");
    assert_eq!(numbers(&whole["points"], "workers"), [1, 2, 4]);
    assert!(
        whole["points"].as_array().unwrap().iter().all(|p| p["elapsed_ns"].as_array().unwrap().len() >= 3)
    );
    let complete = lines();
    let again = results(&args);
    assert_eq!((lines(), &again["points"]), (complete, &whole["points"]), "there was nothing left to do");
    let other = sleeping(&["-w", "1,2,4", "--save", file, "-q", "--chunk", "2"]);
    let refused = run(&other);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("--chunk is 1 there, and 2 here"), "{}", refused.err);
}

fn plural(runs: usize) -> String {
    if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") }
}

#[test]
fn hybrid_in_several_shapes_is_a_grid() {
    let args = sleeping(&["-s", "hybrid", "-w", "1..2x1..2", "--repeats", "2", "-q"]);
    let ended = run(&args);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("×1 threads  ×2 threads"), "{}", ended.out);
    assert!(
        ended.out.contains("4 (2×2)") && ended.out.contains("as 2×2 processes × threads"),
        "{}",
        ended.out
    );
}

#[test]
fn without_an_upper_end_it_stops_by_itself() {
    let results = results(&sleeping(&["-w", "1..", "--chunk", "4", "--repeats", "1"]));
    let workers = numbers(&results["points"], "workers");
    assert!(workers.starts_with(&[1, 2, 3, 4]) && workers.last() <= Some(&16), "{workers:?}");
    assert_eq!(results["recommendation"]["limit"], "chunks", "{results}");
}

#[test]
fn time_that_is_over_ends_it_with_what_there_is() {
    let results = results(&sleeping(&["-w", "1,2,4,8", "--repeats", "50", "--max-time", "1s"]));
    assert!(
        results["notices"].to_string().contains("The time of 1.00 s is over: "),
        "{}",
        results["notices"]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn on_chosen_cpus_the_machine_has_that_many() {
    let cpu = crate::cli::run(&["doctor", "--json"]).json();
    assert!(cpu["machine"]["cpus_available"].as_u64() >= Some(1));
    let first = first_cpu();
    for command in ["sweep", "compare", "run"] {
        let args =
            [command, "-t", "sum", "--size", "1000", "-n", "4", "-w", "2", "--cpus", &first, "--json", "-q"];
        let ended: Ended = poolscope(&args).output().unwrap().into();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.json()["machine"]["cpus"]["allowed"], 1, "{command}");
    }
    let refused = run(&["sweep", "--cpus", "9999"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("--cpus 9999: 9999 is not among the CPUs"), "{}", refused.err);
}

#[cfg(target_os = "linux")]
fn first_cpu() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
    list.trim().split([',', '-']).next().unwrap().to_owned()
}

#[test]
fn tasks_that_fail_fail_the_sweep_and_nothing_is_recommended() {
    let args = ["sweep", "-t", "sum", "--size", "1000", "-n", "8", "-w", "1,2", "--json", "-q"];
    let ended: Ended = poolscope(&args).env("POOLSCOPE_FAULT", "panic:3").output().unwrap().into();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let recommendation = &ended.json()["recommendation"];
    assert_eq!((&recommendation["refused"], &recommendation["workers"]), (&json!(true), &Value::Null));
    let reason = recommendation["reasons"][0].as_str().unwrap();
    assert!(
        reason.starts_with("tasks failed in every run; the first of them, #3: \"panicked at"),
        "{reason}"
    );
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let ended = run(&["sweep", "-t", "cpu,sum", "-w", "x", "-s", "serial", "--together", "--max-time", "0s"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    for words in [
        "--task cpu,sum: sweep takes one task type",
        "--workers x: is not a number of workers, nor a range of them",
        "--strategy serial: serial has one worker",
        "--max-time 0s: is no time at all",
        "--together (given): the runs of a sweep go one after another",
        "'poolscope sweep --help'",
    ] {
        assert!(ended.err.contains(words), "no {words:?} in {}", ended.err);
    }
    let many = run(&["sweep", "-w", "5000"]);
    assert!(many.err.contains("use 1 to 4 096"), "{}", many.err);
}

use super::*;
use crate::analysis::fixture::{Scene, serial, threads};
use crate::report::fixture::{commanding, eventful, locked};

#[test]
fn the_contract_holds_key_for_key() {
    let text = json(&eventful(), Outputs::default()).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!("contract", text);
    assert!(text.ends_with("}\n"));
}

#[test]
fn a_lock_is_told_for_the_run_and_for_each_worker() {
    let text = json(&locked(), Outputs::default()).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!("gil", text);
}

#[test]
fn commands_are_told_with_what_they_left() {
    let told = |outputs| {
        let document: serde_json::Value = serde_json::from_str(&json(&commanding(), outputs)).unwrap();
        let load = document["plan"]["workloads"][0].clone();
        let run = &document["runs"][0];
        let keys = ["task", "size", "command_cpu_ns", "peak_memory_bytes", "leaked_processes", "outputs"];
        (load, keys.map(|key| run[key].clone()))
    };
    let (load, run) = told(Outputs::All);
    let text = serde_json::to_string_pretty(&serde_json::json!({ "workload": load, "run": run })).unwrap();
    insta::assert_snapshot!("commands", text.replace("/usr/bin/", "/bin/"));
    let count = |outputs| told(outputs).1[5].as_array().unwrap().len();
    assert_eq!([Outputs::None, Outputs::Failed, Outputs::All].map(count), [0, 1, 2]);
    let said = crate::report::outputs(&commanding(), Outputs::Failed);
    assert_eq!(
        said,
        "threads ×2, task #5: exit status 3, after 20.0 ms, 9.00 KiB printed before\n  | no\n  | such file\n"
    );
}

#[test]
fn a_session_without_runs_is_told_too() {
    let none: serde_json::Value =
        serde_json::from_str(&json(&Session::default(), Outputs::default())).unwrap();
    assert_eq!(none["schema"], "poolscope/run/1");
    assert_eq!(none["runs"], serde_json::json!([]));
    assert!(none["plan"].is_null() && none["machine"].is_null());
}

#[test]
fn the_ledger_closes_to_workers_times_elapsed() {
    let session = [serial(), threads()].iter().fold(Scene::on(2), Scene::play).over();
    let document: serde_json::Value = serde_json::from_str(&json(&session, Outputs::default())).unwrap();
    for run in document["runs"].as_array().unwrap() {
        let number = |value: &serde_json::Value| value.as_i64().unwrap();
        let ledger: i64 = run["ledger_ns"].as_object().unwrap().values().map(number).sum();
        assert_eq!(ledger, number(&run["elapsed_ns"]) * number(&run["workers"]));
    }
}

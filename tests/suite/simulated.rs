//! Simulated runs of the real binary: the same bytes each time, at any speed, and nothing of this machine.

use serde_json::Value;

use crate::cli::{results, run};

const RUN: [&str; 11] =
    ["compare", "--runtime", "simulated:16,gil", "-t", "mixed", "--size", "5ms+5ms", "-n", "200", "-w", "12"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    RUN.into_iter().chain(["-q"]).chain(more.iter().copied()).collect()
}

#[test]
fn a_seed_gives_the_same_bytes_in_every_form_and_at_every_speed() {
    for form in ["--json", "--csv", "--markdown", "--ascii"] {
        let first = run(&with(&[form]));
        assert_eq!(first.code, Some(0), "{first:?}");
        assert_eq!(run(&with(&[form])).out, first.out, "{form}");
        assert_eq!(run(&with(&[form, "--speed", "50"])).out, first.out, "{form} while somebody watches");
    }
}

#[test]
fn nothing_of_this_machine_is_in_the_results() {
    let results = results(&[&RUN[..RUN.len() - 1], &["all", "--seed", "7"]].concat());
    assert_eq!(results["plan"]["workers"], 16, "all of the simulated cores");
    assert_eq!(results["machine"]["os"], "simulated");
    assert_eq!(results["machine"]["cpus"]["available"], 16);
    assert_eq!(results["machine"]["memory_available_bytes"], Value::Null);
    for run in results["runs"].as_array().unwrap() {
        assert_eq!(run["runtime"], "simulated:16,gil");
        assert_eq!((&run["trust"]["level"], &run["digest"]), (&Value::Null, &Value::Null));
        assert_eq!((&run["tasks"]["ok"], &run["overhead_cpu_ns"]), (&200.into(), &0.into()));
        let pids = run["per_worker"].as_array().unwrap().iter().map(|worker| worker["pid"].as_u64().unwrap());
        assert!(pids.max() < Some(1_100), "{run}");
    }
}

#[test]
fn what_a_simulated_run_cannot_have_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fast.toml");
    std::fs::write(&path, "[simulator]\nslice = 3\n").unwrap();
    let file = path.to_str().unwrap();
    for (args, said) in [
        (vec!["--runtime", "simulated:0"], "--runtime simulated:0: has no core; use 1 to 1 024 cores"),
        (
            vec!["--runtime", "simulated", "--together"],
            "--together true: simulated runs have their machine to",
        ),
        (
            vec!["--runtime", "simulated", "--speed", "fast"],
            "--speed fast: is no speed; write 1 for real time",
        ),
        (vec!["--speed", "2"], "--speed 2: only simulated runs have one; add --runtime simulated:16, say"),
        (
            vec!["--runtime", "simulated", "--simulator", file],
            "fast.toml:2:9: slice is 3, and a time in quotes",
        ),
        (vec!["--runtime", "simulated", "-n", "1000001"], "--tasks 1 000 001: is more than a simulated run"),
    ] {
        let ended = run(&[&["compare"], &args[..]].concat());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(said), "{ended:?}");
    }
}

#[test]
fn what_everything_costs_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slow.toml");
    std::fs::write(&path, "[simulator]\ncpu_ps = 1_000_000\n").unwrap();
    let args =
        ["compare", "--runtime", "simulated:2", "-t", "cpu", "--size", "100000", "-n", "4", "-s", "serial"];
    let results = results(&[&args[..], &["--simulator", path.to_str().unwrap()]].concat());
    assert_eq!(results["plan"]["simulator"]["cpu_ps"], 1_000_000);
    let elapsed = results["runs"][0]["elapsed_ns"].as_u64().unwrap();
    assert!((400_000_000..440_000_000).contains(&elapsed), "4 × 100 000 × 1 µs: {elapsed}");
}

#[test]
fn the_notes_laptop_has_the_figures_of_the_notes() {
    let results = results(&["compare", "--scenario", "notes-laptop"]);
    let measured = [10.08, 3.08, 4.18, 39.67, 43.04, 25.81];
    let runs = results["runs"].as_array().unwrap();
    assert_eq!(runs.len(), measured.len());
    for (run, measured) in runs.iter().zip(measured) {
        let ratio = run["elapsed_ns"].as_f64().unwrap() / 1e9 / measured;
        assert!((0.96..1.04).contains(&ratio), "{ratio}: {run}");
    }
}

#[test]
fn what_doctor_calibrates_is_read_as_a_simulators_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("this.toml");
    let ended = run(&["doctor", "--calibrate"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    std::fs::write(&path, &ended.out).unwrap();
    let args = ["compare", "--runtime", "simulated:2", "-t", "cpu", "-n", "4", "-s", "serial", "--simulator"];
    let results = results(&[&args[..], &[path.to_str().unwrap()]].concat());
    let line = ended.out.lines().find(|line| line.starts_with("cpu_ps")).unwrap();
    assert!(line.ends_with(&results["plan"]["simulator"]["cpu_ps"].to_string()), "{line}");
    assert_eq!(run(&["doctor", "--calibrate", "--self"]).code, Some(2));
}

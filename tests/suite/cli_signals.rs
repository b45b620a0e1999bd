//! Ending early: by signals, and by the death of poolscope itself.

use std::os::unix::process::ExitStatusExt;

use serde_json::Value;

use crate::cli::{Going, poolscope, state, until};

/// A run of an hour, unless it is ended.
const LONG: [&str; 9] = ["run", "-t", "sleep", "--size", "60s", "-n", "120", "-w", "2"];

fn long(strategy: &str, more: &[&str]) -> Going {
    let mut args = LONG.to_vec();
    args.extend(["-s", strategy]);
    args.extend(more);
    let going = Going::start(poolscope(&args));
    match strategy {
        "processes" => {
            going.family.until_workers(2);
        }
        _ => until("a worker thread", || going.family.members().iter().any(|pid| has_thread(*pid, "w1"))),
    }
    going
}

fn has_thread(pid: u32, name: &str) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok())
        .any(|comm| comm.trim() == name)
}

#[test]
fn a_signal_ends_a_run_and_its_workers_and_what_is_known_is_said() {
    for (name, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        for strategy in ["threads", "processes"] {
            let going = long(strategy, &["--json", "-q"]);
            let family = going.family.clone();
            going.signal(name);
            let (status, out, err) = going.ended();
            assert_eq!((status.code(), err.as_str()), (Some(code), ""), "{strategy} {name}");
            family.until_extinct();
            let results: Value = serde_json::from_str(&out).unwrap();
            let run = &results["runs"][0];
            assert_eq!(run["tasks"]["cancelled"], 120, "{strategy} {name}: {run}");
            assert_eq!(run["stopped"], "cancelled", "{strategy} {name}: {run}");
        }
    }
}

#[test]
fn a_simulated_run_ends_at_once_however_slowly_it_is_watched() {
    let args = ["--runtime", "simulated:4", "--speed", "0.001", "--json", "-q"];
    let going = Going::start(poolscope(&[&LONG[..], &args].concat()));
    until("its run", || has_thread(going.id(), "ps-engine"));
    going.signal("INT");
    let (status, out, err) = going.ended();
    assert_eq!((status.code(), err.as_str()), (Some(130), ""));
    let results: Value = serde_json::from_str(&out).unwrap();
    // It may have been ended before the run began.
    for run in results["runs"].as_array().unwrap() {
        assert_eq!(
            (&run["tasks"]["cancelled"], &run["stopped"]),
            (&120.into(), &"cancelled".into()),
            "{run}"
        );
    }
}

#[test]
fn a_signal_ends_a_comparison_before_its_other_runs() {
    let going = Going::start(poolscope(&[
        "compare",
        "-t",
        "sleep",
        "--size",
        "60s",
        "-n",
        "120",
        "-w",
        "2",
        "-s",
        "processes,threads",
        "--json",
    ]));
    going.family.until_workers(2);
    going.signal("INT");
    let (status, out, _) = going.ended();
    assert_eq!(status.code(), Some(130));
    let results: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(results["runs"].as_array().unwrap().len(), 1, "{results}");
}

#[test]
fn a_thread_that_hangs_does_not_keep_the_program() {
    let mut command = poolscope(&LONG);
    command.env("POOLSCOPE_FAULT", "hang:0");
    let going = Going::start(command);
    until("a worker thread", || going.family.members().iter().any(|pid| has_thread(*pid, "w1")));
    let family = going.family.clone();
    going.signal("INT");
    assert_eq!(going.ended().0.code(), Some(130));
    family.until_extinct();
}

#[test]
fn a_worker_process_that_hangs_is_killed() {
    let mut args = LONG.to_vec();
    args.extend(["-s", "processes"]);
    let mut command = poolscope(&args);
    command.env("POOLSCOPE_FAULT", "hang:0");
    let going = Going::start(command);
    going.family.until_workers(2);
    let family = going.family.clone();
    going.signal("TERM");
    assert_eq!(going.ended().0.code(), Some(143));
    family.until_extinct();
}

#[test]
fn no_worker_outlives_a_poolscope_that_is_killed() {
    let going = long("processes", &["-q"]);
    let family = going.family.clone();
    going.signal("KILL");
    let (status, out, _) = going.ended();
    assert_eq!((status.signal(), out.as_str()), (Some(9), ""));
    family.until_extinct();
}

#[test]
fn a_pipe_that_nobody_reads_does_not_keep_the_program() {
    // Far more output than a pipe holds: the program blocks in writing it, and must end all the same.
    let mut going = Going::start(poolscope(&[
        "compare",
        "-t",
        "sum",
        "--size",
        "10",
        "-n",
        "1",
        "-w",
        "1",
        "-s",
        "serial",
        "--repeats",
        "200",
        "--json",
        "-q",
    ]));
    let pid = going.id();
    until("a program that waits for its reader", || {
        std::fs::read_to_string(format!("/proc/{pid}/wchan")).is_ok_and(|at| at.contains("pipe"))
            || std::fs::read_to_string(format!("/proc/{pid}/syscall"))
                .is_ok_and(|call| call.starts_with("1 0x1 "))
    });
    going.signal("TERM");
    assert_eq!(going.wait().code(), Some(143));
}

#[test]
fn ctrl_z_stops_the_workers_too_and_all_go_on_together() {
    let going = Going::start(poolscope(&[
        "run",
        "-t",
        "sleep",
        "--size",
        "300ms",
        "-n",
        "6",
        "-w",
        "2",
        "-s",
        "processes",
        "--json",
        "-q",
    ]));
    let workers = going.family.until_workers(2);
    going.signal("TSTP");
    until("everybody stopped", || {
        going.state() == Some('T') && workers.iter().all(|pid| state(*pid) == Some('T'))
    });
    going.signal("CONT");
    let (status, out, _) = going.ended();
    assert_eq!(status.code(), Some(0));
    let results: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(results["runs"][0]["tasks"]["ok"], 6);
    let notice = results["notices"][0].as_str().unwrap();
    assert!(notice.starts_with("the run was stopped for ") && notice.contains("latencies"), "{notice}");
}

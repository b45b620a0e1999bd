//! A system that does not grant every worker: the run goes on with those that there are, and says so everywhere.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::cli::Ended;

/// Runs a command line in a shell that has lowered its limits.
fn limited(limit: &str, args: &str) -> Ended {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit {limit}; exec \"$POOLSCOPE\" {args} --json")]);
    shell.env("POOLSCOPE", env!("CARGO_BIN_EXE_poolscope")).stdin(Stdio::null());
    shell.output().unwrap().into()
}

/// The number of workers that a run says to have, of how many, and why.
#[track_caller]
fn said(ended: &Ended, why: &str) -> usize {
    let notices = ended.json()["notices"].clone();
    let notice = notices[0].as_str().unwrap_or_else(|| panic!("no notice: {ended:?}")).to_owned();
    assert!(notice.contains(why), "{notice}");
    assert!(ended.err.contains(&notice), "on standard error: {}", ended.err);
    let (strategy, words) = notice.split_once(": running with ").unwrap_or_else(|| panic!("{notice}"));
    assert_eq!(ended.json()["runs"][0]["strategy"].as_str(), Some(strategy), "{notice}");
    words.split(' ').next().unwrap().parse().unwrap()
}

/// The slots that had a worker; the others did nothing, and were absent from when theirs was refused.
fn manned(run: &Value) -> usize {
    let slots = run["per_worker"].as_array().unwrap();
    let (there, missing): (Vec<_>, Vec<_>) =
        slots.iter().partition(|slot| !slot["pids"].as_array().unwrap().is_empty());
    for slot in missing {
        assert_eq!((slot["tasks"].as_u64(), slot["busy_ns"].as_u64()), (Some(0), Some(0)), "{slot}");
        // How long a worker was sought before is up to the machine.
        assert!(slot["phases_ns"]["absent"].as_u64() > Some(0), "{slot}");
        for phase in ["computing", "preempted", "blocked", "sending", "receiving"] {
            assert_eq!(slot["phases_ns"][phase], 0, "{phase}: {slot}");
        }
    }
    there.len()
}

#[test]
fn processes_for_which_there_are_no_files_are_done_without() {
    let ended = limited("-n 200", "run -s processes -w 300 -t sleep --size 500ms -n 400");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let there = said(&ended, "of 300 workers: too many open files; raise the limit with ulimit -n");
    assert!((50..200).contains(&there), "{there}");
    let run = &ended.json()["runs"][0];
    assert_eq!((run["tasks"]["ok"].as_u64(), run["workers"].as_u64()), (Some(400), Some(300)));
    assert_eq!(manned(run), there);
}

#[test]
fn without_a_file_for_a_single_process_nothing_is_run_and_the_reason_is_said() {
    let ended = limited("-n 30", "run -s processes -w 2 -t sleep --size 1ms -n 4");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let run = &ended.json()["runs"][0];
    let stopped = run["stopped"].as_str().unwrap();
    assert!(stopped.contains("too many open files; raise the limit with ulimit -n"), "{stopped}");
    assert_eq!(run["tasks"]["cancelled"], 4);
}

/// Root may have as many threads as it likes: then somebody else is asked, of whom nothing else runs.
#[test]
fn threads_that_the_system_refuses_are_done_without() {
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        return;
    }
    let program = std::env::temp_dir().join(format!("poolscope-scarcity-{}", std::process::id()));
    std::fs::copy(env!("CARGO_BIN_EXE_poolscope"), &program).unwrap();
    let line = "ulimit -u 120; exec \"$POOLSCOPE\" run -s threads -w 400 -t sleep --size 1ms -n 800 --json";
    let shell = ["setpriv", "--reuid=64999", "--clear-groups", "bash", "-c", line];
    let output =
        Command::new(shell[0]).args(&shell[1..]).env("POOLSCOPE", &program).current_dir("/").output();
    std::fs::remove_file(&program).unwrap();
    let ended: Ended = output.unwrap().into();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let there =
        said(&ended, "of 400 workers: too many threads and processes; raise the limit with ulimit -u");
    assert!((50..120).contains(&there), "{there}");
    let run = &ended.json()["runs"][0];
    assert_eq!(run["tasks"]["ok"], 800);
    assert_eq!(manned(run), there);
}

//! Commands as tasks, through the real binary: what they get, and what is told of them.

mod hostile;
#[cfg(target_os = "linux")]
mod kills;

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::cli::{Going, poolscope, run};

/// Two ways whose workers are elsewhere: in poolscope, and in processes of their own.
const WAYS: [&str; 2] = ["threads", "processes"];

fn scenario(folder: &tempfile::TempDir, text: &str) -> String {
    let path = folder.path().join("stranger.toml");
    let head = "schema = \"poolscope/scenario/1\"\ntitle = \"T\"\n[[workload]]\ntask = \"command\"\n";
    std::fs::write(&path, format!("{head}{text}\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The JSON of what must succeed, without a word on standard error; the command stands behind the options.
fn results(options: &[&str], command: &[&str]) -> Value {
    let ended = run(&[options, &["--json", "-q", "--"], command].concat());
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    ended.json()
}

fn outputs(document: &Value) -> Vec<(u64, String)> {
    let outputs = document["runs"][0]["outputs"].as_array().unwrap().iter();
    outputs.map(|end| (end["task"].as_u64().unwrap(), end["tail"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn a_command_is_run_once_for_each_task_the_same_in_every_way() {
    let document =
        results(&["compare", "-w", "2", "-n", "6", "-s", "serial,threads,processes,hybrid"], &["true", "{}"]);
    let runs = document["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 4);
    for run in runs {
        assert_eq!((run["task"].as_str(), run["tasks"]["ok"].as_u64()), (Some("command"), Some(6)));
        assert_eq!(run["digest"], runs[0]["digest"], "the same commands all succeeded");
        assert!(run["command_cpu_ns"].as_u64().unwrap() > 0);
        assert_eq!(run["peak_memory_bytes"], Value::Null, "less than the supervisor's own");
        assert_eq!(run["outputs"], serde_json::json!([]), "nothing failed");
    }
    let command = &document["plan"]["workloads"][0]["command"];
    assert_eq!(command["argv"], serde_json::json!(["true", "{}"]));
    assert!(command["program"].as_str().unwrap().starts_with('/'));
    let other = results(&["run", "-w", "2", "-n", "6"], &["true", "x{}"]);
    assert_ne!(other["runs"][0]["digest"], runs[0]["digest"]);
}

#[test]
fn items_arrive_as_one_identical_argument_each() {
    let items = ["; rm", "$(x)", "-rf", "a \"b\" 'c'", "🎈", "two  blanks", "*", "{}"];
    for way in WAYS {
        let args = ["run", "-s", way, "-w", "3", "--items", "-", "--output", "all", "--json", "-q", "--"];
        let mut command = poolscope(&args);
        command.args(["/usr/bin/printf", "<%s>", "{item}", "{}"]).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(items.join("\n").as_bytes()).unwrap();
        let document: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
        let expected: Vec<(u64, String)> =
            (0..).zip(items).map(|(index, item)| (index, format!("<{item}><{index}>"))).collect();
        assert_eq!(outputs(&document), expected, "{way}");
    }
}

#[test]
fn a_script_gets_its_values_as_arguments() {
    let script = "printf '%s/%s' \"$1\" \"$2\"";
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    std::fs::write(&list, "$(exit 9)\n\n\"; exit 9\n").unwrap();
    let list = list.to_str().unwrap();
    let document = results(&["run", "-w", "1", "--items", list, "--output", "all", "--shell"], &[script]);
    assert_eq!(outputs(&document), [(0, "$(exit 9)/0".to_owned()), (1, "\"; exit 9/1".to_owned())]);
    let document = results(&["run", "-w", "1", "-n", "2", "--output", "all", "--shell"], &[script]);
    assert_eq!(outputs(&document), [(0, "0/0".to_owned()), (1, "1/1".to_owned())]);
}

#[test]
fn failures_are_told_with_the_end_of_their_output() {
    let script = "echo line {}; printf '\\033[2J\\033]52;c;eA==\\007\\342\\200\\256' >&2; exit $(({} % 3))";
    for way in WAYS {
        let ended = run(&["run", "-s", way, "-w", "2", "-n", "6", "--json", "-q", "--", "sh", "-c", script]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let document = ended.json();
        let run = &document["runs"][0];
        assert_eq!((run["tasks"]["ok"].as_u64(), run["tasks"]["error"].as_u64()), (Some(2), Some(4)));
        let failed = outputs(&document);
        assert_eq!(failed.iter().map(|(task, _)| *task).collect::<Vec<_>>(), [1, 2, 4, 5]);
        assert!(failed.iter().all(|(task, tail)| tail.starts_with(&format!("line {task}\n"))), "{failed:?}");
        assert_eq!(run["outputs"][1]["status"], "exit status 2");
        let harmless = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(ended.out.chars().all(harmless) && failed.iter().all(|(_, tail)| tail.chars().all(harmless)));
    }
    let ended =
        run(&["run", "-w", "1", "-n", "1", "-q", "--", "sh", "-c", script.replace("{} % 3", "3").as_str()]);
    assert!(ended.err.contains("task #0: exit status 3") && ended.err.contains("  | line 0"), "{ended:?}");
    assert!(!ended.err.contains('\u{1b}') && !ended.out.contains('\u{1b}'), "{ended:?}");
    let ended =
        run(&["run", "-w", "1", "-n", "1", "-q", "--output", "none", "--", "sh", "-c", "echo x; exit 3"]);
    assert_eq!(ended.err, "");
}

#[test]
fn a_command_that_takes_too_long_is_ended_and_tried_again() {
    for way in WAYS {
        let words =
            ["run", "-s", way, "-w", "2", "-n", "2", "--timeout", "200ms", "--retries", "1", "--json", "-q"];
        let ended = run(&[&words[..], &["--", "sh", "-c", "trap '' TERM; sleep 60"]].concat());
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let tasks = &ended.json()["runs"][0]["tasks"];
        assert_eq!(
            (tasks["timed_out"].as_u64(), tasks["retried"].as_u64()),
            (Some(2), Some(2)),
            "{way}: {tasks}"
        );
    }
}

#[test]
fn what_a_command_leaves_behind_makes_it_neither_late_nor_long() {
    for way in WAYS {
        let options = ["run", "-s", way, "-w", "1", "-n", "1", "--timeout", "100ms", "--output", "all"];
        // Whether the machine lets it end in time is its own business; poolscope says the same of task and command.
        let mut command = poolscope(&[&options[..], &["--json", "-q", "--"]].concat());
        command.args(["sh", "-c", "sleep 60 & exit 0"]);
        let (_, out, err) = Going::start(command).ended();
        let document: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        let (run, output) = (&document["runs"][0], &document["runs"][0]["outputs"][0]);
        let ok = u64::from(output["status"] == "exit status 0");
        assert_eq!(run["tasks"]["ok"].as_u64(), Some(ok), "{run}");
        let all = run["elapsed_ns"].as_u64().unwrap() - output["elapsed_ns"].as_u64().unwrap();
        let task = run["latency_ns"]["max"].as_u64().unwrap();
        assert!(ok == 0 || (all > 100_000_000 && task + 100_000_000 <= run["elapsed_ns"].as_u64().unwrap()));
    }
}

#[test]
fn a_command_that_heeds_no_signal_is_no_thread_that_heeds_no_limit() {
    let words = ["run", "-s", "threads", "-w", "1", "-n", "1", "--timeout", "100ms", "--json", "-q", "--"];
    let script = "trap '' TERM; (trap '' TERM; sleep 60 & wait; sleep 60) & while :; do sleep 60; done";
    let ended = run(&[&words[..], &["sh", "-c", script]].concat());
    assert_eq!((ended.code, ended.json()["notices"].clone()), (Some(1), serde_json::json!([])), "{ended:?}");
}

#[test]
fn what_commands_leave_behind_is_killed_and_told() {
    for way in WAYS {
        let mut command = poolscope(&["run", "-s", way, "-w", "2", "-n", "2", "--json", "-q", "--"]);
        command.args(["sh", "-c", "sleep 60 & exit 0"]);
        let going = Going::start(command);
        let (status, out, err) = going.ended();
        assert!(status.success(), "{out}{err}");
        let document: Value = serde_json::from_str(&out).unwrap();
        let run = &document["runs"][0];
        assert_eq!(
            (run["leaked_processes"].as_u64(), run["tasks"]["ok"].as_u64()),
            (Some(2), Some(2)),
            "{way}"
        );
        let kinds: Vec<_> = run["findings"].as_array().unwrap().iter().map(|found| &found["kind"]).collect();
        assert!(kinds.iter().any(|kind| *kind == "processes_left"), "{kinds:?}");
    }
}

#[test]
fn a_command_that_computes_is_not_taken_for_one_that_waits() {
    let script = "i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done";
    let document = results(&["sweep", "-w", "1,2", "-n", "4", "--repeats", "1"], &["sh", "-c", script]);
    let waiting = document["diagnosis"]["waiting"].as_f64().unwrap();
    // The machine may be busy, and then commands wait for a CPU; that they compute at all is what counts.
    assert!(waiting < 0.9, "{}", document["diagnosis"]);
}

#[test]
fn a_scenario_that_runs_commands_needs_consent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("names.txt"), "one\ntwo\nthree\n").unwrap();
    let touch = folder.path().join("ran-");
    let text = format!("command = [\"touch\", \"{}{{item}}\"]\nitems_file = \"names.txt\"", touch.display());
    let file = scenario(&folder, &text);
    let refused = run(&["compare", "--scenario", &file]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{refused:?}");
    for words in ["touch", "ran-one", "ran-two", "ran-three", "3 tasks in each of 3 runs", "--allow command"]
    {
        assert!(refused.err.contains(words), "{words} is not in {}", refused.err);
    }
    assert!(!folder.path().join("ran-one").exists(), "nothing was run");
    let wrong = run(&["compare", "--scenario", &file, "--allow", "everything"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("there are command and http"), "{wrong:?}");
    let ran = run(&["run", "--scenario", &file, "--allow", "command", "-q", "-w", "2", "-s", "threads"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(["one", "two", "three"].iter().all(|name| folder.path().join(format!("ran-{name}")).exists()));
    // What is typed is agreed to by typing it.
    let typed = run(&["run", "--scenario", &file, "-q", "-n", "1", "-w", "1", "-s", "threads", "--", "true"]);
    assert_eq!(typed.code, Some(0), "{typed:?}");
}

#[test]
fn what_cannot_be_a_command_is_said_before_anything_runs() {
    for (words, said) in [
        (&["run", "--", "no-such-program-here"][..], "is no program in any folder of PATH"),
        (&["run", "-t", "command"], "needs a command behind --"),
        (&["run", "-t", "cpu", "--", "true"], "leave one of them out"),
        (&["run", "--size", "5", "--", "true"], "does not suit command"),
        (&["run", "--items", "x"], "is for a command"),
        (&["run", "--items", "/no/such/file", "--", "true"], "No such file"),
        (&["run", "--", "cat", "{item}"], "add --items"),
        (&["run", "--shell", "--", "echo", "hi"], "put it in quotes"),
        (&["run", "--runtime", "simulated", "-n", "1", "--", "true"], "cannot run commands"),
        (&["compare", "-t", "cpu:1,command:1"], "cannot be part of a mix"),
    ] {
        let ended = run(words);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(said), "{words:?}: {}", ended.err);
    }
}

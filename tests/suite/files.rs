//! `file` tasks through the real binary: the same results in every way, and nothing left behind whatever ends it.

use std::path::Path;

use crate::cli::{Ended, Going, poolscope, results, run, until};

/// Whether a process of the family has a file in the folder open.
fn is_writing(going: &Going, folder: &Path) -> bool {
    let has_one = |pid: u32| {
        let Ok(descriptors) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        descriptors
            .flatten()
            .any(|fd| std::fs::read_link(fd.path()).is_ok_and(|file| file.starts_with(folder)))
    };
    going.family.members().into_iter().any(has_one)
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().count() == 0
}

/// A command line for six files of 300 KiB on two workers.
fn six_files<'a>(command: &'a str, strategies: &'a str) -> Vec<&'a str> {
    let options = "-t file --size 300KiB -n 6 -w 2 -s".split(' ');
    [command].into_iter().chain(options).chain([strategies]).collect()
}

#[test]
fn every_way_writes_the_same_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let words = six_files("compare", "serial,threads,processes,hybrid");
    let ended: Ended = poolscope(&[&words[..], &["--json", "-q"]].concat())
        .env("TMPDIR", folder.path())
        .output()
        .unwrap()
        .into();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let document = ended.json();
    let runs = document["runs"].as_array().unwrap();
    assert!(runs.len() == 4 && runs[0]["digest"].is_string());
    assert!(runs.iter().all(|run| run["digest"] == runs[0]["digest"]));
    assert!(is_empty(folder.path()));
    assert_ne!(results(&[&words[..], &["--seed", "2"]].concat())["runs"][0]["digest"], runs[0]["digest"]);
    let locked = results(&[&six_files("run", "threads")[..], &["--runtime", "gil"]].concat());
    assert_eq!(locked["runs"][0]["digest"], runs[0]["digest"]);
}

#[test]
fn nothing_is_left_whatever_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    for (way, signal) in
        [("threads", "INT"), ("processes", "TERM"), ("threads", "KILL"), ("processes", "KILL")]
    {
        let mut command =
            poolscope(&["run", "-t", "file", "--size", "4MiB", "-n", "1000000", "-w", "2", "-s", way, "-q"]);
        command.env("TMPDIR", folder.path());
        let mut going = Going::start(command);
        until("a file", || is_writing(&going, folder.path()));
        going.signal(signal);
        going.wait();
        until("the end of all", || going.family.members().is_empty());
        assert!(is_empty(folder.path()), "{way} {signal}");
    }
}

#[test]
fn a_disk_that_takes_no_more_is_an_error_that_names_it() {
    // What the shell's limit counts in is 512 bytes.
    let script = "ulimit -f 64; exec \"$0\" \"$@\"";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_poolscope")]);
    command.args(["run", "-t", "file", "-n", "2", "-w", "1", "-s", "threads", "--json", "-q"]);
    let folder = tempfile::tempdir().unwrap();
    let ended: Ended = command.env("TMPDIR", folder.path()).output().unwrap().into();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let message = ended.json()["runs"][0]["errors"][0]["message"].as_str().unwrap().to_owned();
    let wanted = format!("write a file in {}: File too large", folder.path().display());
    assert!(message.starts_with(&wanted), "{message}");
    let missing = folder.path().join("missing");
    let mut command =
        poolscope(&["run", "-t", "file", "-n", "1", "-s", "processes", "-w", "1", "--json", "-q"]);
    let ended: Ended = command.env("TMPDIR", &missing).output().unwrap().into();
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let wanted = format!("--task file: has no folder for its files: {}: No such file", missing.display());
    assert!(ended.err.contains(&wanted), "{}", ended.err);
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_written() {
    for (words, said) in [
        (["--size", "64GiB", "-w", "1000"], "for each of 1 000 workers is more than the"),
        (["--size", "100ms", "-w", "1"], "is not a number"),
        (["--runtime", "simulated:4", "-w", "1"], "cannot write files: nobody knows"),
        (["-t", "file:1,cpu:1", "-w", "1"], "file, which cannot be part of a mix"),
    ] {
        let words = if words[0] == "-t" { words.to_vec() } else { [&["-t", "file"], &words[..]].concat() };
        let ended = run(&[&["run", "-s", "threads"], words.as_slice()].concat());
        assert!(ended.code == Some(2) && ended.err.contains(said), "{words:?}: {ended:?}");
    }
}

//! The command line, driven through the real binary: a small language for it, and what every command has in common.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::family::{Family, signal};

/// Generous: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command line to be, with an environment that does not depend on who runs the tests.
pub(crate) fn poolscope(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_poolscope"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["NO_COLOR", "COLORTERM", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE", "POOLSCOPE_FAULT"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
    command
}

/// What a command that has ended left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Runs a command line to its end.
pub(crate) fn run(args: &[&str]) -> Ended {
    poolscope(args).output().unwrap().into()
}

/// The JSON of a comparison that must succeed, without a word on standard error.
pub(crate) fn results(args: &[&str]) -> Value {
    let mut words = args.to_vec();
    words.extend(["--json", "-q"]);
    let ended = run(&words);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    ended.json()
}

/// A command that goes on, with its whole family.
pub(crate) struct Going {
    pub(crate) family: Family,
    child: Child,
}

impl Going {
    pub(crate) fn start(mut command: Command) -> Self {
        let family = Family::new();
        let (name, mark) = family.mark();
        let child = command.env(name, mark).spawn().unwrap();
        Self { family, child }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// The letter of the process's state, as `T` for one that is stopped.
    pub(crate) fn state(&self) -> Option<char> {
        state(self.child.id())
    }

    /// Waits for the end, which must come, and reads nothing.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it never ended");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end, which must come; the output must fit into a pipe.
    #[track_caller]
    pub(crate) fn ended(mut self) -> (ExitStatus, String, String) {
        let status = self.wait();
        let (mut out, mut err) = (String::new(), String::new());
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (status, out, err)
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind; one that did not has nothing left to kill.
        let _ = self.child.kill();
        self.family.kill_all();
        let _ = self.child.wait();
    }
}

/// The letter of a process's state; none where there is no such process.
pub(crate) fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim_start().chars().next()
}

/// Waits until something is true.
#[track_caller]
pub(crate) fn until(what: &str, is_true: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_true() {
        assert!(start.elapsed() < PATIENCE, "never saw {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn help_is_the_same_short_and_long_and_stands_on_stdout() {
    for args in [&[][..], &["run"], &["compare"], &["sweep"], &["doctor"], &["completions"], &["man"]] {
        let help = |option| {
            let mut words = args.to_vec();
            words.push(option);
            run(&words)
        };
        let (short, long) = (help("-h"), help("--help"));
        assert_eq!((short.code, short.err.as_str()), (Some(0), ""));
        assert_eq!(short.out, long.out);
        let name = [&["help"], args].concat().join("_");
        insta::assert_snapshot!(name, long.out);
    }
}

#[test]
fn version_completions_and_manual_page_are_there() {
    assert_eq!(run(&["--version"]).out, concat!("poolscope ", env!("CARGO_PKG_VERSION"), "\n"));
    for (shell, words) in [
        ("bash", "complete -F _poolscope"),
        ("zsh", "#compdef poolscope"),
        ("fish", "complete -c poolscope"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion"),
    ] {
        let ended = run(&["completions", shell]);
        assert_eq!(ended.code, Some(0));
        assert!(ended.out.contains(words), "{shell}: {}", ended.out);
        // The generators of the other two know options, but not their values.
        let values = ["sleep", "processes", "classic-io"];
        let values = if matches!(shell, "bash" | "zsh" | "fish") { &values[..] } else { &[] };
        for known in values.iter().chain(&["retries"]) {
            assert!(ended.out.contains(known), "{shell} does not complete {known}");
        }
        assert!(!ended.out.contains("__worker"));
    }
    let man = run(&["man"]);
    assert_eq!(man.code, Some(0));
    assert!(man.out.contains(".TH poolscope 1") && man.out.contains(r"\-\-workers"), "{}", man.out);
}

#[test]
fn doctor_says_what_the_machine_has() {
    let ended = run(&["doctor"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    for word in [
        "CPUs available",
        "threads, processes",
        "reading the clock",
        "starting a process",
        "Terminal:",
        "Missing",
    ] {
        assert!(ended.out.contains(word), "{}", ended.out);
    }
    let facts = run(&["doctor", "--json"]).json();
    assert_eq!(facts["schema"], "poolscope/doctor/1");
    assert!(facts["machine"]["cpus_available"].as_u64() >= Some(1), "{facts}");
    assert!(facts["workers"]["process_start_ns"].as_u64() > Some(0), "{facts}");
    assert!(facts["costs"]["kernels"][0]["iterations_of_100ms"].as_u64() > Some(0), "{facts}");
    assert!(facts["simulator"]["parameters"]["process_start"].as_u64() > Some(0), "{facts}");
    assert!(facts["simulator"]["defaults"].is_array(), "{facts}");
    assert_eq!(facts["terminal"]["streams"], serde_json::json!([]));
}

#[test]
fn a_worker_that_nobody_of_ours_started_refuses() {
    let ended = run(&["__worker"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(ended.out, "");
}

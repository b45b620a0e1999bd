//! The interpreters that can be had, and our scripts run by them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use poolscope::cost::NotMeasured;
use poolscope::plan::{GilRule, GilSetup, Runtime};
use poolscope::units::Nanos;
use serde::Deserialize;

/// Paths to interpreters, separated as in `PATH`: these and no others.
const VARIABLE: &str = "POOLSCOPE_PYTHONS";
/// Those that are looked for otherwise.
const NAMES: [&str; 4] = ["python3.13", "python3.11", "python3", "python2.7"];

/// An interpreter that runs.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    program: PathBuf,
    pub(crate) about: About,
}

/// What it says of itself, and the sizes of its tasks.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct About {
    pub(crate) version: String,
    /// Whether it has the lock at all.
    gil: bool,
    /// Ticks between two releases, before 3.2.
    ticks: Option<u32>,
    pub(crate) cpu: u64,
    pub(crate) sum: u64,
    pub(crate) native: u64,
}

impl Interpreter {
    /// Asks a program whether it is one; its tasks are to take `task`.
    fn new(program: PathBuf, task: Nanos) -> Result<Self, String> {
        let name = program.display().to_string();
        let text = output(&program, "work.py", &[task.as_secs_f64().to_string()]);
        let text = text.map_err(|NotMeasured(why)| format!("{name}: {why}"))?;
        let about: About = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        if about.gil { Ok(Self { program, about }) } else { Err(format!("{name}: has no lock")) }
    }

    /// The runtime of poolscope that is to be like it, at a switch interval where it has one.
    pub(crate) fn runtime(&self, interval: Nanos) -> Runtime {
        let rule = self.about.ticks.map_or(GilRule::Interval(interval), GilRule::Ticks);
        Runtime::Gil(GilSetup { rule, stretch: Nanos::ZERO })
    }

    /// Whether it counts ticks, and knows no interval.
    pub(crate) const fn counts_ticks(&self) -> bool {
        self.about.ticks.is_some()
    }

    /// Runs one of our scripts to its end. Returns the numbers that it prints.
    pub(crate) fn run(&self, script: &str, args: &[String]) -> Result<Vec<f64>, NotMeasured> {
        let text = output(&self.program, script, args)?;
        let numbers: Result<_, _> = text.split_whitespace().map(str::parse).collect();
        numbers.map_err(|_error| NotMeasured(format!("{script} did not print numbers")))
    }
}

/// All that can be had, one of each version; and of those that cannot, why.
pub(crate) fn found(task: Nanos) -> (Vec<Interpreter>, Vec<String>) {
    let (mut interpreters, mut missing) = (Vec::<Interpreter>::new(), Vec::new());
    let given = std::env::var_os(VARIABLE);
    let candidates = given.map_or_else(usual, |paths| std::env::split_paths(&paths).map(Ok).collect());
    for candidate in candidates {
        match candidate.and_then(|program| Interpreter::new(program, task)) {
            Ok(new) if interpreters.iter().any(|old| old.about.version == new.about.version) => {}
            Ok(new) => interpreters.push(new),
            Err(why) => missing.push(why),
        }
    }
    (interpreters, missing)
}

/// Of each name the one that pyenv has, for what it puts on the path may refuse; else the one on the path.
fn usual() -> Vec<Result<PathBuf, String>> {
    let pyenv = Command::new("pyenv").arg("root").output().ok().filter(|output| output.status.success());
    let versions =
        pyenv.map(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("versions"));
    let in_pyenv = |name: &str| {
        let entries = std::fs::read_dir(versions.as_deref()?).ok()?;
        entries.flatten().map(|entry| entry.path().join("bin").join(name)).find(|program| program.is_file())
    };
    let on_path = |name: &str| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
    };
    let found = |name: &str| {
        let program =
            if name == "python3" { on_path(name) } else { in_pyenv(name).or_else(|| on_path(name)) };
        program.ok_or_else(|| format!("{name}: not found"))
    };
    NAMES.into_iter().map(found).collect()
}

fn output(program: &Path, script: &str, args: &[String]) -> Result<String, NotMeasured> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/python").join(script);
    let mut command = Command::new(program);
    // Nothing is left beside the scripts.
    command.arg("-B").arg(script).args(args).stdin(Stdio::null());
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(NotMeasured(errors.lines().last().unwrap_or("it failed without a word").to_owned()))
}

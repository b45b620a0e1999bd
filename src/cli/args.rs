//! What was typed: options and their texts, as clap finds them. What they mean is the business of [`super::request`].
//!
//! Texts stay texts here, so that every problem of a command line can be said at once. The words that an option knows
//! are given to clap for help and completions only.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, Args as Group, Command, Parser, Subcommand};
use clap_complete::Shell;

use crate::headless::Format;
use crate::plan::scenario::{Listed, Scenario};
use crate::plan::{Permission, Strategy, TaskType};
use crate::report::{Outputs, TableStyle};
use crate::tui::ThemeChoice;

const EXAMPLES: &str = "\
Examples:
  poolscope                                  open the lab; Enter runs its plan
  poolscope compare                          the same without a screen: serial, threads, processes
  poolscope compare -t sleep,cpu -n 10 -w 4  waiting and computing, each way
  poolscope run -t cpu --size 5000000 -n 40 -w 4 -s threads --json
  poolscope sweep -t mixed --size 20ms+80ms  how many workers? measured, and recommended
  poolscope sweep -w 1..8 -n 64 -- convert in/{}.png out/{}.jpg   the same for a command of your own
  poolscope doctor                           what this machine has, and what measuring costs on it

Exit codes:
  0      every task ended with a value
  1      a task failed, timed out or was lost, or workers could not start
  2      the command line or an input is wrong
  4      an output could not be written
  128+n  stopped by signal n, after cleaning up: 130 by Ctrl-C, 143 by TERM";

const COMPARE_EXAMPLES: &str = "\
Examples:
  poolscope compare                                  four seconds of computing, each way
  poolscope compare -t sleep,cpu -n 10 -w 4          waiting and computing, each way
  poolscope compare -t sum --size 20ms -s serial,threads --repeats 3
  poolscope compare -t cpu:1,sleep:9 --size cpu=20ms,sleep=2ms -n 100 --runtime gil
  poolscope compare --scenario classic-io --json     a named plan, for programs
  poolscope compare --runtime simulated:16 -w 16     the same on 16 cores that are not there
  poolscope compare --repeats 5 --csv > runs.csv     a row for each run, for a spreadsheet
  poolscope compare -w 4 -n 64 -- convert in/{}.png out/{}.jpg   a command of your own, each way";

const RUN_EXAMPLES: &str = "\
Examples:
  poolscope run                                      four seconds of computing, on threads
  poolscope run -t sleep --size 200ms -n 10 -w 4     three waves of waiting
  poolscope run -s processes -w 50% --timeout 2s --retries 1
  poolscope run -t http -w 5                         five pages of a server of its own, no network
  poolscope run -t http --urls urls.txt -w 8 --timeout 5s
  poolscope run -w 4 --items files.txt -- gzip -kf {item}
  ls *.png | poolscope run --items - --shell -- 'identify \"$1\" > \"$1.txt\"'";

const SWEEP_EXAMPLES: &str = "\
Examples:
  poolscope sweep                                    computing; ends where more do not help
  poolscope sweep -t sleep --size 20ms -n 32 -w 1,2,4,8,16,32
  poolscope sweep -t mixed --size 20ms+80ms -n 200 -w 1..16 -s threads,processes
  poolscope sweep -w 1..8 --save points.jsonl        goes on there if it is stopped
  poolscope sweep -t cpu --cpus 0 --svg curve.svg    on one CPU, with a picture
  poolscope sweep --max-time 1min --json             what a minute can tell, for programs
  poolscope sweep -w 1..8 -n 64 -- convert in/{}.png out/{}.jpg

What is recommended is the smallest number of workers that is within 3 % of the fastest or
that repeats cannot tell from it, with what keeps more from being of use, and smaller chunks
where these would do better; or nothing, with the reasons.";

const ABOUT: &str = "\
An oscilloscope for worker pools: one workload as a plain loop, as threads and as processes.

Without a command it opens the lab, with the options below as its first plan.";

/// What `-w` takes there.
const SWEEP_WORKERS: &str = "Numbers of workers: 1,2,4,8, a range 1..16, all (one to as many as there are CPUs), 1.. (until \
more do not help, as without this option); 2x4 or 1..4x1..4 (hybrid: processes x threads in each)";

/// What `-w` takes without a command.
const LAB_WORKERS: &str = "Number of workers: 4, 50% or all of the CPUs available, +2 more than those; 2x4 (hybrid: 2 processes with 4 threads each). Of several, as 1,2,4 or 1..16, the Lab runs the most, and its Sweep measures all";

/// The command line.
#[derive(Parser, Debug)]
#[command(
    name = "poolscope",
    version,
    about = ABOUT,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    disable_help_flag = true,
    max_term_width = 100,
    mut_arg("workers", |arg| arg.help(LAB_WORKERS))
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
    #[command(flatten)]
    pub(super) plan: PlanArgs,
    #[command(flatten)]
    pub(super) look: LookArgs,
    /// Theme of the lab: auto (as COLORFGBG says, else dark), dark, light or mono.
    #[arg(long, value_name = "NAME", help_heading = "Output", value_parser = Words::themes(), hide_possible_values = true)]
    pub(super) theme: Option<String>,
    /// Print this help.
    #[arg(short, long, global = true, action = ArgAction::HelpShort, help_heading = "Output")]
    help: Option<bool>,
}

/// A command.
#[derive(Subcommand, Debug)]
pub(super) enum Verb {
    /// Run one workload one way.
    #[command(after_help = RUN_EXAMPLES)]
    Run(HeadlessArgs),
    /// Run workloads each way, one after another, and compare.
    #[command(after_help = compare_help())]
    Compare(HeadlessArgs),
    /// Measure numbers of workers, and recommend one.
    #[command(
        after_help = SWEEP_EXAMPLES,
        mut_arg("workers", |arg| arg.help(SWEEP_WORKERS)),
        mut_arg("strategy", |arg| arg.help("Ways to run it: threads (unless you say otherwise), processes, hybrid")),
        mut_arg("repeats", |arg| arg.help("How often each number is measured: 5, or 3 where that takes long")),
        mut_arg("together", |arg| arg.hide(true)),
        mut_arg("json", |arg| arg.help("Results as JSON (schema poolscope/sweep/1), and nothing else on stdout")),
        mut_arg("markdown", |arg| arg.help("Results as Markdown: a table, what is recommended, and why"))
    )]
    Sweep(SweepArgs),
    /// Show what this machine has, what measuring costs on it, and what is missing.
    Doctor(DoctorArgs),
    /// Write a completion script for a shell to stdout.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the manual page to stdout.
    Man,
}

/// What is run, and how.
#[derive(Group, Debug, Default)]
pub(super) struct PlanArgs {
    /// Task types: cpu, sum, primes (computing), native (memory), sleep (waiting), mixed (both), file (a disk),
    /// http (pages). With weights, as
    /// cpu:4,sleep:1, one run holds all of them, in a repeated block of four and one. Left out where a command
    /// follows --.
    #[arg(short, long, value_name = "LIST", help_heading = "Plan", value_parser = Words::tasks(), hide_possible_values = true)]
    pub(super) task: Vec<String>,
    /// Size of one task: 5000000 (iterations), 200ms, 32MiB (native, file), 20ms+80ms (mixed: compute + wait); by name where
    /// there are several types: cpu=100ms,sleep=1ms.
    #[arg(long, value_name = "S", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) size: Option<String>,
    /// The URLs of http tasks, one on each line of FILE (or of stdin, for -), and as many tasks. Empty lines and those that
    /// begin with # are left out. Without it five pages of a server of poolscope's own.
    #[arg(long, value_name = "FILE|-", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) urls: Option<String>,
    /// Items for a command, one on each line of FILE (or of stdin, for -), and as many tasks: {item} stands for a task's
    /// item. Empty lines are left out.
    #[arg(long, value_name = "FILE|-", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) items: Option<String>,
    /// The command is one word, a script for /bin/sh, which gets the item (or without items the index) as "$1" and the
    /// index as "$2".
    #[arg(long, help_heading = "Plan")]
    pub(super) shell: bool,
    /// Number of tasks. Of a command with items: as many as there are, and at most that.
    #[arg(short = 'n', long, value_name = "N", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) tasks: Option<String>,
    /// Number of workers: 4, 50% or all of the CPUs available, +2 more than those; 2x4 (hybrid: 2
    /// processes with 4 threads each).
    #[arg(short, long, value_name = "W", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) workers: Option<String>,
    /// Ways to run it: serial, threads, processes, hybrid (processes with threads in each).
    #[arg(short, long, value_name = "LIST", help_heading = "Plan", value_parser = Words::strategies(), hide_possible_values = true)]
    pub(super) strategy: Vec<String>,
    /// Where it runs: native, or gil, under the lock of CPython, as each process has it: gil:1ms sets the switch
    /// interval, gil:ticks=100 is the rule before 3.2. Or nowhere: simulated:16 is a model of 16 cores,
    /// simulated:16,gil the same under the lock.
    #[arg(long, value_name = "R", help_heading = "Plan", value_parser = Words::runtimes(), hide_possible_values = true)]
    pub(super) runtime: Option<String>,
    /// What a simulated run takes everything to cost: a TOML file with a table [simulator].
    #[arg(long, value_name = "FILE", help_heading = "Plan")]
    pub(super) simulator: Option<String>,
    /// Tasks handed out at a time: a number, or auto (four chunks for each worker; in a sweep one by one from a
    /// millisecond on). Commands go one by one unless you say otherwise.
    #[arg(long, value_name = "C", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) chunk: Option<String>,
    /// Longest time of one attempt of a task: 2s, 500ms, or none.
    #[arg(long, value_name = "T", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) timeout: Option<String>,
    /// How often a task that failed or timed out is tried again.
    #[arg(long, value_name = "N", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) retries: Option<String>,
    /// When a task fails for good: continue, or stop the run.
    #[arg(long, value_name = "WHAT", help_heading = "Plan", value_parser = Words::on_error(), hide_possible_values = true)]
    pub(super) on_error: Option<String>,
    /// How often the whole comparison is run.
    #[arg(long, value_name = "N", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) repeats: Option<String>,
    /// Run the strategies of a workload at once, not one after another.
    #[arg(long, help_heading = "Plan")]
    pub(super) together: bool,
    /// The number from which tasks derive whatever differs between them.
    #[arg(long, value_name = "N", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) seed: Option<String>,
    /// Only these CPUs for poolscope and its workers, as the system numbers them: 0,1 or 0-3.
    #[arg(long, value_name = "LIST", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) cpus: Option<String>,
    /// A named plan, or a TOML file (with a / or ending in .toml); other options override it.
    #[arg(long, value_name = "NAME|FILE", help_heading = "Plan", value_parser = Words::scenarios(), hide_possible_values = true)]
    pub(super) scenario: Option<String>,
    /// What a scenario file may do besides computing: command, http. Without it a file that runs commands, or asks for pages
    /// of hosts that it names, is only shown.
    #[arg(long, value_name = "LIST", help_heading = "Plan", value_parser = Words::permissions(), hide_possible_values = true)]
    pub(super) allow: Vec<String>,
    /// A command of your own behind --, once for each task and one word for each argument: {} stands for the task's
    /// index, from 0, and {item} for its item. No shell looks at it.
    #[arg(last = true, value_name = "CMD", help_heading = "Plan")]
    pub(super) command: Vec<OsString>,
    /// How fast the time of a simulated run passes: 1 is real time, 10, 0.1, or max, at once. Nothing of the run
    /// depends on it. Without it max; in the lab 1.
    #[arg(long, value_name = "X", help_heading = "Plan", value_parser = Words::speeds(), hide_possible_values = true, allow_hyphen_values = true)]
    pub(super) speed: Option<String>,
}

/// How it looks.
#[derive(Group, Debug, Default)]
pub(super) struct LookArgs {
    #[arg(help = "Colours: auto (on a terminal, unless NO_COLOR is set), always or never")]
    #[arg(long, value_name = "WHEN", help_heading = "Output", value_parser = Words::colours(), hide_possible_values = true)]
    pub(super) color: Option<String>,
    /// ASCII characters only.
    #[arg(long, help_heading = "Output")]
    pub(super) ascii: bool,
}

/// A run without a screen.
#[derive(Group, Debug, Default)]
pub(super) struct HeadlessArgs {
    #[command(flatten)]
    pub(super) plan: PlanArgs,
    #[command(flatten)]
    pub(super) form: FormArgs,
    /// Whose output is shown where tasks are commands, up to 4 KiB of its end each: failed, all or none. On stderr, or
    /// within the JSON.
    #[arg(long, value_name = "WHOSE", help_heading = "Output", value_parser = Words::outputs(), hide_possible_values = true)]
    pub(super) output: Option<String>,
    /// No progress on stderr.
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
    #[command(flatten)]
    pub(super) look: LookArgs,
}

/// A sweep.
#[derive(Group, Debug, Default)]
pub(super) struct SweepArgs {
    #[command(flatten)]
    pub(super) plan: PlanArgs,
    /// No run begins that would end later than this: 30s, 5min.
    #[arg(long, value_name = "T", help_heading = "Plan", allow_hyphen_values = true)]
    pub(super) max_time: Option<String>,
    #[command(flatten)]
    pub(super) form: FormArgs,
    /// Keep every run in FILE as soon as it is made; the same command goes on from there.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) save: Option<PathBuf>,
    /// Draw the curve into FILE as SVG.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) svg: Option<PathBuf>,
    /// No progress on stderr.
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
    #[command(flatten)]
    pub(super) look: LookArgs,
}

/// The form of the results: one of them, or none for a table.
#[derive(Group, Debug, Default)]
#[group(multiple = false)]
pub(super) struct FormArgs {
    /// Results as JSON (schema poolscope/run/1), and nothing else on stdout.
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
    /// Results as CSV: a row for each run, with the keys of the JSON as columns.
    #[arg(long, help_heading = "Output")]
    pub(super) csv: bool,
    /// Results as Markdown: tables, and the findings below.
    #[arg(long, help_heading = "Output")]
    pub(super) markdown: bool,
}

impl FormArgs {
    /// The form of the results that was asked for; a table in `style` where none was.
    pub(super) const fn format(&self, style: TableStyle) -> Format {
        match self {
            Self { json: true, .. } => Format::Json,
            Self { csv: true, .. } => Format::Csv,
            Self { markdown: true, .. } => Format::Markdown,
            _ => Format::Table(style),
        }
    }
}

/// What `doctor` takes.
#[derive(Group, Debug, Default)]
pub(super) struct DoctorArgs {
    /// Measure what poolscope itself costs here, beside its goals; takes about a minute.
    #[arg(long = "self", help_heading = "Output")]
    pub(super) own: bool,
    /// Measure for up to three seconds what a simulated run has to take everything to cost to be this machine, and
    /// write a table for --simulator, or for a scenario.
    #[arg(long, help_heading = "Output", conflicts_with_all = ["own", "json"])]
    pub(super) calibrate: bool,
    /// The same as JSON (schema poolscope/doctor/1, or with --self poolscope/doctor-self/1).
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) look: LookArgs,
}

/// Examples of `compare`, and the scenarios that there are.
fn compare_help() -> String {
    let scenarios = Scenario::names();
    let width = scenarios.iter().map(|listed| listed.name.len()).max().unwrap_or(0);
    let line = |listed: &Listed| format!("\n  {:width$}  {}", listed.name, listed.title);
    format!("{COMPARE_EXAMPLES}\n\nScenarios:{}", scenarios.iter().map(line).collect::<String>())
}

/// Takes any text; offers some words in completions. Whether a text is right is decided where all problems are.
#[derive(Clone, Debug)]
struct Words(Vec<&'static str>);

impl Words {
    fn tasks() -> Self {
        Self(TaskType::ALL.iter().map(|task| task.name()).collect())
    }

    fn strategies() -> Self {
        Self(Strategy::ALL.iter().map(|strategy| strategy.name()).collect())
    }

    fn on_error() -> Self {
        Self(vec!["continue", "stop"])
    }

    fn runtimes() -> Self {
        Self(vec![
            "native",
            "gil",
            "gil:1ms",
            "gil:ticks=100",
            "simulated",
            "simulated:16",
            "simulated:16,gil",
        ])
    }

    fn permissions() -> Self {
        Self(Permission::ALL.iter().map(|permission| permission.name()).collect())
    }

    fn outputs() -> Self {
        Self(Outputs::ALL.iter().map(|outputs| outputs.name()).collect())
    }

    fn speeds() -> Self {
        Self(vec!["0.1", "1", "10", "max"])
    }

    fn scenarios() -> Self {
        Self(Scenario::names().iter().map(|listed| listed.name).collect())
    }

    fn colours() -> Self {
        Self(vec!["auto", "always", "never"])
    }

    fn themes() -> Self {
        Self(ThemeChoice::ALL.map(ThemeChoice::name).to_vec())
    }
}

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

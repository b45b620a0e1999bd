//! The command line: typed words become a request, and the request goes to the front end that answers it.
//!
//! Two steps: `args` is what was typed, `request` what it means. The only user of clap. Errors end here: each becomes
//! words on standard error and an exit code of [`exit`].

mod args;
mod cpus;
mod doctor;
pub mod exit;
mod request;
mod usage;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use crate::cli::args::{Args, HeadlessArgs, LookArgs, PlanArgs, SweepArgs, Verb};
use crate::cli::request::Purpose;
use crate::cli::usage::plain_lines;
pub use crate::cli::usage::{UsageError, Wrong};
use crate::clock::Clock;
use crate::cost::simulator::{self, Effort};
use crate::cost::{Rig, WATCHED_ARGUMENT};
use crate::engine::{Engine, EngineOptions, Pace, StartError};
use crate::event::EventFeed;
use crate::exec::Fault;
use crate::headless::output::{self, OutputError};
use crate::headless::terminal::{self, Terminal};
use crate::headless::{self, Ending, HeadlessError, HeadlessOptions, ProgressLook, SweepOptions};
use crate::plan::Parameters;
use crate::report::{self, Outputs, TableStyle};
use crate::sweep::save::SaveError;
use crate::tui::{self, ColourChoice, LookOptions, ThemeChoice, TuiOptions};

/// The width of a table where there is no terminal.
const TABLE_WIDTH: usize = 100;

/// What is said where the lab cannot be opened.
const NO_TERMINAL: &str = "\
error: the lab needs a terminal on standard input and output, and TERM to say which

Without one, use 'poolscope compare' (or 'poolscope run'), which print their results;
'poolscope doctor' says what the terminal can do.";

/// Does what `words`, the program's name first, ask for; the exit code says how it went.
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let mut words: Vec<OsString> = words.into_iter().collect();
    let watched = words.get(1).is_some_and(|word| *word == *WATCHED_ARGUMENT);
    if watched {
        words.remove(1);
    }
    let result = match Args::try_parse_from(&words) {
        Ok(args) if watched => lab(&args.plan, &args.look, args.theme.as_deref(), Leave::Json),
        Ok(args) => answer(args),
        Err(error) => answer_clap(error, &words),
    };
    result.unwrap_or_else(|error| {
        // A usage error is a list already.
        let words = if error.is::<UsageError>() { format!("{error}") } else { format!("error: {error:#}") };
        output::note(&plain_lines(&words));
        exit_code_of(&error)
    })
}

fn exit_code_of(error: &anyhow::Error) -> u8 {
    if error.is::<UsageError>() {
        return exit::USAGE;
    }
    match error.downcast_ref() {
        Some(
            HeadlessError::Output(_)
            | HeadlessError::File { .. }
            | HeadlessError::Save(SaveError::System { .. }),
        ) => exit::OUTPUT,
        Some(HeadlessError::Save(_)) => exit::USAGE,
        None if error.is::<OutputError>() => exit::OUTPUT,
        _ => exit::FAILED,
    }
}

/// The way out for a word that stands where none is wanted.
fn tip(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else { return None };
    if error.kind() != ErrorKind::UnknownArgument || word.starts_with('-') {
        return None;
    }
    let command = Args::command();
    let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    Some(if verbs.contains(&word.as_str()) {
        format!("{word} goes first, its options behind it: poolscope {word} …")
    } else {
        format!("a command of your own goes behind --; poolscope has {}", verbs.join(", "))
    })
}

/// Help and version are asked for, and go to standard output; everything else is wrong.
fn answer_clap(mut error: clap::Error, words: &[OsString]) -> anyhow::Result<u8> {
    if let Some(tip) = tip(&error) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    let text = error.render();
    let terminal = Terminal::look();
    if error.use_stderr() {
        // Words that are repeated cannot be told from its own colours.
        let plain = words.iter().all(|word| word.to_str().is_some_and(|word| plain_lines(word) == *word));
        let colour = plain && terminal.wants_colour(terminal.attached.error);
        let text = if colour { text.ansi().to_string() } else { plain_lines(&text.to_string()) };
        output::note(text.trim_end());
        return Ok(exit::USAGE);
    }
    let colour = terminal.wants_colour(terminal.attached.output);
    output::write(&if colour { text.ansi().to_string() } else { text.to_string() })?;
    Ok(exit::OK)
}

fn answer(args: Args) -> anyhow::Result<u8> {
    match args.verb {
        None => lab(&args.plan, &args.look, args.theme.as_deref(), Leave::Table),
        Some(Verb::Run(args)) => headless(Purpose::Run, &args),
        Some(Verb::Compare(args)) => headless(Purpose::Compare, &args),
        Some(Verb::Sweep(args)) => sweep(args),
        Some(Verb::Doctor(args)) => {
            let look = look(&args.look, "poolscope doctor")?;
            if args.own {
                let tell = |what: &str| output::note(&format!("measuring: {what}"));
                let text = doctor::examine_self(own_program()?, args.json, &look.style, tell);
                output::write(&text)?;
                return Ok(exit::OK);
            }
            if args.calibrate {
                output::write(&doctor::calibrate(own_program()?))?;
                return Ok(exit::OK);
            }
            let (engine, feed) = engine()?;
            let text = doctor::examine(&engine, &feed, own_program()?, args.json, &look.style)?;
            output::write(&text)?;
            Ok(exit::OK)
        }
        Some(Verb::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "poolscope", &mut text);
            output::write(&String::from_utf8_lossy(&text))?;
            Ok(exit::OK)
        }
        Some(Verb::Man) => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Args::command()).render(&mut text).context("write the manual page")?;
            output::write(&String::from_utf8_lossy(&text))?;
            Ok(exit::OK)
        }
    }
}

fn headless(purpose: Purpose, args: &HeadlessArgs) -> anyhow::Result<u8> {
    let name = if purpose == Purpose::Run { "poolscope run" } else { "poolscope compare" };
    let restricted = cpus::restrict(args.plan.cpus.as_deref());
    let (engine, feed) = engine()?;
    let plan = args.plan.plan(purpose, engine.machine());
    let outputs = outputs(args.output.as_deref());
    let (outputs, restricted) = match (outputs, restricted) {
        (Ok(outputs), restricted) => (outputs, restricted),
        (Err(wrong), _) => (Outputs::default(), Err(wrong)),
    };
    let (plan, look) = all_right(name, plan, restricted, &args.look)?;
    let options = HeadlessOptions {
        plan,
        outputs,
        progress: (!args.quiet).then_some(look.progress),
        format: args.form.format(look.style),
    };
    // What cannot be read has been said with the plan.
    engine.set_pace(args.plan.pace().ok().flatten().unwrap_or(Pace::AtOnce));
    let engine = Arc::new(engine);
    let ending = headless::run(&engine, &feed, options).map_err(|error| usage_of(error, name))?;
    Ok(code_of(ending))
}

fn sweep(args: SweepArgs) -> anyhow::Result<u8> {
    const NAME: &str = "poolscope sweep";
    let restricted = cpus::restrict(args.plan.cpus.as_deref());
    let (engine, feed) = engine()?;
    let plan = args.sweep(engine.machine());
    let (plan, look) = all_right(NAME, plan, restricted, &args.look)?;
    let options = SweepOptions {
        plan,
        save: args.save,
        svg: args.svg,
        format: args.form.format(look.style),
        progress: (!args.quiet).then_some(look.progress),
    };
    let ending =
        headless::sweep(&Arc::new(engine), &feed, &options).map_err(|error| usage_of(error, NAME))?;
    Ok(code_of(ending))
}

const fn code_of(ending: Ending) -> u8 {
    match ending {
        Ending::AllOk => exit::OK,
        Ending::Failed => exit::FAILED,
        Ending::Stopped(signal) => signal.exit_code(),
    }
}

/// What the screen leaves behind of its last comparison, and of its last sweep.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Leave {
    /// A table on standard output, for whoever looked at it.
    Table,
    /// JSON of the comparison on standard error, for `doctor --self`, which holds the terminal.
    Json,
}

/// The screen; the results of its last comparison and of its last sweep stay behind.
fn lab(args: &PlanArgs, look: &LookArgs, theme: Option<&str>, leave: Leave) -> anyhow::Result<u8> {
    let terminal = Terminal::look();
    if !(terminal.attached.input && terminal.attached.output && terminal.can_move()) {
        output::note(NO_TERMINAL);
        return Ok(exit::USAGE);
    }
    let restricted = cpus::restrict(args.cpus.as_deref());
    let (engine, feed) = engine()?;
    let plan = args.plan(Purpose::Lab, engine.machine());
    let (plan, look, theme) = match (all_right("poolscope", plan, restricted, look), theme_choice(theme)) {
        (Ok((plan, look)), Ok(theme)) => (plan, look, theme),
        (look, theme) => {
            let wrongs = look.err().map(|error| error.wrongs).unwrap_or_default();
            let wrongs = wrongs.into_iter().chain(theme.err()).collect();
            return Err(UsageError::new("poolscope", wrongs).into());
        }
    };
    let colour = match look.colour {
        None => ColourChoice::Auto,
        Some(true) => ColourChoice::Always,
        Some(false) => ColourChoice::Never,
    };
    let pace = args.pace().ok().flatten().unwrap_or(Pace::RealTime(1.0));
    let measure = machine_parameters;
    let unconfirmed = !args.unconfirmed(&plan).is_empty();
    let options = TuiOptions {
        plan,
        counts: args.swept_workers(),
        unconfirmed,
        pace,
        measure,
        look: LookOptions { ascii: look.style.ascii, colour, theme },
    };
    let left = match tui::run(Arc::new(engine), feed, options) {
        Ok(left) => left,
        Err(error) => {
            output::note(&format!("error: {error}"));
            return Ok(error.exit_code());
        }
    };
    if leave == Leave::Json {
        output::note(&report::json(&left.session, Outputs::default()));
        return Ok(left.exit_code);
    }
    // The terminal may have another width by now.
    let width = terminal::size().map_or(TABLE_WIDTH, |(columns, _)| usize::from(columns));
    let style = TableStyle { width, ..look.style };
    let compared = (!left.session.runs.is_empty()).then(|| report::table(&left.session, &style));
    let swept = left.sweep.map(|(sweep, sizing)| report::sweep::table(&sweep, &sizing, &style));
    let tables: Vec<String> = [compared, swept].into_iter().flatten().collect();
    if !tables.is_empty() {
        output::write(&tables.join("\n"))?;
    }
    Ok(left.exit_code)
}

/// What everything costs on this machine, for predictions. Its kernels cost what the runs' sizes were made by.
fn machine_parameters(engine: &Engine) -> Parameters {
    let measured = match own_program() {
        Ok(program) => simulator::parameters(&Rig::new(program), Effort::Quick).parameters,
        Err(_) => Parameters::default(),
    };
    Parameters { costs: engine.costs().into(), ..measured }
}

fn own_program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("find the program itself")
}

/// The engine of this program, whose workers are this program too.
fn engine() -> anyhow::Result<(Engine, EventFeed)> {
    let worker_program = own_program()?;
    let fault = Fault::from_environment();
    Ok(Engine::new(EngineOptions { worker_program, clock: Clock::monotonic(), fault }))
}

/// A plan and a look that nothing is wrong with, or all that is wrong with either and with the list of CPUs.
fn all_right<P>(
    name: &str,
    plan: Result<P, Vec<Wrong>>,
    cpus: Result<(), Wrong>,
    look_args: &LookArgs,
) -> Result<(P, Look), UsageError> {
    match (plan, cpus, look(look_args, name)) {
        (Ok(plan), Ok(()), Ok(look)) => Ok((plan, look)),
        (plan, cpus, look) => {
            let plan = plan.err().unwrap_or_default();
            let look = look.err().map(|error| error.wrongs).unwrap_or_default();
            Err(UsageError::new(name, plan.into_iter().chain(cpus.err()).chain(look).collect()))
        }
    }
}

/// What the options of looks mean on this terminal.
struct Look {
    style: TableStyle,
    progress: ProgressLook,
    /// Colours as the user wants them; none to go by the terminal.
    colour: Option<bool>,
}

fn look(args: &LookArgs, name: &str) -> Result<Look, UsageError> {
    let terminal = Terminal::look();
    let colour = match args.color.as_deref().unwrap_or("auto") {
        "auto" => None,
        "always" => Some(true),
        "never" => Some(false),
        other => {
            let wrong =
                Wrong::new("--color", other, "is no choice of colours; there are auto, always, never");
            return Err(UsageError::new(name, vec![wrong]));
        }
    };
    let colour_on = |attached| colour.unwrap_or_else(|| terminal.wants_colour(attached));
    let ascii = args.ascii || !terminal.unicode;
    let width = match terminal.size {
        Some((columns, _)) if terminal.attached.output => usize::from(columns),
        _ => TABLE_WIDTH,
    };
    Ok(Look {
        style: TableStyle { ascii, colour: colour_on(terminal.attached.output), width },
        progress: ProgressLook { ascii, colour: colour_on(terminal.attached.error) },
        colour,
    })
}

fn outputs(name: Option<&str>) -> Result<Outputs, Wrong> {
    let Some(name) = name else { return Ok(Outputs::default()) };
    Outputs::ALL.into_iter().find(|outputs| outputs.name() == name).ok_or_else(|| {
        let known = Outputs::ALL.map(Outputs::name).join(", ");
        Wrong::new("--output", name, format!("says not whose output; there are {known}"))
    })
}

fn theme_choice(name: Option<&str>) -> Result<ThemeChoice, Wrong> {
    let Some(name) = name else { return Ok(ThemeChoice::Auto) };
    ThemeChoice::ALL.into_iter().find(|theme| theme.name() == name).ok_or_else(|| {
        let known = ThemeChoice::ALL.map(ThemeChoice::name).join(", ");
        Wrong::new("--theme", name, format!("is no theme; there are {known}"))
    })
}

/// The engine checks a plan again; what it finds is said as if it had been found here.
fn usage_of(error: HeadlessError, name: &str) -> anyhow::Error {
    match error {
        HeadlessError::Start(StartError::Plan(problems)) => {
            UsageError::new(name, problems.into_iter().map(Wrong::from).collect()).into()
        }
        error => error.into(),
    }
}

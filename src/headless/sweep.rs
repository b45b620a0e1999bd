//! A sweep without a screen: one run after another, with progress on standard error and the results on standard output.

mod display;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::event::EventFeed;
use crate::headless::stop::Stop;
use crate::headless::sweep::display::SweepDisplay;
use crate::headless::{Ending, Format, HeadlessError, ProgressLook, follow, output};
use crate::report::sweep as report;
use crate::state::Session;
use crate::sweep::save::SaveFile;
use crate::sweep::{Recorded, STOPPED, Sweep, SweepPlan};

/// What is swept, and what is shown of it.
#[derive(Clone, Debug)]
pub struct SweepOptions {
    /// What is swept.
    pub plan: SweepPlan,
    /// Where runs are kept as they are made, and taken from if some are there already.
    pub save: Option<PathBuf>,
    /// Where a picture is drawn.
    pub svg: Option<PathBuf>,
    /// What the results look like.
    pub format: Format,
    /// What progress on standard error looks like; none for none at all.
    pub progress: Option<ProgressLook>,
}

/// Sweeps to the end, or until a signal ends it, and writes the results: of what there is, in either case.
///
/// # Errors
/// Where a run cannot be started, a file holds something else, or an output cannot be written.
pub fn sweep(
    engine: &Arc<Engine>,
    feed: &EventFeed,
    options: &SweepOptions,
) -> Result<Ending, HeadlessError> {
    // Found out now, and not after an hour.
    if let Some(path) = &options.svg {
        let opened = OpenOptions::new().append(true).create(true).open(path);
        opened.map_err(|source| HeadlessError::File { path: path.clone(), source })?;
    }
    let mut stop = Stop::listen(engine).map_err(HeadlessError::Signals)?;
    let plan = &options.plan.plan;
    let machine = plan.machine(engine.machine()).into_owned();
    let mut sweep = Sweep::new(options.plan.clone(), &machine);
    let mut file = None;
    if let Some(path) = &options.save {
        let (mut opened, held) = SaveFile::open(path, plan, &machine)?;
        match held {
            Some(held) => {
                if plan.computes() {
                    engine.take_costs(held.costs());
                }
                sweep.resume(held);
            }
            None => {
                opened.begin(plan, &machine, plan.costs(|| engine.costs()).unwrap_or_default())?;
            }
        }
        file = Some(opened);
    }
    let clock = Clock::monotonic();
    let began = clock.now();
    let mut display = SweepDisplay::new(options.progress, began);
    let mut session = Session::default();
    while let Some(step) = sweep.next(clock.now().since(began)) {
        // A signal may have come between two runs.
        stop.look(engine, clock.now());
        if stop.by().is_some() {
            break;
        }
        display.begin(&sweep, step, clock.now());
        engine.start(step.plan(sweep.plan()))?;
        // What it knows of the cores stays, and the rest begins anew.
        session.over = false;
        follow(engine, feed, &mut stop, &clock, &mut session, |session| match session {
            Some(_) => display.tick(&sweep, step, clock.now()),
            None => display.clear(),
        });
        for notice in &session.notices {
            if !sweep.notices().contains(notice) {
                sweep.note(notice.clone());
            }
        }
        if let Recorded::Counted(sample) = sweep.record(step, &session) {
            display.end(&sweep, step, &sample, clock.now());
            if let Some(file) = &mut file {
                file.add(step, &sample)?;
            }
        }
    }
    display.clear();
    if stop.by().is_some() {
        sweep.note(STOPPED.to_owned());
    }
    results(&sweep, options)?;
    Ok(match stop.by() {
        Some(signal) => Ending::Stopped(signal),
        None if sweep.has_failures() || sweep.is_empty() => Ending::Failed,
        None => Ending::AllOk,
    })
}

fn results(sweep: &Sweep, options: &SweepOptions) -> Result<(), HeadlessError> {
    let sizing = sweep.sizing();
    if let Some(path) = &options.svg {
        picture(path, &report::svg(sweep, &sizing))?;
    }
    let text = match &options.format {
        Format::Table(style) => report::table(sweep, &sizing, style),
        Format::Json => report::json(sweep, &sizing),
        Format::Csv => report::csv(sweep),
        Format::Markdown => report::markdown(sweep, &sizing),
    };
    Ok(output::write(&text)?)
}

fn picture(path: &Path, text: &str) -> Result<(), HeadlessError> {
    std::fs::write(path, text).map_err(|source| HeadlessError::File { path: path.to_owned(), source })
}

//! What the Sweep screen remembers: the plan in its form, the sweep that goes on or was the last, and the point that is
//! looked at. Nothing here draws.

use crate::analysis::sizing::{Advice, PointSummary, Recommendation, Sizing};
use crate::clock::RunTime;
use crate::event::Phase;
use crate::plan::{Machine, Plan, Shape, Strategy};
use crate::report::text::harmless;
use crate::state::{RunState, Session, SlotState};
use crate::sweep::{Cell, Counts, Kind, STOPPED, Step, Sweep, SweepPlan};
use crate::tui::chart::Chart;
use crate::tui::sweep::expected::Expected;
use crate::tui::sweep::form::SweepForm;
use crate::tui::sweep::kept::{Account, Kept, LANES_KEPT};
use crate::tui::sweep::measure::Measure;
use crate::units::Nanos;

/// What has the place of the curve.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Opened {
    /// The lanes of the point that is looked at.
    Lanes,
    /// What is recommended, where it has no place beside the curve.
    Why,
}

/// Who has the focus.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Focus {
    /// The form.
    Plan,
    /// The curve.
    Curve,
}

/// A point: a strategy with its workers.
pub(crate) type Key = (Strategy, Shape);

/// How a sweep ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// There is nothing left to be measured.
    Whole,
    /// It was stopped, and can go on.
    Stopped,
}

/// What Enter does.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Intent {
    /// Nothing was measured yet: it begins.
    Start,
    /// It goes on where it was stopped.
    Resume,
    /// What was measured is dropped, for the plan is another.
    Changed,
    /// Nothing: everything is measured.
    Again,
}

/// A sweep that goes on, or was the last.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    /// What is measured, and what comes next.
    pub(crate) sweep: Sweep,
    /// What it means so far; none before a run counts.
    pub(crate) sizing: Option<Sizing>,
    /// The run that goes on.
    pub(crate) step: Option<Step>,
    /// That run, or the last.
    pub(crate) session: Session,
    /// The time of the run that goes on.
    pub(crate) now: RunTime,
    /// How long all runs took, simulated ones left out: how fast their time passes is another matter.
    pub(crate) spent: Nanos,
    /// How it ended; none while it goes on.
    pub(crate) end: Option<End>,
    /// The last runs of points, with as many lanes as there is room for.
    pub(crate) kept: Vec<Kept>,
    /// Runs begun.
    pub(crate) begun: usize,
    /// The point of the last run that is over: it is looked at until the next has something to show.
    last: Option<Key>,
    /// The highest that each measure reached: axes do not shrink.
    highest: [f64; Measure::ALL.len()],
}

impl Course {
    /// A sweep of which nothing is measured.
    pub(crate) fn new(plan: SweepPlan, machine: &Machine) -> Self {
        Self {
            sweep: Sweep::new(plan, machine),
            sizing: None,
            step: None,
            session: Session::default(),
            now: RunTime::START,
            spent: Nanos::ZERO,
            end: None,
            kept: Vec::new(),
            begun: 0,
            last: None,
            highest: Default::default(),
        }
    }

    /// Keeps the run that is over as the last of its point, unless it is a warm-up of a point that has one. Where there are
    /// too many lanes, those of the runs with the most of them are forgotten: few workers are looked at lane by lane, and
    /// what is recommended is looked at in any case.
    pub(crate) fn keep(&mut self, step: Step) {
        let Some(mut run) = self.session.runs.pop() else { return };
        // Tasks are not shown one by one here.
        run.recent.clear();
        let Some(account) = Account::of(&run) else { return };
        let key = (step.strategy, step.shape);
        let warm_up = step.kind == Kind::WarmUp;
        if warm_up && self.kept.iter().any(|kept| kept.key == key) {
            return;
        }
        self.last = Some(key);
        self.kept.retain(|kept| kept.key != key);
        self.kept.push(Kept { key, account, run: Some(run), number: self.begun, kind: step.kind });
        let recommended = self.recommended().map(|r| (r.strategy, r.shape));
        while self.kept.iter().map(Kept::lanes).sum::<usize>() > LANES_KEPT {
            let others = self.kept.iter_mut().filter(|kept| kept.run.is_some() && kept.key != key);
            let others = others.filter(|kept| Some(kept.key) != recommended);
            let Some(most) = others.max_by_key(|kept| kept.lanes()) else { break };
            most.run = None;
        }
    }

    /// Asks analysis what the measurements mean.
    pub(crate) fn judge(&mut self) {
        let sizing = self.sweep.sizing();
        for (measure, highest) in Measure::ALL.into_iter().zip(&mut self.highest) {
            let values = sizing.points.iter().filter_map(|point| measure.of(point));
            *highest = values.fold(*highest, f64::max);
        }
        self.sizing = Some(sizing);
    }

    /// What is left of it when the screen is left: what was measured and what it means; none where nothing was.
    pub(crate) fn left_behind(self) -> Option<(Sweep, Sizing)> {
        let mut sweep = self.sweep;
        if sweep.is_empty() {
            return None;
        }
        if self.end != Some(End::Whole) {
            sweep.note(STOPPED.to_owned());
        }
        let sizing = sweep.sizing();
        Some((sweep, sizing))
    }

    /// The highest value that a measure reached.
    pub(crate) fn highest(&self, measure: Measure) -> f64 {
        Measure::ALL
            .into_iter()
            .zip(self.highest)
            .find(|(other, _)| *other == measure)
            .map_or(0.0, |(_, h)| h)
    }

    /// What is recommended of everything measured.
    pub(crate) fn recommended(&self) -> Option<&Recommendation> {
        match &self.sizing.as_ref()?.advice {
            Advice::Recommended(recommendation) => Some(recommendation),
            Advice::Refused(_) => None,
        }
    }

    /// Whether what is recommended is worth a line in the picture: every point was measured at least twice, or there is
    /// nothing more to come.
    pub(crate) fn is_telling(&self) -> bool {
        let twice = |cell: &Cell| !cell.planned || cell.skipped || cell.samples.len() > 1;
        self.end.is_some() || (!self.sweep.progress().at_least && self.sweep.cells().iter().all(twice))
    }

    /// The points in numbers.
    pub(crate) fn points(&self) -> &[PointSummary] {
        self.sizing.as_ref().map_or(&[], |sizing| &sizing.points)
    }

    /// Whether there were runs, and none of them did all of its tasks.
    pub(crate) fn has_failed(&self) -> bool {
        self.points().is_empty() && self.sweep.cells().iter().any(|cell| !cell.samples.is_empty())
    }

    /// The first error of a task, of the runs that are kept.
    pub(crate) fn first_error(&self) -> Option<String> {
        let mut kept: Vec<&Kept> = self.kept.iter().collect();
        kept.sort_by_key(|kept| kept.number);
        let errors = kept.iter().filter_map(|kept| kept.run.as_ref()?.end.as_ref()?.errors.first());
        errors.map(|(task, error)| format!("task {task}: \"{}\"", harmless(error))).next()
    }

    /// Whether its time is that of a model.
    pub(crate) fn is_simulated(&self) -> bool {
        self.sweep.plan().plan.runtime.simulated().is_some()
    }

    /// A point in numbers.
    pub(crate) fn point(&self, (strategy, shape): Key) -> Option<&PointSummary> {
        self.points().iter().find(|point| point.strategy == strategy && point.shape == shape)
    }

    /// The points that can be looked at, by strategy and then by workers.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &Cell> {
        let going = self.step.map(|step| (step.strategy, step.shape));
        let is_there = move |cell: &&Cell| !cell.samples.is_empty() || going == Some(key(cell));
        self.sweep.cells().iter().filter(is_there)
    }

    /// The run that goes on, with its point, as soon as a worker of it did something.
    fn live(&self) -> Option<(Key, &RunState)> {
        let step = self.step?;
        let run = self.session.runs.last()?;
        let begun =
            |slot: &SlotState| Phase::ALL.iter().any(|phase| slot.levels.totals.get(*phase) > Nanos::ZERO);
        run.slots.iter().any(begun).then_some(((step.strategy, step.shape), run))
    }

    /// The run that shows a point: the one that goes on, or its last, with its number; none where it has no lanes.
    pub(crate) fn run(&self, wanted: Key) -> Option<(&RunState, usize)> {
        let live = self.live().filter(|(key, _)| *key == wanted).map(|(_, run)| (run, self.begun));
        live.or_else(|| self.kept_of(wanted).and_then(|kept| Some((kept.run.as_ref()?, kept.number))))
    }

    /// The last run of a point that is over.
    pub(crate) fn kept_of(&self, wanted: Key) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.key == wanted)
    }
}

/// The key of a cell.
pub(crate) fn key(cell: &Cell) -> Key {
    (cell.strategy, cell.shape)
}

/// What the screen remembers.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// The plan.
    pub(crate) form: SweepForm,
    /// Whether the screen was shown before: until then the form follows the Lab's plan.
    pub(crate) visited: bool,
    /// The numbers of workers that the form begins with.
    pub(crate) asked: Counts,
    /// Who has the focus.
    pub(crate) focus: Focus,
    /// The sweep that goes on, or was the last.
    pub(crate) course: Option<Course>,
    /// What is drawn over workers.
    pub(crate) measure: Measure,
    /// Whether hybrid is drawn as a grid of processes and threads, where it was measured so.
    pub(crate) grid: bool,
    /// The point that is looked at; none for the one that is measured, or is recommended.
    pub(crate) cursor: Option<Key>,
    /// What has the place of the curve; none for the curve itself.
    pub(crate) opened: Option<Opened>,
    /// These lanes, as cells.
    pub(crate) lanes: Chart,
    /// What should be measured.
    pub(crate) expected: Expected,
}

impl Desk {
    /// The screen before it was ever shown.
    pub(crate) fn new(lab: &Plan, machine: &Machine) -> Self {
        Self {
            form: SweepForm::of(lab, Counts::default(), machine),
            visited: false,
            asked: Counts::default(),
            focus: Focus::Plan,
            course: None,
            measure: Measure::Throughput,
            grid: false,
            cursor: None,
            opened: None,
            lanes: Chart::default(),
            expected: Expected::default(),
        }
    }

    /// Whether a sweep goes on.
    pub(crate) fn is_going(&self) -> bool {
        self.course.as_ref().is_some_and(|course| course.step.is_some())
    }

    /// The run that goes on.
    pub(crate) fn step(&self) -> Option<Step> {
        self.course.as_ref().and_then(|course| course.step)
    }

    /// What Enter does, while no sweep goes on.
    pub(crate) fn intent(&self) -> Intent {
        match &self.course {
            None => Intent::Start,
            Some(course) if *course.sweep.plan() != self.form.plan() => Intent::Changed,
            Some(course) if course.end == Some(End::Whole) => Intent::Again,
            Some(_) => Intent::Resume,
        }
    }

    /// The point that is looked at.
    pub(crate) fn chosen(&self) -> Option<Key> {
        let course = self.course.as_ref()?;
        let there = |wanted: &Key| course.cells().any(|cell| key(cell) == *wanted);
        // Before a run has anything to show, the one before it is looked at.
        let step = course.step.map(|step| (step.strategy, step.shape));
        let going = || {
            let live = course.live().map(|(key, _)| key);
            live.or_else(|| course.last.filter(|_| step.is_some())).or(step)
        };
        let recommended = || course.recommended().map(|r| (r.strategy, r.shape));
        let last = || course.cells().last().map(key);
        self.cursor.filter(there).or_else(going).or_else(recommended).or_else(last)
    }
}

//! The model: all that the screen shows follows from it, and nothing else does.

mod consent;
mod focus;
mod row;
mod verdict;

pub(crate) use consent::Consent;
pub(crate) use focus::{Activity, Overlay, Panel, Screen};
pub(crate) use row::Row;
pub(crate) use verdict::Verdict;

use ratatui::layout::Rect;

use crate::clock::RunTime;
use crate::engine::Pace;
use crate::plan::{Costs, Machine, Plan, Strategy};
use crate::state::{CommandLog, Cores, Ledger, Session};
use crate::sweep::Counts;
use crate::tui::bands::Bands;
use crate::tui::chart::Chart;
use crate::tui::compare::desk::{self, Desk};
use crate::tui::compare::kept;
use crate::tui::forecast::{Forecast, RunForecast};
use crate::tui::form::{Edit, Form};
use crate::tui::ghost::Ghost;
use crate::tui::sweep::desk as sweep;
use crate::tui::theme::Theme;
use crate::tui::throughput::Throughput;
use crate::tui::window::Window;
use crate::units::{Nanos, plural};

/// Something that is said until the next key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Remark {
    /// Something did not work, or will not.
    Problem(String),
    /// Something worked.
    Note(String),
}

/// A display that stands still while the run goes on.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Still {
    session: Session,
    now: RunTime,
}

/// All that the screen shows.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// What the comparison runs on.
    pub(crate) machine: Machine,
    /// The plan for the next comparison.
    pub(crate) form: Form,
    /// What an iteration costs, once calibrated.
    pub(crate) costs: Option<Costs>,
    /// What the plan in the form should take.
    pub(crate) forecast: Forecast,
    /// What the forecast was made from.
    pub(crate) foreseen: Option<(Plan, Costs)>,
    /// What the comparison that runs, or ran last, should have taken.
    pub(crate) promise: Forecast,
    /// What was predicted.
    pub(crate) ghost: Ghost,
    /// The comparison, as it is.
    pub(crate) session: Session,
    /// The comparison as it was when the display was frozen.
    pub(crate) still: Option<Box<Still>>,
    /// The time of the run that goes on.
    pub(crate) now: RunTime,
    /// What goes on.
    pub(crate) activity: Activity,
    /// How fast the time of simulated runs passes.
    pub(crate) pace: Pace,
    /// Which screen is shown.
    pub(crate) screen: Screen,
    /// What Compare remembers.
    pub(crate) compare: Desk,
    /// What the Sweep screen remembers.
    pub(crate) sweep: Box<sweep::Desk>,
    /// Who has the focus in the Lab.
    pub(crate) focus: Panel,
    /// What lies over the screen.
    pub(crate) overlay: Option<Overlay>,
    /// Whether the panel with the focus has the whole screen.
    pub(crate) expanded: bool,
    /// The run that is shown; none for the one that goes on, or the last.
    pub(crate) chosen: Option<usize>,
    /// The stretch of time that the lanes show.
    pub(crate) window: Window,
    /// The lanes that are shown, and the one under the cursor.
    pub(crate) bands: Bands,
    /// The ends of the runs' time axes.
    pub(crate) axes: Vec<Nanos>,
    /// The lanes, as cells.
    pub(crate) chart: Chart,
    /// The runs' throughput.
    pub(crate) throughput: Vec<Throughput>,
    /// Where the time of the run that is shown went.
    pub(crate) ledger: Option<Ledger>,
    /// What analysis says.
    pub(crate) verdict: Verdict,
    /// What has to be agreed to of a plan that is somebody else's, and what was.
    pub(crate) consent: Consent,
    /// Something to be said once: what is wrong with the plan, for one.
    pub(crate) remark: Option<Remark>,
    /// Whether clicks and the wheel are ours.
    pub(crate) mouse: bool,
    /// What everything looks like.
    pub(crate) theme: Theme,
    /// The terminal.
    pub(crate) area: Rect,
}

impl Model {
    /// The screen before anything has happened.
    pub(crate) fn new(machine: Machine, plan: Plan, theme: Theme) -> Self {
        Self {
            sweep: Box::new(sweep::Desk::new(&plan, &machine)),
            machine,
            form: Form::new(plan),
            costs: None,
            forecast: Forecast::default(),
            foreseen: None,
            promise: Forecast::default(),
            ghost: Ghost::default(),
            session: Session::default(),
            still: None,
            now: RunTime::START,
            activity: Activity::Idle,
            pace: Pace::RealTime(1.0),
            screen: Screen::Lab,
            compare: Desk::default(),
            focus: Panel::Plan,
            overlay: None,
            expanded: false,
            chosen: None,
            window: Window::default(),
            bands: Bands::default(),
            axes: Vec::new(),
            chart: Chart::default(),
            throughput: Vec::new(),
            ledger: None,
            verdict: Verdict::default(),
            consent: Consent::default(),
            remark: None,
            mouse: false,
            theme,
            area: Rect::ZERO,
        }
    }

    /// Has the Sweep screen begin with these numbers of workers, and says so: the Lab has one number.
    pub(crate) fn ask_for(&mut self, counts: Counts) {
        let workers = self.form.plan.workers.resolve(&self.form.plan.machine(&self.machine));
        let here = plural(workers.into(), "worker");
        let most = if counts.is_open() { "" } else { ", the most of them" };
        self.remark = Some(Remark::Note(format!(
            "The Lab runs {here}{most}; the Sweep screen (3) measures all of {counts} workers."
        )));
        self.sweep.asked = counts;
    }

    /// The comparison as it is shown.
    pub(crate) fn shown(&self) -> &Session {
        self.still.as_ref().map_or(&self.session, |still| &still.session)
    }

    /// The cores that are shown: those of the runs on the screen; beside a sweep, which has no runs of its own to show, those
    /// of this machine.
    pub(crate) fn cores(&self) -> &Cores {
        let session = self.shown();
        if self.shows_simulated_cores() { &session.simulated_cores } else { &session.cores }
    }

    /// Whether these are the cores of a simulated machine.
    pub(crate) fn shows_simulated_cores(&self) -> bool {
        self.screen != Screen::Sweep && self.shown().is_simulated()
    }

    /// The moment that is shown.
    pub(crate) fn moment(&self) -> RunTime {
        self.still.as_ref().map_or(self.now, |still| still.now)
    }

    /// Stops showing what is new, or goes on doing so.
    pub(crate) fn freeze(&mut self) {
        self.still = match self.still.take() {
            Some(_) => None,
            None => Some(Box::new(Still { session: self.session.clone(), now: self.now })),
        };
        self.chart.clear();
        self.compare.forget_pictures();
    }

    /// The plan whose runs are shown: that of the comparison, or before the first that of the form.
    pub(crate) fn shown_plan(&self) -> &Plan {
        self.shown().plan.as_ref().unwrap_or(&self.form.plan)
    }

    /// Whether the form's plan is another than the one whose runs are shown.
    pub(crate) fn is_edited(&self) -> bool {
        self.shown().plan.as_ref().is_some_and(|plan| *plan != self.form.plan)
    }

    /// The runs, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let session = self.shown();
        let plan = self.shown_plan();
        let forecast = if session.plan.is_some() { &self.promise } else { &self.forecast };
        let made = self.ghost.of(plan).filter(|_| self.ghost.on);
        let wanted = plan.workers.shape(&plan.machine(&self.machine));
        plan.runs().enumerate().map(move |(index, planned)| {
            let run = session.runs.get(index);
            let shape = run.map_or_else(|| planned.strategy.shape(wanted), |run| run.start.shape);
            Row {
                planned,
                run,
                forecast: forecast.run(planned.workload, planned.strategy),
                predicted: made.and_then(|made| made.run(planned.workload, planned.strategy)),
                slots: shape.slots(),
                shape,
                tasks: plan.workloads.get(planned.workload).map_or(0, |load| load.tasks),
            }
        })
    }

    /// What the form's first workload should take, run one way: as it was predicted, else by the forecast.
    pub(crate) fn planned_text(&self, strategy: Strategy) -> Option<String> {
        let made = self.ghost.of(&self.form.plan).filter(|_| self.ghost.on);
        let predicted = made.and_then(|made| made.run(0, strategy)).map(row::predicted_text);
        predicted.or_else(|| self.forecast.run(0, strategy).map(RunForecast::text))
    }

    /// The number of runs.
    pub(crate) fn row_count(&self) -> usize {
        let plan = self.shown_plan();
        plan.workloads.len() * plan.repeats as usize * plan.strategies.len()
    }

    /// The index of the run that is shown: the chosen one, else the one that goes on or was the last; before the first,
    /// the first that has several workers.
    pub(crate) fn shown_index(&self) -> usize {
        let session = self.shown();
        let last = self.row_count().saturating_sub(1);
        let usual = match session.runs.len() {
            0 if session.plan.is_some() => 0,
            0 => {
                let pools = |row: Row<'_>| row.planned.strategy != Strategy::Serial;
                self.rows().position(pools).unwrap_or(0)
            }
            begun => begun - 1,
        };
        self.chosen.unwrap_or(usual).min(last)
    }

    /// The run that is shown.
    pub(crate) fn shown_row(&self) -> Option<Row<'_>> {
        self.rows().nth(self.shown_index())
    }

    /// The end of the time axis of the run that is shown.
    pub(crate) fn axis(&self) -> Nanos {
        // The end of a ghost is in sight.
        let room = |row: Row<'_>| {
            row.hoped().map(|hoped| if row.predicted.is_some() { hoped + hoped / 25 } else { hoped })
        };
        let planned = || self.shown_row().and_then(room);
        let axis = self.axes.get(self.shown_index()).copied().or_else(planned);
        axis.filter(|axis| *axis > Nanos::ZERO).unwrap_or(Nanos::from_secs(1))
    }

    /// Up to where the run that is shown is known.
    pub(crate) fn known(&self) -> RunTime {
        match self.shown_row().and_then(|row| row.run) {
            Some(run) => run.end.as_ref().map_or_else(|| self.moment(), |end| RunTime(end.elapsed.0)),
            None => RunTime::START,
        }
    }

    /// Whether the runs that are shown stand beside what is predicted of them: a simulation needs no prediction.
    pub(crate) fn predicts(&self) -> bool {
        self.ghost.on && self.shown_plan().runtime.simulated().is_none()
    }

    /// The plan that is to be predicted next: never while a comparison goes on, which that would disturb.
    pub(crate) fn wanted_prediction(&self) -> Option<&Plan> {
        let plan = &self.form.plan;
        let wanted = self.ghost.on && !self.is_busy() && self.form.edit.is_none();
        (wanted && self.ghost.of(plan).is_none() && self.form.problem(&self.machine).is_none())
            .then_some(plan)
    }

    /// What there is to do while a comparison does not end: a process can be killed, a thread cannot.
    pub(crate) fn way_out(&self) -> &'static str {
        let swept = self.sweep.step().map(|step| step.strategy);
        match swept.or_else(|| self.session.running().map(|run| run.start.strategy)) {
            Some(Strategy::Processes) => "x again kills them",
            _ => "x again gives up waiting",
        }
    }

    /// The plan that Enter runs on the screen that is shown.
    pub(crate) const fn wanted(&self) -> &Plan {
        match self.screen {
            Screen::Lab | Screen::Compare => &self.form.plan,
            Screen::Sweep => &self.sweep.form.base().plan,
        }
    }

    /// The commands of the run that is looked at, where tasks are commands.
    pub(crate) fn commands(&self) -> Option<&CommandLog> {
        let run = match self.screen {
            Screen::Lab => self.shown_row()?.run?,
            Screen::Compare => {
                let entries = kept::shown(self);
                entries.get(desk::chosen(self, &entries))?.run
            }
            Screen::Sweep => self.sweep.course.as_ref()?.run(self.sweep.chosen()?)?.0,
        };
        run.commands.as_deref()
    }

    /// Whether a simulated comparison goes on, whose time may pass faster or slower.
    pub(crate) fn is_simulating(&self) -> bool {
        self.activity == Activity::Running && self.session.is_simulating()
    }

    /// The value that is edited on the screen that is shown.
    pub(crate) fn edit(&self) -> Option<&Edit> {
        match self.screen {
            Screen::Sweep => self.sweep.form.edit(),
            Screen::Lab | Screen::Compare => self.form.edit.as_ref(),
        }
    }

    /// Whether a comparison or a sweep goes on.
    pub(crate) const fn is_busy(&self) -> bool {
        !matches!(self.activity, Activity::Idle)
    }
}

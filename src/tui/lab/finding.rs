//! The finding: what came out, in a sentence or two; before that, what there is to do, or what goes on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::plan::Strategy;
use crate::tui::canvas::{Canvas, clip, wrap};
use crate::tui::forecast::rounded;
use crate::tui::model::{Activity, Model, Remark};
use crate::units::plural;

/// The sentence below the panels.
pub(crate) struct Finding<'a>(&'a Model);

impl<'a> Finding<'a> {
    /// The finding of a model.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Widget for Finding<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let (text, style) = match &model.remark {
            Some(Remark::Problem(words)) => (words.clone(), theme.bad),
            Some(Remark::Note(words)) => (words.clone(), theme.text),
            None => (sentence(model), theme.text),
        };
        let lines = wrap(&text, usize::from(canvas.width().saturating_sub(4)), usize::from(canvas.height()));
        for (y, line) in lines.iter().enumerate() {
            if y == 0 {
                canvas.text(1, 0, "▸", theme.accent);
            }
            canvas.text(3, y as u16, line, style);
        }
        // Where there is no room for it in the ledger of the workers' time.
        let said = model.remark.is_none() && !model.is_busy() && !model.is_edited();
        if let Some(doubt) = model.verdict.doubt().filter(|_| said && model.area.width < 100) {
            let room = usize::from(canvas.width().saturating_sub(4));
            canvas.text(3, lines.len() as u16, &clip(&doubt, room), theme.dim);
        }
    }
}

fn sentence(model: &Model) -> String {
    match model.activity {
        Activity::Quitting => return "ending the workers…".to_owned(),
        Activity::Stopping => {
            return format!("cancelled: waiting for the workers to end; {}", model.way_out());
        }
        Activity::Idle | Activity::Running => {}
    }
    if model.is_edited() && !model.is_busy() {
        return format!("The plan has changed. {}", invitation(model));
    }
    if let Some(conclusion) = &model.verdict.conclusion {
        return conclusion.clone();
    }
    match model.session.running() {
        Some(run) => about(run.start.strategy).to_owned(),
        None if model.is_busy() => "starting…".to_owned(),
        None => invitation(model),
    }
}

const fn about(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Serial => "Serial first: a plain loop on one thread, the measure of everything else.",
        Strategy::Threads => "Threads share one process: they start in microseconds and see the same memory.",
        Strategy::Processes => {
            "Processes share nothing: each is started, is sent its tasks and sends its results back."
        }
        Strategy::Hybrid => "Hybrid is both: a few processes, each with threads that share its memory.",
    }
}

fn invitation(model: &Model) -> String {
    let plan = &model.form.plan;
    let ways: Vec<&str> = plan.strategies.iter().map(|strategy| strategy.name()).collect();
    let ways = match ways.as_slice() {
        [] => return "Choose at least one way to run it: serial, threads, processes or hybrid.".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    };
    let tasks = plan.workloads.first().map_or(0, |load| load.tasks);
    let work = format!("{} of type {}", plural(tasks, "task"), model.form.task());
    let time = match model.forecast.longest() {
        crate::units::Nanos::ZERO => String::new(),
        longest if model.forecast.is_at_most() => {
            format!("; the longest should take at most {}", rounded(longest))
        }
        longest => format!("; the longest should take {}", rounded(longest)),
    };
    format!("Enter runs {work} as {ways}{time}.")
}

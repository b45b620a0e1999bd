//! Where the workers' time went, part by part, down to what nobody can explain; below it, what else is known of the run.
//! Before the first run, the machine.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::event::Phase;
use crate::plan::Costs;
use crate::report::text::harmless;
use crate::state::{COMMANDS, Ledger, RunState};
use crate::tui::canvas::{Canvas, clip, wrap};
use crate::tui::glyphs::WIDTHS;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::units::{Nanos, Share, grouped, three_digits};

/// Parts below this share are not listed, unless they must be.
const LEAST: f64 = 0.0005;

/// The panel of the time ledger.
pub(crate) struct LedgerPanel<'a>(&'a Model);

impl<'a> LedgerPanel<'a> {
    /// The ledger of the run that is shown.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Widget for LedgerPanel<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        if model.ledger.is_none() {
            machine(model, area, buf);
            return;
        }
        let whole = model.ledger.map(|ledger| ledger.whole());
        let below = whole.map(|whole| format!("{whole} in all"));
        let below = [(below.as_deref().unwrap_or_default(), theme.dim)];
        Panel::new("Worker time", theme).render(area, buf, &[], &below);
        let mut canvas = Canvas::new(area, buf);
        let (width, height) = (canvas.width().saturating_sub(4), canvas.height().saturating_sub(2));
        let mut inner = canvas.part(2, 1, width, height);
        let Some(ledger) = model.ledger else { return };
        let shown = model.shown_row().and_then(|row| row.run);
        let commands = shown.map_or(Nanos::ZERO, RunState::computed_by_commands);
        let used = lines(&mut inner, &ledger, commands, model);
        if let Some(run) = shown {
            let facts = facts(run);
            pairs(&mut inner, used + 1, &facts, model);
            let free = inner.height().saturating_sub(used + facts.len() as u16 + 2);
            let doubt = model.verdict.doubt().filter(|_| !model.is_busy()).unwrap_or_default();
            let lines = wrap(&doubt, usize::from(width), usize::from(free).min(4));
            for (y, line) in (used + facts.len() as u16 + 2..).zip(&lines) {
                inner.text(0, y, line, theme.dim);
            }
        }
    }
}

/// The parts of a ledger, a line for each, the largest first, as many as there is room for; `commands` is what commands
/// computed. Returns how many there are.
pub(crate) fn lines(canvas: &mut Canvas<'_>, ledger: &Ledger, commands: Nanos, model: &Model) -> u16 {
    let whole = ledger.whole();
    let mut parts: Vec<(&str, Nanos)> = ledger.parts_with(commands).to_vec();
    parts.retain(|(name, time)| *name == "computing" || time.share_of(whole).fraction() >= LEAST);
    parts.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    let unexplained = Nanos(ledger.unexplained_ns.unsigned_abs());
    if unexplained.share_of(whole).fraction() >= LEAST {
        parts.push(("unexplained", unexplained));
    }
    let used = parts.len() as u16;
    for (y, (name, time)) in (0..canvas.height()).zip(parts) {
        line(canvas, y, name, time, whole, model);
    }
    used
}

/// What is known of a run besides where its time went.
fn facts(run: &RunState) -> Vec<(&'static str, String)> {
    let longest = run.slots.iter().filter_map(|slot| slot.longest).max_by_key(|(_, time)| *time);
    let longest = longest.map(|(task, time)| ("longest task", format!("{time} ({task})")));
    let Some(end) = &run.end else {
        return longest.into_iter().collect();
    };
    let cpu: Nanos = end.slots.iter().map(|slot| slot.cpu_time).sum();
    let mut facts = vec![
        ("start-up", end.startup.to_string()),
        ("ending", end.shutdown.to_string()),
        ("task, half below", end.latency.p50.to_string()),
        ("task, 9 of 10 below", end.latency.p90.to_string()),
    ];
    facts.extend(longest);
    facts.push(("workers' CPU time", cpu.to_string()));
    facts.extend(run.commands.as_ref().map(|log| ("commands' CPU time", log.totals.cpu().to_string())));
    if run.start.runtime.simulated().is_none() {
        facts.push(("poolscope's own", end.overhead_cpu.to_string()));
    }
    facts
}

/// Names and values, from line `y` on.
pub(crate) fn pairs(canvas: &mut Canvas<'_>, y: u16, pairs: &[(&str, String)], model: &Model) {
    let width = canvas.width();
    for (line, (name, value)) in (y..).zip(pairs) {
        let end = canvas.text(0, line, name, model.theme.dim);
        let room = usize::from(width.saturating_sub(end + 1));
        canvas.right(width, line, &clip(value, room), model.theme.text);
    }
}

/// What a simulated comparison will take for granted.
fn simulated(model: &Model, area: Rect, buf: &mut Buffer) {
    let plan = &model.form.plan;
    let (machine, parameters) = (plan.machine(&model.machine), &plan.simulator);
    Panel::new("Machine, simulated", &model.theme).render(area, buf, &[], &[]);
    let mut canvas = Canvas::new(area, buf);
    let (width, height) = (canvas.width().saturating_sub(4), canvas.height().saturating_sub(2));
    let mut inner = canvas.part(2, 1, width, height);
    let costs: Costs = parameters.costs.into();
    let mut known = vec![
        ("cores", grouped(machine.cpus.into())),
        ("time slice", parameters.slice.to_string()),
        ("context switch", parameters.switch.to_string()),
        ("wake-up", parameters.wake.to_string()),
        ("starting a thread", parameters.thread_start.to_string()),
        ("starting a process", parameters.process_start.to_string()),
        ("a chunk to a process", parameters.chunk.to_string()),
        ("a loop of cpu", format!("{} ns", three_digits(costs.cpu_ns))),
    ];
    if parameters.full_speed_permille < 1_000 {
        let speed = Share::of(parameters.full_speed_permille.into(), 1_000.0);
        known.insert(1, ("speed when all are busy", format!("{} %", speed.percent())));
    }
    pairs(&mut inner, 0, &known, model);
}

/// What the comparison will run on.
fn machine(model: &Model, area: Rect, buf: &mut Buffer) {
    if model.form.plan.runtime.simulated().is_some() {
        simulated(model, area, buf);
        return;
    }
    let machine = &model.machine;
    Panel::new("Machine", &model.theme).render(area, buf, &[], &[]);
    let mut canvas = Canvas::new(area, buf);
    let (width, height) = (canvas.width().saturating_sub(4), canvas.height().saturating_sub(2));
    let mut inner = canvas.part(2, 1, width, height);
    inner.text(0, 0, &clip(&harmless(&machine.cpu_model), usize::from(width)), model.theme.text);
    let mut known = vec![
        ("system", format!("{} {}", machine.os, machine.arch)),
        ("CPUs online", machine.cpus.to_string()),
        ("CPUs for this run", machine.available().to_string()),
    ];
    if let Some(quota) = machine.quota {
        known.push(("quota", format!("{quota:.1} CPUs")));
    }
    known.push(("free memory", machine.memory_available.to_string()));
    if let Some(costs) = model.costs {
        known.push(("a loop of cpu", format!("{} ns", three_digits(costs.cpu_ns))));
        known.push(("a loop of sum", format!("{} ns", three_digits(costs.sum_ns))));
        known.push(("a loop of primes", format!("{} ns", three_digits(costs.primes_ns))));
    }
    pairs(&mut inner, 1, &known, model);
}

fn line(canvas: &mut Canvas<'_>, y: u16, name: &str, time: Nanos, whole: Nanos, model: &Model) {
    let theme = &model.theme;
    let width = canvas.width();
    let share = time.share_of(whole);
    let end = canvas.text(0, y, &name.replace('_', "-"), theme.text);
    let left = (end + 1).max(12);
    let bar = width.saturating_sub(left + 7);
    let eighths = (share.fraction() * f64::from(bar) * 8.0).round() as u16;
    let style = colour(name, model);
    canvas.fill(left, y, bar, '─', theme.faint);
    canvas.fill(left, y, eighths / 8, '█', style);
    if !eighths.is_multiple_of(8) && eighths / 8 < bar {
        canvas.glyph(left + eighths / 8, y, WIDTHS[usize::from(eighths % 8) - 1], style);
    }
    let percent = if share < Share::of(995.0, 10_000.0) && share > Share::ZERO {
        format!("{:.1} %", share.fraction() * 100.0)
    } else {
        format!("{} %", share.percent())
    };
    canvas.right(width, y, &percent, theme.text);
}

fn colour(name: &str, model: &Model) -> Style {
    let theme = &model.theme;
    // As in the lanes, which do not know when a command computes.
    let phase = if name == COMMANDS { Some(Phase::Blocked) } else { Phase::of_part(name) };
    match (name, phase) {
        ("unexplained", _) => theme.bad,
        (_, Some(Phase::Waiting | Phase::Absent) | None) => theme.other,
        (_, Some(phase)) => Style::new().fg(theme.phase(phase, false)),
    }
}

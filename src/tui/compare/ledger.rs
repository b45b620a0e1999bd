//! Where the worker time of each run went: its ledger as one bar, part after part, with percentages in those parts that
//! have room for them. All bars are of one length: they show shares, not times.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::event::Phase;
use crate::state::{COMMANDS, Ledger};
use crate::tui::canvas::{Canvas, clip};
use crate::tui::compare::desk;
use crate::tui::compare::kept::Entry;
use crate::tui::compare::layout::Columns;
use crate::tui::glyphs::phase_glyph;
use crate::tui::lab::lanes::paint;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::units::Nanos;

/// The parts in the order in which they are stacked: what is wanted first, what is lost last.
const ORDER: [&str; 12] = [
    "computing",
    COMMANDS,
    "blocked",
    "preempted",
    "gil_wait",
    "lock_wait",
    "sending",
    "receiving",
    "starting",
    "stopping",
    "waiting",
    "absent",
];

/// What tasks do themselves.
const OF_TASKS: [&str; 3] = ["computing", COMMANDS, "blocked"];

/// The bars of some runs.
pub(crate) struct LedgerBars<'a> {
    model: &'a Model,
    entries: &'a [Entry<'a>],
    columns: &'a Columns,
}

impl<'a> LedgerBars<'a> {
    /// The bars of some runs.
    pub(crate) const fn new(model: &'a Model, entries: &'a [Entry<'a>], columns: &'a Columns) -> Self {
        Self { model, entries, columns }
    }
}

impl Widget for LedgerBars<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self { model, entries, columns } = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let x = canvas.text(0, 0, "Where the worker time went", theme.bright) + 3;
        // No lane shows it: when a command computes is not known, only how long.
        if entries.iter().any(|entry| entry.run.computed_by_commands() > Nanos::ZERO) {
            let (glyph, style) = look(COMMANDS, theme);
            canvas.glyph(x, 0, glyph, style);
            canvas.text(x + 2, 0, COMMANDS, theme.dim);
        }
        let rows = usize::from(canvas.height().saturating_sub(1));
        let chosen = desk::chosen(model, entries);
        let first = (chosen + 1).saturating_sub(rows);
        if rows < entries.len() {
            let words = format!("{rows} of {} runs", entries.len());
            canvas.right(canvas.width(), 0, &words, theme.dim);
        }
        for (y, (index, entry)) in (1..).zip(entries.iter().enumerate().skip(first).take(rows)) {
            let style = theme.strategy(entry.run.start.strategy);
            let label = format!("{} {}", entry.number, columns.naming.name(entry, 1).0);
            let mark = if index == chosen { "▸" } else { " " };
            canvas.text(0, y, mark, theme.accent);
            canvas.text(1, y, &clip(&label, usize::from(columns.name.saturating_sub(2))), style);
            let ledger = entry.summary.map_or_else(|| entry.run.ledger(), |summary| summary.ledger);
            let commands = entry.run.computed_by_commands();
            bar(&mut canvas.part(columns.name, y, columns.time, 1), &ledger, commands, theme);
            let end = columns.startup.or(columns.efficiency).unwrap_or(columns.elapsed);
            let most = parts(&ledger, commands).into_iter().filter(|(name, _)| !OF_TASKS.contains(name));
            if let Some((name, time)) = most.max_by_key(|(_, time)| *time)
                && time.share_of(ledger.whole()).percent() > 0
            {
                let words =
                    format!("{} {} %", name.replace('_', "-"), time.share_of(ledger.whole()).percent());
                let room = end.saturating_sub(columns.name + columns.time + 2);
                canvas.text(columns.name + columns.time + 2, y, &clip(&words, usize::from(room)), theme.dim);
            }
        }
    }
}

/// The parts in the order of the stack, and last what nobody can explain.
fn parts(ledger: &Ledger, commands: Nanos) -> Vec<(&'static str, Nanos)> {
    let all = ledger.parts_with(commands);
    let find = |name: &str| all.iter().find(|(other, _)| *other == name).copied();
    let mut parts: Vec<_> = ORDER.into_iter().filter_map(find).collect();
    parts.push(("unexplained", Nanos(ledger.unexplained_ns.max(0) as u64)));
    parts
}

/// One ledger as a bar over the whole width; `commands` is what commands computed.
pub(crate) fn bar(canvas: &mut Canvas<'_>, ledger: &Ledger, commands: Nanos, theme: &Theme) {
    let parts = parts(ledger, commands);
    let whole: Nanos = parts.iter().map(|(_, time)| *time).sum();
    let width = u128::from(canvas.width());
    if whole == Nanos::ZERO {
        return;
    }
    // Ends are rounded, not lengths, so that the parts together fill the bar.
    let column = |time: Nanos| {
        ((u128::from(time.0) * width * 2 + u128::from(whole.0)) / (2 * u128::from(whole.0))) as u16
    };
    let mut sum = Nanos::ZERO;
    for (name, time) in parts {
        let from = column(sum);
        sum += time;
        let length = column(sum).saturating_sub(from);
        let (glyph, style) = look(name, theme);
        canvas.fill(from, 0, length, glyph, style);
        let text = format!(" {} % ", time.share_of(whole).percent());
        if usize::from(length) >= text.len() + 2 {
            canvas.text(from + (length - text.len() as u16) / 2, 0, &text, Style::reset().patch(theme.text));
        }
    }
}

/// What the parts of a bar look like, those with the largest share first, from column `x` on.
pub(crate) fn legend(canvas: &mut Canvas<'_>, mut x: u16, ledger: &Ledger, commands: Nanos, theme: &Theme) {
    let mut parts = parts(ledger, commands);
    let whole: Nanos = parts.iter().map(|(_, time)| *time).sum();
    // A rest of some microseconds explains itself.
    parts.retain(|(name, time)| match *name {
        "unexplained" => time.share_of(whole).percent() > 0,
        _ => *time > Nanos::ZERO,
    });
    parts.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    for (name, _) in parts {
        if usize::from(canvas.width().saturating_sub(x)) < name.len() + 2 {
            break;
        }
        let (glyph, style) = look(name, theme);
        canvas.glyph(x, 0, glyph, style);
        x = canvas.text(x + 2, 0, &name.replace('_', "-"), theme.dim) + 3;
    }
}

/// What a part looks like: as its phase does in the lanes.
fn look(name: &str, theme: &Theme) -> (char, Style) {
    match (name, Phase::of_part(name)) {
        // Others had the CPU: they look so among the cores too.
        ("preempted", _) => paint::preempted(theme),
        // Their workers are blocked meanwhile, and look so in the lanes.
        (COMMANDS, _) if theme.tells_by_colour() => {
            let style = Style::new().fg(theme.phase(Phase::Computing, false));
            (phase_glyph(Phase::Blocked), style.bg(theme.phase(Phase::Blocked, false)))
        }
        (COMMANDS, _) => (phase_glyph(Phase::Computing), theme.pure(Phase::Blocked, false)),
        (_, Some(phase)) => (phase_glyph(phase), theme.pure(phase, false)),
        (_, None) => ('?', theme.bad),
    }
}

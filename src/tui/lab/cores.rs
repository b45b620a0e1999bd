//! The cores: each one's use by this run and by everything else, now and a little while ago.
//!
//! ```text
//! ╭─ Cores ───────────────────────── ■ this run  ■ other programs ─╮     up to 64: a bar each
//! │ ╭  0 ███████████▌────  72 %  ▁▂▅▆█   ╭  1 ────────────   0 %    │
//! │ ╰  8 ██──────────────  12 %  ▁▁▁▁▂   ╰  9 ─╌─╌─╌─╌─╌─╌          │
//!
//! ╭─ Cores ──────────────────────────── ▆ this run  ▒ others ──────╮     more: a cell each
//! │   0 ▆▆ ▅▅ ·· ··  ▒▒ …                                           │
//! │  32 ▆▆ ▂▂ ·· ××  ·· …                                           │
//! ```
//!
//! Threads of one core stand together: below one another with a bracket, or side by side. The order is fixed and no figure
//! moves what stands beside it. `cores/grid.rs` says how many columns there are, `cores/cell.rs` what one core looks like,
//! and `cores/strip.rs` is all of it in one line.

mod cell;
mod grid;
mod place;
mod strip;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::event::{CoreLoad, Phase};
use crate::tui::canvas::Canvas;
use crate::tui::lab::panel::Panel;
use crate::tui::model::Model;
use crate::units::three_digits;

pub(crate) use grid::Grid;
pub(crate) use strip::CoreStrip;

use cell::{draw_bar, level, spark};
use grid::Kind;
use place::Places;

/// From this width on a bar has a figure.
const WITH_FIGURE: u16 = 15;
/// From this width on it has a history too.
const WITH_HISTORY: u16 = 34;
/// What is said of a core where there is room.
const BARRED: &str = "not allowed here";
/// Time stolen of all cores from which on it is said, as a part of one.
const STOLEN: f64 = 0.005;

/// The grid of a model's cores in a panel so wide inside, of at most so many rows.
pub(super) fn grid(model: &Model, width: u16, most: u16) -> Grid {
    Grid::fit(&Places::of(model), width, most)
}

/// The panel of the cores.
pub(crate) struct CoreGrid<'a> {
    model: &'a Model,
    grid: Grid,
}

impl<'a> CoreGrid<'a> {
    /// The cores of a model, laid out so.
    pub(crate) const fn new(model: &'a Model, grid: Grid) -> Self {
        Self { model, grid }
    }

    fn bar(&self, canvas: &mut Canvas<'_>, core: &CoreLoad, index: usize, digits: usize) {
        let theme = &self.model.theme;
        let width = canvas.width();
        let style = if core.allowed { theme.dim } else { theme.faint };
        let x = canvas.text(0, 0, &format!("{:>digits$} ", core.cpu.0), style);
        let (figure, history) = match width {
            0..WITH_FIGURE => (0, 0),
            WITH_FIGURE..WITH_HISTORY => (6, 0),
            _ => (6, (width / 4).min(60)),
        };
        let apart = if history > 0 { 2 } else { 0 };
        let bar = width.saturating_sub(x + figure + history + apart);
        if !core.allowed {
            if usize::from(width) > usize::from(x) + BARRED.len() {
                canvas.text(x, 0, BARRED, theme.faint);
            } else {
                canvas.fill(x, 0, bar, '╌', theme.faint);
            }
            return;
        }
        draw_bar(&mut canvas.part(x, 0, bar, 1), core, theme);
        if figure > 0 {
            let style = if core.busy.percent() > 0 { theme.text } else { theme.dim };
            canvas.text(x + bar + 1, 0, &format!("{:>3} %", core.busy.percent()), style);
        }
        let cores = self.model.cores();
        let known = cores.history(index, usize::from(history)).count() as u16;
        for (i, load) in (0..).zip(cores.history(index, usize::from(history))) {
            let (glyph, style) = spark(&load, theme);
            canvas.glyph(x + bar + figure + apart + history - known + i, 0, glyph, style);
        }
    }

    fn bars(&self, canvas: &mut Canvas<'_>, cores: &[CoreLoad], places: &Places, (width, gap): (u16, u16)) {
        let rows = usize::from(self.grid.rows.max(1));
        // Brackets need a column only where there are any.
        let bracket = u16::from(places.has_threads());
        for (at, index) in places.shown.iter().copied().enumerate() {
            let (column, row) = (at / rows, (at % rows) as u16);
            let Some(core) = cores.get(index) else { continue };
            let mut part = canvas.part(column as u16 * width, row, width, 1);
            part.glyph(
                0,
                0,
                places.bracket(at, rows).filter(|_| bracket > 0).unwrap_or(' '),
                self.model.theme.faint,
            );
            let inner = width.saturating_sub(bracket + gap);
            self.bar(&mut part.part(bracket, 0, inner, 1), core, index, places.digits);
        }
    }

    fn map(&self, canvas: &mut Canvas<'_>, cores: &[CoreLoad], places: &Places, cell: u16, group: usize) {
        let theme = &self.model.theme;
        let columns = self.grid.columns.max(1);
        let label = places.digits as u16 + 1;
        for (row, line) in (0..self.grid.rows).zip(places.shown.chunks(columns)) {
            for (column, index) in line.iter().copied().enumerate() {
                let Some(core) = cores.get(index) else { continue };
                if column == 0 {
                    canvas.right(label - 1, row, &core.cpu.0.to_string(), theme.dim);
                }
                let x = label + column as u16 * cell + (column / group) as u16;
                let (glyph, style) = level(core, theme);
                // Wide threads of one core are parted a little, and cores twice as much.
                let drawn = if group > 1 && cell > 2 { cell - 1 } else { cell };
                canvas.fill(x, row, drawn, glyph, style);
            }
        }
    }
}

impl Widget for CoreGrid<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self { model, grid } = &self;
        let theme = &model.theme;
        let places = Places::of(model);
        let sample = model.cores().latest();
        let cores = sample.map_or(&[][..], |sample| &sample.cores);
        let simulated = model.shows_simulated_cores();
        let below = sample.map(|sample| {
            // Of what simulating costs nothing is to be seen among simulated cores.
            let own = format!("poolscope itself {} %", three_digits(sample.own.fraction() * 100.0));
            let own = (!simulated).then_some(own);
            below(cores, &places, grid, own.as_slice(), usize::from(area.width.saturating_sub(8)))
        });
        let below = [(below.as_deref().unwrap_or_default(), theme.dim)];
        let title = if simulated { "Cores, simulated" } else { "Cores" };
        let room = usize::from(area.width).saturating_sub(10 + title.len());
        let legend = legend(model, cores, &places, grid, room);
        let legend: Vec<(&str, Style)> = legend.iter().map(|(text, style)| (text.as_str(), *style)).collect();
        Panel::new(title, theme).render(area, buf, &legend, &below);
        let mut canvas = Canvas::new(area, buf);
        let (width, height) = (canvas.width().saturating_sub(4), canvas.height().saturating_sub(2));
        let mut inner = canvas.part(2, 1, width, height);
        if sample.is_none() {
            inner.text(0, 0, "…", theme.dim);
            return;
        }
        match grid.kind {
            Kind::Bars { width, gap } => self.bars(&mut inner, cores, &places, (width, gap)),
            Kind::Map { cell, group } => self.map(&mut inner, cores, &places, cell, group),
        }
    }
}

/// What the colours and glyphs mean, as far as there is room.
fn legend(
    model: &Model,
    cores: &[CoreLoad],
    places: &Places,
    grid: &Grid,
    room: usize,
) -> Vec<(String, Style)> {
    let theme = &model.theme;
    let ours = Style::new().fg(theme.phase(Phase::Computing, false));
    let (mine, rest) = match grid.kind {
        Kind::Map { .. } if theme.ascii => ("#", "%"),
        Kind::Map { .. } => ("▆", "▒"),
        Kind::Bars { .. } if theme.tells_by_colour() => ("■", "■"),
        Kind::Bars { .. } => ("█", "░"),
    };
    let simulated = model.shows_simulated_cores();
    let with = |others: &str| {
        let mut legend = vec![(mine, ours, "this run".to_owned())];
        // No other program is on a simulated core.
        legend.extend((!simulated).then(|| (rest, theme.other, others.to_owned())));
        if model.cores().stolen() {
            legend.push(("×", theme.bad, "stolen".to_owned()));
        }
        let barred = |index: &usize| cores.get(*index).is_some_and(|core| !core.allowed);
        let words = matches!(grid.kind, Kind::Bars { width, gap } if width >= gap + places.digits as u16 + 2 + BARRED.len() as u16);
        if !words && places.shown.iter().any(barred) {
            legend.push(("╌", theme.dim, "not allowed".to_owned()));
        }
        let mut words = Vec::new();
        for (i, (mark, style, meaning)) in legend.into_iter().enumerate() {
            words.push((format!("{}{mark}", if i == 0 { "" } else { "  " }), style));
            words.push((format!(" {meaning}"), theme.dim));
        }
        words
    };
    let long = with("other programs");
    let width: usize = long.iter().map(|(text, _)| text.width()).sum();
    if width <= room { long } else { with("others") }
}

/// What stands on the lower edge, the least important left out first.
fn below(cores: &[CoreLoad], places: &Places, grid: &Grid, own: &[String], room: usize) -> String {
    let mut facts = Vec::new();
    let hidden = places.shown.len().saturating_sub(grid.columns * usize::from(grid.rows));
    if hidden > 0 {
        facts.push(format!("+{hidden} more"));
    }
    if places.barred > 0 {
        facts.push(format!("+{} not allowed", places.barred));
    }
    facts.push(in_use(cores));
    let stolen: f64 = allowed(cores).map(|core| core.steal.fraction()).sum();
    if stolen >= STOLEN * allowed(cores).count() as f64 && stolen > 0.0 {
        facts.push(format!("{stolen:.1} stolen"));
    }
    let threads = places.has_threads().then(|| match grid.kind {
        Kind::Bars { .. } => "╭ ╰ threads of one core".to_owned(),
        Kind::Map { .. } => "threads of a core side by side".to_owned(),
    });
    let joined = |more: &[String]| facts.iter().chain(more).cloned().collect::<Vec<_>>().join(" · ");
    let with_threads = threads.iter().cloned().chain([joined(own)]).collect::<Vec<_>>().join(" · ");
    let choices = [with_threads, joined(own), joined(&[])];
    choices.into_iter().find(|text| text.width() <= room).unwrap_or_default()
}

/// The cores on which this run may be.
fn allowed(cores: &[CoreLoad]) -> impl Iterator<Item = &CoreLoad> {
    cores.iter().filter(|core| core.allowed)
}

/// How many of them are busy, with anything.
fn in_use(cores: &[CoreLoad]) -> String {
    let busy: f64 = allowed(cores).map(|core| core.busy.fraction()).sum();
    format!("{busy:.1} of {} busy", allowed(cores).count())
}

#[cfg(test)]
mod tests;

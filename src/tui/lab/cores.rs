//! The cores: each one's use by this run and by everything else, now and a little while ago.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::event::{CoreLoad, Phase};
use crate::state::Cores;
use crate::tui::canvas::Canvas;
use crate::tui::glyphs::{HEIGHTS, WIDTHS};
use crate::tui::lab::panel::Panel;
use crate::tui::theme::Theme;
use crate::units::{Share, three_digits};

/// The narrowest cell that has a bar.
const NARROWEST: u16 = 16;
/// From this width on a cell has a history too.
const WITH_HISTORY: u16 = 34;

/// Rows of the grid for so many cores.
pub(super) fn grid_rows(cores: usize, width: u16, most: u16) -> u16 {
    let columns = usize::from(width / NARROWEST).max(1);
    // As few columns as the rows allow; where even the narrowest cells are too many, all rows are used.
    (cores.clamp(1, usize::from(most.max(1))) as u16)
        .max(cores.div_ceil(columns).min(usize::from(most)) as u16)
}

/// The panel of the cores.
pub(crate) struct CoreGrid<'a> {
    cores: &'a Cores,
    theme: &'a Theme,
}

impl<'a> CoreGrid<'a> {
    /// The grid of these cores.
    pub(crate) const fn new(cores: &'a Cores, theme: &'a Theme) -> Self {
        Self { cores, theme }
    }

    fn cell(&self, canvas: &mut Canvas<'_>, index: usize, core: &CoreLoad, digits: usize) {
        let theme = self.theme;
        let width = canvas.width();
        let x = canvas.text(0, 0, &format!("{:>digits$} ", core.cpu.0), theme.dim);
        if !core.allowed {
            canvas.text(x, 0, "not allowed here", theme.faint);
            return;
        }
        let figures = 6;
        let history = if width >= WITH_HISTORY { (width / 4).min(60) } else { 0 };
        let bar = width.saturating_sub(x + figures + history + if history > 0 { 2 } else { 0 } + 2);
        draw_bar(&mut canvas.part(x, 0, bar, 1), core, theme);
        let percent = format!("{:>3} %", core.busy.percent());
        let style = if core.busy > Share::of(1.0, 200.0) { theme.text } else { theme.dim };
        let x = canvas.text(x + bar + 1, 0, &percent, style) + 2;
        let known = self.cores.history(index, usize::from(history)).count() as u16;
        for (i, load) in self.cores.history(index, usize::from(history)).enumerate() {
            let (glyph, style) = level(&load, theme);
            canvas.glyph(x + history.saturating_sub(known) + i as u16, 0, glyph, style);
        }
    }
}

impl Widget for CoreGrid<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let theme = self.theme;
        let ours = Style::new().fg(theme.phase(Phase::Computing, false));
        let (mark, rest) = if theme.tells_by_colour() { ("■", "■") } else { ("█", "░") };
        let right =
            [(mark, ours), (" this run  ", theme.dim), (rest, theme.other), (" other programs", theme.dim)];
        let sample = self.cores.latest();
        let below = sample.map(|sample| {
            let own = three_digits(sample.own.fraction() * 100.0);
            format!("{} · poolscope itself {own} %", in_use(&sample.cores))
        });
        let below = [(below.as_deref().unwrap_or_default(), theme.dim)];
        Panel::new("Cores", theme).render(area, buf, &right, &below);
        let mut canvas = Canvas::new(area, buf);
        let (width, height) = (canvas.width().saturating_sub(4), canvas.height().saturating_sub(2));
        let mut inner = canvas.part(2, 1, width, height);
        let Some(sample) = sample else {
            inner.text(0, 0, "…", theme.dim);
            return;
        };
        let count = sample.cores.len();
        let rows = usize::from(inner.height().max(1));
        let columns = count.div_ceil(rows).max(1);
        let cell = width / columns.min(usize::from(u16::MAX)) as u16;
        if cell < NARROWEST {
            heat(&mut inner, &sample.cores, theme);
            return;
        }
        let digits = sample.cores.iter().map(|core| core.cpu.0).max().unwrap_or(0).to_string().len();
        for (index, core) in sample.cores.iter().enumerate() {
            let (column, row) = (index / rows, index % rows);
            let gap = if columns > 1 { 2 } else { 0 };
            let mut part = inner.part(column as u16 * cell, row as u16, cell.saturating_sub(gap), 1);
            self.cell(&mut part, index, core, digits);
        }
    }
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

/// Cores as one cell each, for many of them: the height is the use.
fn heat(canvas: &mut Canvas<'_>, cores: &[CoreLoad], theme: &Theme) {
    let (rows, each) = (usize::from(canvas.height()), 2);
    if rows == 0 || canvas.width() < 16 {
        return;
    }
    let room = usize::from(canvas.width() - 6) / each;
    // A number of columns that divides the cores into rows of equal length reads better than one that fills the line.
    let columns = cores.len().div_ceil(rows).min(room).max(1);
    for row in 0..rows {
        let first = row * columns;
        let Some(line) = cores.get(first..(first + columns).min(cores.len())).filter(|line| !line.is_empty())
        else {
            break;
        };
        canvas.text(0, row as u16, &format!("{:>4} ", line[0].cpu.0), theme.dim);
        for (column, core) in line.iter().enumerate() {
            let (glyph, style) = level(core, theme);
            canvas.glyph(5 + (column * each) as u16, row as u16, glyph, style);
        }
    }
    let hidden = cores.len().saturating_sub(columns * rows);
    if hidden > 0 {
        canvas.right(canvas.width(), canvas.height() - 1, &format!(" +{hidden} more"), theme.dim);
    }
}

/// One core's use as one cell.
fn level(core: &CoreLoad, theme: &Theme) -> (char, Style) {
    let eighths = (core.busy.fraction() * 8.0).round() as usize;
    let mostly_ours = core.ours.fraction() * 2.0 >= core.busy.fraction();
    let style = match eighths {
        0 => theme.faint,
        _ if mostly_ours => Style::new().fg(theme.phase(Phase::Computing, false)),
        _ => theme.other,
    };
    (HEIGHTS[eighths.clamp(1, 8) - 1], style)
}

/// A core's use as a bar: this run's part, everything else, and what is free.
fn draw_bar(canvas: &mut Canvas<'_>, core: &CoreLoad, theme: &Theme) {
    let width = canvas.width();
    let eighths = |share: Share| (share.fraction() * f64::from(width) * 8.0).round() as u16;
    let (ours, busy) = (eighths(core.ours), eighths(core.busy));
    let green = theme.phase(Phase::Computing, false);
    let (ours_style, other_style) = (Style::new().fg(green), theme.other);
    for x in 0..width {
        let mine = ours.saturating_sub(x * 8).min(8);
        let any = busy.saturating_sub(x * 8).min(8);
        let (glyph, style) = match (mine, any) {
            (8, _) => ('█', ours_style),
            (0, 0) => ('─', theme.faint),
            (0, 8) if theme.tells_by_colour() => ('█', other_style),
            (0, _) if !theme.tells_by_colour() => ('░', other_style),
            (0, any) => (WIDTHS[usize::from(any) - 1], other_style),
            (mine, any) if any > mine && theme.tells_by_colour() => {
                let behind = if any >= 6 { other_style.fg } else { None };
                let style = behind.map_or(ours_style, |colour| ours_style.bg(colour));
                (WIDTHS[usize::from(mine) - 1], style)
            }
            (mine, _) => (WIDTHS[usize::from(mine) - 1], ours_style),
        };
        canvas.glyph(x, 0, glyph, style);
    }
}

/// The cores in one line.
pub(crate) struct CoreStrip<'a> {
    cores: &'a Cores,
    theme: &'a Theme,
}

impl<'a> CoreStrip<'a> {
    /// The line of these cores.
    pub(crate) const fn new(cores: &'a Cores, theme: &'a Theme) -> Self {
        Self { cores, theme }
    }
}

impl Widget for CoreStrip<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let theme = self.theme;
        let mut canvas = Canvas::new(area, buf);
        let x = canvas.text(1, 0, "Cores", theme.dim) + 1;
        let Some(sample) = self.cores.latest() else {
            canvas.text(x, 0, "…", theme.dim);
            return;
        };
        let sum = in_use(&sample.cores);
        let cores: Vec<&CoreLoad> = allowed(&sample.cores).collect();
        let count = cores.len().max(1) as u16;
        let end = canvas.right(canvas.width().saturating_sub(1), 0, &sum, theme.dim).saturating_sub(2);
        let room = end.saturating_sub(x);
        let cell = (room / count).min(24);
        if cell < 12 {
            let fit = room.saturating_sub(9);
            for (i, core) in cores.into_iter().enumerate().take(usize::from(fit)) {
                let (glyph, style) = level(core, theme);
                canvas.glyph(x + i as u16, 0, glyph, style);
            }
            if count > fit {
                canvas.text(x + fit + 1, 0, &format!("+{} more", count - fit), theme.dim);
            }
            return;
        }
        for (i, core) in cores.into_iter().enumerate() {
            let mut part = canvas.part(x + i as u16 * cell, 0, cell - 1, 1);
            let at = part.text(0, 0, &format!("{} ", core.cpu.0), theme.dim);
            let bar = part.width().saturating_sub(at + 7);
            draw_bar(&mut part.part(at, 0, bar, 1), core, theme);
            part.text(at + bar + 1, 0, &format!("{:>3} %", core.busy.percent()), theme.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{CoreSample, RunEvent};
    use crate::ids::CpuId;
    use crate::state::Session;
    use crate::tui::theme::{Depth, Palette};
    use proptest::prelude::*;

    fn cores(count: u16) -> Session {
        let core = |cpu: u16| CoreLoad {
            cpu: CpuId(cpu),
            busy: Share::of(f64::from(cpu % 9), 8.0),
            ours: Share::of(f64::from(cpu % 3), 8.0),
            steal: Share::ZERO,
            allowed: cpu % 5 != 4,
        };
        let mut session = Session::default();
        let sample = CoreSample { cores: (0..count).map(core).collect(), ..CoreSample::default() };
        session.apply(&RunEvent::Cores(sample.clone()));
        session.apply(&RunEvent::Cores(sample));
        session
    }

    fn lines(session: &Session, width: u16, height: u16) -> Vec<String> {
        let theme = Theme::new(Palette::Mono, Depth::Sixteen, false);
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        CoreGrid::new(&session.cores, &theme).render(buf.area, &mut buf);
        let row = |y| (0..width).map(|x| buf[(x, y)].symbol()).collect();
        (0..height).map(row).collect()
    }

    #[test]
    fn a_few_cores_have_a_row_each_and_more_share_rows() {
        assert_eq!([1, 2, 4].map(|n| grid_rows(n, 80, 5)), [1, 2, 4]);
        assert_eq!([8, 64, 512].map(|n| grid_rows(n, 80, 5)), [5, 5, 5]);
        let eight = lines(&cores(8), 84, 6);
        assert!(eight[1].starts_with("│ 0 ─") && eight[1].contains(" 4 not allowed here"), "{eight:?}");
    }

    #[test]
    fn many_cores_are_a_cell_each_and_what_does_not_fit_is_counted() {
        let all = lines(&cores(128), 84, 6);
        assert!(all[1].starts_with("│    0 ▁ ▁ ▂"), "{all:?}");
        assert!(all.iter().all(|line| !line.contains("more")), "{all:?}");
        let some = lines(&cores(512), 84, 6);
        let shown = 4 * 37;
        assert!(some[4].contains(&format!("+{} more", 512 - shown)), "{some:?}");
    }

    #[test]
    fn in_ascii_this_run_others_and_what_is_free_differ() {
        for palette in [Palette::Dark, Palette::Mono] {
            let theme = Theme::new(palette, Depth::Sixteen, true);
            let mut buf = Buffer::empty(Rect::new(0, 0, 9, 1));
            let core = CoreLoad {
                cpu: CpuId(0),
                busy: Share::of(2.0, 3.0),
                ours: Share::of(1.0, 3.0),
                steal: Share::ZERO,
                allowed: true,
            };
            draw_bar(&mut Canvas::new(buf.area, &mut buf), &core, &theme);
            crate::tui::glyphs::to_ascii(&mut buf);
            let drawn: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
            assert_eq!(drawn, "###:::---");
        }
    }

    #[test]
    fn cores_that_are_not_allowed_count_nowhere() {
        let session = cores(5);
        let theme = Theme::new(Palette::Mono, Depth::Sixteen, false);
        let mut buf = Buffer::empty(Rect::new(0, 0, 120, 1));
        CoreStrip::new(&session.cores, &theme).render(buf.area, &mut buf);
        let strip: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        // 0, 1, 2 and 3 eighths; the fifth is not allowed.
        assert!(strip.contains("0.8 of 4 busy") && !strip.contains(" 4 ─"), "{strip}");
        assert!(lines(&session, 120, 7)[6].contains("0.8 of 4 busy"));
    }

    #[test]
    fn before_the_first_reading_there_is_no_figure() {
        let lines = lines(&Session::default(), 40, 3);
        assert!(lines[1].starts_with("│ … "), "{lines:?}");
    }

    proptest! {
        #[test]
        fn no_number_of_cores_is_too_many_for_any_size(count in 0u16..600, width in 0u16..300, height in 0u16..20) {
            let session = cores(count);
            lines(&session, width, height);
            let theme = Theme::new(Palette::Dark, Depth::True, true);
            let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
            CoreStrip::new(&session.cores, &theme).render(buf.area, &mut buf);
            prop_assert!(grid_rows(usize::from(count), width, height) <= height.max(1));
        }
    }
}

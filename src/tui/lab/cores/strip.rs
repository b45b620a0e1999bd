//! The cores in one line, for small terminals: bars of a few, cells of some, and of many the mean of several in each cell,
//! so that none is left out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::cell::{draw_bar, level};
use super::in_use;
use super::place::Places;
use crate::event::CoreLoad;
use crate::tui::canvas::Canvas;
use crate::tui::model::Model;
use crate::units::Share;

/// The narrowest and the widest bar, with number, figure and the gap after it.
const BAR: (u16, u16) = (12, 24);

/// The cores in one line.
pub(crate) struct CoreStrip<'a>(&'a Model);

impl<'a> CoreStrip<'a> {
    /// The line of a model's cores.
    pub(crate) const fn new(model: &'a Model) -> Self {
        Self(model)
    }
}

impl Widget for CoreStrip<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let Self(model) = self;
        let theme = &model.theme;
        let mut canvas = Canvas::new(area, buf);
        let latest = model.cores().latest();
        let title = if model.shows_simulated_cores() { "Simulated cores" } else { "Cores" };
        let x = canvas.text(1, 0, title, theme.dim) + 1;
        let Some(sample) = latest else {
            canvas.text(x, 0, "…", theme.dim);
            return;
        };
        let places = Places::of(model);
        let shown = places.shown.iter().filter_map(|index| sample.cores.get(*index));
        let cores: Vec<&CoreLoad> = shown.filter(|core| core.allowed).collect();
        let sum = in_use(&sample.cores);
        let end = canvas.right(canvas.width().saturating_sub(1), 0, &sum, theme.dim).saturating_sub(2);
        let room = end.saturating_sub(x);
        let width = (usize::from(room) / cores.len().max(1)).min(usize::from(BAR.1)) as u16;
        if width >= BAR.0 {
            for (i, core) in (0..).zip(cores) {
                let mut part = canvas.part(x + i * width, 0, width - 1, 1);
                let at = part.text(0, 0, &format!("{} ", core.cpu.0), theme.dim);
                let bar = part.width().saturating_sub(at + 7);
                draw_bar(&mut part.part(at, 0, bar, 1), core, theme);
                part.text(at + bar + 1, 0, &format!("{:>3} %", core.busy.percent()), theme.text);
            }
            return;
        }
        // Nine columns say how many cores a cell stands for.
        let cells = usize::from(room.saturating_sub(9)).max(1);
        let each =
            cores.len().div_ceil(if cores.len() <= usize::from(room) { usize::from(room) } else { cells });
        let mut after = x;
        for part in cores.chunks(each.max(1)) {
            let (glyph, style) = level(&mean(part), theme);
            canvas.glyph(after, 0, glyph, style);
            after += 1;
        }
        if each > 1 {
            canvas.text(after + 1, 0, &format!("{each} each"), theme.dim);
        }
    }
}

/// What several cores did on average.
fn mean(cores: &[&CoreLoad]) -> CoreLoad {
    let of = |part: fn(&CoreLoad) -> Share| {
        Share::of(cores.iter().map(|core| part(core).fraction()).sum(), cores.len() as f64)
    };
    CoreLoad {
        busy: of(|core| core.busy),
        ours: of(|core| core.ours),
        steal: of(|core| core.steal),
        allowed: true,
        ..CoreLoad::default()
    }
}

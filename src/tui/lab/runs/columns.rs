//! The columns of the runs. A figure keeps its column for as long as it is shown: where runs are predicted, what was
//! predicted has one from the beginning, beside that of what was measured.

use unicode_width::UnicodeWidthStr;

use super::label;
use crate::tui::model::{Model, Row};
use crate::units::grouped;

/// Rows of which the widest text is looked for.
const LOOKED_AT: usize = 64;

/// The columns at which figures end; none where there is no room for them. The last is the efficiency of a run that is
/// over, and before that the time that is left, or what went wrong.
pub(super) struct Columns {
    /// Columns of a run's name, with the mark before it.
    pub(super) label: u16,
    /// Where bars begin, and their length.
    pub(super) bar: (u16, u16),
    pub(super) done: Option<u16>,
    /// What was predicted. Where there is no room for it, it stands in the place of what is measured, until there is that.
    pub(super) predicted: Option<u16>,
    pub(super) elapsed: u16,
    /// Columns that a time may take.
    pub(super) room: u16,
    pub(super) speedup: u16,
    pub(super) last: Option<u16>,
}

impl Columns {
    /// Those of a model's runs on so many columns.
    pub(super) fn of(model: &Model, width: u16) -> Self {
        let some = || model.rows().take(LOOKED_AT);
        let longest = some().map(|row| label(model, &row).width()).max().unwrap_or(0);
        let label = 2 + (longest as u16).min(width / 3);
        let digits = model.rows().map(|row| row.tasks).max().unwrap_or(0);
        let digits = grouped(digits).width() as u16;
        let (done, speedup, last) = ((2 * digits + 3).max(6), 9, 12);
        // As wide as its widest text, unless then no bar were left.
        let times = some().map(|row| widest_time(model, &row)).max().unwrap_or(0) + 2;
        let elapsed = (times as u16).max(10);
        let elapsed = if width >= label + 1 + elapsed + speedup { elapsed } else { 10 };
        let needed = label + 1 + elapsed + speedup;
        let keep_last = width >= needed + last + 12;
        let needed = needed + if keep_last { last } else { 0 };
        let predicted = (times as u16).max(12);
        let keep_predicted = model.predicts() && width >= needed + predicted + 8;
        let needed = needed + if keep_predicted { predicted } else { 0 };
        let keep_done = width >= needed + done + 10;
        let needed = needed + if keep_done { done } else { 0 };
        let bar = width.saturating_sub(needed);
        let mut x = label + 1 + bar;
        let mut next = |keep: bool, width: u16| {
            keep.then(|| {
                x += width;
                x
            })
        };
        let done = next(keep_done, done);
        let predicted = next(keep_predicted, predicted);
        let room = elapsed - 1;
        let elapsed = next(true, elapsed).unwrap_or(0);
        let speedup = next(true, speedup).unwrap_or(0);
        let last = next(keep_last, last);
        Self { label, bar: (label + 1, bar), done, predicted, elapsed, room, speedup, last }
    }
}

/// Columns of the longest time that a row has to show.
fn widest_time(model: &Model, row: &Row<'_>) -> usize {
    let hoped = row.hoped_text().map_or(0, |text| text.width());
    let passed = row.run.map_or(0, |run| run.elapsed(model.moment()).to_string().width());
    hoped.max(passed)
}

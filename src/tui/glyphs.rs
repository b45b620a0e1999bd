//! Glyphs: what phases, heights and widths look like, and the ASCII twin of every glyph that is none.

use ratatui::buffer::Buffer;

use crate::event::{GilMark, Outcome, Phase};

/// What a phase looks like without colour.
pub(crate) const fn phase_glyph(phase: Phase) -> char {
    match phase {
        Phase::Absent => '┄',
        Phase::Starting => '▚',
        Phase::Waiting => '·',
        Phase::Receiving => '◂',
        Phase::Computing => '█',
        Phase::Blocked => '▒',
        Phase::Sending => '▸',
        Phase::Stopping => '▞',
        Phase::GilWait => '░',
    }
}

/// What the end of an attempt that failed looks like; none where it did not.
pub(crate) const fn failure_glyph(outcome: Outcome) -> Option<char> {
    match outcome {
        Outcome::Error => Some('✗'),
        Outcome::TimedOut => Some('T'),
        Outcome::Lost => Some('†'),
        Outcome::Ok | Outcome::Cancelled => None,
    }
}

/// What happens to a worker over its interpreter's lock.
pub(crate) const fn gil_glyph(mark: GilMark) -> char {
    match mark {
        GilMark::Request => '▵',
        GilMark::Forced => '▾',
        GilMark::FalseWake => '◇',
    }
}

/// Where the rule of the lock was changed.
pub(crate) const CHANGED: char = '◆';

/// What computing looks like in every other task, without colour.
pub(crate) const ODD: char = '▓';

/// What had something to compute and no CPU.
pub(crate) const PREEMPTED: char = '▤';

/// What was predicted: a time, or a lane.
pub(crate) const PREDICTED: char = '≈';
/// Where a run was predicted to end, on its bar and on the axis of time.
pub(crate) const PREDICTED_END: char = '┆';

/// The eight heights of a block, from the lowest.
pub(crate) const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The eight widths of a block, from the narrowest.
pub(crate) const WIDTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// Every glyph that is no ASCII, and its twin of one column that is.
const TWINS: &[(&str, &str)] = &[
    ("─╴╶┄", "-"),
    ("│┆▏▎▍", "|"),
    ("╭╮╰╯├┤┬┴┼", "+"),
    ("█▉▊▋", "#"),
    ("▌▐", "|"),
    ("▓", "%"),
    ("▤", "$"),
    ("▒", "="),
    ("░", ":"),
    ("▚", "\\"),
    ("▞", "x"),
    ("▸▶›→", ">"),
    ("◂‹←", "<"),
    ("↑▵", "^"),
    ("↓▾", "v"),
    ("╌", "~"),
    ("·…", "."),
    ("▁", "_"),
    ("▂▃", "."),
    ("▄", "-"),
    ("▅▆", "="),
    ("▇", "#"),
    ("■", "#"),
    ("✓", "+"),
    ("☑", "x"),
    ("☐", "-"),
    ("✗", "!"),
    ("†", "X"),
    ("●", "*"),
    ("◆", "&"),
    ("▲", "A"),
    ("○◇", "o"),
    ("×", "x"),
    ("α", "a"),
    ("β", "b"),
    ("γ", "g"),
    ("±", "~"),
    ("┊", ":"),
    ("≈", "~"),
    ("≤", "<"),
    ("µ", "u"),
    ("–—", "-"),
];

/// Replaces every glyph that is no ASCII by its twin, or by `?`.
pub(crate) fn to_ascii(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        // Dots of a curve.
        if cell.symbol().starts_with(|c| ('\u{2801}'..='\u{28ff}').contains(&c)) {
            cell.set_symbol(".");
            continue;
        }
        let twin = TWINS.iter().find(|(from, _)| from.contains(cell.symbol())).map_or("?", |(_, to)| to);
        cell.set_symbol(twin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn every_glyph_has_an_ascii_twin() {
        let glyphs = Phase::ALL.map(phase_glyph).into_iter().chain(HEIGHTS).chain(WIDTHS);
        let text: String = glyphs.chain("─│╭╮╰╯·…‹›≈≤×µ✓✗†●○■▲☑☐▶▸▵▾◇◆▤⠁⣿".chars()).collect();
        let mut buf = Buffer::empty(Rect::new(0, 0, 80, 1));
        buf.set_string(0, 0, &text, Style::new());
        to_ascii(&mut buf);
        assert!(buf.content.iter().all(|cell| cell.symbol().is_ascii() && cell.symbol() != "?"), "{buf:?}");
    }

    #[test]
    fn phases_have_different_ascii_twins() {
        let mut buf = Buffer::empty(Rect::new(0, 0, Phase::COUNT as u16 + 1, 1));
        for (x, glyph) in Phase::ALL.map(phase_glyph).into_iter().chain([PREEMPTED]).enumerate() {
            buf[(x as u16, 0)].set_char(glyph);
        }
        to_ascii(&mut buf);
        let mut seen: Vec<_> = buf.content.iter().map(|cell| cell.symbol().to_owned()).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), Phase::COUNT + 1);
    }
}

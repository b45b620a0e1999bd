//! The interpreter's lock above the lanes of its process: who has it in each column, by colour and by number; and on the
//! lanes what happened over it.
//!
//! Beazley's pictures of 2010 are the model: one band for each thread, and marks where one was woken for nothing.

use ratatui::style::{Color, Modifier, Style};

use crate::clock::RunTime;
use crate::event::{Gauges, GilMark, Phase};
use crate::plan::{GilRule, TaskType};
use crate::state::{RunState, SlotState};
use crate::tui::canvas::Canvas;
use crate::tui::chart::Frame;
use crate::tui::chart::holders::HolderCell;
use crate::tui::glyphs::{HEIGHTS, gil_glyph};
use crate::tui::theme::Theme;
use crate::units::{Nanos, Share};

/// From this part of a column on, in 1/255, it is taken for one of that holder alone.
const ALONE: u8 = 232;
/// Marks are shown one by one where a column is no longer than this many intervals.
const INTERVALS: u64 = 1;
/// The same, where ticks decide: those are far shorter.
const TICKS_COLUMN: Nanos = Nanos::from_millis(1);

/// What is said of processes whose workers have an interpreter's lock each.
pub(crate) const ALONE_WITH_IT: &str = "a GIL each";

/// What a line is called.
pub(crate) const NAME: &str = "GIL";

/// Draws who had the lock, over the height of the canvas.
pub(crate) fn line(canvas: &mut Canvas<'_>, cells: &[HolderCell], theme: &Theme) {
    if theme.tells_by_colour() {
        for (x, cell) in cells.iter().enumerate() {
            coloured(canvas, x as u16, *cell, theme);
        }
        names(canvas, cells, theme);
    } else {
        for (x, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.known) {
            let style = cell.first.map_or(theme.dim, |slot| theme.holder_name(slot));
            for y in 0..canvas.height() {
                canvas.glyph(x as u16, y, cell.first.map_or('·', symbol), style);
            }
        }
    }
}

/// A worker's number in one column: beyond 9 a letter, and beyond those the same for all.
fn symbol(slot: usize) -> char {
    u32::try_from(slot).ok().and_then(|slot| char::from_digit(slot, 36)).unwrap_or('+')
}

fn coloured(canvas: &mut Canvas<'_>, x: u16, cell: HolderCell, theme: &Theme) {
    if !cell.known {
        return;
    }
    let (first, second, weight) = match (cell.first, cell.second) {
        // Nobody is emptiness, which has no block: the other is drawn with its own share.
        (None, Some(slot)) => (slot, None, 255 - u32::from(cell.weight)),
        (Some(slot), second) => (slot, second, u32::from(cell.weight)),
        (None, None) => {
            canvas.glyph(x, (canvas.height() - 1) / 2, '·', theme.dim);
            return;
        }
    };
    let colour = theme.holder(first);
    let behind = match second {
        Some(slot) => theme.holder(slot),
        None => Color::Reset,
    };
    let height = canvas.height();
    let full = u32::from(height) * 8;
    let eighths = (weight * full / 255).max(1);
    for y in 0..height {
        let here = eighths.saturating_sub(u32::from(height - 1 - y) * 8).min(8);
        let (glyph, style) = match here {
            8 => ('█', Style::new().fg(colour).bg(colour)),
            0 => (' ', Style::new().bg(behind)),
            part => (HEIGHTS[part as usize - 1], Style::new().fg(colour).bg(behind)),
        };
        canvas.glyph(x, y, glyph, style);
    }
}

/// Writes the numbers of holders into the columns that are theirs alone.
fn names(canvas: &mut Canvas<'_>, cells: &[HolderCell], theme: &Theme) {
    let alone = |cell: &HolderCell| cell.first.filter(|_| cell.known && cell.weight >= ALONE);
    let mut x = 0;
    for stretch in cells.chunk_by(|a, b| alone(a) == alone(b)) {
        if let Some(slot) = stretch.first().and_then(alone) {
            let name = slot.to_string();
            if name.len() <= stretch.len() {
                let at = x + (stretch.len() - name.len()) / 2;
                canvas.text(at as u16, (canvas.height() - 1) / 2, &name, theme.holder_name(slot));
            }
        }
        x += stretch.len();
    }
}

/// Whether columns are so short that what happens over the lock is shown one by one.
pub(crate) fn shows_marks(run: &RunState, frame: &Frame) -> bool {
    let column = frame.to.since(frame.from) / u64::from(frame.columns.max(1));
    match run.gil_rule() {
        None => false,
        Some(GilRule::Interval(interval)) => column <= interval * INTERVALS,
        Some(GilRule::Ticks(_)) => column <= TICKS_COLUMN,
    }
}

/// Marks of a kind are shown on the lanes of a run as it is looked at.
pub(crate) fn is_marked(run: &RunState, frame: &Frame, mark: GilMark) -> bool {
    let within = |(at, what, _): &(RunTime, GilMark, u32)| *what == mark && frame.column(*at).is_some();
    shows_marks(run, frame) && run.slots.iter().any(|slot| slot.gil_marks.iter().rev().any(within))
}

/// The look of a mark.
pub(crate) fn mark_style(mark: GilMark, theme: &Theme) -> Style {
    let style = match mark {
        GilMark::Request => theme.bright,
        GilMark::Forced => theme.accent,
        GilMark::FalseWake => theme.bad,
    };
    style.add_modifier(Modifier::BOLD)
}

/// Marks what happened to a worker over the lock, where columns are short enough.
pub(crate) fn marks(canvas: &mut Canvas<'_>, run: &RunState, slot: &SlotState, frame: &Frame, theme: &Theme) {
    if !shows_marks(run, frame) {
        return;
    }
    let middle = canvas.height().saturating_sub(1) / 2;
    let first = slot.gil_marks.partition_point(|(at, ..)| *at < frame.from);
    for (at, what, _) in slot.gil_marks.range(first..) {
        let Some(x) = frame.column(*at) else { break };
        canvas.glyph(x, middle, gil_glyph(*what), mark_style(*what, theme).bg(Color::Reset));
    }
}

/// What a worker does about the lock now, in a word or two; none where that is nothing.
pub(crate) fn doing(run: &RunState, levels: &Gauges, now: RunTime) -> Option<String> {
    match levels.phase {
        Phase::GilWait => Some(format!("waits {}", now.since(levels.since))),
        Phase::Blocked => Some("blocked".to_owned()),
        _ if levels.holds.is_some() => Some("holds".to_owned()),
        Phase::Computing if run.start.work.task() == TaskType::Native => Some("without GIL".to_owned()),
        // It has just let go, and wants it back.
        Phase::Computing => Some("waits".to_owned()),
        _ => None,
    }
}

/// Who has a lock and who waits for one, in a run that goes on: `w2 holds · 3 wait`.
pub(crate) fn state(run: &RunState) -> String {
    let holders: Vec<usize> = run
        .slots
        .iter()
        .enumerate()
        .filter(|(_, slot)| slot.levels.holds.is_some())
        .map(|(at, _)| at)
        .collect();
    let mut words = vec![match holders.as_slice() {
        [] => "nobody holds".to_owned(),
        [one] => format!("w{one} holds"),
        several => format!("{} hold", several.len()),
    }];
    words.push(format!("{} wait", run.in_phase(Phase::GilWait)));
    let blocked = run.in_phase(Phase::Blocked);
    if blocked > 0 {
        words.push(format!("{blocked} blocked"));
    }
    words.join(" · ")
}

/// When holders let go, as it is now: `interval 5.00 ms`.
pub(crate) fn rule(rule: GilRule) -> String {
    match rule {
        GilRule::Interval(interval) => format!("interval {interval}"),
        GilRule::Ticks(1) => "every tick".to_owned(),
        GilRule::Ticks(ticks) => format!("every {ticks} ticks"),
    }
}

/// A number in each second of a run so far.
fn per_second(number: u64, run: &RunState, now: RunTime) -> String {
    let rate = number as f64 / run.elapsed(now).as_secs_f64().max(1e-3);
    if rate > 0.0 && rate < 9.95 { format!("{rate:.1}/s") } else { format!("{rate:.0}/s") }
}

/// How often the lock of some slots went to another worker.
pub(crate) fn switches(run: &RunState, slots: std::ops::Range<usize>, now: RunTime) -> String {
    let all = run.slots.get(slots).unwrap_or(&[]);
    per_second(all.iter().map(|slot| slot.levels.gil.switches).sum(), run, now)
}

/// The figures of a whole run: how often, and how far its workers are apart.
pub(crate) fn figures(run: &RunState, now: RunTime) -> Vec<String> {
    let counts = run.gil_counts();
    let mut words = Vec::new();
    if run.start.shape.threads == 1 {
        // Nobody else wants it there: all that is counted is that each took it for the first time.
        if run.slots.len() > 1 {
            words.push(ALONE_WITH_IT.to_owned());
        }
    } else if let Some(GilRule::Ticks(_)) = run.gil_rule() {
        words.push(format!("{} switches", per_second(counts.switches, run, now)));
        words.push(format!("{} woken for nothing", per_second(counts.false_wakes, run, now)));
    } else {
        words.push(format!("{} switches", per_second(counts.switches, run, now)));
        words.push(format!("{} requests", per_second(counts.requests, run, now)));
        words.push(format!("{} forced", per_second(counts.forced, run, now)));
    }
    let apart = |name: &str, part: fn(&SlotState, &RunState, RunTime) -> Share| {
        let mut parts: Vec<u32> = run.slots.iter().map(|slot| part(slot, run, now).percent()).collect();
        parts.sort_unstable();
        let at = |half: usize| parts.get((parts.len() - 1) * half / 2).copied().unwrap_or(0);
        format!("{name} {} {} {} %", at(0), at(1), at(2))
    };
    if run.slots.len() > 1 {
        words.push(apart("held", held));
        words.push(format!("{} (least, median, most)", apart("waited", waited)));
    }
    words
}

/// The part of the run so far in which a worker had the lock.
pub(crate) fn held(slot: &SlotState, run: &RunState, now: RunTime) -> Share {
    let levels = &slot.levels;
    let held = if run.end.is_some() { levels.gil.held } else { levels.held_at(now) };
    held.share_of(run.elapsed(now))
}

/// The part in which it waited for it.
pub(crate) fn waited(slot: &SlotState, run: &RunState, now: RunTime) -> Share {
    let levels = &slot.levels;
    let totals = if run.end.is_some() { levels.totals } else { levels.totals_at(now) };
    totals.get(Phase::GilWait).share_of(run.elapsed(now))
}

/// What a worker had to do with the lock so far, what matters most first: the parts of the run in which it held it and
/// waited for it, and its waits once they are known. Nothing where there is no such lock.
pub(crate) fn shares(run: &RunState, index: usize, now: RunTime) -> Vec<String> {
    let Some(slot) = run.slots.get(index).filter(|_| run.start.runtime.gil().is_some()) else {
        return Vec::new();
    };
    let (held, waited) = (held(slot, run, now).percent(), waited(slot, run, now).percent());
    let waits = run.end.as_ref().and_then(|end| end.gil_waits.get(index));
    let waits = waits.map(|wait| format!("p50 {} p99 {}", wait.p50, wait.p99));
    [format!("held the GIL {held} %"), format!("waited {waited} %")].into_iter().chain(waits).collect()
}

#[cfg(test)]
mod tests {
    use crate::tui::script::{gil, gil_themed, press, text};
    use crate::tui::theme::{Depth, Palette, Theme};

    #[test]
    fn the_lock_has_a_line_above_its_lanes() {
        insta::assert_snapshot!("gil_80x24", text(&gil(80, 24)));
        insta::assert_snapshot!("gil_120x40", text(&gil(120, 40)));
        insta::assert_snapshot!("gil_200x60", text(&gil(200, 60)));
    }

    #[test]
    fn a_lock_that_one_worker_has_for_itself_goes_to_nobody() {
        let mut model = gil(120, 40);
        let run = &mut model.session.runs[0];
        let words = super::figures(run, run.now).join(" · ");
        assert!(words.contains("/s switches"), "{words}");
        run.start.shape = crate::plan::Shape::new(4, 1);
        let words = super::figures(run, run.now).join(" · ");
        assert!(words.starts_with("a GIL each · held") && !words.contains("switches"), "{words}");
    }

    #[test]
    fn without_colour_the_line_is_made_of_numbers() {
        for (name, theme) in [
            ("mono", Theme::new(Palette::Mono, Depth::True, false)),
            ("ascii", Theme::new(Palette::Dark, Depth::True, true)),
        ] {
            let mut model = gil_themed(120, 40, theme);
            press(&mut model, "++++");
            insta::assert_snapshot!(format!("gil_{name}_120x40"), text(&model));
        }
    }

    #[test]
    fn requests_and_forced_switches_are_marked_where_they_can_be_told_apart() {
        let mut model = gil(120, 40);
        assert!(!text(&model).contains('▵'));
        press(&mut model, "+++++");
        let near = text(&model);
        assert!(near.contains("▵ asks") && near.contains("▾ made to let go"), "{near}");
        insta::assert_snapshot!("gil_near_120x40", near);
    }

    #[test]
    fn a_run_that_is_opened_has_the_same_line() {
        let mut model = gil(120, 40);
        press(&mut model, "2");
        insta::assert_snapshot!("gil_compare_120x40", text(&model));
        press(&mut model, "<Enter>+++++");
        insta::assert_snapshot!("gil_opened_120x40", text(&model));
    }
}

//! Words that sentences about runs share.

use crate::event::StopReason;
use crate::plan::Strategy;
use crate::state::Ledger;
use crate::text::shortened;
use crate::units::{Nanos, Share, three_digits};

/// `1.96×`, with three digits at most: `0.98×`, `12.3×`.
pub(super) fn times(ratio: f64) -> String {
    format!("{}×", three_digits(ratio))
}

/// `1.93–1.96×`, or `1.96×` where both ends read the same.
pub(super) fn times_range(least: f64, most: f64) -> String {
    let (least, most) = (three_digits(least), three_digits(most));
    if least == most { format!("{most}×") } else { format!("{least}–{most}×") }
}

/// Within this of serial a run is as fast as serial: repeats of one run differ by as much.
const EQUAL: f64 = 0.05;

/// `threads ran 1.96× faster than serial`, or how else a run that was so many times as fast compares with it.
pub(super) fn against_serial(strategy: Strategy, factor: f64) -> String {
    if factor < 1.0 - EQUAL {
        format!("{strategy} took {} as long as serial", times(1.0 / factor.max(1e-9)))
    } else if factor < 1.0 + EQUAL {
        format!("{strategy} took as long as serial")
    } else {
        format!("{strategy} ran {} faster than serial", times(factor))
    }
}

/// `97 %`, in whole percent.
pub(super) fn percent(share: Share) -> String {
    format!("{} %", share.percent())
}

/// A part of a ledger by the word that screens use: `gil-wait`.
pub(super) fn part_name(part: &str) -> String {
    part.replace('_', "-")
}

/// The longest parts of a ledger as shares of the whole, the longest first: at most `most`, and none under half a percent.
/// `commands` is what commands computed.
pub(super) fn top_parts(ledger: &Ledger, commands: Nanos, most: usize) -> Vec<(&'static str, Share)> {
    let whole = ledger.whole();
    let parts = ledger.parts_with(commands).into_iter();
    let mut parts: Vec<_> = parts.map(|(name, time)| (name, time.share_of(whole))).collect();
    // Stable, so that equal parts stay in the order of a worker's life.
    parts.sort_by(|a, b| b.1.fraction().total_cmp(&a.1.fraction()));
    parts.retain(|(_, share)| share.percent() >= 1);
    parts.truncate(most);
    parts
}

/// `computing 97 %, waiting 1 %`: the longest parts of a ledger; empty where it has none. What `commands` computed is told
/// apart from what their workers were blocked besides.
pub fn where_time_went(ledger: &Ledger, commands: Nanos, most: usize) -> String {
    let words: Vec<String> = top_parts(ledger, commands, most)
        .into_iter()
        .map(|(name, share)| format!("{} {}", part_name(name), percent(share)))
        .collect();
    words.join(", ")
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A text from outside as part of a sentence: quoted, its control characters escaped, and at most 80 characters of it.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 80;
    format!("{:?}", shortened(text.trim(), MOST))
}

/// Who ended early and why: `threads were cancelled`.
pub(super) fn ended_early(strategy: Strategy, stopped: &StopReason) -> String {
    let were = if strategy == Strategy::Serial { "was" } else { "were" };
    let how = match stopped {
        StopReason::Cancelled => format!("{were} cancelled"),
        StopReason::TaskFailed => format!("{were} stopped, for a task failed"),
        StopReason::Workers(why) => format!("could not go on: {}", quoted(why)),
    };
    format!("{strategy} {how}")
}

/// `is` or `are`, `was` or `were`, `has` or `have`: the verb that suits `n`.
pub(super) const fn verb<'a>(n: u64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

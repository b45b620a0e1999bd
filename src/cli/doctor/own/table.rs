//! The table for people.

use std::fmt::Write;

use super::{Cost, Report, Unit};
use crate::report::TableStyle;
use crate::report::text::{ascii, pad, width, wrap};
use crate::units::{Bytes, Nanos, grouped, plural, three_digits};

/// Before a remark that stands on a line of its own.
const INDENT: usize = 6;

/// The report as a table. Ends in a newline.
pub(super) fn table(report: &Report, style: &TableStyle) -> String {
    let mut text = String::new();
    let (bold, plain) = if style.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    // Writing into a string cannot fail, here and below.
    let _ = writeln!(text, "{bold}What poolscope costs on this machine{plain}");
    let rows: Vec<Row> = report.costs.iter().map(Row::of).collect();
    let widest = |cell: fn(&Row) -> &str| rows.iter().map(|row| width(cell(row))).max().unwrap_or(0);
    let (names, figures, goals) =
        (widest(|row| &row.what), widest(|row| &row.figure), widest(|row| &row.goal));
    let columns = style.width.max(60);
    for row in &rows {
        let mark = if style.ascii { row.ascii_mark() } else { row.mark };
        let (what, figure) = (pad(&row.what, names, false), pad(&row.figure, figures, true));
        let line = format!("  {mark} {what}  {figure}  {}", pad(&row.goal, goals, true));
        let with_remark = format!("{line}  {}", row.remark);
        if row.remark.is_empty() || width(&with_remark) <= columns {
            let _ = writeln!(text, "{}", with_remark.trim_end());
            continue;
        }
        let _ = writeln!(text, "{}", line.trim_end());
        for remark in wrap(&row.remark, columns - INDENT, style.ascii) {
            let _ = writeln!(text, "{}{remark}", " ".repeat(INDENT));
        }
    }
    let _ = writeln!(text, "\n{}", verdict(&report.costs));
    for line in wrap(&noise(report), style.width.max(60), style.ascii) {
        let _ = writeln!(text, "{line}");
    }
    if style.ascii { self::ascii(&text) } else { text }
}

/// How many goals are met, of all that something was measured for: `Of 4 goals, 2 are met, 1 is missed; of 1 it cannot be
/// told.`
fn verdict(costs: &[Cost]) -> String {
    let count = |wanted: fn(&Cost) -> bool| costs.iter().filter(|cost| wanted(cost)).count() as u64;
    let met = count(|cost| cost.met == Some(true));
    let missed = count(|cost| cost.met == Some(false));
    let untold = count(|cost| cost.cannot_tell.is_some());
    let of = met + missed + untold;
    let mut words = format!("Of {}, {} met", plural(of, "goal"), are(met));
    if missed > 0 {
        let _ = write!(words, ", {} missed", are(missed));
    }
    if untold > 0 {
        let _ = write!(words, "; of {} it cannot be told", grouped(untold));
    }
    words + "."
}

/// `1 is`, `2 are`.
fn are(n: u64) -> String {
    format!("{} {}", grouped(n), if n == 1 { "is" } else { "are" })
}

/// One cost, in words.
struct Row {
    mark: &'static str,
    what: String,
    figure: String,
    goal: String,
    /// The interval, the peer, or why there is no figure.
    remark: String,
}

impl Row {
    fn of(cost: &Cost) -> Self {
        let mark = match cost.met {
            Some(true) => "✓",
            Some(false) => "✗",
            None if cost.cannot_tell.is_some() => "?",
            None => "–",
        };
        let goal = match (cost.at_most, cost.at_least) {
            (Some(most), _) => format!("≤ {}", written(cost.unit, most)),
            (None, Some(least)) => format!("≥ {}", written(cost.unit, least)),
            (None, None) => String::new(),
        };
        let mut remarks = Vec::new();
        if let Some([low, high]) = cost.interval {
            remarks.push(format!("95 %: {} to {}", written(cost.unit, low), written(cost.unit, high)));
        }
        if let Some(peer) = &cost.peer {
            remarks.push(format!("{} {}", peer.name, written(cost.unit, peer.figure)));
        }
        remarks.extend(cost.cannot_tell.map(|why| format!("cannot tell: {why}")));
        remarks.extend(cost.not_measured.as_ref().map(|why| format!("not measured: {why}")));
        Self {
            mark,
            what: cost.what.clone(),
            figure: cost.figure.map_or_else(String::new, |figure| written(cost.unit, figure)),
            goal,
            remark: remarks.join("; "),
        }
    }

    /// One column, as the mark: two would shift the names.
    fn ascii_mark(&self) -> &'static str {
        match self.mark {
            "✓" => "+",
            "✗" => "!",
            "?" => "?",
            _ => "-",
        }
    }
}

/// A figure with its unit.
fn written(unit: Unit, figure: f64) -> String {
    match unit {
        Unit::CorePercent => format!("{figure:.2} %"),
        Unit::BytesPerSecond => format!("{} kB/s", three_digits(figure / 1e3)),
        Unit::Bytes => Bytes(figure as u64).to_string(),
        Unit::Nanoseconds => Nanos(figure as u64).to_string(),
        Unit::TasksPerSecond if figure >= 1e6 => format!("{} M/s", three_digits(figure / 1e6)),
        Unit::TasksPerSecond => format!("{} k/s", three_digits(figure / 1e3)),
        Unit::Ratio => format!("{figure:.3}"),
        Unit::Points => format!("{figure:.1} points"),
    }
}

/// How far the figures can be trusted.
fn noise(report: &Report) -> String {
    let machine = &report.machine;
    let load = machine.load.map_or("unknown".to_owned(), three_digits);
    let steal = machine.steal_percent.map_or("unknown".to_owned(), |steal| format!("{steal:.1} %"));
    let idle = machine.idle_percent.map_or("unknown".to_owned(), |idle| format!("{idle:.0} %"));
    let mut words = format!(
        "{} CPUs; load before {load}; idle before {idle}; stolen meanwhile {steal}; took {:.0} s.",
        machine.cpus_available, report.seconds
    );
    if machine.is_busy() {
        words.push_str(" The machine was busy with something else: repeat this when it is quiet.");
    }
    if !report.release {
        words.push_str(" This is a debug build, and the goals are for a release build.");
    }
    words
}

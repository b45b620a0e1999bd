//! A sweep as a picture: throughput over workers, for paper and for slides.
//!
//! ```text
//!  mixed · 400 tasks of 20ms+80ms · 2 CPUs          ● threads  ■ processes
//!  │                        ┆10 workers
//!  │              . ' ●───●─┆─●────●      points with their spread, joined;
//!  │        ●  '            ┆              ideal and possible dashed, the fitted law dotted where it holds;
//!  │   ●                    ┆              a line at what is recommended
//!  └────────────────────────┴─────────
//! ```
//!
//! Written by hand: light background, text as text, every strategy with a mark of its own beside its colour, so that it is
//! read on a black-and-white printer too.

use std::fmt::Write;

use crate::analysis::sizing::{PointSummary, Sizing};
use crate::plan::Strategy;
use crate::report::sweep as words;
use crate::report::text::{harmless, wrap};
use crate::sweep::Sweep;
use crate::units::three_digits;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 600.0;
/// The frame of the curve: left, top, right, bottom.
const FRAME: (f64, f64, f64, f64) = (84.0, 96.0, 924.0, 488.0);
/// From this ratio of the largest number of workers to the smallest on, they stand at equal ratios.
const LOGARITHMIC: f64 = 8.0;
/// Characters of a line of small text, at most.
const LINE: usize = 110;
const INK: &str = "#24292f";
const DIM: &str = "#5c6570";
const FAINT: &str = "#dde1e6";
const ACCENT: &str = "#8f5d00";

/// Where numbers stand on the page.
struct Scale {
    log: bool,
    from: f64,
    to: f64,
    top: f64,
}

impl Scale {
    fn of(points: &[PointSummary]) -> Option<Self> {
        let workers = || points.iter().map(|point| f64::from(point.workers()));
        let (least, most) = (workers().reduce(f64::min)?, workers().reduce(f64::max)?);
        let highest = points.iter().map(|point| point.rate).reduce(f64::max)?;
        // Bars of repeats fit in too, unless one of them is out of all proportion.
        let ends = points.iter().filter_map(|point| {
            let (low, _) = point.interval?;
            Some(point.rate * point.median.as_secs_f64() / low.as_secs_f64())
        });
        let bars = ends.reduce(f64::max).unwrap_or(0.0);
        let highest = if bars < 2.0 * highest { highest.max(bars) } else { highest };
        let log = most / least >= LOGARITHMIC;
        let (from, to) = if most > least { (least, most) } else { (least * 0.5, most * 1.5) };
        // What is possible fits in, unless that would press the measurements down.
        let possible = points.iter().filter_map(|point| point.possible).reduce(f64::max).unwrap_or(0.0);
        let top = if possible < 2.0 * highest { highest.max(possible) } else { highest };
        Some(Self { log, from, to, top: top * 1.15 })
    }

    fn x(&self, workers: f64) -> f64 {
        let part = if self.log {
            (workers / self.from).ln() / (self.to / self.from).ln()
        } else {
            (workers - self.from) / (self.to - self.from)
        };
        // Room at both ends, so that no mark stands on the frame.
        FRAME.0 + 24.0 + part * (FRAME.2 - FRAME.0 - 48.0)
    }

    fn y(&self, rate: f64) -> f64 {
        FRAME.3 - (rate / self.top) * (FRAME.3 - FRAME.1)
    }
}

/// A sweep as SVG. Ends in a newline.
pub fn svg(sweep: &Sweep, sizing: &Sizing) -> String {
    let machine = &sweep.measurements().machine;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {HEIGHT:.0}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"15\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let title = words::heading(sweep, machine).join(" · ");
    text(&mut out, (FRAME.0, 36.0), "start", INK, 20, &title);
    match Scale::of(&sizing.points) {
        None => text(&mut out, (WIDTH / 2.0, HEIGHT / 2.0), "middle", DIM, 18, "nothing was measured"),
        Some(scale) => {
            axes(&mut out, &scale, &sizing.points);
            ideal(&mut out, &scale, sizing);
            for (strategy, _) in &sizing.each {
                curve(&mut out, &scale, *strategy, sizing);
            }
            recommended(&mut out, &scale, sizing);
            legend(&mut out, &scale, sizing);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn axes(out: &mut String, scale: &Scale, points: &[PointSummary]) {
    for rate in ticks(scale.top) {
        let y = scale.y(rate);
        line(out, (FRAME.0, y), (FRAME.2, y), FAINT, 1.0, "");
        text(out, (FRAME.0 - 10.0, y + 5.0), "end", DIM, 14, &short(rate));
    }
    line(out, (FRAME.0, FRAME.3), (FRAME.2, FRAME.3), INK, 1.2, "");
    let mut counts: Vec<u32> = points.iter().map(PointSummary::workers).collect();
    counts.sort_unstable();
    counts.dedup();
    let mut last = f64::NEG_INFINITY;
    for workers in counts {
        let x = scale.x(f64::from(workers));
        line(out, (x, FRAME.3), (x, FRAME.3 + 5.0), INK, 1.2, "");
        // Numbers that would touch are left out.
        if x - last >= 30.0 {
            text(out, (x, FRAME.3 + 22.0), "middle", DIM, 14, &workers.to_string());
            last = x;
        }
    }
    let middle = f64::midpoint(FRAME.0, FRAME.2);
    text(out, (middle, FRAME.3 + 46.0), "middle", INK, 15, "workers");
    text(out, (FRAME.0 - 60.0, FRAME.1 - 14.0), "start", INK, 15, "tasks per second");
}

/// As many times as fast as one worker, up to the top of the frame; and what is possible, by what one task needs.
fn ideal(out: &mut String, scale: &Scale, sizing: &Sizing) {
    let Some(first) = sizing.points.iter().find(|point| point.speedup.is_some()) else { return };
    let one = first.rate / first.speedup.unwrap_or(1.0);
    let steps = 60;
    let at = |i: i32| scale.from * (scale.to / scale.from).powf(f64::from(i) / f64::from(steps));
    let inside = (0..=steps).map(at).filter(|n| n * one <= scale.top);
    path(out, inside.map(|n| (scale.x(n), scale.y(n * one))), DIM, "1.2", "2 5");
    let possible = possible(scale, sizing).into_iter();
    path(out, possible.map(|(n, rate)| (scale.x(n), scale.y(rate))), DIM, "1.4", "8 5");
}

/// What is possible with so many workers of the first strategy, as far as it is within the frame.
fn possible(scale: &Scale, sizing: &Sizing) -> Vec<(f64, f64)> {
    let Some(first) = sizing.points.iter().find(|point| point.speedup.is_some()) else { return Vec::new() };
    let same = sizing.points.iter().filter(|point| point.strategy == first.strategy);
    let possible = same.filter_map(|point| Some((f64::from(point.workers()), point.possible?)));
    possible.filter(|(_, rate)| *rate <= scale.top).collect()
}

fn curve(out: &mut String, scale: &Scale, strategy: Strategy, sizing: &Sizing) {
    let colour = colour(strategy);
    let points: Vec<&PointSummary> = sizing.points.iter().filter(|p| p.strategy == strategy).collect();
    let report =
        sizing.fits.iter().find(|fit| fit.strategy == strategy).and_then(|fit| fit.fit.as_ref().ok());
    if let Some(fit) = report.filter(|report| report.valid) {
        let at = |i: i32| scale.from * (scale.to / scale.from).powf(f64::from(i) / 80.0);
        let fitted = (0..=80).map(at).map(|n| (scale.x(n), scale.y(fit.fit.curve.rate(n).min(scale.top))));
        path(out, fitted, colour, "1.6", "1 4");
    }
    path(out, points.iter().map(|p| (scale.x(f64::from(p.workers())), scale.y(p.rate))), colour, "2.2", "");
    for point in points {
        let (x, y) = (scale.x(f64::from(point.workers())), scale.y(point.rate));
        let tasks = point.rate * point.median.as_secs_f64();
        if let Some((low, high)) = point.interval {
            let ends =
                [high, low].map(|elapsed| scale.y((tasks / elapsed.as_secs_f64()).clamp(0.0, scale.top)));
            line(out, (x, ends[0]), (x, ends[1]), colour, 1.4, "");
            for end in ends {
                line(out, (x - 4.0, end), (x + 4.0, end), colour, 1.4, "");
            }
        }
        mark(out, strategy, (x, y));
    }
}

fn recommended(out: &mut String, scale: &Scale, sizing: &Sizing) {
    let bottom = HEIGHT - 46.0;
    let Some(r) = words::recommended(sizing) else {
        text(
            out,
            (FRAME.0, bottom),
            "start",
            ACCENT,
            16,
            "nothing is recommended: see the table for the reasons",
        );
        return;
    };
    let x = scale.x(f64::from(r.workers()));
    line(out, (x, FRAME.1 - 4.0), (x, FRAME.3), ACCENT, 1.6, "6 4");
    let (low, high) = (scale.x(f64::from(r.interval.0)), scale.x(f64::from(r.interval.1)));
    if high > low {
        let _ = writeln!(
            out,
            "<rect x=\"{low:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{ACCENT}\" fill-opacity=\"0.08\"/>",
            FRAME.1,
            high - low,
            FRAME.3 - FRAME.1
        );
    }
    let anchor = if x > WIDTH * 0.75 { "end" } else { "start" };
    let beside = if anchor == "end" { -8.0 } else { 8.0 };
    let label = format!("{} recommended", r.workers());
    // Above the frame, where no bar reaches, and beside the name of the axis.
    let beside = (x + beside).max(FRAME.0 + 70.0);
    text(out, (beside, FRAME.1 - 8.0), anchor, ACCENT, 15, &label);
    text(out, (FRAME.0, bottom), "start", INK, 17, &format!("Recommended: {}", words::sentence(r)));
    // Whoever sees the picture alone should know what speaks against it.
    let careful = r.cautions.first().map(|caution| format!(" Careful: {caution}.")).unwrap_or_default();
    let why = format!("{}{careful}", r.why.first().map_or("", String::as_str));
    let lines = wrap(&why, LINE, false);
    let more = lines.len() > 2;
    for (i, said) in lines.into_iter().take(2).enumerate() {
        let said = if more && i == 1 { format!("{said} …") } else { said };
        text(out, (FRAME.0, bottom + 20.0 + i as f64 * 17.0), "start", DIM, 14, &said);
    }
}

fn legend(out: &mut String, scale: &Scale, sizing: &Sizing) {
    let mut x = FRAME.0;
    let y = 64.0;
    for (strategy, _) in &sizing.each {
        mark(out, *strategy, (x + 6.0, y - 5.0));
        text(out, (x + 18.0, y), "start", INK, 14, strategy.name());
        x += 34.0 + strategy.name().len() as f64 * 8.0;
    }
    let mut lines = vec![("one worker × N", "2 5")];
    if possible(scale, sizing).len() > 1 {
        lines.push(("possible", "8 5"));
    }
    if sizing.fits.iter().any(|fit| fit.fit.as_ref().is_ok_and(|report| report.valid)) {
        lines.push(("fitted law", "1 4"));
    }
    for (name, dashes) in lines {
        line(out, (x, y - 5.0), (x + 30.0, y - 5.0), DIM, 1.6, dashes);
        text(out, (x + 38.0, y), "start", DIM, 14, name);
        x += 58.0 + name.chars().count() as f64 * 7.6;
    }
    text(out, (x, y), "start", DIM, 14, "bars: 95 % of repeats");
}

const fn colour(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Serial => "#5c6570",
        Strategy::Threads => "#1f7fd0",
        Strategy::Processes => "#9a1f74",
        Strategy::Hybrid => "#6b8210",
    }
}

/// A circle, a square or a triangle: colour alone tells nothing.
fn mark(out: &mut String, strategy: Strategy, (x, y): (f64, f64)) {
    let fill = colour(strategy);
    let _ = match strategy {
        Strategy::Serial | Strategy::Threads => {
            writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{fill}\"/>")
        }
        Strategy::Processes => {
            let (x, y) = (x - 4.5, y - 4.5);
            writeln!(out, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"9\" height=\"9\" fill=\"{fill}\"/>")
        }
        Strategy::Hybrid => {
            let points =
                format!("{:.1},{:.1} {:.1},{:.1} {x:.1},{:.1}", x - 5.5, y + 4.5, x + 5.5, y + 4.5, y - 5.5);
            writeln!(out, "<polygon points=\"{points}\" fill=\"{fill}\"/>")
        }
    };
}

fn line(out: &mut String, from: (f64, f64), to: (f64, f64), stroke: &str, width: f64, dashes: &str) {
    let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
    let _ = writeln!(
        out,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{stroke}\" stroke-width=\"{width}\"{dashes}/>",
        from.0, from.1, to.0, to.1
    );
}

fn path(out: &mut String, points: impl Iterator<Item = (f64, f64)>, stroke: &str, width: &str, dashes: &str) {
    let points: Vec<String> = points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    if points.len() < 2 {
        return;
    }
    let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{dashes}/>",
        points.join(" ")
    );
}

fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, fill: &str, size: u32, said: &str) {
    let said = harmless(said).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{fill}\" font-size=\"{size}\">{said}</text>"
    );
}

/// Round numbers up to `top`, four to eight of them.
fn ticks(top: f64) -> Vec<f64> {
    let rough = top / 5.0;
    let unit = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|n| n * unit).find(|step| *step >= rough);
    let step = step.unwrap_or(unit);
    (0..).map(|i| f64::from(i) * step).take_while(|rate| *rate <= top).take(20).collect()
}

/// `0`, `2.5`, `400`, `12 k`.
pub(crate) fn short(rate: f64) -> String {
    let plain = |n: f64| {
        let text = three_digits(n);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    match rate {
        r if r >= 1e6 => format!("{} M", plain(r / 1e6)),
        r if r >= 1e4 => format!("{} k", plain(r / 1e3)),
        r => plain(r),
    }
}

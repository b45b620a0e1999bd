//! `poolscope doctor --self`: what poolscope itself costs on this machine, each figure beside its goal.
//!
//! [`measure`] does the work, with [`crate::cost`], and knows the goals; here is what becomes of a figure. A goal is met
//! where the figure is within it. Where a figure has an interval, the whole of it has to be on one side of the goal, or be
//! narrow; else it cannot be told. Whether being watched slows a run is finer than a machine's own noise: there the goal is
//! met where a narrow interval reaches it. On a machine that is busy, whatever others slow down cannot be told to miss.

mod measure;
mod table;

use serde::Serialize;

use super::BUSY;
use crate::cost::{NotMeasured, Spread};
use crate::report::TableStyle;
use crate::report::text::harmless;

const SCHEMA: &str = "poolscope/doctor-self/1";
/// An interval is narrow up to this part of its figure, to either side.
const NARROW: f64 = 0.03;
/// The machine was busy where less than this was idle before, in percent,
const IDLE: f64 = 90.0;
/// or where the hypervisor took more than this.
const STOLEN: f64 = 1.0;
/// Why nothing can be told.
const ON_BOTH_SIDES: &str = "the interval is on both sides of the goal";
const TOO_WIDE: &str = "the interval is wider than ±3 %";
const MACHINE_BUSY: &str = "the machine is busy";

/// Measures everything, for about a minute; `tell` hears what is measured now. The answer ends in a newline.
pub(in crate::cli) fn examine(
    program: std::path::PathBuf,
    json: bool,
    style: &TableStyle,
    tell: impl Fn(&str),
) -> String {
    let report = measure::all(program, tell);
    if !json {
        return table::table(&report, style);
    }
    // Only maps with keys that are no strings can fail here, and there are none.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

/// Everything that there is to say. This is the contract of the JSON.
#[derive(Serialize, Debug)]
struct Report {
    schema: &'static str,
    poolscope: &'static str,
    /// Whether this is a release build, which the goals are for.
    release: bool,
    machine: Noise,
    seconds: f64,
    costs: Vec<Cost>,
}

/// How quiet the machine was.
#[derive(Serialize, Debug)]
struct Noise {
    cpus_available: u32,
    /// Runnable threads over the minute before.
    load: Option<f64>,
    /// Part of all CPU time that nobody used in the half second before, in percent.
    idle_percent: Option<f64>,
    /// Part of all CPU time that the hypervisor took away meanwhile, in percent.
    steal_percent: Option<f64>,
}

impl Noise {
    /// Whether others are likely to be in the way.
    fn is_busy(&self) -> bool {
        self.load.is_some_and(|load| load > BUSY * f64::from(self.cpus_available))
            || self.idle_percent.is_some_and(|idle| idle < IDLE)
            || self.steal_percent.is_some_and(|steal| steal > STOLEN)
    }
}

/// One cost.
#[derive(Serialize, Debug)]
struct Cost {
    name: &'static str,
    what: String,
    unit: Unit,
    at_most: Option<f64>,
    at_least: Option<f64>,
    figure: Option<f64>,
    /// The interval in which the figure of many such measurements lies with 95 %, where it was measured in pairs.
    interval: Option<[f64; 2]>,
    /// Whether the goal is met; none where nothing was measured, or where it cannot be told.
    met: Option<bool>,
    /// Why it cannot be told from the figure.
    cannot_tell: Option<&'static str>,
    /// Why there is no figure.
    not_measured: Option<String>,
    peer: Option<Peer>,
}

/// What something else takes for the same, measured in the same go.
#[derive(Serialize, Debug)]
struct Peer {
    name: &'static str,
    figure: f64,
}

/// What a figure counts.
#[derive(Copy, Clone, Serialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
enum Unit {
    /// Percent of one core.
    CorePercent,
    BytesPerSecond,
    Bytes,
    Nanoseconds,
    TasksPerSecond,
    /// How often as much as something else.
    Ratio,
    /// Points of a percent.
    Points,
}

/// Where a figure should lie.
#[derive(Copy, Clone, PartialEq, Debug)]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    /// Whether a figure is within it.
    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }

    /// Whether a figure with its interval meets it, or why that cannot be told.
    fn judge(self, figure: Figure) -> Result<bool, &'static str> {
        let met = self.is_met(figure.value);
        match figure.interval.map(|ends| ends.map(|end| self.is_met(end))) {
            None => Ok(met),
            Some([low, high]) if low == high => Ok(low),
            Some(_) if met && figure.is_narrow() => Ok(true),
            Some(_) => Err(ON_BOTH_SIDES),
        }
    }
}

/// A figure, with its interval where it has one.
#[derive(Copy, Clone, PartialEq, Debug)]
struct Figure {
    value: f64,
    interval: Option<[f64; 2]>,
}

impl Figure {
    /// Whether its interval says where it lies well enough for the figure itself to count.
    fn is_narrow(&self) -> bool {
        self.interval.is_none_or(|[low, high]| (high - low) / 2.0 <= NARROW * self.value)
    }
}

impl From<f64> for Figure {
    fn from(value: f64) -> Self {
        Self { value, interval: None }
    }
}

impl From<Spread> for Figure {
    fn from(spread: Spread) -> Self {
        Self { value: spread.median, interval: Some([spread.low, spread.high]) }
    }
}

impl Cost {
    fn of(
        name: &'static str,
        what: impl Into<String>,
        unit: Unit,
        goal: Goal,
        figure: Result<impl Into<Figure>, NotMeasured>,
    ) -> Self {
        let (figure, why) = match figure {
            Ok(figure) => (Some(figure.into()), None),
            Err(NotMeasured(why)) => (None, Some(harmless(&why))),
        };
        let figure: Option<Figure> = figure;
        let judged = figure.map(|figure| goal.judge(figure));
        let (at_most, at_least) = match goal {
            Goal::AtMost(most) => (Some(most), None),
            Goal::AtLeast(least) => (None, Some(least)),
        };
        Self {
            name,
            what: what.into(),
            unit,
            at_most,
            at_least,
            figure: figure.map(|figure| figure.value),
            interval: figure.and_then(|figure| figure.interval),
            met: judged.and_then(Result::ok),
            cannot_tell: judged.and_then(Result::err),
            not_measured: why,
            peer: None,
        }
    }

    /// The same, but met where its interval reaches the goal from the side of little, as far as it is narrow.
    fn where_pairs_reach(mut self) -> Self {
        if let (Some(value), Some(interval), Some(most)) = (self.figure, self.interval, self.at_most) {
            let [low, high] = interval;
            let narrow = Figure { value, interval: Some(interval) }.is_narrow();
            (self.met, self.cannot_tell) = match (low <= most, high <= most) {
                (true, false) if !narrow => (None, Some(TOO_WIDE)),
                (reaches, _) => (Some(reaches), None),
            };
        }
        self
    }

    /// The same as far as it holds on a machine that is busy: others make everything slower, and a goal that is met even
    /// so is met; but of two times, either may be what they disturbed.
    fn beside_others(self) -> Self {
        let in_doubt = match self.unit {
            Unit::Bytes | Unit::BytesPerSecond | Unit::Points => false,
            Unit::CorePercent | Unit::Nanoseconds | Unit::TasksPerSecond => self.met != Some(true),
            Unit::Ratio => true,
        };
        if in_doubt && self.figure.is_some() {
            Self { met: None, cannot_tell: Some(MACHINE_BUSY), ..self }
        } else {
            self
        }
    }

    fn beside(self, name: &'static str, figure: Option<f64>) -> Self {
        Self { peer: figure.map(|figure| Peer { name, figure }), ..self }
    }
}

#[cfg(test)]
mod tests;

//! `poolscope doctor --self`: what poolscope itself costs on this machine, each figure beside its goal.
//!
//! [`measure`] does the work, with [`crate::cost`], and knows the goals; here is what becomes of a figure. A goal is met
//! where the figure is within it. Whether being watched slows a run is finer than a machine's own noise: there the goal is
//! met where the interval of the pairs reaches it.

mod measure;
mod table;

use serde::Serialize;

use crate::cost::{NotMeasured, Spread};
use crate::report::TableStyle;
use crate::report::text::harmless;

const SCHEMA: &str = "poolscope/doctor-self/1";

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
    /// Part of all CPU time that the hypervisor took away meanwhile, in percent.
    steal_percent: Option<f64>,
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
    /// Whether the goal is met; none where nothing was measured.
    met: Option<bool>,
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
}

/// A figure, with its interval where it has one.
#[derive(Copy, Clone, PartialEq, Debug)]
struct Figure {
    value: f64,
    interval: Option<[f64; 2]>,
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
            figure: figure.map(|figure: Figure| figure.value),
            interval: figure.and_then(|figure| figure.interval),
            met: figure.map(|figure| goal.is_met(figure.value)),
            not_measured: why,
            peer: None,
        }
    }

    /// The same, but met where its interval reaches the goal, from the side of little.
    fn where_pairs_reach(mut self) -> Self {
        if let (Some([low, _]), Some(most)) = (self.interval, self.at_most) {
            self.met = Some(low <= most);
        }
        self
    }

    fn beside(self, name: &'static str, figure: Option<f64>) -> Self {
        Self { peer: figure.map(|figure| Peer { name, figure }), ..self }
    }
}

#[cfg(test)]
mod tests;

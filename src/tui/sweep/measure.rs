//! What is drawn over workers: throughput, speedup or efficiency, each of a point with its interval.

use crate::analysis::sizing::PointSummary;
use crate::plan::Strategy;
use crate::tui::theme::Theme;
use crate::units::{Nanos, three_digits};

/// Repeats that say something of how much they differ.
const FEWEST: usize = 3;

/// A measure.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Measure {
    /// Tasks per second.
    Throughput,
    /// Times as fast as one worker.
    Speedup,
    /// Speedup for each worker, in percent.
    Efficiency,
}

impl Measure {
    /// All of them, in the order in which they are shown one after another.
    pub(crate) const ALL: [Self; 3] = [Self::Throughput, Self::Speedup, Self::Efficiency];

    /// The one after it.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Throughput => Self::Speedup,
            Self::Speedup => Self::Efficiency,
            Self::Efficiency => Self::Throughput,
        }
    }

    /// Its name, with its unit.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Throughput => "Throughput, tasks/s",
            Self::Speedup => "Speedup over one worker",
            Self::Efficiency => "Efficiency, % per worker",
        }
    }

    /// Its name alone.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Throughput => "tasks/s",
            Self::Speedup => "speedup",
            Self::Efficiency => "efficiency",
        }
    }

    /// The value of so many tasks per second with so many workers, where one worker does `one`.
    pub(crate) fn value(self, rate: f64, workers: f64, one: Option<f64>) -> Option<f64> {
        let speedup = || one.filter(|one| *one > 0.0).map(|one| rate / one);
        match self {
            Self::Throughput => Some(rate),
            Self::Speedup => speedup(),
            Self::Efficiency => speedup().map(|speedup| speedup / workers.max(1.0) * 100.0),
        }
    }

    /// The value of a point; none where one worker was not measured.
    pub(crate) fn of(self, point: &PointSummary) -> Option<f64> {
        self.value(point.rate, f64::from(point.workers()), one(point))
    }

    /// Where the value of a point lies with 95 %; none below three repeats, for two leave it nearly anywhere.
    pub(crate) fn interval(self, point: &PointSummary) -> Option<(f64, f64)> {
        if point.elapsed.len() - point.set_aside.len() < FEWEST {
            return None;
        }
        let (short, long) = point.interval?;
        let at = |elapsed: Nanos| {
            let rate = point.rate * point.median.as_secs_f64() / elapsed.as_secs_f64().max(1e-9);
            self.value(rate, f64::from(point.workers()), one(point))
        };
        at(long).zip(at(short))
    }

    /// A value in as few characters as it needs.
    pub(crate) fn words(self, value: f64) -> String {
        match self {
            Self::Throughput => three_digits(value),
            Self::Speedup => format!("{}×", three_digits(value)),
            Self::Efficiency => format!("{value:.0} %"),
        }
    }

    /// The same, with the sign of a guess where what it is compared with was not measured.
    pub(crate) fn guessed(self, value: f64, is_compared: bool) -> String {
        let sign = if is_compared || self == Self::Throughput { "" } else { "≈ " };
        format!("{sign}{}", self.words(value))
    }
}

/// Whether one worker of a strategy was measured: until then its speedup is over one of another.
pub(crate) fn is_compared(points: &[PointSummary], strategy: Strategy) -> bool {
    points.iter().any(|point| point.strategy == strategy && point.workers() == 1)
}

/// Words with `+-` for `±` where there is only ASCII: no sign of one column says it.
pub(crate) fn plus_minus(words: &str, theme: &Theme) -> String {
    if theme.ascii { words.replace('±', "+-") } else { words.to_owned() }
}

/// What one worker does, as a point knows it.
pub(crate) fn one(point: &PointSummary) -> Option<f64> {
    point.speedup.filter(|speedup| *speedup > 0.0).map(|speedup| point.rate / speedup)
}

/// Half the interval of a point over its value, behind that value: ` ± 2 %`; nothing where it is not known.
pub(crate) fn spread(point: &PointSummary, theme: &Theme) -> String {
    let words = match Measure::Throughput.interval(point).filter(|_| point.rate > 0.0) {
        None => String::new(),
        Some((low, high)) => match (high - low) / 2.0 / point.rate * 100.0 {
            // Nothing is measured without an error.
            ..1.0 => " ± < 1 %".to_owned(),
            percent => format!(" ± {percent:.0} %"),
        },
    };
    plus_minus(&words, theme)
}

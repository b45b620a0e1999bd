//! The axes of the curve. That of workers is fixed by the plan, and where the plan has no upper end it grows in steps; that
//! of values grows in steps too, and never shrinks: nothing jumps while points arrive.

use crate::sweep::SweepPlan;
use crate::tui::model::Model;
use crate::tui::sweep::desk::Course;
use crate::tui::sweep::measure::{Measure, one};

/// From this ratio of the largest number of workers to the smallest on, they stand at equal ratios.
const LOGARITHMIC: f64 = 8.0;
/// Where there is no upper end the axis has at least so many workers.
const FEWEST: u32 = 8;
/// Ends of axes: so many times a power of ten.
const ROUND: [f64; 7] = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0];

/// Where values stand.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Scale {
    /// The numbers of workers, ascending.
    pub(crate) counts: Vec<u32>,
    /// The upper end of the values.
    pub(crate) top: f64,
    log: bool,
    from: f64,
    to: f64,
    columns: u16,
    rows: u16,
}

impl Scale {
    /// The axes of what is measured, or of what the form asks for, on so many cells.
    pub(crate) fn of(model: &Model, columns: u16, rows: u16) -> Self {
        let counts = counts(model);
        let least = counts.first().copied().map_or(1.0, f64::from);
        let most = counts.last().copied().map_or(1.0, f64::from).max(least + 1.0);
        let course = model.sweep.course.as_ref();
        let top = course.map_or(0.0, |course| top(course, model.sweep.measure));
        let top = if top > 0.0 { top } else { usual(model.sweep.measure, most) };
        Self { counts, top, log: most / least >= LOGARITHMIC, from: least, to: most, columns, rows }
    }

    /// The dot column of a number of workers: always in the middle of a cell.
    pub(crate) fn x(&self, workers: f64) -> f64 {
        let part = if self.log {
            (workers.max(1e-9) / self.from).ln() / (self.to / self.from).ln()
        } else {
            (workers - self.from) / (self.to - self.from)
        };
        // A column of air at both ends, so that no mark stands on the axis.
        1.0 + part * f64::from(self.columns.saturating_sub(3)) * 2.0 + 1.0
    }

    /// The number of workers at a dot column.
    pub(crate) fn workers(&self, x: f64) -> f64 {
        let part = (x - 2.0) / (f64::from(self.columns.saturating_sub(3)).max(1.0) * 2.0);
        if self.log {
            self.from * (self.to / self.from).powf(part)
        } else {
            self.from + (self.to - self.from) * part
        }
    }

    /// The cell column of a number of workers.
    pub(crate) fn column(&self, workers: u32) -> u16 {
        ((self.x(f64::from(workers)) / 2.0) as u16).min(self.columns.saturating_sub(1))
    }

    /// The dot row of a value: the last row is that of 0.
    pub(crate) fn y(&self, value: f64) -> f64 {
        let last = f64::from(self.rows) * 4.0 - 2.0;
        last - value / self.top * (last - 1.0)
    }

    /// The cell row of a value.
    pub(crate) fn row(&self, value: f64) -> u16 {
        ((self.y(value).max(0.0) / 4.0) as u16).min(self.rows.saturating_sub(1))
    }

    /// Round values, far enough apart for their labels.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let rows = f64::from(self.rows);
        let most = (rows / 3.0).clamp(1.0, 8.0);
        let unit = 10f64.powf((self.top / most).log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0];
        let step = steps.into_iter().map(|n| n * unit).find(|step| self.top / step <= most);
        let step = step.unwrap_or(self.top);
        (0..).map(|i| f64::from(i) * step).take_while(|value| *value <= self.top * 1.000_1).take(20).collect()
    }

    /// Dot columns from the left end of the axis to its right end.
    pub(crate) fn dots(&self) -> impl Iterator<Item = f64> {
        let (from, to) = (self.x(self.from) as i32, self.x(self.to) as i32);
        (from..=to).map(f64::from)
    }
}

/// The numbers of workers of an axis.
pub(crate) fn counts(model: &Model) -> Vec<u32> {
    let desk = &model.sweep;
    let form = desk.form.plan();
    let plan = desk.course.as_ref().map_or(&form, |course| course.sweep.plan());
    // One worker is measured whether it is asked for or not.
    let mut counts = vec![1];
    counts.extend(planned(plan, model));
    if let Some(course) = &desk.course {
        counts.extend(course.sweep.cells().iter().map(|cell| cell.shape.slots()));
    }
    if plan.counts.is_open() {
        let most = counts.iter().copied().max().unwrap_or(1);
        let end = most.next_power_of_two().max(FEWEST);
        counts.push(end);
        if desk.course.is_none() {
            counts.extend(plan.counts.open(end).iter().map(|count| count.resolve(&model.machine)));
        }
    }
    counts.sort_unstable();
    counts.dedup();
    counts
}

fn planned(plan: &SweepPlan, model: &Model) -> Vec<u32> {
    let machine = plan.plan.machine(&model.machine);
    plan.counts.fixed(&machine).into_iter().map(|count| count.resolve(&machine)).collect()
}

/// The round end of the axis of values that has room for everything that was measured.
fn top(course: &Course, measure: Measure) -> f64 {
    let highest = course.highest(measure);
    if highest <= 0.0 {
        return 0.0;
    }
    if measure == Measure::Efficiency {
        return (highest * 1.05).clamp(100.0, 200.0);
    }
    round_up(highest * 1.12)
}

/// The end of an axis before anything was measured.
fn usual(measure: Measure, most: f64) -> f64 {
    match measure {
        Measure::Throughput => 1.0,
        Measure::Speedup => round_up(most),
        Measure::Efficiency => 100.0,
    }
}

/// The next round number.
fn round_up(value: f64) -> f64 {
    let unit = 10f64.powf(value.log10().floor());
    ROUND.into_iter().chain([10.0]).map(|n| n * unit).find(|n| *n >= value).unwrap_or(value)
}

/// What one worker does, as the first point that knows it says.
pub(crate) fn one_worker(course: &Course) -> Option<f64> {
    course.points().iter().find_map(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_rounded_up_is_not_much_more(value in 1e-6f64..1e9) {
            let round = round_up(value);
            prop_assert!(round >= value && round <= value * 1.6, "{value} {round}");
        }

        #[test]
        fn marks_lie_on_the_axis_and_ticks_below_its_end(
            columns in 0u16..200,
            rows in 1u16..80,
            top in 1e-3f64..1e9,
            most in 2u32..4_096,
            log: bool,
        ) {
            let scale = Scale {
                counts: vec![1, most],
                top,
                log,
                from: 1.0,
                to: f64::from(most),
                columns,
                rows,
            };
            prop_assert!(scale.column(1) <= scale.column(most));
            prop_assert!(scale.column(most) < columns.max(1));
            prop_assert!(scale.row(top) <= scale.row(0.0) && scale.row(0.0) < rows);
            let ticks = scale.ticks();
            prop_assert!(ticks.len() <= usize::from(rows / 3) + 2, "{ticks:?}");
            if columns > 3 {
                let back = scale.workers(scale.x(f64::from(most)));
                prop_assert!((back / f64::from(most) - 1.0).abs() < 1e-6);
            }
        }
    }
}

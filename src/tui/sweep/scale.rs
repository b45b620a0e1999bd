//! The axes of the curve. That of workers is fixed by the plan, and where the plan has no upper end it grows in steps; that
//! of values begins where calibration says, grows in steps too, and never shrinks: nothing jumps while points arrive, or
//! when the sweep is stopped, for it may go on. When it is over, both end once at what was measured.

use crate::sweep::SweepPlan;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Course, End};
use crate::tui::sweep::measure::{Measure, one};

/// From this ratio of the largest number of workers to the smallest on, they stand at equal ratios.
const LOGARITHMIC: f64 = 8.0;
/// Where there is no upper end the axis has at least so many workers.
const FEWEST: u32 = 8;
/// What lies between two lines of the values: so many times a power of ten.
const ROUND: [f64; 4] = [1.0, 2.0, 2.5, 5.0];
/// Rows from one line to the next: enough for their labels, and for marks in between.
const BETWEEN: std::ops::RangeInclusive<u16> = 3..=6;
/// Air above the highest value, as a part of it.
const AIR: f64 = 1.05;

/// Where values stand.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Scale {
    /// The numbers of workers, ascending.
    pub(crate) counts: Vec<u32>,
    /// The value of the uppermost row.
    pub(crate) top: f64,
    /// Rows from one labelled value to the next, and how much more that is.
    tick: (u16, f64),
    log: bool,
    from: f64,
    to: f64,
    columns: u16,
    rows: u16,
}

impl Scale {
    /// The axes of what is measured, or of what the form asks for, on so many cells.
    pub(crate) fn of(model: &Model, columns: u16, rows: u16) -> Self {
        let counts = drawn(model);
        let least = counts.first().copied().map_or(1.0, f64::from);
        let most = counts.last().copied().map_or(1.0, f64::from).max(least + 1.0);
        let course = model.sweep.course.as_ref();
        let measured = course.map_or(0.0, |course| top(course, model.sweep.measure));
        let over = measured > 0.0 && course.is_some_and(|course| course.end == Some(End::Whole));
        let expected = expected(model).filter(|_| !over).unwrap_or(0.0);
        let highest = measured.max(expected);
        let highest = if highest > 0.0 { highest } else { usual(model.sweep.measure, most) };
        let (tick, top) = lines(highest, rows);
        Self { counts, top, tick, log: most / least >= LOGARITHMIC, from: least, to: most, columns, rows }
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

    /// The dot row of a value: 0 lies in the middle of the last row, the top in the middle of the first.
    pub(crate) fn y(&self, value: f64) -> f64 {
        let high = f64::from(self.rows.saturating_sub(1)) * 4.0;
        high + 2.0 - value / self.top * high
    }

    /// The cell row of a value.
    pub(crate) fn row(&self, value: f64) -> u16 {
        ((self.y(value).max(0.0) / 4.0) as u16).min(self.rows.saturating_sub(1))
    }

    /// The round values that have a line, each in the middle of a row and as many rows above the one before.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let (apart, step) = self.tick;
        (0..=self.rows.saturating_sub(1) / apart.max(1)).map(|i| f64::from(i) * step).collect()
    }

    /// Dot columns from the left end of the axis to its right end.
    pub(crate) fn dots(&self) -> impl Iterator<Item = f64> {
        let (from, to) = (self.x(self.from) as i32, self.x(self.to) as i32);
        (from..=to).map(f64::from)
    }
}

/// The numbers of workers that are drawn: those of the plan, and when nothing is left to be measured, those that were.
fn drawn(model: &Model) -> Vec<u32> {
    let course = model.sweep.course.as_ref().filter(|course| course.end == Some(End::Whole));
    let Some(course) = course.filter(|course| !course.points().is_empty()) else { return counts(model) };
    let measured = course.sweep.cells().iter().filter(|cell| !cell.samples.is_empty());
    let mut counts: Vec<u32> = measured.map(|cell| cell.shape.slots()).collect();
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// The numbers of workers of a plan, with what was measured besides.
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
        // No task, no worker.
        let tasks =
            plan.plan.workloads.first().map_or(1, |load| u32::try_from(load.tasks).unwrap_or(u32::MAX));
        let end = most.next_power_of_two().max(FEWEST).min(tasks).max(most);
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

/// The value that the axis has to have room for, by everything that was measured.
fn top(course: &Course, measure: Measure) -> f64 {
    let highest = course.highest(measure);
    if highest <= 0.0 {
        return 0.0;
    }
    if measure == Measure::Efficiency {
        return (highest * 1.05).clamp(100.0, 200.0);
    }
    highest * AIR
}

/// The value that the axis has to have room for, by calibration; none where nobody knows.
fn expected(model: &Model) -> Option<f64> {
    let expected = &model.sweep.expected;
    let (one, most) = expected.one.zip(expected.most)?;
    Some(match model.sweep.measure {
        Measure::Throughput => most * AIR,
        Measure::Speedup => most / one * AIR,
        Measure::Efficiency => 100.0,
    })
}

/// The end of an axis of which nobody knows the values.
fn usual(measure: Measure, most: f64) -> f64 {
    match measure {
        Measure::Throughput => 1.0,
        Measure::Speedup => most,
        Measure::Efficiency => 100.0,
    }
}

/// Lines at round values, so many rows apart, with the lowest uppermost row that is not below `highest`; and the value of
/// that row.
fn lines(highest: f64, rows: u16) -> ((u16, f64), f64) {
    let above = rows.saturating_sub(1).max(1);
    let most = above.clamp(1, *BETWEEN.end());
    let candidates = ((*BETWEEN.start()).min(most)..=most).filter_map(|apart| {
        let least = highest * f64::from(apart) / f64::from(above);
        let unit = 10f64.powf(least.log10().floor());
        // What is rounded a little below still is the same number.
        let step =
            ROUND.into_iter().chain([10.0]).map(|n| n * unit).find(|step| *step >= least * 0.999_999)?;
        Some(((apart, step), step * f64::from(above) / f64::from(apart)))
    });
    candidates.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(((above, highest), highest))
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
        fn lines_are_at_equal_distance_and_leave_little_air(highest in 1e-6f64..1e9, rows in 1u16..80) {
            let (tick, top) = lines(highest, rows);
            prop_assert!(top >= highest * 0.999 && top <= highest * 2.01, "{highest} {top}");
            let scale =
                Scale { counts: vec![1, 8], top, tick, log: true, from: 1.0, to: 8.0, columns: 80, rows };
            let at: Vec<u16> = scale.ticks().into_iter().map(|value| scale.row(value)).collect();
            prop_assert_eq!(at[0], rows - 1);
            prop_assert!(at.windows(2).all(|two| two[0] - two[1] == tick.0), "{at:?}");
        }

        #[test]
        fn an_axis_does_not_shrink(highest in 1e-6f64..1e9, more in 1.0f64..3.0, rows in 1u16..80) {
            prop_assert!(lines(highest * more, rows).1 >= lines(highest, rows).1 * 0.999);
        }

        #[test]
        fn marks_lie_on_the_axis_and_ticks_below_its_end(
            columns in 0u16..200,
            rows in 1u16..80,
            highest in 1e-3f64..1e9,
            most in 2u32..4_096,
            log: bool,
        ) {
            let (tick, top) = lines(highest, rows);
            let scale = Scale {
                counts: vec![1, most],
                top,
                tick,
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

//! What only simulated runs have, and cannot have.

use super::{Field, Problems};
use crate::plan::Plan;
use crate::plan::limits::{MAX_CORES, Machine};
use crate::units::grouped;

/// The longest that a simulated run may take, its tasks one after another on its slowest core: virtual time is counted in
/// nanoseconds, of which a clock holds 585 years.
const MOST_YEARS: f64 = 100.0;
const SECONDS_OF_A_YEAR: f64 = 365.25 * 86_400.0;

impl Problems {
    /// Cores, costs and times that can be simulated, and what needs a real machine.
    pub(super) fn simulator(&mut self, plan: &Plan, machine: &Machine) {
        if plan.runtime.simulated().is_none() {
            return;
        }
        if machine.cpus == 0 || machine.cpus > MAX_CORES {
            let wrong =
                if machine.cpus == 0 { "has no core" } else { "has more cores than can be simulated" };
            let way_out = format!("use 1 to {} cores", grouped(MAX_CORES.into()));
            self.add(Field::Runtime, plan.runtime, wrong, way_out);
        }
        let costs = plan.simulator.costs.into();
        let slowest = f64::from(plan.simulator.full_speed_permille.clamp(1, 1_000)) / 1e3;
        for load in &plan.workloads {
            if load.size.check(load.task).is_err() {
                continue;
            }
            let once = load.resolve(&costs).serial_estimate(load.tasks, &costs).as_secs_f64() / slowest;
            let years = once * f64::from(plan.retries.saturating_add(1)) / SECONDS_OF_A_YEAR;
            if years > MOST_YEARS {
                self.add(
                    Field::Tasks,
                    grouped(load.tasks),
                    format!("would take {} years one after another", grouped(years.ceil() as u64)),
                    format!("use fewer or smaller tasks, for at most {MOST_YEARS} simulated years"),
                );
            }
        }
        for (name, value, range) in plan.simulator.out_of_range() {
            self.add(
                Field::Simulator,
                format!("{name} = {value}"),
                "is out of range",
                format!("use {range}"),
            );
        }
        if plan.at_once() > 1 {
            self.add(
                Field::Together,
                plan.together,
                "simulated runs have their machine to themselves",
                "run the strategies one after another",
            );
        }
    }
}

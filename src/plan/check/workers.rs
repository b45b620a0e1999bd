//! What can be wrong with how many workers there are, and with the memory that they take.

use super::{Field, Problems};
use crate::plan::limits::{MAX_PROCESSES, MAX_SIMULATED_WORKERS, MAX_THREADS, Machine};
use crate::plan::{Plan, Strategy, WorkerCount};
use crate::units::{Bytes, grouped};

impl Problems {
    pub(super) fn workers(&mut self, plan: &Plan, machine: &Machine) {
        let workers = plan.workers.resolve(machine);
        if workers == 0 {
            self.add(Field::Workers, plan.workers, "nobody would do the work", "use 1 or more");
            return;
        }
        let value = || {
            let text = plan.workers.to_string();
            if text == workers.to_string() {
                grouped(u64::from(workers))
            } else {
                format!("{text} (= {workers})")
            }
        };
        let wanted = plan.workers.shape(machine);
        let most = |of: &dyn Fn(Strategy) -> u32| plan.strategies.iter().map(|s| of(*s)).max().unwrap_or(0);
        let threads = most(&|s| if s == Strategy::Processes { 0 } else { s.shape(wanted).slots() });
        let children = |s: Strategy| if s.has_processes() { s.shape(wanted).processes } else { 0 };
        let processes = most(&children);
        let limits = if machine.is_simulated() {
            [(threads.max(processes), MAX_SIMULATED_WORKERS, "workers"), (0, 0, "")]
        } else {
            [(threads, MAX_THREADS, "threads"), (processes, MAX_PROCESSES, "processes")]
        };
        for (has, most, noun) in limits {
            if has > most {
                let most = grouped(u64::from(most));
                let way_out = match plan.workers {
                    WorkerCount::Grid(_) => format!("use at most {most} {noun}"),
                    _ => format!("use 1 to {most}"),
                };
                self.add(Field::Workers, value(), format!("is more {noun} than one run may have"), way_out);
            }
        }
    }

    /// Buffers may take half of the memory that is free: what else runs wants some too, and so do the books.
    pub(super) fn memory(&mut self, plan: &Plan, machine: &Machine) {
        let most = Bytes(machine.memory_available.0 / 2);
        let slots = plan.strategies.iter().map(|s| u64::from(s.shape(plan.workers.shape(machine)).slots()));
        let slots = if plan.together { slots.sum() } else { slots.max().unwrap_or(0) };
        let buffers = plan.workloads.iter().map(|load| (load, load.size.buffer(load.task)));
        // The largest is said: with that one right, all are.
        let Some((load, each)) = buffers.max_by_key(|(_, each)| *each) else {
            return;
        };
        if each > most {
            self.add(
                Field::Size,
                &load.size,
                format!("is more than half of the {} of memory available", machine.memory_available),
                format!("use at most {most}"),
            );
        } else if each.0.saturating_mul(slots) > most.0 {
            self.add(
                Field::Workers,
                plan.workers,
                format!(
                    "with a buffer of {each} each would take {}, more than half of the {} of memory available",
                    Bytes(each.0.saturating_mul(slots)),
                    machine.memory_available
                ),
                if plan.at_once() > 1 {
                    "use fewer workers, a smaller size, or run the strategies one after another".to_owned()
                } else {
                    format!("use at most {}, or a smaller size", grouped(most.0 / each.0.max(1)))
                },
            );
        }
    }
}

//! What can be wrong with how it is run: strategies, chunks, time limits, retries and repeats.

use super::{Field, Problems};
use crate::plan::limits::{MAX_REPEATS, MAX_RETRIES};
use crate::plan::{Chunk, Plan};
use crate::units::{Nanos, grouped};

impl Problems {
    pub(super) fn strategies(&mut self, plan: &Plan) {
        if plan.strategies.is_empty() {
            self.add(
                Field::Strategy,
                "(none)",
                "there is no way to run it",
                "choose serial, threads, processes or hybrid",
            );
        }
        for (i, strategy) in plan.strategies.iter().enumerate() {
            if plan.strategies[..i].contains(strategy) {
                self.add(
                    Field::Strategy,
                    strategy,
                    "is named twice",
                    "name it once; --repeats runs it again",
                );
            }
        }
    }

    pub(super) fn run(&mut self, plan: &Plan) {
        if plan.chunk == Chunk::Tasks(0) {
            self.add(Field::Chunk, 0, "hands nothing out", "use 1 or more, or auto");
        }
        if plan.timeout.is_some_and(|t| t < Nanos::from_millis(1)) {
            let value = plan.timeout.unwrap_or_default();
            self.add(
                Field::Timeout,
                value,
                "is shorter than a task can be stopped",
                "use 1 ms or more, or none",
            );
        }
        if plan.retries > MAX_RETRIES {
            self.add(
                Field::Retries,
                plan.retries,
                "is more than any task needs",
                format!("use 0 to {MAX_RETRIES}"),
            );
        }
        if plan.repeats == 0 || plan.repeats > MAX_REPEATS {
            self.add(
                Field::Repeats,
                plan.repeats,
                "is out of range",
                format!("use 1 to {}", grouped(MAX_REPEATS.into())),
            );
        }
    }
}

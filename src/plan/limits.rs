//! What a machine has, and what a plan may ask of it.
//!
//! `probe` fills a [`Machine`]; the plan's check and the defaults read it. Nothing here measures.

use serde::{Deserialize, Serialize};

use crate::plan::topology::Topology;
use crate::units::Bytes;

/// The most thread workers of one run.
pub const MAX_THREADS: u32 = 4_096;
/// The most process workers of one run.
pub const MAX_PROCESSES: u32 = 1_024;
/// The most tasks of one run: the books keep a byte for each.
pub const MAX_TASKS: u64 = 100_000_000;
/// The most repeats of a comparison.
pub const MAX_REPEATS: u32 = 1_000;
/// The most attempts that `retries` may add to a task.
pub const MAX_RETRIES: u32 = 100;

/// What the machine has, as far as a plan is concerned.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system, as `linux`.
    pub os: String,
    /// Processor architecture, as `x86_64`.
    pub arch: String,
    /// The processor's own name, or empty where the system does not say.
    pub cpu_model: String,
    /// Logical CPUs that are online.
    pub cpus: u32,
    /// Logical CPUs that this process may use (affinity and cpuset).
    pub allowed: u32,
    /// CPUs' worth of time that the control group grants, which may be a fraction; none where there is no quota.
    pub quota: Option<f64>,
    /// Memory that can still be had, control group included.
    pub memory_available: Bytes,
    /// The most files that this process may open, after raising the soft limit; none where there is no limit.
    pub open_files: Option<u64>,
    /// How its CPUs belong together; boxed, for events carry machines.
    pub topology: Box<Topology>,
}

impl Machine {
    /// The CPUs available to a run: the smallest of online, allowed and quota (rounded up), at least 1.
    pub fn available(&self) -> u32 {
        let quota = self.quota.map_or(u32::MAX, |q| q.ceil().max(1.0) as u32);
        self.cpus.min(self.allowed).min(quota).max(1)
    }

    /// An unremarkable machine with `cpus` CPUs, for tests and examples.
    pub fn example(cpus: u32) -> Self {
        Self {
            os: "linux".to_owned(),
            arch: "x86_64".to_owned(),
            cpu_model: "example".to_owned(),
            cpus,
            allowed: cpus,
            quota: None,
            memory_available: Bytes(8 << 30),
            open_files: Some(1 << 20),
            topology: Box::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_of_online_allowed_and_quota_is_available() {
        let machine = Machine::example(8);
        assert_eq!(machine.available(), 8);
        assert_eq!(Machine { allowed: 4, ..machine.clone() }.available(), 4);
        assert_eq!(Machine { quota: Some(1.5), ..machine.clone() }.available(), 2);
        assert_eq!(Machine { quota: Some(0.1), ..machine }.available(), 1);
    }
}

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
/// The most cores of a simulated machine.
pub const MAX_CORES: u32 = 1_024;
/// The most workers of a simulated run, threads and processes alike.
pub const MAX_SIMULATED_WORKERS: u32 = 10_000;
/// The most tasks of a simulated run: each is an event of its own.
pub const MAX_SIMULATED_TASKS: u64 = 1_000_000;

/// What a simulated machine is called where a real one has its system and its architecture.
const SIMULATED: &str = "simulated";

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

    /// A simulated machine with so many cores, or with as many as `of` has for a run. Nothing else of `of` is in it, so that
    /// what is said of simulated runs is the same wherever they are simulated.
    pub fn simulated(cores: Option<u32>, of: &Self) -> Self {
        let cpus = cores.unwrap_or_else(|| of.available());
        Self {
            os: SIMULATED.to_owned(),
            arch: SIMULATED.to_owned(),
            cpu_model: SIMULATED.to_owned(),
            cpus,
            allowed: cpus,
            quota: None,
            memory_available: Bytes(0),
            open_files: None,
            topology: Box::default(),
        }
    }

    /// Whether it is a simulated one, whose memory nobody knows.
    pub fn is_simulated(&self) -> bool {
        self.os == SIMULATED
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

    #[test]
    fn a_simulated_machine_tells_nothing_of_the_real_one() {
        let (small, large) = (Machine::example(2), Machine { quota: Some(7.5), ..Machine::example(64) });
        assert_eq!(Machine::simulated(Some(16), &small), Machine::simulated(Some(16), &large));
        assert_eq!(
            Machine::simulated(None, &large).available(),
            8,
            "but for the cores, where none are named"
        );
        assert!(Machine::simulated(None, &small).is_simulated() && !small.is_simulated());
    }
}

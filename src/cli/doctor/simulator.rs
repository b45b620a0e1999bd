//! What a simulated run has to take everything to cost to be this machine, as `doctor` says it.

use std::path::PathBuf;

use serde::Serialize;

use crate::cost::Rig;
use crate::cost::simulator::{Effort, Measured, parameters};
use crate::plan::Parameters;
use crate::plan::simulator::Parameter;
use crate::report::text::harmless;
use crate::units::Nanos;

/// What each parameter is, in a few words; those of the kernels have rows of their own.
const WHAT: [(&str, &str); 13] = [
    ("slice", "a core, where others want it"),
    ("switch", "a core's turn to another thread"),
    ("wake", "from an event to running"),
    ("thread_start", "for each thread"),
    ("process_start", "for each process"),
    ("thread_stop", "for each thread"),
    ("process_stop", "for as many as there are CPUs"),
    ("take", "a thread takes a chunk"),
    ("chunk", "a process takes one, and answers"),
    ("task", "the books for each task"),
    ("byte_ps", "each byte of results, in ps"),
    ("check", "between looks at the GIL"),
    ("full_speed_permille", "of each core when all are busy"),
];

/// The parameters, and which of them are measured.
#[derive(Serialize, Debug)]
pub(super) struct SimulatorFacts {
    /// As a plan has them.
    parameters: Parameters,
    /// The names of those that keep their defaults, and why.
    defaults: Vec<Default>,
}

#[derive(Serialize, Debug)]
struct Default {
    name: &'static str,
    why: String,
}

/// A parameter as the table shows it.
pub(super) struct Shown {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) what: &'static str,
    pub(super) measured: bool,
}

impl SimulatorFacts {
    pub(super) fn of(measured: &Measured) -> Self {
        let defaults = measured.defaults.iter();
        let defaults = defaults.map(|(name, why)| Default { name, why: harmless(&why.0) }).collect();
        Self { parameters: measured.parameters, defaults }
    }

    /// Those that are no costs of kernels.
    pub(super) fn beside_kernels(&self) -> impl Iterator<Item = Shown> {
        let mut parameters = self.parameters;
        WHAT.into_iter().filter_map(move |(name, what)| {
            let value = match parameters.by_name(name)? {
                Parameter::Time(time, _) => Nanos::to_string(time),
                Parameter::Picoseconds(ps, _) => ps.to_string(),
                Parameter::Permille(part) => part.to_string(),
            };
            let measured = self.defaults.iter().all(|default| default.name != name);
            Some(Shown { name, value, what, measured })
        })
    }
}

/// Measures the parameters for up to three seconds; the answer is a file for `--simulator`, which says of what machine it
/// is.
pub(in crate::cli) fn calibrate(program: PathBuf) -> String {
    let rig = Rig::new(program);
    let measured = parameters(&rig, Effort::Thorough);
    let machine = rig.engine().machine();
    let model = harmless(&machine.cpu_model);
    let model = if model.is_empty() { harmless(&machine.arch) } else { model };
    let cpus = machine.available();
    format!(
        "# {model}, measured by poolscope {}.\n# This machine is --runtime simulated:{cpus} with this file as --simulator.\n{}",
        env!("CARGO_PKG_VERSION"),
        measured.to_toml()
    )
}

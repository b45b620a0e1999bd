//! Runtimes: where a strategy runs, as a person writes it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::units::Nanos;

/// CPython's switch interval, unless a program sets another (`sys.setswitchinterval`).
pub const SWITCH_INTERVAL: Nanos = Nanos::from_millis(5);
/// CPython 2's check interval, unless a program sets another (`sys.setcheckinterval`).
pub const CHECK_INTERVAL: u32 = 100;
/// The shortest switch interval; CPython's own.
pub const MIN_INTERVAL: Nanos = Nanos::from_micros(1);
/// The longest switch interval: beyond it nobody would see a switch.
pub const MAX_INTERVAL: Nanos = Nanos::from_secs(10);
/// The most ticks between two releases.
pub const MAX_TICKS: u32 = 1_000_000_000;

/// Where a strategy runs.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Runtime {
    /// The workers' tasks need nobody's leave.
    #[default]
    Native,
    /// They compute only while they hold the lock of their process's interpreter, as in CPython.
    Gil(GilSetup),
}

/// The lock of an interpreter, as a run has it.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct GilSetup {
    /// When the holder lets go.
    pub rule: GilRule,
    /// How long it computes without a look at whether it should, as a call of C code does that keeps the lock: a regular
    /// expression, a sort. Zero for a look every hundred nanoseconds or so.
    pub stretch: Nanos,
}

/// When whoever holds the lock of an interpreter lets it go.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum GilRule {
    /// When another has waited so long without a switch: CPython 3.2 and later.
    Interval(Nanos),
    /// After so many ticks, about as many bytecodes: CPython 3.1 and earlier, and all of 2.
    Ticks(u32),
}

impl Runtime {
    /// A name with the runtime after it, unless that is the usual one: `threads ×4 gil`.
    pub fn after(self, mut name: String) -> String {
        if self != Self::Native {
            name.push(' ');
            name.push_str(&self.to_string());
        }
        name
    }

    /// The lock, where there is one.
    pub const fn gil(self) -> Option<GilSetup> {
        match self {
            Self::Native => None,
            Self::Gil(setup) => Some(setup),
        }
    }
}

impl Default for GilRule {
    fn default() -> Self {
        Self::Interval(SWITCH_INTERVAL)
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Gil(setup) = self else {
            return f.pad("native");
        };
        let mut parts = Vec::new();
        match setup.rule {
            GilRule::Interval(SWITCH_INTERVAL) => {}
            GilRule::Interval(interval) => parts.push(interval.exact()),
            GilRule::Ticks(ticks) => parts.push(format!("ticks={ticks}")),
        }
        if setup.stretch > Nanos::ZERO {
            parts.push(format!("stretch={}", setup.stretch.exact()));
        }
        let colon = if parts.is_empty() { "" } else { ":" };
        f.pad(&format!("gil{colon}{}", parts.join(",")))
    }
}

impl From<Runtime> for String {
    fn from(runtime: Runtime) -> Self {
        runtime.to_string()
    }
}

impl TryFrom<String> for Runtime {
    type Error = RuntimeError;

    fn try_from(text: String) -> Result<Self, RuntimeError> {
        text.parse()
    }
}

/// Why a text is no runtime.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuntimeError {
    /// There is none of that name.
    #[error("{0:?} is no runtime; there are native and gil, as gil:1ms or gil:ticks=100 too")]
    Unknown(String),
    /// A part of what follows `gil:` cannot be read, or is out of range.
    #[error("{0:?} is no rule for the GIL; write gil:1ms (1us to 10s), gil:ticks=100 or gil:stretch=50ms")]
    Rule(String),
}

impl FromStr for Runtime {
    type Err = RuntimeError;

    fn from_str(text: &str) -> Result<Self, RuntimeError> {
        let text = text.trim();
        let parts = match text {
            "native" => return Ok(Self::Native),
            "gil" => return Ok(Self::Gil(GilSetup::default())),
            _ => text.strip_prefix("gil:").ok_or_else(|| RuntimeError::Unknown(text.to_owned()))?,
        };
        let time = |text: &str| text.parse().ok().filter(|time| (MIN_INTERVAL..=MAX_INTERVAL).contains(time));
        let mut setup = GilSetup::default();
        for part in parts.split(',') {
            let read = match part.split_once('=') {
                None => time(part).map(|interval| setup.rule = GilRule::Interval(interval)),
                Some(("ticks", ticks)) => ticks
                    .parse()
                    .ok()
                    .filter(|ticks| (1..=MAX_TICKS).contains(ticks))
                    .map(|ticks| setup.rule = GilRule::Ticks(ticks)),
                Some(("stretch", length)) => time(length).map(|length| setup.stretch = length),
                Some(_) => None,
            };
            read.ok_or_else(|| RuntimeError::Rule(part.to_owned()))?;
        }
        Ok(Self::Gil(setup))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "native",
            "gil",
            "gil:1ms",
            "gil:20ms",
            "gil:1us",
            "gil:ticks=100",
            "gil:stretch=50ms",
            "gil:1ms,stretch=50ms",
        ] {
            assert_eq!(text.parse::<Runtime>().unwrap().to_string(), text);
        }
        assert_eq!("gil:5ms".parse(), Ok(Runtime::Gil(GilSetup::default())));
    }

    #[test]
    fn what_is_none_is_told_with_a_way_out() {
        for text in ["", "python", "GIL"] {
            assert_eq!(text.parse::<Runtime>(), Err(RuntimeError::Unknown(text.to_owned())));
        }
        for part in ["", "0ms", "11s", "ticks=0", "ticks=x", "5", "hold=1ms"] {
            let said = format!("gil:{part}").parse::<Runtime>();
            assert_eq!(said, Err(RuntimeError::Rule(part.to_owned())));
        }
    }
}

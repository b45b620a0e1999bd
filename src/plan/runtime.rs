//! Runtimes: where a strategy runs, as a person writes it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::plan::limits::Machine;
use crate::units::Nanos;

/// CPython's switch interval, unless a program sets another (`sys.setswitchinterval`).
pub const SWITCH_INTERVAL: Nanos = Nanos::from_millis(5);
/// CPython 2's check interval, unless a program sets another (`sys.setcheckinterval`).
pub const CHECK_INTERVAL: u32 = 100;
/// The shortest switch interval; CPython's own.
pub const MIN_INTERVAL: Nanos = Nanos::from_micros(1);
/// The longest switch interval: beyond it nobody would see a switch.
pub const MAX_INTERVAL: Nanos = Nanos::from_secs(10);
/// A tick of the older rule: in CPython 2.7 one of the loop that `cpu` is a copy of takes 14 to 18 ns.
pub const TICK: Nanos = Nanos(15);
/// Ticks that are counted at once, between two looks of a kernel: fewer are not told apart.
pub const TICKS_AT_ONCE: u32 = 8;
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
    /// Nothing is computed: a model says how it would go on a machine with so many cores.
    Simulated(SimSetup),
}

/// The machine of a simulated run.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct SimSetup {
    /// How many cores it has, 1 to [`MAX_CORES`](crate::plan::limits::MAX_CORES); none for as many as this machine has
    /// for a run.
    pub cores: Option<u32>,
    /// The lock of its interpreters, where they have one.
    pub gil: Option<GilSetup>,
}

/// The lock of an interpreter, as a run has it.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct GilSetup {
    /// When the holder lets go.
    pub rule: GilRule,
    /// How long it computes between two looks at whether it should, as in a loop of calls of C code that keep the lock:
    /// regular expressions, sorts. Zero for a look every 50 to 250 ns.
    pub stretch: Nanos,
}

/// When whoever holds the lock of an interpreter lets it go.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
            Self::Simulated(setup) => setup.gil,
        }
    }

    /// The machine that runs have: `machine`, or a simulated one.
    pub fn machine(self, machine: &Machine) -> Cow<'_, Machine> {
        match self.simulated() {
            Some(setup) => Cow::Owned(Machine::simulated(setup.cores, machine)),
            None => Cow::Borrowed(machine),
        }
    }

    /// What is simulated; none where the run is real.
    pub const fn simulated(self) -> Option<SimSetup> {
        match self {
            Self::Native | Self::Gil(_) => None,
            Self::Simulated(setup) => Some(setup),
        }
    }
}

impl GilRule {
    /// Half of it, or twice as much, within what a rule may be.
    #[must_use]
    pub fn scaled(self, longer: bool) -> Self {
        match self {
            Self::Interval(interval) => {
                let new = if longer { interval * 2 } else { interval / 2 };
                Self::Interval(new.clamp(MIN_INTERVAL, MAX_INTERVAL))
            }
            Self::Ticks(ticks) => {
                let new = if longer { ticks.saturating_mul(2) } else { ticks / 2 };
                Self::Ticks(new.clamp(1, MAX_TICKS))
            }
        }
    }
}

impl Default for GilRule {
    fn default() -> Self {
        Self::Interval(SWITCH_INTERVAL)
    }
}

impl fmt::Display for GilSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.rule {
            GilRule::Interval(SWITCH_INTERVAL) => {}
            GilRule::Interval(interval) => parts.push(interval.exact()),
            GilRule::Ticks(ticks) => parts.push(format!("ticks={ticks}")),
        }
        if self.stretch > Nanos::ZERO {
            parts.push(format!("stretch={}", self.stretch.exact()));
        }
        let colon = if parts.is_empty() { "" } else { ":" };
        f.pad(&format!("gil{colon}{}", parts.join(",")))
    }
}

impl fmt::Display for SimSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = self.cores.map(|cores| cores.to_string());
        let parts: Vec<String> = cores.into_iter().chain(self.gil.map(|gil| gil.to_string())).collect();
        let colon = if parts.is_empty() { "" } else { ":" };
        f.pad(&format!("simulated{colon}{}", parts.join(",")))
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native => f.pad("native"),
            Self::Gil(setup) => setup.fmt(f),
            Self::Simulated(setup) => setup.fmt(f),
        }
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
    #[error(
        "{0:?} is no runtime; there are native, gil (as gil:1ms or gil:ticks=100 too) and simulated (simulated:16)"
    )]
    Unknown(String),
    /// A part of what follows `gil:` cannot be read, or is out of range.
    #[error("{0:?} is no rule for the GIL; write gil:1ms (1us to 10s), gil:ticks=100 or gil:stretch=50ms")]
    Rule(String),
    /// The length of calls cannot be read, or is out of range.
    #[error(
        "{0:?} is no length of calls that keep the GIL; write stretch=1us to stretch=10s, or leave it out"
    )]
    Stretch(String),
    /// The holder cannot go by two rules.
    #[error(
        "{0:?} is a second rule for the GIL; name one interval as gil:5ms or one gil:ticks=100, and one stretch at most"
    )]
    Second(String),
    /// What follows `simulated:` cannot be read.
    #[error(
        "{0:?} is no simulated machine; write simulated:16 (its cores), simulated:gil or simulated:16,gil:1ms"
    )]
    Machine(String),
}

impl FromStr for Runtime {
    type Err = RuntimeError;

    fn from_str(text: &str) -> Result<Self, RuntimeError> {
        let text = text.trim();
        match text.split_once(':') {
            None if text == "native" => Ok(Self::Native),
            None if text == "gil" => Ok(Self::Gil(GilSetup::default())),
            None if text == "simulated" => Ok(Self::Simulated(SimSetup::default())),
            Some(("gil", parts)) => gil(parts).map(Self::Gil),
            Some(("simulated", parts)) => machine(parts).map(Self::Simulated),
            _ => Err(RuntimeError::Unknown(text.to_owned())),
        }
    }
}

/// Reads what follows `gil:`.
fn gil(parts: &str) -> Result<GilSetup, RuntimeError> {
    let time = |text: &str| text.parse().ok().filter(|time| (MIN_INTERVAL..=MAX_INTERVAL).contains(time));
    let (mut rule, mut stretch) = (None, None);
    for part in parts.split(',') {
        let unread = || RuntimeError::Rule(part.to_owned());
        let second = match part.split_once('=') {
            None => rule.replace(GilRule::Interval(time(part).ok_or_else(unread)?)).is_some(),
            Some(("ticks", ticks)) => {
                let ticks = ticks.parse().ok().filter(|ticks| (1..=MAX_TICKS).contains(ticks));
                rule.replace(GilRule::Ticks(ticks.ok_or_else(unread)?)).is_some()
            }
            Some(("stretch", length)) => {
                let length = time(length).ok_or_else(|| RuntimeError::Stretch(part.to_owned()))?;
                stretch.replace(length).is_some()
            }
            Some(_) => return Err(unread()),
        };
        if second {
            return Err(RuntimeError::Second(part.to_owned()));
        }
    }
    Ok(GilSetup { rule: rule.unwrap_or_default(), stretch: stretch.unwrap_or_default() })
}

/// Reads what follows `simulated:`: cores, a lock, or both in this order.
fn machine(text: &str) -> Result<SimSetup, RuntimeError> {
    let none = || RuntimeError::Machine(text.to_owned());
    let (cores, lock) = match text.split_once(',') {
        _ if text.starts_with("gil") => (None, Some(text)),
        Some((cores, lock)) => (Some(cores), Some(lock)),
        None => (Some(text), None),
    };
    // What is too large for the field is too large for its limit, which the check names.
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u32::MAX)).ok_or_else(none)
    };
    let rule = |text: &str| match text.split_once(':') {
        None if text == "gil" => Ok(GilSetup::default()),
        Some(("gil", parts)) => gil(parts),
        _ => Err(none()),
    };
    Ok(SimSetup { cores: cores.map(number).transpose()?, gil: lock.map(rule).transpose()? })
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
            "simulated",
            "simulated:16",
            "simulated:gil",
            "simulated:16,gil",
            "simulated:16,gil:1ms",
            "simulated:gil:ticks=100",
            "simulated:256,gil:1ms,stretch=50ms",
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
        for (parts, second) in [
            ("ticks=100,1ms", "1ms"),
            ("5ms,1ms", "1ms"),
            ("1ms,ticks=100", "ticks=100"),
            ("stretch=1ms,stretch=2ms", "stretch=2ms"),
        ] {
            let said = format!("gil:{parts}").parse::<Runtime>();
            assert_eq!(said, Err(RuntimeError::Second(second.to_owned())));
        }
        for stretch in ["stretch=0s", "stretch=11s", "stretch="] {
            let said = format!("gil:{stretch}").parse::<Runtime>().unwrap_err();
            assert_eq!(said, RuntimeError::Stretch(stretch.to_owned()));
            assert!(said.to_string().contains("1us to stretch=10s"), "{said}");
        }
        for machine in ["", "x", "16,", "16,native", "-1", "16 ", "gilx", "gil,16", "16,16"] {
            let said = format!("simulated:{machine}x").parse::<Runtime>();
            assert!(said.is_err(), "{machine}");
        }
        let said = "simulated:many".parse::<Runtime>();
        assert_eq!(said, Err(RuntimeError::Machine("many".to_owned())));
        assert_eq!("simulated:gil:0ms".parse::<Runtime>(), Err(RuntimeError::Rule("0ms".to_owned())));
    }

    #[test]
    fn a_lock_is_found_wherever_it_is() {
        let gil = |text: &str| text.parse::<Runtime>().unwrap().gil();
        assert_eq!(gil("simulated:16"), None);
        assert_eq!(gil("simulated:16,gil:1ms"), gil("gil:1ms"));
        let huge = "simulated:99999999999".parse::<Runtime>().unwrap();
        assert_eq!(huge.simulated().unwrap().cores, Some(u32::MAX), "the check says what is possible");
    }
}

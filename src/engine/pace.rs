//! How fast the time of a simulated run passes for whoever watches it.

use std::fmt;
use std::str::FromStr;

/// The slowest and the fastest that a run is watched; beyond, one sees nothing happen, or only the end.
const RANGE: std::ops::RangeInclusive<f64> = 0.001..=1_000.0;

/// How fast the time of a simulated run passes. Nothing of the run depends on it.
#[derive(Copy, Clone, PartialEq, Debug, Default)]
pub enum Pace {
    /// So many of its seconds in one of ours, above 0.
    RealTime(f64),
    /// As fast as it can be worked out.
    #[default]
    AtOnce,
}

/// Why a text is no speed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no speed; write 1 for real time, 10, 0.1 (0.001 to 1000), or max")]
pub struct UnknownPace(pub String);

impl Pace {
    /// Half as fast; from at once, in real time.
    #[must_use]
    pub const fn slower(self) -> Self {
        match self {
            Self::RealTime(factor) => Self::RealTime((factor / 2.0).max(*RANGE.start())),
            Self::AtOnce => Self::RealTime(1.0),
        }
    }

    /// Twice as fast.
    #[must_use]
    pub const fn faster(self) -> Self {
        match self {
            Self::RealTime(factor) => Self::RealTime((factor * 2.0).min(*RANGE.end())),
            Self::AtOnce => Self::AtOnce,
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RealTime(factor) => f.pad(&format!("{}×", (factor * 1e4).round() / 1e4)),
            Self::AtOnce => f.pad("max"),
        }
    }
}

impl FromStr for Pace {
    type Err = UnknownPace;

    fn from_str(text: &str) -> Result<Self, UnknownPace> {
        let text = text.trim();
        if text == "max" {
            return Ok(Self::AtOnce);
        }
        let factor = text.parse().ok().filter(|factor| RANGE.contains(factor));
        factor.map(Self::RealTime).ok_or_else(|| UnknownPace(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_factor_or_max() {
        assert_eq!("max".parse(), Ok(Pace::AtOnce));
        assert_eq!("0.1".parse(), Ok(Pace::RealTime(0.1)));
        for text in ["", "0", "-1", "nan", "inf", "1001", "fast"] {
            assert_eq!(text.parse::<Pace>(), Err(UnknownPace(text.to_owned())));
        }
    }

    #[test]
    fn steps_double_and_halve_within_what_can_be_watched() {
        assert_eq!(Pace::RealTime(1.0).faster(), Pace::RealTime(2.0));
        assert_eq!(Pace::AtOnce.slower(), Pace::RealTime(1.0));
        assert_eq!(Pace::RealTime(1_000.0).faster(), Pace::RealTime(1_000.0));
        assert_eq!(Pace::RealTime(0.001).slower(), Pace::RealTime(0.001));
        assert_eq!([Pace::RealTime(0.125), Pace::AtOnce].map(|pace| pace.to_string()), ["0.125×", "max"]);
    }
}

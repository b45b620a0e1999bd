//! Numbers with meaning: lengths of time, shares and sizes, how they are written and how they are read.
//!
//! Everybody uses these. They hold no opinion on *when* something is (see [`crate::clock`]) and know nothing of plans.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A length of time in whole nanoseconds, from 0 to about 584 years. Arithmetic saturates: a length is never negative.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanos(pub u64);

impl Nanos {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A length of `n` whole seconds.
    pub const fn from_secs(n: u64) -> Self {
        Self(n.saturating_mul(1_000_000_000))
    }

    /// A length of `n` milliseconds.
    pub const fn from_millis(n: u64) -> Self {
        Self(n.saturating_mul(1_000_000))
    }

    /// A length of `n` microseconds.
    pub const fn from_micros(n: u64) -> Self {
        Self(n.saturating_mul(1_000))
    }

    /// A length of `secs` seconds; negative and not-a-number become zero, too large becomes the maximum.
    pub fn from_secs_f64(secs: f64) -> Self {
        Self((secs * 1e9) as u64)
    }

    /// This length in seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// This length in milliseconds.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// This length for the standard library's waits.
    pub const fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.0)
    }

    /// This length less `other`, zero where `other` is longer.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The share of `whole` that this length is; 0 where `whole` is zero.
    pub fn share_of(self, whole: Self) -> Share {
        Share::of(self.0 as f64, whole.0 as f64)
    }
}

impl Add for Nanos {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Nanos {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Nanos {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

impl Mul<u64> for Nanos {
    type Output = Self;
    fn mul(self, n: u64) -> Self {
        Self(self.0.saturating_mul(n))
    }
}

impl Div<u64> for Nanos {
    type Output = Self;
    /// The whole part of the quotient; a division by zero gives zero.
    fn div(self, n: u64) -> Self {
        Self(self.0.checked_div(n).unwrap_or(0))
    }
}

impl Sum for Nanos {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Debug for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Three significant digits and the unit that suits: `3.36 s`, `210 ms`, `85.0 µs`, `12 ns`; from 100 s on, whole
/// seconds, and from 10 minutes on `12 min 05 s`. Width and alignment of the formatter apply.
impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl Nanos {
    fn text(self) -> String {
        let ns = self.0;
        if ns == 0 {
            return "0 s".to_owned();
        }
        if ns < 1_000 {
            return format!("{ns} ns");
        }
        if ns >= 600_000_000_000 {
            let secs = (ns + 500_000_000) / 1_000_000_000;
            return if secs < 3_600 {
                format!("{} min {:02} s", secs / 60, secs % 60)
            } else {
                format!("{} h {:02} min", secs / 3_600, secs % 3_600 / 60)
            };
        }
        // The unit is chosen after rounding to three digits, so that 999.96 µs reads 1.00 ms and not 1000 µs.
        for (unit, size) in [("µs", 1e3), ("ms", 1e6)] {
            if (ns as f64 / size) < 999.5 {
                return format!("{} {unit}", three_digits(ns as f64 / size));
            }
        }
        format!("{} s", three_digits(ns as f64 / 1e9))
    }

    /// The shortest text that [`FromStr`] reads back as the same length: `200ms`, `1500us`, `5s`.
    pub fn exact(self) -> String {
        let (size, unit) = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")]
            .into_iter()
            .find(|(size, _)| self.0.is_multiple_of(*size))
            .unwrap_or((1, "ns"));
        format!("{}{unit}", self.0 / size)
    }
}

/// `value` with three significant digits, without an exponent: `3.36`, `21.5`, `210`, `5210`; larger ones with their
/// thousands apart: `16 141`.
pub fn three_digits(value: f64) -> String {
    match value.abs() {
        v if v < 9.995 => format!("{value:.2}"),
        v if v < 99.95 => format!("{value:.1}"),
        // What is below zero or endless has no thousands to show.
        _ if (9_999.5..1e18).contains(&value) => grouped(value.round() as u64),
        _ => format!("{value:.0}"),
    }
}

/// Why a text is no length of time or number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Nothing was given.
    #[error("is empty")]
    Empty,
    /// The part before the unit is not a number that is zero or more.
    #[error("is not a number from 0 on")]
    NotANumber,
    /// The number stands without a unit, or with one that is not known.
    #[error("needs a unit of time: ns, us, ms, s, min or h")]
    UnknownUnit,
    /// The same for a number of bytes.
    #[error("needs a unit of memory: KiB, MiB or GiB")]
    UnknownMemoryUnit,
    /// The value does not fit into 64 bits.
    #[error("is too large")]
    TooLarge,
}

/// Reads `200ms`, `1.5 s`, `2min`; the unit is required.
impl FromStr for Nanos {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UnitError::Empty);
        }
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit() && c != '.');
        let unit = text.strip_prefix(digits).unwrap_or("").trim();
        let size: f64 = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" | "sec" => 1e9,
            "m" | "min" => 60e9,
            "h" => 3_600e9,
            _ if !digits.trim().parse().is_ok_and(|n: f64| n >= 0.0) => return Err(UnitError::NotANumber),
            _ => return Err(UnitError::UnknownUnit),
        };
        let digits = digits.trim();
        if digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() {
            // Whole numbers stay exact.
            return digits
                .parse::<u64>()
                .ok()
                .and_then(|n| n.checked_mul(size as u64))
                .map(Self)
                .ok_or(UnitError::TooLarge);
        }
        match digits.parse::<f64>() {
            Ok(n) if n >= 0.0 && n * size < u64::MAX as f64 => Ok(Self((n * size).round() as u64)),
            Ok(n) if n >= 0.0 => Err(UnitError::TooLarge),
            _ => Err(UnitError::NotANumber),
        }
    }
}

/// A part of a whole, always within 0..=1: clamped when made, and not-a-number becomes 0, so that no drawing can fail.
#[derive(Copy, Clone, PartialEq, PartialOrd, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(f64);

impl Share {
    /// Nothing.
    pub const ZERO: Self = Self(0.0);
    /// All of it.
    pub const ONE: Self = Self(1.0);

    /// The share `part / whole`, clamped to 0..=1; 0 where `whole` is zero.
    pub fn of(part: f64, whole: f64) -> Self {
        let share = part / whole;
        Self(if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) })
    }

    /// The share as a fraction within 0..=1.
    pub const fn fraction(self) -> f64 {
        self.0
    }

    /// The share in whole percent, 0..=100, rounded.
    pub fn percent(self) -> u32 {
        (self.0 * 100.0).round() as u32
    }
}

/// A number of bytes.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

/// Binary units and three significant digits: `640 B`, `32.0 MiB`.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.0 as f64;
        let mut unit = "B";
        for next in ["KiB", "MiB", "GiB", "TiB"] {
            if value < 999.5 {
                break;
            }
            value /= 1024.0;
            unit = next;
        }
        let text =
            if unit == "B" { format!("{} B", self.0) } else { format!("{} {unit}", three_digits(value)) };
        f.pad(&text)
    }
}

/// `n` with its thousands apart: `5 000 000`. The gap is an ordinary space, which every terminal shows alike.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// `n` with a noun, in the plural where it is not 1: `1 task`, `16 tasks`, `2 processes`.
pub fn plural(n: u64, noun: &str) -> String {
    let ending = match (n, noun) {
        (1, _) => "",
        (_, noun) if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{} {noun}{ending}", grouped(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_of_time_are_written_with_three_digits_and_the_unit_that_suits() {
        for (ns, text) in [
            (0, "0 s"),
            (12, "12 ns"),
            (999, "999 ns"),
            (85_000, "85.0 µs"),
            (999_960, "1.00 ms"),
            (210_000_000, "210 ms"),
            (999_499_999, "999 ms"),
            (999_500_000, "1.00 s"),
            (3_361_000_000, "3.36 s"),
            (99_960_000_000, "100 s"),
            (725_000_000_000, "12 min 05 s"),
            (7_260_000_000_000, "2 h 01 min"),
        ] {
            assert_eq!(Nanos(ns).to_string(), text);
        }
        assert_eq!(format!("[{:>8}]", Nanos::from_millis(210)), "[  210 ms]");
    }

    #[test]
    fn lengths_of_time_are_read_with_their_unit() {
        assert_eq!("200ms".parse(), Ok(Nanos::from_millis(200)));
        assert_eq!(" 1.5 s".parse(), Ok(Nanos::from_millis(1500)));
        assert_eq!("2min".parse(), Ok(Nanos::from_secs(120)));
        assert_eq!("5 parsecs".parse::<Nanos>(), Err(UnitError::UnknownUnit));
        assert_eq!("5".parse::<Nanos>(), Err(UnitError::UnknownUnit));
        assert_eq!("-5ms".parse::<Nanos>(), Err(UnitError::NotANumber));
        assert_eq!("".parse::<Nanos>(), Err(UnitError::Empty));
        assert_eq!("99999999999999h".parse::<Nanos>(), Err(UnitError::TooLarge));
    }

    #[test]
    fn numbers_have_three_digits_and_large_ones_their_thousands_apart() {
        for (value, text) in [
            (3.361, "3.36"),
            (21.46, "21.5"),
            (9_999.4, "9999"),
            (9_999.6, "10 000"),
            (16_141.2, "16 141"),
            (2_500_000.0, "2 500 000"),
            (-12_000.0, "-12000"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(three_digits(value), text);
        }
    }

    #[test]
    fn shares_are_clamped_and_never_nan() {
        assert_eq!(Share::of(0.0, 0.0), Share::ZERO);
        assert_eq!(Share::of(3.0, 2.0), Share::ONE);
        assert_eq!(Share::of(-1.0, 2.0), Share::ZERO);
        assert_eq!(Share::of(0.614, 1.0).percent(), 61);
    }

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(grouped(5_000_000), "5 000 000");
        assert_eq!(grouped(999), "999");
        assert_eq!(plural(1, "task"), "1 task");
        assert_eq!(plural(2, "process"), "2 processes");
        assert_eq!(Bytes(33_554_432).to_string(), "32.0 MiB");
    }

    proptest! {
        #[test]
        fn exact_text_reads_back_as_the_same_length(ns in any::<u64>()) {
            prop_assert_eq!(Nanos(ns).exact().parse(), Ok(Nanos(ns)));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,20}") {
            let _ = text.parse::<Nanos>();
        }
    }
}

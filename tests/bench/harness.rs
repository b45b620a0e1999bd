//! What all benches have in common: the rig with the real program, and lines that look alike.

#![allow(dead_code, reason = "each bench is a program of its own, and uses some of these")]

use std::path::PathBuf;

use poolscope::cost::{NotMeasured, Rig, Spread};
use poolscope::units::three_digits;

/// An engine whose workers are the real program.
pub(crate) fn rig() -> Rig {
    Rig::new(PathBuf::from(env!("CARGO_BIN_EXE_poolscope")))
}

/// A line for a figure: what it is, and its value with the unit; or why there is none.
pub(crate) fn say(what: &str, figure: Result<f64, NotMeasured>, unit: &str) {
    match figure {
        Ok(figure) => println!("{what:<44} {:>9} {unit}", three_digits(figure)),
        Err(why) => println!("{what:<44} not measured: {why}"),
    }
}

/// A line for a ratio of pairs.
pub(crate) fn say_ratio(what: &str, ratio: Result<Spread, NotMeasured>) {
    match ratio {
        Ok(Spread { median, low, high }) => println!("{what:<44} {median:>9.4} ({low:.4} to {high:.4})"),
        Err(why) => println!("{what:<44} not measured: {why}"),
    }
}

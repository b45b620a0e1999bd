//! Exit codes: what the shell is told. They are a contract; README.md and `--help` list them.

/// Every task ended with a value, or there was nothing to run. A reader of our output that goes away early is no fault.
pub const OK: u8 = 0;
/// A task failed, timed out or was lost, or workers could not be started.
pub const FAILED: u8 = 1;
/// The command line or an input is wrong.
pub const USAGE: u8 = 2;
/// What was asked for is right, but not available on this machine.
pub const NOT_AVAILABLE: u8 = 3;
/// An output could not be written.
pub const OUTPUT: u8 = 4;

//! The integration tests, as one program: executors and the real binary, by results, counts and states.
#![allow(clippy::unwrap_used, reason = "these are tests, helpers included")]

#[cfg(unix)]
mod processes;

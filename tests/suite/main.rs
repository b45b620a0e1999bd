//! The integration tests, as one program: the library and the real binary, driven from outside, by results, counts and
//! states; never by how fast the machine happened to be.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "these are tests, helpers included; they wait for the real program, by the real clock"
)]

mod architecture;
mod cli;
mod cli_forms;
mod cli_output;
mod cli_results;
mod cli_signals;
mod cli_sweep;
mod cli_usage;
mod command_runs;
#[cfg(target_os = "linux")]
mod commands;
#[cfg(target_os = "linux")]
mod cost;
mod family;
#[cfg(target_os = "linux")]
mod files;
mod gil_rule;
mod pages;
mod pictures;
mod processes;
mod pty;
mod readme;
mod scarcity;
mod simulated;
mod start;
mod terminal;
mod terminal_limits;

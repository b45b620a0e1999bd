//! poolscope: an oscilloscope for worker pools. The command line is [`poolscope::cli`].

use std::process::ExitCode;

use poolscope::exec::command::{SUPERVISE_ARGUMENT, supervise_main};
use poolscope::exec::processes::{WORKER_ARGUMENT, worker_main};

fn main() -> ExitCode {
    // Before anything else is looked at: a worker or a supervisor takes no other arguments, and starts fast.
    match std::env::args_os().nth(1) {
        Some(word) if word == WORKER_ARGUMENT => return worker_main(),
        Some(word) if word == SUPERVISE_ARGUMENT => return supervise_main(),
        _ => {}
    }
    ExitCode::from(poolscope::cli::run(std::env::args_os()))
}

//! poolscope: an oscilloscope for worker pools. The command line is [`poolscope::cli`].

use std::process::ExitCode;

use poolscope::exec::processes::{WORKER_ARGUMENT, worker_main};

fn main() -> ExitCode {
    // Before anything else is looked at: a worker takes no other arguments, and starts fast.
    if std::env::args_os().nth(1).is_some_and(|word| word == WORKER_ARGUMENT) {
        return worker_main();
    }
    ExitCode::from(poolscope::cli::run(std::env::args_os()))
}

//! The plain loop: one thread, no pool. What every speedup is measured against.

use crate::exec::threads::{Crew, run_on};
use crate::exec::{Books, Executor, RunEnv, RunSpec};

/// Runs the tasks one after another on one thread of its own, so that its CPU time stands apart from poolscope's.
#[derive(Debug)]
pub(super) struct Serial;

impl Executor for Serial {
    fn run(&self, spec: &RunSpec, env: &RunEnv) -> Books {
        run_on(spec, env, |mut workers| {
            let Some(worker) = workers.pop() else {
                return Ok(Crew::default());
            };
            let thread = std::thread::Builder::new().name("w0".to_owned());
            let handle = thread.spawn(move || worker.live())?;
            Ok(Crew { handles: vec![handle], short: None })
        })
    }
}

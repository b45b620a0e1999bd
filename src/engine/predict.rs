//! Predictions: what the runs of a plan should be like on this machine, simulated before any of them is run.
//!
//! The machine is the one at hand, with as many cores as a run may have; what everything costs is the caller's to measure.
//! Nothing is learned here from runs that took place, and nothing is said of how far a prediction can be trusted.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use super::{EngineOptions, Inner, Pace};
use crate::clock::Clock;
use crate::event::EventSink;
use crate::exec::CancelToken;
use crate::plan::{Machine, Parameters, Plan, Problem, Runtime, SimSetup, TaskType};
use crate::probe;
use crate::state::{RunState, Session};

/// Why a plan is not predicted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PredictError {
    /// Its runs are simulations already.
    #[error("the run itself is a simulation")]
    Simulated,
    /// The model knows one run at a time.
    #[error("runs that go on together are not; run them one after another")]
    Together,
    /// It is beyond what can be simulated.
    #[error("{0}")]
    Limit(Problem),
    /// What its tasks take is known only from running them.
    #[error("nobody knows how long {0} takes")]
    Unknown(&'static str),
    /// There is no thread for it.
    #[error("start a thread for it: {0}")]
    Thread(String),
}

/// What each run of the first repeat of `plan` should be like on `machine`, in order, where everything costs what
/// `parameters` say. Works for as long as it takes, on the calling thread and another one; a run of a million tasks takes
/// seconds. Once it is cancelled what it returns means nothing.
///
/// # Errors
/// Where such runs cannot be simulated.
pub fn predict(
    plan: &Plan,
    machine: &Machine,
    parameters: Parameters,
    cancel: &CancelToken,
) -> Result<Vec<RunState>, PredictError> {
    let unknown = plan.workloads.iter().find_map(|load| match load.task {
        TaskType::Http => Some("a page"),
        TaskType::File => Some("writing a file"),
        TaskType::Command => Some("a command"),
        _ => None,
    });
    if let Some(what) = unknown {
        return Err(PredictError::Unknown(what));
    }
    let plan = simulated(plan, parameters)?;
    if let Some(problem) = plan.check(machine).err().and_then(|problems| problems.into_iter().next()) {
        return Err(PredictError::Limit(problem));
    }
    let (events, feed) = EventSink::channel();
    let inner = Inner {
        // No process is started.
        options: EngineOptions { worker_program: PathBuf::new(), clock: Clock::monotonic(), fault: None },
        machine: machine.clone(),
        costs: OnceLock::new(),
        probe: None,
        events,
        active: Mutex::default(),
        pace: Mutex::new(Pace::AtOnce),
    };
    let mut session = Session::default();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("ps-predict".to_owned());
        // The feed ends when the engine is dropped with its thread.
        let simulating = thread.spawn_scoped(scope, move || {
            probe::own::register_current_thread();
            inner.compare(&plan, cancel);
        });
        simulating.map_err(|error| PredictError::Thread(error.to_string()))?;
        feed.iter().flatten().for_each(|event| session.apply(&event));
        Ok(session.runs)
    })
}

/// The plan whose simulated runs are those that `plan` should have.
fn simulated(plan: &Plan, parameters: Parameters) -> Result<Plan, PredictError> {
    let gil = match plan.runtime {
        Runtime::Native => None,
        Runtime::Gil(setup) => Some(setup),
        Runtime::Simulated(_) => return Err(PredictError::Simulated),
    };
    if plan.at_once() > 1 {
        return Err(PredictError::Together);
    }
    Ok(Plan {
        runtime: Runtime::Simulated(SimSetup { cores: None, gil }),
        simulator: Box::new(parameters),
        repeats: 1,
        together: false,
        ..plan.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Strategy, WorkerCount};

    fn plan() -> Plan {
        let machine = Machine::example(2);
        let mut plan = Plan::first(&machine);
        plan.workers = WorkerCount::Exactly(2);
        plan.strategies = vec![Strategy::Serial, Strategy::Threads, Strategy::Processes];
        plan
    }

    fn seconds(plan: &Plan) -> Vec<f64> {
        let cancel = CancelToken::default();
        let runs = predict(plan, &Machine::example(2), Parameters::default(), &cancel).unwrap();
        runs.iter().map(|run| run.end.as_ref().unwrap().elapsed.as_secs_f64()).collect()
    }

    #[test]
    fn what_nobody_knows_is_not_predicted() {
        let machine = Machine::example(2);
        let plan = Plan::for_task(TaskType::Http, &machine);
        let refused = predict(&plan, &machine, Parameters::default(), &CancelToken::default());
        assert_eq!(refused.unwrap_err().to_string(), "nobody knows how long a page takes");
    }

    #[test]
    fn each_run_of_the_first_repeat_is_predicted_on_the_cores_at_hand() {
        let native = seconds(&Plan { repeats: 3, ..plan() });
        assert_eq!(native.len(), 3);
        let speedups: Vec<f64> = native.iter().map(|time| native[0] / time).collect();
        assert!(speedups[1] > 1.9 && speedups[2] > 1.9 && speedups[2] < speedups[1], "{speedups:?}");
    }

    #[test]
    fn a_lock_of_the_plan_is_one_of_its_prediction() {
        let gil = seconds(&Plan { runtime: "gil".parse().unwrap(), ..plan() });
        assert!(gil[1] > gil[0] * 0.98, "threads one at a time: {gil:?}");
        assert!(gil[2] < gil[0] * 0.6, "each process has a lock of its own: {gil:?}");
    }

    #[test]
    fn a_prediction_is_the_same_each_time() {
        assert_eq!(seconds(&plan()), seconds(&plan()));
    }

    #[test]
    fn what_cannot_be_predicted_is_said() {
        let said = |plan: Plan| {
            let cancel = CancelToken::default();
            predict(&plan, &Machine::example(2), Parameters::default(), &cancel).unwrap_err().to_string()
        };
        assert_eq!(
            said(Plan { runtime: "simulated".parse().unwrap(), ..plan() }),
            "the run itself is a simulation"
        );
        assert!(said(Plan { together: true, ..plan() }).contains("one after another"));
        let mut many = plan();
        many.workloads[0].tasks = 2_000_000;
        assert!(said(many).contains("2 000 000: is more than a simulated run may have"));
    }

    #[test]
    fn a_prediction_that_is_cancelled_ends() {
        let mut many = plan();
        many.workloads[0].tasks = 1_000_000;
        let cancel = CancelToken::default();
        cancel.cancel();
        let runs = predict(&many, &Machine::example(2), Parameters::default(), &cancel).unwrap();
        assert!(runs.iter().all(|run| run.done() == 0), "{}", runs.len());
    }
}

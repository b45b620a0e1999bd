//! What the simulator says of this machine beside what the machine does: its parameters are measured, and then each run is
//! both simulated and done, the median of a few. On a quiet machine the two are within 10 % of each other. `cargo bench
//! --bench predicted`

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use poolscope::cost::simulator::{Effort, parameters};
use poolscope::cost::{NotMeasured, Rig, Spread};
use poolscope::plan::size::Compute;
use poolscope::plan::{GilSetup, Parameters, Plan, Runtime, SimSetup, Size, Strategy, TaskType};
use poolscope::units::Nanos;

/// Runs of each kind, and tasks of each.
const REPEATS: u32 = 3;
const TASKS: u64 = 40;

fn main() {
    let rig = harness::rig();
    let measured = parameters(&rig, Effort::Thorough);
    print!("{}", measured.to_toml());
    let (ten, twenty) = (Nanos::from_millis(10), Nanos::from_millis(20));
    let mut ratios = Vec::new();
    for load in [
        (TaskType::Cpu, Size::Compute(Compute::Time(twenty))),
        (TaskType::Sleep, Size::Wait(twenty)),
        (TaskType::Mixed, Size::Mixed(Compute::Time(ten), ten)),
    ] {
        for gil in [None, Some(GilSetup::default())] {
            for strategy in [Strategy::Threads, Strategy::Processes] {
                for workers in [2, 4] {
                    let plan = Plan { repeats: REPEATS, ..rig.plan(strategy, load.clone(), TASKS, workers) };
                    let lock = if gil.is_some() { "gil" } else { "native" };
                    let what = format!("{} {strategy} ×{workers} {lock}", load.0);
                    match compare(&rig, &plan, gil, measured.parameters) {
                        Ok((predicted, real)) => {
                            let ratio = predicted / real;
                            println!(
                                "{what:<32} predicted {:>9}  real {:>9}  {ratio:.3}",
                                shown(predicted),
                                shown(real)
                            );
                            ratios.push((ratio - 1.0).abs());
                        }
                        Err(why) => println!("{what:<32} not measured: {why}"),
                    }
                }
            }
        }
    }
    let within = ratios.iter().filter(|off| **off <= 0.1).count();
    println!("within 10 %: {within} of {}", ratios.len());
}

fn shown(ns: f64) -> String {
    Nanos(ns as u64).to_string()
}

/// Elapsed of a plan as it is simulated, and as it is, in nanoseconds.
fn compare(
    rig: &Rig,
    plan: &Plan,
    gil: Option<GilSetup>,
    parameters: Parameters,
) -> Result<(f64, f64), NotMeasured> {
    let simulated = Plan {
        runtime: Runtime::Simulated(SimSetup { cores: None, gil }),
        simulator: Box::new(parameters),
        repeats: 1,
        ..plan.clone()
    };
    let real = Plan { runtime: gil.map_or(Runtime::Native, Runtime::Gil), ..plan.clone() };
    Ok((elapsed(rig, simulated)?, elapsed(rig, real)?))
}

fn elapsed(rig: &Rig, plan: Plan) -> Result<f64, NotMeasured> {
    let session = rig.run(plan)?;
    let times = session.runs.iter().filter_map(|run| Some(run.end.as_ref()?.elapsed.0 as f64));
    let spread = Spread::of(times.collect()).ok_or_else(|| NotMeasured("no run is over".to_owned()))?;
    Ok(spread.median)
}

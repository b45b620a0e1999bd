//! The one check of a plan. It is pure, and it says every problem at once: the field, its value, what is wrong, and the
//! way out.

use std::fmt;

use crate::plan::limits::{
    MAX_CORES, MAX_PROCESSES, MAX_REPEATS, MAX_RETRIES, MAX_SIMULATED_TASKS, MAX_SIMULATED_WORKERS,
    MAX_TASKS, MAX_THREADS, Machine,
};
use crate::plan::strategy::Strategy;
use crate::plan::{Chunk, Plan, Size, TaskType, WorkerCount, Workload};
use crate::units::{Bytes, Nanos, grouped, plural};

/// A field of a plan, by the name that the command line, scenarios and the Lab share.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Field {
    /// Task type of a workload.
    Task,
    /// Size of a workload's tasks.
    Size,
    /// Number of a workload's tasks.
    Tasks,
    /// Number of workers.
    Workers,
    /// Ways to run.
    Strategy,
    /// Where it runs.
    Runtime,
    /// What everything costs where it is simulated.
    Simulator,
    /// Tasks handed out at a time.
    Chunk,
    /// Longest time of an attempt.
    Timeout,
    /// Further attempts of a task.
    Retries,
    /// Repeats of the comparison.
    Repeats,
    /// Whether strategies run at once.
    Together,
}

impl Field {
    /// The field's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Size => "size",
            Self::Tasks => "tasks",
            Self::Workers => "workers",
            Self::Strategy => "strategy",
            Self::Runtime => "runtime",
            Self::Simulator => "simulator",
            Self::Chunk => "chunk",
            Self::Timeout => "timeout",
            Self::Retries => "retries",
            Self::Repeats => "repeats",
            Self::Together => "together",
        }
    }
}

/// One thing that is wrong with a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The field that is wrong.
    pub field: Field,
    /// Its value, as it would be written.
    pub value: String,
    /// What is wrong with it, as a phrase that follows the value: "is more than …".
    pub wrong: String,
    /// What to do, as an imperative: "use 1 to 4 096".
    pub way_out: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}; {}", self.field.name(), self.value, self.wrong, self.way_out)
    }
}

impl std::error::Error for Problem {}

impl Plan {
    /// Checks the plan on a machine.
    ///
    /// # Errors
    /// Every problem that there is, in the order of the fields.
    pub fn check(&self, machine: &Machine) -> Result<(), Vec<Problem>> {
        let mut problems = Problems(Vec::new());
        problems.workloads(self);
        problems.strategies(self);
        let machine = self.machine(machine);
        problems.simulator(self, &machine);
        problems.workers(self, &machine);
        if !machine.is_simulated() {
            problems.memory(self, &machine);
        }
        problems.rest(self);
        if problems.0.is_empty() { Ok(()) } else { Err(problems.0) }
    }
}

/// The longest that a simulated run may take, its tasks one after another on its slowest core: virtual time is counted in
/// nanoseconds, of which a clock holds 585 years.
const MOST_YEARS: f64 = 100.0;
const SECONDS_OF_A_YEAR: f64 = 365.25 * 86_400.0;

struct Problems(Vec<Problem>);

impl Problems {
    fn add(
        &mut self,
        field: Field,
        value: impl fmt::Display,
        wrong: impl Into<String>,
        way_out: impl Into<String>,
    ) {
        self.0.push(Problem {
            field,
            value: value.to_string(),
            wrong: wrong.into(),
            way_out: way_out.into(),
        });
    }

    fn workloads(&mut self, plan: &Plan) {
        if plan.workloads.is_empty() {
            self.add(Field::Task, "(none)", "there is nothing to run", "name a task type, as -t cpu");
        }
        for load in &plan.workloads {
            if let Err(error) = load.size.check(load.task) {
                let (field, way_out) = match load.task {
                    TaskType::Command => {
                        (Field::Task, "give one behind --, as: poolscope -- gzip -kf {item}".to_owned())
                    }
                    task => (Field::Size, format!("write {}", task.size_hint())),
                };
                let value = if field == Field::Task { load.task.to_string() } else { load.size.to_string() };
                self.add(field, value, error.to_string(), way_out);
            }
            self.unknown(load, plan);
            let (most, too_many) = match plan.runtime.simulated() {
                Some(_) => (MAX_SIMULATED_TASKS, "is more than a simulated run may have"),
                None => (MAX_TASKS, "is more than the books can hold"),
            };
            if load.tasks == 0 || load.tasks > most {
                let wrong = if load.tasks == 0 { "there is nothing to do" } else { too_many };
                self.add(Field::Tasks, grouped(load.tasks), wrong, format!("use 1 to {}", grouped(most)));
            }
        }
    }

    /// What commands, files and pages have, and cannot have.
    fn unknown(&mut self, load: &Workload, plan: &Plan) {
        let what = match load.task {
            TaskType::File => "cannot write files",
            TaskType::Http => "cannot ask for pages",
            _ => "cannot run commands",
        };
        let unknown = matches!(load.task, TaskType::File | TaskType::Http | TaskType::Command);
        if unknown && plan.runtime.simulated().is_some() {
            let wrong = format!("{what}: nobody knows what they take before they have run");
            self.add(Field::Runtime, plan.runtime, wrong, "use native");
        }
        let Size::Command(command) = &load.size else { return };
        if !cfg!(unix) {
            let wrong = "is not available on this system, which has no process groups and no signals";
            self.add(Field::Task, load.task, wrong, "name another task type");
        }
        if let Some(items) = command.items().filter(|items| load.tasks > items.len() as u64) {
            let most = grouped(items.len() as u64);
            let wrong = format!("is more than the {}", plural(items.len() as u64, "item"));
            self.add(
                Field::Tasks,
                grouped(load.tasks),
                wrong,
                format!("use at most {most}, or leave it out"),
            );
        }
    }

    fn strategies(&mut self, plan: &Plan) {
        if plan.strategies.is_empty() {
            self.add(
                Field::Strategy,
                "(none)",
                "there is no way to run it",
                "choose serial, threads, processes or hybrid",
            );
        }
        for (i, strategy) in plan.strategies.iter().enumerate() {
            if plan.strategies[..i].contains(strategy) {
                self.add(
                    Field::Strategy,
                    strategy,
                    "is named twice",
                    "name it once; --repeats runs it again",
                );
            }
        }
    }

    fn workers(&mut self, plan: &Plan, machine: &Machine) {
        let workers = plan.workers.resolve(machine);
        if workers == 0 {
            self.add(Field::Workers, plan.workers, "nobody would do the work", "use 1 or more");
            return;
        }
        let value = || {
            let text = plan.workers.to_string();
            if text == workers.to_string() {
                grouped(u64::from(workers))
            } else {
                format!("{text} (= {workers})")
            }
        };
        let wanted = plan.workers.shape(machine);
        let most = |of: &dyn Fn(Strategy) -> u32| plan.strategies.iter().map(|s| of(*s)).max().unwrap_or(0);
        let threads = most(&|s| if s == Strategy::Processes { 0 } else { s.shape(wanted).slots() });
        let children = |s: Strategy| if s.has_processes() { s.shape(wanted).processes } else { 0 };
        let processes = most(&children);
        let limits = if machine.is_simulated() {
            [(threads.max(processes), MAX_SIMULATED_WORKERS, "workers"), (0, 0, "")]
        } else {
            [(threads, MAX_THREADS, "threads"), (processes, MAX_PROCESSES, "processes")]
        };
        for (has, most, noun) in limits {
            if has > most {
                let most = grouped(u64::from(most));
                let way_out = match plan.workers {
                    WorkerCount::Grid(_) => format!("use at most {most} {noun}"),
                    _ => format!("use 1 to {most}"),
                };
                self.add(Field::Workers, value(), format!("is more {noun} than one run may have"), way_out);
            }
        }
    }

    /// What only simulated runs have, and cannot have.
    fn simulator(&mut self, plan: &Plan, machine: &Machine) {
        if plan.runtime.simulated().is_none() {
            return;
        }
        if machine.cpus == 0 || machine.cpus > MAX_CORES {
            let wrong =
                if machine.cpus == 0 { "has no core" } else { "has more cores than can be simulated" };
            let way_out = format!("use 1 to {} cores", grouped(MAX_CORES.into()));
            self.add(Field::Runtime, plan.runtime, wrong, way_out);
        }
        let costs = plan.simulator.costs.into();
        let slowest = f64::from(plan.simulator.full_speed_permille.clamp(1, 1_000)) / 1e3;
        for load in &plan.workloads {
            if load.size.check(load.task).is_err() {
                continue;
            }
            let once = load.resolve(&costs).serial_estimate(load.tasks, &costs).as_secs_f64() / slowest;
            let years = once * f64::from(plan.retries.saturating_add(1)) / SECONDS_OF_A_YEAR;
            if years > MOST_YEARS {
                self.add(
                    Field::Tasks,
                    grouped(load.tasks),
                    format!("would take {} years one after another", grouped(years.ceil() as u64)),
                    format!("use fewer or smaller tasks, for at most {MOST_YEARS} simulated years"),
                );
            }
        }
        for (name, value, range) in plan.simulator.out_of_range() {
            self.add(
                Field::Simulator,
                format!("{name} = {value}"),
                "is out of range",
                format!("use {range}"),
            );
        }
        if plan.at_once() > 1 {
            self.add(
                Field::Together,
                plan.together,
                "simulated runs have their machine to themselves",
                "run the strategies one after another",
            );
        }
    }

    /// Buffers may take half of the memory that is free: what else runs wants some too, and so do the books.
    fn memory(&mut self, plan: &Plan, machine: &Machine) {
        let most = Bytes(machine.memory_available.0 / 2);
        let slots = plan.strategies.iter().map(|s| u64::from(s.shape(plan.workers.shape(machine)).slots()));
        let slots = if plan.together { slots.sum() } else { slots.max().unwrap_or(0) };
        let buffers = plan.workloads.iter().map(|load| (load, load.size.buffer(load.task)));
        // The largest is said: with that one right, all are.
        let Some((load, each)) = buffers.max_by_key(|(_, each)| *each) else {
            return;
        };
        if each > most {
            self.add(
                Field::Size,
                &load.size,
                format!("is more than half of the {} of memory available", machine.memory_available),
                format!("use at most {most}"),
            );
        } else if each.0.saturating_mul(slots) > most.0 {
            self.add(
                Field::Workers,
                plan.workers,
                format!(
                    "with a buffer of {each} each would take {}, more than half of the {} of memory available",
                    Bytes(each.0.saturating_mul(slots)),
                    machine.memory_available
                ),
                if plan.at_once() > 1 {
                    "use fewer workers, a smaller size, or run the strategies one after another".to_owned()
                } else {
                    format!("use at most {}, or a smaller size", grouped(most.0 / each.0.max(1)))
                },
            );
        }
    }

    fn rest(&mut self, plan: &Plan) {
        if plan.chunk == Chunk::Tasks(0) {
            self.add(Field::Chunk, 0, "hands nothing out", "use 1 or more, or auto");
        }
        if plan.timeout.is_some_and(|t| t < Nanos::from_millis(1)) {
            let value = plan.timeout.unwrap_or_default();
            self.add(
                Field::Timeout,
                value,
                "is shorter than a task can be stopped",
                "use 1 ms or more, or none",
            );
        }
        if plan.retries > MAX_RETRIES {
            self.add(
                Field::Retries,
                plan.retries,
                "is more than any task needs",
                format!("use 0 to {MAX_RETRIES}"),
            );
        }
        if plan.repeats == 0 || plan.repeats > MAX_REPEATS {
            self.add(
                Field::Repeats,
                plan.repeats,
                "is out of range",
                format!("use 1 to {}", grouped(MAX_REPEATS.into())),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::size::Compute;

    fn problems(change: impl Fn(&mut Plan)) -> Vec<String> {
        let machine = Machine::example(2);
        let mut plan = Plan::first(&machine);
        change(&mut plan);
        plan.check(&machine).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_problem_names_field_value_and_way_out() {
        assert_eq!(
            problems(|p| p.workers = WorkerCount::Exactly(0)),
            ["workers 0: nobody would do the work; use 1 or more"]
        );
        assert_eq!(
            problems(|p| p.workers = WorkerCount::Exactly(10_000)),
            [
                "workers 10 000: is more threads than one run may have; use 1 to 4 096",
                "workers 10 000: is more processes than one run may have; use 1 to 1 024",
            ]
        );
        assert_eq!(
            problems(|p| p.workloads[0].size = Size::Compute(Compute::Iterations(u64::MAX))),
            ["size 18446744073709551615: is larger than one task may be (10 000 000 000 000 iterations); \
              write iterations or time: 5000000, 100ms"]
        );
    }

    #[test]
    fn a_grid_is_bounded_in_processes_and_in_threads() {
        let hybrid = |text: &'static str| {
            problems(move |p| {
                p.workers = text.parse().unwrap();
                p.strategies = vec![Strategy::Hybrid];
            })
        };
        assert_eq!(hybrid("64x64"), [""; 0]);
        assert_eq!(hybrid("4096"), [""; 0]);
        assert_eq!(
            hybrid("2x2049"),
            ["workers 2x2049 (= 4098): is more threads than one run may have; use at most 4 096 threads"]
        );
        assert_eq!(
            hybrid("1025x1"),
            ["workers 1025x1 (= 1025): is more processes than one run may have; use at most 1 024 processes"]
        );
        assert_eq!(hybrid("2x0"), ["workers 2x0: nobody would do the work; use 1 or more"]);
        assert_eq!(hybrid("65536x65536").len(), 2);
    }

    #[test]
    fn buffers_must_fit_into_half_of_the_memory() {
        let native = |size: &'static str, workers| {
            problems(move |p| {
                p.workloads[0].task = TaskType::Native;
                p.workloads[0].size = Size::parse(TaskType::Native, size).unwrap();
                p.workers = WorkerCount::Exactly(workers);
                p.strategies = vec![Strategy::Serial, Strategy::Threads];
            })
        };
        assert_eq!(native("32MiB", 128), [""; 0]);
        assert_eq!(
            native("32MiB", 129),
            [
                "workers 129: with a buffer of 32.0 MiB each would take 4.03 GiB, more than half of the 8.00 GiB of \
              memory available; use at most 128, or a smaller size"
            ]
        );
        assert_eq!(native("100ms", 129).len(), 1, "by time a buffer is the usual one at most");
        let together = problems(|p| {
            p.workloads[0].task = TaskType::Native;
            p.workloads[0].size = Size::Buffer(Bytes(32 << 20));
            (p.workers, p.together) = (WorkerCount::Exactly(64), true);
        });
        assert_eq!(together.len(), 1, "1 + 64 + 64 buffers at once: {together:?}");
        assert!(together[0].ends_with("or run the strategies one after another"), "{together:?}");
        assert_eq!(native("1000000", 4_096), [""; 0]);
        assert_eq!(
            native("5GiB", 1),
            ["size 5GiB: is more than half of the 8.00 GiB of memory available; use at most 4.00 GiB"]
        );
    }

    #[test]
    fn every_problem_is_said_at_once() {
        let said = problems(|p| {
            p.workloads[0].tasks = 0;
            p.strategies.clear();
            p.workers = WorkerCount::Percent(0);
            p.chunk = Chunk::Tasks(0);
            p.timeout = Some(Nanos(1));
            p.retries = 1_000;
            p.repeats = 0;
        });
        let fields: Vec<_> = said.iter().filter_map(|s| s.split(' ').next()).collect();
        assert_eq!(fields, ["tasks", "strategy", "workers", "chunk", "timeout", "retries", "repeats"]);
    }

    #[test]
    fn simulated_runs_have_limits_of_their_own() {
        let simulated = |cores: &'static str, change: fn(&mut Plan)| {
            problems(move |p| {
                p.runtime = format!("simulated{cores}").parse().unwrap();
                p.strategies = vec![Strategy::Serial, Strategy::Threads, Strategy::Processes];
                change(p);
            })
        };
        assert_eq!(simulated(":1024", |p| p.workers = WorkerCount::Exactly(10_000)), [""; 0]);
        assert_eq!(
            simulated(":16", |p| p.workers = WorkerCount::Exactly(10_001)),
            ["workers 10 001: is more workers than one run may have; use 1 to 10 000"]
        );
        assert_eq!(
            simulated("", |p| p.workloads[0].tasks = 1_000_001),
            ["tasks 1 000 001: is more than a simulated run may have; use 1 to 1 000 000"]
        );
        assert_eq!(
            simulated(":1025", |_| {}),
            ["runtime simulated:1025: has more cores than can be simulated; use 1 to 1 024 cores"]
        );
        assert_eq!(simulated(":0", |_| {}), ["runtime simulated:0: has no core; use 1 to 1 024 cores"]);
        assert_eq!(
            simulated(":4", |p| p.together = true),
            [
                "together true: simulated runs have their machine to themselves; run the strategies one after another"
            ]
        );
        assert_eq!(
            simulated(":4", |p| p.simulator.full_speed_permille = 0),
            ["simulator full_speed_permille = 0: is out of range; use 1 to 1000"]
        );
        assert_eq!(
            simulated(":4", |p| p.simulator.slice = Nanos::ZERO),
            ["simulator slice = 0s: is out of range; use 1us to 10s"]
        );
        let native = simulated(":64", |p| {
            p.workloads[0].task = TaskType::Native;
            p.workloads[0].size = Size::Buffer(Bytes(1 << 30));
            p.workers = WorkerCount::Percent(100);
        });
        assert_eq!(native, [""; 0], "nobody needs its memory");
        assert_eq!(problems(|p| p.simulator.slice = Nanos::ZERO), [""; 0], "real runs need no simulator");
    }

    #[test]
    fn a_plan_without_workloads_is_refused() {
        assert_eq!(problems(|p| p.workloads.clear()).len(), 1);
    }
}

//! What a command line means: a checked plan, made from defaults, a scenario and options, in this order.

mod command;
mod sweep;
mod urls;
mod work;

use std::borrow::Cow;
use std::str::FromStr;

use crate::cli::args::PlanArgs;
use crate::cli::usage::Wrong;
use crate::engine::Pace;
use crate::plan::mix::{self, Tasks};
use crate::plan::scenario::{self, Scenario, ScenarioError};
use crate::plan::strategy::WorkerCountError;
use crate::plan::{Field, Machine, OnError, Plan, Runtime, Strategy, WorkerCount};
use crate::sweep::enough_tasks;
use crate::units::Nanos;

/// What a plan is made for; commands differ in how much they take.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// The lab's first plan.
    Lab,
    /// One run: one task type, one strategy.
    Run,
    /// Several of both.
    Compare,
    /// One task type, and numbers of workers that are no business of the plan.
    Sweep,
}

impl PlanArgs {
    /// The plan that these options mean on `machine`.
    ///
    /// # Errors
    /// Everything that is wrong with them, in the order of the options.
    pub(super) fn plan(&self, purpose: Purpose, machine: &Machine) -> Result<Plan, Vec<Wrong>> {
        let mut reading = Reading::new(purpose);
        let plan = reading.plan(self, machine);
        let mut wrongs = reading.wrongs;
        if let Err(problems) = plan.check(machine) {
            let unread = &reading.unread;
            // A field that could not be read holds its default, about which nothing is to be said.
            wrongs.extend(problems.into_iter().filter(|p| !unread.contains(&p.field)).map(Wrong::from));
        }
        wrongs.extend(self.pace().err());
        if purpose != Purpose::Lab {
            wrongs.extend(self.consent(&plan, || plan.asks(machine).lines).err());
        }
        if wrongs.is_empty() { Ok(plan) } else { Err(wrongs) }
    }

    /// How fast simulated runs pass; none where nothing is said.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn pace(&self) -> Result<Option<Pace>, Wrong> {
        let read = |text: &str| text.parse().map_err(|error| Wrong::unreadable("--speed", text, &error));
        self.speed.as_deref().map(read).transpose()
    }
}

/// The state of reading options: what is wrong so far, and the fields of which something could not be read.
struct Reading {
    purpose: Purpose,
    wrongs: Vec<Wrong>,
    unread: Vec<Field>,
}

impl Reading {
    const fn new(purpose: Purpose) -> Self {
        Self { purpose, wrongs: Vec::new(), unread: Vec::new() }
    }

    fn plan(&mut self, args: &PlanArgs, machine: &Machine) -> Plan {
        let purpose = self.purpose;
        let runtime = args.runtime.as_deref().map(|text| (text, text.parse::<Runtime>()));
        // What a scenario leaves out is that of the machine that its runs are to have.
        let ground = match &runtime {
            Some((_, Ok(runtime))) => runtime.machine(machine),
            _ => Cow::Borrowed(machine),
        };
        let scenario = args.scenario.as_deref().and_then(|name| self.scenario(name, &ground));
        let mut tasks = self.tasks(args);
        let command = self.command(args, &mut tasks);
        let urls = self.urls(args, &mut tasks);
        let from_scenario = scenario.is_some();
        let mut plan = scenario.unwrap_or_else(|| {
            let named = runtime.as_ref().and_then(|(_, read)| read.as_ref().ok());
            Plan::first_in(named.copied().unwrap_or_default(), machine)
        });
        if let Some((_, Ok(runtime))) = &runtime {
            plan.runtime = *runtime;
        }
        // What is left out, and shares of all CPUs, are those of the machine that the runs have.
        let machine = &*plan.machine(machine);

        match purpose {
            Purpose::Sweep => plan.workers = sweep::widest(args, machine),
            Purpose::Lab if args.names_several_workers() => self.most_workers(args, machine, &mut plan),
            _ => self.workers(args.workers.as_deref(), &mut plan.workers),
        }
        self.workloads(args, (&tasks, command, urls), from_scenario, machine, &mut plan);
        if purpose == Purpose::Sweep && args.tasks.is_none() && !from_scenario {
            plan.workloads.iter_mut().for_each(|load| load.tasks = enough_tasks(load, machine));
        }
        self.strategies(args, from_scenario, &mut plan);
        if let Some((text, Err(error))) = &runtime {
            self.wrongs.push(Wrong::unreadable("--runtime", text, error));
        }
        if let Some(path) = args.simulator.as_deref() {
            match scenario::load_parameters(path) {
                Ok(parameters) => *plan.simulator = parameters,
                Err(ScenarioError::Faults(faults)) => self.within("--simulator", &faults.to_string()),
                Err(error) => self.wrongs.push(Wrong::within("--simulator", &format!("--simulator {error}"))),
            }
        }
        // The lab may come to simulate later.
        if purpose != Purpose::Lab && plan.runtime.simulated().is_none() {
            let given = [("--simulator", &args.simulator), ("--speed", &args.speed)];
            for (option, value) in given {
                let said = "only simulated runs have one; add --runtime simulated:16, say";
                self.wrongs.extend(value.as_ref().map(|value| Wrong::new(option, value, said)));
            }
        }
        let has_cores = plan.runtime.simulated().is_some_and(|setup| setup.cores.is_some());
        if let Some(cpus) = args.cpus.as_deref().filter(|_| purpose != Purpose::Lab && has_cores) {
            let said = "simulated runs have the cores that --runtime names; leave one of the two out";
            self.wrongs.push(Wrong::new("--cpus", cpus, said));
        }
        if let Some(text) = args.chunk.as_deref() {
            match text.parse() {
                Ok(chunk) => plan.chunk = chunk,
                Err(error) => self.unreadable(Field::Chunk, text, &error),
            }
        }
        if let Some(text) = args.timeout.as_deref() {
            plan.timeout = self.timeout(text);
        }
        self.count(Field::Retries, args.retries.as_deref(), &mut plan.retries);
        if let Some(text) = args.on_error.as_deref() {
            match text.parse::<OnError>() {
                Ok(on_error) => plan.on_error = on_error,
                Err(error) => self.wrongs.push(Wrong::unreadable("--on-error", text, &error)),
            }
        }
        self.count(Field::Repeats, args.repeats.as_deref(), &mut plan.repeats);
        plan.together |= args.together;
        if let Some(text) = args.seed.as_deref() {
            if let Ok(seed) = text.trim().parse() {
                plan.seed = seed;
            } else {
                let said = "is no whole number below 2^64; write digits, as 42";
                self.wrongs.push(Wrong::new("--seed", text, said));
            }
        }
        if matches!(purpose, Purpose::Run | Purpose::Sweep) && plan.workloads.len() > 1 {
            let (option, value) = match args.scenario.as_deref() {
                Some(name) if args.task.is_empty() => ("--scenario", name.to_owned()),
                _ => ("--task", args.task.join(",")),
            };
            let verb = if purpose == Purpose::Run { "run" } else { "sweep" };
            let said = format!(
                "{verb} takes one task type; name one with -t, or a mix as cpu:4,sleep:1, or use poolscope compare"
            );
            self.wrongs.push(Wrong::new(option, &value, said));
        }
        plan
    }

    fn scenario(&mut self, name: &str, machine: &Machine) -> Option<Plan> {
        match Scenario::load(name, machine) {
            Ok(scenario) => Some(scenario.plan),
            Err(ScenarioError::Faults(faults)) => {
                self.within("--scenario", &faults.to_string());
                None
            }
            Err(ScenarioError::Unknown { .. }) => {
                let names: Vec<_> = Scenario::names().iter().map(|listed| listed.name).collect();
                let said = format!(
                    "is no scenario; there are {}; a file's name ends in .toml or holds a /",
                    names.join(", ")
                );
                self.wrongs.push(Wrong::new("--scenario", name, said));
                None
            }
            Err(error) => {
                self.wrongs.push(Wrong::within("--scenario", &format!("--scenario {error}")));
                None
            }
        }
    }

    /// What the list of task types means.
    fn tasks(&mut self, args: &PlanArgs) -> Tasks {
        let items = self.list::<mix::Item>(Field::Task, &args.task);
        let none = || Tasks::Several(Vec::new());
        if self.unread.contains(&Field::Task) {
            return none();
        }
        Tasks::of(&items).unwrap_or_else(|error| {
            self.unreadable(Field::Task, &args.task.join(","), &error);
            none()
        })
    }

    fn strategies(&mut self, args: &PlanArgs, from_scenario: bool, plan: &mut Plan) {
        let purpose = self.purpose;
        let named = self.list::<Strategy>(Field::Strategy, &args.strategy);
        if !named.is_empty() {
            plan.strategies = named;
        } else if purpose == Purpose::Run && !(from_scenario && plan.strategies.len() == 1) {
            plan.strategies = vec![Strategy::Threads];
        }
        if purpose == Purpose::Sweep {
            self.swept(args, from_scenario, plan);
        }
        if purpose == Purpose::Run && plan.strategies.len() > 1 {
            let said = "run takes exactly one strategy; name one, or use poolscope compare";
            self.misread(Field::Strategy, &args.strategy.join(","), said);
        }
    }

    /// The words of a list, which may be given in parts; those that cannot be read are left out.
    fn list<T: FromStr<Err: std::fmt::Display> + PartialEq>(
        &mut self,
        field: Field,
        parts: &[String],
    ) -> Vec<T> {
        let mut read = Vec::new();
        for word in parts.iter().flat_map(|part| part.split(',')) {
            match word.parse::<T>() {
                Ok(value) => read.push(value),
                Err(error) => self.unreadable(field, word, &error),
            }
        }
        read
    }

    fn timeout(&mut self, text: &str) -> Option<Nanos> {
        if text.trim().eq_ignore_ascii_case("none") {
            return None;
        }
        match text.parse() {
            Ok(time) => Some(time),
            Err(error) => {
                self.misread(Field::Timeout, text, format!("{error}; write 2s, 500ms or none"));
                None
            }
        }
    }

    fn count(&mut self, field: Field, text: Option<&str>, value: &mut u32) {
        if let Some(text) = text {
            match number(text) {
                // What is too large for the field is too large for its limit, which the check names.
                Ok(n) => *value = u32::try_from(n).unwrap_or(u32::MAX),
                Err(said) => self.misread(field, text, said),
            }
        }
    }

    fn workers(&mut self, text: Option<&str>, value: &mut WorkerCount) {
        let Some(text) = text else {
            return;
        };
        match text.parse() {
            Ok(read) => *value = read,
            Err(WorkerCountError::Several(_)) => {
                let said = "one number of workers is wanted here; write 4, 50%, all, +2 or 2x4, or use poolscope sweep";
                self.misread(Field::Workers, text, said);
            }
            Err(error) => self.unreadable(Field::Workers, text, &error),
        }
    }

    /// Everything that is wrong within a file, a line for each.
    fn within(&mut self, option: &str, lines: &str) {
        self.wrongs.extend(lines.lines().map(|line| Wrong::within(option, &line)));
    }

    fn unreadable(&mut self, field: Field, text: &str, error: &dyn std::fmt::Display) {
        self.wrongs.push(Wrong::unreadable(&format!("--{}", field.name()), text, error));
        self.unread.push(field);
    }

    fn misread(&mut self, field: Field, text: &str, said: impl std::fmt::Display) {
        self.wrongs.push(Wrong::new(&format!("--{}", field.name()), text, said));
        self.unread.push(field);
    }
}

/// A whole number of 0 or more, with thousands apart or not; else what is wrong with the text.
fn number(text: &str) -> Result<u64, &'static str> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, '_' | ' ')).collect();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("is no whole number; write digits, as 40");
    }
    // Beyond 64 bits is beyond every limit; the check says which.
    Ok(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;

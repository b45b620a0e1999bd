//! The plan as a form: its items, what each shows, and how it is changed. A value enters the plan only if it can be read
//! and passes the plan's own check; until then it is edited on.

mod change;
mod item;

pub(crate) use change::beside_in;
pub(crate) use item::{Item, Kind};

use crate::plan::size::Compute;
use crate::plan::{Chunk, Machine, Plan, SimSetup, Size, Strategy, TaskType, WorkerCount, Workload};
use crate::units::{Nanos, grouped};

/// The most characters that a value may have while it is edited: six numbers of the notes have less.
const MOST_CHARACTERS: usize = 120;

/// A value that is being edited.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Edit {
    /// What has been typed.
    pub(crate) text: String,
    /// Why it was not taken.
    pub(crate) problem: Option<String>,
}

/// The form.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Form {
    /// The plan as it would be run.
    pub(crate) plan: Plan,
    /// The item that has the focus.
    pub(crate) at: Item,
    /// The value that is being edited.
    pub(crate) edit: Option<Edit>,
    /// The commands that the plan began with: they come from the command line or from a scenario, and cannot be typed here.
    command: Option<Workload>,
}

impl Form {
    /// The form of a plan; the focus is on the button.
    pub(crate) fn new(plan: Plan) -> Self {
        let command = plan.workloads.iter().find(|load| load.task == TaskType::Command).cloned();
        Self { plan, at: Item::Run, edit: None, command }
    }

    /// The task type of the plan's first workload.
    pub(crate) fn task(&self) -> TaskType {
        self.plan.workloads.first().map_or(TaskType::Cpu, |load| load.task)
    }

    /// What an item shows.
    pub(crate) fn value(&self, item: Item, machine: &Machine) -> String {
        let machine = &*self.plan.machine(machine);
        let load = self.plan.workloads.first();
        match item {
            Item::Task => load.map(Workload::tasks_text).unwrap_or_default(),
            Item::Size => load.map(|load| size_label(&load.size)).unwrap_or_default(),
            Item::Tasks => grouped(load.map_or(0, |load| load.tasks)),
            Item::Workers => match self.plan.workers {
                WorkerCount::Exactly(n) => grouped(n.into()),
                count => format!("{count} ({})", count.resolve(machine)),
            },
            Item::Way(Strategy::Hybrid) => Strategy::Hybrid.label(self.plan.workers.shape(machine)),
            Item::Way(strategy) => strategy.name().to_owned(),
            Item::Runtime => match self.plan.runtime.simulated() {
                Some(SimSetup { cores: None, .. }) => format!("{} ({})", self.plan.runtime, machine.cpus),
                _ => self.plan.runtime.to_string(),
            },
            Item::Order => if self.plan.together { "together" } else { "one by one" }.to_owned(),
            Item::Chunk => match self.plan.chunk {
                Chunk::Auto => format!("auto ({})", grouped(self.chunk(machine).into())),
                Chunk::Tasks(n) => grouped(n.into()),
            },
            Item::Timeout => self.plan.timeout.map_or_else(|| "none".to_owned(), |time| time.to_string()),
            Item::Retries => self.plan.retries.to_string(),
            Item::Run => String::new(),
        }
    }

    fn chunk(&self, machine: &Machine) -> u32 {
        let tasks = self.plan.workloads.first().map_or(0, |load| load.tasks);
        self.plan.chunk.resolve(tasks, self.plan.workers.resolve(machine))
    }

    /// The text that editing an item begins with, as it would be typed.
    fn typed(&self, item: Item) -> String {
        let load = self.plan.workloads.first();
        match item {
            Item::Size => load.map(|load| load.size.to_string()).unwrap_or_default(),
            Item::Tasks => load.map_or(0, |load| load.tasks).to_string(),
            Item::Workers => self.plan.workers.to_string(),
            Item::Chunk => self.plan.chunk.to_string(),
            Item::Timeout => self.plan.timeout.map_or_else(|| "none".to_owned(), Nanos::exact),
            Item::Retries => self.plan.retries.to_string(),
            Item::Runtime => self.plan.runtime.to_string(),
            Item::Task => load.map(Workload::tasks_text).unwrap_or_default(),
            Item::Way(_) | Item::Order | Item::Run => String::new(),
        }
    }

    /// Moves the focus by `steps` items: a single step leads from either end to the other, a longer one up to it.
    pub(crate) fn step(&mut self, steps: isize) {
        let at = Item::ALL.iter().position(|item| *item == self.at).unwrap_or(0);
        let last = Item::ALL.len() - 1;
        self.at = Item::ALL[match (at, steps) {
            (0, -1) => last,
            (at, 1) if at == last => 0,
            _ => at.saturating_add_signed(steps).min(last),
        }];
    }

    /// Begins to edit the item that has the focus, with a first character, or with what stands there less its last.
    pub(crate) fn begin(&mut self, first: Option<char>) {
        let text = first.map_or_else(
            || {
                let mut text = self.typed(self.at);
                text.pop();
                text
            },
            String::from,
        );
        self.edit = Some(Edit { text, problem: None });
    }

    /// Types one more character.
    pub(crate) fn type_in(&mut self, c: char) {
        if let Some(edit) = &mut self.edit
            && edit.text.chars().count() < MOST_CHARACTERS
        {
            edit.text.push(c);
            edit.problem = None;
        }
    }

    /// Takes the last character back.
    pub(crate) fn erase(&mut self) {
        if let Some(edit) = &mut self.edit {
            edit.text.pop();
            edit.problem = None;
        }
    }

    /// Takes what was typed into the plan, or says what is wrong with it and goes on editing.
    pub(crate) fn take(&mut self, machine: &Machine) {
        let Some(edit) = &mut self.edit else { return };
        match change::typed(&self.plan, self.at, edit.text.trim(), machine, self.command.as_ref()) {
            Ok(plan) => {
                self.plan = plan;
                self.edit = None;
            }
            Err(problem) => edit.problem = Some(problem),
        }
    }

    /// The next or the previous of an item's common values; a step over an edge is not taken.
    pub(crate) fn nudge(&mut self, up: bool, machine: &Machine) {
        let mut plan = self.plan.clone();
        change::nudge(&mut plan, self.at, up, machine, self.command.as_ref());
        let problems = |plan: &Plan| plan.check(machine).err().unwrap_or_default();
        let (before, after) = (problems(&self.plan), problems(&plan));
        // A step may be one too many for another item: a larger buffer for so many workers.
        if after.len() <= before.len() && after.iter().all(|problem| Some(problem.field) != self.at.field()) {
            self.plan = plan;
        }
    }

    /// Turns a strategy on or off.
    pub(crate) fn toggle(&mut self) {
        let Item::Way(strategy) = self.at else { return };
        let chosen = &mut self.plan.strategies;
        if chosen.contains(&strategy) {
            chosen.retain(|other| *other != strategy);
        } else {
            chosen.push(strategy);
            chosen.sort_by_key(|strategy| Strategy::ALL.iter().position(|other| other == strategy));
        }
    }

    /// What is wrong with the plan, in words, and the item to go to.
    pub(crate) fn problem(&self, machine: &Machine) -> Option<(Item, String)> {
        let problem = self.plan.check(machine).err()?.into_iter().next()?;
        let item = Item::ALL.into_iter().find(|item| item.field() == Some(problem.field));
        Some((item.unwrap_or(Item::Run), problem.to_string()))
    }
}

/// The size as it is shown: `5 000 000`, `100 ms`, `83.3 ms + 83.3 ms`, `6 numbers`. Editing begins with the exact one.
fn size_label(size: &Size) -> String {
    let compute = |compute: &Compute| match compute {
        Compute::Iterations(n) => grouped(*n),
        Compute::Time(time) => time.to_string(),
    };
    match size {
        Size::Compute(c) => compute(c),
        Size::Wait(wait) => wait.to_string(),
        Size::Mixed(c, wait) => format!("{} + {wait}", compute(c)),
        Size::Buffer(bytes) => bytes.to_string(),
        Size::Numbers(numbers) if numbers.len() > 1 => format!("{} numbers", grouped(numbers.len() as u64)),
        Size::Urls(urls) => urls.to_string(),
        other @ (Size::Numbers(_) | Size::Command(_)) => other.to_string(),
        Size::Mix(parts) => {
            let labels: Vec<String> = parts.iter().map(|part| size_label(&part.size)).collect();
            labels.join(", ")
        }
    }
}

#[cfg(test)]
mod tests;

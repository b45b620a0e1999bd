//! The plan as a form: its items, what each shows, and how it is changed. A value enters the plan only if it can be read
//! and passes the plan's own check; until then it is edited on.

mod change;

pub(crate) use change::beside_in;

use crate::plan::size::Compute;
use crate::plan::{Chunk, Field, Machine, Plan, SimSetup, Size, Strategy, TaskType, WorkerCount, Workload};
use crate::units::{Nanos, grouped};

/// The most characters that a value may have while it is edited: six numbers of the notes have less.
const MOST_CHARACTERS: usize = 120;

/// An item of the form.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Item {
    /// Task type.
    Task,
    /// Size of a task.
    Size,
    /// Number of tasks.
    Tasks,
    /// Number of workers.
    Workers,
    /// Whether a strategy is run.
    Way(Strategy),
    /// Native, under the lock of an interpreter, or simulated.
    Runtime,
    /// Whether strategies run one after another.
    Order,
    /// Tasks handed out at a time.
    Chunk,
    /// Longest time of an attempt.
    Timeout,
    /// Further attempts.
    Retries,
    /// The button.
    Run,
}

/// What can be done to an item.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// One of a few words is chosen.
    Choice,
    /// A value is typed.
    Value,
    /// It is on or off.
    Check,
    /// It is pressed.
    Button,
}

impl Item {
    /// Every item, from top to bottom.
    pub(crate) const ALL: [Self; 14] = [
        Self::Task,
        Self::Size,
        Self::Tasks,
        Self::Workers,
        Self::Way(Strategy::Serial),
        Self::Way(Strategy::Threads),
        Self::Way(Strategy::Processes),
        Self::Way(Strategy::Hybrid),
        Self::Runtime,
        Self::Order,
        Self::Chunk,
        Self::Timeout,
        Self::Retries,
        Self::Run,
    ];

    /// What can be done to it.
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Task | Self::Order => Kind::Choice,
            Self::Way(_) => Kind::Check,
            Self::Run => Kind::Button,
            _ => Kind::Value,
        }
    }

    /// Whether it can be typed: a value, or a mix of task types, of which there are more than can be chosen from.
    pub(crate) const fn is_typed(self) -> bool {
        matches!(self.kind(), Kind::Value) || matches!(self, Self::Task)
    }

    /// The words beside its value.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Size => "Size",
            Self::Tasks => "Tasks",
            Self::Workers => "Workers",
            Self::Way(Strategy::Serial) => "Run as",
            Self::Way(_) | Self::Run => "",
            Self::Runtime => "Runtime",
            Self::Order => "Order",
            Self::Chunk => "Chunk",
            Self::Timeout => "Timeout",
            Self::Retries => "Retries",
        }
    }

    /// The field of the plan that it changes.
    pub(crate) const fn field(self) -> Option<Field> {
        match self {
            Self::Task => Some(Field::Task),
            Self::Size => Some(Field::Size),
            Self::Tasks => Some(Field::Tasks),
            Self::Workers => Some(Field::Workers),
            Self::Way(_) => Some(Field::Strategy),
            Self::Chunk => Some(Field::Chunk),
            Self::Timeout => Some(Field::Timeout),
            Self::Retries => Some(Field::Retries),
            Self::Runtime => Some(Field::Runtime),
            Self::Order => Some(Field::Together),
            Self::Run => None,
        }
    }

    /// Whether a value of this item can begin with `c`, so that typing it begins to edit.
    pub(crate) const fn begins_with(self, c: char) -> bool {
        match self {
            Self::Workers => c.is_ascii_digit() || matches!(c, '+' | 'a'),
            Self::Chunk => c.is_ascii_digit() || c == 'a',
            Self::Timeout => c.is_ascii_digit() || c == 'n',
            Self::Runtime => matches!(c, 'n' | 'g' | 's'),
            // The task types whose first letter means nothing else here; a size of a mix begins with one.
            Self::Size => c.is_ascii_digit() || matches!(c, 'c' | 's' | 'n'),
            Self::Tasks | Self::Retries => c.is_ascii_digit(),
            Self::Task => matches!(c, 'c' | 's' | 'n'),
            _ => false,
        }
    }

    /// What it is, for someone who sees it for the first time.
    pub(crate) const fn about(self, task: TaskType) -> &'static str {
        match self {
            Self::Task if matches!(task, TaskType::Mix) => {
                "a mix: cpu:4,sleep:1 is one sleep after four of cpu"
            }
            Self::Task => task.about(),
            Self::Size => match task {
                TaskType::Cpu | TaskType::Sum => "how much one task does: 5000000 iterations, or 100ms",
                TaskType::Primes => "the numbers to test, with commas between them, or 100ms",
                TaskType::Sleep => "how long one task waits: 200ms",
                TaskType::Mixed => "computing + waiting of one task: 20ms+80ms",
                TaskType::Native => "the buffer that each worker reads through: 32MiB; or bytes, or 100ms",
                TaskType::File => "the file that each task writes, and reads back: 1MiB",
                TaskType::Http => "whose pages are asked for; --urls FILE names others",
                TaskType::Command => "what is run for each task; {} is its index, {item} its item",
                TaskType::Mix => "how much a task of each type does: cpu=100ms,sleep=1ms",
            },
            Self::Tasks => "how many of them there are to do",
            Self::Workers => "how many share the work: 4, 50%, all, +2 more than CPUs; 2x4 for hybrid",
            Self::Way(Strategy::Serial) => "a plain loop: what speedup is measured against",
            Self::Way(Strategy::Threads) => "a pool of threads in this process",
            Self::Way(Strategy::Processes) => "a pool of processes, which start slower and share nothing",
            Self::Way(Strategy::Hybrid) => "processes with threads in each: 2x4 workers are 2 with 4 each",
            Self::Runtime => "native; gil or gil:1ms: as in CPython; simulated:16: a model",
            Self::Order => "one by one is fair; together, strategies compete for the CPUs",
            Self::Chunk => "how many tasks a worker takes at a time; auto is the rule of Python's Pool.map",
            Self::Timeout => "how long one task may take: 2s, or none",
            Self::Retries => "how often a task that failed is tried again",
            Self::Run => "runs the same work each way",
        }
    }
}

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

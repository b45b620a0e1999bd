//! The items of the form: what each is called, what can be done to it, and what it is.

use crate::plan::{Field, Strategy, TaskType};

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
                TaskType::Http => "poolscope's own pages, ← → with one that fails; --urls FILE",
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

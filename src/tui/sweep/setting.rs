//! The settings of a sweep: those that the Lab's form has too, and its own.

use crate::plan::{Strategy, TaskType};
use crate::tui::form::{Item, Kind};

/// One setting of the form.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Setting {
    /// One that the Lab's form has too.
    Plan(Item),
    /// The numbers of workers.
    Counts,
    /// How often each is measured.
    Repeats,
    /// How long it may take.
    Limit,
    /// The button.
    Start,
}

impl Setting {
    /// Every setting, from top to bottom.
    pub(crate) const ALL: [Self; 14] = [
        Self::Plan(Item::Task),
        Self::Plan(Item::Size),
        Self::Plan(Item::Tasks),
        Self::Counts,
        Self::Plan(Item::Way(Strategy::Threads)),
        Self::Plan(Item::Way(Strategy::Processes)),
        Self::Plan(Item::Way(Strategy::Hybrid)),
        Self::Repeats,
        Self::Limit,
        Self::Plan(Item::Runtime),
        Self::Plan(Item::Chunk),
        Self::Plan(Item::Timeout),
        Self::Plan(Item::Retries),
        Self::Start,
    ];

    /// What can be done to it.
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Plan(item) => item.kind(),
            Self::Counts | Self::Repeats | Self::Limit => Kind::Value,
            Self::Start => Kind::Button,
        }
    }

    /// Whether it can be typed.
    pub(crate) const fn is_typed(self) -> bool {
        match self {
            Self::Plan(item) => item.is_typed(),
            Self::Counts | Self::Repeats | Self::Limit => true,
            Self::Start => false,
        }
    }

    /// Whether a value of it can begin with `c`, so that typing it begins to edit.
    pub(crate) const fn begins_with(self, c: char) -> bool {
        match self {
            Self::Plan(item) => item.begins_with(c),
            Self::Counts => c.is_ascii_digit() || matches!(c, '+' | 'a'),
            Self::Repeats => c.is_ascii_digit() || c == 'a',
            Self::Limit => c.is_ascii_digit() || c == 'n',
            Self::Start => false,
        }
    }

    /// The words beside its value: what is a size of other tasks is the command line of a command.
    pub(crate) const fn label(self, task: TaskType) -> &'static str {
        match self {
            Self::Plan(Item::Size) if matches!(task, TaskType::Command) => "Command",
            Self::Plan(Item::Way(Strategy::Threads)) => "Run as",
            Self::Plan(item) => item.label(),
            Self::Counts => "Workers",
            Self::Repeats => "Repeats",
            Self::Limit => "Max time",
            Self::Start => "",
        }
    }
}

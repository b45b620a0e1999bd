//! A workload of commands in a scenario. What it names is looked for here, and nothing is started.

use std::fs::File;
use std::sync::Arc;

use toml::de::DeValue;

use crate::plan::command::{Command, CommandError, Items};
use crate::plan::scenario::read::{Reader, Table, Value, shown};
use crate::plan::{Size, TaskType, Workload};

/// Keys of such a workload.
const COMMAND: &[&str] = &["task", "command", "shell", "items", "items_file", "tasks"];

impl Reader<'_> {
    /// Reads a workload whose task type is `command`.
    pub(super) fn command(&mut self, table: Table<'_>) -> Option<Workload> {
        self.keys(table, COMMAND);
        let shell = match table.get("shell").map(|value| (value.at, value.tree)) {
            None => false,
            Some((_, DeValue::Boolean(shell))) => *shell,
            Some((at, other)) => {
                self.fault(at, format!("shell is {}, and true or false is wanted", shown(other)));
                return None;
            }
        };
        let items = match (table.get("items"), table.get("items_file")) {
            (Some(_), Some(file)) => {
                self.fault(file.at, "items_file stands beside items; leave one of them out");
                return None;
            }
            (Some(list), None) => Some(self.items(list)?),
            (None, Some(file)) => Some(self.items_file(file)?),
            (None, None) => None,
        };
        let Some(value) = table.get("command") else {
            self.fault(
                table.at,
                "command is missing from this [[workload]]; write command = [\"gzip\", \"-k\", \"{item}\"]",
            );
            return None;
        };
        let words = self.texts(value, "[\"gzip\", \"-k\", \"{item}\"]")?;
        let count = items.as_ref().map(|items| items.len() as u64);
        let mut tasks = count.unwrap_or(0);
        self.number_into(table.get("tasks"), u64::MAX, &mut tasks);
        if count.is_none() && table.get("tasks").is_none() {
            self.fault(table.at, "tasks is missing from this [[workload]], which has no items either");
            return None;
        }
        match Command::new(words, shell, items) {
            Ok(command) => {
                Some(Workload { task: TaskType::Command, size: Size::Command(Arc::new(command)), tasks })
            }
            Err(error) => {
                self.fault(value.at, format!("command {error}"));
                None
            }
        }
    }

    fn items(&mut self, list: Value<'_>) -> Option<Items> {
        let texts = self.texts(list, "[\"a.txt\", \"b.txt\"]")?;
        Items::new(&texts).map_err(|error| self.fault(list.at, error.to_string())).ok()
    }

    fn items_file(&mut self, value: Value<'_>) -> Option<Items> {
        let name = self.string(value)?;
        let path = self.folder.join(&name);
        let read = || {
            let wrong = |error: std::io::Error| CommandError::Items(error.to_string());
            // A pipe or a device might never end, or never begin.
            if !std::fs::metadata(&path).map_err(wrong)?.is_file() {
                return Err(CommandError::Items("it is no regular file".to_owned()));
            }
            Items::read(File::open(&path).map_err(wrong)?)
        };
        read().map_err(|error| self.fault(value.at, format!("items_file {name:?}: {error}"))).ok()
    }

    /// A list of texts; `example` is one.
    pub(super) fn texts(&mut self, value: Value<'_>, example: &str) -> Option<Vec<String>> {
        let DeValue::Array(array) = value.tree else {
            self.fault(
                value.at,
                format!("{} is {}, and a list is wanted: {example}", value.key, shown(value.tree)),
            );
            return None;
        };
        let one = |element: &toml::Spanned<DeValue<'_>>| {
            let value = Value { tree: element.get_ref(), at: element.span().start, key: value.key };
            self.string(value)
        };
        array.iter().map(one).collect()
    }
}

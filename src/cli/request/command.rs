//! What a command behind `--` means, its items, and what a scenario file needs consent for.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::Reading;
use crate::cli::args::PlanArgs;
use crate::cli::usage::Wrong;
use crate::plan::command::{Command, CommandError, Items};
use crate::plan::mix::Tasks;
use crate::plan::{Field, Permission, Plan, Size, TaskType, Workload};

/// The words behind which a command stands.
const DASHES: &str = "--";

impl PlanArgs {
    /// What the plan may do only with consent, and has none for: it is from a file of somebody else's perhaps. What was
    /// typed needs none.
    pub(in crate::cli) fn unconfirmed(&self, plan: &Plan) -> Vec<Permission> {
        if self.scenario.is_none() || !self.command.is_empty() {
            return Vec::new();
        }
        let allowed = self.allowed().unwrap_or_default();
        let typed = |permission: &Permission| *permission == Permission::Http && self.urls.is_some();
        let asked = plan.permissions().into_iter();
        asked.filter(|permission| !allowed.contains(permission) && !typed(permission)).collect()
    }

    /// Refuses a plan that has no consent, and says what it would run.
    pub(super) fn consent(&self, plan: &Plan, says: impl FnOnce() -> Vec<String>) -> Result<(), Wrong> {
        self.allowed()?;
        let needed: Vec<&str> = self.unconfirmed(plan).iter().map(|permission| permission.name()).collect();
        if needed.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = says().iter().map(|line| format!("  {line}\n")).collect();
        let said = format!(
            "{}, so nothing was started:\n{}add --allow {} to agree to all of that",
            plan.says_what_is_asked(),
            lines.concat(),
            needed.join(",")
        );
        Err(Wrong::new("--scenario", self.scenario.as_deref().unwrap_or_default(), said))
    }

    fn allowed(&self) -> Result<Vec<Permission>, Wrong> {
        let words = self.allow.iter().flat_map(|list| list.split(','));
        let read = |word: &str| word.parse().map_err(|error| Wrong::unreadable("--allow", word, &error));
        words.map(read).collect()
    }
}

impl Reading {
    /// The workload of a command behind `--`, with as many tasks as it has items, or none where it has none. The list of task
    /// types is emptied then, for it says no more.
    pub(super) fn command(&mut self, args: &PlanArgs, tasks: &mut Tasks) -> Option<Workload> {
        let names = *tasks == Tasks::Several(vec![TaskType::Command]);
        if args.command.is_empty() {
            let among = matches!(tasks, Tasks::Several(types) if types.contains(&TaskType::Command));
            if among {
                let said = "needs a command behind --, as: -- gzip -kf {item}";
                self.misread(Field::Task, &args.task.join(","), said);
                *tasks = Tasks::Several(Vec::new());
            }
            let given = [("--items", args.items.is_some()), ("--shell", args.shell)];
            for (option, _) in given.into_iter().filter(|(_, given)| *given) {
                let said = "is for a command, which follows --, as: -- gzip -kf {item}";
                self.wrongs.push(Wrong::new(option, args.items.as_deref().unwrap_or("(given)"), said));
            }
            return None;
        }
        if !names && !args.task.is_empty() && !self.unread.contains(&Field::Task) {
            let said =
                "stands beside a command behind --, which is a task type of its own; leave one of them out";
            self.misread(Field::Task, &args.task.join(","), said);
        }
        *tasks = Tasks::Several(Vec::new());
        // Whatever is wrong with it: about the tasks of another type there is nothing to be said.
        self.unread.push(Field::Task);
        let items = match args.items.as_deref().map(read_items).transpose() {
            Ok(items) => items,
            Err(error) => {
                let words = error.to_string();
                let words = words.strip_prefix("items: ").unwrap_or(&words);
                let file = args.items.as_deref().unwrap_or_default();
                self.wrongs.push(Wrong::new("--items", file, words));
                return None;
            }
        };
        let count = items.as_ref().map_or(0, |items| items.len() as u64);
        let words = args.command.iter().map(|word| {
            let text = word.to_str().map(ToOwned::to_owned);
            text.ok_or_else(|| word.to_string_lossy().into_owned())
        });
        let words = match words.collect::<Result<Vec<String>, String>>() {
            Ok(words) => words,
            Err(word) => {
                self.wrongs.push(Wrong::new(DASHES, &word, "is no text in UTF-8; name it otherwise"));
                return None;
            }
        };
        match Command::new(words, args.shell, items) {
            Ok(command) => Some(Workload {
                task: TaskType::Command,
                size: Size::Command(Arc::new(command)),
                tasks: count,
            }),
            Err(error) => {
                let words: Vec<_> = args.command.iter().map(|word| word.to_string_lossy()).collect();
                self.wrongs.push(Wrong::new(DASHES, &words.join(" "), error));
                None
            }
        }
    }
}

/// The items of a file, or of standard input.
fn read_items(file: &str) -> Result<Items, CommandError> {
    if file == "-" {
        return Items::read(io::stdin().lock());
    }
    let opened = File::open(file).map_err(|error| CommandError::Items(error.to_string()))?;
    Items::read(opened)
}

//! What a plan does beyond this program, and what whoever runs a plan of somebody else's has to agree to.
//!
//! Task types of our own harm nothing; a command does whatever its author likes, and a page is asked for in the user's name. Where a plan comes from a file, what it
//! would run is said word for word, and it is run only with the user's consent. What users type themselves they have agreed
//! to by typing it: who asks is the front end's business.

use std::fmt;
use std::str::FromStr;

use crate::plan::{Command, Machine, Plan, Size, Strategy, Urls};
use crate::units::plural;

/// So many hosts are said by name.
const HOSTS_SHOWN: usize = 50;

/// Something that a plan may do only with consent.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Permission {
    /// It runs commands.
    Command,
    /// It asks for pages of hosts that its author named.
    Http,
}

impl Permission {
    /// Everything that there is.
    pub const ALL: [Self; 2] = [Self::Command, Self::Http];

    /// The word for it, as `--allow` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Http => "http",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a word is nothing that can be allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is nothing that can be allowed; there are command and http")]
pub struct UnknownPermission(pub String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let known = Self::ALL.into_iter().find(|permission| permission.name() == text.trim());
        known.ok_or_else(|| UnknownPermission(text.trim().to_owned()))
    }
}

impl Plan {
    /// What it may do only with consent, each once.
    pub fn permissions(&self) -> Vec<Permission> {
        let needed = |permission: &Permission| {
            self.workloads.iter().any(|load| match &load.size {
                Size::Command(_) => *permission == Permission::Command,
                // The server on the loopback is our own.
                Size::Urls(urls) => *permission == Permission::Http && !urls.are_loopback(),
                _ => false,
            })
        };
        Permission::ALL.into_iter().filter(needed).collect()
    }

    /// What it runs on `machine` that needs consent, word for word, a line for each fact; in quotes whatever a terminal would
    /// obey is written as an escape.
    pub fn says_what_it_runs(&self, machine: &Machine) -> Vec<String> {
        let shape = self.workers.shape(&self.machine(machine));
        let ways: Vec<String> =
            self.strategies.iter().map(|way: &Strategy| way.label(way.shape(shape))).collect();
        let times = u64::from(self.repeats) * self.strategies.len() as u64;
        let each = if times > 1 { "each of " } else { "" };
        self.says_with(&format!("in {each}{}: {}", plural(times, "run"), ways.join(", ")))
    }

    /// The same, with how often in words: `in each of 3 runs: threads ×2`.
    pub(crate) fn says_with(&self, how_often: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for load in &self.workloads {
            match &load.size {
                Size::Command(command) => command_lines(command, load.tasks, &mut lines),
                Size::Urls(urls) if !urls.are_loopback() => url_lines(urls, &mut lines),
                _ => continue,
            }
            lines.push(format!("how often      {} {how_often}", plural(load.tasks, "task")));
        }
        if self.permissions().contains(&Permission::Command) {
            let here = std::env::current_dir().unwrap_or_default();
            lines.push(format!("working in     {:?}", here.to_string_lossy()));
        }
        lines
    }
}

fn command_lines(command: &Command, tasks: u64, lines: &mut Vec<String>) {
    lines.push(format!("the command    {}", command.label()));
    lines.push(format!("the program    {:?}", command.program().to_string_lossy()));
    let last = tasks.saturating_sub(1);
    lines.push(format!("the first task {}", command.line(0)));
    if last > 0 {
        lines.push(format!("the last task  {}", command.line(last)));
    }
    if let Some(items) = command.items() {
        let item = |index: u64| items.get(index as usize).unwrap_or_default().to_owned();
        let ends = format!("from {:?} to {:?}", item(0), item(last));
        lines.push(format!("items          {tasks} of {}, {ends}", items.len()));
    }
}

/// URLs hold printable ASCII alone.
fn url_lines(urls: &Urls, lines: &mut Vec<String>) {
    let all = urls.all();
    if let [first, .., last] = all.as_slice() {
        lines.push(format!("the pages      {urls}, from {first} to {last}"));
    } else {
        lines.push(format!("the page       {}", all.concat()));
    }
    let hosts = urls.hosts();
    let shown = hosts.iter().take(HOSTS_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = match hosts.len().saturating_sub(HOSTS_SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    lines.push(format!("the hosts      {shown}{more}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::command::{Command, Items};
    use crate::plan::{TaskType, Workload};
    use std::sync::Arc;

    #[test]
    fn what_would_be_run_is_said_word_for_word() {
        let machine = Machine::example(2);
        let mut plan = Plan::first(&machine);
        assert_eq!((plan.permissions(), plan.says_what_it_runs(&machine)), (vec![], vec![]));
        let items = Items::new(&["a\u{1b}[2J", "b", "c"]).unwrap();
        let words = vec!["sh".to_owned(), "-x".to_owned(), "{item}".to_owned()];
        let command = Arc::new(Command::new(words, false, Some(items)).unwrap());
        plan.workloads = vec![Workload { task: TaskType::Command, size: Size::Command(command), tasks: 2 }];
        assert_eq!(plan.permissions(), [Permission::Command]);
        let said = plan.says_what_it_runs(&machine).join("\n");
        for words in [
            "sh -x {item}\n",
            "/sh -x \"a\\u{1b}[2J\"\n",
            "/sh -x b\n",
            "2 of 3, from \"a\\u{1b}[2J\" to \"b\"",
            "2 tasks in each of 3 runs: serial, threads ×2, processes ×2",
            "working in     \"/",
        ] {
            assert!(said.contains(words), "{words:?} is not in\n{said}");
        }
        assert!(!said.contains('\u{1b}'));
    }

    #[test]
    fn pages_of_named_hosts_need_consent_and_our_own_do_not() {
        let machine = Machine::example(2);
        let mut plan = Plan::for_task(TaskType::Http, &machine);
        assert_eq!((plan.permissions(), plan.says_what_it_runs(&machine)), (vec![], vec![]));
        let urls =
            Urls::read("http://b.example/1\nhttp://a.example:81/2\nhttp://b.example/3".as_bytes()).unwrap();
        plan.workloads = vec![Workload { task: TaskType::Http, size: Size::Urls(urls), tasks: 3 }];
        assert_eq!(plan.permissions(), [Permission::Http]);
        let said = plan.says_what_it_runs(&machine).join("\n");
        for words in [
            "3 URLs, from http://b.example/1 to http://b.example/3\n",
            "the hosts      a.example:81, b.example\n",
            "3 tasks in each of 3 runs",
        ] {
            assert!(said.contains(words), "{words:?} is not in\n{said}");
        }
    }

    #[test]
    fn what_can_be_allowed_is_read_by_its_name() {
        assert_eq!("command".parse(), Ok(Permission::Command));
        assert!("all".parse::<Permission>().unwrap_err().to_string().contains("there are command and http"));
    }
}

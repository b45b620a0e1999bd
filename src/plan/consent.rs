//! What a plan does beyond this program, and what whoever runs a plan of somebody else's has to agree to.
//!
//! Task types of our own harm nothing; a command does whatever its author likes, and a page is asked for in the user's name.
//! Where a plan comes from a file, everything that it would run or ask for is said word for word, each line once, as far as
//! anybody can read it; beyond that, how much is not shown. It is run only with the user's consent. What users type
//! themselves they have agreed to by typing it: who asks is the front end's business.

mod starts;

pub use starts::Starts;

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use crate::ids::TaskIndex;
use crate::plan::{Command, Machine, Plan, Size, Strategy, Urls};
use crate::units::{grouped, plural};

/// So many hosts are said by name.
const HOSTS_SHOWN: usize = 50;
/// So many lines of what tasks run or ask for are said, of all workloads together.
const MOST_LINES: usize = 1_000;
/// The same, in bytes: lines may be long.
const MOST_BYTES: usize = 256 << 10;
/// What is said of a fact begins in this column, behind the fact's name.
pub const COLUMN: usize = 15;

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

/// What is asked about before a plan is run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Asked {
    /// What it runs, word for word, a line for each fact; in quotes whatever a terminal would obey is written as an escape.
    pub lines: Vec<String>,
    /// Whether the lines hold all that is run: where that is too much to be read, some say how much is left out.
    pub all_listed: bool,
    /// What the lines are about.
    pub starts: Starts,
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

    /// What needs consent in a few words, which follow `the scenario`; empty where nothing does.
    pub fn says_what_is_asked(&self) -> &'static str {
        match self.permissions().as_slice() {
            [] => "",
            [Permission::Command] => "runs commands that its author wrote, as you on this machine",
            [Permission::Http] => "asks for pages that its author named, from this machine",
            _ => "runs commands and asks for pages its author chose, as you",
        }
    }

    /// What it runs on `machine` that needs consent; no lines where nothing does.
    pub fn asks(&self, machine: &Machine) -> Asked {
        let shape = self.workers.shape(&self.machine(machine));
        let ways: Vec<String> =
            self.strategies.iter().map(|way: &Strategy| way.label(way.shape(shape))).collect();
        let runs = u64::from(self.repeats) * self.strategies.len() as u64;
        let each = if runs > 1 { "each of " } else { "" };
        self.asks_in(runs, &format!("in {each}{}: {}", plural(runs, "run"), ways.join(", ")))
    }

    /// The same in so many runs, with these in words: `in each of 3 runs: threads ×2`.
    pub(crate) fn asks_in(&self, runs: u64, in_words: &str) -> Asked {
        let mut said = Said::default();
        for load in &self.workloads {
            let attempts = match self.retries {
                0 => String::new(),
                retries => format!(", each up to {} times,", grouped(u64::from(retries) + 1)),
            };
            let how_often = format!("{}{attempts} {in_words}", plural(load.tasks, "task"));
            match &load.size {
                Size::Command(command) => said.command(command, load.tasks, &how_often),
                Size::Urls(urls) if !urls.are_loopback() => said.pages(urls, load.tasks, &how_often),
                _ => {}
            }
        }
        Asked { lines: said.lines, all_listed: !said.cut, starts: Starts::of(self, runs) }
    }
}

/// What has been said, how much of it is of single tasks, and whether there is more.
#[derive(Default)]
struct Said {
    lines: Vec<String>,
    of_tasks: usize,
    bytes: usize,
    cut: bool,
}

impl Said {
    fn fact(&mut self, name: &str, value: &str) {
        self.lines.push(format!("{name:<COLUMN$}{value}"));
    }

    fn command(&mut self, command: &Command, tasks: u64, how_often: &str) {
        let here = std::env::current_dir().unwrap_or_default();
        self.fact("the command", &command.label());
        self.fact("the program", &format!("{:?}", command.program().to_string_lossy()));
        self.fact("working in", &format!("{:?}", here.to_string_lossy()));
        self.fact("how often", how_often);
        let differing = starts::differing(command, tasks);
        self.tasks(if differing == 1 { "it runs" } else { "the tasks run" }, differing, |task| {
            command.line(task)
        });
    }

    /// URLs hold printable ASCII alone.
    fn pages(&mut self, urls: &Urls, tasks: u64, how_often: &str) {
        let hosts = urls.hosts(tasks);
        let shown = hosts.iter().take(HOSTS_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = match hosts.len().saturating_sub(HOSTS_SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        self.fact("the hosts", &format!("{shown}{more}"));
        self.fact("redirects", "are followed, to other hosts too");
        self.fact("how often", how_often);
        let differing = tasks.min(urls.count() as u64);
        self.tasks(if differing == 1 { "the page" } else { "the pages" }, differing, |task| {
            urls.get(TaskIndex(task as u32))
        });
    }

    /// Says what each of so many tasks does, the same only once; of what is too much to be read, how much it is.
    fn tasks(&mut self, name: &str, tasks: u64, line: impl Fn(u64) -> String) {
        let (mut seen, mut name) = (HashSet::new(), name);
        for task in 0..tasks {
            let line = line(task);
            if seen.contains(&line) {
                continue;
            }
            if self.of_tasks == MOST_LINES || self.bytes + line.len() > MOST_BYTES {
                self.cut = true;
                let more = plural(tasks - task, "more task");
                let words =
                    format!("and {more}, not shown: read the scenario and its lists before you agree");
                self.fact(name, &words);
                return;
            }
            self.of_tasks += 1;
            self.bytes += line.len();
            self.fact(name, &line);
            name = "";
            seen.insert(line);
        }
    }
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
        assert_eq!((plan.permissions(), plan.asks(&machine).lines), (vec![], vec![]));
        let items = Items::new(&["a\u{1b}[2J", "b", "c"]).unwrap();
        let words = vec!["sh".to_owned(), "-x".to_owned(), "{item}".to_owned()];
        let command = Arc::new(Command::new(words, false, Some(items)).unwrap());
        plan.workloads = vec![Workload { task: TaskType::Command, size: Size::Command(command), tasks: 2 }];
        assert_eq!(plan.permissions(), [Permission::Command]);
        let said = plan.asks(&machine).lines.join("\n");
        for words in [
            "the command    sh -x {item}\n",
            "the tasks run  /",
            "/sh -x \"a\\u{1b}[2J\"\n               /",
            "/sh -x b",
            "2 tasks in each of 3 runs: serial, threads ×2, processes ×2\n",
            "working in     \"/",
        ] {
            assert!(said.contains(words), "{words:?} is not in\n{said}");
        }
        assert!(!said.contains('\u{1b}') && !said.contains("-x c"), "{said}");
        plan.retries = 5;
        let said = plan.asks(&machine).lines.join("\n");
        assert!(said.contains("2 tasks, each up to 6 times, in each of 3 runs: serial"), "{said}");
    }

    /// What a plan of commands says of its single tasks.
    fn of_tasks(words: &[&str], items: Option<Items>, tasks: u64) -> Vec<String> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let size = Size::Command(Arc::new(Command::new(words, false, items).unwrap()));
        let workloads = vec![Workload { task: TaskType::Command, size, tasks }];
        let said = Plan { workloads, ..Plan::first(&Machine::example(2)) }.asks_in(1, "in 1 run").lines;
        let begin =
            said.iter().position(|line| line.starts_with("it runs") || line.starts_with("the tasks run"));
        said[begin.unwrap()..].iter().map(|line| line.chars().skip(COLUMN).collect()).collect()
    }

    #[test]
    fn every_command_is_said_once() {
        let items = |range: std::ops::Range<u32>| -> Items {
            Items::new(&range.map(|item| format!("i{}", item % 1_200)).collect::<Vec<_>>()).unwrap()
        };
        let said = of_tasks(&["sh", "{item}"], Some(items(0..200)), 150);
        assert_eq!(said.len(), 150);
        assert!(said.iter().zip(0..).all(|(line, item)| line.ends_with(&format!("/sh i{item}"))), "{said:?}");
        assert_eq!(of_tasks(&["sh", "-x"], None, 100_000_000).len(), 1, "the same again and again");
        let same = Items::new(&["a", "b", "a", "b"]).unwrap();
        assert_eq!(of_tasks(&["sh", "{item}"], Some(same), 4).len(), 2);
        let words = "not shown: read the scenario and its lists before you agree";
        let said = of_tasks(&["sh", "{item}"], Some(items(0..1_100)), 1_100);
        assert_eq!((said.len(), said[1_000].clone()), (1_001, format!("and 100 more tasks, {words}")));
        let said = of_tasks(&["sh", "{}"], None, 100_000_000);
        assert_eq!(said[1_000], format!("and 99 999 000 more tasks, {words}"));
        let long = Items::new(&[&"x".repeat(200_000), &"y".repeat(200_000), "z"]).unwrap();
        let said = of_tasks(&["sh", "{item}"], Some(long), 3);
        assert_eq!((said.len(), said[1].clone()), (2, format!("and 2 more tasks, {words}")));
    }

    #[test]
    fn what_an_item_holds_stays_in_its_line() {
        let hostile = "x\nand nothing else\r\u{9b}2J\u{202e}\u{2028}";
        let said = of_tasks(&["sh", "{item}"], Some(Items::new(&[hostile, "b"]).unwrap()), 2);
        let escaped = "sh \"x\\nand nothing else\\r\\u{9b}2J\\u{202e}\\u{2028}\"";
        assert!(said.len() == 2 && said[0].ends_with(escaped), "{said:?}");
    }

    #[test]
    fn pages_of_named_hosts_need_consent_and_our_own_do_not() {
        let machine = Machine::example(2);
        let mut plan = Plan::for_task(TaskType::Http, &machine);
        assert_eq!((plan.permissions(), plan.asks(&machine).lines), (vec![], vec![]));
        let urls =
            Urls::read("http://b.example/1\nhttp://a.example:81/2\nhttp://b.example/3".as_bytes()).unwrap();
        plan.workloads = vec![Workload { task: TaskType::Http, size: Size::Urls(urls), tasks: 5 }];
        assert_eq!(plan.permissions(), [Permission::Http]);
        let said = plan.asks(&machine).lines.join("\n");
        for words in [
            "the hosts      a.example:81, b.example\n",
            "redirects      are followed",
            "5 tasks in each of 3 runs",
            "\nthe pages      http://b.example/1\n               http://a.example:81/2\n               http://b.example/3",
        ] {
            assert!(said.contains(words), "{words:?} is not in\n{said}");
        }
        assert!(said.ends_with("/3"), "each once: {said}");
        plan.workloads[0].tasks = 1;
        let said = plan.asks(&machine).lines.join("\n");
        assert!(said.ends_with("the page       http://b.example/1") && !said.contains("a.example"), "{said}");
    }

    #[test]
    fn what_can_be_allowed_is_read_by_its_name() {
        assert_eq!("command".parse(), Ok(Permission::Command));
        assert!("all".parse::<Permission>().unwrap_err().to_string().contains("there are command and http"));
    }
}

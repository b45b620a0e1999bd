//! What was agreed to, beside what is asked for now: whether that holds anything which nobody has agreed to.
//!
//! What a task starts follows from its workload's size and its number alone. So whoever agreed to some of a workload's tasks
//! has agreed to fewer of them too, and to as many starts as they were told of, however these are spread over runs. How many
//! workers there are, and how tasks get to them, changes nothing that is started.

use crate::plan::{Command, Plan, Size};

/// What tasks start that needs consent.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Starts(Vec<Kind>);

/// What the tasks of one size start.
#[derive(Clone, PartialEq, Debug)]
struct Kind {
    size: Size,
    /// So many tasks, from the first, do something of their own.
    differing: u64,
    /// So often something is started at most, retries among it.
    times: u64,
}

impl Starts {
    /// What a plan starts where each of its workloads is run so often.
    pub(super) fn of(plan: &Plan, runs: u64) -> Self {
        let mut starts = Self::default();
        for load in &plan.workloads {
            let differing = match &load.size {
                Size::Command(command) => differing(command, load.tasks),
                Size::Urls(urls) if !urls.are_loopback() => load.tasks.min(urls.count() as u64),
                _ => continue,
            };
            let times = load.tasks.saturating_mul(runs).saturating_mul(u64::from(plan.retries) + 1);
            match starts.kind_mut(&load.size) {
                Some(kind) => {
                    kind.differing = kind.differing.max(differing);
                    kind.times = kind.times.saturating_add(times);
                }
                None => starts.0.push(Kind { size: load.size.clone(), differing, times }),
            }
        }
        starts
    }

    /// Whether others hold nothing that these do not.
    pub fn cover(&self, others: &Self) -> bool {
        others.0.iter().all(|other| {
            self.0.iter().any(|kind| {
                kind.size == other.size && kind.differing >= other.differing && kind.times >= other.times
            })
        })
    }

    /// Adds what else was agreed to.
    pub fn add(&mut self, others: Self) {
        for other in others.0 {
            match self.kind_mut(&other.size) {
                Some(kind) => {
                    kind.differing = kind.differing.max(other.differing);
                    kind.times = kind.times.max(other.times);
                }
                None => self.0.push(other),
            }
        }
    }

    fn kind_mut(&mut self, size: &Size) -> Option<&mut Kind> {
        self.0.iter_mut().find(|kind| kind.size == *size)
    }
}

/// How many of so many tasks do something of their own: where nothing differs between them, the first stands for all.
pub(super) fn differing(command: &Command, tasks: u64) -> u64 {
    if command.differs_between_tasks() { tasks } else { tasks.min(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Machine, TaskType, Workload};
    use std::sync::Arc;

    fn command(words: &[&str]) -> Size {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Size::Command(Arc::new(Command::new(words, false, None).unwrap()))
    }

    /// What is started of these, with so many tasks each, in so many runs.
    fn starts(loads: &[(Size, u64)], runs: u64, retries: u32) -> Starts {
        let load = |(size, tasks): &(Size, u64)| Workload {
            task: TaskType::Command,
            size: size.clone(),
            tasks: *tasks,
        };
        let workloads = loads.iter().map(load).collect();
        Starts::of(&Plan { workloads, retries, ..Plan::first(&Machine::example(2)) }, runs)
    }

    #[test]
    fn fewer_tasks_and_fewer_starts_were_agreed_to_already() {
        let (each, same) = (command(&["touch", "{}"]), command(&["true"]));
        let agreed = starts(&[(each.clone(), 3)], 4, 0);
        for (tasks, runs, retries, covered) in [
            (3, 4, 0, true),
            (1, 12, 0, true),
            (2, 2, 2, true),
            (4, 1, 0, false),
            (3, 5, 0, false),
            (3, 4, 1, false),
        ] {
            let now = starts(&[(each.clone(), tasks)], runs, retries);
            assert_eq!(agreed.cover(&now), covered, "{tasks} tasks, {runs} runs, {retries} retries");
        }
        assert!(!agreed.cover(&starts(&[(same.clone(), 1)], 1, 0)), "another command");
        assert!(agreed.cover(&Starts::default()) && !Starts::default().cover(&agreed));
        assert!(!agreed.cover(&starts(&[(each.clone(), 3), (each.clone(), 3)], 4, 0)), "twice as many");
        // Where all do the same, it does not matter which of them do it.
        assert!(starts(&[(same.clone(), 3)], 4, 0).cover(&starts(&[(same, 12)], 1, 0)));
    }

    #[test]
    fn what_was_agreed_to_stays_agreed_to() {
        let (a, b) = (command(&["touch", "{}"]), command(&["true"]));
        let mut agreed = starts(&[(a.clone(), 3)], 2, 0);
        agreed.add(starts(&[(b.clone(), 5)], 1, 0));
        agreed.add(starts(&[(a.clone(), 1)], 1, 0));
        assert!(
            agreed.cover(&starts(&[(a.clone(), 3), (b, 5)], 1, 0)) && agreed.cover(&starts(&[(a, 3)], 2, 0))
        );
    }
}

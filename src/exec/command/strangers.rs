//! Children that nobody ordered: what commands left behind, and whose they may be.
//!
//! A process whose parent dies comes to the supervisor. Which command it stems from cannot always be known; whoever it may
//! stem from is its *owner*, and it is killed at the latest when its last owner is over.

use std::collections::BTreeMap;

use rustix::process::{Pid, Signal, getpgid};

use super::job::Job;
use super::tree::{self, Process};

#[derive(Debug)]
struct Stranger {
    process: Process,
    /// Numbers of the commands that it may stem from.
    owners: Vec<u64>,
    /// Whether there were several of them.
    unsure: bool,
}

/// All that are known, by process number.
#[derive(Debug, Default)]
pub(super) struct Strangers(BTreeMap<i32, Stranger>);

impl Strangers {
    /// Takes in children that have appeared since the last time. Those who can be nobody's are killed.
    pub(super) fn look(&mut self, jobs: &BTreeMap<u64, Job>) {
        for pid in tree::children() {
            if self.0.contains_key(&pid) || jobs.values().any(|job| job.leads(pid)) {
                continue;
            }
            if let Some(process) = tree::one(pid) {
                let owners = owners(process, jobs);
                let unsure = owners.len() > 1;
                self.0.insert(pid, Stranger { process, owners, unsure });
            }
        }
        self.end_unowned();
    }

    /// It was reaped.
    pub(super) fn forget(&mut self, pid: i32) {
        self.0.remove(&pid);
    }

    /// Those who stem from this command and from no other that still runs.
    pub(super) fn of(&self, number: u64) -> impl Iterator<Item = Process> {
        let own = self.0.values().filter(move |stranger| stranger.owners == [number]);
        own.map(|stranger| stranger.process)
    }

    /// The same, with everybody who descends from them.
    pub(super) fn all_of(&self, number: u64) -> Vec<Process> {
        self.with_children(|owners| owners == [number])
    }

    /// Whether one of these may stem from another, which is over.
    pub(super) fn is_unsure_of(&self, number: u64) -> bool {
        self.0.values().any(|stranger| stranger.owners == [number] && stranger.unsure)
    }

    /// The command is over.
    pub(super) fn release(&mut self, number: u64) {
        for stranger in self.0.values_mut() {
            stranger.owners.retain(|owner| *owner != number);
        }
        self.end_unowned();
    }

    fn end_unowned(&self) {
        for process in self.with_children(<[u64]>::is_empty) {
            tree::signal(process, Signal::KILL);
        }
    }

    fn with_children(&self, wanted: impl Fn(&[u64]) -> bool) -> Vec<Process> {
        let roots = self.0.values().filter(|stranger| wanted(&stranger.owners));
        let mut found: Vec<Process> = roots.map(|stranger| stranger.process).collect();
        if !found.is_empty() {
            let pids: Vec<i32> = found.iter().map(|process| process.pid).collect();
            found.extend(tree::below(&pids));
        }
        found
    }
}

/// Whose a process is: by its being seen below a command, its group, or the pipe that it holds; else anybody's.
fn owners(process: Process, jobs: &BTreeMap<u64, Job>) -> Vec<u64> {
    let group = Pid::from_raw(process.pid).and_then(|pid| getpgid(Some(pid)).ok());
    let by_group = |job: &&Job| group.is_some_and(|group| group == job.pid());
    let known = jobs.values().find(|job| job.has_seen(process));
    let known = known.or_else(|| jobs.values().find(by_group));
    match known
        .or_else(|| jobs.values().find(|job| job.pipe().is_some_and(|pipe| tree::holds(process.pid, pipe))))
    {
        Some(job) => vec![job.number()],
        None => jobs.keys().copied().collect(),
    }
}

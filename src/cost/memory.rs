//! What one worker takes of the memory: its proportional share (PSS), so that pages which several have count once.

use std::collections::BTreeSet;

use crate::cost::{NotMeasured, Rig};
use crate::event::RunEvent;
use crate::plan::{Size, Strategy, TaskType};
use crate::units::{Bytes, Nanos};

/// What the memory of one worker is told apart with: so many more of them.
const WORKERS: (u32, u32) = (2, 34);
/// Long enough to look at all of them.
const SLEEP: Nanos = Nanos::from_millis(400);

/// What one more worker takes: the difference between a run of a few and a run of many, over their number.
///
/// # Errors
/// Where a run fails, or where the system does not say (only Linux does).
pub fn of_one_worker(rig: &Rig, strategy: Strategy) -> Result<Bytes, NotMeasured> {
    let (few, many) = WORKERS;
    let few_bytes = of_a_run(rig, strategy, few)?;
    let many_bytes = of_a_run(rig, strategy, many)?;
    Ok(Bytes(many_bytes.0.saturating_sub(few_bytes.0) / u64::from(many - few)))
}

/// This process and its workers, while all of them sleep.
fn of_a_run(rig: &Rig, strategy: Strategy, workers: u32) -> Result<Bytes, NotMeasured> {
    let mut pids = BTreeSet::from([std::process::id()]);
    let mut seen: Option<Bytes> = None;
    let plan = rig.plan(strategy, (TaskType::Sleep, Size::Wait(SLEEP)), workers.into(), workers);
    rig.run_and_watch(plan, |event, session| {
        if let RunEvent::WorkerSpawned { pid, .. } = event {
            pids.insert(*pid);
        }
        let asleep = session.running().is_some_and(|run| {
            let blocked = |slot: &crate::state::SlotState| slot.levels.phase == crate::event::Phase::Blocked;
            run.slots.iter().filter(|slot| blocked(slot)).count() == workers as usize
        });
        if asleep && seen.is_none() {
            seen = pids.iter().map(|pid| pss(*pid)).sum::<Option<u64>>().map(Bytes);
        }
    })?;
    seen.ok_or_else(|| NotMeasured("the system does not say what a process takes (PSS)".to_owned()))
}

/// The proportional share of a process, in bytes.
pub(super) fn pss(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    kibibytes(&text, "Pss:")
}

/// A line of the kernel that says so many kB, in bytes.
pub(super) fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel_are_read() {
        let text = "Rss:    20 kB\nPss:     12 kB\nPss_Dirty: 3 kB\n";
        assert_eq!(kibibytes(text, "Pss:"), Some(12 * 1024));
        assert_eq!(kibibytes(text, "Swap:"), None);
    }
}

//! Where the files of `file` tasks lie, and whether there is room for them. [`crate::probe`] looks; nothing here does.

use std::path::PathBuf;

use crate::plan::check::{Field, Problem};
use crate::plan::{Machine, Plan, Size, TaskType};
use crate::units::{Bytes, grouped};

/// A folder for files that do not last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Storage {
    /// The folder.
    pub folder: PathBuf,
    /// What can still be written there.
    pub available: Bytes,
    /// Whether it is in memory, and no disk has a part in it.
    pub in_memory: bool,
}

impl Plan {
    /// Whether its tasks write files.
    pub fn writes_files(&self) -> bool {
        self.workloads.iter().any(|load| load.task == TaskType::File)
    }

    /// Checks that there is room for a file of every worker: each has one at a time, and takes it away. `storage` is what was
    /// found of the folder, or why nothing was; none where the system tells nothing of folders.
    ///
    /// # Errors
    /// The problem, where there is not.
    pub fn check_storage(
        &self,
        machine: &Machine,
        storage: Result<Option<Storage>, String>,
    ) -> Result<(), Problem> {
        let storage = storage.map_err(|error| Problem {
            field: Field::Task,
            value: TaskType::File.to_string(),
            wrong: format!("has no folder for its files: {error}"),
            way_out: "name one that can be written to with TMPDIR".to_owned(),
        })?;
        let Some(storage) = storage else { return Ok(()) };
        let shape = self.workers.shape(&self.machine(machine));
        let slots = self.strategies.iter().map(|way| u64::from(way.shape(shape).slots()));
        let slots: u64 = if self.together { slots.sum() } else { slots.max().unwrap_or(0) };
        let files = self.workloads.iter().filter_map(|load| match load.size {
            Size::Buffer(bytes) if load.task == TaskType::File => Some((load, bytes)),
            _ => None,
        });
        let Some((load, each)) = files.max_by_key(|(_, bytes)| *bytes) else { return Ok(()) };
        if each.0.saturating_mul(slots.max(1)) <= storage.available.0 {
            return Ok(());
        }
        let most = Bytes(storage.available.0 / slots.max(1));
        Err(Problem {
            field: Field::Size,
            value: load.size.to_string(),
            wrong: format!(
                "for each of {} workers is more than the {} that are free in {}",
                grouped(slots),
                storage.available,
                storage.folder.display()
            ),
            way_out: format!("use at most {most}, fewer workers, or another folder with TMPDIR"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::WorkerCount;

    #[test]
    fn every_worker_has_a_file_at_a_time() {
        let machine = Machine::example(2);
        let mut plan = Plan::for_task(TaskType::File, &machine);
        plan.workers = WorkerCount::Exactly(8);
        let storage = |mib: u64| {
            Ok(Some(Storage { folder: "/tmp".into(), available: Bytes(mib << 20), in_memory: false }))
        };
        assert!(plan.writes_files());
        assert_eq!(plan.check_storage(&machine, storage(8)), Ok(()));
        assert_eq!(
            plan.check_storage(&machine, storage(7)).unwrap_err().to_string(),
            "size 1MiB: for each of 8 workers is more than the 7.00 MiB that are free in /tmp; use at most 896 KiB, \
             fewer workers, or another folder with TMPDIR"
        );
        plan.together = true;
        assert!(plan.check_storage(&machine, storage(16)).is_err(), "1 + 8 + 8 at once");
        assert!(!Plan::first(&machine).writes_files());
        let missing = plan.check_storage(&machine, Err("/nowhere: no such file".to_owned())).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "task file: has no folder for its files: /nowhere: no such file; name one that can be written to with TMPDIR"
        );
        assert_eq!(plan.check_storage(&machine, Ok(None)), Ok(()));
    }
}

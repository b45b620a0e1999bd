//! What can be wrong with what is to be done: task types, sizes and numbers of tasks.

use super::{Field, Problems};
use crate::plan::limits::{MAX_SIMULATED_TASKS, MAX_TASKS};
use crate::plan::{Plan, Size, TaskType, Workload};
use crate::units::{grouped, plural};

impl Problems {
    pub(super) fn workloads(&mut self, plan: &Plan) {
        if plan.workloads.is_empty() {
            self.add(Field::Task, "(none)", "there is nothing to run", "name a task type, as -t cpu");
        }
        for load in &plan.workloads {
            if let Err(error) = load.size.check(load.task) {
                let (field, way_out) = match load.task {
                    TaskType::Command => {
                        (Field::Task, "give one behind --, as: poolscope -- gzip -kf {item}".to_owned())
                    }
                    task => (Field::Size, format!("write {}", task.size_hint())),
                };
                let value = if field == Field::Task { load.task.to_string() } else { load.size.to_string() };
                self.add(field, value, error.to_string(), way_out);
            }
            self.unknown(load, plan);
            let (most, too_many) = match plan.runtime.simulated() {
                Some(_) => (MAX_SIMULATED_TASKS, "is more than a simulated run may have"),
                None => (MAX_TASKS, "is more than the books can hold"),
            };
            if load.tasks == 0 || load.tasks > most {
                let wrong = if load.tasks == 0 { "there is nothing to do" } else { too_many };
                self.add(Field::Tasks, grouped(load.tasks), wrong, format!("use 1 to {}", grouped(most)));
            }
        }
    }

    /// What commands, files and pages have, and cannot have.
    fn unknown(&mut self, load: &Workload, plan: &Plan) {
        let what = match load.task {
            TaskType::File => "cannot write files",
            TaskType::Http => "cannot ask for pages",
            _ => "cannot run commands",
        };
        let unknown = matches!(load.task, TaskType::File | TaskType::Http | TaskType::Command);
        if unknown && plan.runtime.simulated().is_some() {
            let wrong = format!("{what}: nobody knows what they take before they have run");
            self.add(Field::Runtime, plan.runtime, wrong, "use native");
        }
        let Size::Command(command) = &load.size else { return };
        if !cfg!(unix) {
            let wrong = "is not available on this system, which has no process groups and no signals";
            self.add(Field::Task, load.task, wrong, "name another task type");
        }
        if let Some(items) = command.items().filter(|items| load.tasks > items.len() as u64) {
            let most = grouped(items.len() as u64);
            let wrong = format!("is more than the {}", plural(items.len() as u64, "item"));
            self.add(
                Field::Tasks,
                grouped(load.tasks),
                wrong,
                format!("use at most {most}, or leave it out"),
            );
        }
    }
}

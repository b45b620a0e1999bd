//! What is run: task types with their numbers of tasks and their sizes, as typed or as usual.

use super::{Purpose, Reading, number};
use crate::cli::args::PlanArgs;
use crate::plan::mix::{self, Tasks};
use crate::plan::size::SizeError;
use crate::plan::{Chunk, Field, Machine, Plan, Size, TaskType, Urls, Workload, default_tasks};

impl Reading {
    /// Task types as named, each with its own defaults; else those of the plan as it stands, with what was typed.
    pub(super) fn workloads(
        &mut self,
        args: &PlanArgs,
        (tasks, command, urls): (&Tasks, Option<Workload>, Option<Urls>),
        from_scenario: bool,
        machine: &Machine,
        plan: &mut Plan,
    ) {
        let mut typed_tasks = None;
        if let Some(text) = args.tasks.as_deref() {
            match number(text) {
                Ok(n) => typed_tasks = Some(n),
                Err(said) => self.misread(Field::Tasks, text, said),
            }
        }
        let none = *tasks == Tasks::Several(Vec::new());
        if let Some(command) = command {
            let given = command.tasks;
            let workers = plan.workers.resolve(machine);
            let tasks = if given > 0 { given } else { default_tasks(TaskType::Command, workers) };
            plan.workloads = vec![Workload { tasks, ..command }];
            plan.chunk = Chunk::Tasks(1);
        } else if !none || !from_scenario {
            let usual = Plan::first(machine).workers.resolve(machine);
            // Defaults do not follow the number of workers, so that runs with different numbers compare; unless workers
            // would be left without a task.
            let workers = plan.workers.resolve(machine);
            let widest = self.purpose == Purpose::Sweep || workers > 4 * usual;
            let workers = if widest { workers } else { usual };
            // A sweep runs it many times.
            let serial = crate::plan::FIRST_SERIAL / if self.purpose == Purpose::Sweep { 2 } else { 1 };
            let default_tasks =
                if self.purpose == Purpose::Sweep { crate::sweep::default_tasks } else { default_tasks };
            let of = |task: &TaskType| {
                let listed = urls.as_ref().filter(|_| *task == TaskType::Http);
                let usual = listed.map_or_else(|| default_tasks(*task, workers), |urls| urls.count() as u64);
                let tasks = typed_tasks.unwrap_or(usual);
                let size = Size::default_for(*task, serial, tasks);
                let size = listed.map_or(size, |urls| Size::Urls(urls.clone()));
                let load = Workload { task: *task, size, tasks };
                // The screen's first plan has no task that fails, unless somebody wants it.
                if self.purpose == Purpose::Lab && typed_tasks.is_none() {
                    load.with_pages_that_answer()
                } else {
                    load
                }
            };
            plan.workloads = match tasks {
                Tasks::Several(_) if none => vec![of(&TaskType::Cpu)],
                Tasks::Several(types) => types.iter().map(of).collect(),
                Tasks::Mix(parts) => {
                    let tasks = typed_tasks.unwrap_or_else(|| mix::default_tasks(parts, workers));
                    vec![Workload::mix(parts, tasks)]
                }
            };
            // Pages take their time, each another.
            if plan.workloads.iter().all(|load| load.task == TaskType::Http) {
                plan.chunk = Chunk::Tasks(1);
            }
        }
        for load in &mut plan.workloads {
            load.tasks = typed_tasks.unwrap_or(load.tasks);
        }
        let Some(text) = args.size.as_deref() else {
            return;
        };
        // About task types that could not be read there is nothing to say.
        if text.contains('=') && !self.unread.contains(&Field::Task) {
            self.named_sizes(text, &mut plan.workloads);
            return;
        }
        let mut said = None;
        for load in &mut plan.workloads {
            match load.resize(text) {
                Ok(()) => {}
                // What is wrong for every task type alike is said once.
                Err(error) if said.as_ref() == Some(&error) => {}
                Err(error) => {
                    self.size(text, load.task, &error);
                    said = Some(error);
                }
            }
        }
    }

    /// Sizes by names, each for the workloads and parts of mixes of its type.
    fn named_sizes(&mut self, text: &str, loads: &mut [Workload]) {
        let named = match mix::sizes_by_name(text) {
            Ok(named) => named,
            Err(error) => return self.unreadable(Field::Size, text, &error),
        };
        for (task, text) in named {
            let size = match Size::parse(task, &text) {
                Ok(size) => size,
                Err(error) => {
                    self.size(&text, task, &error);
                    continue;
                }
            };
            let mut taken = false;
            for load in &mut *loads {
                taken |= load.resize_type(task, &size);
            }
            if !taken {
                let there: Vec<String> = loads.iter().map(Workload::tasks_text).collect();
                let error = SizeError::Stranger { task, there: there.join(", ") };
                self.unreadable(Field::Size, &format!("{task}={text}"), &error);
            }
        }
    }

    fn size(&mut self, text: &str, task: TaskType, error: &SizeError) {
        let words = error.to_string();
        let words = words.strip_prefix(&format!("{text:?} ")).unwrap_or(&words);
        let said = match error {
            SizeError::Form { .. } => words.to_owned(),
            _ => format!("{words}; for {task} write {}", task.size_hint()),
        };
        self.misread(Field::Size, text, said);
    }
}

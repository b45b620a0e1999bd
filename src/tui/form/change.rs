//! How a plan changes: by what was typed, or by one step up or down.

use crate::plan::mix::Part;
use crate::plan::size::Compute;
use crate::plan::{Chunk, Machine, Plan, Size, TaskType, Urls, WorkerCount, Workload};
use crate::tui::form::Item;
use crate::units::{Bytes, Nanos};

/// Runtimes that a step goes through; others are typed.
const RUNTIMES: [&str; 7] =
    ["native", "gil", "gil:1ms", "gil:20ms", "gil:ticks=100", "simulated:16", "simulated:16,gil"];

/// `plan` with one item read from a text. The task type `command` is that of these commands, where there are some.
pub(super) fn typed(
    plan: &Plan,
    item: Item,
    text: &str,
    machine: &Machine,
    command: Option<&Workload>,
) -> Result<Plan, String> {
    let mut plan = plan.clone();
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '_')).collect();
    let usual = Plan::first_in(plan.runtime, machine).workers;
    if let Some(load) = plan.workloads.first_mut() {
        match item {
            Item::Size => load.resize(text).map_err(|error| words(&error))?,
            Item::Task => {
                let workers = usual.resolve(machine);
                let typed = Workload::read(text, workers, None).map_err(|error| words(&error))?;
                let typed = typed.with_pages_that_answer();
                // What is there already stays as it is.
                if typed.tasks_text() != load.tasks_text() {
                    let command = command.filter(|_| typed.task == TaskType::Command);
                    plan.workloads = vec![command.cloned().unwrap_or(typed)];
                }
            }
            Item::Tasks => {
                load.tasks = digits.parse().map_err(no_number)?;
            }
            _ => {}
        }
    }
    match item {
        Item::Workers => plan.workers = digits.parse().map_err(|error| words(&error))?,
        Item::Chunk => plan.chunk = digits.parse().map_err(|error| words(&error))?,
        Item::Runtime => plan.runtime = text.parse().map_err(|error| words(&error))?,
        Item::Timeout if matches!(text, "none" | "") => plan.timeout = None,
        Item::Timeout => plan.timeout = Some(text.parse().map_err(|error| words(&error))?),
        Item::Retries => {
            plan.retries = digits.parse().map_err(no_number)?;
        }
        _ => {}
    }
    let problems = plan.check(machine).err().unwrap_or_default();
    match problems.into_iter().find(|problem| Some(problem.field) == item.field()) {
        Some(problem) => Err(format!("{}; {}", problem.wrong, problem.way_out)),
        None => Ok(plan),
    }
}

fn no_number(_error: std::num::ParseIntError) -> String {
    "is not a number".to_owned()
}

/// One step up or down from an item's value, over any edge. Commands are among the task types where there are some.
pub(super) fn nudge(plan: &mut Plan, item: Item, up: bool, machine: &Machine, command: Option<&Workload>) {
    let Some(load) = plan.workloads.first_mut() else { return };
    match item {
        Item::Task => {
            let offered = |task: &TaskType| *task != TaskType::Command || command.is_some();
            let all: Vec<TaskType> = TaskType::ALL.into_iter().filter(offered).collect();
            // A mix stands before the first of them, and behind the last.
            let at = all.iter().position(|task| *task == load.task);
            let next = match (at, up) {
                (Some(at), true) => (at + 1) % all.len(),
                (Some(at), false) => (at + all.len() - 1) % all.len(),
                (None, true) => 0,
                (None, false) => all.len() - 1,
            };
            plan.workloads = match command.filter(|_| all[next] == TaskType::Command) {
                Some(command) => vec![command.clone()],
                None => usual(all[next], machine),
            };
        }
        Item::Size => {
            let pages = |load: &Workload| match &load.size {
                Size::Urls(urls) => Some(urls.count() as u64),
                _ => None,
            };
            let before = pages(load);
            load.size = scaled(&load.size, up);
            // A task for each page stays that.
            if before == Some(load.tasks) {
                load.tasks = pages(load).unwrap_or(load.tasks);
            }
        }
        Item::Tasks => load.tasks = beside(load.tasks, up),
        Item::Workers => {
            let workers = beside(plan.workers.resolve(&plan.machine(machine)).into(), up);
            plan.workers = WorkerCount::Exactly(u32::try_from(workers).unwrap_or(u32::MAX));
        }
        Item::Chunk => {
            plan.chunk = match (plan.chunk, up) {
                (Chunk::Auto, true) => Chunk::Tasks(1),
                (Chunk::Auto | Chunk::Tasks(0 | 1), false) => Chunk::Auto,
                (Chunk::Tasks(n), true) => Chunk::Tasks(n.saturating_mul(2)),
                (Chunk::Tasks(n), false) => Chunk::Tasks(n / 2),
            };
        }
        Item::Timeout => {
            let second = Nanos::from_secs(1);
            plan.timeout = match (plan.timeout, up) {
                (None, true) => Some(second),
                (None, false) => None,
                (Some(time), true) => Some(time * 2),
                (Some(time), false) => Some(time / 2).filter(|half| *half >= second / 8),
            };
        }
        Item::Retries => plan.retries = u32::try_from(beside(plan.retries.into(), up)).unwrap_or(u32::MAX),
        Item::Runtime => {
            plan.runtime = beside_in(&RUNTIMES, &plan.runtime.to_string(), up).parse().unwrap_or_default();
        }
        Item::Order => plan.together = !plan.together,
        Item::Way(_) | Item::Run => {}
    }
}

/// What a task type begins with. Nothing of a plan that nobody has touched fails.
fn usual(task: TaskType, machine: &Machine) -> Vec<Workload> {
    let loads = Plan::for_task(task, machine).workloads;
    loads.into_iter().map(Workload::with_pages_that_answer).collect()
}

/// The common value after that of a setting, or before it, over either end; the first where it has another.
pub(crate) fn beside_in<'a>(common: &[&'a str], value: &str, up: bool) -> &'a str {
    let many = common.len();
    let step = if up { 1 } else { many.saturating_sub(1) };
    let at = common.iter().position(|text| *text == value).map_or(0, |at| (at + step) % many);
    common.get(at).copied().unwrap_or_default()
}

fn beside(value: u64, up: bool) -> u64 {
    if up { value.saturating_add(1) } else { value.saturating_sub(1) }
}

/// The size twice as large, or half.
fn scaled(size: &Size, up: bool) -> Size {
    let count = |n: u64| if up { n.saturating_mul(2) } else { (n / 2).max(1) };
    let time = |t: Nanos| Nanos(if up { t.0.saturating_mul(2) } else { (t.0 / 2).max(1_000) });
    let compute = |c: Compute| match c {
        Compute::Iterations(n) => Compute::Iterations(count(n)),
        Compute::Time(t) => Compute::Time(time(t)),
    };
    match size {
        Size::Compute(c) => Size::Compute(compute(*c)),
        // With the page that cannot be had, or without it.
        Size::Urls(urls) if urls.are_loopback() => {
            let all = Urls::default();
            Size::Urls(if *urls == all { all.answering() } else { all })
        }
        Size::Numbers(_) | Size::Urls(_) | Size::Command(_) => size.clone(),
        Size::Wait(wait) => Size::Wait(time(*wait)),
        Size::Mixed(c, wait) => Size::Mixed(compute(*c), time(*wait)),
        Size::Buffer(bytes) => Size::Buffer(Bytes(count(bytes.0))),
        Size::Mix(parts) => {
            let part = |part: &Part| Part { size: scaled(&part.size, up), ..*part };
            Size::Mix(parts.iter().map(part).collect())
        }
    }
}

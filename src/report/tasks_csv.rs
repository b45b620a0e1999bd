//! The last tasks of one run as comma-separated values (RFC 4180), one line for each attempt that was told one by one.
//!
//! Every field is a number or one of our own words, none of which holds a comma, a quote or a line break, so that none
//! needs quoting; what is not known is empty. Times are nanoseconds from the run's start.

use std::fmt::Write;

use crate::state::RunState;

/// The columns.
const HEAD: [&str; 18] = [
    "run",
    "strategy",
    "workers",
    "type",
    "task",
    "attempt",
    "outcome",
    "worker",
    "pid",
    "parent_pid",
    "cpu",
    "cpu_time_ns",
    "queued_ns",
    "start_ns",
    "end_ns",
    "command_cpu_ns",
    "peak_memory_bytes",
    "leaked_processes",
];

/// The tasks of a run that are kept one by one, in the order of their ends, below a line of headings. `number` is that by
/// which the run is called.
pub fn tasks_csv(run: &RunState, number: u32) -> String {
    let mut out = HEAD.join(",");
    out.push_str("\r\n");
    let start = &run.start;
    for task in run.recent_by_end() {
        let known = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
        // Of commands, what is kept of them.
        let command = run.commands.as_ref().and_then(|log| log.of(task.task, task.attempt));
        // Writing into a string cannot fail.
        let _ = write!(
            out,
            "{number},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
            start.strategy,
            start.slots,
            start.work.part(task.task).0.task(),
            task.task.0,
            task.attempt,
            task.outcome.key(),
            task.slot.0,
            task.pid,
            known(run.parent_of(task.pid).map(u64::from)),
            known(task.on.map(|cpu| cpu.0.into())),
            task.cpu.0,
            known(task.queued.map(|at| at.0)),
            task.start.0,
            task.end.0,
            known(command.map(|end| end.cpu().0)),
            known(command.and_then(|end| Some(end.peak_memory.known()?.0))),
            known(command.map(|end| end.leaked.into())),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::{Scene, ms, processes, threads};
    use crate::clock::RunTime;
    use crate::event::{Outcome, Record, RunEvent};
    use crate::ids::{CpuId, SlotId, TaskIndex};

    fn attempt(attempt: u8, outcome: Outcome, start: u64, end: u64, on: Option<CpuId>) -> RunEvent {
        let (start, end) = (RunTime(ms(start).0), RunTime(ms(end).0));
        let record = Record::Task { task: TaskIndex(7), outcome, attempt, start, end, cpu: ms(9), on };
        RunEvent::Lane { slot: SlotId(1), record }
    }

    #[test]
    fn a_line_for_each_attempt() {
        let mut session = Scene::on(2).play(&threads()).over();
        let mut run = session.runs.remove(0);
        session.runs.clear();
        run.end = None;
        session.runs.push(run);
        session.apply(&RunEvent::Of(crate::ids::RunId(0)));
        for event in [
            attempt(0, Outcome::TimedOut, 10, 30, None),
            attempt(1, Outcome::Ok, 31, 40, Some(CpuId(1))),
            attempt(3, Outcome::Lost, 41, 50, Some(CpuId(0))),
        ] {
            session.apply(&event);
        }
        insta::assert_snapshot!("tasks_csv", tasks_csv(&session.runs[0], 2).replace("\r\n", "\n"));
    }

    #[test]
    fn no_field_needs_quoting_and_every_line_has_all_of_them() {
        let session = Scene::on(2).play(&processes()).over();
        let text = tasks_csv(&session.runs[0], 1);
        assert!(text.ends_with("\r\n"));
        for line in text.split_terminator("\r\n") {
            assert_eq!(line.split(',').count(), HEAD.len(), "{line}");
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == ',';
            assert!(line.chars().all(plain), "{line}");
        }
    }
}

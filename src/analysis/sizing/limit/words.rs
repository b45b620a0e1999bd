//! What limits, in words: a clause that says what stands in the way of more, and what may be done about it.

use std::fmt;

use super::Limit;
use crate::analysis::sizing::words::{cpus, every_cpu, percent, workers};
use crate::analysis::words::verb;
use crate::plan::Strategy;
use crate::units::{grouped, plural};

impl Limit {
    /// What may be done about it, if anything.
    pub(in crate::analysis::sizing) fn next_step(&self, strategy: Strategy) -> Option<String> {
        let words = match self {
            Self::Lock(_) if strategy == Strategy::Threads => {
                "Use processes: each has a lock of its own.".to_owned()
            }
            Self::Lock(_) => "Use more processes with fewer threads in each.".to_owned(),
            Self::LongTask { many: 0 | 1, .. } => {
                "Cut the longest task into several: no number of workers makes it shorter.".to_owned()
            }
            Self::LongTask { .. } => {
                "Cut the longest tasks into several: no number of workers makes one shorter.".to_owned()
            }
            Self::FewTasks { .. } => {
                "With more tasks (-n) the beginning and the end show less, and fewer workers may do."
                    .to_owned()
            }
            Self::Waves { next, .. } => format!("{} would need a round less.", plural(*next, "worker")),
            Self::StartUp(_) => {
                "Keep the pool, or give it more tasks: starting it shows less then.".to_owned()
            }
            Self::HandOver { chunk: Some(chunk), .. } => {
                format!(
                    "Hand out chunks of about {} (--chunk {chunk}), or make tasks longer.",
                    grouped(*chunk)
                )
            }
            Self::HandOver { chunk: None, .. } => {
                "Make tasks longer: larger chunks would not help.".to_owned()
            }
            _ => return None,
        };
        Some(words)
    }
}

/// A clause: what stands in the way of more.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cores(n) => write!(f, "{} {} busy", every_cpu(*n), verb(u64::from(*n), "is", "are")),
            Self::Quota(quota) => write!(f, "the quota grants the time of {}", cpus(*quota)),
            Self::Lock(1) => f.write_str("one worker computes at a time, under the interpreter's lock"),
            Self::Lock(n) => write!(f, "{n} workers compute at a time, under {n} interpreters' locks"),
            Self::Tasks(1) => f.write_str("the only task has a worker"),
            Self::Tasks(tasks) => write!(f, "every one of the {} has a worker", plural(*tasks, "task")),
            Self::Chunks { chunks: 1, .. } => f.write_str("all tasks are in one chunk, which has a worker"),
            Self::Chunks { chunks, of, rounds: 0 | 1, .. } => {
                let chunks = plural(*chunks, "chunk");
                write!(f, "every one of the {chunks} of {} has a worker", plural((*of).into(), "task"))
            }
            Self::Chunks { of, even: true, .. } => {
                write!(
                    f,
                    "chunks of {} are too large to spread over more workers",
                    plural((*of).into(), "task")
                )
            }
            Self::Chunks { chunks, of, rounds, .. } => {
                let (chunks, of) = (plural(*chunks, "chunk"), plural((*of).into(), "task"));
                write!(f, "{chunks} of {of} go in {} rounds that do not come out even", grouped(*rounds))
            }
            Self::LongTask { takes, of, many: 0 | 1 } => {
                write!(f, "one long task takes {takes} of the {of} of the run")
            }
            Self::LongTask { takes, of, many } => {
                write!(f, "{} take {takes} each, of the {of} of the run", plural(*many, "long task"))
            }
            Self::FewTasks { tasks, rounds: 0 } => write!(
                f,
                "{} are too few to keep the CPUs busy from the beginning to the end",
                plural(*tasks, "task")
            ),
            Self::FewTasks { tasks, rounds } => write!(
                f,
                "{} in {} are too few to keep the CPUs busy from the beginning to the end",
                plural(*tasks, "task"),
                plural(*rounds, "round")
            ),
            Self::Waves { rounds, next } => write!(
                f,
                "tasks go in {} rounds, and fewer only from {} on",
                grouped(*rounds),
                plural(*next, "worker")
            ),
            Self::Memory { times } => write!(
                f,
                "tasks compute {times:.1} times as long beside others: they share memory, caches or cores"
            ),
            Self::IoService { times } => {
                write!(f, "tasks wait {times:.1} times as long beside others: what they wait for is busy")
            }
            Self::StartUp(share) => {
                write!(f, "starting and stopping workers takes {} % of their time", share.percent())
            }
            Self::HandOver { share, .. } => {
                write!(f, "handing out tasks and taking results takes {} % of the time", share.percent())
            }
            Self::Serial { alpha } => {
                write!(f, "{} % of the work is done by one at a time (α)", percent(*alpha))
            }
            Self::Coherence { beta } => {
                write!(f, "every worker costs every other {} % of a task (β)", percent(*beta))
            }
            Self::Range(n) => write!(f, "more than {} were not measured", workers(*n)),
            Self::Unknown => f.write_str("nothing measured says what stands in the way of more"),
        }
    }
}

//! A child's voice: results gathered until they are worth a frame, and frames that never mix.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use super::wire::{self, Entry, Failure, Kind};
use crate::clock::RunTime;
use crate::event::CommandEnd;
use crate::ids::TaskIndex;
use crate::task::Value;
use crate::units::Nanos;

/// Results are sent when they are about so many bytes…
const FULL: usize = 4 << 10;
/// …or so old.
const OLD: Nanos = Nanos::from_millis(1);
/// What a value takes in a frame, more or less.
const VALUE: usize = 2;
/// What else an entry takes.
const ENTRY: usize = 16;
/// An error's words are cut at so many bytes.
const WORDS: usize = 4 << 10;

/// The child's writing end, shared by its threads.
#[derive(Debug)]
pub(super) struct Voice {
    stream: UnixStream,
    turn: Mutex<()>,
}

impl Voice {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self { stream, turn: Mutex::new(()) }
    }

    /// Sends frames. If nobody hears them any more, the parent is gone, and so is the reason to live.
    pub(super) fn say(&self, frames: &[u8]) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if (&self.stream).write_all(frames).is_err() {
            std::process::exit(super::child::ORPHANED);
        }
    }
}

/// What one worker thread has done and not sent.
#[derive(Debug, Default)]
pub(super) struct Output {
    entries: Vec<Entry>,
    /// What the entries take in a frame, more or less.
    weight: usize,
    /// When the first of them happened.
    oldest: RunTime,
    /// The task that would continue the last entry's values, and the last value.
    next: Option<(u32, u64)>,
    frame: Vec<u8>,
}

impl Output {
    /// A task ended with a value.
    pub(super) fn value(&mut self, task: TaskIndex, Value(value): Value, at: RunTime) {
        self.begin(at);
        match (self.next, self.entries.last_mut()) {
            (Some((next, last)), Some(Entry::Values { distances, .. })) if next == task.0 => {
                distances.push(value.wrapping_sub(last) as i64);
                self.weight += VALUE;
            }
            _ => {
                let mut distances = Vec::with_capacity(64);
                distances.push(value as i64);
                self.entries.push(Entry::Values { first: task, distances });
                self.weight += ENTRY;
            }
        }
        self.next = Some((task.0.wrapping_add(1), value));
    }

    /// A task failed for good.
    pub(super) fn failure(&mut self, task: TaskIndex, how: Failure, at: RunTime) {
        let how = match how {
            Failure::Error(words) => Failure::Error(cut(words)),
            Failure::TimedOut => how,
        };
        if let Failure::Error(words) = &how {
            self.weight += words.len();
        }
        self.push(Entry::Failed { task, how }, at);
    }

    /// A task failed, and is tried again.
    pub(super) fn retry(&mut self, task: TaskIndex, at: RunTime) {
        self.push(Entry::Retry { task }, at);
    }

    /// A command is over, and how the task ended comes next.
    pub(super) fn command(&mut self, end: Box<CommandEnd>, at: RunTime) {
        self.weight += end.tail.len();
        self.push(Entry::Command(end), at);
    }

    fn push(&mut self, entry: Entry, at: RunTime) {
        self.begin(at);
        self.entries.push(entry);
        self.weight += ENTRY;
        self.next = None;
    }

    fn begin(&mut self, at: RunTime) {
        if self.entries.is_empty() {
            self.oldest = at;
        }
    }

    /// Whether it is time to send.
    pub(super) fn is_due(&self, now: RunTime) -> bool {
        self.weight >= FULL || (self.weight > 0 && now.since(self.oldest) >= OLD)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sends everything.
    pub(super) fn flush(&mut self, voice: &Voice) {
        if self.entries.is_empty() {
            return;
        }
        self.frame.clear();
        // Its size is bounded by `FULL` and one entry more, far below what a frame may have.
        let _ = wire::write(&mut self.frame, Kind::Results, &self.entries);
        voice.say(&self.frame);
        self.entries.clear();
        (self.weight, self.next) = (0, None);
    }
}

fn cut(mut words: String) -> String {
    let mut end = WORDS.min(words.len());
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    words.truncate(end);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::processes::wire::values;

    #[test]
    fn consecutive_values_are_one_entry() {
        let mut output = Output::default();
        for (task, value) in [(4, 9), (5, 9), (6, 3), (9, u64::MAX)] {
            output.value(TaskIndex(task), Value(value), RunTime(7));
        }
        output.retry(TaskIndex(10), RunTime(8));
        output.value(TaskIndex(10), Value(1), RunTime(9));
        let told: Vec<_> = output
            .entries
            .iter()
            .map(|entry| match entry {
                Entry::Values { first, distances } => (first.0, values(distances).map(|v| v.0).collect()),
                _ => (0, Vec::new()),
            })
            .collect();
        assert_eq!(told, [(4, vec![9, 9, 3]), (9, vec![u64::MAX]), (0, vec![]), (10, vec![1])]);
        assert!(!output.is_due(RunTime(1_000_006)) && output.is_due(RunTime(1_000_007)));
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        assert_eq!(cut("ä".repeat(WORDS)).len(), WORDS);
        assert_eq!(cut(format!("x{}", "ä".repeat(WORDS))).len(), WORDS - 1);
        assert_eq!(cut("short".to_owned()), "short");
    }
}

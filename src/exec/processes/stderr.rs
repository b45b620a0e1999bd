//! What children say on standard error (and output): one pipe for all, always drained, its last part kept.

use std::collections::VecDeque;
use std::io::{PipeWriter, Read};
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::text::sanitised;

/// So much of it is kept.
const KEPT: usize = 64 << 10;
/// So many characters of it, and lines, are shown.
const SHOWN: usize = 600;
const SHOWN_LINES: usize = 5;

#[derive(Debug)]
struct Tail {
    /// The end that children get copies of; none until the first child.
    writer: Option<PipeWriter>,
    bytes: VecDeque<u8>,
    /// Bytes that were ever read.
    total: u64,
}

static TAIL: Mutex<Tail> = Mutex::new(Tail { writer: None, bytes: VecDeque::new(), total: 0 });

fn tail() -> MutexGuard<'static, Tail> {
    TAIL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a child's words go: into the pipe, or nowhere if the system gives none.
pub(super) fn for_child() -> Stdio {
    let mut tail = tail();
    if tail.writer.is_none() {
        tail.writer = open();
    }
    let copy = tail.writer.as_ref().and_then(|writer| writer.try_clone().ok());
    copy.map_or_else(Stdio::null, Stdio::from)
}

fn open() -> Option<PipeWriter> {
    let (mut reader, writer) = std::io::pipe().ok()?;
    let drain = move || {
        let mut buffer = [0; 4096];
        // It never ends, for the writer is kept: an interrupted read is read again, and there is no other error.
        loop {
            if let Ok(count) = reader.read(&mut buffer) {
                let mut tail = tail();
                let excess = (tail.bytes.len() + count).saturating_sub(KEPT);
                tail.bytes.drain(..excess);
                tail.bytes.extend(&buffer[..count]);
                tail.total += count as u64;
            }
        }
    };
    std::thread::Builder::new().name("ps-stderr".to_owned()).stack_size(64 << 10).spawn(drain).ok()?;
    Some(writer)
}

/// How much has been said so far.
pub(super) fn mark() -> u64 {
    tail().total
}

/// The last lines of what has been said since, fit to be shown.
pub(super) fn since(mark: u64) -> String {
    let tail = tail();
    let new = tail.total.saturating_sub(mark).min(tail.bytes.len() as u64) as usize;
    let bytes: Vec<u8> = tail.bytes.range(tail.bytes.len() - new..).copied().collect();
    drop(tail);
    last_lines(&sanitised(&bytes))
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut last = Vec::new();
    let mut left = SHOWN;
    for line in lines.iter().rev().take(SHOWN_LINES) {
        let short: String = line.chars().take(left).collect();
        left -= short.chars().count();
        last.push(short);
        // The same line again, from the next child that met the same trouble, says nothing new.
        if left == 0 {
            break;
        }
    }
    last.reverse();
    last.dedup();
    last.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_shown_once_each() {
        assert_eq!(last_lines("a\n\nb\nb\nb\n"), "a; b");
        assert_eq!(last_lines(&"x".repeat(5_000)).len(), SHOWN);
    }
}

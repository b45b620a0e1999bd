//! Frames: what parent and child say to each other, and how it lies on the wire.
//!
//! A frame is a length (four bytes, little-endian, of what follows), a kind (one byte) and a postcard body. The reader
//! trusts nothing: lengths are capped before memory is taken, kinds and bodies are checked. Whoever reads a frame that
//! makes no sense gives the other side up; nothing here decides what happens then.

use std::io::{self, Read};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::{RunTime, Stamp};
use crate::event::CommandEnd;
use crate::exec::Fault;
use crate::exec::lane::LaneNews;
use crate::ids::{SlotId, TaskIndex};
use crate::plan::{OnError, Runtime, Work};
use crate::task::Value;
use crate::units::Nanos;

/// Says that both ends speak of the same frames.
pub(super) const PROTOCOL: u16 = 4;
/// The first bytes of a handshake.
pub(super) const MAGIC: [u8; 8] = *b"plscope!";

const LENGTH: usize = 4;
/// The handshake, which holds the items of commands: 16 MiB of text, and where each of a million ends.
const HELLO_CAP: usize = 24 << 20;
/// Frames that steer, and news of lanes.
const CONTROL_CAP: usize = 1 << 20;
/// Frames with results.
const RESULT_CAP: usize = 16 << 20;
/// Room for what one read may bring: some dozens of frames with chunks, or several with results.
const READ_ROOM: usize = 16 << 10;

/// What a frame is about.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Kind {
    /// Parent to child, first: [`Preamble`] and [`Hello`].
    Hello = 1,
    /// Parent to child: a [`Chunk`] to be done.
    Chunk = 2,
    /// Parent to child: begin no further task, then end. No body.
    Stop = 3,
    /// Parent to child: the same, and end the running task at its next checkpoint. No body.
    Cancel = 4,
    /// Parent to child: holders of the interpreter's lock let go by another [`GilRule`](crate::plan::GilRule) from now on.
    Interval = 5,
    /// Child to parent, first: [`Ready`].
    Ready = 65,
    /// Child to parent: [`Entry`]s, in the order in which they happened.
    Results = 66,
    /// Child to parent, where lanes are not shared: [`News`].
    News = 67,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        use Kind::{Cancel, Chunk, Hello, Interval, News, Ready, Results, Stop};
        [Hello, Chunk, Stop, Cancel, Interval, Ready, Results, News]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }

    const fn cap(self) -> usize {
        match self {
            Self::Hello => HELLO_CAP,
            Self::Results => RESULT_CAP,
            _ => CONTROL_CAP,
        }
    }
}

/// What must agree before anything else is read, in a form that no version changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Preamble {
    pub(super) magic: [u8; 8],
    pub(super) protocol: u16,
    /// The worker program's build: see [`super::build`].
    pub(super) build: String,
}

/// Everything about a run that a child needs to know.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    /// The run's random number, which the child gives back.
    pub(super) run_key: u64,
    /// The parent's process; a child with another parent has lost its own already.
    pub(super) parent: u32,
    /// The slot of the child's first worker thread; further ones follow.
    pub(super) first_slot: SlotId,
    /// Worker threads within the child.
    pub(super) threads: u16,
    /// When the child was asked for.
    pub(super) spawned: RunTime,
    /// The run's beginning on the machine's clock.
    pub(super) epoch: Stamp,
    /// Where the run's lanes are, if they are shared.
    pub(super) lanes: Option<String>,
    /// Slots of the run.
    pub(super) slots: u32,
    /// One more than the highest CPU number.
    pub(super) cpus: u32,
    pub(super) work: Work,
    pub(super) runtime: Runtime,
    /// What tasks derive their differences from.
    pub(super) seed: u64,
    pub(super) timeout: Option<Nanos>,
    pub(super) fault: Option<Fault>,
    /// The port of the web server that `http` tasks without URLs ask.
    pub(super) port: Option<u16>,
    pub(super) retries: u32,
    pub(super) on_error: OnError,
    /// What a task should take.
    pub(super) estimate: Nanos,
    /// Whether its workers are among so many that they step back.
    pub(super) crowded: bool,
    /// The soft limit of open files that commands are to have.
    pub(super) open_files: Option<u64>,
}

/// A child's answer to [`Hello`].
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Ready {
    /// The run's number, given back.
    pub(super) run_key: u64,
    /// Whether the child writes into the run's shared lanes; otherwise it sends [`News`].
    pub(super) shared: bool,
}

/// Tasks to be done one after another.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Chunk {
    pub(super) first: TaskIndex,
    pub(super) count: u32,
    /// The number of the first attempt: not 0 for a task that was begun before, elsewhere.
    pub(super) attempt: u8,
    /// How many of its retries have been used.
    pub(super) tries: u32,
}

/// One thing that happened to tasks of a child.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Entry {
    /// Consecutive tasks ended with values. Each is told as its distance from the one before, the first from 0: where
    /// values are alike or grow evenly, one byte each.
    Values { first: TaskIndex, distances: Vec<i64> },
    /// A task failed for good.
    Failed { task: TaskIndex, how: Failure },
    /// A task failed or timed out, and is tried again.
    Retry { task: TaskIndex },
    /// The command of a task is over; how the task ended comes next.
    Command(Box<CommandEnd>),
}

impl Entry {
    /// The first task that it is about, and how many it ends.
    pub(super) const fn tasks(&self) -> (TaskIndex, u64) {
        match self {
            Self::Values { first, distances } => (*first, distances.len() as u64),
            Self::Failed { task, .. } => (*task, 1),
            Self::Retry { task } => (*task, 0),
            Self::Command(end) => (end.task, 0),
        }
    }
}

/// How a task failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Failure {
    /// With an error, in words.
    Error(String),
    /// Not in time.
    TimedOut,
}

/// What the lane of one worker thread has to say since the last time, where lanes are not shared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct News {
    pub(super) slot: SlotId,
    pub(super) lane: LaneNews,
}

/// The values that distances stand for, in order.
pub(super) fn values(distances: &[i64]) -> impl Iterator<Item = Value> + '_ {
    distances.iter().scan(0u64, |value, distance| {
        *value = value.wrapping_add(*distance as u64);
        Some(Value(*value))
    })
}

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("a frame of kind {0}, which does not exist")]
    Kind(u8),
    #[error("a frame of {length} bytes, where at most {cap} make sense")]
    Length { length: usize, cap: usize },
    #[error("a frame that cannot be read: {0}")]
    Body(#[from] postcard::Error),
    #[error("{0}, which makes no sense here")]
    Unexpected(&'static str),
}

/// Appends a frame to `out`; an error leaves `out` as it was.
pub(super) fn write(out: &mut Vec<u8>, kind: Kind, body: &impl Serialize) -> Result<(), WireError> {
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH]);
    out.push(kind as u8);
    let written = postcard::to_io(body, &mut *out).map(|_| ());
    let length = out.len() - start - LENGTH;
    let result = match written {
        Ok(()) if length <= kind.cap() => Ok(()),
        Ok(()) => Err(WireError::Length { length, cap: kind.cap() }),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(()) => out[start..start + LENGTH].copy_from_slice(&(length as u32).to_le_bytes()),
        Err(_) => out.truncate(start),
    }
    result
}

/// A frame without body.
pub(super) const fn bare(kind: Kind) -> [u8; LENGTH + 1] {
    [1, 0, 0, 0, kind as u8]
}

/// Reads a whole body.
pub(super) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    let (value, rest) = postcard::take_from_bytes(bytes)?;
    if rest.is_empty() { Ok(value) } else { Err(WireError::Unexpected("more bytes than a frame has")) }
}

/// Cuts what arrives into frames.
#[derive(Debug)]
pub(super) struct FrameReader {
    buffer: Vec<u8>,
    /// What has arrived and was not handed out yet lies between these.
    start: usize,
    end: usize,
}

impl FrameReader {
    pub(super) fn new() -> Self {
        Self { buffer: vec![0; READ_ROOM], start: 0, end: 0 }
    }

    /// Reads once; returns the number of bytes, 0 at the end.
    pub(super) fn fill(&mut self, from: &mut impl Read) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            // A frame that is longer than the buffer: `next` has checked its length against the cap.
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let count = from.read(&mut self.buffer[self.end..])?;
        self.end += count;
        Ok(count)
    }

    /// The next frame that has arrived whole.
    pub(super) fn next(&mut self) -> Result<Option<(Kind, &[u8])>, WireError> {
        let Some((head, rest)) = self.buffer[self.start..self.end].split_first_chunk::<LENGTH>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*head) as usize;
        let Some(byte) = rest.first() else {
            return Ok(None);
        };
        let kind = Kind::from_byte(*byte).ok_or(WireError::Kind(*byte))?;
        if length == 0 || length > kind.cap() {
            return Err(WireError::Length { length, cap: kind.cap() });
        }
        if rest.len() < length {
            return Ok(None);
        }
        let body = self.start + LENGTH + 1..self.start + LENGTH + length;
        self.start = body.end;
        Ok(Some((kind, &self.buffer[body])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunk(first: u32) -> Chunk {
        Chunk { first: TaskIndex(first), count: 3, attempt: 0, tries: 0 }
    }

    #[test]
    fn frames_are_found_however_they_arrive() {
        let mut bytes = Vec::new();
        for first in 0..100 {
            write(&mut bytes, Kind::Chunk, &chunk(first)).unwrap();
        }
        bytes.extend(bare(Kind::Stop));
        for step in [1, 3, 7, 1_000, 100_000] {
            let (mut reader, mut seen) = (FrameReader::new(), Vec::new());
            for part in bytes.chunks(step) {
                let mut part = part;
                while reader.fill(&mut part).unwrap() > 0 {
                    while let Some((kind, bytes)) = reader.next().unwrap() {
                        seen.push(if kind == Kind::Chunk {
                            body::<Chunk>(bytes).unwrap().first.0
                        } else {
                            100
                        });
                    }
                }
            }
            assert_eq!(seen, (0..=100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_frame_longer_than_the_buffer_is_read_whole() {
        let entry = vec![Entry::Values { first: TaskIndex(7), distances: vec![i64::MAX; 10_000] }];
        let mut bytes = Vec::new();
        write(&mut bytes, Kind::Results, &entry).unwrap();
        assert!(bytes.len() > 4 * READ_ROOM);
        let (mut reader, mut from) = (FrameReader::new(), &bytes[..]);
        while reader.next().unwrap().is_none() {
            assert!(reader.fill(&mut from).unwrap() > 0);
        }
    }

    #[test]
    fn lengths_beyond_the_cap_are_refused_before_memory_is_taken() {
        for (kind, length) in
            [(Kind::Chunk, CONTROL_CAP + 1), (Kind::Results, RESULT_CAP + 1), (Kind::Stop, 0)]
        {
            let mut bytes = (length as u32).to_le_bytes().to_vec();
            bytes.push(kind as u8);
            let mut reader = FrameReader::new();
            reader.fill(&mut &bytes[..]).unwrap();
            assert!(matches!(reader.next(), Err(WireError::Length { .. })), "{kind:?}");
        }
        let huge = "x".repeat(HELLO_CAP);
        let mut out = vec![1, 2, 3];
        assert!(write(&mut out, Kind::Hello, &huge).is_err());
        assert_eq!(out, [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn values_come_back_from_their_distances(all in proptest::collection::vec(any::<u64>(), 0..50)) {
            let mut last = 0u64;
            let distances: Vec<i64> = all
                .iter()
                .map(|value| value.wrapping_sub(std::mem::replace(&mut last, *value)) as i64)
                .collect();
            prop_assert_eq!(values(&distances).map(|v| v.0).collect::<Vec<_>>(), all);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut reader = FrameReader::new();
            reader.fill(&mut &bytes[..]).unwrap();
            while let Ok(Some((_, payload))) = reader.next() {
                let _ = body::<Vec<Entry>>(payload);
                let _ = body::<Hello>(payload);
            }
        }
    }
}

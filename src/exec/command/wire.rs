//! What supervisor and client say to each other: a length (four bytes, little-endian) and a postcard body.
//!
//! Both sides are the same build, which the handshake makes sure of. The reader checks lengths before it takes memory.

use std::ffi::OsString;
use std::io::{self, Read};
use std::os::fd::AsFd;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Order, Report};
use crate::units::Nanos;

/// The first bytes of a handshake.
pub(super) const MAGIC: [u8; 8] = *b"pscmd001";
/// No frame is longer: systems take arguments of a few MiB at most.
const CAP: usize = 8 << 20;
/// Bytes read at a time.
const ROOM: usize = 16 << 10;
const LENGTH: usize = 4;

/// The client's first frame.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) magic: [u8; 8],
    /// The program's build: see `processes::build`.
    pub(super) build: String,
    /// A number that is given back.
    pub(super) nonce: u64,
    /// The soft limit of open files that commands get, if not the supervisor's own.
    pub(super) open_files: Option<u64>,
}

/// From the client, after [`Hello`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Ask {
    /// Run a command; the number is the answer's.
    Run(u64, Work),
    /// Ask it to end.
    Cancel(u64),
    /// Kill it.
    Kill(u64),
    /// Stop all commands where they are.
    Stop,
    /// Let them go on.
    Resume,
}

/// From the supervisor.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Tell {
    /// First: the nonce of [`Hello`], and the supervisor's process number.
    Ready(u64, u32),
    /// First, and last: why it does not work.
    Refused(String),
    /// A command is over; the end of its output, as it was written.
    Done(u64, Report, Vec<u8>),
}

/// An [`Order`] on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) program: OsString,
    pub(super) arguments: Vec<OsString>,
    pub(super) timeout: Option<Nanos>,
    pub(super) keep: usize,
}

impl From<&Order> for Work {
    fn from(order: &Order) -> Self {
        Self {
            program: order.program.clone().into_os_string(),
            arguments: order.arguments.clone(),
            timeout: order.timeout,
            keep: order.keep,
        }
    }
}

/// Why a frame cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("a frame of {0} bytes, where at most {CAP} make sense")]
    Length(usize),
    #[error("a frame that cannot be read: {0}")]
    Body(#[from] postcard::Error),
    #[error("the socket was closed")]
    Closed,
    #[error(transparent)]
    System(#[from] io::Error),
}

/// A frame's bytes.
pub(super) fn frame(message: &impl Serialize) -> Result<Vec<u8>, WireError> {
    let mut bytes = postcard::to_io(message, vec![0; LENGTH])?;
    let length = bytes.len() - LENGTH;
    if length > CAP {
        return Err(WireError::Length(length));
    }
    bytes[..LENGTH].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(bytes)
}

/// Cuts what arrives into frames.
#[derive(Debug, Default)]
pub(super) struct Frames {
    buffer: Vec<u8>,
    /// Where what was not handed out begins.
    start: usize,
}

impl Frames {
    /// Reads once; returns the number of bytes, 0 at the end.
    pub(super) fn fill(&mut self, from: &mut impl Read) -> io::Result<usize> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let end = self.buffer.len();
        self.buffer.resize(end + ROOM, 0);
        let count = from.read(&mut self.buffer[end..]);
        self.buffer.truncate(end + count.as_ref().map_or(0, |count| *count));
        count
    }

    /// The next frame that has arrived whole.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, WireError> {
        let Some((head, rest)) = self.buffer[self.start..].split_first_chunk::<LENGTH>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*head) as usize;
        if length > CAP {
            return Err(WireError::Length(length));
        }
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        let message = postcard::from_bytes(body)?;
        self.start += LENGTH + length;
        Ok(Some(message))
    }

    /// Waits for the next frame.
    pub(super) fn wait<T: DeserializeOwned>(
        &mut self,
        from: &mut (impl Read + AsFd),
    ) -> Result<T, WireError> {
        loop {
            if let Some(message) = self.next()? {
                return Ok(message);
            }
            match self.fill(from) {
                Ok(0) => return Err(WireError::Closed),
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error.into()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn frames_are_found_however_they_arrive() {
        let work = Work {
            program: "/bin/x".into(),
            arguments: vec!["a".repeat(40_000).into(), "".into()],
            timeout: None,
            keep: 7,
        };
        let asked = [Ask::Run(1, work), Ask::Cancel(1), Ask::Stop, Ask::Resume];
        let bytes: Vec<u8> = asked.iter().flat_map(|ask| frame(ask).unwrap()).collect();
        for step in [1, 3, 1_000, 100_000] {
            let (mut frames, mut seen) = (Frames::default(), Vec::new());
            for mut part in bytes.chunks(step) {
                while frames.fill(&mut part).unwrap() > 0 {
                    while let Some(ask) = frames.next::<Ask>().unwrap() {
                        seen.push(ask);
                    }
                }
            }
            assert_eq!(seen, asked);
        }
    }

    #[test]
    fn lengths_beyond_the_cap_are_refused() {
        let mut frames = Frames::default();
        frames.fill(&mut &(CAP as u32 + 1).to_le_bytes()[..]).unwrap();
        assert!(matches!(frames.next::<Ask>(), Err(WireError::Length(_))));
        assert!(frame(&"x".repeat(CAP)).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut frames = Frames::default();
            frames.fill(&mut &bytes[..]).unwrap();
            while let Ok(Some(_)) = frames.next::<Ask>() {}
        }
    }
}

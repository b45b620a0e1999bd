//! The parent's voice towards one child, and letters to several of them.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

/// The parent's writing end of a child's socket. Frames of several threads do not mix.
#[derive(Debug)]
pub(super) struct Writer {
    stream: Arc<UnixStream>,
    turn: Mutex<()>,
}

impl Writer {
    pub(super) fn new(stream: Arc<UnixStream>) -> Self {
        Self { stream, turn: Mutex::new(()) }
    }

    /// Sends frames. A child that can no longer hear them is dead, and its feeder knows by the end of the same socket.
    ///
    /// This does not wait for the child, whatever that does: a window of chunks is far less than a socket holds. Only a
    /// handshake may be more, and until a child has answered that, nobody but its own feeder writes to it.
    pub(super) fn send(&self, frames: &[u8]) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = (&*self.stream).write_all(frames);
    }
}

/// Frames for children, made under the dispatcher's lock and sent after it.
#[derive(Debug, Default)]
pub(super) struct Post(Vec<(Arc<Writer>, Vec<u8>)>);

impl Post {
    /// Adds what `frames` writes, if that is anything.
    pub(super) fn add(&mut self, to: Option<&Arc<Writer>>, frames: impl FnOnce(&mut Vec<u8>)) {
        let Some(writer) = to else {
            return;
        };
        let mut out = Vec::new();
        frames(&mut out);
        if !out.is_empty() {
            self.0.push((Arc::clone(writer), out));
        }
    }

    /// Delivers everything.
    pub(super) fn send(self) {
        for (writer, frames) in self.0 {
            writer.send(&frames);
        }
    }
}

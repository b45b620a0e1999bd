//! The way to standard output. Everything that poolscope prints there goes through here.

use std::io::{self, Write};

/// An output that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("write to standard output")]
pub struct OutputError(#[source] io::Error);

/// Writes `text` to standard output, all of it. A reader that has gone away wanted no more, and that is fine.
///
/// # Errors
/// Whatever else the system says: a full disk, for one.
pub fn write(text: &str) -> Result<(), OutputError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(OutputError),
    }
}

/// Writes a line to standard error. If that cannot be written, there is no better place to say so.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

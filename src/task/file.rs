//! The `file` task: writes a file, has it brought to the disk, reads it back and compares.
//!
//! The file never has a name. Where the system can make such files (`O_TMPFILE` on Linux), nobody else sees it, nothing has
//! to be tidied up, and whatever ends the process (a cancel, an error, a panic, SIGKILL) frees its space at once; elsewhere
//! it is made under a name that nobody can guess, for its owner alone, and the name is taken away before anything is
//! written. What is read back comes from the system's cache commonly: it shows that the file is right, not how fast a disk
//! reads.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;

use crate::ids::TaskIndex;
use crate::task::{Host, Stop, mix64};
use crate::units::{Bytes, grouped};

/// So many bytes are written or read between two looks whether to go on.
const PIECE: usize = 256 << 10;

/// Does task `index`: a file of so many bytes in `folder`, which follow from the seed and the index. Its value is a hash of
/// what was read back.
pub(super) fn run(
    bytes: Bytes,
    seed: u64,
    index: TaskIndex,
    folder: &Path,
    host: &mut impl Host,
) -> Result<u64, Stop> {
    outlive_file_limits();
    let failed = |what: &'static str| {
        move |error: io::Error| Stop::Failed(format!("{what} {}: {error}", folder.display()))
    };
    let mut file = host.during(|_| tempfile::tempfile_in(folder)).map_err(failed("create a file in"))?;
    let content = Content(mix64(seed ^ mix64(u64::from(index.0))));
    let (mut piece, mut back) = (Vec::new(), Vec::new());
    let lengths = || (0..bytes.0).step_by(PIECE).map(move |at| (at, (bytes.0 - at).min(PIECE as u64)));
    for (at, length) in lengths() {
        content.fill(&mut piece, at, length);
        host.during(|_| file.write_all(&piece)).map_err(failed("write a file in"))?;
        go_on(host, at + length, bytes, 0)?;
    }
    host.during(|_| file.sync_all()).map_err(failed("bring to the disk a file in"))?;
    go_on(host, bytes.0, bytes, 0)?;
    host.during(|_| file.rewind()).map_err(failed("read back a file in"))?;
    let mut hash = 0;
    for (at, length) in lengths() {
        back.resize(length as usize, 0);
        host.during(|_| read(&mut file, &mut back)).map_err(failed("read back a file in"))?;
        content.fill(&mut piece, at, length);
        if let Some(wrong) = piece.iter().zip(&back).position(|(written, read)| written != read) {
            let place = grouped(at + wrong as u64);
            return Err(Stop::Failed(format!(
                "byte {place} of a file in {} is not what was written",
                folder.display()
            )));
        }
        hash = back.chunks(8).fold(hash, |hash, word| mix64(hash ^ number(word)));
        go_on(host, at + length, bytes, 1)?;
    }
    Ok(hash)
}

fn read(file: &mut File, piece: &mut [u8]) -> io::Result<()> {
    file.read_exact(piece)
}

/// Tells how far the task is, of its two halves (written, read back) in number `half`, and asks whether to go on.
fn go_on(host: &mut impl Host, done: u64, of: Bytes, half: u64) -> Result<(), Stop> {
    let share = f64::midpoint(done as f64 / of.0 as f64, half as f64);
    match host.checkpoint((share * f64::from(u16::MAX)) as u16) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(stop) => Err(stop),
    }
}

/// What a file holds: the numbers that follow from one.
#[derive(Copy, Clone)]
struct Content(u64);

impl Content {
    /// So many bytes from `at`, which is a multiple of 8.
    fn fill(self, piece: &mut Vec<u8>, at: u64, length: u64) {
        piece.resize(length as usize, 0);
        for (word, bytes) in (at / 8..).zip(piece.chunks_mut(8)) {
            let random = mix64(self.0.wrapping_add(word)).to_le_bytes();
            bytes.copy_from_slice(&random[..bytes.len()]);
        }
    }
}

/// Up to 8 bytes as a number.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Has the system answer a write beyond the limit of file sizes (`ulimit -f`) with an error, not with a signal that ends the
/// process.
pub fn outlive_file_limits() {
    #[cfg(unix)]
    {
        use std::sync::atomic::AtomicBool;
        use std::sync::{Arc, Once};
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let seen = Arc::new(AtomicBool::new(false));
            // Where it is refused, such a write ends the process, as it would have.
            let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, seen);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Unwatched;

    fn value(bytes: u64, seed: u64, index: u32) -> Result<u64, Stop> {
        let folder = tempfile::tempdir().unwrap();
        let value = run(Bytes(bytes), seed, TaskIndex(index), folder.path(), &mut Unwatched);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
        value
    }

    #[test]
    fn the_value_follows_from_size_seed_and_index() {
        let one = value(PIECE as u64 + 13, 1, 7).unwrap();
        assert_eq!(value(PIECE as u64 + 13, 1, 7), Ok(one));
        for (bytes, seed, index) in
            [(PIECE as u64 + 12, 1, 7), (PIECE as u64 + 13, 2, 7), (PIECE as u64 + 13, 1, 8)]
        {
            assert_ne!(value(bytes, seed, index), Ok(one));
        }
        // For ever: what a digest is made of.
        assert_eq!(value(1, 1, 0), Ok(mix64(mix64(mix64(1 ^ mix64(0))) & 0xff)));
        assert_eq!(number(&[1, 2]), 513);
    }

    #[test]
    fn files_have_no_names_while_they_are_written() {
        struct Looker<'a>(&'a Path, usize);
        impl Host for Looker<'_> {
            fn checkpoint(&mut self, _progress: u16) -> ControlFlow<Stop> {
                self.1 += 1;
                assert_eq!(std::fs::read_dir(self.0).unwrap().count(), 0);
                if self.1 < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(Stop::Cancelled) }
            }
            fn command(&mut self, _: TaskIndex, _: &crate::plan::Command) -> ControlFlow<Stop> {
                ControlFlow::Continue(())
            }
            fn block(&mut self, _wait: crate::units::Nanos) -> ControlFlow<Stop> {
                ControlFlow::Continue(())
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let mut host = Looker(folder.path(), 0);
        let ended = run(Bytes(16 << 20), 1, TaskIndex(0), folder.path(), &mut host);
        assert_eq!((ended, host.1), (Err(Stop::Cancelled), 3), "it ends between two pieces");
    }

    #[test]
    fn a_folder_that_takes_no_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let Err(Stop::Failed(words)) = run(Bytes(1), 1, TaskIndex(0), &missing, &mut Unwatched) else {
            panic!("there is no such folder")
        };
        assert!(
            words.starts_with("create a file in /") && words.contains("/missing: No such file"),
            "{words}"
        );
    }
}

//! Small files of the kernel: read whole by path under a root that a test replaces, or read again and again through one
//! open file, which costs a third of opening it anew.

use std::fs;
use std::path::{Path, PathBuf};

/// A tree of the kernel's files.
#[derive(Debug)]
pub(super) struct Files(PathBuf);

impl Files {
    /// Those of this machine.
    #[cfg(target_os = "linux")]
    pub(super) fn system() -> Self {
        Self(PathBuf::from("/"))
    }

    /// A tree that a test has made.
    #[cfg(test)]
    pub(super) fn under(root: &Path) -> Self {
        Self(root.to_owned())
    }

    /// The text of a file named by its absolute path; none where it cannot be read.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = fs::read(self.path(path)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Opens a file for reading it repeatedly.
    #[cfg(target_os = "linux")]
    pub(super) fn open(&self, path: impl AsRef<Path>) -> Option<Reread> {
        fs::File::open(self.path(path)).ok().map(|file| Reread { file, buffer: vec![0; 4_096] })
    }

    fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.0.join(path.strip_prefix("/").unwrap_or(path))
    }
}

/// A file that stays open, and whose text is made anew by the kernel each time that it is read from its beginning.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct Reread {
    file: fs::File,
    buffer: Vec<u8>,
}

#[cfg(target_os = "linux")]
impl Reread {
    /// What the file says now, up to the point where `enough` is content; empty where it cannot be read.
    pub(super) fn text(&mut self, enough: impl Fn(&[u8]) -> bool) -> std::borrow::Cow<'_, str> {
        use std::os::unix::fs::FileExt;
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(2 * filled, 0);
            }
            match self.file.read_at(&mut self.buffer[filled..], filled as u64) {
                Ok(0) | Err(_) => break,
                Ok(n) => filled += n,
            }
            if enough(&self.buffer[..filled]) {
                break;
            }
        }
        String::from_utf8_lossy(&self.buffer[..filled])
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_anew_each_time_and_whatever_its_length() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::under(dir.path());
        assert_eq!(files.text("/proc/stat"), None);
        fs::create_dir(dir.path().join("proc")).unwrap();
        let path = dir.path().join("proc/stat");
        fs::write(&path, "first").unwrap();
        let mut reread = files.open("/proc/stat").unwrap();
        assert_eq!(reread.text(|_| false), "first");
        let long = "long ".repeat(3_000);
        fs::write(&path, &long).unwrap();
        assert_eq!(reread.text(|_| false), long);
        assert_eq!(files.text("/proc/stat"), Some(long));
    }
}

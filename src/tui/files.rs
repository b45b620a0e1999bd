//! Files that the screen is asked to write: always new ones, in the current directory.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::report::text::harmless;
use crate::tui::message::Export;

/// Numbers that are tried before we give up: nobody keeps so many by hand.
const MOST: u32 = 9_999;

/// Writes what is to be exported into the next files that are not there yet, and says where it is, or why not and what to
/// do about it.
pub(crate) fn write(export: &Export) -> Result<String, String> {
    match std::env::current_dir().and_then(|folder| write_all(&folder, export)) {
        Ok(paths) => {
            let names: Vec<String> = paths.iter().map(|path| harmless(&path.to_string_lossy())).collect();
            Ok(format!("{} are in {}", export.what, names.join(" and ")))
        }
        Err(error) => Err(format!(
            "{} could not be written to the current directory: {error}; start poolscope in one that can be written to",
            export.what
        )),
    }
}

fn write_all(folder: &Path, export: &Export) -> io::Result<Vec<PathBuf>> {
    export.files.iter().map(|(ending, text)| write_new(folder, export.stem, ending, text)).collect()
}

/// Writes `<name>-<n>.<ending>` with the first `n` from 1 on that is free.
fn write_new(folder: &Path, name: &str, ending: &str, text: &str) -> io::Result<PathBuf> {
    for number in 1..=MOST {
        let path = folder.join(format!("{name}-{number}.{ending}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                // Half a file would be taken for a whole one.
                let written = file.write_all(text.as_bytes());
                return match written {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        let _ = std::fs::remove_file(&path);
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{MOST} of them are there already")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tasks-2.csv"), "mine").unwrap();
        let names: Vec<String> = (0..3)
            .map(|n| write_new(folder.path(), "tasks", "csv", &format!("text {n}")).unwrap())
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["tasks-1.csv", "tasks-3.csv", "tasks-4.csv"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("tasks-2.csv")).unwrap(), "mine");
        assert_eq!(std::fs::read_to_string(folder.path().join("tasks-3.csv")).unwrap(), "text 1");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(write_new(Path::new("/nonexistent/poolscope"), "tasks", "csv", "").is_err());
    }
}

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

/// Writes `<stem>-<n>.<ending>`, one for each ending, with the first `n` from 1 on at which all of them are free.
fn write_all(folder: &Path, export: &Export) -> io::Result<Vec<PathBuf>> {
    for number in 1..=MOST {
        let path = |ending: &str| folder.join(format!("{}-{number}.{ending}", export.stem));
        let mut written: Vec<PathBuf> = Vec::new();
        let each = export.files.iter().try_for_each(|(ending, text)| {
            let path = path(ending);
            let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
            written.push(path);
            file.write_all(text.as_bytes())
        });
        let Err(error) = each else { return Ok(written) };
        // Half a file would be taken for a whole one, and one of two for both.
        for path in written {
            let _ = std::fs::remove_file(path);
        }
        if error.kind() != io::ErrorKind::AlreadyExists {
            return Err(error);
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{MOST} of them are there already")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(text: &str) -> Export {
        let files = vec![("svg", text.to_owned()), ("json", text.to_owned())];
        Export { what: String::new(), stem: "sweep", files }
    }

    #[test]
    fn no_file_is_written_over_and_those_of_one_export_have_one_number() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sweep-2.json"), "mine").unwrap();
        let mut names = Vec::new();
        for n in 0..2 {
            let paths = write_all(folder.path(), &export(&format!("text {n}"))).unwrap();
            names.extend(paths.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()));
        }
        assert_eq!(names, ["sweep-1.svg", "sweep-1.json", "sweep-3.svg", "sweep-3.json"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("sweep-2.json")).unwrap(), "mine");
        assert!(!folder.path().join("sweep-2.svg").exists());
        assert_eq!(std::fs::read_to_string(folder.path().join("sweep-3.svg")).unwrap(), "text 1");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(write_all(Path::new("/nonexistent/poolscope"), &export("")).is_err());
    }
}

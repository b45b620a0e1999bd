//! The list of URLs for `http` tasks.

use std::fs::File;
use std::io::{self, Read};

use super::Reading;
use crate::cli::args::PlanArgs;
use crate::cli::usage::Wrong;
use crate::plan::mix::Tasks;
use crate::plan::urls::MAX_BYTES;
use crate::plan::{TaskType, Urls};

const OPTION: &str = "--urls";

impl Reading {
    /// The URLs of a list, where one is named: then tasks are `http` unless others are named.
    pub(super) fn urls(&mut self, args: &PlanArgs, tasks: &mut Tasks) -> Option<Urls> {
        let file = args.urls.as_deref()?;
        let is_among = matches!(tasks, Tasks::Several(types) if types.contains(&TaskType::Http));
        if args.task.is_empty() && args.command.is_empty() {
            *tasks = Tasks::Several(vec![TaskType::Http]);
        } else if !is_among && (self.wrongs.is_empty() || !args.command.is_empty()) {
            self.wrongs.push(Wrong::new(OPTION, file, "is for http tasks; write -t http, or leave it out"));
            return None;
        }
        match read(file) {
            Ok(urls) => Some(urls),
            Err(words) => {
                self.wrongs.push(Wrong::new(OPTION, file, words));
                None
            }
        }
    }
}

/// The list in a file, or on standard input.
fn read(file: &str) -> Result<Urls, String> {
    let mut bytes = Vec::new();
    let result = if file == "-" {
        io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
    };
    result.map_err(|error| error.to_string())?;
    // What is no text is no URL, and is said with its line.
    Urls::read(&String::from_utf8_lossy(&bytes)).map_err(|error| error.to_string())
}

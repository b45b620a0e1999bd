//! The list of URLs for `http` tasks.

use std::fs::File;
use std::io;

use super::Reading;
use crate::cli::args::PlanArgs;
use crate::cli::usage::Wrong;
use crate::plan::mix::Tasks;
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
    let urls = if file == "-" {
        Urls::read(io::stdin().lock())
    } else {
        Urls::read(File::open(file).map_err(|error| error.to_string())?)
    };
    urls.map_err(|error| error.to_string())
}

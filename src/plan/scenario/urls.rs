//! A workload of pages in a scenario. Nothing is connected to here.

use std::fs::File;

use crate::plan::scenario::read::{Reader, Table, Value};
use crate::plan::urls::Urls;
use crate::plan::{Size, TaskType, Workload};

/// Keys of such a workload.
const HTTP: &[&str] = &["task", "urls", "urls_file", "tasks"];

impl Reader<'_> {
    /// Reads a workload whose task type is `http`.
    pub(super) fn pages(&mut self, table: Table<'_>) -> Option<Workload> {
        self.keys(table, HTTP);
        let urls = match (table.get("urls"), table.get("urls_file")) {
            (Some(_), Some(file)) => {
                self.fault(file.at, "urls_file stands beside urls; leave one of them out");
                return None;
            }
            (Some(list), None) => {
                let texts = self.texts(list, "[\"http://example.org/\"]")?;
                match Urls::of(texts.iter().map(String::as_str).zip(1..)) {
                    Ok(urls) => urls,
                    Err(error) => {
                        self.fault(list.at, format!("urls: {error}").replace("line ", "number "));
                        return None;
                    }
                }
            }
            (None, Some(file)) => self.urls_file(file)?,
            (None, None) => Urls::default(),
        };
        let mut tasks = urls.count() as u64;
        self.number_into(table.get("tasks"), u64::MAX, &mut tasks);
        Some(Workload { task: TaskType::Http, size: Size::Urls(urls), tasks })
    }

    fn urls_file(&mut self, value: Value<'_>) -> Option<Urls> {
        let name = self.string(value)?;
        let path = self.folder.join(&name);
        let read = || {
            // A pipe or a device might never end, or never begin.
            if !std::fs::metadata(&path).map_err(|error| error.to_string())?.is_file() {
                return Err("it is no regular file".to_owned());
            }
            let file = File::open(&path).map_err(|error| error.to_string())?;
            Urls::read(file).map_err(|error| error.to_string())
        };
        read().map_err(|error| self.fault(value.at, format!("urls_file {name:?}: {error}"))).ok()
    }
}

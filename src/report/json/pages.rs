//! Pages of the web in the results for programs: whose were asked for, and how long they were.

use serde::Serialize;

use crate::plan::{Size, Workload};
use crate::state::RunState;

/// The page of one task.
#[derive(Serialize)]
pub(super) struct PageFacts {
    task: u32,
    url: String,
    bytes: u64,
}

impl PageFacts {
    /// The first few pages of a run that is over; none for other work.
    pub(super) fn of(run: &RunState) -> Option<Vec<Self>> {
        let (urls, end) = (run.start.work.urls()?, run.end.as_ref()?);
        let page = |(task, bytes): &(crate::ids::TaskIndex, u64)| Self {
            task: task.0,
            url: urls.get(*task),
            bytes: *bytes,
        };
        Some(end.pages.iter().map(page).collect())
    }
}

/// The URLs of a workload, where somebody named them. They hold printable ASCII alone.
pub(super) fn named(load: &Workload) -> Option<Vec<String>> {
    match &load.size {
        Size::Urls(urls) if !urls.are_loopback() => Some(urls.all()),
        _ => None,
    }
}

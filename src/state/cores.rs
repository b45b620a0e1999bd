//! The cores: the last reading, and a short history of each.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::event::{CoreLoad, CoreSample};

/// Readings kept: two minutes at the usual two a second.
const HISTORY: usize = 240;

/// What is known of the cores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cores {
    samples: VecDeque<CoreSample>,
}

impl Cores {
    pub(super) fn take(&mut self, sample: &CoreSample) {
        if self.samples.len() == HISTORY {
            self.samples.pop_front();
        }
        self.samples.push_back(sample.clone());
    }

    /// The last reading; none before the first.
    pub fn latest(&self) -> Option<&CoreSample> {
        self.samples.back()
    }

    /// The history of the core at `index` of the last reading, oldest first: at most the last `most` readings.
    pub fn history(&self, index: usize, most: usize) -> impl Iterator<Item = CoreLoad> + '_ {
        let skip = self.samples.len().saturating_sub(most);
        self.samples.iter().skip(skip).filter_map(move |sample| sample.cores.get(index).copied())
    }

    /// CPUs' worth of time that are busy now, with anything, and that are busy with this run: 3.5 of 4, say.
    pub fn busy(&self) -> (f64, f64) {
        let sum = |part: fn(&CoreLoad) -> f64| self.latest().map_or(0.0, |s| s.cores.iter().map(part).sum());
        (sum(|core| core.busy.fraction()), sum(|core| core.ours.fraction()))
    }
}

//! The cores: the last reading, and a short history of each.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::event::{CoreLoad, CoreSample};

/// Readings kept: two minutes at the usual two a second.
const HISTORY: usize = 240;

/// The part of a reading from which on stolen time is noticed; a tick now and then is not.
const STOLEN: f64 = 0.02;

/// What is known of the cores.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cores {
    samples: VecDeque<CoreSample>,
    stolen: bool,
}

impl Cores {
    pub(super) fn take(&mut self, sample: &CoreSample) {
        if self.samples.len() == HISTORY {
            self.samples.pop_front();
        }
        self.stolen |= sample.cores.iter().any(|core| core.steal.fraction() >= STOLEN);
        self.samples.push_back(sample.clone());
    }

    /// Whether a hypervisor has taken away a noticeable part of any reading of any core so far.
    pub const fn stolen(&self) -> bool {
        self.stolen
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

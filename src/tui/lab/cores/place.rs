//! Which cores are shown, and in what order: threads of a core together, packages one after another.

use std::borrow::Cow;

use crate::ids::CpuId;
use crate::plan::topology::CpuPlace;
use crate::tui::model::Model;

/// From this many CPUs on, those that are not allowed are counted, not shown, if they would be the most.
const MANY: usize = 17;

/// The cores that are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Places {
    /// Their indexes in a reading, in the order in which they are shown.
    pub(super) shown: Vec<usize>,
    /// Their core each, in the same order; cores that are alike are of the same package too.
    cores: Vec<(u32, CpuId)>,
    /// CPUs that are not shown because they are not allowed.
    pub(super) barred: usize,
    /// Columns of the highest number that is shown.
    pub(super) digits: usize,
}

impl Places {
    /// Those of the last reading; before the first, those that it should have.
    pub(super) fn of(model: &Model) -> Self {
        let latest = model.cores().latest();
        let simulated = model.shows_simulated_cores();
        let of_runs = model.shown().plan.as_ref().filter(|_| simulated);
        let machine = of_runs.map_or(Cow::Borrowed(&model.machine), |plan| plan.machine(&model.machine));
        let read = latest.map(|sample| {
            let cpus = sample.cores.iter().map(|core| (core.cpu, core.allowed));
            cpus.collect::<Vec<_>>()
        });
        let expected =
            || (0..machine.cpus as u16).map(|n| (CpuId(n), u32::from(n) < machine.allowed)).collect();
        // Each simulated core is one of its own.
        let place = |cpu| machine.topology.place(cpu).filter(|_| !simulated);
        Self::new(&read.unwrap_or_else(expected), place)
    }

    fn new(cpus: &[(CpuId, bool)], place: impl Fn(CpuId) -> Option<CpuPlace>) -> Self {
        let allowed = cpus.iter().filter(|(_, allowed)| *allowed).count();
        let only_allowed = cpus.len() >= MANY && allowed > 0 && 2 * allowed < cpus.len();
        let mut order: Vec<(CpuPlace, usize)> = (0..)
            .zip(cpus)
            .filter(|(_, (_, allowed))| *allowed || !only_allowed)
            .map(|(index, (cpu, _))| {
                // A CPU whose place is not known is a core of its own.
                (place(*cpu).unwrap_or(CpuPlace { package: 0, core: *cpu, cpu: *cpu }), index)
            })
            .collect();
        order.sort_unstable();
        let highest = order.iter().map(|(place, _)| place.cpu.0).max().unwrap_or(0);
        Self {
            shown: order.iter().map(|(_, index)| *index).collect(),
            cores: order.iter().map(|(place, _)| (place.package, place.core)).collect(),
            barred: cpus.len() - order.len(),
            digits: highest.to_string().len(),
        }
    }

    /// The threads of each core, if all that are shown have as many; else 1.
    pub(super) fn threads(&self) -> usize {
        let mut counts = self.cores.chunk_by(|a, b| a == b).map(<[_]>::len);
        let first = counts.next().unwrap_or(1);
        if counts.all(|count| count == first) { first } else { 1 }
    }

    /// Whether any core has several threads.
    pub(super) fn has_threads(&self) -> bool {
        self.cores.windows(2).any(|pair| pair.first() == pair.last())
    }

    /// A bracket at the side of the CPU that is shown at `at`, if another thread of its core stands above or below it in
    /// columns of so many rows.
    pub(super) fn bracket(&self, at: usize, rows: usize) -> Option<char> {
        let alike = |other: Option<usize>| {
            other
                .is_some_and(|other| other / rows == at / rows && self.cores.get(other) == self.cores.get(at))
        };
        match (alike(at.checked_sub(1)), alike(Some(at + 1))) {
            (false, false) => None,
            (false, true) => Some('╭'),
            (true, true) => Some('│'),
            (true, false) => Some('╰'),
        }
    }
}

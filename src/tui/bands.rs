//! Which lanes are shown, and which of them is under the cursor.
//!
//! Where there are more lanes than rows, each row is a band of neighbouring ones. A band can be opened: then its lanes
//! alone are shown, in bands again if need be, until there is a row for each. Nothing is drawn here.

use std::ops::Range;

/// What has been opened, and where the cursor is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Bands {
    /// Opened bands, each within the one before it.
    opened: Vec<Range<usize>>,
    /// A slot of the row under the cursor.
    cursor: usize,
}

impl Bands {
    /// The slots that are shown, of so many.
    pub(crate) fn shown(&self, slots: usize) -> Range<usize> {
        self.opened.last().map_or(0..slots, |band| band.start.min(slots)..band.end.min(slots))
    }

    /// Whether a band is open.
    pub(crate) const fn is_open(&self) -> bool {
        !self.opened.is_empty()
    }

    /// The row under the cursor, where each row has `fold` of `slots`.
    pub(crate) fn row(&self, slots: usize, fold: usize) -> usize {
        let shown = self.shown(slots);
        self.cursor.clamp(shown.start, shown.end.max(shown.start + 1) - 1).saturating_sub(shown.start)
            / fold.max(1)
    }

    /// Moves the cursor by so many rows, and no further than to the first or the last.
    pub(crate) fn step(&mut self, rows: isize, slots: usize, fold: usize) {
        let shown = self.shown(slots);
        let last = shown.len().saturating_sub(1) / fold.max(1);
        let row = self.row(slots, fold).saturating_add_signed(rows).min(last);
        self.cursor = shown.start + row * fold.max(1);
    }

    /// Opens the band under the cursor, if it is one.
    pub(crate) fn open(&mut self, slots: usize, fold: usize) {
        if fold > 1 {
            let shown = self.shown(slots);
            let start = shown.start + self.row(slots, fold) * fold;
            self.opened.push(start..(start + fold).min(shown.end));
            self.cursor = start;
        }
    }

    /// Closes what was opened last; true if anything was open.
    pub(crate) fn close(&mut self) -> bool {
        self.opened.pop().is_some()
    }
}

/// The least round number of lanes for a band so that `slots` fit into `rows`.
pub(crate) fn fold(slots: usize, rows: usize) -> usize {
    let least = slots.div_ceil(rows.max(1));
    let round = (0..).map(|power| 10usize.saturating_pow(power)).flat_map(|ten| {
        // Twice and five times a power of ten, and what lies between where that wastes many rows.
        [10, 20, 25, 30, 40, 50, 60, 80].map(|tenths| ten.saturating_mul(tenths) / 10)
    });
    round.into_iter().find(|size| *size >= least).unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_round_and_fit() {
        for (slots, rows, size) in [(20, 20, 1), (21, 20, 2), (100, 20, 5), (1_000, 20, 50), (4_096, 22, 200)]
        {
            assert_eq!(fold(slots, rows), size, "{slots} in {rows}");
        }
        for slots in 1usize..3_000 {
            for rows in [1, 7, 30] {
                assert!(slots.div_ceil(fold(slots, rows)) <= rows);
            }
        }
    }

    #[test]
    fn a_band_opens_until_there_are_single_lanes_and_closes_again() {
        let mut bands = Bands::default();
        bands.step(3, 1_000, 50);
        assert_eq!(bands.row(1_000, 50), 3);
        bands.open(1_000, 50);
        assert_eq!((bands.shown(1_000), bands.row(1_000, 5)), (150..200, 0));
        bands.step(isize::MAX / 2, 1_000, 5);
        bands.open(1_000, 5);
        assert_eq!(bands.shown(1_000), 195..200);
        bands.open(1_000, 1);
        assert_eq!(bands.shown(1_000), 195..200, "single lanes cannot be opened");
        assert!(bands.close() && bands.close() && !bands.close());
        assert_eq!(bands.row(1_000, 50), 3, "the cursor stays with its lane");
    }

    #[test]
    fn a_run_with_fewer_lanes_leaves_nothing_out_of_range() {
        let mut bands = Bands::default();
        bands.step(19, 1_000, 50);
        bands.open(1_000, 50);
        assert_eq!(bands.shown(4), 4..4);
        assert_eq!(bands.row(4, 1), 0);
    }
}

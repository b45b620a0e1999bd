//! How many columns and rows the cores have: integer arithmetic, the same for the same count and room.
//!
//! Up to 64 cores have a bar each, in columns read downwards; more of them, or too little room, make a map of cells, read
//! as lines are, with the number of each line's first core. Columns divide the cores where they can, so that no line is
//! shorter than the others, and threads of a core are not parted.

use super::place::Places;
use super::{WITH_FIGURE, WITH_HISTORY};

/// The most cores that have a bar each.
const MOST_BARS: usize = 64;
/// The most cores that are to have a history each.
const FEW: usize = 16;
/// Rows that a few cores may take without a second column.
const FEW_ROWS: u16 = 4;
/// The narrowest bar of many, without its number.
const SMALLEST_BAR: u16 = 4;
/// The widest cell of a map.
const WIDEST_CELL: u16 = 4;
/// Cells that stand without gaps, where there is no room for more.
const DENSE: usize = 8;

/// What each core gets.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A bar, with number and all.
    Bars {
        /// Columns of each, the gap after it included.
        width: u16,
        /// Columns of that gap.
        gap: u16,
    },
    /// A cell.
    Map {
        /// Columns of each.
        cell: u16,
        /// Cells between two gaps of one column.
        group: usize,
    },
}

/// Where the cores are.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Grid {
    /// Cores beside one another.
    pub(crate) columns: usize,
    /// Lines.
    pub(crate) rows: u16,
    /// What each core gets.
    pub(super) kind: Kind,
}

impl Grid {
    /// The grid of some cores on `width` columns and at most `most` lines. It shows them all, or as many as fit into a
    /// map.
    pub(super) fn fit(places: &Places, width: u16, most: u16) -> Self {
        let (count, most) = (places.shown.len().max(1), most.max(1));
        let bars = if count <= MOST_BARS { bars(places, count, width, most) } else { None };
        bars.unwrap_or_else(|| map(places, count, width, most))
    }
}

fn bars(places: &Places, count: usize, width: u16, most: u16) -> Option<Grid> {
    let least = places.digits as u16 + 2 + SMALLEST_BAR + u16::from(places.has_threads());
    // Each with the narrowest bar and the most rows: what is wished for first, what may be in the end.
    let some = (most / 2 + 1).max(FEW_ROWS).min(most);
    let tries: &[(u16, u16)] = if count <= FEW {
        &[(WITH_HISTORY, FEW_ROWS.min(most)), (WITH_HISTORY, most), (WITH_FIGURE, most), (least, most)]
    } else {
        &[(WITH_FIGURE, some), (least, some), (least, most)]
    };
    let threads = places.threads();
    tries.iter().find_map(|(narrowest, most)| {
        let fits = |columns: &usize| count.div_ceil(*columns) <= usize::from(*most);
        let whole =
            |columns: &usize| count.is_multiple_of(*columns) && (count / columns).is_multiple_of(threads);
        let choices = || (1..=usize::from(width / narrowest.max(&1))).filter(fits);
        let columns = choices().find(whole).or_else(|| choices().next())?;
        let rows = count.div_ceil(columns);
        // The last columns may have nothing left.
        let columns = count.div_ceil(rows);
        // The last column has no gap after it.
        let gap = if *narrowest < WITH_FIGURE { 1 } else { 2 };
        let width = (width + gap) / columns as u16;
        Some(Grid { columns, rows: rows as u16, kind: Kind::Bars { width, gap } })
    })
}

/// Columns that so many cells in groups take.
const fn taken(columns: usize, cell: u16, group: usize) -> usize {
    columns * cell as usize + columns.saturating_sub(1) / group
}

fn map(places: &Places, count: usize, width: u16, most: u16) -> Grid {
    let room = usize::from(width).saturating_sub(places.digits + 1);
    let threads = places.threads();
    let most = usize::from(most);
    let dense = (1, DENSE.next_multiple_of(threads));
    // Threads that touch make cells wide enough.
    let airy = if threads > 1 { (1, threads) } else { (2, 1) };
    let styles = [airy, (1, threads), dense];
    let fitting = |cell: u16, group: usize| {
        (1..=count.min(room)).filter(move |columns| {
            columns.is_multiple_of(threads)
                && taken(*columns, cell, group) <= room
                && count.div_ceil(*columns) <= most
        })
    };
    // Long lines read worse than four short ones.
    let best = |choices: &[usize]| {
        let high = choices.iter().copied().filter(|columns| count.div_ceil(*columns) >= 4).max();
        high.or_else(|| choices.iter().copied().max())
    };
    let exact = styles.iter().find_map(|(cell, group)| {
        let choices: Vec<usize> =
            fitting(*cell, *group).filter(|columns| count.is_multiple_of(*columns)).collect();
        Some((best(&choices)?, *group))
    });
    let even = || {
        styles.iter().find_map(|(cell, group)| {
            let choices: Vec<usize> =
                fitting(*cell, *group).filter(|columns| columns.is_multiple_of(DENSE)).collect();
            Some((best(&choices)?, *group))
        })
    };
    let (columns, group) = exact.or_else(even).unwrap_or_else(|| {
        let columns = (1..=count.min(room)).filter(|columns| taken(*columns, 1, dense.1) <= room).max();
        (columns.unwrap_or(1), dense.1)
    });
    // What is left of the width makes the cells wider.
    let cell = (1..=WIDEST_CELL).rev().find(|cell| taken(columns, *cell, group) <= room).unwrap_or(1);
    let rows = count.div_ceil(columns).min(most) as u16;
    Grid { columns, rows, kind: Kind::Map { cell, group } }
}

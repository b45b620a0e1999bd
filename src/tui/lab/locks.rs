//! Where lanes are when lines of interpreters' locks stand between them: one above the lanes of each process.

/// The rows of some lanes, with the lines of their locks.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct LaneRows {
    /// Lines of a lane, or of a band of them.
    pub(crate) height: u16,
    /// Empty lines between two.
    pub(crate) gap: u16,
    /// Lines that say who has a lock.
    pub(crate) locks: u16,
    /// Lines that each of these takes, with an empty one at its end if they are three.
    pub(crate) lock_height: u16,
    /// Slots of a process.
    pub(crate) threads: usize,
    /// The first slot that is shown.
    pub(crate) first: usize,
}

impl LaneRows {
    /// How many lines say who has a lock, and how high each is: one for each of `locks` processes where all of `slots`
    /// lanes have a row of their own in `room`, otherwise one for the first.
    pub(crate) fn lock_lines(locks: usize, slots: u32, room: u16) -> (u16, u16) {
        let (room, all) = (u32::from(room), locks as u32);
        match locks {
            0 => (0, 0),
            _ if room >= 3 * slots + 3 * all + 6 => (locks as u16, 3),
            _ if room >= 2 * slots + 2 * all => (locks as u16, 2),
            _ if room >= slots + all => (locks as u16, 1),
            _ if room >= 3 => (1, 1),
            _ => (0, 0),
        }
    }

    /// Lines of a lock that are drawn upon.
    pub(crate) const fn lock_drawn(&self) -> u16 {
        if self.lock_height > 2 { self.lock_height - 1 } else { self.lock_height }
    }

    /// The first line of a row.
    pub(crate) fn top(&self, row: u16) -> u16 {
        let above = if self.locks < 2 { self.locks } else { self.process(row) + 1 };
        row * (self.height + self.gap) + above.min(self.locks) * self.lock_height
    }

    /// The first line of a lock.
    pub(crate) fn lock_top(&self, lock: u16) -> u16 {
        let threads = self.threads.max(1);
        let row = ((self.first / threads + usize::from(lock)) * threads).saturating_sub(self.first) as u16;
        row * (self.height + self.gap) + lock * self.lock_height
    }

    /// The slots of the process whose lock a line is about.
    pub(crate) fn slots(&self, lock: u16) -> std::ops::Range<usize> {
        let threads = self.threads.max(1);
        let process = self.first / threads + usize::from(lock);
        process * threads..(process + 1) * threads
    }

    /// The row of lanes of `rows` that a line belongs to, if it is one of theirs.
    pub(crate) fn row_at(&self, line: u16, rows: u16) -> Option<u16> {
        (0..rows).find(|row| (self.top(*row)..self.top(*row) + self.height).contains(&line))
    }

    /// Which process a row belongs to, counted from the first that is shown.
    fn process(&self, row: u16) -> u16 {
        let threads = self.threads.max(1);
        ((self.first + usize::from(row)) / threads - self.first / threads) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lock_stands_right_above_the_first_lane_of_its_process() {
        let rows = LaneRows { height: 2, gap: 1, locks: 2, lock_height: 1, threads: 3, first: 0 };
        assert_eq!([0, 1, 2, 3, 4].map(|row| rows.top(row)), [1, 4, 7, 11, 14]);
        assert_eq!([rows.lock_top(0), rows.lock_top(1)], [0, 10]);
        assert_eq!(rows.slots(1), 3..6);
        let lines = [0, 1, 2, 3, 11, 12].map(|line| rows.row_at(line, 6));
        assert_eq!(lines, [None, Some(0), Some(0), None, Some(3), Some(3)]);
        // Scrolled into the first process.
        let rows = LaneRows { first: 2, ..rows };
        assert_eq!([0, 1].map(|row| rows.top(row)), [1, 5]);
        assert_eq!([rows.lock_top(0), rows.lock_top(1)], [0, 4]);
    }

    #[test]
    fn a_lock_takes_no_lane_its_row() {
        for slots in 1..40u32 {
            for room in 0..60 {
                for locks in [0, 1, 2, 8].into_iter().filter(|locks| 2 * locks <= slots as usize) {
                    let (lines, height) = LaneRows::lock_lines(locks, slots, room);
                    let all = u32::from(lines * height) + slots <= room.into();
                    assert!(all || lines * height <= 1);
                }
            }
        }
    }
}

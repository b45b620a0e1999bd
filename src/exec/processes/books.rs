//! What one child holds: pieces of the run's tasks, shrinking as their results come.

use crate::ids::TaskIndex;

/// Consecutive tasks that are handed out together.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    /// The first task whose outcome is not known.
    pub(super) first: u64,
    /// One more than the last.
    pub(super) end: u64,
    /// The number of the next attempt; above 0 only for a single task that was begun before.
    pub(super) attempt: u8,
    /// Retries used so far; above 0 only for such a one.
    pub(super) tries: u32,
}

impl Piece {
    /// Tasks that were never begun.
    pub(super) const fn new(first: u64, end: u64) -> Self {
        Self { first, end, attempt: 0, tries: 0 }
    }

    /// Its first task.
    pub(super) const fn task(&self) -> TaskIndex {
        TaskIndex(self.first as u32)
    }

    pub(super) const fn len(&self) -> u64 {
        self.end - self.first
    }

    /// Whether it is a task that was begun before, elsewhere.
    pub(super) const fn was_begun(&self) -> bool {
        self.attempt > 0
    }

    const fn holds(&self, task: u64) -> bool {
        self.first <= task && task < self.end
    }
}

/// The pieces that a child holds, in the order in which they were handed out.
#[derive(Debug, Default)]
pub(super) struct Flights(Vec<Piece>);

impl Flights {
    pub(super) fn push(&mut self, piece: Piece) {
        self.0.push(piece);
    }

    /// The number of pieces.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a task is among them that was begun before, elsewhere.
    pub(super) fn holds_begun(&self) -> bool {
        self.0.iter().any(Piece::was_begun)
    }

    /// Whether a task is among them.
    pub(super) fn holds(&self, task: TaskIndex) -> bool {
        self.0.iter().any(|piece| piece.holds(u64::from(task.0)))
    }

    /// Strikes off `count` tasks from `first` on, which may go on from one piece to the next. False, and then nothing is
    /// struck off and the claim is not to be believed, if they are not what comes next: results of a piece come in order.
    pub(super) fn advance(&mut self, first: TaskIndex, count: u64) -> bool {
        let start = u64::from(first.0);
        let piece_at = |pieces: &[Piece], task| pieces.iter().position(|piece| piece.first == task);
        let (mut task, end) = (start, start.saturating_add(count));
        while let Some(at) = piece_at(&self.0, task) {
            task = self.0[at].end;
            if task >= end {
                break;
            }
        }
        if task == start || task < end {
            return false;
        }
        task = start;
        while task < end {
            let Some(at) = piece_at(&self.0, task) else {
                break;
            };
            let piece = &mut self.0[at];
            task = end.min(piece.end);
            piece.first = task;
            if piece.first == piece.end {
                self.0.remove(at);
            }
        }
        true
    }

    /// Everything that is left, when the child is dead: what was not begun or not told, and apart from it the tasks that
    /// died with the child. These are those of `running` that it held; where it held none of them, the first task of as
    /// many pieces as it had threads.
    pub(super) fn take_back(self, running: &[TaskIndex], threads: u16) -> (Vec<Piece>, Vec<Piece>) {
        let mut ran: Vec<u64> =
            running.iter().filter(|task| self.holds(**task)).map(|task| u64::from(task.0)).collect();
        if ran.is_empty() {
            ran.extend(self.0.iter().take(threads.into()).map(|piece| piece.first));
        }
        ran.sort_unstable();
        ran.dedup();
        let mut back = Vec::with_capacity(self.0.len() + ran.len());
        let mut suspects = Vec::with_capacity(ran.len());
        for piece in self.0 {
            let mut rest = piece;
            for task in ran.iter().copied().filter(|task| piece.holds(*task)) {
                back.push(Piece { end: task, ..rest });
                suspects.push(Piece { first: task, end: task + 1, ..piece });
                rest.first = task + 1;
            }
            back.push(rest);
        }
        back.retain(|piece| piece.len() > 0);
        // The last one is handed out first.
        back.reverse();
        (back, suspects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flights(pieces: &[(u64, u64)]) -> Flights {
        Flights(pieces.iter().map(|(first, end)| Piece::new(*first, *end)).collect())
    }

    fn parts(pieces: &[Piece]) -> Vec<(u64, u64)> {
        pieces.iter().map(|piece| (piece.first, piece.end)).collect()
    }

    #[test]
    fn results_strike_tasks_off_in_order_and_across_pieces() {
        let mut held = flights(&[(0, 4), (4, 8), (20, 22)]);
        assert!(held.advance(TaskIndex(0), 3));
        assert!(held.advance(TaskIndex(3), 3));
        assert_eq!(parts(&held.0), [(6, 8), (20, 22)]);
        assert!(held.advance(TaskIndex(20), 0), "a retry strikes nothing off");
        assert!(held.advance(TaskIndex(20), 2));
        assert_eq!(parts(&held.0), [(6, 8)]);
    }

    #[test]
    fn results_of_tasks_that_are_not_next_are_not_believed() {
        assert!(!flights(&[(0, 4)]).advance(TaskIndex(1), 1));
        let mut held = flights(&[(0, 4)]);
        assert!(!held.advance(TaskIndex(0), 5));
        assert_eq!(parts(&held.0), [(0, 4)], "nothing was struck off");
        assert!(!flights(&[(0, 4)]).advance(TaskIndex(9), 0));
        assert!(!flights(&[]).advance(TaskIndex(0), 1));
    }

    #[test]
    fn a_death_takes_back_everything_and_suspects_what_ran() {
        let back = |pieces: &[(u64, u64)], running: &[u32], threads| {
            let running: Vec<_> = running.iter().copied().map(TaskIndex).collect();
            let (back, suspects) = flights(pieces).take_back(&running, threads);
            (parts(&back), parts(&suspects))
        };
        assert_eq!(back(&[(0, 4), (4, 8)], &[2], 1), (vec![(4, 8), (3, 4), (0, 2)], vec![(2, 3)]));
        assert_eq!(back(&[(5, 6)], &[99], 1), (vec![], vec![(5, 6)]), "what it did not hold");
        assert_eq!(back(&[], &[1], 1), (vec![], vec![]));
        // Several threads, each in a piece of its own; and where nobody knows what ran, the first of each.
        let pieces = [(0, 4), (4, 8), (8, 12)];
        assert_eq!(back(&pieces, &[5, 0], 2), (vec![(8, 12), (6, 8), (4, 5), (1, 4)], vec![(0, 1), (5, 6)]));
        assert_eq!(back(&pieces, &[], 2), (vec![(8, 12), (5, 8), (1, 4)], vec![(0, 1), (4, 5)]));
        assert_eq!(back(&pieces, &[9, 9], 2).1, [(9, 10)], "named twice, charged once");
    }
}

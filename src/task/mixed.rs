//! Tasks that compute and wait by turns, as one that asks a database again and again.
//!
//! In turns, because tasks of one length that begin together keep step: all compute, then all wait while the CPUs stand
//! idle, for ten rounds of tasks and more. A pool that has been at work for a while does not. With ten turns in a task it is
//! the first task or two of each worker that are in step, and a run shows what the formula for pool sizes is about.

use std::ops::ControlFlow;

use super::{Host, Stop, block, kernel};
use crate::ids::TaskIndex;
use crate::plan::Command;
use crate::units::Nanos;

/// Computes so many iterations of `cpu` and waits for `wait`, in so many turns of both.
///
/// # Errors
/// The host's reason to stop.
pub(super) fn run(iterations: u64, wait: Nanos, turns: u32, host: &mut impl Host) -> Result<u64, Stop> {
    let mut host = ByTurns { host, wait, turns, done: 0 };
    let value = kernel::cpu(iterations, &mut host)?;
    host.catch_up(turns).map(|()| value)
}

/// A host that has the kernel wait between two checkpoints wherever a turn of its computing is done.
struct ByTurns<'a, H> {
    host: &'a mut H,
    wait: Nanos,
    turns: u32,
    /// Turns of which the waiting is done as well.
    done: u32,
}

impl<H: Host> ByTurns<'_, H> {
    /// Waits as long as belongs to the first `computed` turns.
    fn catch_up(&mut self, computed: u32) -> Result<(), Stop> {
        let until = |turn: u32| self.wait.0 * u64::from(turn) / u64::from(self.turns.max(1));
        let wait = until(computed) - until(self.done);
        self.done = computed;
        block(Nanos(wait), self.host)
    }
}

impl<H: Host> Host for ByTurns<'_, H> {
    fn checkpoint(&mut self, progress: u16) -> ControlFlow<Stop> {
        self.host.checkpoint(progress)?;
        // What is told of progress is rounded down, by less than two of its steps.
        let computed = ((u32::from(progress) + 2) * self.turns) >> 16;
        if computed == self.done {
            return ControlFlow::Continue(());
        }
        self.catch_up(computed).map_or_else(ControlFlow::Break, ControlFlow::Continue)
    }

    fn block(&mut self, wait: Nanos) -> ControlFlow<Stop> {
        self.host.block(wait)
    }

    fn tick(&mut self) {
        self.host.tick();
    }

    fn command(&mut self, index: TaskIndex, command: &Command) -> ControlFlow<Stop> {
        self.host.command(index, command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::kernel::CPU_BLOCK;

    /// Writes down what is asked of it.
    #[derive(Default)]
    struct Diary {
        checkpoints: u64,
        waits: Vec<(u64, Nanos)>,
        last: Option<usize>,
    }

    impl Host for Diary {
        fn checkpoint(&mut self, _progress: u16) -> ControlFlow<Stop> {
            self.checkpoints += 1;
            ControlFlow::Continue(())
        }

        fn block(&mut self, wait: Nanos) -> ControlFlow<Stop> {
            self.waits.push((self.checkpoints, wait));
            if self.last == Some(self.waits.len()) {
                return ControlFlow::Break(Stop::TimedOut);
            }
            ControlFlow::Continue(())
        }

        fn command(&mut self, _index: TaskIndex, _command: &Command) -> ControlFlow<Stop> {
            ControlFlow::Break(Stop::Cancelled)
        }
    }

    #[test]
    fn a_task_waits_after_each_part_of_its_computing_and_no_longer_than_it_should_in_all() {
        let mut diary = Diary::default();
        // A hundred blocks: fifty of logarithms, fifty of powers.
        let value = run(50 * CPU_BLOCK, Nanos(1_003), 10, &mut diary).unwrap();
        assert_eq!(diary.waits.len(), 10);
        assert_eq!(diary.waits.iter().map(|(_, wait)| wait.0).sum::<u64>(), 1_003);
        assert!(diary.waits.iter().all(|(_, wait)| wait.0.abs_diff(100) <= 1), "{:?}", diary.waits);
        let after: Vec<u64> = diary.waits.iter().map(|(after, _)| *after).collect();
        assert_eq!(after[..9], [10, 20, 30, 40, 50, 60, 70, 80, 90]);
        let alone = kernel::cpu(50 * CPU_BLOCK, &mut Diary::default()).unwrap();
        assert_eq!(value, alone, "the value is that of its computing");
    }

    #[test]
    fn one_turn_is_computing_and_then_waiting() {
        let mut diary = Diary::default();
        run(1_000, Nanos(7), 1, &mut diary).unwrap();
        assert_eq!(diary.waits, [(1, Nanos(7))]);
    }

    #[test]
    fn coarse_checkpoints_lose_no_waiting() {
        let mut diary = Diary::default();
        run(1_000, Nanos(100), 10, &mut diary).unwrap();
        assert_eq!(diary.waits, [(1, Nanos(50)), (1, Nanos(50))]);
    }

    #[test]
    fn it_stops_in_the_middle_of_its_waiting() {
        let mut diary = Diary { last: Some(3), ..Diary::default() };
        assert_eq!(run(50 * CPU_BLOCK, Nanos(1_000), 10, &mut diary), Err(Stop::TimedOut));
        assert_eq!(diary.waits.len(), 3);
    }
}

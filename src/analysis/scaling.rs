//! How throughput grows with the number of workers: the laws of the field, and what a fit to measurements is worth.
//!
//! Pure arithmetic on numbers: nothing here knows plans, machines or sessions (see [`super::sizing`]). Each law refuses,
//! in words, where it does not hold, for a number that means nothing is worse than none.
//!
//! | law | says |
//! | --- | --- |
//! | [`laws::amdahl`], [`laws::gustafson`] | the speedup that a serial part leaves |
//! | [`laws::karp_flatt`] | the serial part that one measured speedup shows |
//! | [`laws::wave_bound`] | what equal tasks in whole rounds allow |
//! | [`laws::goetz`], [`laws::little`] | the workers that keep every CPU busy |
//! | [`queue`] | what waiting for a CPU costs: a closed network, exactly |
//! | [`usl`] | contention and coherence, fitted: N workers give γN / (1 + α(N−1) + βN(N−1)) |
//! | [`doubt`] | why a fit must not be believed |

pub mod bootstrap;
pub mod distribution;
pub mod doubt;
pub mod laws;
mod matrix;
pub mod queue;
pub mod usl;

/// Why a law says nothing here.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Too few different numbers of workers.
    #[error("three parameters need at least {need} different numbers of workers, measured: {have}")]
    TooFewCounts {
        /// Those measured.
        have: usize,
        /// The fewest that leave something to judge the fit by.
        need: usize,
    },
    /// A number of workers below 1, or a throughput that is not above zero.
    #[error("a throughput of zero, or fewer workers than one, cannot be fitted")]
    NotPositive,
    /// The fit did not settle.
    #[error("the fit did not settle")]
    Unsettled,
    /// One worker has nobody to share with.
    #[error("one worker says nothing about a serial part; measure two or more")]
    OneWorker,
    /// Slower than one worker: that is no serial part, which at worst would make it as fast.
    #[error("it was slower than with one worker: that is overhead, which no serial part explains")]
    Slower,
    /// More speedup than workers.
    #[error("the speedup is above the number of workers: a cache, or a bad measurement with one worker")]
    Superlinear,
    /// A part that is not between 0 and 1.
    #[error("a serial part lies between 0 and 1")]
    NotAPart,
    /// Tasks that do not compute.
    #[error("the tasks do not compute, so no number of workers saturates the CPUs")]
    NoComputing,
    /// Tasks of differing lengths do not go in waves.
    #[error("there are no tasks")]
    NoTasks,
}

#[cfg(test)]
mod tests;

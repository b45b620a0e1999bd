//! What each task type does: kernels that know nothing of pools.
//!
//! A kernel computes by iterations and never looks at a clock to decide when to end: that would fake speedup when
//! workers outnumber cores. Every few hundred microseconds it asks its [`Host`] whether to go on, and tells how far it
//! is. The value of task i depends only on the seed and i, so that every strategy must come to the same [`digest`].

pub mod calibrate;
mod file;
pub mod http;
mod kernel;
mod mixed;
mod scratch;
mod watch;

use std::ops::ControlFlow;

pub use file::outlive_file_limits;
pub use scratch::Scratch;
pub use watch::Watch;

use crate::ids::TaskIndex;
use crate::plan::{Command, Work};
use crate::units::Nanos;

/// Iterations of `cpu` between two ticks: between two looks at whether its interpreter's lock is wanted.
pub const CPU_STEP: u64 = kernel::CPU_BLOCK / kernel::STEPS;

/// What a kernel may ask of whoever runs it.
pub trait Host {
    /// Says how far the task is, in 1/65 536, and asks whether to go on.
    fn checkpoint(&mut self, progress: u16) -> ControlFlow<Stop>;

    /// Waits without a CPU, and then goes on computing unless told to stop.
    fn block(&mut self, wait: Nanos) -> ControlFlow<Stop>;

    /// 50 to 250 ns of work have passed: where an interpreter would look whether another thread is to run.
    #[inline]
    fn tick(&mut self) {}

    /// Makes a call that waits without a CPU, as for a disk or a network, and then goes on computing. What the call tells its
    /// watch of its waiting counts towards the attempt's time limit; else all of it does.
    fn during<T>(&mut self, call: impl FnOnce(&Watch) -> T) -> T {
        call(&Watch::default())
    }

    /// Runs the command of a task, and waits for its end without a CPU.
    fn command(&mut self, index: TaskIndex, command: &Command) -> ControlFlow<Stop>;

    /// Native code begins that has no use for an interpreter's lock.
    fn leave(&mut self) {}

    /// It has ended.
    fn come_back(&mut self) {}
}

/// Why a task must not go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The run was cancelled.
    Cancelled,
    /// The attempt's time is over.
    TimedOut,
    /// The worker has no buffer for it: there was not enough memory.
    NoBuffer,
    /// What it was to do failed, in words.
    Failed(String),
}

/// The bits of a task's value: an f64's or a u64's.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Value(pub u64);

/// Does task `index` of the work, with what the worker prepared for it; of a mix, what the task's part is.
///
/// # Errors
/// The host's reason to stop, where it gave one; or that `scratch` is not what the work needs.
pub fn perform(
    work: &Work,
    index: TaskIndex,
    scratch: &Scratch,
    host: &mut impl Host,
) -> Result<Value, Stop> {
    // The task's number among its own kind: a mix changes nothing in what the tasks of a part come to.
    let (work, index) = work.part(index);
    let flow = match work {
        Work::Cpu { iterations } => kernel::cpu(*iterations, host),
        Work::Sum { iterations } => kernel::sum(*iterations, host),
        Work::Primes { numbers } => {
            let number = numbers.get(index.index() % numbers.len().max(1)).copied().unwrap_or(0);
            kernel::primes(number, host)
        }
        Work::Sleep { wait } => block(*wait, host).map(|()| u64::from(index.0)),
        Work::Mixed { iterations, wait } => mixed::run(*iterations, *wait, work.alternations(), host),
        Work::Native { buffer, bytes } => match scratch.buffer() {
            filled if filled.len() as u64 == buffer.0 && buffer.0 > 0 => {
                host.leave();
                let value = kernel::native(*bytes, filled, host);
                host.come_back();
                value
            }
            _ => Err(Stop::NoBuffer),
        },
        Work::File { bytes } => file::run(*bytes, scratch.seed(), index, &std::env::temp_dir(), host),
        Work::Http(urls) => http::run(urls, scratch.port(), index, host),
        Work::Command(command) => match host.command(index, command) {
            ControlFlow::Continue(()) => Ok(command_value(command, index)),
            ControlFlow::Break(stop) => Err(stop),
        },
        // A mix without parts, or within another: no plan is one.
        Work::Mix { .. } => Ok(0),
    };
    flow.map(Value)
}

fn block(wait: Nanos, host: &mut impl Host) -> Result<(), Stop> {
    match host.block(wait) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(stop) => Err(stop),
    }
}

/// The value of a command that succeeded: what was run, program and arguments byte by byte. What it did is its own; equal
/// values say that the same was asked for.
fn command_value(command: &Command, index: TaskIndex) -> u64 {
    let arguments = command.arguments(index.0.into());
    let program = command.program().as_os_str().as_encoded_bytes();
    words_mixed(std::iter::once(program).chain(arguments.iter().map(String::as_bytes)))
}

/// A number for words, byte by byte.
fn words_mixed<'a>(words: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    words.into_iter().fold(0, |value, word| {
        // The length parts one word from the next.
        let value = mix64(value ^ word.len() as u64);
        let bytes = |chunk: &[u8]| chunk.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        word.chunks(8).fold(value, |value, chunk| mix64(value ^ bytes(chunk)))
    })
}

/// What one task adds to its run's digest: a thorough mix of index, the task's own type and value. Added up with wrap-around,
/// these give the same number in whatever order tasks end.
///
/// The length of a page is its server's to choose, and may differ from one run to the next without a fault of anybody's:
/// in its place stands what was asked for, the URL.
pub fn digest(work: &Work, index: TaskIndex, value: Value) -> u64 {
    let (work, _) = work.part(index);
    let value = match work {
        Work::Http(urls) => words_mixed([urls.get(index).as_bytes()]),
        _ => value.0,
    };
    mix64(mix64(mix64(u64::from(index.0)) ^ work.task().tag()) ^ value)
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014), after one step of its counter.
pub(crate) fn mix64(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A host that lets a kernel run to its end, and waits for nothing.
#[derive(Debug, Default)]
pub struct Unwatched;

impl Host for Unwatched {
    fn checkpoint(&mut self, _progress: u16) -> ControlFlow<Stop> {
        ControlFlow::Continue(())
    }

    fn block(&mut self, _wait: Nanos) -> ControlFlow<Stop> {
        ControlFlow::Continue(())
    }

    fn command(&mut self, _index: TaskIndex, command: &Command) -> ControlFlow<Stop> {
        ControlFlow::Break(Stop::Failed(format!("nobody is here to run {}", command.label())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::TaskType;
    use crate::units::Bytes;

    fn value(work: &Work, index: u32) -> u64 {
        let scratch = Scratch::prepare(work, 1, || true);
        perform(work, TaskIndex(index), &scratch, &mut Unwatched).unwrap().0
    }

    #[test]
    fn values_are_those_of_the_definitions() {
        // The notes' own expression for n = 1000: sum of log(i + 1) and of i ** 1.1, in that order.
        let mut sum = 0.0f64;
        (0..1000).for_each(|i| sum += f64::from(i + 1).ln());
        (0..1000).for_each(|i| sum += f64::from(i).powf(1.1));
        assert_eq!(f64::from_bits(value(&Work::Cpu { iterations: 1000 }, 0)).to_bits(), sum.to_bits());
        assert_eq!(value(&Work::Sum { iterations: 1_000_000 }, 0), 499_999_500_000);
        assert_eq!(value(&Work::Sleep { wait: Nanos::from_secs(9) }, 41), 41);
        let mixed = Work::Mixed { iterations: 1000, wait: Nanos(1) };
        assert_eq!(value(&mixed, 3), sum.to_bits());
    }

    #[test]
    fn native_is_the_weighted_sum_of_a_histogram_over_and_over() {
        let work = |buffer, bytes| Work::Native { buffer: Bytes(buffer), bytes };
        let scratch = Scratch::prepare(&work(1_000_000, 1), 1, || true);
        let sum: u64 = scratch.buffer().iter().map(|byte| u64::from(*byte)).sum();
        let part: u64 = scratch.buffer().iter().take(1_000).map(|byte| u64::from(*byte)).sum();
        assert_eq!(value(&work(1_000_000, 1_000_000), 0), sum);
        assert_eq!(value(&work(1_000_000, 3_000_000), 7), 3 * sum);
        assert_eq!(value(&work(1_000_000, 2_001_000), 1), 2 * sum + part);
        assert_eq!(value(&work(1_000_000, 1_000), 1), part);
        // The buffer of this seed, for ever: what a digest is made of.
        assert_eq!(scratch.buffer().iter().take(4).copied().collect::<Vec<_>>(), [30, 97, 57, 116]);
        let missing = perform(&work(8, 8), TaskIndex(0), &Scratch::default(), &mut Unwatched);
        assert_eq!(missing, Err(Stop::NoBuffer));
    }

    #[test]
    fn primes_are_tested_number_by_number() {
        let work = Work::Primes { numbers: (0..30).collect() };
        let primes: Vec<u32> = (0..30).filter(|i| value(&work, *i) == 1).collect();
        assert_eq!(primes, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert_eq!(value(&work, 31), 0, "task 31 tests number 1 again");
        assert_eq!(value(&Work::Primes { numbers: vec![u64::MAX] }, 0), 0);
        assert_eq!(value(&Work::Primes { numbers: vec![1_000_003 * 1_000_003] }, 0), 0);
    }

    #[test]
    fn a_kernel_stops_when_its_host_says_so_and_tells_how_far_it_is() {
        struct Impatient(Vec<u16>);
        impl Host for Impatient {
            fn checkpoint(&mut self, progress: u16) -> ControlFlow<Stop> {
                self.0.push(progress);
                if self.0.len() < 5 { ControlFlow::Continue(()) } else { ControlFlow::Break(Stop::TimedOut) }
            }
            fn block(&mut self, _wait: Nanos) -> ControlFlow<Stop> {
                ControlFlow::Break(Stop::Cancelled)
            }
            fn command(&mut self, index: TaskIndex, _command: &Command) -> ControlFlow<Stop> {
                if index.0 == 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(Stop::TimedOut) }
            }
        }
        for work in [
            Work::Cpu { iterations: 1 << 20 },
            Work::Sum { iterations: 1 << 40 },
            Work::Primes { numbers: vec![18_446_744_073_709_551_557] },
            Work::Native { buffer: Bytes(100_000), bytes: 1 << 40 },
        ] {
            let mut host = Impatient(Vec::new());
            let scratch = Scratch::prepare(&work, 1, || true);
            assert_eq!(perform(&work, TaskIndex(0), &scratch, &mut host), Err(Stop::TimedOut));
            assert!(host.0.is_sorted(), "{:?}", host.0);
        }
        let sleep = Work::Sleep { wait: Nanos(1) };
        let none = Scratch::default();
        assert_eq!(perform(&sleep, TaskIndex(0), &none, &mut Impatient(Vec::new())), Err(Stop::Cancelled));
    }

    #[test]
    fn the_value_of_a_command_is_what_was_run() {
        let value = |words: &[&str], index| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            command_value(&Command::new(words, false, None).unwrap(), TaskIndex(index))
        };
        assert_eq!(value(&["sh", "a", "b"], 0), value(&["sh", "a", "b"], 1), "the index is not in it");
        let others: [&[&str]; 5] =
            [&["sh", "ab"], &["sh", "a b"], &["sh", "b", "a"], &["sh", "a", "b", ""], &["env", "a", "b"]];
        assert!(others.iter().all(|other| value(other, 0) != value(&["sh", "a", "b"], 0)));
        assert_ne!(value(&["sh", "{}"], 0), value(&["sh", "{}"], 1));
    }

    #[test]
    fn a_digest_of_pages_tells_what_was_asked_for_and_not_what_came() {
        let urls = |text: &str| Work::Http(crate::plan::Urls::read(text.as_bytes()).unwrap());
        let d = |work: &Work, i, length| digest(work, TaskIndex(i), Value(length));
        let pages = urls("http://a.example/\nhttp://b.example/");
        assert_eq!(d(&pages, 0, 5), d(&pages, 0, 6), "a server may answer otherwise the next time");
        assert_ne!(d(&pages, 0, 5), d(&pages, 2, 5), "each task counts once");
        assert_ne!(d(&pages, 0, 5), d(&urls("http://c.example/"), 0, 5));
    }

    #[test]
    fn a_digest_tells_index_type_and_value_apart_but_not_order() {
        let d = |work: &Work, i, v| digest(work, TaskIndex(i), Value(v));
        let (cpu, sum) = (Work::Cpu { iterations: 1 }, Work::Sum { iterations: 1 });
        assert_ne!(d(&cpu, 0, 1), d(&cpu, 1, 0));
        assert_ne!(d(&cpu, 0, 1), d(&sum, 0, 1));
        assert_ne!(d(&Work::Sleep { wait: Nanos(1) }, 0, 0), 0);
        let mix = Work::Mix { parts: vec![(cpu.clone(), 2), (sum.clone(), 1)] };
        let kinds = [&cpu, &cpu, &sum, &cpu, &cpu, &sum, &cpu];
        assert!((0..).zip(kinds).all(|(i, kind)| d(&mix, i, 7) == d(kind, i, 7)), "of its own type each");
        let mut tags = TaskType::ALL.map(TaskType::tag);
        assert_eq!(TaskType::Native.tag(), 6);
        tags.sort_unstable();
        assert_eq!(tags, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}

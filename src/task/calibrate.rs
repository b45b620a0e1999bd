//! Calibration: what an iteration of each kernel costs on one quiet thread of this machine.

use crate::clock::Clock;
use crate::ids::TaskIndex;
use crate::plan::{Costs, Work};
use crate::task::{Scratch, Unwatched, perform};
use crate::units::{Bytes, Nanos};

/// How long each kernel is measured: four kernels stay below 100 ms together.
const BUDGET: Nanos = Nanos::from_millis(20);
/// Bytes of memory that are counted: more than a core's own caches hold, and filled in a few milliseconds.
const BUFFER: Bytes = Bytes(8 << 20);
/// The prime whose test is timed: 50 000 divisions, some 0.3 ms.
const PRIME: u64 = 10_000_000_019;

/// Measures each kernel for some 20 ms, on the calling thread, and takes the fastest repetition: whatever disturbs a
/// thread makes it slower, never faster.
pub fn calibrate(clock: &Clock) -> Costs {
    let cost = |work: &Work| {
        let iterations = work.iterations().max(1) as f64;
        let scratch = Scratch::prepare(work, 1, || true);
        let started = clock.now();
        let mut best = f64::INFINITY;
        loop {
            let before = clock.now();
            // The value is used, so that the work is done.
            let value = perform(work, TaskIndex(0), &scratch, &mut Unwatched);
            std::hint::black_box(&value);
            let now = clock.now();
            best = best.min(now.since(before).0 as f64 / iterations);
            // A clock that stands still belongs to a test: one repetition is enough.
            if now.since(started) >= BUDGET || now == started {
                return best.max(1e-3);
            }
        }
    };
    Costs {
        // As long as common tasks are, for the cost of i^1.1 is the same for every i only roughly.
        cpu_ns: cost(&Work::Cpu { iterations: 50_000 }),
        sum_ns: cost(&Work::Sum { iterations: 1_000_000 }),
        primes_ns: cost(&Work::Primes { numbers: vec![PRIME] }),
        native_ns: cost(&Work::Native { buffer: BUFFER, bytes: BUFFER.0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_has_a_cost() {
        let costs = calibrate(&Clock::monotonic());
        for ns in [costs.cpu_ns, costs.sum_ns, costs.primes_ns, costs.native_ns] {
            assert!(ns > 0.01 && ns < 1e5, "{costs:?}");
        }
    }
}

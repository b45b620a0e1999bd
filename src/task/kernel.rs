//! The loops themselves, in blocks of a few hundred microseconds between two checkpoints, and within these in steps of
//! 50 to 250 ns between two ticks.

use std::hint::black_box;
use std::ops::ControlFlow;

use crate::task::{Host, Stop};

/// Steps in a block: each takes 50 to 250 ns, as long as a loop of CPython computes between two looks at what it is asked.
pub(super) const STEPS: u64 = 1_024;
/// Iterations between two checkpoints of `cpu`: 50 to 200 µs.
pub(super) const CPU_BLOCK: u64 = 8_192;
/// The same for `sum`.
const SUM_BLOCK: u64 = 65_536;
/// The same for `primes`.
const PRIMES_BLOCK: u64 = 32_768;
/// The same for `native`, in bytes.
const NATIVE_BLOCK: u64 = 262_144;

/// The bits of the sum of ln(i+1) and then of i^1.1, for i below n, each in order, into one accumulator.
pub(super) fn cpu(n: u64, host: &mut impl Host) -> Result<u64, Stop> {
    let mut sum = 0.0f64;
    in_blocks(0..n, CPU_BLOCK, 2 * n, 0, host, |range| {
        for i in range {
            sum += (i as f64 + 1.0).ln();
        }
    })?;
    in_blocks(0..n, CPU_BLOCK, 2 * n, n, host, |range| {
        for i in range {
            sum += (i as f64).powf(1.1);
        }
    })?;
    Ok(sum.to_bits())
}

/// The sum of i below n, modulo 2⁶⁴, by adding: what there is of it passes through `black_box`, or the compiler would know
/// the closed form. Each addition waits for the one before, as an interpreter's does: with one a cycle, two virtual CPUs of one
/// core gained as little as 1.2, where CPython's loop gained 1.98.
pub(super) fn sum(n: u64, host: &mut impl Host) -> Result<u64, Stop> {
    let mut sum = 0u64;
    in_blocks(0..n, SUM_BLOCK, n, 0, host, |range| {
        for i in range {
            sum = black_box(sum.wrapping_add(i));
        }
    })?;
    Ok(sum)
}

/// 1 if n is prime, else 0, by dividing by every odd number up to its root, as in the notes.
pub(super) fn primes(n: u64, host: &mut impl Host) -> Result<u64, Stop> {
    if n < 2 || (n > 2 && n.is_multiple_of(2)) {
        return Ok(0);
    }
    let last = n.isqrt().saturating_sub(1) / 2;
    let mut composite = false;
    let mut done = 0;
    while done < last && !composite {
        let end = (done + PRIMES_BLOCK).min(last);
        while done < end && !composite {
            let step = (done + PRIMES_BLOCK / STEPS).min(end);
            composite = (done..step).any(|k| n.is_multiple_of(2 * k + 3));
            done = step;
            host.tick();
        }
        go_on(host, done, last)?;
    }
    Ok(u64::from(!composite))
}

/// The sum of byte value times count, over the histogram of `bytes` bytes read from `buffer`, which is begun again at its
/// end as often as it takes. 0 for an empty buffer.
pub(super) fn native(bytes: u64, buffer: &[u8], host: &mut impl Host) -> Result<u64, Stop> {
    let mut bins = [0u64; 256];
    let mut rest: &[u8] = &[];
    in_blocks(0..bytes, NATIVE_BLOCK, bytes, 0, host, |range| {
        let mut wanted = (range.end - range.start) as usize;
        while wanted > 0 && !buffer.is_empty() {
            if rest.is_empty() {
                rest = buffer;
            }
            let (part, after) = rest.split_at(wanted.min(rest.len()));
            for byte in part {
                bins[usize::from(*byte)] += 1;
            }
            (rest, wanted) = (after, wanted - part.len());
        }
    })?;
    Ok(bins.iter().zip(0u64..).map(|(count, value)| count.wrapping_mul(value)).fold(0, u64::wrapping_add))
}

/// Runs `block` over parts of `range`, with a checkpoint after each but the last of the whole task.
fn in_blocks(
    range: std::ops::Range<u64>,
    length: u64,
    total: u64,
    done_before: u64,
    host: &mut impl Host,
    mut block: impl FnMut(std::ops::Range<u64>),
) -> Result<(), Stop> {
    let mut at = range.start;
    while at < range.end {
        let end = (at + length).min(range.end);
        while at < end {
            let step = (at + length / STEPS).min(end);
            block(at..step);
            at = step;
            host.tick();
        }
        if done_before + at < total {
            go_on(host, done_before + at, total)?;
        }
    }
    Ok(())
}

fn go_on(host: &mut impl Host, done: u64, total: u64) -> Result<(), Stop> {
    let progress = (u128::from(done) * 65_535 / u128::from(total.max(1))) as u16;
    match host.checkpoint(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(stop) => Err(stop),
    }
}

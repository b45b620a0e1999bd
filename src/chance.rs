//! Chance that repeats itself: the same seed gives the same numbers, on every machine.

/// A generator of pseudo-random numbers: `SplitMix64` (Steele, Lea, Flood 2014), whose every seed is a good one.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The numbers that follow from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number below `n`; 0 where `n` is 0. The product of 128 bits leaves no bias that anybody could notice.
    pub const fn below(&mut self, n: usize) -> usize {
        ((self.next() as u128 * n as u128) >> 64) as usize
    }

    /// How often something fails before it first succeeds, which each time it does in `share` of 2³² cases, at most half of
    /// them. The binary digits of such a number are independent of each other, so that each is drawn alone.
    pub const fn failures(&mut self, share: u32) -> u64 {
        const ONE: u64 = 1 << 32;
        let (mut failures, mut digit) = (0, 0);
        // The chance of as many failures in a row as the digit stands for.
        let mut row = ONE - share as u64;
        while row > 0 && digit < 40 {
            if (self.next() >> 32) < (row << 31) / (ONE + row) * 2 {
                failures |= 1 << digit;
            }
            // `row` may be 2³² itself, and its square 2⁶⁴.
            row = ((row as u128 * row as u128) >> 32) as u64;
            digit += 1;
        }
        failures
    }

    /// Puts things into an order that nobody chose (Fisher and Yates).
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
    }

    /// Values drawn from `values`, as many as there are, each put back: one resample.
    pub fn resample(&mut self, values: &[f64], into: &mut Vec<f64>) {
        into.clear();
        into.extend((0..values.len()).map(|_| values[self.below(values.len())]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_order_and_nothing_is_lost() {
        let order = |seed| {
            let mut things: Vec<u32> = (0..50).collect();
            Chance::new(seed).shuffle(&mut things);
            things
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
        assert_eq!(Chance::new(1).below(0), 0);
    }

    #[test]
    fn what_succeeds_one_time_in_n_fails_n_less_one_times_on_average() {
        let mut chance = Chance::new(1);
        for n in [2_u32, 10, 1_000] {
            let sum: u64 = (0..20_000).map(|_| chance.failures(u32::MAX / n)).sum();
            let (mean, wanted) = (sum as f64 / 20_000.0, f64::from(n - 1));
            assert!((mean / wanted - 1.0).abs() < 0.05, "{mean} is not {wanted}");
        }
    }

    #[test]
    fn numbers_are_below_their_bound() {
        assert!((0..1_000).all(|seed| Chance::new(seed).below(3) < 3));
    }
}

//! Numbers of workers, CPUs and rates in words, as all sentences of sizing say them.

use crate::analysis::words::and;
use crate::plan::{Shape, Strategy};
use crate::units::{grouped, plural, three_digits};

/// `1 worker`, `1 024 workers`.
pub(super) fn workers(n: u32) -> String {
    plural(u64::from(n), "worker")
}

/// The same, with the shape where that is not told by the number: `6 workers as 3×2`.
pub(super) fn workers_of(strategy: Strategy, shape: Shape) -> String {
    let words = workers(shape.slots());
    if strategy == Strategy::Hybrid { format!("{words} as {shape}") } else { words }
}

/// `the only CPU`, `both CPUs`, `all 4 CPUs`.
pub(super) fn every_cpu(cpus: u32) -> String {
    match cpus {
        0 | 1 => "the only CPU".to_owned(),
        2 => "both CPUs".to_owned(),
        cpus => format!("all {cpus} CPUs"),
    }
}

/// `2 CPUs`, `1.5 CPUs`.
pub(super) fn cpus(cpus: f64) -> String {
    if cpus.fract() == 0.0 { plural(cpus as u64, "CPU") } else { format!("{cpus} CPUs") }
}

/// A rate with three significant digits, however small it is: `12.5`, `0.0125`.
pub(crate) fn rate(per_second: f64) -> String {
    small(per_second).unwrap_or_else(|| three_digits(per_second))
}

/// A parameter of a law in percent, with as many digits: `1.25`, `0.00125`.
pub(super) fn percent(part: f64) -> String {
    rate(part * 100.0)
}

/// What would hardly show with two decimals, in as many as show three digits; up to a billionth.
fn small(value: f64) -> Option<String> {
    let decimals = (2.0 - value.abs().log10().floor()) as usize;
    (value.abs() < 0.9995 && value.abs() > 1e-9).then(|| format!("{value:.decimals$}"))
}

/// Numbers of workers in ascending order, three or more neighbours `among` the measured ones as a range: `4 to 32 and 64`.
pub(super) fn ranges(numbers: &[u32], among: &[u32]) -> String {
    let at = |n: u32| among.iter().position(|other| *other == n);
    let are_neighbours = |a: &u32, b: &u32| at(*a).zip(at(*b)).is_some_and(|(a, b)| b == a + 1);
    let one = |n: &u32| grouped(u64::from(*n));
    let mut words = Vec::new();
    for run in numbers.chunk_by(are_neighbours) {
        match run {
            [first, _, .., last] if run.len() > 2 => words.push(format!("{} to {}", one(first), one(last))),
            few => words.extend(few.iter().map(one)),
        }
    }
    and(&words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_told_as_a_range() {
        let among = [1, 2, 4, 8, 16, 32, 1_000, 2_000];
        assert_eq!(ranges(&[4, 8, 16, 32, 2_000], &among), "4 to 32 and 2 000");
        assert_eq!(ranges(&[4, 8, 32], &among), "4, 8 and 32");
        assert_eq!(ranges(&[2], &among), "2");
        assert_eq!(ranges(&[], &among), "");
    }

    #[test]
    fn rates_have_three_digits_however_small() {
        for (value, words) in [
            (0.0, "0.00"),
            (0.003_333, "0.00333"),
            (0.051, "0.0510"),
            (0.51, "0.510"),
            (0.9996, "1.00"),
            (1.0, "1.00"),
            (12_345.0, "12 345"),
            (-0.001, "-0.00100"),
        ] {
            assert_eq!(rate(value), words);
        }
        assert_eq!(percent(0.000_001_56), "0.000156");
    }

    #[test]
    fn cpus_and_shapes_have_names() {
        assert_eq!([1, 2, 4].map(every_cpu), ["the only CPU", "both CPUs", "all 4 CPUs"]);
        assert_eq!((cpus(1.5), cpus(1.0)), ("1.5 CPUs".to_owned(), "1 CPU".to_owned()));
        assert_eq!(workers_of(Strategy::Hybrid, Shape::new(3, 2)), "6 workers as 3×2");
        assert_eq!(workers_of(Strategy::Threads, Shape::new(1, 1)), "1 worker");
    }
}

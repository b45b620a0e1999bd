//! The few distributions that intervals and tests need: Student's t and Fisher's F, both through the incomplete beta
//! function. Relative errors are about 1e-10, far below what measurements are worth.

use std::f64::consts::PI;

/// The logarithm of Γ(x) for x > 0, by Lanczos (g = 7, nine terms).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let base = x + 7.5;
    let sum: f64 = TERMS[0] + (1..9).map(|i| TERMS[i] / (x + i as f64)).sum::<f64>();
    0.5 * (2.0 * PI).ln() + (x + 0.5) * base.ln() - base + sum.ln()
}

/// The regularised incomplete beta function `I_x(a, b)`, by its continued fraction (Lentz).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side of the mean alone.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut upper, mut lower) = (1.0, 1.0 / guard(1.0 - (a + b) * x / (a + 1.0)));
    let mut product = lower;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        lower = 1.0 / guard(1.0 + even * lower);
        upper = guard(1.0 + even / upper);
        product *= lower * upper;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        lower = 1.0 / guard(1.0 + odd * lower);
        upper = guard(1.0 + odd / upper);
        let step = lower * upper;
        product *= step;
        if (step - 1.0).abs() < 1e-14 {
            break;
        }
    }
    front * product
}

/// The probability that Student's t with `df` degrees of freedom lies further from zero than `t`, on either side.
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    incomplete_beta(df / (df + t * t), df / 2.0, 0.5)
}

/// The t that so large a part of the distribution lies within, on both sides of zero: 2.776 for 0.95 and 4 degrees.
pub fn t_quantile(level: f64, df: f64) -> f64 {
    let tail = 1.0 - level.clamp(0.0, 1.0 - 1e-12);
    let (mut low, mut high) = (0.0, 1.0);
    while t_two_sided(high, df) > tail && high < 1e12 {
        high *= 2.0;
    }
    // Bisection: sure, and a hundred steps take microseconds.
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if t_two_sided(middle, df) > tail { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The probability that Fisher's F with these degrees of freedom is above `f`.
pub fn f_above(f: f64, of_numerator: f64, of_denominator: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    incomplete_beta(
        of_denominator / (of_denominator + of_numerator * f),
        of_denominator / 2.0,
        of_numerator / 2.0,
    )
}

/// Whether two samples differ in their means: the probability of what is seen, or more, if they did not (Welch 1947).
/// None where one of them has fewer than two values; 0 or 1 where neither varies at all.
pub fn welch(a: &[f64], b: &[f64]) -> Option<f64> {
    let (mean_a, var_a) = mean_and_variance(a)?;
    let (mean_b, var_b) = mean_and_variance(b)?;
    let (of_a, of_b) = (var_a / a.len() as f64, var_b / b.len() as f64);
    let sum = of_a + of_b;
    if sum <= f64::EPSILON * mean_a.abs().max(mean_b.abs()).powi(2) {
        let same = (mean_a - mean_b).abs() <= 1e-9 * mean_a.abs().max(mean_b.abs());
        return Some(if same { 1.0 } else { 0.0 });
    }
    let df = sum * sum / (of_a * of_a / (a.len() - 1) as f64 + of_b * of_b / (b.len() - 1) as f64);
    Some(t_two_sided((mean_a - mean_b) / sum.sqrt(), df))
}

/// Mean and unbiased variance; none below two values.
pub fn mean_and_variance(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Some((mean, squares / (values.len() - 1) as f64))
}

/// The middle of some values; the mean of both where there are two. None of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len().is_multiple_of(2) { Some(0.5 * (upper + sorted[half - 1])) } else { Some(upper) }
}

/// The value below which a part of the sorted values lies, by the nearest rank. None of nothing.
pub fn rank(sorted: &[f64], part: f64) -> Option<f64> {
    let at = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        for (level, df, t) in [
            (0.95, 1.0, 12.706_2),
            (0.95, 3.0, 3.182_45),
            (0.95, 4.0, 2.776_45),
            (0.95, 32.0, 2.036_93),
            (0.99, 10.0, 3.169_27),
            (0.95, 1e6, 1.959_97),
            (0.90, 2.5, 2.558_2),
        ] {
            let found = t_quantile(level, df);
            assert!((found - t).abs() < 2e-4 * t, "{level} {df}: {found}, not {t}");
            assert!((t_two_sided(found, df) - (1.0 - level)).abs() < 1e-9);
        }
    }

    #[test]
    fn tails_of_f_are_those_of_the_tables() {
        for (f, a, b, p) in [(4.0, 4.0, 28.0, 0.0109), (2.71, 4.0, 28.0, 0.0501), (10.13, 1.0, 3.0, 0.0500)] {
            assert!((f_above(f, a, b) - p).abs() < 3e-4, "{f}: {}", f_above(f, a, b));
        }
        assert!((f_above(-1.0, 2.0, 2.0) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn welch_tells_samples_apart_that_differ() {
        // t = -3.370 999 with 6.165 605 degrees of freedom; the tail by numerical integration.
        let (a, b) = ([10.1, 9.9, 10.0, 10.2, 9.8], [10.6, 10.4, 10.5, 10.9, 10.1]);
        assert!((welch(&a, &b).unwrap() - 0.014_414_447).abs() < 1e-8, "{:?}", welch(&a, &b));
        assert!(welch(&a, &a).unwrap() > 0.99);
        assert_eq!(welch(&[1.0], &a), None);
        assert_eq!(welch(&[2.0, 2.0], &[2.0, 2.0]), Some(1.0));
        assert_eq!(welch(&[2.0, 2.0], &[3.0, 3.0]), Some(0.0));
    }

    #[test]
    fn medians_and_ranks() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
        assert_eq!(median(&[]), None);
        assert_eq!(rank(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(2.0));
        assert_eq!(rank(&[1.0, 2.0], 0.0), Some(1.0));
        assert_eq!(rank(&[], 0.5), None);
    }
}

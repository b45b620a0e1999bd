//! The universal scalability law (Gunther): X(N) = γN / (1 + α(N−1) + βN(N−1)), fitted to measurements.
//!
//! α is contention (a part that one at a time does), β coherence (what every worker costs every other), γ the throughput
//! of one worker. The fit is nonlinear least squares by Levenberg and Marquardt, held within 0 ≤ α ≤ 1, 0 ≤ β ≤ 1 and
//! γ > 0. Noise of timings is relative: a run that takes twice as long varies twice as much. So [`Noise::Relative`], which
//! fits log X, is what measurements want; [`Noise::Absolute`] is what older tools fit.
//!
//! Intervals are two-sided, with n − 3 degrees of freedom: R's `usl` takes one side and n − 1, which makes them too narrow.

use super::matrix::{Matrix, inverse_diagonal, solve};
use super::{Refusal, distribution};

/// The fewest different numbers of workers that leave something to judge a fit by.
pub const FEWEST_COUNTS: usize = 4;
/// The level of the intervals.
pub const LEVEL: f64 = 0.95;
/// More rounds than any fit needs: common are ten.
const MOST_ROUNDS: usize = 300;

/// One measurement.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Point {
    /// Workers.
    pub workers: f64,
    /// Throughput, in any unit.
    pub rate: f64,
}

/// What is taken to vary alike at every number of workers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Noise {
    /// The throughput.
    Absolute,
    /// Its logarithm.
    Relative,
}

/// A fitted parameter.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Its value.
    pub value: f64,
    /// Its standard error; none where it lies on its bound, for none is known there.
    pub error: Option<f64>,
    /// Where it lies with a probability of [`LEVEL`]; none as for the error.
    pub interval: Option<(f64, f64)>,
}

/// The three parameters.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Curve {
    /// Contention, 0 to 1.
    pub alpha: f64,
    /// Coherence, 0 to 1.
    pub beta: f64,
    /// Throughput of one worker.
    pub gamma: f64,
}

/// A fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The curve.
    pub curve: Curve,
    /// Contention.
    pub alpha: Estimate,
    /// Coherence.
    pub beta: Estimate,
    /// Throughput of one worker.
    pub gamma: Estimate,
    /// Standard deviation of what the curve leaves: of throughput, or of its logarithm.
    pub sigma: f64,
    /// Measurements less parameters.
    pub freedom: f64,
}

impl Curve {
    /// Throughput of so many workers.
    pub fn rate(&self, workers: f64) -> f64 {
        self.gamma * workers / self.slowed(workers)
    }

    /// 1 + α(N−1) + βN(N−1): how much longer each worker takes than one alone.
    fn slowed(&self, n: f64) -> f64 {
        1.0 + self.alpha * (n - 1.0) + self.beta * n * (n - 1.0)
    }

    /// The workers beyond which more of them slow it down: √((1−α)/β). None where no coherence was found.
    pub fn peak(&self) -> Option<f64> {
        (self.beta > 0.0 && self.alpha < 1.0).then(|| ((1.0 - self.alpha) / self.beta).sqrt())
    }

    /// The workers at which contention has taken half: 1/α. None without contention.
    pub fn knee(&self) -> Option<f64> {
        (self.alpha > 0.0).then(|| 1.0 / self.alpha)
    }

    /// The time of a task with N workers, over that with one, as three parts that add up: 1/N for the work, α(N−1)/N for
    /// contention, β(N−1) for coherence.
    pub fn parts(&self, n: f64) -> [f64; 3] {
        [1.0 / n, self.alpha * (n - 1.0) / n, self.beta * (n - 1.0)]
    }

    const fn of([alpha, beta, gamma]: [f64; 3]) -> Self {
        Self { alpha, beta, gamma }
    }
}

/// Fits the law to measurements, which may have several at the same number of workers.
///
/// # Errors
/// With fewer than [`FEWEST_COUNTS`] different numbers of workers, and where a throughput is not above zero.
pub fn fit(points: &[Point], noise: Noise) -> Result<Fit, Refusal> {
    if points.iter().any(|p| !(p.rate > 0.0 && p.rate.is_finite() && p.workers >= 1.0)) {
        return Err(Refusal::NotPositive);
    }
    let have = counts(points);
    if have < FEWEST_COUNTS {
        return Err(Refusal::TooFewCounts { have, need: FEWEST_COUNTS });
    }
    let parameters = curve_of(points, noise).ok_or(Refusal::Unsettled)?;
    let (normal, _, squares) = normal_equations(points, noise, &parameters);
    let free = free_of(&parameters);
    let freedom = points.len() as f64 - 3.0;
    let variance = squares / freedom;
    let inverse = inverse_diagonal(&normal, free).ok_or(Refusal::Unsettled)?;
    let t = distribution::t_quantile(LEVEL, freedom);
    let estimate = |index: usize| {
        let value = parameters[index];
        let error = free[index].then(|| (variance * inverse[index].max(0.0)).sqrt());
        Estimate { value, error, interval: error.map(|e| (value - t * e, value + t * e)) }
    };
    Ok(Fit {
        curve: Curve::of(parameters),
        alpha: estimate(0),
        beta: estimate(1),
        gamma: estimate(2),
        sigma: variance.sqrt(),
        freedom,
    })
}

/// The parameters alone, without what they are worth: what a bootstrap needs a thousand times.
pub(super) fn curve_of(points: &[Point], noise: Noise) -> Option<[f64; 3]> {
    let gamma = points.iter().map(|p| p.rate / p.workers).fold(0.0, f64::max);
    let least = [0.0, 0.0, gamma * 1e-9];
    let most = [1.0, 1.0, f64::INFINITY];
    let mut at = [0.01, 1e-4, gamma];
    let (mut normal, mut slope, mut squares) = normal_equations(points, noise, &at);
    let mut damping = 1e-3;
    for _ in 0..MOST_ROUNDS {
        // What lies on a bound, and would go beyond it, stays there.
        let free = [0, 1, 2]
            .map(|i| !((at[i] <= least[i] && slope[i] < 0.0) || (at[i] >= most[i] && slope[i] > 0.0)));
        let mut damped = normal;
        for (i, row) in damped.iter_mut().enumerate() {
            row[i] *= 1.0 + damping;
        }
        let Some(step) = solve(&damped, &slope, free) else {
            damping *= 10.0;
            if damping > 1e15 {
                break;
            }
            continue;
        };
        let next = [0, 1, 2].map(|i| (at[i] + step[i]).clamp(least[i], most[i]));
        let (next_normal, next_slope, next_squares) = normal_equations(points, noise, &next);
        if next_squares <= squares {
            let gained = squares - next_squares;
            let moved = (0..3).any(|i| (next[i] - at[i]).abs() > 1e-11 * (at[i].abs() + 1e-9));
            (at, normal, slope, squares) = (next, next_normal, next_slope, next_squares);
            damping = (damping / 10.0).max(1e-12);
            if !moved || gained <= 1e-15 * squares {
                break;
            }
        } else {
            damping *= 10.0;
            if damping > 1e15 {
                break;
            }
        }
    }
    squares.is_finite().then_some(at)
}

/// The normal equations of a step, J being the derivatives by the parameters and r what is left: J′J, J′r and r′r.
fn normal_equations(points: &[Point], noise: Noise, parameters: &[f64; 3]) -> (Matrix, [f64; 3], f64) {
    let curve = Curve::of(*parameters);
    let (mut normal, mut slope, mut squares) = ([[0.0; 3]; 3], [0.0; 3], 0.0);
    for point in points {
        let n = point.workers;
        let (slowed, rate) = (curve.slowed(n), curve.rate(n));
        let (left, scale) = match noise {
            Noise::Absolute => (point.rate - rate, rate),
            Noise::Relative => ((point.rate / rate).ln(), 1.0),
        };
        let row = [-scale * (n - 1.0) / slowed, -scale * n * (n - 1.0) / slowed, scale / curve.gamma];
        for i in 0..3 {
            for j in 0..3 {
                normal[i][j] += row[i] * row[j];
            }
            slope[i] += row[i] * left;
        }
        squares += left * left;
    }
    (normal, slope, squares)
}

/// Which parameters lie within their bounds.
fn free_of([alpha, beta, _]: &[f64; 3]) -> [bool; 3] {
    [*alpha > 0.0 && *alpha < 1.0, *beta > 0.0 && *beta < 1.0, true]
}

/// Different numbers of workers.
pub(super) fn counts(points: &[Point]) -> usize {
    let mut counts: Vec<f64> = points.iter().map(|p| p.workers).collect();
    counts.sort_by(f64::total_cmp);
    counts.dedup();
    counts.len()
}

//! Why a fit of the scaling law must not be believed, or not in full: every reason, each in words with its numbers.
//!
//! [`Doubt::of_fit`] finds what the measurements themselves show. What only the plan or the machine can tell (waves, CPUs,
//! a lock, a busy machine) is found in [`crate::analysis::sizing`] and said with the same words.

use std::fmt;

use super::bootstrap::Group;
use super::distribution::{self, mean_and_variance};
use super::usl::{Fit, Noise};
use crate::units::{grouped, plural, three_digits};

/// Fewer different numbers of workers than this leave a fit weak.
const FEW_COUNTS: usize = 6;
/// A peak this many times beyond the largest number measured is a guess.
const BEYOND: f64 = 2.0;
/// X/N may rise by so much before it is more than noise.
const SUPERLINEAR: f64 = 1.05;
/// From this α on, more workers bring nothing: one at a time does the work.
const SERIAL: f64 = 0.9;
/// The curve may miss the mean of a point by so much, whatever the repeats say: nobody would notice less.
const MISSES: f64 = 0.03;
/// The probability below which a coincidence is none.
const UNLIKELY: f64 = 0.01;

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// Fewer than six different numbers of workers.
    FewCounts(usize),
    /// α is 0.
    NoContention,
    /// β is 0: the curve has no peak.
    NoPeak {
        /// The largest number of workers measured.
        up_to: u32,
    },
    /// β may as well be 0, by its interval: whether there is a peak is not known.
    UnsurePeak,
    /// The peak lies far beyond what was measured.
    PeakBeyond {
        /// The peak.
        peak: f64,
        /// The largest number of workers measured.
        measured: u32,
    },
    /// Throughput per worker rises.
    Superlinear {
        /// So many workers.
        workers: u32,
        /// Throughput per worker, over that of the fewest.
        times: f64,
    },
    /// The curve passes the measurements by on one side, over several in a row.
    OneSided {
        /// From so many workers on.
        from: u32,
        /// Up to so many.
        to: u32,
        /// Whether it lies below them.
        below: bool,
    },
    /// The curve misses a point by more than its repeats differ.
    Misses {
        /// The workers of the worst point.
        workers: u32,
        /// How far it is off, relative.
        by: f64,
    },
    /// Some points have a CPU for each worker, others not.
    TwoRegimes {
        /// Beyond so many workers CPUs run out.
        beyond: u32,
        /// What runs out: `the 2 CPUs`.
        what: String,
    },
    /// Rounds of tasks that do not come out even.
    Waves {
        /// Tasks, or chunks of them.
        pieces: u64,
        /// `task` or `chunk`.
        noun: &'static str,
        /// The most workers.
        workers: u32,
    },
    /// More workers than tasks or chunks.
    Idle {
        /// Tasks, or chunks of them.
        pieces: u64,
        /// `task` or `chunk`.
        noun: &'static str,
    },
    /// One worker took longer at one end of the sweep than at the other.
    Drift {
        /// The change, relative.
        by: f64,
    },
    /// Something else used the CPUs.
    Busy {
        /// The part of the CPUs that was idle before the runs, in percent.
        idle_percent: u32,
    },
    /// One worker alone had no CPU for a part of the time in which it wanted one, though the CPUs had been idle.
    Disturbed {
        /// That part.
        lost: f64,
    },
    /// Not the same work at every number of workers.
    OtherWork,
    /// Flat from one worker on.
    Serial {
        /// Whether there is an interpreter's lock.
        lock: bool,
    },
}

impl Doubt {
    /// Whether the fit says nothing at all, and not only less.
    pub const fn is_fatal(&self) -> bool {
        !matches!(
            self,
            Self::FewCounts(_)
                | Self::NoContention
                | Self::NoPeak { .. }
                | Self::UnsurePeak
                | Self::PeakBeyond { .. }
        )
    }

    /// Whether a peak must not be said.
    pub const fn denies_peak(&self) -> bool {
        self.is_fatal() || matches!(self, Self::NoPeak { .. } | Self::UnsurePeak | Self::PeakBeyond { .. })
    }

    /// What the measurements show of a fit to them; `groups` in ascending order of workers.
    pub fn of_fit(fit: &Fit, groups: &[Group], noise: Noise) -> Vec<Self> {
        let mut doubts = Vec::new();
        let Some(last) = groups.last() else { return doubts };
        if groups.len() < FEW_COUNTS {
            doubts.push(Self::FewCounts(groups.len()));
        }
        doubts.extend(superlinear(groups));
        if fit.curve.alpha >= SERIAL {
            doubts.push(Self::Serial { lock: false });
            return doubts;
        }
        if fit.curve.alpha <= 0.0 {
            doubts.push(Self::NoContention);
        }
        match fit.curve.peak() {
            None => doubts.push(Self::NoPeak { up_to: last.workers }),
            Some(peak) if peak > BEYOND * f64::from(last.workers) => {
                doubts.push(Self::PeakBeyond { peak, measured: last.workers });
            }
            Some(_) if fit.beta.interval.is_some_and(|(low, _)| low <= 0.0) => doubts.push(Self::UnsurePeak),
            Some(_) => {}
        }
        doubts.extend(one_sided(fit, groups));
        doubts.extend(misses(fit, groups, noise));
        doubts
    }
}

fn mean(group: &Group) -> f64 {
    group.rates.iter().sum::<f64>() / group.rates.len().max(1) as f64
}

fn workers(n: u32) -> String {
    plural(u64::from(n), "worker")
}

/// What a point's mean is above the curve, relative.
fn left_over(fit: &Fit, group: &Group) -> f64 {
    mean(group) / fit.curve.rate(f64::from(group.workers)) - 1.0
}

fn superlinear(groups: &[Group]) -> Option<Doubt> {
    let each = |group: &Group| mean(group) / f64::from(group.workers);
    let first = groups.first()?;
    let best = groups.iter().max_by(|a, b| each(a).total_cmp(&each(b)))?;
    let times = each(best) / each(first);
    (times > SUPERLINEAR).then_some(Doubt::Superlinear { workers: best.workers, times })
}

/// Points one after another on the same side of the curve: sides that change less often than those of chance do (Wald and
/// Wolfowitz), or one stretch of half of all points. What is within noise says nothing.
fn one_sided(fit: &Fit, groups: &[Group]) -> Option<Doubt> {
    let off: Vec<(u32, f64)> = groups.iter().map(|group| (group.workers, left_over(fit, group))).collect();
    let stretches = || off.chunk_by(|a, b| a.1.is_sign_positive() == b.1.is_sign_positive());
    let longest = stretches().max_by_key(|same| same.len())?;
    let far = longest.iter().filter(|(_, off)| off.abs() > MISSES).count();
    let half = longest.len() >= 4 && longest.len() * 2 >= off.len();
    let above = off.iter().filter(|(_, off)| off.is_sign_positive()).count();
    let too_few = few_changes(stretches().count(), above, off.len() - above);
    let (from, to) = (longest.first()?, longest.last()?);
    ((half || too_few) && far * 2 >= longest.len()).then_some(Doubt::OneSided {
        from: from.0,
        to: to.0,
        below: from.1 > 0.0,
    })
}

/// Whether so few stretches of `above` points on one side and `below` on the other are unlikely, one time in twenty.
fn few_changes(stretches: usize, above: usize, below: usize) -> bool {
    const ONE_IN_TWENTY: f64 = -1.645;
    let (a, b) = (above as f64, below as f64);
    let points = a + b;
    let mean = 2.0 * a * b / points + 1.0;
    let variance = (mean - 1.0) * (mean - 2.0) / (points - 1.0);
    // The normal approximation needs some points.
    points >= 8.0 && variance > 0.0 && (stretches as f64 + 0.5 - mean) / variance.sqrt() < ONE_IN_TWENTY
}

/// Lack of fit against the repeats' own variance: the means are further from the curve than repeats are from the means.
fn misses(fit: &Fit, groups: &[Group], noise: Noise) -> Option<Doubt> {
    let value = |rate: f64| if noise == Noise::Relative { rate.ln() } else { rate };
    let (mut pure, mut pure_freedom, mut lack) = (0.0, 0.0, 0.0);
    for group in groups {
        let values: Vec<f64> = group.rates.iter().map(|rate| value(*rate)).collect();
        let (mean, variance) = mean_and_variance(&values)?;
        pure += variance * (values.len() - 1) as f64;
        pure_freedom += (values.len() - 1) as f64;
        lack += values.len() as f64 * (mean - value(fit.curve.rate(f64::from(group.workers)))).powi(2);
    }
    let freedom = groups.len() as f64 - 3.0;
    let worst = groups.iter().max_by(|a, b| left_over(fit, a).abs().total_cmp(&left_over(fit, b).abs()))?;
    let by = left_over(fit, worst);
    if freedom < 1.0 || by.abs() < MISSES {
        return None;
    }
    let f = (lack / freedom) / (pure / pure_freedom).max(f64::MIN_POSITIVE);
    let unlikely = distribution::f_above(f, freedom, pure_freedom) < UNLIKELY;
    unlikely.then_some(Doubt::Misses { workers: worst.workers, by })
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: f64| format!("{:.0} %", part.abs() * 100.0);
        match self {
            Self::FewCounts(n) => {
                write!(f, "only {n} different numbers of workers were measured, where six tell more")
            }
            Self::NoContention => f.write_str("no serial part was seen (α is 0)"),
            Self::NoPeak { up_to } => write!(f, "no peak was seen up to {}", workers(*up_to)),
            Self::UnsurePeak => f.write_str("β may as well be 0, so that no peak is known"),
            Self::PeakBeyond { peak, measured } => write!(
                f,
                "the peak of the curve, {}, lies far beyond the {} that were measured",
                three_digits(*peak),
                workers(*measured)
            ),
            Self::Superlinear { workers: n, times } => write!(
                f,
                "{} did {} times as much each as the fewest did: a cache, or a slow first measurement",
                workers(*n),
                three_digits(*times)
            ),
            Self::OneSided { from, to, below } => write!(
                f,
                "from {} to {} the curve lies {} every measurement: the law has another shape",
                grouped(u64::from(*from)),
                workers(*to),
                if *below { "below" } else { "above" }
            ),
            Self::Misses { workers: n, by } => {
                write!(f, "the curve misses {} by {}, more than repeats differ", workers(*n), percent(*by))
            }
            Self::TwoRegimes { beyond, what } => write!(
                f,
                "up to about {} there is room for what they compute, beyond that they share {what}: two laws, not one",
                workers(*beyond)
            ),
            Self::Waves { pieces, noun, workers: n } => write!(
                f,
                "{} on up to {} go in rounds that do not come out even, which looks like contention",
                plural(*pieces, noun),
                workers(*n)
            ),
            Self::Idle { pieces, noun } => {
                write!(
                    f,
                    "beyond {} some have no {noun} at all, which is no contention",
                    plural(*pieces, "worker")
                )
            }
            Self::Drift { by } => write!(
                f,
                "the machine changed meanwhile: one worker was {} {} at the end than at the beginning",
                percent(*by),
                if *by < 0.0 { "slower" } else { "faster" }
            ),
            Self::Busy { idle_percent } => {
                write!(f, "the machine was busy with something else: {idle_percent} % idle before the runs")
            }
            Self::Disturbed { lost } => {
                write!(
                    f,
                    "one worker alone had no CPU for {} of the time in which it wanted one",
                    percent(*lost)
                )
            }
            Self::OtherWork => f.write_str("the runs did not all do the same work"),
            Self::Serial { lock: true } => f.write_str(
                "throughput is the same from one worker on: serial under the interpreter's lock, and no peak",
            ),
            Self::Serial { lock: false } => f.write_str(
                "throughput is the same from one worker on: something is serial, and there is no peak",
            ),
        }
    }
}

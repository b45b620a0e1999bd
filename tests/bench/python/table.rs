//! Two sides of one figure, as a row: both medians with their ranges, the ratio, and what follows.

use poolscope::units::three_digits;

use crate::quiet::DISTURBED;

/// How far the two may be from one another.
const LIMIT: f64 = 0.10;

/// Python's figures and poolscope's, one of each in every repeat; and the largest share of the CPUs that others had.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pair {
    python: Vec<f64>,
    poolscope: Vec<f64>,
    others: f64,
}

impl Pair {
    /// Takes note of a repeat: both figures, and what share of the CPUs others had while they were measured.
    pub(crate) fn add(&mut self, python: f64, poolscope: f64, others: &[Option<f64>]) {
        self.python.push(python);
        self.poolscope.push(poolscope);
        self.others = others.iter().flatten().copied().fold(self.others, f64::max);
    }

    /// What follows: whether the medians agree within the limit; if not, whether the ranges overlap at least. Nothing where
    /// others had much of the machine.
    fn verdict(&self) -> &'static str {
        let ratio = middle(&self.poolscope) / middle(&self.python);
        let (theirs, ours) = (range(&self.python), range(&self.poolscope));
        if self.others > DISTURBED {
            "disturbed"
        } else if (ratio - 1.0).abs() <= LIMIT {
            "yes"
        } else if theirs.0 <= ours.1 && ours.0 <= theirs.1 {
            "no, ranges overlap"
        } else {
            "NO"
        }
    }

    /// Prints it.
    pub(crate) fn say(&self, what: &str) {
        let side = |figures: &[f64]| {
            let (low, high) = range(figures);
            format!("{:>7} ({}–{})", three_digits(middle(figures)), three_digits(low), three_digits(high))
        };
        let ratio = middle(&self.poolscope) / middle(&self.python);
        println!(
            "{what:<34} {:<24} {:<24} {ratio:>6.3}  {:<19} {:>3.0} %",
            side(&self.python),
            side(&self.poolscope),
            self.verdict(),
            self.others * 100.0
        );
    }
}

/// The heading of rows.
pub(crate) fn head(what: &str) {
    let (python, poolscope) = ("Python (range)", "poolscope (range)");
    println!("{what:<34} {python:<24} {poolscope:<24} {:>6}  {:<19} others", "ratio", "within 10 %");
}

/// The middle of figures; not a number without any.
fn middle(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[half],
        _ => f64::midpoint(sorted[half - 1], sorted[half]),
    }
}

fn range(figures: &[f64]) -> (f64, f64) {
    figures.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(*x), high.max(*x)))
}

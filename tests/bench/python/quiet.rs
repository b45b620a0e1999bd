//! How much of the CPUs was not ours while something was measured, and measuring it again where that was much.

use poolscope::cost::NotMeasured;

/// Above this share of all CPUs, a figure is taken again, and nothing follows from it.
pub(crate) const DISTURBED: f64 = 0.05;
/// How much trouble is taken.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Effort {
    /// Figures of each row.
    pub(crate) repeats: u32,
    /// How often a figure is taken at most, where others disturb.
    pub(crate) goes: u32,
}

/// A figure, and the share of all CPUs that others had meanwhile; none where the system does not say.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Figure<T> {
    pub(crate) value: T,
    pub(crate) others: Option<f64>,
}

/// Measures, until nobody disturbs or the goes are used up. The least disturbed go counts.
pub(crate) fn undisturbed<T>(
    effort: Effort,
    mut measure: impl FnMut() -> Result<T, NotMeasured>,
) -> Result<Figure<T>, NotMeasured> {
    let mut best: Option<Figure<T>> = None;
    for _ in 0..effort.goes {
        let before = Counted::now();
        let value = measure()?;
        let others = before.zip(Counted::now()).map(|(before, after)| after.others_since(before));
        if best.as_ref().is_none_or(|best| others < best.others) {
            best = Some(Figure { value, others });
        }
        if others.is_none_or(|others| others <= DISTURBED) {
            break;
        }
    }
    best.ok_or_else(|| NotMeasured("nothing was measured".to_owned()))
}

/// Both sides of a repeat: whoever is second finds the machine warmer, and so they take turns.
pub(crate) fn in_turn<T>(
    repeat: u32,
    theirs: impl FnOnce() -> Result<Figure<T>, NotMeasured>,
    ours: impl FnOnce() -> Result<Figure<T>, NotMeasured>,
) -> Result<(Figure<T>, Figure<T>), NotMeasured> {
    if repeat.is_multiple_of(2) {
        let theirs = theirs()?;
        return Ok((theirs, ours()?));
    }
    let ours = ours()?;
    Ok((theirs()?, ours))
}

/// Times of all CPUs so far, in the kernel's ticks.
#[derive(Copy, Clone, Debug)]
struct Counted {
    all: u64,
    /// Neither idle nor waiting; time that the hypervisor took is among it.
    busy: u64,
    /// By this process, and by its children that are gone.
    ours: u64,
}

impl Counted {
    fn now() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/stat").ok()?;
        let ticks: Vec<u64> = numbers(stat.lines().next()?);
        let [_, _, _, idle, waiting, ..] = ticks.as_slice() else {
            return None;
        };
        // Guests, who come after the first eight, are in user time already.
        let all = ticks.iter().take(8).sum();
        // After the name of the program, which may hold anything, times are fields 12 to 15.
        let own = std::fs::read_to_string("/proc/self/stat").ok()?;
        let (_, own) = own.rsplit_once(')')?;
        let ours = own.split_whitespace().skip(11).take(4).filter_map(|word| word.parse::<u64>().ok()).sum();
        Some(Self { all, busy: all - idle - waiting, ours })
    }

    fn others_since(self, before: Self) -> f64 {
        let (busy, ours) = (self.busy - before.busy, self.ours - before.ours);
        busy.saturating_sub(ours) as f64 / (self.all - before.all).max(1) as f64
    }
}

fn numbers(line: &str) -> Vec<u64> {
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

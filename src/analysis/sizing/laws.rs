//! What the laws that follow from a few numbers foretell for the recommended workers, beside what was measured there; each
//! refused, with the reason, where it does not hold. They explain: nothing is recommended by them.

use super::{Facts, NOTICED, PointSummary, Recommendation, is_noticed, words};
use crate::analysis::bounds::Waves;
use crate::analysis::scaling::{Refusal, laws};
use crate::analysis::words::verb;
use crate::units::{Nanos, plural, three_digits};

/// What one law says.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// The word for it in the JSON, never changed once used.
    pub name: &'static str,
    /// What it is called.
    pub title: String,
    /// What it says; why nothing, where it does not hold.
    pub said: Result<Reading, String>,
}

/// A figure of a law, beside the measured one.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// By the law.
    pub foretold: f64,
    /// As measured.
    pub measured: f64,
    /// What both are: `speedup`, `tasks_per_s`, `workers` or `seconds`.
    pub unit: &'static str,
    /// Both in words, a clause.
    pub words: String,
}

/// The laws for what is recommended, the most telling first.
pub(super) fn of(r: &Recommendation, points: &[PointSummary], facts: &Facts) -> Vec<Law> {
    let same: Vec<&PointSummary> = points.iter().filter(|point| point.strategy == r.strategy).collect();
    let Some(at) = same.iter().copied().find(|point| point.shape == r.shape) else { return Vec::new() };
    let serial = serial_part(at, &same, facts);
    let law = |name, title: &str, said| Law { name, title: title.to_owned(), said };
    let mut all = vec![law("waves", "Waves", waves(at, facts))];
    if facts.demand.is_some_and(|demand| demand.alike.is_none() || demand.has_long()) {
        all.push(law("list_schedule", "Handing out", handing_out(at, facts)));
    }
    all.push(law("amdahl", "Amdahl", serial.clone().and_then(|serial| amdahl(at, serial, facts))));
    all.push(law("gustafson", "Gustafson", serial.and_then(|serial| gustafson(at, serial))));
    let servers = facts.servers(at.shape);
    let queue = if servers > 1.0 { format!("M/M/{servers}//N") } else { "MVA".to_owned() };
    all.push(law("closed_queue", &queue, queued(at, facts)));
    all.push(law("little", "Little", little(at)));
    all
}

/// A serial part, and the number of workers that showed it (Karp and Flatt).
type Serial = (f64, u32);

/// The serial part as the largest number of workers below the recommended shows it, or that itself, where neither CPUs nor
/// rounds slow these workers down.
fn serial_part(at: &PointSummary, points: &[&PointSummary], facts: &Facts) -> Result<Serial, String> {
    if at.workers() == 1 {
        return Err(Refusal::OneWorker.to_string());
    }
    let goes_round = |point: &PointSummary| is_noticed(f64::from(point.workers()), rounds(point).bound());
    let uneven = || Err("what uneven rounds or tasks cost would look like a serial part".to_owned());
    if facts.demand.is_some_and(|demand| demand.alike.is_none() || demand.has_long()) {
        return uneven();
    }
    let saturates = |point: &PointSummary| {
        let saturating = facts.demand.and_then(|demand| demand.saturating(facts.servers(point.shape)));
        saturating.is_some_and(|saturating| f64::from(point.workers()) > saturating.ceil())
    };
    if saturates(at) {
        let servers = servers(at, facts);
        return Err(format!(
            "{} are more than keep {servers} busy, and that is no serial part",
            of_workers(at)
        ));
    }
    if goes_round(at) {
        return uneven();
    }
    let fits = |point: &&&PointSummary| {
        point.workers() > 1 && point.workers() < at.workers() && !saturates(point) && !goes_round(point)
    };
    let from = points.iter().filter(fits).max_by_key(|point| point.workers()).copied().unwrap_or(at);
    let speedup = from.speedup.ok_or("nothing was measured with one worker")?;
    let n = from.workers();
    match laws::karp_flatt(speedup, n) {
        // A speedup that differs from the workers by no more than anybody would notice shows no serial part.
        Err(Refusal::Superlinear) if speedup <= f64::from(n) * (1.0 + NOTICED) => Ok((0.0, n)),
        Ok(part) if part < NOTICED / f64::from(n - 1) => Ok((0.0, n)),
        part => part.map(|part| (part, n)).map_err(|refused| refused.to_string()),
    }
}

fn amdahl(at: &PointSummary, (part, from): Serial, facts: &Facts) -> Result<Reading, String> {
    let foretold = laws::amdahl(part, at.workers()).map_err(|refused| refused.to_string())?;
    let measured = measured_speedup(at)?;
    let shown = words::workers(from);
    let shown = if part > 0.0 {
        format!("{:.1} % done by one at a time ({shown} show it)", part * 100.0)
    } else {
        format!("no part done by one at a time ({shown} show none)")
    };
    let most = most(part, at, facts);
    let words =
        format!("{shown} allows {}×, measured {}×{most}", three_digits(foretold), three_digits(measured));
    Ok(Reading { foretold, measured, unit: "speedup", words })
}

/// Behind Amdahl's speedup the largest one: what a serial part leaves, or the CPUs where these allow less and tasks compute.
/// Nothing where neither is known.
fn most(part: f64, at: &PointSummary, facts: &Facts) -> String {
    let ever = if part > 0.0 { 1.0 / part } else { f64::INFINITY };
    match facts.demand.and_then(|demand| demand.saturating(facts.servers(at.shape))) {
        Some(most) if most < ever => {
            format!("; {}× at most with {}", three_digits(most), servers(at, facts))
        }
        _ if ever.is_finite() => format!("; {}× at most, ever", three_digits(ever)),
        _ => String::new(),
    }
}

fn gustafson(at: &PointSummary, (part, _): Serial) -> Result<Reading, String> {
    let foretold = laws::gustafson(part, at.workers()).map_err(|refused| refused.to_string())?;
    let measured = measured_speedup(at)?;
    let words = format!("work that grows with the workers would be done {}× as fast", three_digits(foretold));
    Ok(Reading { foretold, measured, unit: "speedup", words })
}

fn waves(at: &PointSummary, facts: &Facts) -> Result<Reading, String> {
    let demand = facts.demand.ok_or("nothing is known of a single task")?;
    if demand.alike.is_none() {
        return Err("tasks differ in length, and do not go in rounds".to_owned());
    }
    if demand.has_long() {
        return Err("one task is far longer than the others, and does not go in rounds".to_owned());
    }
    let (tasks, chunk) = (at.sample.tasks, at.chunk.into());
    let foretold = laws::wave_bound(tasks, chunk, at.workers()).map_err(|refused| refused.to_string())?;
    let measured = measured_speedup(at)?;
    let words = format!(
        "{} in {} {} {}×, measured {}×",
        plural(tasks, "task"),
        plural(rounds(at).rounds, "round"),
        verb(tasks, "allows", "allow"),
        three_digits(foretold),
        three_digits(measured)
    );
    Ok(Reading { foretold, measured, unit: "speedup", words })
}

/// What handing out tasks of differing lengths one by one takes at least, and at most.
fn handing_out(at: &PointSummary, facts: &Facts) -> Result<Reading, String> {
    let demand = facts.demand.ok_or("nothing is known of a single task")?;
    if at.chunk > 1 {
        return Err(format!("{} are handed out at a time", plural(at.chunk.into(), "task")));
    }
    // Beyond the CPUs (or locks) workers that compute share these.
    let servers = facts.ceiling(at.strategy, at.shape);
    let enough = demand.saturating(servers).filter(|enough| f64::from(at.workers()) > enough + 1e-3);
    if enough.is_some() && (demand.wait > 0.0 || servers.fract() != 0.0) {
        return Err(format!("{} wait for {} as well", of_workers(at), self::servers(at, facts)));
    }
    let workers = enough.map_or(at.workers(), |enough| ((enough + 1e-3) as u32).max(1));
    let (least, most) = demand.scheduled(at.sample.tasks, workers);
    let time = |seconds: f64| Nanos::from_secs_f64(seconds).to_string();
    let (from, to) = (time(least), time(most));
    let range = if from == to { from } else { format!("{from} to {to}") };
    let words = format!("the longest task and the sum of all ask for {range}, measured {}", at.median);
    Ok(Reading { foretold: least, measured: at.median.as_secs_f64(), unit: "seconds", words })
}

fn queued(at: &PointSummary, facts: &Facts) -> Result<Reading, String> {
    let demand = facts.demand.ok_or("nothing is known of a single task")?;
    let foretold = at.queued.ok_or_else(|| {
        if demand.compute <= 0.0 {
            Refusal::NoComputing.to_string()
        } else if demand.wait <= 0.0 {
            "the tasks do not wait, so every worker is always at a CPU or in line for one".to_owned()
        } else if facts.servers(at.shape).fract() != 0.0 {
            format!("{} are no whole number to wait in line for", words::cpus(facts.servers(at.shape)))
        } else {
            "there are more workers than chunks, so that some have nothing to wait for".to_owned()
        }
    })?;
    let words = format!(
        "tasks whose lengths vary by chance would come to {} tasks/s, measured {}",
        words::rate(foretold),
        words::rate(at.rate)
    );
    Ok(Reading { foretold, measured: at.rate, unit: "tasks_per_s", words })
}

/// N = X·R, as a check of the measurement: no more workers can be at work than there are.
fn little(at: &PointSummary) -> Result<Reading, String> {
    let (sample, ledger) = (&at.sample, &at.sample.ledger);
    let within = sample.within() + ledger.preempted + ledger.gil_wait + ledger.lock_wait;
    if within == Nanos::ZERO {
        return Err("no time was seen within tasks".to_owned());
    }
    let each = within.as_secs_f64() / sample.ok.max(1) as f64;
    let foretold = laws::little(sample.rate(), each);
    let measured = f64::from(at.workers());
    let wrong = if is_noticed(foretold, measured) {
        ", more than there are: something was measured wrong"
    } else {
        ""
    };
    // Both sides are of one run, which of two repeats is no middle.
    let rate = sample.rate();
    let of_one = if is_noticed(rate, at.rate) || is_noticed(at.rate, rate) { "in one repeat " } else { "" };
    let words = format!(
        "{of_one}{} tasks/s × {} in each keep {} of {} at work{wrong}",
        words::rate(rate),
        Nanos::from_secs_f64(each),
        three_digits(foretold),
        of_workers(at)
    );
    Ok(Reading { foretold, measured, unit: "workers", words })
}

fn measured_speedup(at: &PointSummary) -> Result<f64, String> {
    at.speedup.ok_or_else(|| "nothing was measured with one worker".to_owned())
}

fn of_workers(at: &PointSummary) -> String {
    words::workers(at.workers())
}

/// What workers of this shape compute on: `4 CPUs`, or `1 lock` where locks are fewer.
fn servers(at: &PointSummary, facts: &Facts) -> String {
    match facts.locks(at.shape).filter(|locks| *locks < facts.cpus()) {
        Some(locks) => plural(locks as u64, "lock"),
        None => words::cpus(facts.cpus()),
    }
}

fn rounds(at: &PointSummary) -> Waves {
    Waves::of(at.sample.tasks, at.chunk.into(), at.workers().into())
}

#[cfg(test)]
mod tests;

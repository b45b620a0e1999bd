//! The laws that follow from a few numbers: Amdahl, Gustafson, Karp and Flatt, waves, list scheduling, Goetz, Little.

use super::Refusal;

/// The speedup of `workers` where a part `serial` of one worker's time cannot be shared: 1 / (s + (1 − s)/N).
///
/// # Errors
/// Where `serial` is no part of a whole, or there is no worker.
pub fn amdahl(serial: f64, workers: u32) -> Result<f64, Refusal> {
    part(serial)?;
    let n = some(workers)?;
    Ok(1.0 / (serial + (1.0 - serial) / n))
}

/// The same where the work grows with the workers: N − s(N − 1).
///
/// # Errors
/// As for [`amdahl`].
pub fn gustafson(serial: f64, workers: u32) -> Result<f64, Refusal> {
    part(serial)?;
    let n = some(workers)?;
    Ok(n - serial * (n - 1.0))
}

/// The serial part that a measured speedup shows (Karp and Flatt 1990): (1/S − 1/N) / (1 − 1/N). The same at every N:
/// a serial part; rising with N: overhead.
///
/// # Errors
/// With one worker, and where it was slower than one worker or faster than all of them could be.
pub fn karp_flatt(speedup: f64, workers: u32) -> Result<f64, Refusal> {
    let n = some(workers)?;
    if workers == 1 {
        return Err(Refusal::OneWorker);
    }
    if speedup.is_nan() || speedup <= 0.0 {
        return Err(Refusal::NotPositive);
    }
    let e = (1.0 / speedup - 1.0 / n) / (1.0 - 1.0 / n);
    match e {
        e if e < 0.0 => Err(Refusal::Superlinear),
        e if e > 1.0 => Err(Refusal::Slower),
        e => Ok(e),
    }
}

/// The speedup that equal tasks allow, which go round in whole chunks: tasks / ⌈chunks / workers⌉ rounds of a chunk.
///
/// # Errors
/// Without tasks or workers.
pub fn wave_bound(tasks: u64, chunk: u64, workers: u32) -> Result<f64, Refusal> {
    some(workers)?;
    if tasks == 0 {
        return Err(Refusal::NoTasks);
    }
    Ok(crate::analysis::bounds::Waves::of(tasks, chunk, u64::from(workers)).bound())
}

/// The shortest and the longest that handing out tasks one by one to whoever is free can take: max(Σ/N, longest) and
/// Σ/N + (1 − 1/N) · longest (Graham 1966). In the unit of the sum and of the longest.
///
/// # Errors
/// Where no task takes any time, and without workers.
pub fn list_schedule(sum: f64, longest: f64, workers: u32) -> Result<(f64, f64), Refusal> {
    let n = some(workers)?;
    if sum <= 0.0 {
        return Err(Refusal::NoTasks);
    }
    let share = sum / n;
    Ok((share.max(longest), share + (1.0 - 1.0 / n) * longest))
}

/// The workers that keep `cpus` busy to the part `busy`, where a task waits so long for so much computing: cpus · busy ·
/// (1 + wait / compute) (Goetz 2006). Under the lock of one interpreter `cpus` is 1, however many there are.
///
/// # Errors
/// Where tasks do not compute.
pub fn goetz(cpus: f64, busy: f64, wait: f64, compute: f64) -> Result<f64, Refusal> {
    if compute <= 0.0 {
        return Err(Refusal::NoComputing);
    }
    Ok(cpus * busy * (1.0 + wait.max(0.0) / compute))
}

/// Little's law: what is in the system is throughput × time in it.
pub const fn little(throughput: f64, time: f64) -> f64 {
    throughput * time
}

fn part(serial: f64) -> Result<(), Refusal> {
    if (0.0..=1.0).contains(&serial) { Ok(()) } else { Err(Refusal::NotAPart) }
}

fn some(workers: u32) -> Result<f64, Refusal> {
    if workers == 0 { Err(Refusal::NotPositive) } else { Ok(f64::from(workers)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: Result<f64, Refusal>, wanted: f64) {
        let found = found.unwrap();
        assert!((found - wanted).abs() <= 5e-4 * wanted.abs().max(1.0), "{found}, not {wanted}");
    }

    #[test]
    fn amdahl_and_gustafson_are_what_they_say() {
        near(amdahl(0.05, 1), 1.0);
        near(amdahl(0.05, 20), 10.256);
        near(amdahl(0.05, 1_000_000), 20.0);
        near(gustafson(0.05, 20), 19.05);
        assert_eq!(amdahl(1.5, 2), Err(Refusal::NotAPart));
        assert_eq!(gustafson(0.1, 0), Err(Refusal::NotPositive));
    }

    #[test]
    fn the_figures_of_the_notes_have_a_serial_part() {
        near(karp_flatt(39.668 / 25.813, 4), 0.534);
        // Threads took 43.042 s, longer than the loop: no serial part explains that.
        assert_eq!(karp_flatt(39.668 / 43.042, 4), Err(Refusal::Slower));
        assert_eq!(karp_flatt(4.5, 4), Err(Refusal::Superlinear));
        assert_eq!(karp_flatt(1.0, 1), Err(Refusal::OneWorker));
        assert_eq!(karp_flatt(f64::NAN, 4), Err(Refusal::NotPositive));
    }

    #[test]
    fn ten_tasks_on_four_workers_take_three_rounds() {
        near(wave_bound(10, 1, 4), 10.0 / 3.0);
        near(wave_bound(10, 2, 4), 2.5);
        assert_eq!(wave_bound(0, 1, 4), Err(Refusal::NoTasks));
        let (least, most) = list_schedule(6.0, 3.0, 2).unwrap();
        assert!((least - 3.0).abs() < 1e-12 && (most - 4.5).abs() < 1e-12);
        assert_eq!(list_schedule(0.0, 0.0, 2), Err(Refusal::NoTasks));
    }

    #[test]
    fn goetz_is_the_knee_of_little() {
        // The notes: 100 ms of each, under one lock and on four CPUs.
        near(goetz(1.0, 1.0, 100.0, 100.0), 2.0);
        near(goetz(4.0, 1.0, 100.0, 100.0), 8.0);
        near(goetz(2.0, 1.0, 80.0, 20.0), 10.0);
        near(Ok(little(2.0 / 20.0, 100.0)), 10.0);
        assert_eq!(goetz(2.0, 1.0, 1.0, 0.0), Err(Refusal::NoComputing));
    }
}

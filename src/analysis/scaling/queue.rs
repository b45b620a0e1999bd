//! Workers as customers of a closed network: each waits by itself for a while (W), then needs one of P servers (CPUs, or
//! the one lock of an interpreter) for a while (C), over and over. Exact, for lengths that vary as those of chance do
//! (exponentially); tasks of fixed lengths come somewhat nearer to the bound.

use super::Refusal;

/// Throughput of `workers` with one server, by mean value analysis: R = C(1 + Q), X = n/(R + W), Q = XR. Per unit of time.
///
/// # Errors
/// Where tasks do not compute, or there are no workers.
pub fn mva(workers: u32, wait: f64, compute: f64) -> Result<f64, Refusal> {
    check(workers, compute)?;
    let (mut queue, mut rate) = (0.0, 0.0);
    for n in 1..=workers {
        let stay = compute * (1.0 + queue);
        rate = f64::from(n) / (stay + wait.max(0.0));
        queue = rate * stay;
    }
    Ok(rate)
}

/// Throughput of `workers` with `servers` servers (M/M/P//N, the machine repair model).
///
/// # Errors
/// As for [`mva`], or without servers.
pub fn machine_repair(workers: u32, servers: u32, wait: f64, compute: f64) -> Result<f64, Refusal> {
    check(workers, compute)?;
    if servers == 0 {
        return Err(Refusal::NotPositive);
    }
    if wait <= 0.0 {
        return Ok(f64::from(workers.min(servers)) / compute);
    }
    // Probabilities of k workers at the servers, each from the one before; scaled down as they grow, for only their
    // proportions count.
    let (mut weight, mut sum, mut busy) = (1.0_f64, 1.0_f64, 0.0_f64);
    for k in 1..=workers {
        weight *= f64::from(workers - k + 1) * (compute / wait) / f64::from(k.min(servers));
        sum += weight;
        busy += weight * f64::from(k.min(servers));
        if sum > 1e200 {
            (weight, sum, busy) = (weight / sum, 1.0, busy / sum);
        }
    }
    Ok(busy / sum / compute)
}

fn check(workers: u32, compute: f64) -> Result<(), Refusal> {
    if workers == 0 {
        return Err(Refusal::NotPositive);
    }
    if compute <= 0.0 { Err(Refusal::NoComputing) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds that 500 tasks of 100 ms + 100 ms take.
    fn mixed_500(servers: u32, workers: u32) -> f64 {
        500.0 / machine_repair(workers, servers, 0.1, 0.1).unwrap()
    }

    #[test]
    fn the_mixed_tasks_of_the_notes_take_what_queueing_says() {
        for (workers, seconds) in [(1, 100.0), (2, 62.5), (3, 53.3), (4, 50.8), (8, 50.0)] {
            assert!((mixed_500(1, workers) - seconds).abs() < 0.05, "{workers}: {}", mixed_500(1, workers));
            let exact = 500.0 / mva(workers, 0.1, 0.1).unwrap();
            assert!((mixed_500(1, workers) - exact).abs() < 1e-9, "one server is a case of several");
        }
        for (workers, seconds) in [(4, 25.0), (8, 14.0), (16, 12.5)] {
            assert!((mixed_500(4, workers) - seconds).abs() < 0.05, "{workers}: {}", mixed_500(4, workers));
        }
    }

    #[test]
    fn nothing_is_above_the_bound_and_large_numbers_stay_finite() {
        for workers in [1, 2, 10, 100, 4_096] {
            let rate = machine_repair(workers, 2, 0.08, 0.02).unwrap();
            let most = (f64::from(workers) / (0.08 + 0.02)).min(2.0 / 0.02);
            assert!(rate > 0.0 && rate <= most * (1.0 + 1e-9), "{workers}: {rate} of {most}");
        }
        assert_eq!(machine_repair(8, 2, 0.0, 0.5), Ok(4.0));
    }

    #[test]
    fn tasks_that_do_not_compute_saturate_nothing() {
        assert_eq!(mva(4, 1.0, 0.0), Err(Refusal::NoComputing));
        assert_eq!(machine_repair(0, 1, 1.0, 1.0), Err(Refusal::NotPositive));
        assert_eq!(machine_repair(1, 0, 1.0, 1.0), Err(Refusal::NotPositive));
    }
}

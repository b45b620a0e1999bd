//! From raw readings to samples. Pure: whatever is read from the machine arrives as a [`Reading`], so that a test drives
//! the same code with readings made by hand.
//!
//! **Busy and stolen.** `sysinfo` counts the time that the hypervisor took away (steal) as busy, so that a starved virtual
//! machine looks fully used. A core that was taken away did nothing, for anybody here: steal is subtracted from busy and
//! stands apart.
//!
//! **Ours.** Workers report the CPU time that they used and where; a core's share is that time over the period, and never
//! above what the core was busy. The two clocks differ: workers read exact ones, while the kernel finds out who is busy
//! only by looking at each tick (250 times a second, say), so that neither is a check on the other.

use crate::clock::Stamp;
use crate::event::{CoreLoad, CoreSample};
use crate::ids::CpuId;
use crate::units::{Nanos, Share};

/// Everything that one look at the machine tells. Totals count from any origin, the same for every reading.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Reading {
    /// When it was taken.
    pub at: Stamp,
    /// Every core that is online.
    pub cores: Vec<CoreReading>,
    /// Average number of runnable threads of the machine over the last minute, where the system says.
    pub load: Option<f64>,
    /// CPU time that poolscope's own threads have used so far.
    pub own: Nanos,
    /// How long control groups' quotas have held threads back so far, all CPUs together; none without a quota.
    pub throttled: Option<Nanos>,
}

/// One core in a [`Reading`].
#[derive(Copy, Clone, PartialEq, Debug, Default)]
pub struct CoreReading {
    /// The system's number of the core.
    pub cpu: CpuId,
    /// The part of the time since the reading before that it was busy or taken away; none where there was no reading
    /// before.
    pub usage: Option<Share>,
    /// Its ticks so far, where the system counts them.
    pub ticks: Option<Ticks>,
    /// Whether this process may run on it.
    pub allowed: bool,
}

/// What a core has done so far, in the kernel's ticks (commonly 10 ms).
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Ticks {
    /// Ticks of any kind.
    pub all: u64,
    /// Ticks in which the hypervisor ran somebody else.
    pub steal: u64,
}

/// Makes samples of readings, each from the difference to the one before.
#[derive(Debug, Default)]
pub(super) struct Sampler(Option<Before>);

/// What a reading leaves for the next.
#[derive(Debug)]
struct Before {
    at: Stamp,
    /// In order of their numbers.
    cores: Vec<(CpuId, Option<Ticks>, Nanos)>,
    own: Nanos,
    throttled: Option<Nanos>,
}

impl Sampler {
    /// The sample between the last reading and this one; none at the first reading, and where no core can be told yet.
    /// `charged` is the CPU time that workers were charged for on a core so far.
    pub(super) fn next(&mut self, reading: &Reading, charged: impl Fn(CpuId) -> Nanos) -> Option<CoreSample> {
        let charges: Vec<Nanos> = reading.cores.iter().map(|core| charged(core.cpu)).collect();
        let sample = self.0.as_ref().and_then(|before| before.sample(reading, &charges));
        let mut cores: Vec<_> = reading
            .cores
            .iter()
            .zip(charges)
            .map(|(core, charged)| (core.cpu, core.ticks, charged))
            .collect();
        cores.sort_unstable_by_key(|(cpu, ..)| *cpu);
        let &Reading { at, own, throttled, .. } = reading;
        self.0 = Some(Before { at, cores, own, throttled });
        sample
    }
}

impl Before {
    fn sample(&self, now: &Reading, charges: &[Nanos]) -> Option<CoreSample> {
        let period = now.at.since(self.at);
        let core = |(core, charged): (&CoreReading, &Nanos)| self.core(core, *charged, period);
        let mut cores: Vec<CoreLoad> = now.cores.iter().zip(charges).filter_map(core).collect();
        if period == Nanos::ZERO || cores.is_empty() {
            return None;
        }
        cores.sort_unstable_by_key(|core| core.cpu);
        let throttled = now.throttled.unwrap_or_default() - self.throttled.unwrap_or(Nanos(u64::MAX));
        Some(CoreSample {
            simulated: false,
            period,
            cores,
            load: now.load,
            own: (now.own - self.own).share_of(period),
            // Of several threads held back at once, each counts; more than all of the period is all of it.
            throttled: throttled.share_of(period),
        })
    }

    fn core(&self, core: &CoreReading, charged: Nanos, period: Nanos) -> Option<CoreLoad> {
        let place = self.cores.binary_search_by_key(&core.cpu, |(cpu, ..)| *cpu).ok()?;
        let (_, ticks, charged_before) = self.cores.get(place)?;
        let steal = match (ticks, core.ticks) {
            (Some(before), Some(now)) => Share::of(
                now.steal.saturating_sub(before.steal) as f64,
                now.all.saturating_sub(before.all) as f64,
            ),
            _ => Share::ZERO,
        };
        let busy = Share::of(core.usage?.fraction() - steal.fraction(), 1.0);
        let ours = (charged - *charged_before).share_of(period);
        let ours = if ours > busy { busy } else { ours };
        Some(CoreLoad { cpu: core.cpu, busy, ours, steal, allowed: core.allowed })
    }
}

/// The part of the period that the cores that this process may use were idle, on average: neither busy nor taken away. Of
/// all cores where none is allowed.
pub fn idle(sample: &CoreSample) -> Share {
    let any_allowed = sample.cores.iter().any(|core| core.allowed);
    let counted = sample.cores.iter().filter(|core| core.allowed || !any_allowed);
    let (count, used) = counted.fold((0u32, 0.0), |(count, used), core| {
        (count + 1, used + core.busy.fraction() + core.steal.fraction())
    });
    Share::of(f64::from(count) - used, f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reading after `ms`, of cores given as (number, part used, ticks, ticks stolen).
    fn reading(ms: u64, cores: &[(u16, f64, u64, u64)]) -> Reading {
        let core = |&(cpu, usage, all, steal): &(u16, f64, u64, u64)| CoreReading {
            cpu: CpuId(cpu),
            usage: Some(Share::of(usage, 1.0)),
            ticks: Some(Ticks { all, steal }),
            allowed: true,
        };
        Reading { at: Stamp(ms * 1_000_000), cores: cores.iter().map(core).collect(), ..Reading::default() }
    }

    fn percents(sample: &CoreSample) -> Vec<[u32; 4]> {
        let core = |c: &CoreLoad| [u32::from(c.cpu.0), c.busy.percent(), c.ours.percent(), c.steal.percent()];
        sample.cores.iter().map(core).collect()
    }

    const NOBODY: fn(CpuId) -> Nanos = |_| Nanos::ZERO;

    #[test]
    fn the_first_reading_is_never_shown() {
        let mut sampler = Sampler::default();
        assert_eq!(sampler.next(&reading(0, &[(0, 0.39, 100, 0)]), NOBODY), None);
        let sample = sampler.next(&reading(500, &[(0, 0.82, 150, 0)]), NOBODY).unwrap();
        assert_eq!(sample.period, Nanos::from_millis(500));
        assert_eq!(percents(&sample), [[0, 82, 0, 0]]);
    }

    #[test]
    fn a_reading_at_the_same_moment_or_without_cores_is_no_sample() {
        let mut sampler = Sampler::default();
        sampler.next(&reading(500, &[(0, 0.5, 1, 0)]), NOBODY);
        assert_eq!(sampler.next(&reading(500, &[(0, 0.5, 2, 0)]), NOBODY), None);
        assert_eq!(sampler.next(&reading(900, &[]), NOBODY), None);
    }

    #[test]
    fn ours_is_what_was_charged_since_the_reading_before_and_never_above_busy() {
        let mut sampler = Sampler::default();
        let cores = [(0, 0.0, 0, 0), (1, 0.0, 0, 0)];
        sampler.next(&reading(0, &cores), |_| Nanos::from_millis(100));
        let charged = |cpu: CpuId| Nanos::from_millis(if cpu == CpuId(0) { 300 } else { 600 });
        let sample = sampler.next(&reading(500, &[(0, 0.9, 50, 0), (1, 0.7, 50, 0)]), charged).unwrap();
        assert_eq!(percents(&sample), [[0, 90, 40, 0], [1, 70, 70, 0]]);
        // Nothing further was charged.
        let sample = sampler.next(&reading(1_000, &[(0, 0.9, 100, 0), (1, 0.7, 100, 0)]), charged).unwrap();
        assert_eq!(percents(&sample), [[0, 90, 0, 0], [1, 70, 0, 0]]);
    }

    #[test]
    fn stolen_time_is_not_busy() {
        let mut sampler = Sampler::default();
        sampler.next(&reading(0, &[(0, 0.0, 1_000, 10)]), NOBODY);
        let sample = sampler.next(&reading(500, &[(0, 1.0, 1_050, 25)]), NOBODY).unwrap();
        assert_eq!(percents(&sample), [[0, 70, 0, 30]]);
        assert_eq!(idle(&sample), Share::ZERO);
    }

    #[test]
    fn a_core_that_appears_is_shown_from_its_second_reading_and_one_that_goes_disappears() {
        let mut sampler = Sampler::default();
        sampler.next(&reading(0, &[(0, 0.0, 0, 0), (2, 0.0, 0, 0)]), NOBODY);
        let sample = sampler.next(&reading(500, &[(0, 0.1, 50, 0), (2, 0.2, 50, 0), (1, 0.9, 0, 0)]), NOBODY);
        assert_eq!(percents(&sample.unwrap()), [[0, 10, 0, 0], [2, 20, 0, 0]]);
        let sample = sampler.next(&reading(1_000, &[(2, 0.3, 100, 0), (1, 0.4, 50, 0)]), NOBODY);
        assert_eq!(percents(&sample.unwrap()), [[1, 40, 0, 0], [2, 30, 0, 0]]);
        // When the list of cores was made anew, a reading has no usage: no sample, and the next is whole again.
        let mut anew = reading(1_500, &[(1, 0.0, 100, 0), (2, 0.0, 150, 0)]);
        anew.cores.iter_mut().for_each(|core| core.usage = None);
        assert_eq!(sampler.next(&anew, NOBODY), None);
        let sample = sampler.next(&reading(2_000, &[(1, 0.5, 150, 0), (2, 0.6, 200, 0)]), NOBODY).unwrap();
        assert_eq!(percents(&sample), [[1, 50, 0, 0], [2, 60, 0, 0]]);
        assert_eq!(sample.period, Nanos::from_millis(500));
    }

    #[test]
    fn own_cost_and_throttling_are_parts_of_the_period() {
        let mut sampler = Sampler::default();
        let first = Reading {
            own: Nanos::from_millis(7),
            throttled: Some(Nanos::from_millis(40)),
            ..reading(0, &[(0, 0.0, 0, 0)])
        };
        sampler.next(&first, NOBODY);
        let second = Reading {
            own: Nanos::from_millis(12),
            throttled: Some(Nanos::from_millis(90)),
            load: Some(0.4),
            ..reading(500, &[(0, 0.0, 50, 0)])
        };
        let sample = sampler.next(&second, NOBODY).unwrap();
        assert_eq!((sample.own.percent(), sample.throttled.percent(), sample.load), (1, 10, Some(0.4)));
        // A quota that is new, or gone, has held nobody back yet; totals that went down are no time.
        let third = reading(1_000, &[(0, 0.0, 100, 0)]);
        let sample = sampler.next(&third, NOBODY).unwrap();
        assert_eq!((sample.own, sample.throttled), (Share::ZERO, Share::ZERO));
        let fourth = Reading { at: Stamp(1_500_000_000), ..first };
        assert_eq!(sampler.next(&fourth, NOBODY).unwrap().throttled, Share::ZERO);
    }

    #[test]
    fn idle_is_the_mean_over_the_cores_that_may_be_used() {
        let core = |busy, allowed| CoreLoad { busy: Share::of(busy, 1.0), allowed, ..CoreLoad::default() };
        let mut sample = CoreSample {
            cores: vec![core(0.1, true), core(0.3, true), core(1.0, false)],
            ..CoreSample::default()
        };
        assert_eq!(idle(&sample).percent(), 80);
        sample.cores.iter_mut().for_each(|core| core.allowed = false);
        assert_eq!(idle(&sample).percent(), 53);
        assert_eq!(idle(&CoreSample::default()), Share::ZERO);
    }
}

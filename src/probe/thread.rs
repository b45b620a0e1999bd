//! The sampling thread: it looks, says what it saw, and waits for the next time.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::clock::{Clock, Stamp};
use crate::event::{CoreSample, EventSink, RunEvent};
use crate::exec::lane::Lanes;
use crate::probe::charges::{Charged, Charges};
use crate::probe::sampler::Sampler;
use crate::probe::source::{Machine, Source};
use crate::probe::{highest_cpu, own};
use crate::units::Nanos;

/// How often the cores are read.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ProbeOptions {
    /// The time between two samples while a run is watched. The machine is never read more often than every 250 ms.
    pub period: Nanos,
    /// The same while none is.
    pub idle_period: Nanos,
}

impl Default for ProbeOptions {
    /// 500 ms, in which the kernel's ticks make steps of 2 points; 1 s when nothing runs.
    fn default() -> Self {
        Self { period: Nanos::from_millis(500), idle_period: Nanos::from_secs(1) }
    }
}

/// The one thread that reads the cores, `ps-probe`. It ends at once when this is dropped.
///
/// Every sample goes to exactly one place: to the run that is watched, else to the sink given at the start, if any.
#[derive(Debug)]
pub struct Probe {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    ending: bool,
    /// Where samples go while no run is watched.
    idle: Option<EventSink>,
    /// Where the watched run's go.
    run: Option<EventSink>,
    /// Whether samples go nowhere.
    hushed: bool,
    charges: Charges,
    latest: Option<CoreSample>,
}

impl Probe {
    /// Starts reading this machine. The first sample comes after 250 ms, for one reading alone tells nothing; while no run
    /// is watched, samples go to `idle`.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(options: ProbeOptions, idle: Option<EventSink>) -> io::Result<Self> {
        Self::spawn(options, idle, || Machine::new(Clock::monotonic()))
    }

    /// The same with readings from elsewhere: a script, in tests. Their own moments make the periods of the samples.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start_with(
        source: impl Source + Send + 'static,
        options: ProbeOptions,
        idle: Option<EventSink>,
    ) -> io::Result<Self> {
        Self::spawn(options, idle, || source)
    }

    fn spawn<S: Source>(
        options: ProbeOptions,
        idle: Option<EventSink>,
        source: impl FnOnce() -> S + Send + 'static,
    ) -> io::Result<Self> {
        let charges = Charges::new(highest_cpu());
        let state = State { ending: false, idle, run: None, hushed: false, charges, latest: None };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let theirs = Arc::clone(&shared);
        // The source is made on the thread: its first look takes longer, and nobody should wait for it.
        let look = move || theirs.look_until_the_end(&mut source(), options);
        let thread = std::thread::Builder::new().name("ps-probe".to_owned()).spawn(look)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// From now on, samples go to this sink, and what these lanes, of one run or of several at once, are charged for
    /// counts as ours; with none, no run goes on. To be called with none only when all workers are gone: what they are charged for later is lost.
    pub fn watch(&self, run: Option<(EventSink, Vec<Arc<Lanes>>)>) {
        let mut state = self.shared.lock();
        let (sink, lanes) = run.unzip();
        let charged = |lanes: Vec<Arc<Lanes>>| {
            Box::new(move |cpu| lanes.iter().map(|lanes| lanes.charged(cpu)).sum()) as Charged
        };
        state.charges.watch(lanes.map(charged));
        state.run = sink;
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Has samples go nowhere, or again where they belong.
    pub fn hush(&self, hushed: bool) {
        self.shared.lock().hushed = hushed;
    }

    /// The last sample; none until there is one. Before a run it tells how quiet the machine is (see
    /// [`idle`](crate::probe::idle)).
    pub fn latest(&self) -> Option<CoreSample> {
        self.shared.lock().latest.clone()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.shared.lock().ending = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic over there has been reported by the hook, and there is nothing left to rescue.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look_until_the_end(&self, source: &mut impl Source, options: ProbeOptions) {
        own::register_current_thread();
        let clock = Clock::monotonic();
        let shortest = source.shortest_period();
        let mut sampler = Sampler::default();
        let mut first = true;
        loop {
            let looked = clock.now();
            let reading = source.read();
            let mut state = self.lock();
            if let Some(sample) = sampler.next(&reading, |cpu| state.charges.total(cpu)) {
                if let Some(sink) = state.run.as_ref().or(state.idle.as_ref()).filter(|_| !state.hushed) {
                    sink.say(RunEvent::Cores(sample.clone()));
                }
                state.latest = Some(sample);
            }
            let period = |state: &State| match state.run {
                // The second look comes as soon as it may, so that there is something to show.
                _ if first => shortest,
                Some(_) => options.period.max(shortest),
                None => options.idle_period.max(shortest),
            };
            if self.wait(state, &clock, looked, period).is_none() {
                return;
            }
            first = false;
        }
    }

    /// Waits until a period has gone by since `looked`; none if the end came first. The period is asked for anew whenever
    /// something has changed: a run that begins shortens the wait.
    fn wait(
        &self,
        mut state: MutexGuard<'_, State>,
        clock: &Clock,
        looked: Stamp,
        period: impl Fn(&State) -> Nanos,
    ) -> Option<()> {
        loop {
            if state.ending {
                return None;
            }
            let left = period(&state) - clock.now().since(looked);
            if left == Nanos::ZERO {
                return Some(());
            }
            let woken = self.changed.wait_timeout(state, left.to_std());
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventFeed;
    use crate::ids::CpuId;
    use crate::probe::source::Scripted;
    use crate::probe::{CoreReading, Reading};
    use crate::units::Share;
    use std::time::Duration;

    const LONG: Nanos = Nanos::from_secs(3_600);
    const SHORT: Nanos = Nanos::from_millis(1);

    /// Readings half a second apart, whose core is used 1 %, 2 %, 3 % …
    fn script(readings: u64) -> Scripted {
        Scripted::new((0..readings).map(|n| {
            let usage = Some(Share::of(n as f64, 100.0));
            let core = CoreReading { cpu: CpuId(0), usage, ticks: None, allowed: true };
            Reading { at: Stamp(n * 500_000_000), cores: vec![core], ..Reading::default() }
        }))
    }

    fn next(feed: &EventFeed) -> u32 {
        let batch = feed.recv_timeout(Duration::from_secs(30)).unwrap();
        match batch.as_slice() {
            [RunEvent::Cores(sample)] => sample.cores[0].busy.percent(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn samples_come_from_the_second_reading_on_and_the_last_is_kept() {
        let (sink, feed) = EventSink::channel();
        let options = ProbeOptions { period: SHORT, idle_period: SHORT };
        let probe = Probe::start_with(script(4), options, Some(sink)).unwrap();
        assert_eq!([next(&feed), next(&feed), next(&feed)], [1, 2, 3]);
        assert_eq!(probe.latest().unwrap().cores[0].busy.percent(), 3);
        drop(probe);
        // The script stood still after its end, which makes no further samples.
        assert!(feed.recv().is_err());
    }

    #[test]
    fn a_run_that_begins_gets_its_samples_at_its_own_pace() {
        let (idle, idle_feed) = EventSink::channel();
        let (run, run_feed) = EventSink::channel();
        let options = ProbeOptions { period: SHORT, idle_period: LONG };
        let probe = Probe::start_with(script(100), options, Some(idle)).unwrap();
        assert_eq!(next(&idle_feed), 1);
        probe.watch(Some((run, vec![Lanes::private(1, 1, 0)])));
        assert_eq!([next(&run_feed), next(&run_feed)], [2, 3]);
        assert!(idle_feed.try_recv().is_err());
    }

    #[test]
    fn the_end_does_not_wait_for_the_next_sample() {
        let options = ProbeOptions { period: LONG, idle_period: LONG };
        let (sink, feed) = EventSink::channel();
        let probe = Probe::start_with(script(3), options, Some(sink)).unwrap();
        assert_eq!(next(&feed), 1);
        drop(probe);
        assert!(feed.recv().is_err());
    }

    /// Readings that the test hands over one by one.
    #[cfg(target_os = "linux")]
    #[derive(Debug)]
    struct ByHand(std::sync::mpsc::Receiver<Reading>);

    #[cfg(target_os = "linux")]
    impl Source for ByHand {
        fn read(&mut self) -> Reading {
            self.0.recv().unwrap_or_default()
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_run_that_is_over_before_the_next_sample_counts_as_ours_all_the_same() {
        use crate::clock::{RunClock, thread_cpu};
        use crate::event::Phase;
        use crate::exec::lane::LaneWriter;
        use crate::ids::SlotId;

        let (hand, readings) = std::sync::mpsc::channel();
        let (sink, feed) = EventSink::channel();
        let options = ProbeOptions { period: SHORT, idle_period: SHORT };
        let probe = Probe::start_with(ByHand(readings), options, Some(sink.clone())).unwrap();
        // Made after the probe, so that it ends before: a probe that waits for a reading does not end.
        let read = move |n: u64| {
            let usage = Some(Share::ONE);
            let core = |cpu| CoreReading { cpu: CpuId(cpu), usage, ticks: None, allowed: true };
            let cores = (0..highest_cpu() as u16).map(core).collect();
            hand.send(Reading { at: Stamp(n * 500_000_000), cores, ..Reading::default() }).unwrap();
        };
        read(0);
        read(1);
        assert_eq!(next(&feed), 100);
        let lanes = Lanes::private(1, highest_cpu(), 0);
        probe.watch(Some((sink, vec![Arc::clone(&lanes)])));
        let worker = std::thread::spawn(move || {
            let clock = Clock::monotonic();
            let epoch = clock.now();
            let mut lane = LaneWriter::attach(&lanes, SlotId(0), RunClock::new(clock, epoch), 1);
            lane.enter(Phase::Computing);
            while thread_cpu() < Nanos::from_millis(50) {
                lane.checkpoint(0);
            }
            lane.finish();
        });
        worker.join().unwrap();
        probe.watch(None);
        read(2);
        let batch = feed.recv_timeout(Duration::from_secs(30)).unwrap();
        let [RunEvent::Cores(sample)] = batch.as_slice() else { panic!("{batch:?}") };
        let ours: f64 = sample.cores.iter().map(|core| core.ours.fraction()).sum();
        // 50 ms of 500 ms; what the worker did before its lane began does not count.
        assert!((0.09..0.11).contains(&ours), "{ours}");
    }
}

use std::sync::Arc;

use super::facts::Fact;
use super::*;
use crate::event::{EventFeed, EventSink, Gauges, Percentiles, Phase, Record, RunEvent};
use crate::exec::lane::{Histogram, LaneReader};
use crate::plan::{Chunk, FixedCosts, OnError, Runtime, Strategy, Work};

/// A run to be simulated, as tests write it.
#[derive(Clone, Debug)]
struct Case {
    spec: RunSpec,
    setup: Setup,
    facts: Option<fn(TaskIndex) -> Fact>,
    /// It is advanced by so much at a time.
    stride: Nanos,
}

/// What a run left behind.
struct Ran {
    elapsed: Nanos,
    books: Books,
    records: Vec<Vec<Record>>,
    gauges: Vec<Gauges>,
    latency: Percentiles,
    events: Vec<RunEvent>,
    busy: Vec<Nanos>,
    charged: Vec<Nanos>,
}

const MS: Nanos = Nanos::from_millis(1);

fn ms(n: u64) -> Nanos {
    MS * n
}

/// Tasks of one microsecond for each iteration of `cpu`.
fn case(strategy: Strategy, slots: u32, cores: u32, tasks: u64, work: Work) -> Case {
    let costs = FixedCosts { cpu_ps: 1_000_000, ..FixedCosts::default() };
    let spec = RunSpec {
        strategy,
        slots,
        threads: 1,
        tasks,
        chunk: Chunk::Auto.resolve(tasks, slots),
        work,
        estimate: MS,
        timeout: None,
        retries: 0,
        on_error: OnError::Continue,
        seed: 1,
        cpus: cores,
        fault: None,
        port: None,
        runtime: Runtime::Native,
    };
    let parameters = Parameters { costs, ..Parameters::default() };
    Case { spec, setup: Setup { cores, gil: None, parameters }, facts: None, stride: ms(50) }
}

fn cpu(time: Nanos) -> Work {
    Work::Cpu { iterations: time.0 / 1_000 }
}

fn sleep(wait: Nanos) -> Work {
    Work::Sleep { wait }
}

fn mixed(time: Nanos, wait: Nanos) -> Work {
    Work::Mixed { iterations: time.0 / 1_000, wait }
}

/// Nothing costs anything but the tasks.
fn free() -> Parameters {
    Parameters {
        costs: FixedCosts { cpu_ps: 1_000_000, ..FixedCosts::default() },
        switch: Nanos::ZERO,
        wake: Nanos::ZERO,
        thread_start: Nanos::ZERO,
        process_start: Nanos::ZERO,
        thread_stop: Nanos::ZERO,
        process_stop: Nanos::ZERO,
        take: Nanos::ZERO,
        chunk: Nanos::ZERO,
        task: Nanos::ZERO,
        byte_ps: 0,
        ..Parameters::default()
    }
}

impl Case {
    fn gil(mut self, text: &str) -> Self {
        self.spec.runtime = text.parse().unwrap();
        self.setup.gil = self.spec.runtime.gil();
        self
    }

    fn chunk(mut self, chunk: u32) -> Self {
        self.spec.chunk = chunk;
        self
    }

    fn seed(mut self, seed: u64) -> Self {
        self.spec.seed = seed;
        self
    }

    fn parameters(mut self, parameters: Parameters) -> Self {
        self.setup.parameters = parameters;
        self
    }

    fn facts(mut self, facts: fn(TaskIndex) -> Fact) -> Self {
        self.facts = Some(facts);
        self
    }

    fn begin(&self) -> (Simulation, Arc<Lanes>, EventFeed) {
        let lanes = Lanes::private(self.spec.slots, self.setup.cores, self.spec.work.parts().len());
        let (sink, feed) = EventSink::channel();
        let mut simulation = Simulation::new(&self.spec, &self.setup, &lanes, sink);
        if let Some(facts) = self.facts {
            simulation.facts = Box::new(facts);
        }
        (simulation, lanes, feed)
    }

    fn run(&self) -> Ran {
        self.run_with(|_| {})
    }

    /// Runs it to its end; `touch` is called each time that it has been advanced.
    fn run_with(&self, mut touch: impl FnMut(&mut Simulation)) -> Ran {
        let (mut simulation, lanes, feed) = self.begin();
        let slots = (0..self.spec.slots).map(|slot| SlotId(slot as u16));
        let mut readers: Vec<_> = slots.map(|slot| LaneReader::new(&lanes, slot)).collect();
        let mut records = vec![Vec::new(); readers.len()];
        let mut until = RunTime::START;
        loop {
            if simulation.now() >= until {
                until = until.after(self.stride);
            }
            let over = simulation.advance(until);
            assert!(simulation.now() <= until);
            for (reader, records) in readers.iter_mut().zip(&mut records) {
                reader.drain(|record| records.push(record));
            }
            if over {
                break;
            }
            touch(&mut simulation);
        }
        let elapsed = simulation.now().elapsed();
        let mut latency = Histogram::default();
        for reader in &readers {
            reader.add_latency(&mut latency);
        }
        let busy = simulation.busy().to_vec();
        Ran {
            elapsed,
            gauges: readers.iter().map(LaneReader::gauges).collect(),
            latency: latency.percentiles(),
            events: feed.try_iter().flatten().collect(),
            charged: (0..busy.len()).map(|cpu| lanes.charged(CpuId(cpu as u16))).collect(),
            busy,
            books: simulation.books(),
            records,
        }
    }
}

impl Ran {
    fn secs(&self) -> f64 {
        self.elapsed.as_secs_f64()
    }

    fn total(&self, phase: Phase) -> Nanos {
        self.gauges.iter().map(|gauges| gauges.totals.get(phase)).sum()
    }

    fn gil(&self, count: impl Fn(&Gauges) -> u64) -> u64 {
        self.gauges.iter().map(count).sum()
    }
}

mod laws;
mod locks;
mod size;
mod waves;

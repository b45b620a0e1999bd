//! Scripted comparisons for the tests of the screen: fixed machine, fixed times, fixed results.

mod gil;
mod press;

pub(super) use gil::{gil, gil_themed};
pub(super) use press::press;

use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::clock::RunTime;
use crate::event::{
    CoreLoad, CoreSample, Gauges, Outcome, Percentiles, Phase, PhaseTotals, Record, RunEnd, RunEvent,
    RunStart, TaskCounts,
};
use crate::exec::CancelToken;
use crate::ids::{CpuId, RunId, SlotId, TaskIndex};
use crate::plan::topology::CpuPlace;
use crate::plan::{Costs, Machine, Parameters, Plan, Shape, Strategy, Topology, Work};
use crate::tui::ghost::Prediction;
use crate::tui::message::{Effect, Message};
use crate::tui::model::Model;
use crate::tui::theme::{Depth, Palette, Theme};
use crate::tui::update::{refresh, update};
use crate::tui::view::view;
use crate::units::{Nanos, Share};

pub(super) const COSTS: Costs = Costs { cpu_ns: 25.0, sum_ns: 0.5, primes_ns: 8.0, native_ns: 0.5 };

/// What a task of the scripted runs takes.
const TASK_MS: u64 = 500;

pub(super) const fn ms(n: u64) -> RunTime {
    RunTime(n * 1_000_000)
}

/// The screen before anything has happened, calibrated.
pub(super) fn before(columns: u16, rows: u16) -> Model {
    themed(columns, rows, Theme::new(Palette::Dark, Depth::True, false))
}

pub(super) fn themed(columns: u16, rows: u16, theme: Theme) -> Model {
    let machine = Machine::example(2);
    let plan = Plan::first(&machine);
    let mut model = Model::new(machine, plan, theme);
    tell(&mut model, Message::Resized(columns, rows));
    tell(&mut model, Message::Calibrated(COSTS));
    model
}

/// Presses `P`, and has the plan predicted as its tasks are scripted.
pub(super) fn predict(model: &mut Model) {
    press(model, "P");
    let plan = model.wanted_prediction().unwrap().clone();
    let parameters = Parameters { costs: COSTS.into(), ..Parameters::default() };
    let runs = crate::engine::predict(&plan, &model.machine, parameters, &CancelToken::default());
    tell(model, Message::Predicted(Arc::new(Prediction { plan, runs })));
}

/// The same while the second of three runs goes on: serial is over, threads are at 1.2 s.
pub(super) fn running(columns: u16, rows: u16) -> Model {
    let mut model = before(columns, rows);
    run_on(&mut model);
    model
}

/// The same of a model before its first run.
pub(super) fn run_on(model: &mut Model) {
    start(model);
    play(model, 0, Strategy::Serial, 1, None);
    play(model, 1, Strategy::Threads, 2, Some(1_200));
}

/// The same when all three runs are over.
pub(super) fn finished(columns: u16, rows: u16) -> Model {
    let mut model = before(columns, rows);
    start(&mut model);
    play(&mut model, 0, Strategy::Serial, 1, None);
    play(&mut model, 1, Strategy::Threads, 2, None);
    play(&mut model, 2, Strategy::Processes, 2, None);
    happen(&mut model, vec![RunEvent::Finished]);
    model
}

/// Three runs each of so many comparisons of one work.
pub(super) fn compared(columns: u16, rows: u16, comparisons: usize) -> Model {
    let mut model = before(columns, rows);
    for _ in 0..comparisons {
        again(&mut model);
    }
    press(&mut model, "2");
    model
}

/// A comparison from its beginning to its end.
pub(super) fn again(model: &mut Model) {
    press(model, "1");
    start(model);
    let plan = model.session.plan.clone().unwrap();
    let workers = plan.workers.resolve(&model.machine);
    for (number, strategy) in (0..).zip(plan.strategies) {
        play(model, number, strategy, strategy.shape(Shape::of(workers)).slots(), None);
    }
    happen(model, vec![RunEvent::Finished]);
}

/// A comparison with many workers, over.
pub(super) fn crowds(columns: u16, rows: u16, workers: u32) -> Model {
    let mut model = before(columns, rows);
    model.form.plan.workers = crate::plan::WorkerCount::Exactly(workers);
    model.form.plan.workloads[0].tasks = u64::from(workers) * 4;
    model.form.plan.strategies = vec![Strategy::Threads, Strategy::Processes];
    again(&mut model);
    press(&mut model, "2");
    model
}

/// A run of many workers that is at 1.2 s.
pub(super) fn crowd(columns: u16, rows: u16, workers: u32) -> Model {
    let mut model = before(columns, rows);
    model.form.plan.workers = crate::plan::WorkerCount::Exactly(workers);
    model.form.plan.workloads[0].tasks = u64::from(workers) * 4;
    model.form.plan.strategies = vec![Strategy::Threads];
    start(&mut model);
    play(&mut model, 0, Strategy::Threads, workers, Some(1_200));
    model
}

/// The same run of four on a machine with so many CPUs, numbered as is usual: first one thread of each core, then the
/// other.
pub(super) fn on_cores(columns: u16, rows: u16, cpus: u16, threads: u16, change: fn(&mut CoreLoad)) -> Model {
    let mut model = crowd(columns, rows, 4);
    model.machine = Machine::example(cpus.into());
    let cores = cpus / threads;
    let place = |cpu| CpuPlace { package: 0, core: CpuId(cpu % cores), cpu: CpuId(cpu) };
    let places = (0..cpus).map(place).collect();
    model.machine.topology = Box::new(Topology { cpus: places, ..Topology::default() });
    let load = |cpu: u16, moment: u16| {
        // Of every eight cores four are used by this run, two by others and two by nobody.
        let used = f64::from((cpu * 5 + moment * 3) % 9) / 8.0;
        let (busy, ours) = match cpu % 8 {
            0..4 => (used.max(0.5), used.max(0.5) - 0.1 * f64::from(cpu % 3)),
            4 | 6 => (used, 0.0),
            _ => (0.0, 0.0),
        };
        let (busy, ours) = (Share::of(busy, 1.0), Share::of(ours, 1.0));
        let mut load = CoreLoad { cpu: CpuId(cpu), busy, ours, steal: Share::ZERO, allowed: true };
        change(&mut load);
        load
    };
    let sample = |moment| CoreSample {
        cores: (0..cpus).map(|cpu| load(cpu, moment)).collect(),
        own: Share::of(0.4, 100.0),
        ..CoreSample::default()
    };
    // Those of the usual machine are forgotten.
    model.session.cores = crate::state::Cores::default();
    happen(&mut model, (0..40).map(|moment| RunEvent::Cores(sample(moment))).collect());
    model
}

/// Takes a message in and has nothing done about it.
pub(super) fn tell(model: &mut Model, message: Message) {
    let _: Effect = update(model, message);
    refresh(model);
}

/// Has facts happen at the moment that is shown.
pub(super) fn happen(model: &mut Model, events: Vec<RunEvent>) {
    let now = Some(model.now);
    tell(model, Message::News(events, now));
}

/// Lets time pass, up to a moment of the run.
pub(super) fn pass(model: &mut Model, until: RunTime) {
    tell(model, Message::News(Vec::new(), Some(until)));
}

/// The screen as a terminal would show it.
pub(super) fn screen(model: &Model) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(model.area.width, model.area.height)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal
}

/// Its text.
pub(super) fn text(model: &Model) -> String {
    screen(model).backend().to_string()
}

fn start(model: &mut Model) {
    assert!(matches!(press(model, "<Enter>"), Effect::Start(_)));
    let plan = model.form.plan.clone();
    let machine = model.machine.clone();
    let works = plan.workloads.iter().map(|load| load.resolve(&COSTS)).collect();
    happen(
        model,
        vec![
            RunEvent::Accepted { plan, machine },
            RunEvent::Calibrated { costs: Some(COSTS), works },
            RunEvent::Cores(cores(0.98, 0.35)),
        ],
    );
}

/// Two cores, the first busy with this run alone.
fn cores(first: f64, second: f64) -> CoreSample {
    let core = |cpu, busy, ours| CoreLoad {
        cpu: CpuId(cpu),
        busy: Share::of(busy, 1.0),
        ours: Share::of(ours, 1.0),
        steal: Share::ZERO,
        allowed: true,
    };
    CoreSample {
        period: Nanos::from_millis(500),
        cores: vec![core(0, first, first), core(1, second, 0.25)],
        load: Some(0.3),
        own: Share::of(0.4, 100.0),
        ..CoreSample::default()
    }
}

/// Plays a run of tasks of half a second, up to a moment or to its end.
fn play(model: &mut Model, number: u32, strategy: Strategy, slots: u32, until: Option<u64>) {
    let tasks = model.session.plan.as_ref().unwrap().workloads[0].tasks;
    let mut events = vec![RunEvent::RunStarted(RunStart {
        pid: 4_000,
        parent: Some(3_000),
        run: RunId(number),
        workload: 0,
        repeat: 0,
        runtime: crate::plan::Runtime::Native,
        strategy,
        slots,
        shape: strategy.shape(Shape::of(slots)),
        chunk: 1,
        tasks,
        work: Work::Cpu { iterations: 20_000_000 },
        serial_estimate: Nanos::from_millis(TASK_MS * tasks),
        shared_lanes: true,
    })];
    let ready = if strategy == Strategy::Processes { 20 } else { 1 };
    let end = ready + TASK_MS * tasks.div_ceil(u64::from(slots));
    let now = until.unwrap_or(end + 4);
    let mut levels = Vec::new();
    for slot in 0..slots {
        let pid = if strategy == Strategy::Processes { 4_001 + slot } else { 4_000 };
        events.push(RunEvent::WorkerSpawned { slot: SlotId(slot as u16), pid, at: ms(0) });
        let mut lane =
            Lane { slot: SlotId(slot as u16), events: &mut events, totals: PhaseTotals::default() };
        lane.span(Phase::Starting, None, 0, ready);
        let mut at = ready;
        let mut done = 0;
        let mut task = u64::from(slot);
        while task < tasks && at + TASK_MS <= now {
            lane.task(TaskIndex(task as u32), at);
            at += TASK_MS;
            done += 1;
            task += u64::from(slots);
        }
        let goes_on = (task < tasks).then_some(TaskIndex(task as u32));
        levels.push(Gauges {
            phase: if until.is_none() { Phase::Absent } else { Phase::Computing },
            since: ms(at),
            task: goes_on.filter(|_| until.is_some()),
            pid,
            cpu: Some(CpuId(slot as u16 % 2)),
            done,
            totals: lane.totals,
            computing_cpu: Nanos::from_millis(done * 490),
            cpu_time: Nanos::from_millis(done * 491),
            ..Gauges::default()
        });
    }
    let numbered = (0..).map(SlotId).zip(levels.iter().copied()).collect();
    events.push(RunEvent::Levels { at: ms(now), slots: numbered });
    events.push(RunEvent::Cores(cores(0.99, 0.97)));
    if until.is_none() {
        events.push(RunEvent::RunFinished(Box::new(RunEnd {
            elapsed: Nanos::from_millis(now),
            startup: Nanos::from_millis(ready),
            shutdown: Nanos::from_millis(4),
            counts: TaskCounts { total: tasks, ok: tasks, ..TaskCounts::default() },
            digest: Some(7),
            latency: Percentiles {
                p50: Nanos::from_millis(500),
                p90: Nanos::from_millis(501),
                p99: Nanos::from_millis(502),
                max: Nanos::from_millis(502),
            },
            parts: Vec::new(),
            gil_wait: crate::event::Percentiles::default(),
            gil_waits: Vec::new(),
            queue: Percentiles::default(),
            slots: levels,
            overhead_cpu: Nanos::from_micros(300),
            errors: Vec::new(),
            pages: Vec::new(),
            stopped: None,
        })));
    }
    tell(model, Message::News(events, until.map(ms)));
}

/// A lane that is written.
struct Lane<'a> {
    slot: SlotId,
    events: &'a mut Vec<RunEvent>,
    totals: PhaseTotals,
}

impl Lane<'_> {
    fn say(&mut self, record: Record) {
        self.events.push(RunEvent::Lane { slot: self.slot, record });
    }

    fn span(&mut self, phase: Phase, task: Option<TaskIndex>, start: u64, end: u64) {
        self.totals.add(phase, Nanos::from_millis(end - start));
        self.say(Record::Span { phase, task, start: ms(start), end: ms(end) });
    }

    fn task(&mut self, task: TaskIndex, start: u64) {
        let end = start + TASK_MS;
        self.span(Phase::Computing, Some(task), start, end);
        let cpu = Nanos::from_millis(490);
        self.say(Record::Task {
            task,
            outcome: Outcome::Ok,
            attempt: 0,
            start: ms(start),
            end: ms(end),
            cpu,
            on: Some(CpuId(self.slot.0 % 2)),
        });
    }
}

//! Scripted sweeps for the tests of the screen: fixed machine, fixed times, fixed results.

use super::desk::Focus;
use super::form::Setting;
use crate::clock::RunTime;
use crate::event::{
    CoreLoad, CoreSample, Gauges, Percentiles, Phase, PhaseTotals, Record, RunEnd, RunEvent, RunStart,
    StopReason, TaskCounts,
};
use crate::ids::{CpuId, RunId, SlotId, TaskIndex};
use crate::plan::{Plan, Shape, Size, Strategy, TaskType, Work};
use crate::tui::message::{Effect, Message};
use crate::tui::model::Model;
use crate::tui::script::{COSTS, before, press};
use crate::tui::update::{refresh, update};
use crate::units::{Nanos, Share};

/// Tasks of a sweep, and how long one of them computes and waits.
const TASKS: u64 = 96;
const COMPUTE: u64 = 5_000_000;
const WAIT: u64 = 20_000_000;

/// The screen with a plan for a sweep of mixed tasks, before anything was measured.
pub(super) fn fresh(columns: u16, rows: u16) -> Model {
    planned(before(columns, rows))
}

pub(super) fn planned(mut model: Model) -> Model {
    let mut plan = Plan::for_task(TaskType::Mixed, &model.machine);
    plan.workloads[0].size = Size::parse(TaskType::Mixed, "5ms+20ms").unwrap();
    plan.workloads[0].tasks = TASKS;
    plan.chunk = crate::plan::Chunk::Tasks(1);
    model.form.plan = plan;
    press(&mut model, "3");
    counts(&mut model, "1,2,4,8,10,12,16");
    model
}

/// Types numbers of workers into the form.
pub(super) fn counts(model: &mut Model, text: &str) {
    model.sweep.focus = Focus::Plan;
    model.sweep.form.go(Setting::Counts);
    press(model, &format!("{text}<Enter><End>"));
    assert!(model.sweep.form.edit().is_none(), "{:?}", model.sweep.form.edit());
}

/// Starts a sweep; the plan of its first run.
pub(super) fn begin(model: &mut Model) -> Plan {
    match press(model, "<Enter>") {
        Effect::Start(plan) => *plan,
        effect => panic!("{effect:?} {:?}", model.remark),
    }
}

pub(super) fn news(model: &mut Model, events: Vec<RunEvent>, now: u64) -> Effect {
    let effect = update(model, Message::News(events, Some(RunTime(now))));
    refresh(model);
    effect
}

/// What a run of `plan` tells until it is over, or until it is stopped.
pub(super) fn events(model: &Model, plan: &Plan, stopped: bool) -> Vec<RunEvent> {
    let mut events = beginning(model, plan);
    let (levels, elapsed) = lanes(plan, model, &mut events);
    let slots: Vec<Gauges> = levels.iter().map(|(_, gauges)| *gauges).collect();
    events.push(RunEvent::Levels { at: RunTime(elapsed), slots: levels });
    events.push(RunEvent::RunFinished(Box::new(RunEnd {
        elapsed: Nanos(elapsed),
        startup: Nanos(100_000),
        shutdown: Nanos(100_000),
        counts: TaskCounts {
            total: TASKS,
            ok: if stopped { 3 } else { TASKS },
            cancelled: if stopped { TASKS - 3 } else { 0 },
            ..TaskCounts::default()
        },
        digest: Some(7).filter(|_| !stopped),
        latency: Percentiles {
            p50: Nanos(COMPUTE + WAIT),
            p90: Nanos(COMPUTE + 2 * WAIT),
            ..Percentiles::default()
        },
        parts: Vec::new(),
        gil_wait: Percentiles::default(),
        gil_waits: Vec::new(),
        queue: Percentiles::default(),
        slots,
        overhead_cpu: Nanos(1_000),
        errors: Vec::new(),
        pages: Vec::new(),
        stopped: stopped.then_some(StopReason::Cancelled),
    })));
    events.push(RunEvent::Finished);
    events
}

fn shape(model: &Model, plan: &Plan) -> Shape {
    plan.strategies[0].shape(plan.workers.shape(&model.machine))
}

fn beginning(model: &Model, plan: &Plan) -> Vec<RunEvent> {
    let shape = shape(model, plan);
    let core = |cpu| CoreLoad {
        cpu: CpuId(cpu),
        busy: Share::of(0.4, 1.0),
        ours: Share::of(0.4, 1.0),
        steal: Share::ZERO,
        allowed: true,
    };
    vec![
        RunEvent::Accepted { plan: plan.clone(), machine: model.machine.clone() },
        RunEvent::Calibrated {
            costs: Some(COSTS),
            works: plan.workloads.iter().map(|load| load.resolve(&COSTS)).collect(),
        },
        RunEvent::Cores(CoreSample {
            cores: vec![core(0), core(1)],
            load: Some(0.3),
            ..CoreSample::default()
        }),
        RunEvent::RunStarted(RunStart {
            pid: 4_000,
            parent: Some(3_000),
            run: RunId(0),
            workload: 0,
            repeat: 0,
            runtime: plan.runtime,
            strategy: plan.strategies[0],
            slots: shape.slots(),
            shape,
            chunk: 1,
            tasks: TASKS,
            work: Work::Mixed { iterations: 200_000, wait: Nanos(WAIT) },
            serial_estimate: Nanos((COMPUTE + WAIT) * TASKS),
            shared_lanes: true,
        }),
    ]
}

/// The lanes of a pool on two CPUs: each worker does every so many-th task, and when there are more than ten, they wait
/// for the CPUs in between. Processes take a little longer to start. Later runs differ a little from earlier ones.
fn lanes(plan: &Plan, model: &Model, events: &mut Vec<RunEvent>) -> (Vec<(SlotId, Gauges)>, u64) {
    let slots = u64::from(shape(model, plan).slots());
    let crowd = slots.max(10) - 10;
    let begun = model.sweep.course.as_ref().map_or(0, |course| course.begun as u64);
    let jitter = 1_000 * (begun * 7 % 11);
    let each = (COMPUTE + WAIT) * (10 + crowd) / 10 + jitter;
    let ready = if plan.strategies[0] == Strategy::Threads { 100_000 } else { 4_000_000 };
    let mut levels = Vec::new();
    for slot in 0..slots {
        let id = SlotId(slot as u16);
        let mut totals = PhaseTotals::default();
        let mut say = |phase, task, start: u64, end: u64| {
            totals.add(phase, Nanos(end - start));
            let (start, end) = (RunTime(start), RunTime(end));
            events.push(RunEvent::Lane { slot: id, record: Record::Span { phase, task, start, end } });
        };
        say(Phase::Starting, None, 0, ready);
        let mut at = ready;
        for task in (slot..TASKS).step_by(slots as usize) {
            let task = Some(TaskIndex(task as u32));
            say(Phase::Computing, task, at, at + COMPUTE);
            say(Phase::Blocked, task, at + COMPUTE, at + each);
            at += each;
        }
        let computing_cpu = Nanos(COMPUTE * TASKS.div_ceil(slots));
        levels.push((
            id,
            Gauges { totals, computing_cpu, cpu_time: computing_cpu, pid: 4_000, ..Gauges::default() },
        ));
    }
    (levels, ready + each * TASKS.div_ceil(slots) + 100_000)
}

/// Plays runs until the sweep ends by itself, or so many are over; the effect of the last one.
pub(super) fn play(model: &mut Model, mut plan: Plan, most: usize) -> Effect {
    for _ in 0..most {
        let events = events(model, &plan, false);
        match news(model, events, 0) {
            Effect::Start(next) => plan = *next,
            effect => return effect,
        }
    }
    Effect::Start(Box::new(plan))
}

/// A sweep that was played to its end.
pub(super) fn whole(columns: u16, rows: u16) -> Model {
    let mut model = fresh(columns, rows);
    let plan = begin(&mut model);
    assert_eq!(play(&mut model, plan, 1_000), Effect::None);
    model
}

/// A sweep of which so many runs are over, and the next is in its middle.
pub(super) fn going(columns: u16, rows: u16, runs: usize) -> Model {
    let mut model = fresh(columns, rows);
    let plan = begin(&mut model);
    let Effect::Start(plan) = play(&mut model, plan, runs) else { panic!("it is over") };
    let mut events = beginning(&model, &plan);
    let (levels, elapsed) = lanes(&plan, &model, &mut events);
    events.retain(|event| match event {
        RunEvent::Lane { record: Record::Span { end, .. }, .. } => end.0 < elapsed / 2,
        _ => true,
    });
    events.push(RunEvent::Levels { at: RunTime(elapsed / 2), slots: levels });
    news(&mut model, events, elapsed / 2);
    model
}

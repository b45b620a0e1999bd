use proptest::prelude::*;

use super::desk::{Focus, Opened};
use super::form::Setting;
use super::measure::Measure;
use super::*;
use crate::analysis::sizing::Advice;
use crate::clock::RunTime;
use crate::event::{
    CoreLoad, CoreSample, Gauges, Phase, PhaseTotals, Record, RunEnd, RunEvent, RunStart, StopReason,
    TaskCounts,
};
use crate::ids::{CpuId, RunId, SlotId, TaskIndex};
use crate::plan::{Plan, Shape, Size, Strategy, TaskType, Work};
use crate::tui::form::Item;
use crate::tui::message::{Effect, Message};
use crate::tui::model::{Activity, Remark, Screen};
use crate::tui::script::{COSTS, before, press, running, tell, text, themed};
use crate::tui::theme::{Depth, Palette, Theme};
use crate::tui::update::{refresh, update};
use crate::units::{Nanos, Share};

/// Tasks of a sweep, and how long one of them computes and waits.
const TASKS: u64 = 96;
const COMPUTE: u64 = 5_000_000;
const WAIT: u64 = 20_000_000;

/// The screen with a plan for a sweep of mixed tasks, before anything was measured.
fn fresh(columns: u16, rows: u16) -> Model {
    planned(before(columns, rows))
}

fn planned(mut model: Model) -> Model {
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
fn counts(model: &mut Model, text: &str) {
    model.sweep.focus = Focus::Plan;
    model.sweep.form.go(Setting::Counts);
    press(model, &format!("{text}<Enter><End>"));
    assert!(model.sweep.form.edit().is_none(), "{:?}", model.sweep.form.edit());
}

/// Starts a sweep; the plan of its first run.
fn begin(model: &mut Model) -> Plan {
    match press(model, "<Enter>") {
        Effect::Start(plan) => *plan,
        effect => panic!("{effect:?} {:?}", model.remark),
    }
}

fn news(model: &mut Model, events: Vec<RunEvent>, now: u64) -> Effect {
    let effect = update(model, Message::News(events, Some(RunTime(now))));
    refresh(model);
    effect
}

/// What a run of `plan` tells until it is over, or until it is stopped.
fn events(model: &Model, plan: &Plan, stopped: bool) -> Vec<RunEvent> {
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
        latency: crate::event::Percentiles::default(),
        parts: Vec::new(),
        gil_wait: crate::event::Percentiles::default(),
        gil_waits: Vec::new(),
        queue: crate::event::Percentiles::default(),
        slots,
        overhead_cpu: Nanos(1_000),
        errors: Vec::new(),
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
            costs: COSTS,
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
fn play(model: &mut Model, mut plan: Plan, most: usize) -> Effect {
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
fn whole(columns: u16, rows: u16) -> Model {
    let mut model = fresh(columns, rows);
    let plan = begin(&mut model);
    assert_eq!(play(&mut model, plan, 1_000), Effect::None);
    model
}

/// A sweep of which so many runs are over, and the next is in its middle.
fn going(columns: u16, rows: u16, runs: usize) -> Model {
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

#[test]
fn before_anything_was_measured() {
    insta::assert_snapshot!("before_80x24", text(&fresh(80, 24)));
    insta::assert_snapshot!("before_120x40", text(&fresh(120, 40)));
    insta::assert_snapshot!("before_160x48", text(&fresh(160, 48)));
}

#[test]
fn while_points_are_measured() {
    insta::assert_snapshot!("going_80x24", text(&going(80, 24, 9)));
    insta::assert_snapshot!("going_120x40", text(&going(120, 40, 9)));
    insta::assert_snapshot!("going_160x48", text(&going(160, 48, 25)));
    insta::assert_snapshot!("first_120x40", text(&going(120, 40, 0)));
}

#[test]
fn when_everything_was_measured() {
    insta::assert_snapshot!("whole_80x24", text(&whole(80, 24)));
    insta::assert_snapshot!("whole_120x40", text(&whole(120, 40)));
    insta::assert_snapshot!("whole_160x48", text(&whole(160, 48)));
    insta::assert_snapshot!("whole_200x60", text(&whole(200, 60)));
    insta::assert_snapshot!("whole_40x10", text(&whole(40, 10)));
}

#[test]
fn speedup_and_efficiency_have_axes_of_their_own() {
    let mut model = whole(120, 40);
    press(&mut model, "y");
    assert_eq!(model.sweep.measure, Measure::Speedup);
    insta::assert_snapshot!("speedup_120x40", text(&model));
    press(&mut model, "y");
    insta::assert_snapshot!("efficiency_120x40", text(&model));
    press(&mut model, "y");
    assert_eq!(model.sweep.measure, Measure::Throughput, "there is no grid of threads and processes alone");
}

#[test]
fn where_there_is_no_room_beside_lanes_and_reasons_have_the_place_of_the_curve() {
    let mut model = whole(80, 24);
    press(&mut model, " ");
    assert_eq!(model.sweep.opened, Some(Opened::Lanes));
    insta::assert_snapshot!("lanes_80x24", text(&model));
    press(&mut model, "<Esc>w");
    insta::assert_snapshot!("why_80x24", text(&model));
    press(&mut model, "<Esc>p");
    insta::assert_snapshot!("plan_80x24", text(&model));
    press(&mut model, "<Esc>?");
    insta::assert_snapshot!("help_80x24", text(&model));
}

#[test]
fn without_colours_and_in_ascii() {
    for palette in [Palette::Dark, Palette::Light, Palette::Mono] {
        for mut model in [fresh(80, 24), going(120, 40, 5), whole(160, 48)] {
            model.theme = Theme::new(palette, Depth::Sixteen, true);
            for keys in ["", "y", " ", "<Esc>w", "<Esc>p", "<Esc>?"] {
                press(&mut model, keys);
                let text = text(&model);
                assert!(text.is_ascii(), "{text}");
                // What has no twin is a question mark; the keys have one of their own.
                let mut lines = text.lines().filter(|line| !line.contains("? help") && !keys.ends_with('?'));
                assert!(!lines.any(|line| line.contains('?')), "{text}");
            }
        }
    }
    let mut model = whole(80, 24);
    model.theme = Theme::new(Palette::Mono, Depth::Sixteen, true);
    insta::assert_snapshot!("ascii_80x24", text(&model));
    model.theme = Theme::new(Palette::Mono, Depth::Sixteen, false);
    insta::assert_snapshot!("mono_80x24", text(&model));
}

#[test]
fn runs_follow_one_another_until_nothing_is_left() {
    let mut model = fresh(120, 40);
    let first = begin(&mut model);
    assert_eq!(first.strategies.len(), 1);
    assert_eq!(model.activity, Activity::Running);
    assert_eq!(play(&mut model, first, 1_000), Effect::None);
    assert_eq!(model.activity, Activity::Idle);
    let course = model.sweep.course.as_ref().unwrap();
    assert!(course.sweep.cells().iter().all(|cell| cell.samples.len() == 5 || cell.skipped));
    assert!(matches!(course.sizing.as_ref().unwrap().advice, Advice::Recommended(_)));
    assert!(model.session.runs.is_empty(), "the Lab has nothing of it");
    assert!(text(&model).contains("I/O-bound. Threads are enough"), "{}", text(&model));
    // One key too many loses nothing.
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert!(text(&model).contains("R drops that and measures it again"), "{}", text(&model));
    assert!(matches!(press(&mut model, "R"), Effect::Start(_)));
}

#[test]
fn a_sweep_begins_with_the_work_of_the_lab() {
    let mut model = before(120, 40);
    model.form.plan = Plan::for_task(TaskType::Sleep, &model.machine);
    press(&mut model, "3");
    let plan = model.sweep.form.plan();
    assert_eq!(plan.plan.workloads[0].task, TaskType::Sleep);
    assert!(plan.plan.workloads[0].tasks >= 64, "enough for many workers");
    assert_eq!(plan.plan.strategies, [Strategy::Threads, Strategy::Processes], "serial is one worker");
    // What was changed by hand is taken as it is.
    let mut model = before(120, 40);
    model.form.plan.workloads[0].tasks = 17;
    press(&mut model, "3");
    assert_eq!(model.sweep.form.plan().plan.workloads[0].tasks, 17);
    // From then on it is its own.
    model.form.plan.workloads[0].tasks = 3;
    press(&mut model, "13");
    assert_eq!(model.sweep.form.plan().plan.workloads[0].tasks, 17);
}

#[test]
fn a_sweep_that_is_stopped_keeps_its_points_and_goes_on() {
    let mut model = going(120, 40, 9);
    let done = |model: &Model| model.sweep.course.as_ref().unwrap().sweep.progress().done;
    assert_eq!(press(&mut model, "x"), Effect::Cancel);
    assert_eq!(press(&mut model, "x"), Effect::Enforce);
    let plan = model.sweep.course.as_ref().unwrap().session.plan.clone().unwrap();
    let events = events(&model, &plan, true);
    assert_eq!(news(&mut model, events, 0), Effect::None);
    assert_eq!((model.activity, done(&model)), (Activity::Idle, 8), "the warm-up does not count");
    let shown = text(&model);
    assert!(shown.contains("stopped after 8 of 70 runs · Enter goes on"), "{shown}");
    let plan = begin(&mut model);
    assert_eq!(done(&model), 8);
    assert_eq!(play(&mut model, plan, 1_000), Effect::None);
    let cells = model.sweep.course.as_ref().unwrap().sweep.cells();
    assert!(cells.iter().all(|cell| cell.samples.len() >= 5 || cell.skipped));
}

#[test]
fn a_changed_plan_says_so_and_starts_anew() {
    let mut model = whole(120, 40);
    press(&mut model, "p");
    model.sweep.form.go(Setting::Repeats);
    press(&mut model, "3<Enter>");
    assert!(text(&model).contains("Enter starts anew, and drops what was measured"), "{}", text(&model));
    assert!(text(&model).contains("Start anew   Enter"), "{}", text(&model));
    begin(&mut model);
    assert_eq!(model.sweep.course.as_ref().unwrap().sweep.progress().done, 0);
}

#[test]
fn one_thing_runs_at_a_time_and_it_is_said() {
    let mut model = running(120, 40);
    press(&mut model, "3");
    assert!(text(&model).contains("A comparison is running in the Lab"), "{}", text(&model));
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert!(matches!(&model.remark, Some(Remark::Problem(words)) if words.contains("x cancels it")));
    let mut model = going(120, 40, 3);
    press(&mut model, "1");
    assert_eq!(model.screen, Screen::Lab);
    assert!(text(&model).contains("A sweep is going on, now with"), "{}", text(&model));
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert!(text(&model).contains("a sweep is going on; 3 shows it, x stops it"), "{}", text(&model));
    press(&mut model, "2");
    assert!(text(&model).contains("a sweep is going on: 3"), "{}", text(&model));
    assert_eq!(press(&mut model, "x"), Effect::Cancel, "from anywhere");
}

#[test]
fn a_run_that_cannot_be_started_ends_the_sweep_and_says_why() {
    let mut model = fresh(120, 40);
    begin(&mut model);
    tell(&mut model, Message::Refused("no thread could be started".to_owned()));
    assert!(!model.is_busy() && !model.sweep.is_going());
    assert!(text(&model).contains("no thread could be started"));
    begin(&mut model);
}

#[test]
fn what_cannot_be_swept_is_refused_in_the_form() {
    let mut model = fresh(120, 40);
    model.sweep.focus = Focus::Plan;
    model.sweep.form.go(Setting::Counts);
    press(&mut model, "0..4<Enter>");
    assert!(text(&model).contains("is no number of workers"), "{}", text(&model));
    press(&mut model, "<Esc>1..64<Enter><Down> <Down> ");
    assert!(model.sweep.form.plan().plan.strategies.is_empty());
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert!(matches!(model.remark, Some(Remark::Problem(_))), "{:?}", model.remark);
    assert_eq!(model.sweep.form.at, Setting::Plan(Item::Way(Strategy::Threads)));
    for (setting, text, problem) in [
        (Setting::Repeats, "0", "1 to 99"),
        (Setting::Limit, "0s", "no time at all"),
        (Setting::Limit, "2 moons", "write 30s"),
    ] {
        model.sweep.form.go(setting);
        press(&mut model, &format!("{text}<Enter>"));
        let said = model.sweep.form.edit().and_then(|edit| edit.problem.clone());
        assert!(said.is_some_and(|said| said.contains(problem)), "{text}");
        press(&mut model, "<Esc>");
    }
}

#[test]
fn steps_go_through_common_values() {
    let mut model = fresh(120, 40);
    let value = |model: &Model, setting| model.sweep.form.value(setting, &model.machine);
    for (setting, keys, wanted) in [
        (Setting::Counts, "<Right>", "1.. until no help"),
        (Setting::Counts, "<Right>", "all"),
        (Setting::Repeats, "<Right><Right>", "2"),
        (Setting::Repeats, "<Left><Left>", "auto (5)"),
        (Setting::Limit, "<Right>", "30.0 s"),
        (Setting::Limit, "<Left><Left>", "none"),
    ] {
        model.sweep.form.go(setting);
        press(&mut model, keys);
        assert_eq!(value(&model, setting), wanted, "{setting:?} {keys}");
    }
    model.sweep.form.go(Setting::Plan(Item::Task));
    press(&mut model, "<Right>");
    assert_ne!(model.sweep.form.plan().plan.workloads[0].task, TaskType::Mixed);
}

#[test]
fn the_cursor_walks_over_the_points() {
    let mut model = whole(120, 40);
    press(&mut model, "<Home>");
    assert_eq!(model.sweep.chosen(), Some((Strategy::Threads, Shape::new(1, 1))));
    press(&mut model, "<Right><Right>");
    assert_eq!(model.sweep.chosen(), Some((Strategy::Threads, Shape::new(1, 4))));
    press(&mut model, "<Down>");
    assert_eq!(model.sweep.chosen(), Some((Strategy::Processes, Shape::new(4, 1))));
    assert!(text(&model).contains("processes ×4 · its last run"), "{}", text(&model));
    press(&mut model, "<End><Right><Up>");
    assert_eq!(model.sweep.chosen().map(|point| point.1.slots()), Some(16));
}

#[test]
fn the_curve_and_the_measurements_are_exported() {
    let mut model = fresh(120, 40);
    assert_eq!(press(&mut model, "E"), Effect::None);
    assert!(matches!(model.remark, Some(Remark::Problem(_))));
    let mut model = whole(120, 40);
    let Effect::Write(export) = press(&mut model, "E") else { panic!("nothing to write") };
    let endings: Vec<&str> = export.files.iter().map(|(ending, _)| *ending).collect();
    assert_eq!(endings, ["svg", "json"]);
    assert!(export.files[0].1.starts_with("<svg") && export.files[1].1.contains("poolscope/sweep/1"));
    assert_eq!(export.what, "the curve and 14 points");
}

#[test]
fn hybrid_in_several_shapes_is_a_grid_too() {
    let mut model = fresh(120, 40);
    model.sweep.form.go(Setting::Plan(Item::Way(Strategy::Hybrid)));
    press(&mut model, " <Up> <Up> ");
    counts(&mut model, "1..4x1..4");
    let plan = begin(&mut model);
    assert_eq!(play(&mut model, plan, 1_000), Effect::None);
    press(&mut model, "yyy");
    assert!(model.sweep.grid);
    insta::assert_snapshot!("grid_120x40", text(&model));
    tell(&mut model, Message::Resized(80, 24));
    insta::assert_snapshot!("grid_80x24", text(&model));
    press(&mut model, "y");
    assert!(!model.sweep.grid && model.sweep.measure == Measure::Throughput);
}

#[test]
fn the_axis_of_workers_stays_while_points_arrive() {
    let mut model = fresh(120, 40);
    let mut plan = begin(&mut model);
    let labels = |model: &Model| {
        let text = text(model);
        text.lines().find(|line| line.contains("workers  1")).unwrap_or_default().get(..80).map(str::to_owned)
    };
    let first = labels(&model);
    for _ in 0..20 {
        let Effect::Start(next) = play(&mut model, plan, 1) else { break };
        assert_eq!(labels(&model), first);
        plan = *next;
    }
}

#[test]
fn no_size_makes_it_panic() {
    let mut models = vec![fresh(40, 10), going(40, 10, 4), whole(40, 10), whole(40, 10)];
    press(&mut models[0], "p");
    press(&mut models[3], " ");
    for model in &mut models {
        for rows in 0..=16 {
            for columns in (0..=44).step_by(2) {
                tell(model, Message::Resized(columns, rows));
                crate::tui::script::screen(model);
            }
        }
        tell(model, Message::Resized(u16::MAX, u16::MAX));
        crate::tui::script::screen(model);
    }
}

#[test]
fn the_light_theme_draws_the_same() {
    let light = planned(themed(120, 40, Theme::new(Palette::Light, Depth::True, false)));
    assert_eq!(text(&light), text(&fresh(120, 40)));
}

#[test]
fn clicks_choose_points_and_settings() {
    use crate::tui::pointer::{Deed, Pointer};
    use ratatui::layout::Position;
    let mut model = whole(160, 48);
    press(&mut model, "m");
    let shown = text(&model);
    let find = |words: &str| {
        let (y, line) = shown.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap();
        let before = line.split(words).next().unwrap_or_default();
        Position { x: before.chars().count() as u16 - 1, y: y as u16 }
    };
    let mut click = |at: Position| update(&mut model, Message::Pointer(Pointer { at, deed: Deed::Click }));
    let limit = find("Max time");
    let row = find("Measured");
    assert_eq!(click(limit), Effect::None);
    assert_eq!(click(Position { x: row.x, y: row.y + 3 }), Effect::None);
    assert_eq!(model.sweep.form.at, Setting::Limit);
    assert_eq!(model.sweep.cursor.map(|point| point.1.slots()), Some(2), "the second line");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_lie_within_the_screen_and_apart(columns in 40u16..260, rows in 10u16..90, keys in 0usize..5) {
        let mut model = going(80, 24, 3);
        press(&mut model, ["", "p", " ", "w", "y"][keys]);
        tell(&mut model, Message::Resized(columns, rows));
        let layout = sweep_layout(model.area, &model);
        let always = [layout.header, layout.title, layout.progress, layout.footer];
        let plan = layout.plan.filter(|_| layout.wide);
        let sometimes = [plan, layout.curve, layout.point, layout.verdict, layout.table, layout.cores];
        let all: Vec<_> = always.into_iter().chain(sometimes.into_iter().flatten()).collect();
        for (i, area) in all.iter().enumerate() {
            prop_assert_eq!(area.intersection(model.area), *area);
            for other in &all[..i] {
                prop_assert!(area.intersection(*other).is_empty(), "{area:?} {other:?}");
            }
        }
        text(&model);
    }
}

mod words;

use proptest::prelude::*;

use super::desk::{Focus, Opened};
use super::form::Setting;
use super::measure::Measure;
use super::script::{begin, counts, events, fresh, going, news, planned, play, whole};
use super::*;
use crate::analysis::sizing::{Advice, PointSummary};
use crate::plan::{Plan, Shape, Strategy, TaskType};
use crate::sweep::Counts;
use crate::tui::form::Item;
use crate::tui::message::{Effect, Message};
use crate::tui::model::{Activity, Remark, Screen};
use crate::tui::script::{before, press, running, tell, text, themed};
use crate::tui::theme::{Depth, Palette, Theme};
use crate::tui::update::update;

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
    insta::assert_snapshot!("first_80x24", text(&going(80, 24, 0)));
    insta::assert_snapshot!("first_120x40", text(&going(120, 40, 0)));
}

#[test]
fn the_first_frame_of_a_sweep_says_what_goes_on_and_what_comes() {
    let mut model = fresh(120, 40);
    begin(&mut model);
    crate::tui::update::refresh(&mut model);
    insta::assert_snapshot!("start_120x40", text(&model));
    let shown = text(&model);
    for words in ["threads ×2, to warm up", "starting…", "one worker, to compare", "ideal (estimated)"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // What it should come to: two CPUs, and tasks that wait.
    let expected = &model.sweep.expected;
    assert!(expected.one.is_some_and(|one| (one - 40.0).abs() < 0.1), "{expected:?}");
    assert!(expected.most.is_some_and(|most| (200.0..=400.0).contains(&most)), "{expected:?}");
}

#[test]
fn where_nothing_was_measured_nothing_is_promised() {
    let mut model = fresh(120, 40);
    let plan = begin(&mut model);
    press(&mut model, "x");
    let events = events(&model, &plan, true);
    news(&mut model, events, 0);
    let shown = text(&model);
    assert_eq!(model.activity, Activity::Idle);
    assert!(!shown.contains("about to begin") && shown.contains("Nothing was measured"), "{shown}");
}

#[test]
fn a_size_is_said_in_time_too() {
    let mut model = fresh(120, 40);
    assert!(text(&model).contains("= 200 000 iterations"), "{}", text(&model));
    model.sweep.form.go(Setting::Plan(Item::Task));
    press(&mut model, "cpu<Enter>");
    model.sweep.form.go(Setting::Plan(Item::Size));
    press(&mut model, "32<Enter>");
    assert!(text(&model).contains("≈ 800 ns each here"), "{}", text(&model));
}

#[test]
fn an_axis_without_an_end_ends_where_the_sweep_did() {
    let mut model = fresh(120, 40);
    counts(&mut model, "1..");
    let plan = begin(&mut model);
    let counts = |model: &mut Model| {
        crate::tui::update::refresh(model);
        super::scale::Scale::of(model, 60, 20).counts
    };
    let Effect::Start(plan) = play(&mut model, plan, 12) else { panic!("it is over") };
    let going = counts(&mut model);
    assert_eq!(play(&mut model, *plan, 1_000), Effect::None);
    let over = counts(&mut model);
    let course = model.sweep.course.as_ref().unwrap();
    let measured = course.points().iter().map(PointSummary::workers).max();
    assert_eq!(over.last().copied(), measured);
    assert!(over.last() < going.last(), "{going:?} {over:?}");
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
fn a_point_without_lanes_has_its_ledger_and_its_figures() {
    let mut model = fresh(120, 40);
    counts(&mut model, "1,89..96");
    let plan = begin(&mut model);
    assert_eq!(play(&mut model, plan, 1_000), Effect::None);
    let course = model.sweep.course.as_ref().unwrap();
    let lanes: usize = course.kept.iter().map(super::kept::Kept::lanes).sum();
    assert!(lanes <= super::kept::LANES_KEPT, "{lanes}");
    assert_eq!(course.kept.len(), 18, "no point is forgotten");
    let bare = course.kept.iter().find(|kept| kept.run.is_none()).map(|kept| kept.key);
    assert_eq!(bare.map(|key| key.1.slots()), Some(96), "those with the most lose theirs");
    model.sweep.cursor = bare;
    crate::tui::update::refresh(&mut model);
    let shown = text(&model);
    assert!(shown.contains("Its lanes are not kept") && shown.contains("throughput"), "{shown}");
    press(&mut model, " ");
    insta::assert_snapshot!("bare_120x40", text(&model));
    tell(&mut model, Message::Resized(80, 24));
    insta::assert_snapshot!("bare_80x24", text(&model));
}

#[test]
fn what_is_simulated_is_said_to_be_run_once() {
    let mut model = fresh(120, 40);
    assert!(text(&model).contains("several times"));
    model.sweep.form.go(Setting::Repeats);
    press(&mut model, "1<Enter><End>");
    assert!(!text(&model).contains("several times"), "{}", text(&model));
    model.sweep.form.go(Setting::Repeats);
    press(&mut model, "auto<Enter>");
    model.sweep.form.go(Setting::Plan(Item::Runtime));
    press(&mut model, "simulated:16<Enter><End>");
    let shown = text(&model);
    assert!(shown.contains("auto (1)") && shown.contains("measures each number once"), "{shown}");
    assert!(!shown.contains("several times") && !shown.contains("to warm up"), "{shown}");
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
fn until_a_run_has_something_to_show_the_one_before_it_is_shown_under_its_own_title() {
    let mut model = fresh(120, 40);
    let plan = begin(&mut model);
    let Effect::Start(plan) = play(&mut model, plan, 4) else { panic!("it is over") };
    let course = model.sweep.course.as_ref().unwrap();
    let (before, step) = (model.sweep.chosen().unwrap(), course.step.unwrap());
    assert_ne!(before, (step.strategy, step.shape));
    let title = format!("{} · its", before.0.label(before.1));
    let shown = text(&model);
    assert!(shown.contains(&title) && !shown.contains("not kept"), "{shown}");
    // The run begins, and still nobody did anything.
    let mut events = events(&model, &plan, false);
    let started = events.iter().position(|event| matches!(event, crate::event::RunEvent::RunStarted(_)));
    events.truncate(started.unwrap() + 1);
    news(&mut model, events, 0);
    assert!(text(&model).contains(&title), "{}", text(&model));
}

#[test]
fn with_another_plan_in_the_form_the_title_is_that_of_what_is_drawn() {
    let mut model = whole(160, 48);
    press(&mut model, "p");
    model.sweep.form.go(Setting::Plan(Item::Task));
    press(&mut model, "<Right>");
    let shown = text(&model);
    let title = shown.lines().nth(1).unwrap();
    assert!(title.contains("measured: mixed: 96 tasks") && title.contains("plan now: "), "{title}");
}

#[test]
fn a_letter_that_begins_no_value_is_answered_and_starts_nothing() {
    let mut model = fresh(120, 40);
    model.sweep.focus = Focus::Plan;
    model.sweep.form.go(Setting::Limit);
    press(&mut model, "fast");
    assert_eq!(model.sweep.form.edit().map(|edit| edit.text.as_str()), Some("fast"));
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert!(!model.is_busy());
    assert!(text(&model).contains("write 30s"), "{}", text(&model));
    press(&mut model, "<Esc>f");
    assert!(text(&model).contains("no value begins with \"f\""), "{}", text(&model));
}

#[test]
fn what_is_stopped_is_no_recommendation_yet() {
    let mut model = going(120, 40, 30);
    press(&mut model, "x");
    let plan = model.sweep.course.as_ref().unwrap().session.plan.clone().unwrap();
    let events = events(&model, &plan, true);
    news(&mut model, events, 0);
    assert!(text(&model).contains("So far (stopped)"), "{}", text(&model));
    tell(&mut model, Message::Resized(80, 24));
    assert!(text(&model).contains("So far (stopped): "), "{}", text(&model));
}

#[test]
fn the_labels_of_workers_do_not_depend_on_the_cursor() {
    let mut model = whole(80, 24);
    let labels =
        |model: &Model| text(model).lines().find(|line| line.contains("workers  1")).map(str::to_owned);
    let first = labels(&model);
    for _ in 0..7 {
        press(&mut model, "<Left>");
        assert_eq!(labels(&model), first);
    }
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
    assert!(text(&model).contains("is not a number of workers"), "{}", text(&model));
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
fn pages_that_are_left_out_are_no_change_of_the_plan() {
    let machine = fresh(120, 40).machine;
    let form = crate::tui::sweep::form::SweepForm::of(
        &Plan::for_task(TaskType::Http, &machine),
        Counts::default(),
        &machine,
    );
    let sweep = crate::sweep::Sweep::new(form.plan(), &machine);
    assert_eq!(*sweep.plan(), form.plan());
    assert!(!sweep.notices().is_empty());
}

#[test]
fn steps_go_through_common_values() {
    let mut model = fresh(120, 40);
    let value = |model: &Model, setting| model.sweep.form.value(setting, &model.machine);
    for (setting, keys, wanted) in [
        (Setting::Counts, "<Right>", "1.. while more help"),
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

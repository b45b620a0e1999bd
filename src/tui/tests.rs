use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::script::{before, compared, crowd, crowds, finished, press, running, screen, tell, text, themed};
use super::*;
use crate::tui::lab::lab_layout;
use crate::tui::message::Message;
use crate::tui::theme::{Depth, Palette, Theme};
use crate::units::Nanos;

#[test]
fn the_lab_before_a_run() {
    insta::assert_snapshot!("before_80x24", text(&before(80, 24)));
    insta::assert_snapshot!("before_120x40", text(&before(120, 40)));
    insta::assert_snapshot!("before_200x60", text(&before(200, 60)));
}

#[test]
fn the_lab_while_threads_run() {
    insta::assert_snapshot!("running_80x24", text(&running(80, 24)));
    insta::assert_snapshot!("running_120x40", text(&running(120, 40)));
    insta::assert_snapshot!("running_200x60", text(&running(200, 60)));
}

#[test]
fn the_lab_when_all_is_over() {
    insta::assert_snapshot!("finished_80x24", text(&finished(80, 24)));
    insta::assert_snapshot!("finished_120x40", text(&finished(120, 40)));
    insta::assert_snapshot!("finished_200x60", text(&finished(200, 60)));
}

#[test]
fn the_smallest_lab() {
    insta::assert_snapshot!("running_40x10", text(&running(40, 10)));
}

#[test]
fn workers_that_are_missing_are_told_of_before_the_conclusion() {
    let few =
        "processes: running with 155 of 1 000 workers: too many open files; raise the limit with ulimit -n";
    let short = |columns, rows| {
        let mut model = finished(columns, rows);
        tell(&mut model, Message::News(vec![crate::event::RunEvent::Notice(few.to_owned())], None));
        model
    };
    for (columns, rows, lines) in [(80, 24, 2), (120, 40, 1)] {
        let mut model = short(columns, rows);
        insta::assert_snapshot!(format!("few_{columns}x{rows}"), text(&model));
        let area = lab_layout(model.area, &model).finding;
        assert_eq!(area.height, lab_layout(model.area, &finished(columns, rows)).finding.height + lines);
        for _ in 0..2 {
            press(&mut model, "2");
            assert!(text(&model).contains("155 of 1 000 workers"), "{}", text(&model));
            tell(&mut model, Message::Key(KeyEvent::from(KeyCode::Enter)));
        }
    }
    assert!(text(&short(80, 16)).contains("155 of 1 000 workers"));
}

#[test]
fn columns_of_the_last_tasks_that_do_not_fit_are_left_out() {
    let narrow = text(&finished(60, 50));
    let heading = narrow.lines().find(|line| line.contains("outcome")).unwrap();
    assert!(heading.contains("start") && !heading.contains("CPU time"), "{narrow}");
    assert!(text(&finished(120, 60)).contains("CPU time"));
}

#[test]
fn narrow_planned_tasks_are_lines_over_a_whole_lane() {
    let mut model = before(120, 40);
    model.form.plan.workers = crate::plan::WorkerCount::Exactly(4);
    model.form.plan.workloads[0].tasks = 240;
    tell(&mut model, Message::Resized(120, 40));
    let drawn = text(&model);
    let lanes = drawn.lines().filter(|line| line.contains("││ w"));
    assert!(lanes.clone().count() == 4 && lanes.clone().all(|line| line.contains('┤')), "{drawn}");
    assert!(lanes.filter_map(|line| line.split("││ w").nth(1)).all(|line| !line.contains('╭')), "{drawn}");
}

#[test]
fn many_workers_fold_into_bands() {
    insta::assert_snapshot!("crowd_120x40", text(&crowd(120, 40, 100)));
}

#[test]
fn long_guesses_keep_apart_from_what_stands_beside_them() {
    let sleeping = |columns, rows| {
        let mut model = before(columns, rows);
        let plan = crate::plan::Plan::for_task(crate::plan::TaskType::Sleep, &model.machine);
        model.form.plan = plan;
        model.form.plan.workloads[0].size = crate::plan::Size::Wait(Nanos::from_millis(100));
        model.form.plan.workloads[0].tasks = 100_000;
        model.form.plan.workers = crate::plan::WorkerCount::Exactly(4);
        tell(&mut model, Message::Resized(columns, rows));
        text(&model)
    };
    insta::assert_snapshot!("long_80x24", sleeping(80, 24));
    insta::assert_snapshot!("long_120x40", sleeping(120, 40));
}

#[test]
fn the_help_and_the_plan_lie_over_the_lab() {
    let mut model = before(80, 24);
    press(&mut model, "?");
    insta::assert_snapshot!("help_80x24", text(&model));
    press(&mut model, "<Esc>p<Home><Down>5 parsecs<Enter>");
    insta::assert_snapshot!("plan_80x24", text(&model));
}

#[test]
fn in_ascii_there_is_nothing_else() {
    for palette in [Palette::Dark, Palette::Light, Palette::Mono] {
        let theme = Theme::new(palette, Depth::Sixteen, true);
        for mut model in [before(80, 24), running(120, 40), finished(200, 60), crowd(100, 30, 300)] {
            model.theme = theme.clone();
            for keys in ["", "?", "<Esc>p"] {
                press(&mut model, keys);
                assert!(text(&model).is_ascii(), "{}", text(&model));
            }
        }
    }
    insta::assert_snapshot!("running_ascii_80x24", {
        let mut model = running(80, 24);
        model.theme = Theme::new(Palette::Mono, Depth::Sixteen, true);
        text(&model)
    });
}

#[test]
fn without_colour_there_is_none_and_the_focus_still_shows() {
    let mut model = themed(120, 40, Theme::new(Palette::Mono, Depth::True, false));
    for keys in ["", "<Up>", "<Tab>", "<Tab>", "?"] {
        press(&mut model, keys);
        let terminal = screen(&model);
        for cell in &terminal.backend().buffer().content {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
            assert!(!cell.modifier.contains(Modifier::DIM));
        }
    }
    let button = screen(&before_in_mono());
    let reversed = |cell: &&ratatui::buffer::Cell| cell.modifier.contains(Modifier::REVERSED);
    assert!(button.backend().buffer().content.iter().any(|cell| reversed(&cell)));
}

fn before_in_mono() -> Model {
    themed(80, 24, Theme::new(Palette::Mono, Depth::True, false))
}

#[test]
fn computing_has_the_colour_of_computing_and_runs_have_those_of_strategies() {
    let model = running(120, 40);
    let terminal = screen(&model);
    let buffer = terminal.backend().buffer();
    let lanes = lab_layout(model.area, &model).workers;
    let cell = &buffer[(lanes.lanes.x + lanes.label, lanes.lanes.y + 1)];
    let computing = model.theme.phase(crate::event::Phase::Computing, false);
    assert_eq!((cell.symbol(), cell.fg), ("█", computing));
    let runs = lab_layout(model.area, &model).runs.unwrap();
    let serial = buffer[(runs.x + 20, runs.y + 1)].fg;
    let threads = buffer[(runs.x + 20, runs.y + 2)].fg;
    assert_ne!(serial, threads);
    assert_ne!(threads, computing);
}

#[test]
fn no_size_makes_it_panic() {
    let (mut several, mut opened) = (compared(40, 10, 5), crowds(40, 10, 700));
    press(&mut several, "d");
    press(&mut opened, "<Enter><PageDown><Tab>");
    let mut models = [before(40, 10), running(40, 10), finished(40, 10), crowd(40, 10, 700), several, opened];
    press(&mut models[0], "?");
    press(&mut models[2], "p");
    press(&mut models[3], "<Tab><Tab>z");
    for model in &mut models {
        for rows in 0..=15 {
            for columns in 0..=40 {
                tell(model, Message::Resized(columns, rows));
                screen(model);
            }
        }
        tell(model, Message::Resized(u16::MAX, u16::MAX));
        assert_eq!(model.area, Rect::new(0, 0, 1_000, 500));
        screen(model);
    }
}

#[test]
fn a_terminal_that_is_too_small_is_told_so() {
    assert!(text(&before(39, 9)).contains("have 39×9, need 40×10"));
    assert!(text(&before(15, 5)).contains("need 40×10"));
    assert!(text(&before(40, 10)).contains("poolscope"));
}

/// Every part of a layout, with its name.
fn parts(layout: &lab::LabLayout) -> Vec<(&'static str, Rect)> {
    let workers = &layout.workers;
    let always = [
        ("header", layout.header),
        ("finding", layout.finding),
        ("footer", layout.footer),
        ("workers", workers.panel),
    ];
    let sometimes = [
        ("plan", layout.plan),
        ("summary", layout.summary),
        ("ledger", layout.ledger),
        ("cores", layout.cores),
        ("runs", layout.runs),
    ];
    always.into_iter().chain(sometimes.into_iter().filter_map(|(name, area)| Some((name, area?)))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parts_lie_within_the_screen_and_apart(columns in 0u16..300, rows in 0u16..120, workers in 1u32..400, keys in 0usize..4) {
        let mut model = crowd(80, 24, workers);
        press(&mut model, ["", "z", "<Tab>z", "<Tab><Tab>z"][keys]);
        tell(&mut model, Message::Resized(columns, rows));
        let layout = lab_layout(model.area, &model);
        let parts = parts(&layout);
        for (i, (name, area)) in parts.iter().enumerate() {
            prop_assert_eq!(area.intersection(model.area), *area, "{} is outside", name);
            for (other, taken) in &parts[..i] {
                prop_assert!(area.intersection(*taken).is_empty(), "{name} {area:?} lies over {other} {taken:?}");
            }
        }
        let inner = &layout.workers;
        let inside = [Some(inner.lanes), inner.rate, inner.axis, inner.legend, inner.tasks];
        let inside: Vec<Rect> = inside.into_iter().flatten().collect();
        for (i, area) in inside.iter().enumerate() {
            prop_assert_eq!(area.intersection(inner.panel), *area);
            for taken in &inside[..i] {
                prop_assert!(area.intersection(*taken).is_empty(), "{area:?} lies over {taken:?}");
            }
        }
        screen(&model);
    }
}

use super::*;
use crate::tui::message::{Effect, Message};
use proptest::prelude::*;

use crate::plan::Strategy;
use crate::tui::model::Screen;
use crate::tui::script::{again, before, compared, crowds, finished, press, running, screen, tell, text};
use crate::tui::theme::{Depth, Palette, Theme};
use crate::units::Nanos;

fn numbers(model: &Model) -> Vec<u32> {
    kept::shown(model).iter().map(|entry| entry.number).collect()
}

#[test]
fn three_runs_side_by_side() {
    insta::assert_snapshot!("compare_80x24", text(&compared(80, 24, 1)));
    insta::assert_snapshot!("compare_120x40", text(&compared(120, 40, 1)));
    insta::assert_snapshot!("compare_200x60", text(&compared(200, 60, 1)));
}

#[test]
fn twelve_runs_of_four_comparisons() {
    let mut model = compared(80, 24, 5);
    assert_eq!(numbers(&model), (4..=15).collect::<Vec<_>>(), "the oldest are forgotten");
    insta::assert_snapshot!("twelve_80x24", text(&model));
    press(&mut model, "<Up><Up><Up><Up><Up><Up><Up><Up><Up><Up><Up><Up>");
    assert!(text(&model).contains("▸ 4 serial"), "{}", text(&model));
    insta::assert_snapshot!("twelve_120x40", text(&compared(120, 40, 4)));
    insta::assert_snapshot!("twelve_200x60", text(&compared(200, 60, 4)));
}

#[test]
fn one_run_alone() {
    let alone = |columns, rows| {
        let mut model = before(columns, rows);
        model.form.plan.strategies.truncate(1);
        again(&mut model);
        press(&mut model, "2");
        text(&model)
    };
    insta::assert_snapshot!("alone_80x24", alone(80, 24));
    insta::assert_snapshot!("alone_120x40", alone(120, 40));
}

#[test]
fn many_workers_fold_into_bands() {
    insta::assert_snapshot!("bands_64_120x40", text(&crowds(120, 40, 64)));
    insta::assert_snapshot!("bands_1000_80x24", text(&crowds(80, 24, 1_000)));
    insta::assert_snapshot!("bands_1000_200x60", text(&crowds(200, 60, 1_000)));
}

#[test]
fn a_comparison_that_goes_on_shows_too() {
    let mut model = running(120, 40);
    press(&mut model, "2");
    let text = text(&model);
    assert!(text.contains("▶ 4/8") && text.contains("▸2 threads ×2"), "{text}");
    assert!(text.contains("At 1.20 s"), "the moment is now");
}

#[test]
fn before_there_is_anything_enter_runs() {
    let mut model = before(80, 24);
    press(&mut model, "2");
    assert!(text(&model).contains("nothing to compare yet"), "{}", text(&model));
    assert!(matches!(press(&mut model, "<Enter>"), Effect::Start(_)));
}

#[test]
fn digits_switch_screens_but_not_where_a_value_takes_them() {
    let mut model = before(120, 40);
    press(&mut model, "2");
    assert_eq!(model.screen, Screen::Compare);
    press(&mut model, "1<Home><Down><Down>2");
    assert_eq!(model.screen, Screen::Lab);
    assert!(model.form.edit.is_some());
    press(&mut model, "<Esc>?2");
    assert_eq!(model.screen, Screen::Lab, "the help is closed first");
}

#[test]
fn runs_of_another_work_are_kept_apart() {
    let mut model = compared(120, 40, 1);
    press(&mut model, "1");
    model.form.plan.workloads[0].tasks = 12;
    again(&mut model);
    press(&mut model, "2");
    assert_eq!(numbers(&model), [4, 5, 6]);
    assert!(text(&model).contains("workload 2 of 2"), "{}", text(&model));
    press(&mut model, "w");
    assert_eq!(numbers(&model), [1, 2, 3]);
    assert!(text(&model).contains("workload 1 of 2") && text(&model).contains("8 tasks"));
    // Chunks are a way of doing the same work, and a seed is another work.
    model.form.plan.chunk = crate::plan::Chunk::Tasks(2);
    again(&mut model);
    press(&mut model, "2");
    assert_eq!(numbers(&model), [4, 5, 6, 7, 8, 9]);
    model.form.plan.seed = 2;
    again(&mut model);
    press(&mut model, "2");
    assert_eq!(numbers(&model), [10, 11, 12]);
}

#[test]
fn a_run_without_a_plain_loop_beside_it_is_measured_against_the_last_one_kept() {
    let mut model = compared(120, 40, 1);
    model.form.plan.strategies = vec![Strategy::Threads];
    again(&mut model);
    press(&mut model, "2");
    let entries = kept::shown(&model);
    let last = entries.last().unwrap();
    assert_eq!(last.summary.unwrap().speedup, None);
    assert_eq!(kept::baseline(&entries, last).map(|base| base.number), Some(1));
    let speedup = kept::speedup(&entries, last).unwrap();
    assert!((speedup - 2.0).abs() < 0.01, "{speedup}");
}

#[test]
fn who_came_to_other_results_is_named() {
    let mut model = compared(120, 40, 2);
    model.session.runs[1].end.as_mut().unwrap().digest = Some(8);
    model.compare.archive.judge(&model.session);
    let text = text(&model);
    assert!(text.contains("results differ ✗: threads ×2 (run 5)"), "{text}");
}

#[test]
fn whether_results_are_the_same_is_said_however_narrow_the_title_is() {
    let mut model = compared(60, 50, 1);
    for run in &mut model.session.runs {
        let wait = Nanos::from_millis(25);
        run.start.work = crate::plan::Work::Mixed { iterations: 13_000_000, wait };
    }
    let title = |model: &Model| text(model).lines().nth(2).unwrap_or_default().to_owned();
    assert!(title(&model).contains("13 000 000 iterations + 25") && title(&model).contains("same ✓"));
    tell(&mut model, Message::Resized(80, 50));
    assert!(title(&model).contains("2 workers  same ✓"), "{}", title(&model));
    tell(&mut model, Message::Resized(120, 50));
    assert!(title(&model).contains("same 8 results every way ✓"), "{}", title(&model));
    model.session.runs[1].end.as_mut().unwrap().digest = Some(8);
    model.compare.archive.judge(&model.session);
    tell(&mut model, Message::Resized(40, 50));
    assert!(title(&model).contains("…  differ ✗"), "{}", title(&model));
}

#[test]
fn runs_at_the_same_time_are_told_of_once() {
    let mut model = before(120, 40);
    model.form.plan.together = true;
    again(&mut model);
    press(&mut model, "2");
    assert!(text(&model).contains("2 workers  together  same 8"), "{}", text(&model));
    assert_eq!(text(&model).matches("together").count(), 1, "{}", text(&model));
    assert_eq!(text(&model).matches("chunk 1").count(), 2, "a plain loop has none: {}", text(&model));
    model.form.plan.together = false;
    again(&mut model);
    press(&mut model, "2");
    assert!(text(&model).contains("some together"), "{}", text(&model));
}

#[test]
fn the_head_of_the_read_out_leaves_out_whole_phases() {
    let mut model = crowds(80, 24, 64);
    press(&mut model, "<Home>");
    let head = |model: &Model| {
        let text = text(model);
        text.lines().find(|line| line.contains(" At ")).unwrap_or_default().to_owned()
    };
    for (slot, phase) in model.session.runs[1].slots.iter_mut().zip([
        crate::event::Phase::Blocked,
        crate::event::Phase::Sending,
        crate::event::Phase::Sending,
        crate::event::Phase::Receiving,
    ]) {
        slot.timeline = crate::state::Timeline::new(64);
        let (start, end) = (crate::clock::RunTime(0), crate::clock::RunTime(1_000_000));
        slot.timeline.add_span(crate::state::TimelineSpan { phase, task: None, start, end });
    }
    assert!(head(&model).contains(": 2 sending, 1 blocked, 60 starting, …  "), "{}", head(&model));
    tell(&mut model, Message::Resized(200, 24));
    for words in ["60 starting", "2 sending", "1 blocked", "1 receiving", "Enter opens the run"] {
        assert!(head(&model).contains(words), "{}", head(&model));
    }
}

#[test]
fn preempted_looks_as_in_the_lab_and_unlike_waiting_for_the_gil() {
    let model = compared(120, 40, 1);
    let screen = screen(&model);
    let buffer = screen.backend().buffer();
    let cell = buffer.content().iter().find(|cell| cell.symbol() == "▤").unwrap();
    assert_eq!((Some(cell.fg), Some(cell.bg)), (model.theme.other.fg, model.theme.other.fg));
    for palette in [Palette::Dark, Palette::Light] {
        let theme = Theme::new(palette, Depth::True, false);
        assert_ne!(theme.other.fg, Some(theme.phase(crate::event::Phase::GilWait, false)));
    }
}

#[test]
fn where_finer_detail_is_not_kept_is_said() {
    use crate::clock::RunTime;
    use crate::ids::TaskIndex;
    let mut model = compared(120, 40, 1);
    let slot = &mut model.session.runs[2].slots[0];
    slot.timeline = crate::state::Timeline::new(2);
    for index in 0..20_000u32 {
        let (start, end) = (u64::from(index) * 100_000, u64::from(index + 1) * 100_000);
        let task = Some(TaskIndex(index));
        let (start, end) = (RunTime(start), RunTime(end));
        let phase = crate::event::Phase::Computing;
        slot.timeline.add_span(crate::state::TimelineSpan { phase, task, start, end });
    }
    let words = "finer detail not kept";
    press(&mut model, "<Home>");
    assert!(!text(&model).contains(words), "columns are long enough: {}", text(&model));
    press(&mut model, "++++++++");
    assert!(text(&model).contains(words), "{}", text(&model));
    press(&mut model, "<Enter>");
    assert!(text(&model).contains(words), "{}", text(&model));
    press(&mut model, "<Esc>00<End>++++++++");
    assert!(!text(&model).contains(words), "what came last is kept: {}", text(&model));
}

#[test]
fn the_line_moves_by_columns_and_the_window_goes_with_it() {
    let mut model = compared(120, 40, 1);
    let at = |model: &Model| desk::cursor(model, &kept::shown(model));
    press(&mut model, "<Home>");
    assert_eq!(at(&model).elapsed(), Nanos::ZERO);
    press(&mut model, "<Right><Right>");
    let two = at(&model);
    press(&mut model, "<Left>");
    assert!(at(&model) < two);
    press(&mut model, "<End>");
    assert_eq!(at(&model).elapsed(), Nanos::from_millis(4_005));
    press(&mut model, "++++<PageUp><PageUp><PageUp><PageUp><PageUp><PageUp><PageUp><PageUp><PageUp>");
    let frame = *model.compare.pictures[0].chart.frame();
    assert!(frame.from <= at(&model) && at(&model) < frame.to, "{frame:?} {:?}", at(&model));
    assert!(text(&model).contains("│"), "the line is in sight");
    press(&mut model, "0");
    assert!(!model.compare.window.is_zoomed());
}

#[test]
fn what_differs_is_said_in_words() {
    let mut model = compared(120, 40, 1);
    press(&mut model, "d");
    insta::assert_snapshot!("differences_120x40", text(&model));
    insta::assert_snapshot!("differences_80x24", {
        tell(&mut model, Message::Resized(80, 24));
        text(&model)
    });
    press(&mut model, "<Up><Up>");
    assert!(text(&model).contains("is what the others are measured against"), "{}", text(&model));
    press(&mut model, "<Esc>");
    assert!(text(&model).contains("At "), "{}", text(&model));
}

#[test]
fn a_run_is_opened_to_its_lanes_and_tasks() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let mut model = compared(columns, rows, 1);
        press(&mut model, "<Enter><Down>");
        insta::assert_snapshot!(format!("opened_{columns}x{rows}"), text(&model));
        press(&mut model, "<Esc>");
        assert!(model.compare.opened.is_none() && model.screen == Screen::Compare);
    }
    let mut model = crowds(120, 40, 1_000);
    press(&mut model, "<Enter><End><Up>");
    assert!(text(&model).contains("▸w998"), "{}", text(&model));
    insta::assert_snapshot!("opened_1000_120x40", text(&model));
}

#[test]
fn tasks_are_walked_over_on_their_lane_and_in_their_table() {
    let mut model = compared(120, 40, 1);
    let task = |model: &Model| {
        let entries = kept::shown(model);
        let at = desk::cursor(model, &entries);
        let lane = model.compare.opened.unwrap().lane;
        moment::picked(entries[desk::chosen(model, &entries)].run, lane, at).map(|picked| picked.task.0)
    };
    press(&mut model, "<Home><Enter>n");
    assert_eq!(task(&model), Some(0));
    press(&mut model, "n");
    assert_eq!(task(&model), Some(2), "two workers take tasks in turn");
    press(&mut model, "np");
    assert_eq!(task(&model), Some(2));
    press(&mut model, "<Tab><Down>");
    assert_eq!(task(&model), Some(3), "in the order of their ends");
    press(&mut model, "<End>");
    assert_eq!(task(&model), Some(7));
    let text = text(&model);
    assert!(
        text.contains("Task · #7 · cpu") && text.contains("parent pid") && text.contains("4002"),
        "{text}"
    );
}

#[test]
fn a_task_without_a_record_says_so() {
    let fact = |model: &Model, name: &str| {
        let screen = text(model);
        let mut lines = screen.lines().skip_while(|line| !line.contains("Task · #"));
        let line = lines.find(|line| line.contains(&format!("│ {name} "))).unwrap_or_default();
        line.split('│').nth(1).unwrap_or_default().trim_start_matches([' ']).to_owned()
    };
    let mut model = crowds(120, 40, 4);
    model.session.runs[1].recent.drain(..2);
    press(&mut model, "<Home><Enter><Home>n");
    for name in ["outcome", "CPU", "CPU time"] {
        assert!(fact(&model, name).ends_with("not kept "), "{}", text(&model));
    }
    assert!(text(&model).contains("14 of 16"), "{}", text(&model));
    press(&mut model, "nn");
    assert!(fact(&model, "outcome").ends_with(" ok "), "{}", text(&model));
}

#[test]
fn tasks_are_exported_and_where_they_are_is_said() {
    let mut model = compared(120, 40, 1);
    let Effect::Write(export) = press(&mut model, "E") else { panic!("nothing to write") };
    assert_eq!(export.what, "8 tasks of processes ×2 (run 3)");
    assert_eq!(export.files[0].1.lines().count(), 9);
    tell(&mut model, Message::Written(Ok("8 tasks are in /somewhere".to_owned())));
    assert!(text(&model).contains("▸ 8 tasks are in /somewhere"));
    tell(&mut model, Message::Written(Err("they are not".to_owned())));
    press(&mut model, "<Left>");
    assert!(!text(&model).contains("they are not"));
}

#[test]
fn the_help_of_compare_fits_its_screen() {
    let mut model = compared(80, 24, 1);
    press(&mut model, "?");
    insta::assert_snapshot!("help_80x24", text(&model));
}

#[test]
fn without_colours_and_in_ascii() {
    for palette in [Palette::Dark, Palette::Mono] {
        for keys in ["", "d", "<Enter>"] {
            let mut model = compared(80, 24, 1);
            model.theme = Theme::new(palette, Depth::Sixteen, true);
            press(&mut model, keys);
            assert!(text(&model).is_ascii(), "{}", text(&model));
        }
    }
    let mut model = compared(80, 24, 1);
    model.theme = Theme::new(Palette::Mono, Depth::Sixteen, true);
    insta::assert_snapshot!("compare_ascii_80x24", text(&model));
    model.theme = Theme::new(Palette::Mono, Depth::Sixteen, false);
    insta::assert_snapshot!("compare_mono_80x24", text(&model));
}

#[test]
fn a_display_that_stands_still_does_not_run_ahead() {
    let mut model = running(120, 40);
    press(&mut model, "2f");
    tell(&mut model, Message::News(finished_events(), None));
    assert!(text(&model).contains("▶ 4/8"), "{}", text(&model));
    press(&mut model, "f");
    assert!(!text(&model).contains("▶"), "{}", text(&model));
}

/// What ends the run that goes on.
fn finished_events() -> Vec<crate::event::RunEvent> {
    let end = finished(80, 24).session.runs[1].end.clone().unwrap();
    vec![crate::event::RunEvent::RunFinished(end)]
}

/// Every part of the layout of the runs, and of the layout of one that is opened.
fn parts(model: &Model) -> Vec<Rect> {
    let entries = kept::shown(model);
    if model.compare.opened.is_some() {
        let layout = opened_layout(model, &entries);
        let always = [layout.header, layout.title, layout.lanes, layout.finding, layout.footer];
        return always.into_iter().chain(layout.record).chain(layout.tasks).collect();
    }
    let layout = compare_layout(model.area, model, &entries);
    let always = [layout.header, layout.title, layout.finding, layout.footer];
    let sometimes = [layout.heads, layout.axis, layout.legend, layout.ledger, layout.readout];
    let blocks = layout.blocks.iter().map(|block| block.area);
    always.into_iter().chain(sometimes.into_iter().flatten()).chain(blocks).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parts_lie_within_the_screen_and_apart(
        columns in 40u16..300,
        rows in 10u16..120,
        workers in 1u32..400,
        comparisons in 1usize..6,
        keys in 0usize..3,
    ) {
        let mut model = crowds(80, 24, workers);
        for _ in 1..comparisons {
            again(&mut model);
        }
        press(&mut model, ["2", "2d", "2<Enter>"][keys]);
        tell(&mut model, Message::Resized(columns, rows));
        let parts = parts(&model);
        for (i, area) in parts.iter().enumerate() {
            prop_assert_eq!(area.intersection(model.area), *area);
            for taken in &parts[..i] {
                prop_assert!(area.intersection(*taken).is_empty(), "{area:?} lies over {taken:?}");
            }
        }
        let entries = kept::shown(&model);
        let layout = compare_layout(model.area, &model, &entries);
        let chosen = desk::chosen(&model, &entries);
        prop_assert!(layout.blocks.iter().any(|block| block.entry == chosen), "the chosen run is in sight");
        text(&model);
    }
}

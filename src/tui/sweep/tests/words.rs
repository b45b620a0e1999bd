//! What the screen calls things, while they go on and when they are over: nothing that is a guess is said to be measured,
//! and no key promises what it does not do.

use super::*;

fn title(model: &Model) -> String {
    text(model).lines().nth(1).unwrap_or_default().to_owned()
}

fn keys_of(model: &Model) -> String {
    text(model).lines().last().unwrap_or_default().to_owned()
}

fn stopped(columns: u16, rows: u16, runs: usize) -> Model {
    let mut model = going(columns, rows, runs);
    press(&mut model, "x");
    let plan = model.sweep.course.as_ref().unwrap().session.plan.clone().unwrap();
    let events = events(&model, &plan, true);
    news(&mut model, events, 0);
    model
}

#[test]
fn keys_say_what_they_do_now() {
    let new = fresh(200, 40);
    assert!(keys_of(&new).contains("Enter measure"), "{}", keys_of(&new));
    let mut moving = going(200, 40, 9);
    assert!(keys_of(&moving).contains("x stop"), "{}", keys_of(&moving));
    press(&mut moving, "1");
    assert!(keys_of(&moving).contains("x stop"), "in the Lab too: {}", keys_of(&moving));
    let mut halted = stopped(200, 40, 9);
    assert!(keys_of(&halted).contains("Enter go on"), "{}", keys_of(&halted));
    assert!(keys_of(&halted).contains("Space its lanes"), "{}", keys_of(&halted));
    press(&mut halted, " ");
    assert!(keys_of(&halted).contains("Space close"), "{}", keys_of(&halted));
    press(&mut halted, " w");
    assert!(keys_of(&halted).contains("w close"), "{}", keys_of(&halted));
    let compared = running(200, 40);
    assert!(keys_of(&compared).contains("x cancel"), "a comparison is cancelled: {}", keys_of(&compared));
}

#[test]
fn the_axis_stays_when_the_sweep_is_stopped() {
    let scale = |model: &Model| super::super::scale::Scale::of(model, 60, 20);
    for runs in [2, 9, 30] {
        let before = going(120, 40, runs);
        let after = stopped(120, 40, runs);
        assert_eq!(
            (scale(&before).counts, scale(&before).ticks()),
            (scale(&after).counts, scale(&after).ticks())
        );
    }
}

#[test]
fn the_title_names_a_runtime_that_is_not_the_plain_one_however_little_room_there_is() {
    for runtime in ["gil", "simulated:4"] {
        for (columns, rows) in [(120, 40), (80, 24), (60, 20), (40, 10)] {
            let mut model = fresh(columns, rows);
            assert!(!title(&model).contains("native"), "{}", title(&model));
            model.sweep.form.go(Setting::Plan(Item::Runtime));
            press(&mut model, &format!("{runtime}<Enter>"));
            model.sweep.focus = Focus::Curve;
            assert!(title(&model).contains(runtime), "{}", title(&model));
        }
    }
    // Beside another plan, too.
    let mut model = whole(80, 24);
    model.sweep.form.go(Setting::Plan(Item::Runtime));
    press(&mut model, "pgil<Enter><Esc>");
    assert!(title(&model).contains("gil"), "{}", title(&model));
}

#[test]
fn a_speedup_over_one_worker_of_another_strategy_is_a_guess() {
    let mut model = going(120, 40, 9);
    press(&mut model, "y");
    let shown = text(&model);
    let points = model.sweep.course.as_ref().unwrap().points();
    assert!(!super::super::measure::is_compared(points, Strategy::Processes), "one process comes later");
    assert!(shown.contains("≈ 9.83×") && !shown.contains("≈ 9.99×"), "{shown}");
    assert!(!shown.contains("Measured"), "{shown}");
    let mut model = whole(120, 40);
    press(&mut model, "y");
    assert!(!text(&model).contains('≈'), "{}", text(&model));
}

#[test]
fn what_is_still_to_be_measured_is_not_measured_yet() {
    let mut model = fresh(80, 24);
    let mut plan = Box::new(begin(&mut model));
    let mut said = Vec::new();
    for _ in 0..12 {
        let Effect::Start(next) = play(&mut model, *plan, 1) else { break };
        plan = next;
        said.push(text(&model).replace("\"\n\"", "").split_whitespace().collect::<Vec<_>>().join(" "));
    }
    assert!(said.iter().all(|text| !text.contains("were not measured")), "{said:?}");
    assert!(said.iter().any(|text| text.contains("workers are not yet measured")), "{said:?}");
}

#[test]
fn runs_are_those_of_each_strategy() {
    let model = going(120, 40, 9);
    let shown = text(&model);
    let line = |wanted: &str| shown.lines().find(|line| line.contains(wanted)).unwrap_or_default().to_owned();
    assert_eq!(line("workers   threads").matches("runs").count(), 2, "{shown}");
    assert!(line("12         –   0/5").contains("393   1/5"), "{shown}");
    let over = whole(120, 40);
    assert!(text(&over).contains("384     5"), "{}", text(&over));
}

#[test]
fn hybrid_has_a_line_for_each_shape() {
    let mut model = fresh(120, 40);
    model.sweep.form.go(Setting::Plan(Item::Way(Strategy::Hybrid)));
    press(&mut model, " ");
    counts(&mut model, "1..3x1..3");
    model.sweep.focus = Focus::Curve;
    let planned = text(&model);
    let plan = begin(&mut model);
    assert_eq!(play(&mut model, plan, 1_000), Effect::None);
    let shown = text(&model);
    for label in ["2 (1×2)", "2 (2×1)", "3 (1×3)", "3 (3×1)"] {
        assert!(planned.contains(label), "{label}: {planned}");
        model.sweep.cursor = None;
        let row = shown.lines().find(|line| line.contains(label));
        assert!(row.is_some(), "{label}: {shown}");
    }
    model.sweep.cursor = Some((Strategy::Hybrid, Shape::new(3, 1)));
    let row = text(&model).lines().find(|line| line.contains("3 (3×1)")).unwrap_or_default().to_owned();
    assert!(row.contains('▸'), "{row}");
    model.sweep.cursor = Some((Strategy::Threads, Shape::new(1, 3)));
    let row = text(&model).lines().find(|line| line.contains("3 (1×3)")).unwrap_or_default().to_owned();
    assert!(row.contains('▸'), "other strategies stand in the first line with as many workers: {row}");
}

#[test]
fn of_what_nobody_knows_there_are_no_numbers() {
    let mut model = fresh(120, 40);
    model.sweep.form = crate::tui::sweep::form::SweepForm::of(
        &Plan::for_task(TaskType::File, &model.machine),
        Counts::default(),
        &model.machine,
    );
    for _ in Measure::ALL {
        crate::tui::update::refresh(&mut model);
        let area = sweep_layout(model.area, &model).curve.unwrap();
        let shown = text(&model);
        let gutter = shown.lines().skip(area.y.into()).take(area.height.into()).map(|line| {
            line.chars()
                .skip(usize::from(area.x) + 3)
                .take(6)
                .filter(char::is_ascii_digit)
                .collect::<String>()
        });
        assert!(gutter.into_iter().all(|digits| digits.is_empty() || digits == "0"), "{shown}");
        assert!(shown.contains("⠄⠂ ideal ") && !shown.contains("estimated"), "{shown}");
        model.sweep.measure = model.sweep.measure.next();
    }
}

#[test]
fn without_colours_nothing_is_reversed_in_the_plot_but_what_is_looked_at() {
    let mut model = whole(120, 40);
    model.theme = Theme::new(Palette::Mono, Depth::True, false);
    crate::tui::update::refresh(&mut model);
    let area = sweep_layout(model.area, &model).curve.unwrap();
    let terminal = crate::tui::script::screen(&model);
    let screen = terminal.backend().buffer();
    let is_reversed =
        |at: &ratatui::layout::Position| screen[*at].modifier.contains(ratatui::style::Modifier::REVERSED);
    let reversed = area.positions().filter(is_reversed);
    let inside = reversed.filter(|at| at.y > area.y).count();
    assert_eq!(inside, 1, "the mark that is looked at");
}

#[test]
fn at_eighty_columns_the_ideal_line_has_its_name() {
    for model in [fresh(80, 24), going(80, 24, 0), going(80, 24, 9), whole(80, 24)] {
        let mut model = model;
        model.sweep.focus = Focus::Curve;
        assert!(text(&model).contains(" ideal "), "{}", text(&model));
    }
}

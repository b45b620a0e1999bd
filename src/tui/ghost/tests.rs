use std::sync::Arc;

use super::*;
use crate::tui::message::{Effect, Message};
use crate::tui::model::{Activity, Model};
use crate::tui::script::{again, before, crowd, finished, predict, press, run_on, running, tell, text};

#[test]
fn what_was_predicted_stands_where_the_run_will() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let mut model = before(columns, rows);
        predict(&mut model);
        insta::assert_snapshot!(format!("before_{columns}x{rows}"), text(&model));
    }
}

#[test]
fn a_run_goes_on_above_its_ghost() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut model = before(columns, rows);
        predict(&mut model);
        run_on(&mut model);
        insta::assert_snapshot!(format!("running_{columns}x{rows}"), text(&model));
    }
}

#[test]
fn both_stand_together_when_the_run_is_over() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut model = before(columns, rows);
        predict(&mut model);
        again(&mut model);
        insta::assert_snapshot!(format!("finished_{columns}x{rows}"), text(&model));
    }
}

#[test]
fn under_a_lock_computing_and_waiting_for_it_are_told_apart_and_named() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut model = before(columns, rows);
        model.form.plan.runtime = "gil".parse().unwrap();
        model.form.plan.workers = crate::plan::WorkerCount::Exactly(4);
        predict(&mut model);
        let shown = text(&model);
        assert!(shown.contains("≈ predicted") && shown.contains("░ gil-wait"), "{shown}");
        insta::assert_snapshot!(format!("gil_{columns}x{rows}"), shown);
    }
}

#[test]
fn what_was_predicted_keeps_its_column_before_during_and_after_the_run() {
    for columns in [80, 120, 200] {
        let at = |model: &Model, what: &str| {
            let shown = text(model);
            // Left of it there may be the plan, which has its own.
            let found = shown.lines().find_map(|line| {
                let (before, after) = line.split_once(what)?;
                let (between, _) = after.split_once('≈')?;
                Some(before.chars().count() + between.chars().count())
            });
            found.unwrap_or_else(|| panic!("{shown}"))
        };
        let mut model = before(columns, 40);
        predict(&mut model);
        let mut places = vec![at(&model, "· processes")];
        run_on(&mut model);
        places.extend([at(&model, "· processes"), at(&model, "✓ serial   ")]);
        let mut model = before(columns, 40);
        predict(&mut model);
        again(&mut model);
        places.push(at(&model, "✓ processes"));
        assert!(places.iter().all(|place| *place == places[0]), "{columns}: {places:?}");
    }
}

#[test]
fn a_prediction_is_wanted_of_the_plan_in_the_form_and_never_while_a_run_goes_on() {
    let mut model = before(80, 24);
    assert_eq!(model.wanted_prediction(), None, "before P");
    predict(&mut model);
    assert_eq!(model.wanted_prediction(), None, "it is there");
    model.form.plan.seed += 1;
    assert_eq!(model.wanted_prediction(), Some(&model.form.plan), "the plan has changed");
    assert!(text(&model).contains("predicting…"), "{}", text(&model));
    model.activity = Activity::Running;
    assert_eq!(model.wanted_prediction(), None);
    let mut late = running(80, 24);
    press(&mut late, "P");
    assert_eq!(late.wanted_prediction(), None);
    assert!(text(&late).contains("worked out when it is over"), "{}", text(&late));
}

#[test]
fn a_changed_plan_is_predicted_beside_the_run_that_was() {
    let mut model = finished(120, 40);
    predict(&mut model);
    let kept = model.form.plan.clone();
    model.form.plan.repeats = 2;
    let plan = model.form.plan.clone();
    let runs = Err(PredictError::Together);
    tell(&mut model, Message::Predicted(Arc::new(Prediction { plan, runs })));
    assert!(text(&model).contains("not predicted: runs that go on together"), "{}", text(&model));
    assert!(model.ghost.of(&kept).is_some(), "that of the comparison is kept");
}

#[test]
fn a_run_waits_until_the_machine_has_been_measured_unless_it_is_asked_for_twice() {
    let held = || {
        let mut model = before(80, 24);
        press(&mut model, "P");
        model.ghost.measuring = true;
        assert_eq!(press(&mut model, "<Enter>"), Effect::None);
        model
    };
    let mut model = held();
    assert!(text(&model).contains("the run begins after it"), "{}", text(&model));
    let mut again = model.clone();
    assert!(matches!(crate::tui::update::update(&mut model, Message::Measured), Effect::Start(_)));
    assert!(matches!(press(&mut again, "<Enter>"), Effect::Start(_)));
    let mut free = before(80, 24);
    assert_eq!(crate::tui::update::update(&mut free, Message::Measured), Effect::None);
}

#[test]
fn a_simulated_plan_has_nothing_to_predict() {
    let mut model = before(80, 24);
    model.form.plan.runtime = "simulated:16".parse().unwrap();
    press(&mut model, "P");
    assert!(!model.ghost.on && text(&model).contains("the run itself is a simulation"), "{}", text(&model));
}

#[test]
fn many_workers_have_their_ghost_where_nothing_has_happened_yet() {
    let mut model = crowd(120, 40, 100);
    model.activity = Activity::Idle;
    predict(&mut model);
    model.activity = Activity::Running;
    insta::assert_snapshot!("crowd_120x40", text(&model));
}

#[test]
fn what_cannot_be_predicted_is_not_offered_and_the_key_says_why() {
    use crate::engine::predict as predicted;
    use crate::exec::CancelToken;
    use crate::plan::{Parameters, Plan, Runtime, SimSetup, TaskType};
    let offered = |model: &Model| text(model).lines().last().is_some_and(|keys| keys.contains("P predict"));
    let mut model = before(120, 40);
    assert!(refusal(&model.form.plan).is_none() && offered(&model));
    let simulated = Runtime::Simulated(SimSetup { cores: None, gil: None });
    let mut plans = vec![Plan { runtime: simulated, ..model.form.plan.clone() }];
    plans.extend([TaskType::Http, TaskType::File].map(|task| Plan::for_task(task, &model.machine)));
    for plan in plans {
        // What is known without trying is what comes of trying.
        let tried = predicted(&plan, &model.machine, Parameters::default(), &CancelToken::default());
        assert_eq!(tried.err(), refusal(&plan));
        model.form.plan = plan;
        assert!(!offered(&model), "{}", text(&model));
        press(&mut model, "P");
        assert!(!model.ghost.on && text(&model).contains("nothing to predict: "), "{}", text(&model));
    }
    // What is wanted already can be switched off.
    model.ghost.on = true;
    assert!(offered(&model));
    press(&mut model, "P");
    assert!(!model.ghost.on);
}

use super::*;
use crate::event::Outcome;
use crate::plan::{Chunk, Size, Strategy, TaskType, WorkerCount, Workload};
use crate::tui::forecast::Forecast;
use crate::tui::form::Item;
use crate::tui::script::{before, crowd, finished, happen, ms, pass, press, running, tell, text};
use crate::units::Nanos;

#[test]
fn the_first_key_that_a_newcomer_needs_is_enter() {
    let mut model = before(120, 40);
    let plan = model.form.plan.clone();
    assert_eq!(press(&mut model, "<Enter>"), Effect::Start(Box::new(plan)));
    assert_eq!(model.activity, Activity::Running);
    assert_eq!(press(&mut model, "<Enter>"), Effect::None, "one at a time");
}

/// A screen whose plan is a command, with these items.
fn with_items(columns: u16, rows: u16, items: &[impl AsRef<str>]) -> Model {
    let mut model = before(columns, rows);
    let size = command(items);
    let mut plan = model.form.plan.clone();
    plan.workloads = vec![Workload { task: TaskType::Command, size, tasks: items.len() as u64 }];
    model.form = crate::tui::form::Form::new(plan);
    model
}

fn command(items: &[impl AsRef<str>]) -> Size {
    let items = crate::plan::command::Items::new(items).unwrap();
    let words = ["/bin/sh", "-c", ":", "{item}"].map(ToOwned::to_owned).to_vec();
    Size::Command(std::sync::Arc::new(crate::plan::Command::new(words, false, Some(items)).unwrap()))
}

/// A screen whose plan is a command, with three items.
fn with_command() -> Model {
    with_items(120, 40, &["one", "a\u{1b}[2Jb", "three"])
}

/// Asks for a run of commands or pages of somebody else's, as if from a folder that is the same everywhere.
fn ask(model: &mut Model) {
    model.consent.needed = true;
    assert_eq!(press(model, "<Enter>"), Effect::None);
    for line in model.consent.asked.lines.iter_mut().filter(|line| line.starts_with("working in")) {
        "working in     \"/somewhere\"".clone_into(line);
    }
}

#[test]
fn everything_that_somebody_else_would_run_can_be_read() {
    let items: Vec<String> = (0..200).map(|item| format!("item-{item}")).collect();
    let mut model = with_items(80, 24, &items);
    ask(&mut model);
    insta::assert_snapshot!("consent_80x24", text(&model));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        seen.extend(
            text(&model)
                .lines()
                .filter_map(|line| line.split("item-").nth(1)?.split(' ').next()?.parse::<u32>().ok()),
        );
        press(&mut model, "<PageDown>");
    }
    assert_eq!(seen, (0..200).collect());
    insta::assert_snapshot!("consent_end_80x24", text(&model));
    // At the end nothing is left to be scrolled away: one step back shows at once.
    let Some(Overlay::Consent { scroll: last, .. }) = model.overlay else { panic!("no page") };
    press(&mut model, "<Down><Down><End>k");
    assert_eq!(model.overlay, Some(Overlay::Consent { scroll: last - 1, anew: false }));
    press(&mut model, "<Home>");
    assert_eq!(model.overlay, Some(Overlay::Consent { scroll: 0, anew: false }));
    assert!(matches!(press(&mut model, "y"), Effect::Start(_)));
}

#[test]
fn what_is_asked_about_is_commands_or_pages_or_both() {
    let urls = crate::plan::Urls::read("http://a.example/1\nhttp://b.example/2".as_bytes()).unwrap();
    let pages = Workload { task: TaskType::Http, size: Size::Urls(urls), tasks: 2 };
    let hostile = ["\u{1b}]52;c;aGk=\u{7}", "\u{202e}txt.exe", "two\nlines", &"long ".repeat(40)];
    for (columns, rows) in [(80, 24), (40, 10)] {
        let mut model = with_items(columns, rows, &hostile);
        model.form.plan.workloads.push(pages.clone());
        ask(&mut model);
        insta::assert_snapshot!(format!("consent_both_{columns}x{rows}"), text(&model));
        let mut all = text(&model);
        for _ in 0..9 {
            press(&mut model, "<PageDown>");
            all.push_str(&text(&model));
        }
        assert!(!all.contains(['\u{1b}', '\u{7}', '\u{202e}']));
        assert!(all.contains("http://b.example/2"), "{all}");
    }
    let mut model = before(80, 24);
    model.form.plan.workloads = vec![pages];
    ask(&mut model);
    insta::assert_snapshot!("consent_pages_80x24", text(&model));
    for keys in ["<Enter>", "n", " "] {
        assert_eq!(press(&mut model, keys), Effect::None);
    }
    assert!(matches!(press(&mut model, "y"), Effect::Start(_)));
}

#[test]
fn commands_of_somebody_else_run_after_a_y_and_after_nothing_else() {
    let mut model = with_command();
    model.consent.needed = true;
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    let shown = text(&model);
    assert!(shown.contains("Run these commands?") && shown.contains("3 tasks in each of 3 runs"), "{shown}");
    for keys in ["<Enter>", " ", "n", "x", "<Tab>"] {
        assert_eq!(press(&mut model, keys), Effect::None, "{keys}");
    }
    assert_eq!(press(&mut model, "<Esc>"), Effect::None);
    assert!(model.overlay.is_none() && !model.is_busy());
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert!(matches!(press(&mut model, "y"), Effect::Start(_)));
    // It is remembered: the next run begins at once, and so does one of fewer tasks or on more workers.
    let set = |model: &mut Model, change: fn(&mut crate::plan::Plan)| {
        model.activity = Activity::Idle;
        change(&mut model.form.plan);
        press(model, "<Enter>")
    };
    assert!(matches!(set(&mut model, |_| {}), Effect::Start(_)));
    assert!(matches!(set(&mut model, |plan| plan.workloads[0].tasks = 1), Effect::Start(_)));
    let wider = |plan: &mut crate::plan::Plan| plan.workers = crate::plan::WorkerCount::Exactly(7);
    assert!(matches!(set(&mut model, wider), Effect::Start(_)));
    // One that starts more than was shown is not agreed to.
    assert_eq!(set(&mut model, |plan| (plan.workloads[0].tasks, plan.repeats) = (3, 2)), Effect::None);
    assert!(text(&model).contains("3 tasks in each of 6 runs"), "{}", text(&model));
    // What somebody typed was agreed to by typing it.
    assert!(matches!(press(&mut with_command(), "<Enter>"), Effect::Start(_)));
}

#[test]
fn commands_that_were_not_shown_are_not_agreed_to() {
    let mut model = with_command();
    model.consent.needed = true;
    model.form.plan.workloads[0].tasks = 1;
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert!(!text(&model).contains("three"));
    assert!(matches!(press(&mut model, "y"), Effect::Start(_)));
    model.activity = Activity::Idle;
    model.form.plan.workloads[0].tasks = 3;
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert!(text(&model).contains("three"));
    assert_eq!(press(&mut model, "<Esc><Enter>"), Effect::None, "no answer is none");
    assert!(matches!(press(&mut model, "y"), Effect::Start(_)));
    // A sweep has more runs, and its answer is remembered too.
    model.activity = Activity::Idle;
    assert_eq!(press(&mut model, "3<Enter>"), Effect::None);
    assert!(text(&model).contains("3 tasks in each of up to"), "{}", text(&model));
    assert!(matches!(press(&mut model, "y"), Effect::Start(_)));
    crate::tui::update::sweep::stop(&mut model);
    assert!(matches!(press(&mut model, "<Enter>"), Effect::Start(_)));
}

#[test]
fn what_is_not_listed_is_agreed_to_once_the_end_was_reached() {
    let items: Vec<String> = (0..1_005).map(|item| format!("item-{item}")).collect();
    let mut model = with_items(80, 24, &items);
    ask(&mut model);
    insta::assert_snapshot!("consent_unlisted_80x24", text(&model));
    assert_eq!(press(&mut model, "y<PageDown>y"), Effect::None);
    assert!(matches!(model.overlay, Some(Overlay::Consent { .. })));
    press(&mut model, "<End>");
    insta::assert_snapshot!("consent_unlisted_end_80x24", text(&model));
    assert!(matches!(press(&mut model, "y"), Effect::Start(_)));
}

#[test]
fn nothing_scrolls_where_all_is_shown() {
    let mut model = with_items(100, 30, &["one", "two"]);
    ask(&mut model);
    let shown = text(&model);
    assert!(shown.contains("y agree") && !shown.contains("↑ ↓"), "{shown}");
}

#[test]
fn commands_are_a_task_type_where_there_are_some() {
    let mut model = with_command();
    press(&mut model, "<Home><Right>");
    assert_eq!(model.form.task(), TaskType::Cpu);
    press(&mut model, "<Left>");
    assert_eq!((model.form.task(), model.form.plan.workloads[0].tasks), (TaskType::Command, 3));
    let forecast = Forecast::of(&model.form.plan, &model.machine, &model.costs.unwrap());
    assert_eq!(forecast.run(0, Strategy::Serial), None, "nobody knows what they take");
    let mut model = before(120, 40);
    press(&mut model, "<Home><Left>");
    assert_eq!(model.form.task(), TaskType::Http, "the last without a command");
    press(&mut model, "command<Enter>");
    assert!(text(&model).contains("give one behind --"), "{}", text(&model));
}

#[test]
fn the_output_of_commands_is_shown_task_by_task() {
    let mut model = finished(120, 40);
    assert_eq!(press(&mut model, "o"), Effect::None);
    assert!(model.overlay.is_none() && model.remark.is_some(), "there are no commands");
    let run = model.session.runs.last_mut().unwrap();
    let mut log = crate::state::CommandLog::default();
    for (task, outcome, tail) in
        [(1, Outcome::Ok, "fine\n"), (2, Outcome::Error, "first\nlast\n"), (4, Outcome::Ok, "")]
    {
        log.take(&crate::event::CommandEnd {
            task: crate::ids::TaskIndex(task),
            attempt: 0,
            slot: crate::ids::SlotId(0),
            outcome,
            status: format!("exit status {}", i32::from(outcome == Outcome::Error)),
            elapsed: Nanos::from_millis(20),
            user: Nanos::from_millis(7),
            system: Nanos::from_millis(2),
            run_delay: None,
            peak_memory: crate::event::PeakMemory::of(crate::units::Bytes(5 << 20)),
            tail: tail.to_owned(),
            dropped: 0,
            leaked: u32::from(task != 1),
            unsure: task == 4,
        });
    }
    run.commands = Some(Box::new(log));
    press(&mut model, "o");
    let shown = text(&model);
    for words in
        ["task #2: exit status 1, after 20.0 ms", "9.00 ms of CPU time", "left 1 process behind", "last"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    press(&mut model, "n");
    for words in ["it printed nothing", "it, or another command beside it, left 1 process behind"] {
        assert!(text(&model).contains(words), "{words}: {}", text(&model));
    }
    press(&mut model, "ppp");
    assert!(text(&model).contains("fine"), "{}", text(&model));
    press(&mut model, "<Enter>");
    assert_eq!((model.overlay, model.is_busy()), (None, false));
}

#[test]
fn enter_runs_from_anywhere_but_a_value_that_is_edited() {
    for keys in ["<Up>", "<Home>", "<Tab>", "<Tab><Tab>", "<Up><Up><Up><Up> "] {
        let mut model = before(120, 40);
        press(&mut model, keys);
        assert!(matches!(press(&mut model, "<Enter>"), Effect::Start(_)), "{keys}");
    }
    let mut model = before(120, 40);
    press(&mut model, "<Home><Down><Down>12");
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert_eq!(model.form.plan.workloads[0].tasks, 12);
    assert!(matches!(press(&mut model, "<Enter>"), Effect::Start(_)));
}

#[test]
fn every_key_goes_to_a_value_that_is_edited() {
    let mut model = before(120, 40);
    press(&mut model, "<Home><Down>5qxft?hjkl <Tab>");
    let edit = model.form.edit.clone().unwrap();
    assert_eq!(edit.text, "5qxft?hjkl ");
    assert!(edit.problem.is_some(), "Tab tries to take it");
    assert!(text(&model).contains("needs a unit"), "{}", text(&model));
    press(&mut model, "<Backspace><Backspace><Esc>");
    assert_eq!(model.form.edit, None);
    assert_eq!(model.activity, Activity::Idle);
    press(&mut model, "3s<Enter>");
    assert_eq!(model.form.plan.workloads[0].size.to_string(), "3s");
}

#[test]
fn values_begin_with_what_they_can_begin_with_and_nothing_else() {
    let mut model = before(120, 40);
    press(&mut model, "<Home><Down><Down><Down>+1<Enter>");
    assert_eq!(model.form.plan.workers, WorkerCount::Plus(1));
    press(&mut model, "all<Enter>");
    assert_eq!(model.form.plan.workers, WorkerCount::All);
    press(&mut model, "f");
    assert!(model.form.edit.is_none() && model.still.is_some());
}

#[test]
fn choices_change_and_bring_their_defaults() {
    let mut model = before(120, 40);
    press(&mut model, "<Home><Right>");
    assert_eq!(model.form.task(), TaskType::Sum);
    press(&mut model, "hh");
    assert_eq!(model.form.task(), TaskType::Http);
    assert_eq!(model.form.plan.workloads[0].tasks, 4, "one for each page that answers");
    press(&mut model, "hh");
    assert_eq!(model.form.task(), TaskType::Mixed);
    assert_eq!(model.form.plan.workloads[0].size.to_string(), "250ms+250ms");
    press(
        &mut model,
        "<Down><Down><Down><Right><Down> <Down><Down> <Down><Down><Right><Down><Right><Down><Right>",
    );
    assert_eq!(model.form.plan.workers, WorkerCount::Exactly(3));
    assert_eq!(model.form.plan.strategies, [Strategy::Threads]);
    assert_eq!(model.form.plan.runtime.to_string(), "gil");
    assert!(model.form.plan.together);
    assert_eq!(model.form.plan.chunk, Chunk::Tasks(1));
}

#[test]
fn a_mix_is_typed_into_the_task_and_its_sizes_by_name() {
    let mut model = before(120, 40);
    press(&mut model, "<Home>cpu:4,sleep:1<Enter>");
    assert_eq!(model.form.task(), TaskType::Mix, "{:?}", model.form.edit);
    press(&mut model, "<Down>cpu=20ms,sleep=1ms<Enter>");
    let load = &model.form.plan.workloads[0];
    assert_eq!(load.tasks_text(), "cpu:4,sleep:1");
    assert_eq!(load.size.to_string(), "cpu=20ms,sleep=1ms");
    press(&mut model, "<Home>cpu:4,cup:1<Enter>");
    assert!(model.form.edit.as_ref().is_some_and(|edit| edit.problem.is_some()), "{}", text(&model));
    press(&mut model, "<Esc>");
    assert!(matches!(press(&mut model, "<Enter>"), Effect::Start(_)));
}

#[test]
fn a_plan_with_nothing_to_run_is_not_run_and_the_reason_is_said() {
    let mut model = before(120, 40);
    press(&mut model, "<Home><Down><Down><Down><Down> <Down> <Down> <End>");
    assert_eq!(press(&mut model, "<Enter>"), Effect::None);
    assert_eq!(model.form.at, Item::Way(Strategy::Serial));
    assert!(text(&model).contains("there is no way to run it"), "{}", text(&model));
}

#[test]
fn escape_closes_and_never_quits() {
    let mut model = running(120, 40);
    press(&mut model, "?");
    assert!(model.overlay.is_some());
    press(&mut model, "<Esc>z");
    assert!(!model.expanded, "the plan is shown whole already");
    press(&mut model, "<Tab>z");
    assert!(model.overlay.is_none() && model.expanded);
    for _ in 0..5 {
        assert_eq!(press(&mut model, "<Esc>"), Effect::None);
    }
    assert!(!model.expanded);
    assert_eq!(model.activity, Activity::Running);
}

#[test]
fn one_press_quits_from_everywhere() {
    for keys in ["", "?", "p", "<Tab>", "z", "f"] {
        for key in ["q", "<C-c>"] {
            let mut model = running(80, 24);
            press(&mut model, keys);
            assert_eq!(press(&mut model, key), Effect::Quit, "{keys} {key}");
        }
    }
    let mut model = before(80, 24);
    press(&mut model, "p<Home><Down>5");
    assert_eq!(press(&mut model, "<C-c>"), Effect::Quit);
}

#[test]
fn cancelling_asks_first_and_demands_then() {
    let mut model = running(120, 40);
    assert_eq!(press(&mut model, "x"), Effect::Cancel);
    assert_eq!(press(&mut model, "x"), Effect::Enforce);
    happen(&mut model, vec![RunEvent::Finished]);
    assert_eq!(model.activity, Activity::Idle);
    assert_eq!(press(&mut model, "x"), Effect::None);
    assert!(matches!(press(&mut model, "<Enter>"), Effect::Start(_)));
}

#[test]
fn a_frozen_display_stands_still_while_the_run_goes_on() {
    let mut model = running(120, 40);
    press(&mut model, "f");
    let frozen = text(&model);
    pass(&mut model, ms(1_400));
    happen(&mut model, vec![RunEvent::Finished]);
    let later = text(&model);
    assert_eq!(frozen.lines().nth(11), later.lines().nth(11));
    assert!(later.contains("frozen"));
    press(&mut model, "f");
    assert!(!text(&model).contains("frozen"));
}

#[test]
fn panels_take_turns() {
    let mut model = before(120, 40);
    let mut seen = Vec::new();
    for _ in 0..3 {
        press(&mut model, "<Tab>");
        seen.push(model.focus);
    }
    assert_eq!(seen, [Panel::Runs, Panel::Workers, Panel::Plan]);
    press(&mut model, "<BackTab>");
    assert_eq!(model.focus, Panel::Workers);
}

#[test]
fn any_run_can_be_looked_at() {
    let mut model = finished(120, 40);
    assert_eq!(model.shown_index(), 2);
    press(&mut model, "<Tab><Up><Up><Up>");
    assert_eq!(model.shown_index(), 0);
    assert!(text(&model).contains("Workers · serial"));
    press(&mut model, "<End>");
    assert_eq!(model.shown_index(), 2);
}

#[test]
fn time_is_zoomed_and_scrolled() {
    let mut model = finished(120, 40);
    let whole = *model.chart.frame();
    press(&mut model, "++");
    let zoomed = *model.chart.frame();
    assert_eq!(zoomed.to.since(zoomed.from), whole.to.since(whole.from) / 4);
    press(&mut model, "<<");
    assert!(model.chart.frame().from < zoomed.from);
    press(&mut model, "0");
    assert_eq!(*model.chart.frame(), whole);
}

#[test]
fn a_band_of_lanes_is_chosen_opened_and_closed() {
    let mut model = crowd(120, 40, 300);
    let fold = model.chart.frame().fold;
    assert!(fold > 1 && usize::from(model.chart.frame().rows) * fold >= 300, "every lane is in some band");
    press(&mut model, "<Tab><Tab><Down><Down> ");
    assert_eq!((model.chart.frame().first, model.chart.frame().fold), (2 * fold, 1));
    assert!(text(&model).contains(&format!("w{} · pid 4000", 2 * fold)), "{}", text(&model));
    press(&mut model, " <Down>");
    assert_eq!(model.chart.frame().first, 2 * fold, "a single lane cannot be opened");
    assert!(text(&model).contains(&format!("w{} · pid 4000", 2 * fold + 1)), "{}", text(&model));
    press(&mut model, "<Esc>");
    assert_eq!((model.chart.frame().first, model.chart.frame().fold), (0, fold));
    press(&mut model, "<End>");
    assert!(text(&model).contains("-299 · "), "{}", text(&model));
}

#[test]
fn failures_are_marked_where_they_happened() {
    use crate::event::{Outcome, Record, WorkerExit};
    use crate::ids::{SlotId, TaskIndex};
    let mut model = running(120, 40);
    let task = TaskIndex(90);
    let cpu = Nanos::ZERO;
    let ended = |outcome, at| {
        let record =
            Record::Task { task, outcome, attempt: 0, start: ms(at - 1), end: ms(at), cpu, on: None };
        RunEvent::Lane { slot: SlotId(0), record }
    };
    let exit = WorkerExit::Killed { signal: 9 };
    let died = RunEvent::WorkerExited { slot: SlotId(1), pid: 4_000, at: ms(700), exit, returned: 0 };
    happen(&mut model, vec![ended(Outcome::Error, 300), ended(Outcome::TimedOut, 900), died]);
    let shown = text(&model);
    let lane = |name: &str| shown.lines().find(|line| line.contains(name)).unwrap().to_owned();
    let (first, second) = (lane(" w0 "), lane(" w1 "));
    assert!(first.find('✗').unwrap() < first.find('T').unwrap(), "{shown}");
    assert!(second.contains('†'), "{shown}");
    for words in ["✗ error", "T timed out", "† died"] {
        assert!(shown.contains(words), "{words} is not explained: {shown}");
    }
}

#[test]
fn where_the_plan_is_one_line_it_opens_before_it_changes() {
    let mut model = before(80, 24);
    press(&mut model, "<Up>");
    assert_eq!((model.overlay, model.form.at), (Some(Overlay::Plan), Item::Run));
    press(&mut model, "<Up>3<Enter>");
    assert_eq!(model.form.plan.retries, 3);
    press(&mut model, "<Esc>");
    assert_eq!(model.overlay, None);
    press(&mut model, "p");
    assert!(matches!(press(&mut model, "<Enter>"), Effect::Start(_)));
    assert_eq!(model.overlay, None, "a run is to be watched");
}

#[test]
fn signals_and_a_terminal_that_is_gone_end_it() {
    let mut model = running(120, 40);
    assert_eq!(update(&mut model, Message::EndAsked(143)), Effect::Quit);
    assert_eq!(update(&mut model, Message::TerminalLost), Effect::Abandon);
    assert_eq!(update(&mut model, Message::StopAsked), Effect::Suspend);
    assert_eq!(update(&mut model, Message::Continued), Effect::Reclaim);
}

#[test]
fn an_axis_does_not_creep() {
    let mut model = running(120, 40);
    let axis = model.axis();
    for at in (1_200..2_000).step_by(50) {
        pass(&mut model, ms(at));
        assert_eq!(model.axis(), axis);
    }
    pass(&mut model, ms(2_500));
    assert_eq!(model.axis(), axis + axis / 4);
    assert!(axis > Nanos::from_millis(2_000));
}

#[test]
fn a_plan_that_has_changed_is_said_to_have() {
    let mut model = finished(120, 40);
    assert!(!text(&model).contains("edited"));
    press(&mut model, "<Home><Right>");
    assert!(text(&model).contains("edited"));
    assert!(text(&model).contains("The plan has changed"));
}

#[test]
fn the_moment_of_a_run_stays_until_its_end_is_told() {
    let mut model = running(120, 40);
    let shown = text(&model);
    tell(&mut model, Message::News(Vec::new(), None));
    assert_eq!(model.now, ms(1_200));
    assert_eq!(text(&model), shown);
}

#[test]
fn while_workers_end_the_way_out_is_told_and_true() {
    let mut model = running(120, 40);
    press(&mut model, "x");
    assert!(text(&model).contains("x again gives up waiting"), "a thread cannot be killed");
    press(&mut model, "<Enter>");
    assert!(text(&model).contains("a comparison is ending; x again gives up waiting"), "{}", text(&model));
}

#[test]
fn up_and_down_take_a_value_and_move_unless_something_is_wrong_with_it() {
    let mut model = before(120, 40);
    press(&mut model, "<Home><Down>5 parsecs<Down>");
    assert_eq!(model.form.at, Item::Size);
    assert!(model.form.edit.as_ref().is_some_and(|edit| edit.problem.is_some()));
    press(&mut model, "<Esc>3s<Down>");
    assert_eq!((model.form.at, model.form.edit.is_none()), (Item::Tasks, true));
    assert_eq!(model.form.plan.workloads[0].size.to_string(), "3s");
    press(&mut model, "12<Up>");
    assert_eq!((model.form.at, model.form.plan.workloads[0].tasks), (Item::Size, 12));
}

#[test]
fn braces_halve_and_double_the_interval_of_a_run_that_goes_on_and_mean_nothing_otherwise() {
    use crate::event::RunEvent;
    use crate::plan::GilRule;
    let rule = |us| GilRule::Interval(Nanos::from_micros(us));
    for mut model in [before(120, 40), running(120, 40)] {
        assert_eq!(press(&mut model, "{"), Effect::None);
        assert!(!text(&model).contains("GIL interval"));
    }
    // Whoever is alone with a lock never waits for it.
    let mut alone = crate::tui::script::gil(120, 40);
    alone.session.runs[0].start.shape = crate::plan::Shape::new(4, 1);
    assert!(!text(&alone).contains("GIL interval"));
    let mut model = crate::tui::script::gil(120, 40);
    assert!(text(&model).contains("{ } GIL interval"));
    assert!(text(&model).contains("interval 5.00 ms"));
    assert_eq!(press(&mut model, "{"), Effect::ScaleInterval { longer: false });
    happen(&mut model, vec![RunEvent::Interval { at: ms(1_200), rule: rule(2_500) }]);
    assert!(text(&model).contains("interval 2.50 ms"));
    assert_eq!(press(&mut model, "}"), Effect::ScaleInterval { longer: true });
    press(&mut model, "?");
    assert!(text(&model).contains("GIL interval"), "{}", text(&model));
}

#[test]
fn several_numbers_of_workers_are_those_of_the_sweep_and_it_is_said() {
    let mut model = before(120, 40);
    model.form.plan.workers = crate::plan::WorkerCount::Exactly(4);
    model.ask_for("1,2,4".parse().unwrap());
    let said =
        "The Lab runs 4 workers, the most of them; the Sweep screen (3) measures all of 1,2,4 workers.";
    assert!(text(&model).contains(said), "{}", text(&model));
    press(&mut model, "3");
    assert!(text(&model).contains("1,2,4 workers"), "{}", text(&model));
    assert_eq!(model.sweep.form.plan().counts, "1,2,4".parse().unwrap());
}

#[test]
fn the_cores_of_a_simulated_run_stay_for_as_long_as_it_is_shown() {
    use crate::event::{CoreLoad, CoreSample, RunEvent};
    let mut model = before(120, 40);
    model.form.plan.runtime = "simulated:16".parse().unwrap();
    press(&mut model, "<Enter>");
    let plan = model.form.plan.clone();
    let machine = plan.machine(&model.machine).into_owned();
    let sample = |cpus: u16, simulated| {
        let core = |cpu| CoreLoad { cpu: crate::ids::CpuId(cpu), allowed: true, ..CoreLoad::default() };
        let cores = (0..cpus).map(core).collect();
        RunEvent::Cores(CoreSample { cores, simulated, ..CoreSample::default() })
    };
    happen(&mut model, vec![RunEvent::Accepted { plan, machine }]);
    let waits = text(&model);
    happen(&mut model, vec![sample(16, true), RunEvent::Finished, sample(2, false)]);
    for shown in [waits, text(&model)] {
        assert!(shown.contains("Cores, simulated"), "{shown}");
    }
    assert!(text(&model).contains("0.0 of 16 busy"), "{}", text(&model));
    press(&mut model, "3");
    assert!(!text(&model).contains("imulated cores"), "a sweep has those of this machine");
}

#[test]
fn a_simulated_run_has_keys_of_its_own_and_its_costs_stay_with_it() {
    use crate::engine::Pace;
    let mut model = before(120, 40);
    assert_eq!(press(&mut model, "]"), Effect::None, "there is no time to pass");
    model.form.plan.runtime = "simulated:16".parse().unwrap();
    assert!(matches!(press(&mut model, "<Enter>"), Effect::Start(_)));
    let plan = model.form.plan.clone();
    let machine = plan.machine(&model.machine).into_owned();
    let (costs, works) = (plan.costs(|| panic!("nothing is measured")), Vec::new());
    happen(&mut model, vec![RunEvent::Accepted { plan, machine }, RunEvent::Calibrated { costs, works }]);
    assert_eq!(model.costs, Some(crate::tui::script::COSTS), "what this machine costs is still known");
    assert_eq!(press(&mut model, "]"), Effect::Pace(Pace::RealTime(2.0)));
    assert_eq!(press(&mut model, "[["), Effect::Pace(Pace::RealTime(0.5)));
    assert_eq!(press(&mut model, "e"), Effect::Pace(Pace::AtOnce));
    assert_eq!(model.pace, Pace::RealTime(0.5), "the next comparison begins as this one did");
    assert!(text(&model).contains("16 simulated CPUs · 0.5×"), "{}", text(&model));
    happen(&mut model, vec![RunEvent::Finished]);
    assert_eq!(press(&mut model, "e"), Effect::None);
}

use super::*;
use crate::analysis::fixture::{Scene, Script, asleep, ms, processes, serial, threads};
use crate::event::{StopReason, TaskCounts, WorkerExit};
use crate::ids::TaskIndex;
use crate::plan::Strategy;
use crate::report::text::width;
use proptest::prelude::*;

fn session(runs: &[Script]) -> Session {
    runs.iter().fold(Scene::on(2), Scene::play).over()
}

fn three() -> Session {
    session(&[serial(), threads(), processes()])
}

/// Two workloads, each with every strategy.
fn six() -> Session {
    let sleep = |script| Script { workload: 1, ..asleep(script) };
    let runs = [serial(), threads(), processes(), sleep(serial()), sleep(threads()), sleep(processes())];
    runs.iter().fold(Scene::on(2).with_sleep(), Scene::play).over()
}

/// Everything that can go wrong at once.
fn trouble() -> Session {
    let counts = TaskCounts { error: 1, lost: 1, retried: 2, ..TaskCounts::default() };
    let errors = vec![(TaskIndex(3), "no route to \u{1b}[31mhost\nat all".to_owned())];
    let broken = Script { counts, errors, death: Some(WorkerExit::Killed { signal: 9 }), ..processes() };
    let cancelled = TaskCounts { cancelled: 12, ..TaskCounts::default() };
    let early = Script {
        counts: cancelled,
        stopped: Some(StopReason::Cancelled),
        idle_percent: Some(40),
        taken_percent: (3, 0),
        ..threads()
    };
    let mut session = session(&[serial(), early, broken]);
    session.notices.push("lanes could not be shared: \u{1b}]0;title\u{7}".to_owned());
    session.runs[0].slots[0].levels.dropped = 12;
    session
}

/// A table as it would be printed, with the escape character as `ESC`.
fn printed(session: &Session, width: usize, ascii: bool, colour: bool) -> String {
    table(session, &TableStyle { ascii, colour, width }).replace('\u{1b}', "ESC")
}

#[test]
fn a_table_drops_what_matters_least_until_it_fits() {
    insta::assert_snapshot!("three_120", printed(&three(), 120, false, false));
    insta::assert_snapshot!("three_80", printed(&three(), 80, false, false));
    insta::assert_snapshot!("three_60_ascii", printed(&three(), 60, true, false));
    insta::assert_snapshot!("three_80_colour", printed(&three(), 80, false, true));
}

#[test]
fn several_workloads_end_in_one_table_of_tasks_and_strategies() {
    insta::assert_snapshot!("six_100", printed(&six(), 100, false, false));
}

#[test]
fn whatever_went_wrong_is_said_and_cannot_command_the_terminal() {
    let text = table(&trouble(), &TableStyle { ascii: false, colour: false, width: 80 });
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    insta::assert_snapshot!("trouble_80", text);
}

#[test]
fn repeats_are_medians_with_their_range() {
    let repeat = |repeat, elapsed| Script { repeat, elapsed: ms(elapsed), ..threads() };
    let first = |repeat| Script { repeat, ..serial() };
    let runs = [first(0), repeat(0, 1_716), first(1), repeat(1, 1_830), first(2), repeat(2, 1_729)];
    insta::assert_snapshot!("repeats_120", printed(&session(&runs), 120, false, false));
}

#[test]
fn the_heading_of_six_numbers_foretells_no_time() {
    let work = |numbers: &[u64]| crate::plan::Work::Primes { numbers: numbers.to_vec() };
    let heading = |numbers: &[u64]| {
        let text = printed(&session(&[Script { work: work(numbers), ..serial() }]), 80, false, false);
        text.lines().next().map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(heading(&[101, 10_005]), "primes · 16 tasks, 2 numbers");
    assert_eq!(heading(&[101, 10_007]), "primes · 16 tasks, 2 numbers (≈ 210 ms each)");
    assert_eq!(heading(&[10_007]), "primes · 16 tasks of 10 007 (≈ 210 ms each)");
}

#[test]
fn without_findings_the_conclusion_stands_below() {
    let text = printed(&session(&[serial()]), 80, false, false);
    assert!(text.contains("serial took 3.36 s for 16 tasks: computing 100 %."), "{text}");
    assert_eq!(printed(&Session::default(), 80, false, false), "no run is over\n");
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_page(
        columns in 60usize..140,
        ascii: bool,
        colour: bool,
        (tasks, slots, elapsed) in (1u64..100_000_000, 1u32..4_096, 1u64..10_000_000),
    ) {
        let odd = Script { tasks, slots, elapsed: ms(elapsed), strategy: Strategy::Processes, ..threads() };
        for session in [three(), six(), trouble(), session(&[serial(), odd])] {
            let text = table(&session, &TableStyle { ascii, colour, width: columns });
            prop_assert!(!ascii || text.is_ascii());
            prop_assert!(text.ends_with('\n'));
            for line in text.lines() {
                let plain = ["\u{1b}[1m", "\u{1b}[90m", "\u{1b}[0m"].iter().fold(line.to_owned(), |l, s| l.replace(s, ""));
                prop_assert!(!plain.contains('\x1b'), "no other sequences");
                prop_assert!(width(&plain) <= columns, "{} columns: {plain:?}", width(&plain));
                prop_assert!(!plain.ends_with(' '), "{plain:?}");
            }
        }
    }
}

#[test]
fn below_the_table_stands_how_the_lock_went() {
    let style = |width| TableStyle { ascii: false, colour: false, width };
    insta::assert_snapshot!("gil", table(&crate::report::fixture::locked(), &style(100)));
    let narrow = table(&crate::report::fixture::locked(), &style(60));
    assert!(narrow.lines().all(|line| crate::report::text::width(line) <= 60), "{narrow}");
}

use super::*;

fn report() -> Report {
    let costs = vec![
        Cost::of("a", "first full frame, 200×60", Unit::Nanoseconds, Goal::AtMost(25e6), Ok(12.4e6)),
        Cost::of("b", "written to the terminal, busy", Unit::BytesPerSecond, Goal::AtMost(20e3), Ok(31e3)),
        Cost::of(
            "c",
            "a run that is watched against one that is not",
            Unit::Ratio,
            Goal::AtMost(1.01),
            Ok(Spread { median: 1.012, low: 0.998, high: 1.02 }),
        )
        .where_pairs_reach(),
        Cost::of(
            "speedup_threads",
            "speedup on 2 CPUs by threads, of 2",
            Unit::Ratio,
            Goal::AtLeast(0.98),
            Ok(Spread { median: 0.963, low: 0.888, high: 0.986 }),
        ),
        Cost::of("d", "empty tasks, 2 threads, chunk 1", Unit::TasksPerSecond, Goal::AtLeast(2e6), Ok(4.1e6))
            .beside("ThreadPool.imap", Some(470e3)),
        Cost::of(
            "e",
            "memory of one worker process (PSS)",
            Unit::Bytes,
            Goal::AtMost(262_144.0),
            Err::<f64, _>(NotMeasured("the system does not say what a process takes (PSS)".to_owned())),
        ),
    ];
    let machine =
        Noise { cpus_available: 2, load: Some(0.6), idle_percent: Some(97.6), steal_percent: Some(0.4) };
    Report { schema: SCHEMA, poolscope: "0.0.0", release: true, machine, seconds: 48.2, costs }
}

#[test]
fn each_figure_stands_beside_its_goal() {
    let style = TableStyle { ascii: false, colour: false, width: 100 };
    insta::assert_snapshot!("own_100", table::table(&report(), &style));
    let style = TableStyle { ascii: true, colour: false, width: 80 };
    let text = table::table(&report(), &style);
    assert!(text.is_ascii());
    insta::assert_snapshot!("own_80_ascii", text);
}

#[test]
fn a_figure_counts_where_its_interval_is_narrow_or_on_one_side() {
    let met: Vec<Option<bool>> = report().costs.iter().map(|cost| cost.met).collect();
    assert_eq!(met, [Some(true), Some(false), Some(true), None, Some(true), None]);
    let judged = |goal, [low, median, high]: [f64; 3]| {
        let cost = Cost::of("x", "x", Unit::Ratio, goal, Ok(Spread { median, low, high }));
        assert_eq!(cost.met.is_none(), cost.cannot_tell.is_some());
        cost.met
    };
    let least = Goal::AtLeast(0.98);
    assert_eq!(judged(least, [0.99, 1.2, 1.4]), Some(true));
    assert_eq!(judged(least, [0.7, 0.8, 0.97]), Some(false));
    assert_eq!(judged(least, [0.888, 0.963, 0.986]), None);
    assert_eq!(judged(least, [0.97, 0.99, 1.0]), Some(true));
    assert_eq!(judged(least, [0.96, 0.97, 0.99]), None);
    assert_eq!(judged(Goal::AtMost(1.5), [1.2, 1.4, 1.6]), None);
}

#[test]
fn being_watched_is_free_only_as_far_as_the_pairs_agree() {
    let watched = |[low, median, high]: [f64; 3]| {
        let spread = Ok(Spread { median, low, high });
        let cost = Cost::of("x", "x", Unit::Ratio, Goal::AtMost(1.01), spread).where_pairs_reach();
        (cost.met, cost.cannot_tell)
    };
    assert_eq!(watched([1.005, 1.02, 1.04]), (Some(true), None));
    assert_eq!(watched([1.007, 1.081, 1.225]), (None, Some(TOO_WIDE)));
    assert_eq!(watched([1.02, 1.1, 1.3]), (Some(false), None));
    assert_eq!(watched([0.8, 0.9, 1.0]), (Some(true), None));
}

#[test]
fn on_a_busy_machine_only_what_others_cannot_change_is_told() {
    let [frame, written, watched, speedup, empty, memory]: [Cost; 6] =
        report().costs.try_into().unwrap_or_else(|_| panic!("six costs"));
    let busy = |cost: Cost| {
        let cost = cost.beside_others();
        (cost.met, cost.cannot_tell)
    };
    assert_eq!(busy(Cost { met: Some(false), ..frame }), (None, Some(MACHINE_BUSY)));
    assert_eq!(busy(empty), (Some(true), None));
    assert_eq!(busy(written), (Some(false), None));
    assert_eq!(busy(watched), (None, Some(MACHINE_BUSY)));
    assert_eq!(busy(speedup), (None, Some(MACHINE_BUSY)));
    assert_eq!(busy(memory), (None, None));
    let noise = |load, idle, steal| {
        let (load, idle_percent, steal_percent) = (Some(load), Some(idle), Some(steal));
        Noise { cpus_available: 2, load, idle_percent, steal_percent }.is_busy()
    };
    assert!(!noise(1.0, 90.0, 1.0));
    assert!(noise(1.1, 90.0, 1.0) && noise(1.0, 89.0, 1.0) && noise(1.0, 90.0, 1.1));
}

#[test]
fn the_json_says_figure_goal_and_why_there_is_none() {
    let json = serde_json::to_value(report()).unwrap();
    let costs = &json["costs"];
    assert_eq!((&costs[0]["at_most"], &costs[0]["figure"]), (&25e6.into(), &12.4e6.into()));
    assert_eq!(costs[2]["interval"], serde_json::json!([0.998, 1.02]));
    assert_eq!(
        (&costs[4]["unit"], &costs[4]["peer"]["name"]),
        (&"tasks_per_second".into(), &"ThreadPool.imap".into())
    );
    assert_eq!(costs[3]["met"], serde_json::Value::Null);
    assert!(costs[3]["cannot_tell"].as_str().unwrap().contains("both sides"));
    assert_eq!(costs[5]["figure"], serde_json::Value::Null);
    assert!(costs[5]["not_measured"].as_str().unwrap().contains("PSS"));
}

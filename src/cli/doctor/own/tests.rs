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
    let machine = Noise { cpus_available: 2, load: Some(1.6), steal_percent: Some(0.4) };
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
fn a_goal_is_met_by_the_figure_or_where_pairs_reach_it() {
    let met: Vec<Option<bool>> = report().costs.iter().map(|cost| cost.met).collect();
    assert_eq!(met, [Some(true), Some(false), Some(true), Some(true), None]);
    let spread = Spread { median: 0.9, low: 0.8, high: 0.99 };
    let low = Cost::of("x", "x", Unit::Ratio, Goal::AtLeast(0.98), Ok(spread));
    assert_eq!((low.met, low.interval), (Some(false), Some([0.8, 0.99])));
}

#[test]
fn the_json_says_figure_goal_and_why_there_is_none() {
    let json = serde_json::to_value(report()).unwrap();
    let costs = &json["costs"];
    assert_eq!((&costs[0]["at_most"], &costs[0]["figure"]), (&25e6.into(), &12.4e6.into()));
    assert_eq!(costs[2]["interval"], serde_json::json!([0.998, 1.02]));
    assert_eq!(
        (&costs[3]["unit"], &costs[3]["peer"]["name"]),
        (&"tasks_per_second".into(), &"ThreadPool.imap".into())
    );
    assert_eq!(costs[4]["figure"], serde_json::Value::Null);
    assert!(costs[4]["not_measured"].as_str().unwrap().contains("PSS"));
}

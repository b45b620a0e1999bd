use super::fixture::{mixed, refused, twice};
use super::*;
use crate::analysis::scaling::bootstrap::KneeSpread;
use crate::report::TableStyle;

const STYLE: TableStyle = TableStyle { ascii: false, colour: false, width: 100 };

#[test]
fn a_table_for_people() {
    let sweep = mixed();
    let sizing = sweep.sizing();
    insta::assert_snapshot!("table_100", table(&sweep, &sizing, &STYLE));
    let narrow = table(&sweep, &sizing, &TableStyle { ascii: true, width: 60, ..STYLE });
    assert!(narrow.is_ascii() && narrow.lines().all(|line| line.len() <= 60), "{narrow}");
    insta::assert_snapshot!("table_60_ascii", narrow);
}

#[test]
fn a_refusal_is_a_result_as_well() {
    let sweep = refused();
    let text = table(&sweep, &sweep.sizing(), &STYLE);
    assert!(text.contains("Nothing is recommended  the runs did not all do the same work"), "{text}");
    let document: serde_json::Value = serde_json::from_str(&json(&sweep, &sweep.sizing())).unwrap();
    assert_eq!(document["recommendation"]["refused"], true);
    assert_eq!(document["recommendation"]["workers"], serde_json::Value::Null);
    assert!(svg(&sweep, &sweep.sizing()).contains("nothing is recommended"));
}

#[test]
fn the_contract_holds_key_for_key() {
    let sweep = mixed();
    let text = json(&sweep, &sweep.sizing()).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!("contract", text);
}

#[test]
fn markdown_and_csv() {
    let sweep = mixed();
    insta::assert_snapshot!("markdown", markdown(&sweep, &sweep.sizing()));
    let csv = csv(&sweep);
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 1 + 2 * 7 * 5 + 1, "{csv}");
    assert!(lines[0].starts_with("strategy,workers,shape,repeat,chunk,elapsed_ns,"));
    assert!(lines[1].starts_with("threads,1,,0,1,"));
    let ledger = |name: &str| lines[0].split(',').any(|column| column == format!("ledger_{name}_ns"));
    let sample = &sweep.cells()[0].samples[0];
    assert!(
        sample.ledger.parts().iter().all(|(name, _)| ledger(name)) && ledger("unexplained"),
        "{}",
        lines[0]
    );
}

#[test]
fn the_picture_is_text_and_lines_on_white() {
    let sweep = mixed();
    let picture = svg(&sweep, &sweep.sizing());
    insta::assert_snapshot!("picture", picture);
    assert!(picture.contains(">10 recommended</text>") && picture.ends_with("</svg>\n"));
    assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
}

#[test]
fn two_repeats_are_said_to_be_a_range() {
    let sweep = twice();
    let sizing = sweep.sizing();
    let text = table(&sweep, &sizing, &STYLE);
    assert!(text.contains("elapsed            range  tasks/s") && !text.contains("95 %  tasks/s"), "{text}");
    let (least, most) = sizing.points[1].range().unwrap();
    assert!(text.contains(&format!("{least} – {most}")), "{text}");
    let document: serde_json::Value = serde_json::from_str(&json(&sweep, &sizing)).unwrap();
    assert_eq!(document["points"][1]["interval_ns"], serde_json::Value::Null);
}

#[test]
fn what_is_to_be_measured_next_lies_where_the_answer_is_looked_for() {
    let sizing = twice().sizing();
    let r = recommended(&sizing).unwrap();
    assert!(matches!(r.limit, Limit::Range(4)), "{r:?}");
    assert_eq!(measure_next(r).unwrap(), "To see where it ends, measure -w 6,8,10.");
    let sizing = mixed().sizing();
    let mut r = recommended(&sizing).unwrap().clone();
    assert_eq!((r.workers(), r.chunk), (10, 1));
    r.knee = KneeSpread { workers: 8, interval: (8, 8), chosen: vec![(8, 1.0)] };
    assert_eq!(knee(&r), None, "8 and 10 are near");
    r.knee = KneeSpread { workers: 4, interval: (4, 4), chosen: vec![(4, 1.0)] };
    assert_eq!(knee(&r).unwrap(), "95 % of the best are reached with 4 workers already.");
    r.chunk = 3;
    assert!(sentence(&r).starts_with("10 threads in chunks of 3: "), "{}", sentence(&r));
}

#[test]
fn nothing_measured_is_said() {
    let (plan, machine) = (mixed().plan().clone(), mixed().measurements().machine);
    let empty = Sweep::new(plan, &machine);
    let sizing = empty.sizing();
    assert!(table(&empty, &sizing, &STYLE).contains("Nothing is recommended"));
    assert!(svg(&empty, &sizing).contains("nothing was measured"));
    assert!(markdown(&empty, &sizing).contains("Nothing is recommended"));
    assert_eq!(csv(&empty).lines().count(), 1);
    serde_json::from_str::<serde_json::Value>(&json(&empty, &sizing)).unwrap();
}

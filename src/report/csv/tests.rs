use serde_json::Value;

use super::*;
use crate::report::fixture::{eventful, eventful_saying, locked};
use crate::report::{Outputs, json};

/// The rows as a reader of CSV takes them, the names of the columns first.
fn read(text: &str) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

#[test]
fn the_contract_holds_column_for_column() {
    let text = csv(&eventful());
    assert!(text.ends_with("\r\n") && text.matches('\n').count() == text.matches("\r\n").count());
    let rows = read(&text);
    assert_eq!(rows.len(), 3);
    // Down and not across, so that a difference can be seen.
    let lines = rows[0].iter().zip(&rows[1]).zip(&rows[2]);
    let down: Vec<String> = lines.map(|((name, a), b)| format!("{name} | {a} | {b}")).collect();
    insta::assert_snapshot!("contract", down.join("\n"));
}

#[test]
fn a_lock_has_columns_of_its_own() {
    let rows = read(&csv(&locked()));
    let told = rows[0].iter().zip(&rows[2]).filter(|(name, _)| name.starts_with("gil") || *name == "runtime");
    let down: Vec<String> = told.map(|(name, value)| format!("{name} | {value}")).collect();
    insta::assert_snapshot!("gil", down.join("\n"));
}

#[test]
fn a_session_without_runs_has_the_names_of_the_columns_all_the_same() {
    let rows = read(&csv(&Session::default()));
    assert_eq!((rows.len(), rows[0][0].as_str()), (1, "strategy"));
}

/// The value of a run's JSON that a column stands for.
fn value<'a>(run: &'a Value, column: &str) -> &'a Value {
    if let Some(value) = run.get(column) {
        return value;
    }
    // The text of a mix; in the JSON its parts are a list, and other work, as here, has none.
    if column == "mix" {
        return &run["parts"];
    }
    if let Some(key) = column.strip_prefix("gil_") {
        let gil = &run["gil"];
        let point = key.strip_prefix("wait_").and_then(|point| point.strip_suffix("_ns"));
        return point.map_or(&gil[key], |point| &gil["wait_ns"][point]);
    }
    // `latency_p50_ns` is `p50` of `latency_ns`, `tasks_ok` is `ok` of `tasks`.
    let (path, unit) = column.strip_suffix("_ns").map_or((column, ""), |path| (path, "_ns"));
    let (object, key) = path.split_once('_').unwrap();
    match &run[format!("{object}{unit}")] {
        Value::Array(list) => list.first().map_or(&Value::Null, |first| &first[key]),
        object => object.get(key).unwrap_or_else(|| panic!("the JSON has nothing for {column}")),
    }
}

#[test]
fn columns_say_what_the_json_says_under_the_same_names() {
    let session = eventful();
    let document: Value = serde_json::from_str(&json(&session, Outputs::default())).unwrap();
    let rows = read(&csv(&session));
    for (run, row) in document["runs"].as_array().unwrap().iter().zip(&rows[1..]) {
        for (column, cell) in rows[0].iter().zip(row) {
            match value(run, column) {
                Value::Null => assert_eq!(cell, "", "{column}"),
                Value::String(text) if column == "findings_kind" => {
                    assert_eq!(cell.split(' ').next(), Some(text.as_str()));
                }
                Value::String(text) => assert_eq!(cell, text, "{column}"),
                Value::Number(number) if number.is_f64() => {
                    assert_eq!(cell.parse(), Ok(number.as_f64().unwrap()), "{column}");
                }
                Value::Number(number) => assert_eq!(*cell, number.to_string(), "{column}"),
                Value::Array(list) => {
                    let words: Vec<&str> = list.iter().map(|word| word.as_str().unwrap()).collect();
                    assert_eq!(*cell, words.join("; "), "{column}");
                }
                other => panic!("{column} is {other}"),
            }
        }
    }
}

#[test]
fn no_text_becomes_a_formula_or_another_cell() {
    let column = COLUMNS.iter().position(|(name, _)| *name == "errors_message").unwrap();
    for (message, cell) in [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("a,\"b\"\r\nc", "a,\"b\"  c"),
        ("\t=1", " =1"),
    ] {
        let rows = read(&csv(&eventful_saying(message)));
        assert_eq!(rows[2][column], cell, "{message:?}");
        assert_eq!(rows[2].len(), COLUMNS.len());
    }
    let unexplained = COLUMNS.iter().position(|(name, _)| *name == "ledger_unexplained_ns").unwrap();
    assert!(read(&csv(&eventful()))[2][unexplained].starts_with('-'), "a number below zero stays one");
}

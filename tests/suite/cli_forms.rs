//! The forms that results come in: JSON, CSV and Markdown, of the real program, one at a time and nothing else on stdout.

use std::fs::File;
use std::io::Read;

use crate::cli::{Ended, poolscope, run};

const COMPARISON: [&str; 12] =
    ["compare", "-t", "sum", "--size", "1000", "-n", "6", "-w", "2", "-s", "serial,threads", "--repeats"];

fn comparison(form: &str) -> Vec<&str> {
    COMPARISON.iter().copied().chain(["2", form]).collect()
}

/// The rows of a CSV, the names of the columns first.
fn rows(text: &str) -> Vec<Vec<String>> {
    assert!(text.ends_with("\r\n"), "{text}");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

#[test]
fn csv_is_a_row_for_each_run_and_alone_on_stdout() {
    let ended = run(&comparison("--csv"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("threads"), "progress goes to stderr: {}", ended.err);
    let rows = rows(&ended.out);
    assert_eq!(rows.len(), 5, "{}", ended.out);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{}", ended.out);
    let column = |name: &str| {
        let at = rows[0].iter().position(|column| column == name).unwrap();
        rows[1..].iter().map(|row| row[at].as_str()).collect::<Vec<_>>()
    };
    assert_eq!(column("strategy"), ["serial", "threads", "serial", "threads"]);
    assert_eq!(column("repeat"), ["0", "0", "1", "1"]);
    assert_eq!(column("tasks_ok"), ["6"; 4]);
    assert!(column("digest").iter().all(|digest| *digest == column("digest")[0] && digest.len() == 16));
    let whole = |name: &str| -> Vec<i64> { column(name).iter().map(|cell| cell.parse().unwrap()).collect() };
    for (index, elapsed) in whole("elapsed_ns").into_iter().enumerate() {
        let parts = rows[0].iter().filter(|name| name.starts_with("ledger_"));
        let sum: i64 = parts.map(|name| whole(name)[index]).sum();
        assert_eq!(sum, elapsed * whole("workers")[index], "the ledger closes");
    }
}

#[test]
fn markdown_is_tables_and_words_and_alone_on_stdout() {
    let ended = run(&comparison("--markdown"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("threads"), "{}", ended.err);
    assert!(ended.out.starts_with("### sum · 6 tasks of 1 000"), "{}", ended.out);
    for line in ["| --- | ---:", "| serial |", "| threads ×2 |", "Same results ✓", "Trust: "] {
        assert!(ended.out.lines().any(|found| found.starts_with(line)), "no {line:?} in {}", ended.out);
    }
    assert!(!ended.out.contains('\u{1b}'));
}

#[test]
fn one_form_at_a_time() {
    for pair in [["--json", "--csv"], ["--csv", "--markdown"], ["--json", "--markdown"]] {
        let ended = run(&["run", pair[0], pair[1]]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.err.contains("cannot be used with"), "{}", ended.err);
    }
}

#[test]
fn what_went_wrong_is_in_every_form() {
    for form in ["--csv", "--markdown"] {
        let mut command =
            poolscope(&["run", "-t", "sum", "--size", "1000", "-n", "8", "-s", "serial", "-q", form]);
        let ended: Ended = command.env("POOLSCOPE_FAULT", "panic:3").output().unwrap().into();
        assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{ended:?}");
        assert!(ended.out.contains("asked to panic"), "{form}: {}", ended.out);
    }
}

#[test]
fn results_in_a_file_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.csv");
    let status = poolscope(&comparison("--csv")).stdout(File::create(&path).unwrap()).status().unwrap();
    assert!(status.success());
    let mut text = String::new();
    File::open(&path).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(rows(&text).len(), 5);
}

//! Whatever a command is called and whatever it prints: nothing of it reaches a terminal or a file as something that a
//! terminal would obey, or that nobody would see.

use poolscope::text::is_hidden;

use super::{WAYS, scenario};
use crate::cli::{Ended, poolscope, run};
use crate::pty::Terminal;

/// Words that a terminal would take for commands, or show as something else: its clipboard, its colours, its lines.
const WORDS: [&str; 4] =
    ["\u{1b}]52;c;aGk=\u{7}", "\u{9b}31m\u{1b}[2J", "\u{202e}txt.exe\u{2066}", "one\r\ntwo"];
/// Prints the same, and its words; every second task fails.
const SCRIPT: &str = r#"printf '%s\n' "$@"; printf '\033]52;c;aGk=\007\033[2J\302\2332J\342\200\256evil\342\200\213\377\r\b\n'; exit $(($0 % 2))"#;

/// What is run: the script, whose name is the task's index, with the words.
fn command() -> Vec<&'static str> {
    [&["--", "sh", "-c", SCRIPT, "{}"], &WORDS[..]].concat()
}

#[track_caller]
fn assert_harmless(what: &str, text: &str) {
    // Lines of CSV end like this.
    let text = text.replace("\r\n", "\n");
    if let Some(at) = text.find(|c: char| c != '\n' && (c.is_control() || is_hidden(c))) {
        let around: String = text[at..].chars().take(80).collect();
        panic!("{what}: {around:?}");
    }
}

#[test]
fn no_form_of_the_results_holds_what_a_terminal_would_obey() {
    for way in WAYS {
        for form in ["--output=all", "--json", "--csv", "--markdown"] {
            let options = ["run", "-s", way, "-w", "2", "-n", "2", "--output", "all", form];
            let options = if form.starts_with("--output") { &options[..9] } else { &options[..] };
            let ended = run(&[options, &command()].concat());
            assert_eq!(ended.code, Some(1), "{ended:?}");
            assert!(ended.out.contains("sh"), "{ended:?}");
            assert_harmless(form, &ended.out);
            assert_harmless(form, &ended.err);
        }
    }
}

#[test]
fn no_form_of_a_sweep_and_none_of_its_files_does() {
    let folder = tempfile::tempdir().unwrap();
    for (form, fails) in [("", false), ("--json", true), ("--csv", false), ("--markdown", true)] {
        let mut sweep = poolscope(&["sweep", "-w", "1,2", "-n", "4", "--repeats", "1"]);
        sweep.args((!form.is_empty()).then_some(form)).args(["--svg", "curve.svg", "--save", "points.jsonl"]);
        sweep.args(command().into_iter().map(|word| if word == "{}" && !fails { "0" } else { word }));
        let ended: Ended = sweep.current_dir(folder.path()).output().unwrap().into();
        assert_harmless(form, &ended.out);
        assert_harmless(form, &ended.err);
        assert!(ended.out.contains("sh"), "{ended:?}");
        for file in ["curve.svg", "points.jsonl"] {
            let path = folder.path().join(file);
            assert_harmless(file, &std::fs::read_to_string(&path).unwrap());
            std::fs::remove_file(&path).unwrap();
        }
    }
}

#[test]
fn neither_a_strangers_scenario_nor_what_is_wrong_with_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let items = WORDS.map(|word| word.replace("\r\n", " ")).join("\n");
    std::fs::write(folder.path().join("items"), items).unwrap();
    let escaped = |word: &str| -> String {
        let units = word.chars().map(|c| format!("\\U{:08x}", u32::from(c)));
        format!("\"{}\"", units.collect::<String>())
    };
    let words: Vec<String> =
        ["sh", "-c", SCRIPT, "{}", "{item}"].iter().chain(&WORDS).map(|w| escaped(w)).collect();
    let file = scenario(&folder, &format!("command = [{}]\nitems_file = \"items\"", words.join(", ")));
    for more in [&[][..], &["--allow", "command", "-w", "2", "-s", "threads", "--output", "all"]] {
        let ended = run(&[&["compare", "--scenario", &file], more].concat());
        assert!(ended.code == Some(if more.is_empty() { 2 } else { 1 }), "{ended:?}");
        assert_harmless("a scenario", &ended.out);
        assert_harmless("a scenario", &ended.err);
    }
    let program = escaped("\u{202e}no\u{1b}[2J");
    for wrong in [format!("command = [{program}]"), format!("{program} = 1"), "\u{202e} = 1".to_owned()] {
        let ended = run(&["compare", "--scenario", &scenario(&folder, &wrong)]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert_harmless("a wrong scenario", &ended.err);
    }
}

#[test]
fn no_name_of_a_file_and_no_wrong_option_does() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join(WORDS.concat().replace('/', "")).join("x.toml").display().to_string();
    for (command, option) in [
        ("run", "--scenario"),
        ("run", "--simulator"),
        ("run", "--items"),
        ("run", "--urls"),
        ("sweep", "--save"),
        ("sweep", "--svg"),
    ] {
        let work = if option == "--urls" { &["-t", "http"][..] } else { &["--", "true"] };
        let ended = run(&[&[command, "-w", "1", "-n", "2", option, &name], work].concat());
        assert!(matches!(ended.code, Some(2 | 4)), "{ended:?}");
        assert_harmless(option, &ended.err);
    }
    let ended = run(&["run", &format!("--{}", WORDS.concat())]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_harmless("an option", &ended.err);
}

#[test]
fn no_screen_does() {
    let options = ["-w", "2", "-n", "4", "-s", "threads"];
    let mut lab = Terminal::poolscope(120, 40, &[&options[..], &command()].concat());
    lab.until("Enter");
    lab.press("\r");
    lab.until("2 failed");
    lab.press("o");
    lab.until("evil");
    lab.press("\x1b");
    lab.press("q");
    lab.ended();
    let bars = [&["run"], &options[..], &["--output", "all"], &command()].concat();
    let mut bars = Terminal::poolscope(120, 40, &bars);
    assert_eq!(bars.ended(), 1);
    bars.until("evil");
    let mut usage = Terminal::poolscope(120, 40, &["run", &format!("--{}", WORDS.concat())]);
    assert_eq!(usage.ended(), 2);
    usage.until("error");
    for (what, terminal) in [("the lab", lab), ("bars", bars), ("what is wrong", usage)] {
        let written = terminal.written();
        let text = String::from_utf8_lossy(&written);
        assert!(!text.contains("\u{1b}]52"), "{what}: its clipboard");
        let odd = |c: char| c == '\u{7}' || ('\u{80}'..='\u{9f}').contains(&c) || is_hidden(c);
        assert!(!text.contains(odd), "{what}: {:?}", text.chars().filter(|c| odd(*c)).collect::<String>());
    }
}

//! `http` tasks through the real binary: pages of its own server, and of servers on the loopback that behave or do not.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::cli::{Going, poolscope, results, run, until};

/// A server that lives as long as the test program: its address, and how often it was asked.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let count = Arc::clone(&count);
            std::thread::spawn(move || answer(stream, &count));
        }
    });
    (address, asked)
}

fn answer(mut stream: TcpStream, asked: &AtomicUsize) {
    let mut head = [0; 4_096];
    let Ok(length) = stream.read(&mut head) else { return };
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    asked.fetch_add(1, Ordering::Relaxed);
    let path = head.split(' ').nth(1).unwrap_or_default();
    let text = match path {
        "/page" => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "/moved" => "HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Length: 0\r\n\r\n",
        "/round" => "HTTP/1.1 302 Found\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n",
        "/garbage" => "\u{1b}]52;c;aGk=\u{7} no HTTP\r\n\r\n",
        "/closed" => "",
        "/away" => "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
        "/growing" => {
            let length = asked.load(Ordering::Relaxed);
            let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}", "x".repeat(length));
            let _ = stream.write_all(text.as_bytes());
            return;
        }
        "/slow" => return std::thread::park(),
        "/huge" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            let piece = vec![b'x'; 1 << 20];
            while stream.write_all(&piece).is_ok() {}
            return;
        }
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    };
    let _ = stream.write_all(text.as_bytes());
}

fn list(folder: &tempfile::TempDir, lines: &[String]) -> String {
    let path = folder.path().join("urls.txt");
    std::fs::write(&path, format!("# pages\n{}\n", lines.join("\n"))).unwrap();
    path.to_str().unwrap().to_owned()
}

fn messages(run: &Value) -> Vec<&str> {
    run["errors"].as_array().unwrap().iter().map(|error| error["message"].as_str().unwrap()).collect()
}

#[test]
fn the_notes_five_urls_need_no_network() {
    let ended = run(&["run", "-t", "http", "-n", "5", "-w", "5", "-s", "threads", "-q"]);
    assert_eq!(ended.code, Some(1), "one of them fails: {ended:?}");
    for words in [
        "5 tasks, loopback, 5 URLs",
        "http://loopback/www.foxnews.com/: 291 840 bytes",
        "http://loopback/www.cnn.com/: 163 840 bytes",
        "http://loopback/europe.wsj.com/: 102 400 bytes",
        "http://loopback/www.bbc.co.uk/: 215 040 bytes",
        "http://nonexistant-subdomain.invalid/: there is no such host",
    ] {
        assert!(ended.out.contains(words), "{words:?} is not in\n{}", ended.out);
    }
}

#[test]
fn every_way_finds_the_same_pages_and_none_tells_a_port() {
    let ended = run(&[
        "compare",
        "-t",
        "http",
        "-n",
        "4",
        "-w",
        "2",
        "-s",
        "serial,threads,processes,hybrid",
        "--json",
        "-q",
    ]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let document = ended.json();
    let runs = document["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 4);
    for run in runs {
        assert_eq!((&run["digest"], &run["pages"]), (&runs[0]["digest"], &runs[0]["pages"]));
        assert_eq!(
            run["pages"][1],
            serde_json::json!({"task": 1, "url": "http://loopback/www.cnn.com/", "bytes": 163_840})
        );
        assert!(run["ledger_ns"]["blocked"].as_u64() > run["ledger_ns"]["computing"].as_u64());
    }
    assert!(!ended.out.contains("127.0.0.1"));
}

#[test]
fn each_url_ends_by_itself_and_is_named() {
    let (server, _) = server();
    let folder = tempfile::tempdir().unwrap();
    let paths = ["page", "moved", "missing", "round", "garbage", "closed", "huge", "away"];
    let urls = list(&folder, &paths.map(|path| format!("{server}/{path}")));
    for way in ["threads", "processes"] {
        let ended = run(&["run", "--urls", &urls, "-w", "3", "-s", way, "--json", "-q"]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let document = ended.json();
        let run = &document["runs"][0];
        assert_eq!(
            (run["task"].as_str(), run["tasks"]["total"].as_u64()),
            (Some("http"), Some(8)),
            "as many as URLs"
        );
        assert_eq!((run["tasks"]["ok"].as_u64(), run["tasks"]["error"].as_u64()), (Some(2), Some(6)));
        assert_eq!(run["pages"][1]["bytes"], 5);
        assert_eq!(
            messages(run),
            [
                format!("{server}/missing: 404 Not Found"),
                format!("{server}/round: more than 5 redirects"),
                format!("{server}/garbage: the answer is no HTTP"),
                format!("{server}/closed: the connection ended before the page did"),
                format!("{server}/huge: the page is longer than 16.0 MiB"),
                format!(
                    "{server}/away: redirected to \"file:///etc/passwd\", which is neither http nor https"
                ),
            ]
        );
        assert_eq!(document["plan"]["workloads"][0]["urls"][0], format!("{server}/page"));
    }
}

#[test]
fn a_page_that_changes_is_no_other_result() {
    let (server, _) = server();
    let folder = tempfile::tempdir().unwrap();
    let urls = list(&folder, &[format!("{server}/growing"), format!("{server}/page")]);
    let words = ["compare", "--urls", &urls, "-w", "1", "-s", "serial,threads", "-q"];
    let document = run(&[&words[..], &["--json"]].concat()).json();
    let (first, second) = (&document["runs"][0], &document["runs"][1]);
    assert_ne!(first["pages"][0], second["pages"][0]);
    assert!(first["digest"].is_string() && first["digest"] == second["digest"], "{document}");
    let table = run(&words);
    assert!(table.out.contains("1 page was not as long in every run"), "{table:?}");
    assert!(!table.out.contains("differ") && !table.out.contains("other results"), "{table:?}");
}

#[test]
fn a_page_that_never_comes_ends_with_its_time_limit_or_with_the_run() {
    let (server, asked) = server();
    let folder = tempfile::tempdir().unwrap();
    let urls = list(&folder, &[format!("{server}/slow")]);
    for way in ["threads", "processes"] {
        let words = ["run", "--urls", &urls, "-w", "1", "-s", way, "--json", "-q"];
        let limited = run(&[&words[..], &["--timeout", "50ms"]].concat());
        assert_eq!(limited.code, Some(1));
        let document = limited.json();
        let ended = &document["runs"][0];
        assert_eq!(
            (&ended["tasks"]["timed_out"], &ended["tasks"]["error"]),
            (&Value::from(1), &Value::from(0))
        );
        assert_eq!(messages(ended), [format!("{server}/slow: timed out")]);
        let before = asked.load(Ordering::Relaxed);
        let going = Going::start(poolscope(&words));
        until("a request", || asked.load(Ordering::Relaxed) > before);
        going.signal("INT");
        let family = going.family.clone();
        let (status, out, _) = going.ended();
        assert_eq!(status.code(), Some(130), "{out}");
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["runs"][0]["tasks"]["cancelled"], 1);
        until("the end of all", || family.members().is_empty());
    }
}

#[test]
fn a_list_comes_from_standard_input_too_and_its_faults_have_a_line() {
    let (server, _) = server();
    let mut command = poolscope(&[
        "run", "-t", "http", "--urls", "-", "-n", "3", "-s", "threads", "-w", "1", "--json", "-q",
    ]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{server}/page\n").as_bytes()).unwrap();
    let ended: crate::cli::Ended = child.wait_with_output().unwrap().into();
    assert_eq!(
        (ended.code, &ended.json()["runs"][0]["tasks"]["ok"]),
        (Some(0), &Value::from(3)),
        "{ended:?}"
    );
    let folder = tempfile::tempdir().unwrap();
    let wrong = list(&folder, &["http://a.example/".to_owned(), "file:///etc/passwd".to_owned()]);
    for (words, said) in [
        (vec!["--urls", &wrong], "line 3: \"file:///etc/passwd\" is neither http nor https"),
        (vec!["--urls", "/nowhere/at/all"], "No such file"),
        (vec!["--urls", &wrong, "-t", "cpu"], "is for http tasks; write -t http"),
        (vec!["-t", "http", "--size", "5"], "does not suit http, whose size is its URLs"),
        (vec!["-t", "http", "--runtime", "simulated:4"], "cannot ask for pages: nobody knows"),
        (vec!["-t", "http:1,cpu:1"], "http, which cannot be part of a mix"),
    ] {
        let ended = run(&[&["run", "-s", "threads"], words.as_slice()].concat());
        assert!(ended.code == Some(2) && ended.err.contains(said), "{words:?}: {ended:?}");
    }
}

#[test]
fn a_scenario_asks_for_pages_with_consent_alone() {
    let (server, asked) = server();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stranger.toml");
    let head = "schema = \"poolscope/scenario/1\"\ntitle = \"T\"\n[[workload]]\ntask = \"http\"\n";
    std::fs::write(&path, format!("{head}urls = [\"{server}/page\"]\n")).unwrap();
    let path = path.to_str().unwrap();
    let refused = run(&["compare", "--scenario", path]);
    assert_eq!((refused.code, asked.load(Ordering::Relaxed)), (Some(2), 0), "{refused:?}");
    for words in [
        format!("the page       {server}/page"),
        "the hosts      127.0.0.1:".to_owned(),
        "add --allow http".to_owned(),
    ] {
        assert!(refused.err.contains(&words), "{words:?} is not in\n{}", refused.err);
    }
    let document = results(&["run", "--scenario", path, "--allow", "http", "-s", "threads", "-w", "1"]);
    assert_eq!((&document["runs"][0]["tasks"]["ok"], asked.load(Ordering::Relaxed)), (&Value::from(1), 1));
    std::fs::write(path, format!("{head}tasks = 4\n")).unwrap();
    let own = results(&["run", "--scenario", path, "-s", "threads", "-w", "4"]);
    assert_eq!(own["runs"][0]["tasks"]["ok"], 4, "its own pages need none");
}

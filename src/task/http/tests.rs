//! Pages asked for from real servers on the loopback, well-behaved and otherwise.

#[cfg(feature = "https")]
mod tls;

use super::*;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};

/// A server that does with each caller what `serve` does, for as long as the test lives; its address.
fn listening(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || serve(stream.unwrap()));
        }
    });
    format!("http://127.0.0.1:{port}/")
}

/// The head of a request; none if the caller goes before its end.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 4_096];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(count) => head.extend_from_slice(&piece[..count]),
        }
    }
    Some(String::from_utf8(head).unwrap())
}

/// A server that gives each caller what `answer` writes.
fn server(answer: impl Fn(&mut TcpStream, &str) + Send + Sync + 'static) -> String {
    listening(move |mut stream| {
        if let Some(head) = head(&mut stream) {
            answer(&mut stream, &head);
        }
    })
}

/// A server that writes a text, whatever it is asked for.
fn saying(text: &'static str) -> String {
    server(move |stream, _| stream.write_all(text.as_bytes()).unwrap())
}

fn get(url: &str) -> Result<u64, Stop> {
    fetch(url, None, &Watch::default())
}

fn failed(words: &str) -> Result<u64, Stop> {
    Err(Stop::Failed(words.to_owned()))
}

#[test]
fn the_value_of_a_page_is_its_length() {
    assert_eq!(get(&saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")), Ok(5));
    assert_eq!(get(&saying("HTTP/1.1 204 No Content\r\n\r\n")), Ok(0));
    let chunked =
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\nfour\r\n0\r\n\r\n";
    assert_eq!(get(&saying(chunked)), Ok(7));
    assert_eq!(get(&saying("HTTP/1.0 200 OK\r\n\r\nuntil the end")), Ok(13));
}

#[test]
fn what_is_no_page_is_said_in_words() {
    for (text, words) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!", "404 Not Found"),
        ("HTTP/1.1 500 Whatever they like\r\nContent-Length: 0\r\n\r\n", "500 Internal Server Error"),
        ("HTTP/1.1 500 \u{1b}]0;title\u{7}\r\nContent-Length: 0\r\n\r\n", "the answer is no HTTP"),
        ("HTTP/1.1 599 x\r\nContent-Length: 0\r\n\r\n", "status 599"),
        ("\u{1b}[2J garbage that is no HTTP at all\r\n\r\n", "the answer is no HTTP"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "the connection ended before the page did"),
        ("", "the connection ended before the page did"),
        ("HTTP/1.1 302 Found\r\n\r\n", "redirected without a Location"),
        ("HTTP/1.1 302 Found\r\nLocation: \u{e9}\r\n\r\n", "redirected to what is no http address"),
    ] {
        assert_eq!(get(&saying(text)), failed(words), "{text:?}");
    }
}

#[test]
fn a_redirect_leads_to_no_file() {
    for place in ["file:///etc/passwd", "ftp://127.0.0.1/"] {
        let text = format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n");
        let url = server(move |stream, _| stream.write_all(text.as_bytes()).unwrap());
        assert!(matches!(get(&url), Err(Stop::Failed(_))), "{place}");
    }
}

#[cfg(not(feature = "https"))]
#[test]
fn an_https_page_is_refused_with_the_way_out() {
    let words = "is an https page, and this poolscope was built without; build it with its default features";
    assert_eq!(get("https://127.0.0.1/"), failed(words));
    let moved = "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(get(&saying(moved)), failed(words));
}

#[test]
fn hosts_that_do_not_answer_are_told_apart() {
    assert_eq!(get("http://nonexistant-subdomain.invalid/"), failed("there is no such host"));
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    assert_eq!(get(&format!("http://127.0.0.1:{port}/")), failed("connection refused"));
}

#[test]
fn nothing_of_the_environment_is_sent() {
    let url = server(|stream, head| {
        let length = head.len();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{head}").unwrap();
        let lines: Vec<String> =
            head.lines().skip(1).map(str::to_lowercase).filter(|line| !line.is_empty()).collect();
        let names: Vec<&str> = lines.iter().filter_map(|line| Some(line.split_once(':')?.0)).collect();
        assert!(names.iter().all(|name| ["host", "user-agent", "accept"].contains(name)), "{names:?}");
        assert!(lines.contains(&format!("user-agent: {}", USER_AGENT.to_lowercase())), "{lines:?}");
    });
    assert!(get(&url).unwrap() > 20);
}

#[test]
fn bodies_headers_and_redirects_have_bounds() {
    let endless = server(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let piece = vec![b'x'; 1 << 20];
        while stream.write_all(&piece).is_ok() {}
    });
    assert_eq!(get(&endless), failed("the page is longer than 16.0 MiB"));
    let headers = server(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-More: and more and more and more\r\n").is_ok() {}
    });
    let Err(Stop::Failed(words)) = get(&headers) else { panic!("headers without an end") };
    assert!(words == "its headers are longer than 64.0 KiB" || words == "the answer is no HTTP", "{words}");
    let round = server(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
    });
    assert_eq!(get(&round), failed("more than 5 redirects"));
}

#[test]
fn redirects_within_the_loopback_are_followed() {
    let url = server(|stream, head| {
        let text = if head.starts_with("GET /there ") {
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere"
        } else {
            "HTTP/1.1 301 Moved Permanently\r\nLocation: there\r\nContent-Length: 0\r\n\r\n"
        };
        stream.write_all(text.as_bytes()).unwrap();
    });
    assert_eq!(get(&url), Ok(4));
}

#[test]
fn a_page_that_never_comes_ends_with_its_time_or_with_the_run() {
    let silent = || server(|_, _| std::thread::park());
    let limited = Watch::new(|| false, Some(Nanos::from_millis(1)));
    assert_eq!(fetch(&silent(), None, &limited), Err(Stop::TimedOut));
    let unwanted = Arc::new(AtomicBool::new(false));
    let (asked, heard) = (Arc::clone(&unwanted), Arc::clone(&unwanted));
    let url = server(move |_, _| {
        // Not before the request is there.
        asked.store(true, Ordering::Relaxed);
        std::thread::park();
    });
    let watch = Watch::new(move || heard.load(Ordering::Relaxed), None);
    assert_eq!(fetch(&url, None, &watch), Err(Stop::Cancelled));
    assert!(watch.waited() > Nanos::ZERO);
}

#[test]
fn the_five_urls_of_the_notes_need_no_network() {
    let server = loopback::Loopback::start().unwrap();
    let ends: Vec<_> = (0..5)
        .map(|index| {
            run(&Urls::default(), Some(server.port()), TaskIndex(index), &mut crate::task::Unwatched)
        })
        .collect();
    let last = "http://nonexistant-subdomain.invalid/: there is no such host";
    assert_eq!(ends, [Ok(291_840), Ok(163_840), Ok(102_400), Ok(215_040), failed(last)]);
}

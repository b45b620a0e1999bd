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
        (
            "HTTP/1.1 302 Found\r\nLocation: /\u{e9}\r\n\r\n",
            "redirected to \"/\u{e9}\", which is no http address",
        ),
        ("HTTP/1.1 304 Not Modified\r\n\r\n", "304 Not Modified"),
    ] {
        assert_eq!(get(&saying(text)), failed(words), "{text:?}");
    }
}

/// A server that moves `/` to a place, and says `place` of everything else.
fn moved(place: &str) -> String {
    let place = place.to_owned();
    server(move |stream, head| {
        let text = if head.starts_with("GET / ") {
            format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n")
        } else {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplace".to_owned()
        };
        stream.write_all(text.as_bytes()).unwrap();
    })
}

#[test]
fn a_redirect_to_no_page_is_refused_with_its_place_and_the_reason() {
    for (place, why) in [
        ("file:///etc/passwd", "is neither http nor https"),
        ("ftp://127.0.0.1/", "is neither http nor https"),
        ("javascript:alert(1)", "is neither http nor https"),
        ("gopher:", "is neither http nor https"),
        ("http:path", "is no http address"),
        ("http://me:secret@127.0.0.1/", "holds a user's name, which is not sent"),
    ] {
        assert_eq!(get(&moved(place)), failed(&format!("redirected to {place:?}, which {why}")));
    }
}

#[test]
fn redirects_are_seen_from_their_page() {
    for place in ["/there", "there", "./x/../there", "?query", "#here", "there#here"] {
        // The fragment alone is the page itself, again and again.
        let end = if place == "#here" { failed("more than 5 redirects") } else { Ok(5) };
        assert_eq!(get(&moved(place)), end, "{place}");
    }
    let other = saying("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend");
    for place in [&other, other.trim_end_matches('/'), other.strip_prefix("http:").unwrap()] {
        assert_eq!(get(&moved(place)), Ok(3), "{place}");
    }
    let chain = moved(&moved(&moved(&moved(&moved(&other)))));
    assert_eq!(get(&chain), Ok(3), "five of them");
    assert_eq!(get(&moved(&chain)), failed("more than 5 redirects"));
}

/// A place on the loopback where nobody answers, not even with a refusal: its queue is full, and it stays so while what is
/// returned lives.
#[cfg(target_os = "linux")]
fn black_hole() -> (std::net::SocketAddr, impl Sized) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Nanos::from_millis(500).to_std()) {
        queue.push(stream);
    }
    (address, (listener, queue))
}

#[cfg(target_os = "linux")]
#[test]
fn nobody_tries_to_connect_for_longer_than_the_task_may_take() {
    let (address, _queue) = black_hole();
    let ends = |guard: &Arc<Guard>| {
        // A thread that still tries holds a part of it.
        while Arc::strong_count(guard) > 1 {
            std::thread::sleep(Nanos::from_millis(1).to_std());
        }
    };
    let limited = Watch::new(|| false, Some(Nanos::from_millis(50)));
    let guard = Arc::new(Guard::new(limited, None));
    assert_eq!(ask(&format!("http://{address}/"), &guard, config().build()), Err(Stop::TimedOut));
    ends(&guard);
    let limited = Watch::new(|| false, Some(Nanos::from_millis(50)));
    let guard = Arc::new(Guard::new(limited, None));
    assert!(guard.connect(&[address; 16]).is_err(), "all of its host's addresses together");
    assert_eq!(guard.reason(), Some(Stop::TimedOut));
    ends(&guard);
    // Without a limit a single address would be tried for a minute, and sixteen for a quarter of a minute together.
    let looks = std::sync::atomic::AtomicU32::new(0);
    let watch = Watch::new(move || looks.fetch_add(1, Ordering::Relaxed) > 0, None);
    let guard = Arc::new(Guard::new(watch, None));
    assert!(guard.connect(&[address; 16]).is_err());
    assert_eq!(guard.reason(), Some(Stop::Cancelled));
    ends(&guard);
}

#[cfg(target_os = "linux")]
#[test]
fn a_silent_address_leaves_time_for_the_next() {
    let (address, _queue) = black_hole();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let limited = Watch::new(|| false, Some(Nanos::from_secs(2)));
    let guard = Arc::new(Guard::new(limited, None));
    let stream = guard.connect(&[address, listener.local_addr().unwrap()]).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
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

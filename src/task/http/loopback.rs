//! A web server of poolscope's own on the loopback: what `http` tasks ask where no URLs are named, so that the notes' five
//! URLs can be run without a network.
//!
//! It has the notes' four pages, each with a length and a latency that never change; the fifth URL names a host that exists
//! nowhere. A thread takes connections and gives each a small thread of its own, up to a bound; then it waits until one ends.
//! It speaks only as much HTTP as `http` tasks need, and only to this machine.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::units::{Bytes, Nanos};

/// The most connections that are served at once.
const MOST_AT_ONCE: usize = 1_024;
/// The longest head of a request.
const MAX_HEAD: usize = 8 << 10;
/// How long a request may take to come.
const PATIENCE: Nanos = Nanos::from_secs(10);
/// Room for the stack of a connection's thread.
const STACK: usize = 64 << 10;

/// A page: its path, its length, and how long the server takes before it answers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Page {
    path: &'static str,
    length: Bytes,
    latency: Nanos,
}

/// The notes' pages.
const PAGES: [Page; 4] = [
    Page { path: "/www.foxnews.com/", length: Bytes(291_840), latency: Nanos::from_millis(150) },
    Page { path: "/www.cnn.com/", length: Bytes(163_840), latency: Nanos::from_millis(50) },
    Page { path: "/europe.wsj.com/", length: Bytes(102_400), latency: Nanos::from_millis(200) },
    Page { path: "/www.bbc.co.uk/", length: Bytes(215_040), latency: Nanos::from_millis(100) },
];

/// The server. It ends when this is dropped; requests that it has taken are answered all the same.
#[derive(Debug)]
pub struct Loopback {
    port: u16,
    ending: Arc<AtomicBool>,
    taking: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Starts it on a port that is free.
    ///
    /// # Errors
    /// The system's, where it refuses the port or the thread.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let ending = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ending);
        let thread = std::thread::Builder::new().name("ps-web".to_owned()).stack_size(STACK);
        let taking = thread.spawn(move || take(&listener, &over))?;
        Ok(Self { port, ending, taking: Some(taking) })
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a connection. If even this is refused, it ends with the process.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        if TcpStream::connect_timeout(&address, Nanos::from_secs(1).to_std()).is_ok()
            && let Some(taking) = self.taking.take()
        {
            // A panic would be a fault of ours, and has been reported by the hook.
            let _ = taking.join();
        }
    }
}

/// How many connections are served, and who waits for one to end.
#[derive(Default)]
struct Served {
    count: Mutex<usize>,
    fewer: Condvar,
}

impl Served {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(listener: &TcpListener, over: &AtomicBool) {
    let served = Arc::new(Served::default());
    for stream in listener.incoming() {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else {
            // Descriptors have run out, or a caller has gone already: not for long.
            std::thread::sleep(Nanos::from_millis(1).to_std());
            continue;
        };
        let busy = served.fewer.wait_while(served.lock(), |count| *count >= MOST_AT_ONCE);
        *busy.unwrap_or_else(PoisonError::into_inner) += 1;
        let own = Arc::clone(&served);
        let serve = move || {
            // A caller that has gone is nobody's fault.
            let _ = answer(stream);
            *own.lock() -= 1;
            own.fewer.notify_one();
        };
        if std::thread::Builder::new().name("ps-web".to_owned()).stack_size(STACK).spawn(serve).is_err() {
            // The connection went with the thread that there is not, and its caller is told so.
            *served.lock() -= 1;
        }
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE.to_std()))?;
    stream.set_write_timeout(Some(PATIENCE.to_std()))?;
    stream.set_nodelay(true)?;
    let head = head(&mut stream)?;
    let path = head.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let Some(page) = PAGES.iter().find(|page| page.path == path) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    std::thread::sleep(page.latency.to_std());
    let length = page.length.0;
    let mut text = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    .into_bytes();
    let line = format!("This is {}, from poolscope's own server.\n", page.path);
    let end = text.len() + length as usize;
    text.extend(line.bytes().cycle().take(end - text.len()));
    stream.write_all(&text)
}

/// The head of a request.
fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut piece = [0; 1_024];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut piece)?;
        if count == 0 || bytes.len() + count > MAX_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn pages_have_their_lengths_and_nothing_else_is_there() {
        let server = Loopback::start().unwrap();
        for page in PAGES {
            let text = ask(server.port(), &format!("GET {} HTTP/1.1\r\n\r\n", page.path));
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
            assert_eq!(body.len() as u64, page.length.0);
            assert!(body.starts_with(&format!("This is {}", page.path)));
        }
        for request in [
            "GET / HTTP/1.1\r\n\r\n",
            "GET /../etc/passwd HTTP/1.1\r\n\r\n",
            "POST /www.cnn.com/ HTTP/1.1\r\n\r\n",
        ] {
            assert!(ask(server.port(), request).starts_with("HTTP/1.1 404 "), "{request}");
        }
    }

    #[test]
    fn it_ends_when_it_is_dropped() {
        let server = Loopback::start().unwrap();
        let port = server.port();
        drop(server);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }

    #[test]
    fn hundreds_are_served_at_once() {
        let server = Loopback::start().unwrap();
        let callers: Vec<_> = (0..300)
            .map(|_| {
                let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
                stream.write_all(b"GET /europe.wsj.com/ HTTP/1.1\r\n\r\n").unwrap();
                stream
            })
            .collect();
        for mut stream in callers {
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert!(answer.len() > 102_400);
        }
    }
}

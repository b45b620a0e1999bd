//! Names, connections and bytes for one request, each wait cut into slices, so that a request ends soon after nobody wants
//! it, and so that its time limit counts the time that it really waited.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::ops::ControlFlow;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use super::TIMEOUT;
use super::address::is_public;
use crate::clock::{Clock, Stamp};
use crate::plan::urls;
use crate::task::{Stop, Watch};
use crate::units::Nanos;

/// The longest wait between two looks whether to go on.
pub(super) const SLICE: Nanos = Nanos::from_millis(100);
/// Of what passes between two looks, at most so much more counts: a stop by Ctrl-Z makes no request late.
const STRIDE: Nanos = Nanos::from_millis(100);
/// The most addresses of a host that are tried.
const MOST_ADDRESSES: usize = 16;

/// What holds for one request with all of its redirects.
#[derive(Debug)]
pub(super) struct Guard {
    watch: Watch,
    /// The port of the loopback server, where that is what is asked.
    port: Option<u16>,
    /// Whether the first host has public addresses, from which nothing may lead to others.
    from_outside: OnceLock<bool>,
    /// Why the request must not go on.
    reason: Mutex<Option<Stop>>,
}

impl Guard {
    pub(super) const fn new(watch: Watch, port: Option<u16>) -> Self {
        Self { watch, port, from_outside: OnceLock::new(), reason: Mutex::new(None) }
    }

    /// Why the request was given up here; none where it failed elsewhere.
    pub(super) fn reason(&self) -> Option<Stop> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn give_up(&self, why: Stop) -> io::Error {
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        io::Error::other("given up")
    }

    /// Counts the time since a look at the clock; an error if the request is not to go on.
    fn pass(&self, since: Stamp) -> io::Result<()> {
        let time = Clock::monotonic().now().since(since).min(SLICE + STRIDE);
        match self.watch.pass(time) {
            ControlFlow::Break(stop) => Err(self.give_up(stop)),
            ControlFlow::Continue(()) if self.watch.limit().is_none() && self.watch.waited() >= TIMEOUT => {
                Err(self.give_up(Stop::Failed(format!("timed out after {TIMEOUT}"))))
            }
            ControlFlow::Continue(()) => Ok(()),
        }
    }

    /// Has a call made on a thread of its own, for nothing but the system's own patience ends it. It is left alone there if
    /// the request is given up.
    fn elsewhere<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let (told, answer) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().name("ps-net".to_owned()).stack_size(256 << 10);
        // Whoever waits for the answer may have given up.
        thread.spawn(move || drop(told.send(call())))?;
        loop {
            let before = Clock::monotonic().now();
            let heard = answer.recv_timeout(SLICE.to_std());
            self.pass(before)?;
            match heard {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Timeout) => {}
                Err(error @ RecvTimeoutError::Disconnected) => return Err(io::Error::other(error)),
            }
        }
    }

    /// How long the request may still take.
    fn left(&self) -> Nanos {
        self.watch.limit().unwrap_or(TIMEOUT).saturating_sub(self.watch.waited())
    }

    /// A connection to the first address that answers within the time that is left. Whatever becomes of the request, no
    /// thread tries for longer.
    pub(super) fn connect(self: &Arc<Self>, addresses: &[SocketAddr]) -> io::Result<TcpStream> {
        loop {
            let (guard, addresses, time) = (Arc::clone(self), addresses.to_vec(), self.left());
            let tried = move || first_to_answer(&addresses, time, || guard.reason().is_none());
            // Where the time is over, the watch has said so; if not, it was a stop by Ctrl-Z that took it.
            if let Some(ended) = self.elsewhere(tried)? {
                return ended;
            }
        }
    }

    /// The addresses of a host that may be asked.
    pub(super) fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
        // Such names belong to nobody (RFC 6761), and no network is asked about them.
        if host == "invalid" || host.ends_with(".invalid") {
            return Err(Error::HostNotFound);
        }
        let name = format!("{host}:{port}");
        let found = self.elsewhere(move || name.to_socket_addrs())?.map_err(|error| {
            let words = error.to_string();
            let why = words.rsplit(": ").next().unwrap_or_default();
            self.give_up(Stop::Failed(format!("its host was not found: {why}")))
        })?;
        let (public, other): (Vec<SocketAddr>, Vec<_>) = found.partition(|address| is_public(address.ip()));
        if *self.from_outside.get_or_init(|| !public.is_empty()) {
            if let (true, Some(address)) = (public.is_empty(), other.first()) {
                let words = format!("redirected to {}, which is not on the open internet", address.ip());
                return Err(self.give_up(Stop::Failed(words)).into());
            }
            return Ok(public);
        }
        Ok(public.into_iter().chain(other).collect())
    }
}

/// Tries addresses one after another, each for its share of the time that is left, for as long as anybody waits; none if
/// the time is over.
fn first_to_answer(
    addresses: &[SocketAddr],
    time: Nanos,
    is_wanted: impl Fn() -> bool,
) -> Option<io::Result<TcpStream>> {
    let clock = Clock::monotonic();
    let start = clock.now();
    let mut last = io::Error::from(io::ErrorKind::ConnectionRefused);
    for (address, others) in addresses.iter().zip((1..=addresses.len() as u64).rev()) {
        let left = time.saturating_sub(clock.now().since(start));
        if left == Nanos::ZERO || !is_wanted() {
            return None;
        }
        // No wait is shorter than the system's clock can tell.
        match TcpStream::connect_timeout(address, (left / others).max(Nanos::from_millis(1)).to_std()) {
            Ok(stream) => return Some(Ok(stream)),
            Err(error) => last = error,
        }
    }
    (clock.now().since(start) < time).then_some(Err(last))
}

/// What finds hosts, and connects to them.
#[derive(Clone, Debug)]
pub(super) struct Net(Arc<Guard>);

impl Net {
    pub(super) fn new(guard: &Arc<Guard>) -> Self {
        Self(Arc::clone(guard))
    }
}

impl Resolver for Net {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let secure = uri.scheme_str() == Some("https");
        if secure && !cfg!(feature = "https") {
            return Err(Error::TlsRequired);
        }
        let host = uri.host().unwrap_or_default();
        let addresses = match self.0.port {
            Some(port) if host == urls::LOOPBACK_HOST => vec![SocketAddr::from(([127, 0, 0, 1], port))],
            _ => self.0.resolve(host, uri.port_u16().unwrap_or(if secure { 443 } else { 80 }))?,
        };
        let mut found = self.empty();
        addresses.into_iter().take(MOST_ADDRESSES).for_each(|address| found.push(address));
        if found.is_empty() { Err(Error::HostNotFound) } else { Ok(found) }
    }
}

impl Connector for Net {
    type Out = Line;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Line>, Error> {
        let stream = self.0.connect(&details.addrs)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(SLICE.to_std()))?;
        stream.set_write_timeout(Some(SLICE.to_std()))?;
        let (input, output) = (details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Line { guard: Arc::clone(&self.0), stream, buffers: LazyBuffers::new(input, output) }))
    }
}

/// A connection.
pub(super) struct Line {
    guard: Arc<Guard>,
    stream: TcpStream,
    buffers: LazyBuffers,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// Makes a call again and again, for a slice of time each, until it comes to something.
fn in_slices(guard: &Guard, mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        let before = Clock::monotonic().now();
        let result = call();
        guard.pass(before)?;
        match result {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
                ) => {}
            result => return result,
        }
    }
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            match in_slices(&self.guard, || (&self.stream).write(rest))? {
                0 => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                sent => rest = rest.get(sent..).unwrap_or_default(),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        let room = self.buffers.input_append_buf();
        let count = in_slices(&self.guard, || (&self.stream).read(room))?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    /// Never, for what comes next: each request has a connection of its own.
    fn is_open(&mut self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_open_web_leads_to_no_other_address() {
        let guard = || Guard::new(Watch::default(), None);
        let outside = guard();
        assert_eq!(outside.resolve("93.184.216.34", 80).unwrap().len(), 1);
        for host in ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "0.0.0.0"] {
            let refused = outside.resolve(host, 80).unwrap_err();
            assert!(matches!(refused, Error::Io(_)), "{host}: {refused}");
            let Some(Stop::Failed(words)) = outside.reason() else { panic!("{host} was not refused") };
            assert!(words.ends_with("is not on the open internet"), "{words}");
        }
        assert!(outside.resolve("1.1.1.1", 80).is_ok(), "another public one");
        let inside = guard();
        for host in ["127.0.0.1", "10.0.0.1", "1.1.1.1"] {
            assert!(inside.resolve(host, 80).is_ok(), "what was typed was meant, and may lead on: {host}");
        }
    }
}

//! The `http` task: asks for a page and counts its bytes.
//!
//! One request over a connection of its own, as a plain loop over URLs would make it: nothing is kept between tasks, and
//! nothing of the environment is heeded or sent, no proxy, no `.netrc`, no cookies. Headers, body, redirects and time are
//! bounded. A redirect leads to `http` and `https` alone (`http::redirect`), and from the open web to nothing that is not
//! public (`http::address`).
//!
//! Who runs the task can end it within a tenth of a second. What the system is still trying then ends by itself: a
//! connection with the time that the task had left, for all addresses of its host together; a look-up of a name with the
//! patience of the system's resolver.
//!
//! The value of a task is the length of its page, which is the server's to choose and may change from one request to the
//! next. What it adds to the digest of its run is the URL alone (`task::digest`): equal digests say that the same pages were
//! asked for, each exactly once, and that every server answered with success; not that the answers were the same.
//!
//! Addresses with `https` need the feature of that name, which is there by default. TLS runs over the same connections, so
//! that its handshake heeds the same rules and bounds. Certificates are judged by the authorities that Mozilla trusts, as
//! they are built in, and by no list of the machine's: a page of a company's own authority is an error.

mod address;
pub mod loopback;
mod net;
mod redirect;
#[cfg(feature = "https")]
mod tls;
mod words;

use std::io::{self, Read};
use std::sync::Arc;

use ureq::config::{Config, ConfigBuilder};
use ureq::http::Response;
use ureq::typestate::AgentScope;
#[cfg(feature = "https")]
use ureq::unversioned::transport::{Connector, RustlsConnector};
use ureq::{Agent, Body, Error};

use crate::ids::TaskIndex;
use crate::plan::Urls;
use crate::task::http::net::{Guard, Net};
use crate::task::{Host, Stop, Watch};
use crate::units::{Bytes, Nanos};

pub use words::NO_SUCH_HOST;

/// How long a page may take where no time limit is set, as in the notes' example.
pub const TIMEOUT: Nanos = Nanos::from_secs(60);
/// The longest body that is read.
pub const MAX_BODY: Bytes = Bytes(16 << 20);
/// The longest that all headers of an answer may be, in bytes.
const MAX_HEADERS: usize = 64 << 10;
/// The most redirects that are followed.
const MAX_REDIRECTS: u32 = 5;
/// What poolscope calls itself.
const USER_AGENT: &str = concat!("poolscope/", env!("CARGO_PKG_VERSION"));

/// Does task `index`: the page of its URL, where `port` is that of the [`loopback`] server. Its value is the number of bytes
/// of the page's body.
pub(super) fn run(
    urls: &Urls,
    port: Option<u16>,
    index: TaskIndex,
    host: &mut impl Host,
) -> Result<u64, Stop> {
    let url = urls.get(index);
    host.during(|watch| fetch(&url, port, watch)).map_err(|stop| match stop {
        Stop::Failed(words) => Stop::Failed(format!("{url}: {words}")),
        stop => stop,
    })
}

/// The length of the page at a URL.
fn fetch(url: &str, port: Option<u16>, watch: &Watch) -> Result<u64, Stop> {
    ask(url, &Arc::new(Guard::new(watch.clone(), port)), config().build())
}

/// What bounds a request, but for its time.
fn config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        // They are followed here: ureq takes a place of another scheme for a path of the same host.
        .max_redirects(0)
        .max_response_header_size(MAX_HEADERS)
        .max_idle_connections(0)
        .proxy(None)
        .user_agent(USER_AGENT)
}

/// The length of the page at a URL, as far as a guard lets it be asked for.
fn ask(url: &str, guard: &Arc<Guard>, config: Config) -> Result<u64, Stop> {
    let net = Net::new(guard);
    #[cfg(feature = "https")]
    let connector = net.clone().chain(RustlsConnector::default());
    #[cfg(not(feature = "https"))]
    let connector = net.clone();
    let agent = Agent::with_parts(config, connector, net);
    let why = |error: &Error| guard.reason().unwrap_or_else(|| Stop::Failed(words::of(error)));
    let mut url = url.to_owned();
    for _ in 0..=MAX_REDIRECTS {
        let answer = agent.get(&url).call().map_err(|error| why(&error))?;
        match redirect::of(&answer, &url)? {
            Some(next) => url = next,
            None => return length(answer, why),
        }
    }
    Err(Stop::Failed(format!("more than {MAX_REDIRECTS} redirects")))
}

/// The length of the page that an answer holds; `why` says what an error while it is read means.
fn length(mut answer: Response<Body>, why: impl Fn(&Error) -> Stop) -> Result<u64, Stop> {
    if !answer.status().is_success() {
        return Err(Stop::Failed(words::of_status(answer.status())));
    }
    let mut body = answer.body_mut().as_reader();
    let (mut length, mut piece) = (0, vec![0; 64 << 10]);
    loop {
        match body.read(&mut piece) {
            Ok(0) => return Ok(length),
            Ok(count) => length += count as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(why(&Error::from(error))),
        }
        if length > MAX_BODY.0 {
            return Err(Stop::Failed(format!("the page is longer than {MAX_BODY}")));
        }
    }
}

#[cfg(test)]
mod tests;

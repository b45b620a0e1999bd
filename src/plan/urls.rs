//! URLs for `http` tasks: how a list of them is read, and the five that there are without one.
//!
//! A list has one URL on each line; empty lines and those that begin with `#` are left out. Nothing here connects anywhere.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ureq::http::Uri;

use crate::ids::TaskIndex;
use crate::text::shortened;
use crate::units::{Bytes, grouped, plural};

/// The most URLs of a list.
pub const MAX_URLS: usize = 10_000;
/// The longest URL, in bytes.
pub const MAX_LENGTH: usize = 2_048;
/// What is wrong with one that is longer.
pub const TOO_LONG: &str = "is longer than 2 048 bytes";
/// So many characters of one that is refused are shown.
const SHOWN: usize = 100;
/// The longest text that a list is read from, in bytes.
pub const MAX_BYTES: u64 = (MAX_URLS * (MAX_LENGTH + 2)) as u64;

/// What the server of poolscope's own is called where a host has its name: its port differs from run to run.
pub const LOOPBACK_HOST: &str = "loopback";
/// The five URLs of the notes, on the loopback. The last one's host exists nowhere: names that end so never do (RFC 6761).
const LOOPBACK: [&str; 5] = [
    "http://loopback/www.foxnews.com/",
    "http://loopback/www.cnn.com/",
    "http://loopback/europe.wsj.com/",
    "http://loopback/www.bbc.co.uk/",
    "http://nonexistant-subdomain.invalid/",
];

/// The URLs of a workload; task i takes URL i modulo their number.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Urls {
    /// None for those on the loopback.
    named: Arc<[String]>,
    /// Of those on the loopback, only those that answer.
    #[serde(default)]
    answering: bool,
}

/// Why a text is no list of URLs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlsError {
    /// A line is no URL.
    #[error("line {line}: {url:?} {wrong}")]
    Line {
        /// The number of the line, from 1.
        line: usize,
        /// What stands there.
        url: String,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// There are none.
    #[error("names no URL; write one on each line, as http://example.org/")]
    Empty,
    /// There are too many.
    #[error("names more than {} URLs; split it", grouped(MAX_URLS as u64))]
    TooMany,
    /// It is longer than that many URLs can be.
    #[error("is longer than {}; split it", Bytes(MAX_BYTES))]
    TooLong,
    /// It could not be read.
    #[error("{0}")]
    System(String),
}

impl Urls {
    /// Reads a list: one URL on each line; empty lines and those that begin with `#` are left out.
    ///
    /// # Errors
    /// Where a line is no URL, or there are none or too many, or the list cannot be read.
    pub fn read(from: impl Read) -> Result<Self, UrlsError> {
        let mut bytes = Vec::new();
        // One byte more, so that a list that is too long is told from one that fits, and never cut.
        let read = from.take(MAX_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| UrlsError::System(error.to_string()))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(UrlsError::TooLong);
        }
        // What is no text is no URL, and is said with its line.
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().zip(1..).map(|(line, number)| (line.trim(), number));
        Self::of(lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#')))
    }

    /// URLs with their numbers in a list.
    ///
    /// # Errors
    /// The same as for [`Urls::read`].
    pub fn of<'a>(urls: impl Iterator<Item = (&'a str, usize)>) -> Result<Self, UrlsError> {
        let mut named = Vec::new();
        for (url, line) in urls {
            if let Some(wrong) = fault(url) {
                return Err(UrlsError::Line { line, url: shortened(url, SHOWN), wrong });
            }
            if named.len() == MAX_URLS {
                return Err(UrlsError::TooMany);
            }
            named.push(url.to_owned());
        }
        if named.is_empty() {
            Err(UrlsError::Empty)
        } else {
            Ok(Self { named: named.into(), answering: false })
        }
    }

    /// Whether they are those of the server of poolscope's own.
    pub fn are_loopback(&self) -> bool {
        self.named.is_empty()
    }

    /// The same, but of those on the loopback only the four that answer. A run in which a task fails did not do what the
    /// others did: nothing could be swept with the fifth.
    #[must_use]
    pub fn answering(self) -> Self {
        Self { answering: self.are_loopback(), ..self }
    }

    /// How many there are; at least 1.
    pub fn count(&self) -> usize {
        match (self.are_loopback(), self.answering) {
            (true, false) => LOOPBACK.len(),
            (true, true) => LOOPBACK.len() - 1,
            (false, _) => self.named.len(),
        }
    }

    /// The URL of a task.
    pub fn get(&self, index: TaskIndex) -> String {
        let at = index.index() % self.count();
        let named = self.named.get(at).map(String::as_str);
        named.or_else(|| LOOPBACK.get(at).copied()).unwrap_or_default().to_owned()
    }

    /// All of them, in order.
    pub fn all(&self) -> Vec<String> {
        (0..self.count() as u32).map(|index| self.get(TaskIndex(index))).collect()
    }

    /// The hosts that so many tasks ask, with their ports where named, each once and in order.
    pub fn hosts(&self, tasks: u64) -> Vec<String> {
        let asked = tasks.min(self.count() as u64) as u32;
        let host = |index| Some(self.get(TaskIndex(index)).parse::<Uri>().ok()?.authority()?.to_string());
        let hosts: BTreeSet<String> = (0..asked).filter_map(host).collect();
        hosts.into_iter().collect()
    }

    /// Whether each is well-formed, and there are not too many: what did not come from [`Urls::read`] may not be.
    pub(super) fn check(&self) -> Result<(), UrlsError> {
        if self.are_loopback() {
            return Ok(());
        }
        Self::of(self.named.iter().map(String::as_str).zip(1..)).map(drop)
    }
}

/// `loopback, 5 URLs`; `12 URLs`.
impl fmt::Display for Urls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = plural(self.count() as u64, "URL");
        if self.are_loopback() { write!(f, "{LOOPBACK_HOST}, {count}") } else { f.write_str(&count) }
    }
}

/// What is wrong with a URL.
fn fault(url: &str) -> Option<&'static str> {
    if url.len() > MAX_LENGTH {
        return Some(TOO_LONG);
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some("holds a character that no URL has; write it as %C3%A9, or a host as xn--…");
    }
    let Some((scheme, _)) = url.split_once("://") else {
        return Some("does not begin with http://");
    };
    if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Some("is neither http nor https");
    }
    let Some(authority) = url.parse::<Uri>().ok().and_then(|uri| uri.into_parts().authority) else {
        return Some("is no URL; write http://example.org/");
    };
    if authority.as_str().contains('@') {
        return Some("holds a user's name, which is not sent; leave it out");
    }
    if authority.host().is_empty() {
        return Some("names no host; write http://example.org/");
    }
    if scheme.eq_ignore_ascii_case("https") && !cfg!(feature = "https") {
        return Some(
            "is an https address, and this poolscope was built without; build it with its default features",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line() {
        let urls =
            Urls::read("# pages\n\n  http://a.example/x?y=1 \r\nHTTP://127.0.0.1:8080\n".as_bytes()).unwrap();
        assert_eq!(urls.all(), ["http://a.example/x?y=1", "HTTP://127.0.0.1:8080"]);
        assert_eq!(urls.get(TaskIndex(3)), "HTTP://127.0.0.1:8080");
        assert_eq!((urls.to_string().as_str(), urls.are_loopback()), ("2 URLs", false));
        assert_eq!(urls.check(), Ok(()));
    }

    #[test]
    fn without_a_list_there_are_five_on_the_loopback() {
        let urls = Urls::default();
        assert_eq!((urls.count(), urls.to_string().as_str()), (5, "loopback, 5 URLs"));
        assert_eq!(urls.get(TaskIndex(6)), "http://loopback/www.cnn.com/");
        assert!(urls.all().iter().all(|url| fault(url).is_none()));
        let answering = urls.clone().answering();
        assert_eq!((answering.to_string().as_str(), answering.are_loopback()), ("loopback, 4 URLs", true));
        assert!(!answering.all().iter().any(|url| url.contains(".invalid")));
        assert_eq!(answering.get(TaskIndex(4)), urls.get(TaskIndex(0)));
        let named = Urls::read("http://a.example/".as_bytes()).unwrap();
        assert_eq!(named.clone().answering(), named);
        assert_eq!(urls.check(), Ok(()));
    }

    #[test]
    fn https_needs_its_feature() {
        let read = Urls::read("HTTPS://a.example/".as_bytes());
        if cfg!(feature = "https") {
            assert_eq!(read.unwrap().all(), ["HTTPS://a.example/"]);
        } else {
            assert!(read.unwrap_err().to_string().contains("build it with its default features"));
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, words) in [
            ("", "names no URL"),
            ("# nothing\n", "names no URL"),
            ("http://a/\nfile:///etc/passwd", "line 2: \"file:///etc/passwd\" is neither http nor https"),
            ("ftp://a/", "is neither http nor https"),
            ("example.org", "does not begin with http://"),
            ("http://", "is no URL"),
            ("mailto:x@example.org", "does not begin with http://"),
            ("http://u:p@a/", "holds a user's name"),
            ("http://a/\u{1b}]52;c;x\u{7}", "\\u{1b}]52"),
            ("http://exämple.org/", "holds a character that no URL has"),
            ("http://a/ http://b/", "holds a character that no URL has"),
        ] {
            let said = Urls::read(text.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(words), "{text:?}: {said}");
            assert!(!said.contains('\u{1b}'));
        }
        assert_eq!(Urls::read("http://a/\n".repeat(MAX_URLS + 1).as_bytes()), Err(UrlsError::TooMany));
        assert!(Urls::read("http://a/\n".repeat(MAX_URLS).as_bytes()).is_ok());
        assert_eq!(Urls::read("# \n".repeat(MAX_BYTES as usize / 3 + 1).as_bytes()), Err(UrlsError::TooLong));
        let long = format!("http://a/{}", "x".repeat(MAX_LENGTH));
        let said = Urls::read(long.as_bytes()).unwrap_err().to_string();
        assert!(said.len() < 250 && said.ends_with(TOO_LONG), "{said}");
        assert_eq!(TOO_LONG, format!("is longer than {} bytes", grouped(MAX_LENGTH as u64)));
    }
}

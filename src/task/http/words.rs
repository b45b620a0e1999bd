//! What became of a request, in words: of poolscope's own, without anything that the other side wrote.

use std::io;

use ureq::Error;
use ureq::http::StatusCode;

use super::MAX_HEADERS;
use crate::text::sanitised;
use crate::units::Bytes;

/// What is said of a host that does not exist, at the end of an error.
pub const NO_SUCH_HOST: &str = "there is no such host";

/// `404 Not Found`.
pub(super) fn of_status(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => format!("status {}", status.as_u16()),
    }
}

/// What went wrong.
pub(super) fn of(error: &Error) -> String {
    match error {
        Error::Io(error) => of_io(error),
        Error::Timeout(_) => "timed out".to_owned(),
        Error::HostNotFound => NO_SUCH_HOST.to_owned(),
        Error::LargeResponseHeader(..) => {
            format!("its headers are longer than {}", Bytes(MAX_HEADERS as u64))
        }
        Error::Protocol(_) => "the answer is no HTTP".to_owned(),
        Error::TlsRequired => {
            "is an https page, and this poolscope was built without; build it with its default features"
                .to_owned()
        }
        Error::Tls(_) => "its host is no name that a certificate can hold".to_owned(),
        #[cfg(feature = "https")]
        Error::Rustls(error) => super::tls::words(error),
        other => sanitised(other.to_string().as_bytes()),
    }
}

fn of_io(error: &io::Error) -> String {
    #[cfg(feature = "https")]
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return super::tls::words(error);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "the connection was reset".to_owned()
        }
        io::ErrorKind::UnexpectedEof => "the connection ended before the page did".to_owned(),
        io::ErrorKind::TimedOut => "timed out".to_owned(),
        io::ErrorKind::NetworkUnreachable => "the network cannot be reached".to_owned(),
        io::ErrorKind::HostUnreachable => "the host cannot be reached".to_owned(),
        _ => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(inner) => of(inner),
            None => error.to_string(),
        },
    }
}

//! Where a redirect leads: what a `Location` means beside the page that it came with (RFC 3986 §5.2), and which are refused.
//!
//! Only `http` and `https` are followed, from each to each: nothing secret is sent that a connection without TLS could tell.
//! An address with a user's name or a password is refused, for those would be sent. Whether the host may be asked is judged
//! when its addresses are known (`http::address`).

use ureq::http::header::LOCATION;
use ureq::http::{Response, StatusCode, Uri};

use crate::plan::urls::{MAX_LENGTH, TOO_LONG};
use crate::task::Stop;
use crate::text::shortened;

/// So many characters of an address that is refused are shown.
const SHOWN: usize = 100;

/// The URL that an answer leads on to from `page`; none where it is no redirect.
pub(super) fn of<T>(answer: &Response<T>, page: &str) -> Result<Option<String>, Stop> {
    let redirects = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    if !redirects.contains(&answer.status()) {
        return Ok(None);
    }
    let Some(place) = answer.headers().get(LOCATION) else {
        return Err(Stop::Failed("redirected without a Location".to_owned()));
    };
    let place = String::from_utf8_lossy(place.as_bytes());
    target(page, place.trim())
        .map(Some)
        .map_err(|wrong| Stop::Failed(format!("redirected to {:?}, which {wrong}", shortened(&place, SHOWN))))
}

/// The URL that a `Location` names, seen from a page; or what is wrong with it.
fn target(page: &str, place: &str) -> Result<String, &'static str> {
    const NONE: &str = "is no http address";
    if !place.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(NONE);
    }
    // What follows is for whoever shows the page.
    let place = place.split('#').next().unwrap_or_default();
    let page: Uri = page.parse().map_err(|_error| NONE)?;
    let (Some(scheme), Some(host)) = (page.scheme_str(), page.authority()) else { return Err(NONE) };
    let url = match own_scheme(place) {
        Some(own) if ["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(own)) => {
            if place.split_once(':').is_none_or(|(_, rest)| !rest.starts_with("//")) {
                return Err(NONE);
            }
            place.to_owned()
        }
        Some(_) => return Err("is neither http nor https"),
        None if place.starts_with("//") => format!("{scheme}:{place}"),
        None => format!("{scheme}://{host}{}", path(&page, place)),
    };
    if url.len() > MAX_LENGTH {
        return Err(TOO_LONG);
    }
    match url.parse::<Uri>().ok().and_then(|uri| uri.into_parts().authority) {
        Some(host) if host.as_str().contains('@') => Err("holds a user's name, which is not sent"),
        Some(host) if !host.host().is_empty() => Ok(url),
        _ => Err(NONE),
    }
}

/// What stands before the first colon, if it is a scheme.
fn own_scheme(place: &str) -> Option<&str> {
    let (scheme, _) = place.split_once(':')?;
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    (scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(rest))
        .then_some(scheme)
}

/// The path and the query that a relative place means.
fn path(page: &Uri, place: &str) -> String {
    let at = place.find('?').unwrap_or(place.len());
    let (own, query) = place.split_at(at);
    match own {
        "" if query.is_empty() => page.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        "" => format!("{}{query}", page.path()),
        own if own.starts_with('/') => format!("{}{query}", without_dots(own)),
        own => {
            let folder = page.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{}{query}", without_dots(&format!("{folder}/{own}")))
        }
    }
}

/// A path from the root in which `.` and `..` are gone through; nothing lies above the root.
fn without_dots(path: &str) -> String {
    let mut folders: Vec<&str> = Vec::new();
    let mut last = "";
    for part in path.split('/').skip(1) {
        last = part;
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    // One that ends with a folder names what is in it.
    let end = if [".", ".."].contains(&last) { "/" } else { "" };
    format!("/{}{}", folders.join("/"), if folders.is_empty() { "" } else { end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_place_is_seen_from_its_page() {
        // The examples of RFC 3986 §5.4, as far as they are http.
        for (place, url) in [
            ("http:g", Err("is no http address")),
            ("g:h", Err("is neither http nor https")),
            ("g", Ok("http://a/b/c/g")),
            ("./g", Ok("http://a/b/c/g")),
            ("g/", Ok("http://a/b/c/g/")),
            ("/g", Ok("http://a/g")),
            ("//g", Ok("http://g")),
            ("?y", Ok("http://a/b/c/d;p?y")),
            ("g?y", Ok("http://a/b/c/g?y")),
            ("#s", Ok("http://a/b/c/d;p?q")),
            ("g#s", Ok("http://a/b/c/g")),
            ("g?y#s", Ok("http://a/b/c/g?y")),
            (";x", Ok("http://a/b/c/;x")),
            ("", Ok("http://a/b/c/d;p?q")),
            (".", Ok("http://a/b/c/")),
            ("./", Ok("http://a/b/c/")),
            ("..", Ok("http://a/b/")),
            ("../", Ok("http://a/b/")),
            ("../g", Ok("http://a/b/g")),
            ("../..", Ok("http://a/")),
            ("../../g", Ok("http://a/g")),
            ("../../../../g", Ok("http://a/g")),
            ("/./g", Ok("http://a/g")),
            ("/../g", Ok("http://a/g")),
            ("g.", Ok("http://a/b/c/g.")),
            ("..g", Ok("http://a/b/c/..g")),
            ("./g/.", Ok("http://a/b/c/g/")),
            ("g/../h", Ok("http://a/b/c/h")),
            ("g?y/../x", Ok("http://a/b/c/g?y/../x")),
            ("HTTPS://g/x", Ok("HTTPS://g/x")),
        ] {
            assert_eq!(target("http://a/b/c/d;p?q", place), url.map(str::to_owned), "{place:?}");
        }
        assert_eq!(target("https://a:8443", "//g/x").as_deref(), Ok("https://g/x"));
        assert_eq!(target("https://a:8443", "x").as_deref(), Ok("https://a:8443/x"));
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        let long = format!("/{}", "x".repeat(MAX_LENGTH));
        for (place, wrong) in [
            ("file:///etc/passwd", "is neither http nor https"),
            ("javascript:alert(1)", "is neither http nor https"),
            ("data:,x", "is neither http nor https"),
            ("ftp://a/", "is neither http nor https"),
            ("http://u:p@b/", "holds a user's name, which is not sent"),
            ("//u@b/", "holds a user's name, which is not sent"),
            ("http://", "is no http address"),
            ("http:///x", "is no http address"),
            ("///x", "is no http address"),
            ("\u{e9}", "is no http address"),
            ("/a b", "is no http address"),
            ("/\u{1b}[2J", "is no http address"),
            (&long, TOO_LONG),
        ] {
            assert_eq!(target("http://a/", place), Err(wrong), "{place:?}");
        }
    }

    proptest! {
        /// Whatever a server writes, what is asked next is a URL of http, without a user's name.
        #[test]
        fn what_is_followed_is_a_url_of_http(place in "[a-z:/?#.@%\\[\\]\\\\-]{0,40}") {
            if let Ok(url) = target("http://a/b", &place) {
                prop_assert_eq!(crate::plan::Urls::of([(url.as_str(), 1)].into_iter()).err(), None, "{}", url);
            }
        }
    }
}

//! Pages asked for by TLS, from real servers on the loopback with certificates that are made for each test.

use std::sync::mpsc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::*;

/// A server behind TLS that writes a text, whatever it is asked for: its address, and a configuration that trusts it.
fn saying(params: &CertificateParams, text: &str) -> (String, Config) {
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let root = Certificate::from_der(certificate.der()).to_owned();
    let trust = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[root])).build();
    let trusting = config().tls_config(trust).build();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    let (tls, text) = (Arc::new(tls), text.to_owned());
    let url = listening(move |stream| {
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&tls)).unwrap(), stream);
        // A caller that trusts nobody goes.
        if head(&mut stream).is_some() {
            let _ = stream.write_all(text.as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (url.replace("http://", "https://"), trusting)
}

/// What a certificate of this machine's loopback says.
fn loopback() -> CertificateParams {
    CertificateParams::new(["127.0.0.1".to_owned()]).unwrap()
}

const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

fn redirect(url: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n")
}

fn get_trusting(url: &str, trust: Config) -> Result<u64, Stop> {
    ask(url, &Arc::new(Guard::new(Watch::default(), None)), trust)
}

#[test]
fn a_page_comes_from_a_server_that_is_trusted() {
    let (url, trust) = saying(&loopback(), PAGE);
    assert_eq!(get_trusting(&url, trust), Ok(5));
    let (url, trust) = saying(&loopback(), "HTTP/1.1 200 OK\r\n\r\nuntil the end");
    assert_eq!(get_trusting(&url, trust), Ok(13));
    let (url, trust) = saying(&loopback(), "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort");
    assert_eq!(get_trusting(&url, trust), failed("the connection ended before the page did"));
}

#[test]
fn a_certificate_that_is_not_valid_is_said_in_words_with_the_url() {
    let (url, _) = saying(&loopback(), PAGE);
    let urls = Urls::read(url.as_bytes()).unwrap();
    assert_eq!(
        run(&urls, None, TaskIndex(0), &mut crate::task::Unwatched),
        failed(&format!("{url}: the certificate is not valid: unknown issuer"))
    );
    let mut expired = loopback();
    expired.not_after = rcgen::date_time_ymd(2_000, 1, 1);
    let mut early = loopback();
    early.not_before = rcgen::date_time_ymd(4_000, 1, 1);
    let mut authority = loopback();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for (params, words) in [
        (expired, "it has expired"),
        (early, "its time has not begun; is the clock right?"),
        (CertificateParams::new(["a.example".to_owned()]).unwrap(), "it is for another host"),
        (authority, "unknown issuer; it is an authority's own, self-signed"),
    ] {
        let (url, trust) = saying(&params, PAGE);
        assert_eq!(get_trusting(&url, trust), failed(&format!("the certificate is not valid: {words}")));
    }
}

#[test]
fn redirects_lead_from_http_to_https_and_back() {
    let last = super::saying(PAGE);
    let (secure, trust) = saying(&loopback(), &redirect(&last));
    let first = redirect(&secure);
    let first = server(move |stream, _| stream.write_all(first.as_bytes()).unwrap());
    assert_eq!(get_trusting(&first, trust), Ok(5));
    assert_eq!(get(&first), failed("the certificate is not valid: unknown issuer"), "of what it led to");
}

#[test]
fn a_page_of_the_open_web_leads_to_no_other_address_by_tls_either() {
    let (secure, trust) = saying(&loopback(), PAGE);
    let guard = Arc::new(Guard::new(Watch::default(), None));
    guard.resolve("93.184.216.34", 443).unwrap();
    let refused = failed("redirected to 127.0.0.1, which is not on the open internet");
    assert_eq!(ask(&secure, &guard, trust), refused);
}

#[test]
fn what_is_no_tls_is_said_in_words() {
    let plain = listening(|mut stream| {
        let _ = stream.read(&mut [0; 4_096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let refusing = listening(|mut stream| {
        let _ = stream.read(&mut [0; 4_096]);
        // A fatal alert: the handshake failed.
        let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
    });
    let closing = listening(|mut stream| drop(stream.read(&mut [0; 4_096])));
    for (url, words) in [
        (plain, "the answer is no TLS"),
        (refusing, "the server refused TLS: HandshakeFailure"),
        (closing, "the connection ended before the page did"),
    ] {
        assert_eq!(get(&url.replace("http://", "https://")), failed(words));
    }
}

#[test]
fn a_handshake_that_never_ends_does_with_its_time_or_with_the_run() {
    let (told, greeted) = mpsc::channel();
    let url = listening(move |mut stream| {
        // Some of the greeting, and no answer.
        stream.read_exact(&mut [0; 5]).unwrap();
        told.send(()).unwrap();
        std::thread::park();
    });
    let url = url.replace("http://", "https://");
    let limited = Watch::new(|| false, Some(Nanos::from_secs(1)));
    assert_eq!(fetch(&url, None, &limited), Err(Stop::TimedOut));
    greeted.recv().expect("it was the handshake that took so long");
    let greeted = std::sync::Mutex::new(greeted);
    let watch = Watch::new(move || greeted.lock().unwrap().try_recv().is_ok(), None);
    assert_eq!(fetch(&url, None, &watch), Err(Stop::Cancelled));
}

//! What is wrong with TLS, in words; a certificate first of all.

use rustls::{CertificateError, Error};

use crate::text::sanitised;

/// What went wrong, without anything that the other side wrote.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => format!("the certificate is not valid: {}", fault(why)),
        Error::InvalidMessage(_) => "the answer is no TLS".to_owned(),
        Error::PeerIncompatible(_) => "the server speaks no TLS that poolscope does, 1.2 or 1.3".to_owned(),
        Error::AlertReceived(alert) => format!("the server refused TLS: {alert:?}"),
        other => sanitised(format!("TLS failed: {other}").as_bytes()),
    }
}

/// What is wrong with a certificate.
fn fault(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::UnknownIssuer => "unknown issuer",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its time has not begun; is the clock right?"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host"
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is for another purpose"
        }
        CertificateError::Revoked => "it was revoked",
        CertificateError::BadEncoding => "it cannot be read",
        CertificateError::BadSignature => "its signature is wrong",
        // As `openssl req -x509` makes them. The verifier gives its own error no type that is public here.
        CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            "unknown issuer; it is an authority's own, self-signed"
        }
        _ => "it cannot be checked",
    }
}

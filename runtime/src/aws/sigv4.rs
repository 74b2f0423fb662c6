//! AWS Signature Version 4 for requests whose body is in memory and whose URL has no query.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::digest::InvalidLength;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::Credentials;
use crate::http::{HeaderName, HeaderValue, Request, header};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Characters that a canonical path keeps unencoded.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Why a request cannot be signed. Contains no part of the credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Credentials become header values.
    #[error("the AWS credentials contain characters that are not allowed in a header")]
    Header(#[from] hyper::header::InvalidHeaderValue),
    /// The hash function rejects the key.
    #[error("the AWS credentials cannot be used as a key")]
    Key(#[from] InvalidLength),
}

/// Signs the request with all its headers, and adds the headers `x-amz-date`, `x-amz-security-token` (for
/// temporary credentials) and `authorization`. The signature is good for five minutes around `now`.
pub fn sign(
    request: &mut Request,
    credentials: &Credentials,
    region: &str,
    service: &str,
    now: SystemTime,
) -> Result<(), Error> {
    let time = timestamp(now);
    let date = &time[..8];
    request.headers.insert(DATE, HeaderValue::from_str(&time)?);
    if let Some(token) = &credentials.session_token {
        request.headers.insert(TOKEN, sensitive(token)?);
    }
    let headers = canonical_headers(request);
    let names = headers.keys().copied().collect::<Vec<_>>().join(";");
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let canonical = hex(&Sha256::digest(canonical_request(request, &headers, &names)));
    let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{canonical}");

    let mut key = format!("AWS4{}", credentials.secret_access_key).into_bytes();
    for part in [date, region, service, "aws4_request"] {
        key = hmac(&key, part)?;
    }
    let signature = hex(&hmac(&key, &to_sign)?);
    let id = &credentials.access_key_id;
    let authorization = format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
    request
        .headers
        .insert(header::AUTHORIZATION, sensitive(&authorization)?);
    Ok(())
}

fn canonical_request(request: &Request, headers: &BTreeMap<&str, String>, names: &str) -> String {
    let method = &request.method;
    let path = utf8_percent_encode(request.endpoint.path(), PATH);
    let mut canonical = format!("{method}\n{path}\n\n");
    for (name, value) in headers {
        canonical.extend([*name, ":", value, "\n"]);
    }
    let body = hex(&Sha256::digest(&request.body));
    canonical.extend(["\n", names, "\n", &body]);
    canonical
}

/// Header values by name: white space collapsed to one space, values of the same name joined by commas.
fn canonical_headers(request: &Request) -> BTreeMap<&str, String> {
    let mut canonical = BTreeMap::new();
    canonical.insert("host", request.endpoint.authority());
    for (name, value) in &request.headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        let joined = canonical.entry(name.as_str()).or_default();
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(&text);
    }
    canonical
}

/// `20150830T123600Z`; a time before 1970 or after 9999 becomes the beginning of 1970.
fn timestamp(now: SystemTime) -> String {
    let seconds = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or_default();
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    format!(
        "{year:04}{:02}{day:02}T{hour:02}{minute:02}{second:02}Z",
        u8::from(month)
    )
}

fn hmac(key: &[u8], data: &str) -> Result<Vec<u8>, InvalidLength> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    mac.update(data.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn sensitive(text: &str) -> Result<HeaderValue, hyper::header::InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests;

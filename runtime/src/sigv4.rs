//! AWS Signature Version 4 for requests whose body is in memory and whose URL has no query.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::digest::InvalidLength;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::aws::Credentials;
use crate::http::{HeaderName, HeaderValue, Request, header};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// What a canonical path keeps unencoded.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Why a request cannot be signed. Holds no part of the credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Credentials become header values.
    #[error("the AWS credentials hold characters that a header must not have")]
    Header(#[from] hyper::header::InvalidHeaderValue),
    /// The hash refuses the key.
    #[error("the AWS credentials cannot be used as a key")]
    Key(#[from] InvalidLength),
}

/// Signs the request as it is, all headers included, and adds the headers `x-amz-date`, `x-amz-security-token` (for
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

/// Header values by name: white space made one blank, values of the same name joined by commas.
fn canonical_headers(request: &Request) -> BTreeMap<&str, String> {
    let mut canonical = BTreeMap::from([("host", request.endpoint.authority())]);
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

/// `20150830T123600Z`; a time before 1970 or after 9999 is 1970's beginning.
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
mod tests {
    use super::*;
    use crate::http::{Endpoint, HeaderMap, Method};
    use std::time::Duration;

    /// Credentials, time and scope of the Signature Version 4 test suite that AWS publishes.
    fn suite(method: Method, url: &str, headers: &[(&'static str, &'static str)], body: &'static str) -> String {
        signed(method, url, headers, body, None).0
    }

    fn signed(
        method: Method,
        url: &str,
        headers: &[(&'static str, &'static str)],
        body: &'static str,
        token: Option<&str>,
    ) -> (String, Request) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let mut request = Request {
            method,
            endpoint: Endpoint::parse(url).unwrap(),
            headers: map,
            body: body.into(),
            timeout: Duration::from_secs(1),
        };
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: token.map(str::to_owned),
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
        sign(&mut request, &credentials, "us-east-1", "service", now).unwrap();
        let authorization = request.headers[header::AUTHORIZATION].to_str().unwrap();
        let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=";
        (authorization.strip_prefix(scope).unwrap().to_owned(), request)
    }

    const URL: &str = "https://example.amazonaws.com/";

    #[test]
    fn agrees_with_get_vanilla_of_the_suite() {
        let expected = "host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        assert_eq!(suite(Method::GET, URL, &[], ""), expected);
    }

    #[test]
    fn agrees_with_post_vanilla_of_the_suite() {
        let expected = "host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        assert_eq!(suite(Method::POST, URL, &[], ""), expected);
    }

    #[test]
    fn agrees_with_post_x_www_form_urlencoded_of_the_suite() {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let expected = "content-type;host;x-amz-date, \
                        Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
        assert_eq!(suite(Method::POST, URL, &headers, "Param1=value1"), expected);
    }

    #[test]
    fn agrees_with_get_header_value_trim_of_the_suite() {
        let headers = [("my-header1", " value1"), ("my-header2", " \"a   b   c\"")];
        let expected = "host;my-header1;my-header2;x-amz-date, \
                        Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736";
        assert_eq!(suite(Method::GET, URL, &headers, ""), expected);
    }

    #[test]
    fn agrees_with_get_header_key_duplicate_of_the_suite() {
        let headers = [
            ("my-header1", "value2"),
            ("my-header1", "value2"),
            ("my-header1", "value1"),
        ];
        let expected = "host;my-header1;x-amz-date, \
                        Signature=c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea";
        assert_eq!(suite(Method::GET, URL, &headers, ""), expected);
    }

    /// Expected value from AWS's own signer for JavaScript, version 3.
    #[test]
    fn signs_the_session_token_the_port_and_an_encoded_path() {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", "secretsmanager.GetSecretValue"),
        ];
        let url = "http://127.0.0.1:4566/b%20c/(1)";
        let (authorization, request) = signed(Method::POST, url, &headers, "{}", Some("TOKEN"));
        let expected = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
                        Signature=35259cf648d75b67f61ed1a8f0c23a3c9fa3ff6b1c715d70b5be9d32dd14169c";
        assert_eq!(authorization, expected);
        assert_eq!(request.headers[DATE], "20150830T123600Z");
        assert_eq!(request.headers[TOKEN], "TOKEN");
    }

    #[test]
    fn writes_dates_as_aws_wants_them() {
        let at = |seconds| timestamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "19700101T000000Z");
        assert_eq!(at(1_709_210_096), "20240229T123456Z");
        assert_eq!(timestamp(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), at(0));
        assert_eq!(at(300_000_000_000), at(0));
    }

    #[test]
    fn says_that_a_token_cannot_be_sent_without_showing_it() {
        let mut request = signed(Method::POST, URL, &[], "", None).1;
        let credentials = Credentials {
            access_key_id: "id".to_owned(),
            secret_access_key: "hidden".to_owned(),
            session_token: Some("hidden\n".to_owned()),
        };
        let error = sign(&mut request, &credentials, "r", "s", SystemTime::UNIX_EPOCH).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"));
    }
}

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

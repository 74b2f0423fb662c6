//! Which texts are valid endpoints, and how endpoints are shown.

use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> Endpoint {
    Endpoint::parse(text).unwrap()
}

#[test]
fn takes_a_url_apart() {
    let endpoint = parsed("https://Example.com/base/?key=1#part");
    assert_eq!(endpoint.scheme(), Scheme::Https);
    assert_eq!(endpoint.host(), "example.com");
    assert_eq!(endpoint.port(), 443);
    assert_eq!(endpoint.path(), "/base/");
    assert_eq!(endpoint.path_and_query(), "/base/?key=1");
    assert_eq!(endpoint.authority(), "example.com");
}

#[test]
fn keeps_a_port_and_the_brackets_of_ipv6() {
    let endpoint = parsed(" http://[::1]:4318 ");
    assert_eq!((endpoint.host(), endpoint.port()), ("::1", 4318));
    assert_eq!(endpoint.authority(), "[::1]:4318");
    assert_eq!(parsed("https://a:443/x").authority(), "a");
}

#[test]
fn joins_a_signal_path() {
    assert_eq!(parsed("http://a").join("/v1/logs").path(), "/v1/logs");
    assert_eq!(parsed("http://a/").join("/v1/logs").path(), "/v1/logs");
    let joined = parsed("http://a/otlp/?token=1").join("/v1/logs");
    assert_eq!(joined.path_and_query(), "/otlp/v1/logs?token=1");
}

#[test]
fn knows_this_machine_by_all_its_names() {
    for host in [
        "localhost",
        "LOCALHOST.",
        "127.9.9.9",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "sandbox.localdomain",
    ] {
        assert!(parsed(&format!("http://{host}:4318")).is_loopback(), "{host}");
    }
    for host in ["localhost.example", "10.0.0.1", "[fd00::1]", "128.0.0.1"] {
        assert!(!parsed(&format!("http://{host}:4318")).is_loopback(), "{host}");
    }
}

#[test]
fn adds_parameters() {
    let shown = |url, parameters: &[_]| parsed(url).with_parameters(parameters).path_and_query().to_owned();
    assert_eq!(
        shown("http://a", &[("q", "a b&`ü"), ("x", "1")]),
        "/?q=a%20b%26%60%C3%BC&x=1"
    );
    assert_eq!(shown("http://a/p?k=1", &[("q", "-._~")]), "/p?k=1&q=-._~");
}

#[test]
fn says_why_a_text_is_no_endpoint() {
    let reason = |text| Endpoint::parse(text).unwrap_err();
    assert_eq!(reason("  "), InvalidEndpoint::Empty);
    assert_eq!(reason("example.com:4318"), InvalidEndpoint::NoScheme);
    assert_eq!(reason("ftp://example.com"), InvalidEndpoint::OtherScheme);
    assert_eq!(reason("https://me:word@a"), InvalidEndpoint::Credentials);
    for text in [
        "http://",
        "http:///x",
        "http://a b",
        "http://a:x",
        "http://a:",
        "http://a:99999",
        "http://a:0",
    ] {
        assert_eq!(reason(text), InvalidEndpoint::NotAUrl, "{text}");
    }
}

#[test]
fn never_shows_the_query() {
    let endpoint = parsed("https://a/v1?key=hidden");
    assert_eq!(format!("{endpoint} {endpoint:?}"), "https://a/v1 https://a/v1");
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC*") {
        let _ = Endpoint::parse(&text);
    }

    #[test]
    fn reads_back_what_it_shows(host in "[a-z][a-z0-9.-]{0,20}", port in 1u16.., path in "(/[a-z0-9]{1,5}){1,3}") {
        let endpoint = parsed(&format!("https://{host}:{port}{path}"));
        prop_assert_eq!(parsed(&endpoint.to_string()), endpoint);
    }
}

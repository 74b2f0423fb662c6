use super::*;
use crate::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

fn judged(status: u16, code: Option<&str>, body: &'static str) -> Verdict {
    let headers = code.map(|code| (HeaderName::from_static(CODE), HeaderValue::from_str(code).unwrap()));
    let response = Response {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::from_iter(headers),
        body: body.as_bytes().into(),
        trailers: HeaderMap::new(),
    };
    verdict(&Endpoint::parse("http://ch:8123").unwrap(), &response)
}

#[test]
fn errors_of_the_server_pass_and_those_of_the_request_do_not() {
    assert_eq!(judged(200, None, ""), Verdict::Delivered(0));
    for code in ["202", "241", "252", "242", "999"] {
        assert!(matches!(judged(500, Some(code), "x"), Verdict::Failed(_)), "{code}");
    }
    for (status, code) in [
        (400, "117"),
        (400, "53"),
        (404, "60"),
        (500, "16"),
        (200, "27"),
        (500, "49"),
    ] {
        assert!(
            matches!(judged(status, Some(code), "x"), Verdict::Rejected(_)),
            "{code}"
        );
    }
    for (status, code) in [(403, "516"), (401, "194"), (500, "497")] {
        assert!(
            matches!(judged(status, Some(code), "x"), Verdict::Unauthorized(_)),
            "{code}"
        );
    }
}

#[test]
fn inserts_that_are_too_large() {
    for (code, words) in [
        ("307", "Limit for result exceeded"),
        ("62", "Code: 62. DB::Exception: Max query size exceeded"),
        ("62", "Max query size exceeded: 262144"),
        ("252", "Too many partitions for single INSERT block (more than 100)"),
    ] {
        assert!(
            matches!(judged(400, Some(code), words), Verdict::TooLarge(..)),
            "{code}"
        );
    }
    assert!(matches!(judged(400, Some("62"), "Syntax error"), Verdict::Rejected(_)));
    assert!(matches!(judged(500, Some("252"), "Too many parts"), Verdict::Failed(_)));
}

#[test]
fn proxies_are_judged_by_status() {
    for status in [408, 429, 502, 503] {
        assert!(matches!(judged(status, None, ""), Verdict::Failed(_)), "{status}");
    }
    for (status, words) in [
        (413, ""),
        (400, "request body too large"),
        (413, "<html>413 Request Entity Too Large"),
    ] {
        assert!(
            matches!(judged(status, None, words), Verdict::TooLarge(..)),
            "{status} {words}"
        );
    }
    let page = judged(200, None, "<!doctype html>");
    assert!(
        matches!(&page, Verdict::Failed(reason) if reason.contains("is not a ClickHouse endpoint")),
        "{page:?}"
    );
    assert!(matches!(judged(302, None, ""), Verdict::Failed(_)));
    assert!(matches!(judged(403, None, ""), Verdict::Unauthorized(_)));
}

#[test]
fn reasons_are_clickhouses_words_without_data() {
    let words = "Code: 60. DB::Exception: Table otel.otel_logs does not exist. (UNKNOWN_TABLE)";
    let Verdict::Rejected(reason) = judged(404, Some("60"), words) else {
        panic!("not rejected");
    };
    assert_eq!(
        reason,
        format!("ClickHouse at http://ch:8123/ answered 404 Not Found: {words}")
    );
    let Verdict::Rejected(reason) = judged(400, Some("27"), "Cannot parse: 'my secret text'") else {
        panic!("not rejected");
    };
    assert_eq!(
        reason,
        "ClickHouse at http://ch:8123/ answered 400 Bad Request (code 27)"
    );
}

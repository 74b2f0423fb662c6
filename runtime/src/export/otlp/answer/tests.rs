//! Responses of OTLP backends, of proxies in front of them, and of other servers.

use super::*;
use crate::grpc;
use crate::http::HeaderValue;
use crate::http::header::{CONTENT_TYPE, LOCATION};
use crate::otlp::messages::collector::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use bytes::Bytes;
use prost::Message;

const SIZE: Size = Size {
    sent: 300_000,
    plain: 5_000_000,
};

fn asked(endpoint: &Endpoint) -> Asked<'_> {
    let signal = Signal::Logs;
    Asked {
        signal,
        endpoint,
        size: SIZE,
    }
}

fn response(status: u16, body: impl Into<Bytes>) -> Response {
    Response {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        trailers: HeaderMap::new(),
        body: body.into(),
    }
}

fn judged(status: u16, body: Bytes) -> Verdict {
    let endpoint = Endpoint::parse("https://backend/v1/logs").unwrap();
    http_verdict(&asked(&endpoint), &response(status, body))
}

fn partial_success() -> Vec<u8> {
    let partial_success = Some(ExportLogsPartialSuccess {
        rejected_log_records: 3,
        error_message: "too old".into(),
    });
    ExportLogsServiceResponse { partial_success }.encode_to_vec()
}

#[test]
fn http_answers() {
    assert_eq!(judged(200, Bytes::new()), Verdict::Delivered(0));
    assert_eq!(judged(202, Bytes::from_static(b"{}")), Verdict::Delivered(0));
    for status in [408, 429, 500, 502, 503, 504] {
        assert!(matches!(judged(status, Bytes::new()), Verdict::Failed(_)), "{status}");
    }
    for status in [400, 404, 415, 422] {
        assert!(matches!(judged(status, Bytes::new()), Verdict::Rejected(_)), "{status}");
    }
    for status in [401, 403] {
        assert!(
            matches!(judged(status, Bytes::new()), Verdict::Unauthorized(_)),
            "{status}"
        );
    }
}

#[test]
fn backends_say_when_to_come_again() {
    let endpoint = Endpoint::parse("https://backend/v1/logs").unwrap();
    let verdict = |value| {
        let mut response = response(429, "");
        response.headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        let date = HeaderValue::from_static("Wed, 21 Oct 2026 07:28:00 GMT");
        response.headers.insert(DATE, date);
        http_verdict(&asked(&endpoint), &response)
    };
    let reason = "https://backend/v1/logs answered 429 Too Many Requests".to_owned();
    assert_eq!(verdict("7"), Verdict::Later(reason.clone(), Duration::from_secs(7)));
    let pause = Duration::from_secs(90);
    for date in [
        "Wed, 21 Oct 2026 07:29:30 GMT",
        "Wednesday, 21-Oct-26 07:29:30 GMT",
        "Wed Oct 21 07:29:30 2026",
    ] {
        assert_eq!(verdict(date), Verdict::Later(reason.clone(), pause), "{date}");
    }
    for past_or_none in ["Wed, 21 Oct 2020 07:28:00 GMT", "soon", "-1"] {
        assert_eq!(verdict(past_or_none), Verdict::Failed(reason.clone()), "{past_or_none}");
    }
}

#[test]
fn partial_success_is_counted() {
    assert_eq!(
        judged(200, partial_success().into()),
        Verdict::PartlyRejected(3, "https://backend/v1/logs refused a part: too old".into())
    );
    for gzip in [false, true] {
        let mut response = response(200, grpc::frame(&partial_success(), gzip).unwrap());
        response.trailers = status("0", "");
        if gzip {
            response
                .headers
                .insert(grpc::ENCODING, HeaderValue::from_static("gzip"));
        }
        assert_eq!(
            called(response),
            Verdict::PartlyRejected(3, "https://backend:4317/ refused a part: too old".into())
        );
    }
}

fn status(number: &'static str, message: &'static str) -> HeaderMap {
    [("grpc-status", number), ("grpc-message", message)]
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}

fn called(response: Response) -> Verdict {
    let endpoint = Endpoint::parse("https://backend:4317").unwrap();
    grpc_verdict(&asked(&endpoint), &response)
}

#[test]
fn grpc_answers() {
    let answered = |number| {
        let mut response = response(200, "");
        response.trailers = status(number, "over%20quota");
        called(response)
    };
    assert_eq!(answered("0"), Verdict::Delivered(0));
    for number in ["1", "4", "8", "10", "14", "15"] {
        assert!(matches!(answered(number), Verdict::Failed(_)), "{number}");
    }
    for number in ["2", "3", "5", "6", "9", "12", "13", "x"] {
        assert!(matches!(answered(number), Verdict::Rejected(_)), "{number}");
    }
    let reason = "https://backend:4317/ answered PERMISSION_DENIED: over quota";
    assert_eq!(answered("7"), Verdict::Unauthorized(reason.into()));
    assert!(matches!(answered("16"), Verdict::Unauthorized(_)));
}

#[test]
fn grpc_answers_without_trailers() {
    let mut only_headers = response(200, "");
    only_headers.headers = status("14", "draining");
    let reason = "https://backend:4317/ answered UNAVAILABLE: draining";
    assert_eq!(called(only_headers), Verdict::Failed(reason.into()));
    assert!(matches!(called(response(503, "")), Verdict::Failed(_)));
    assert!(matches!(called(response(401, "")), Verdict::Unauthorized(_)));
    let Verdict::Failed(reason) = called(response(200, "<html>")) else {
        panic!();
    };
    assert!(reason.contains("is this a gRPC server?"), "{reason}");
}

fn typed(kind: &'static str, body: &'static str) -> Verdict {
    let endpoint = Endpoint::parse("https://backend/v1/logs").unwrap();
    let mut response = response(200, body);
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    http_verdict(&asked(&endpoint), &response)
}

#[test]
fn a_page_in_place_of_an_answer_is_a_fault() {
    for (kind, body, said) in [
        (
            "text/html; charset=utf-8",
            "<!doctype html><title>App</title>",
            "answered text/html;",
        ),
        ("TEXT/HTML", "\n <html>", "answered text/html;"),
        ("application/x-protobuf", "<html>", "answered application/x-protobuf;"),
        ("text/plain", "OK", "answered text/plain;"),
        (
            "application/json",
            r#"{"error":"login required"}"#,
            "answered application/json of another kind;",
        ),
        (
            "application/json",
            r#"{"partialSuccess":"no"}"#,
            "answered application/json of another kind;",
        ),
        ("application/json", "[]", "answered application/json;"),
        ("application/json", r#""ok""#, "answered application/json;"),
    ] {
        let Verdict::Failed(reason) = typed(kind, body) else {
            panic!("{kind}: {body}");
        };
        assert!(
            reason.contains("is not an OTLP endpoint") && reason.contains(said),
            "{reason}"
        );
    }
    let Verdict::Failed(reason) = judged(200, Bytes::from_static(b"<html>")) else {
        panic!();
    };
    assert!(reason.contains("answered a response without content type"), "{reason}");
}

#[test]
fn answers_of_backends_in_either_encoding_are_none_of_that() {
    for (kind, body) in [
        ("application/json", "{}"),
        ("application/json", " {} \n"),
        ("application/json", r#"{"partialSuccess":{}}"#),
        ("application/json", r#"{"partialSuccess":null,"newer":1}"#),
        ("application/x-protobuf", ""),
        ("text/html", ""),
        ("text/plain", "{}"),
        ("application/octet-stream", "\n\0"),
    ] {
        assert_eq!(typed(kind, body), Verdict::Delivered(0), "{kind}: {body}");
    }
}

#[test]
fn partial_success_in_json_is_counted() {
    let partly = Verdict::PartlyRejected(3, "https://backend/v1/logs refused a part: too old".into());
    for body in [
        r#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}"#,
        r#"{"partialSuccess":{"rejectedLogRecords":3,"errorMessage":"too old"}}"#,
        r#"{"partial_success":{"rejected_log_records":3,"error_message":"too old"}}"#,
    ] {
        assert_eq!(typed("application/json", body), partly, "{body}");
    }
    let silent = r#"{"partialSuccess":{"rejectedLogRecords":"2"}}"#;
    assert_eq!(typed("application/json", silent), Verdict::Delivered(2));
}

mod refusals;

//! Requests of the function's SDK with invalid content: the rest arrives.

use std::io::Write;

use crate::support::grpc::{TRACES, call, framed};
use crate::support::intake::attribute;
use crate::support::server::post;
use crate::support::{request_id, run, started, until};
use clickstack_extension::otlp::messages::collector::ExportTraceServiceRequest;
use clickstack_extension::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span};
use prost::Message;

/// Spans with these names; `?` is an invalid UTF-8 byte.
fn spans(names: &[&str]) -> Vec<u8> {
    let spans = names.iter().map(|name| Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        name: (*name).to_owned(),
        ..Span::default()
    });
    let scope_spans = vec![ScopeSpans {
        spans: spans.collect(),
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    let mut request = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
    for byte in &mut request {
        if *byte == b'?' {
            *byte = 0xff;
        }
    }
    request
}

#[test]
fn requests_with_one_bad_value_arrive() {
    run(async {
        let (lambda, intake, extension) = started(&[]).await;
        let url = extension.receiver("/v1/traces");
        let (protobuf, json) = ("application/x-protobuf", "application/json;charset=UTF-8");
        let in_json = |name: &str| format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{name}]}}]}}]}}"#);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&spans(&["packed"])).unwrap();
        let packed = packed.finish().unwrap();
        for (headers, body) in [
            (&[("content-type", protobuf)][..], spans(&["before", "http?", "after"])),
            (&[("content-type", protobuf), ("content-encoding", "GZIP")][..], packed),
            (
                &[("content-type", json)][..],
                in_json(r#"{"name":"half \ud83d"},{"name":"whole"}"#).into_bytes(),
            ),
            (
                &[][..],
                ["\u{feff}", &in_json(r#"{"name":"marked","startTimeUnixNano":-1}"#)]
                    .concat()
                    .into_bytes(),
            ),
            (
                &[("content-type", json)][..],
                in_json(r#"{"name":"snake","trace_id":"AQEBAQEBAQEBAQEBAQEBAQ=="}"#).into_bytes(),
            ),
        ] {
            let (status, answer) = post(&url, headers, body).await;
            assert_eq!(status, 200, "{headers:?}: {answer}");
        }
        let (status, message, _) = call(extension.grpc_port(), TRACES, &[], framed(&spans(&["grpc?"]), false)).await;
        assert_eq!(status, 0, "{message}");
        lambda.invocation(&request_id(1), &[]).await;
        let sent = intake.spans();
        let names: Vec<&str> = sent.iter().map(|(_, span)| &*span.name).collect();
        for name in [
            "before",
            "http\u{fffd}",
            "after",
            "packed",
            "half \u{fffd}",
            "whole",
            "marked",
            "snake",
            "grpc\u{fffd}",
        ] {
            assert!(names.contains(&name), "{name}: {names:?}");
        }
        for (resource, _) in &sent {
            assert_eq!(
                attribute(&resource.attributes, "service.name").as_deref(),
                Some("orders")
            );
        }
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn what_is_refused_is_reported_once_for_each_signal() {
    run(async {
        let (_lambda, _intake, extension) = started(&[]).await;
        let json = [("content-type", "application/json")];
        for path in ["/v1/traces", "/v1/traces", "/v1/logs", "/v2/spans"] {
            let (status, _) = post(
                &extension.receiver(path),
                &json,
                "{\"resourceSpans\":1,\"resourceLogs\":1}",
            )
            .await;
            assert!(status >= 400, "{path}");
        }
        let (status, ..) = call(extension.grpc_port(), TRACES, &[], framed(b"\xff\xff", false)).await;
        assert_eq!(status, 3);
        until("the reports", || extension.lines_with("was refused") == 3).await;
        let reported = "a request with traces of the function's OpenTelemetry SDK was refused (content type application/json): \
                        the body is not an OTLP/JSON export request: the value of resourceSpans does not fit";
        assert_eq!(extension.lines_with(reported), 1, "{}", extension.output());
        assert_eq!(extension.lines_with("a request with logs of the function"), 1);
        assert_eq!(extension.lines_with("a request with telemetry of the function"), 1);
    });
}

//! Backends, and proxies in front of them, that reject requests for their size.

use crate::support::grpc::{GrpcBackend, LOGS, TRACES};
use crate::support::intake::body;
use crate::support::server::post;
use crate::support::{Extension, Lambda, request_id, run, started};
use clickstack_extension::otlp::messages::collector::{ExportLogsServiceRequest, ExportTraceServiceRequest};
use clickstack_extension::otlp::messages::common::{AnyValue, KeyValue, Value};
use clickstack_extension::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span};
use prost::Message;

const NO_COMPRESSION: (&str, &str) = ("ROTEL_OTLP_EXPORTER_COMPRESSION", "none");

fn spans(count: usize, bytes_each: usize) -> Vec<u8> {
    let span = |number: usize| Span {
        name: format!("span {number}"),
        trace_id: vec![1; 16],
        span_id: number.to_be_bytes().to_vec(),
        attributes: vec![KeyValue {
            key: "data".into(),
            value: Some(AnyValue {
                value: Some(Value::StringValue("x".repeat(bytes_each))),
            }),
        }],
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans {
        spans: (0..count).map(span).collect(),
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

async fn send(extension: &Extension, spans: Vec<u8>) {
    let kind = [("content-type", "application/x-protobuf")];
    let (status, _) = post(&extension.receiver("/v1/traces"), &kind, spans).await;
    assert_eq!(status, 200);
}

fn names_of_spans(backend: &GrpcBackend) -> Vec<String> {
    let requests = backend.calls(TRACES).into_iter();
    let requests = requests.map(|call| ExportTraceServiceRequest::decode(&*call.message).unwrap());
    let scopes = requests
        .flat_map(|request| request.resource_spans)
        .flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).map(|span| span.name).collect()
}

fn bodies(backend: &GrpcBackend) -> Vec<String> {
    let requests = backend.calls(LOGS).into_iter();
    let requests = requests.map(|call| ExportLogsServiceRequest::decode(&*call.message).unwrap());
    let scopes = requests
        .flat_map(|request| request.resource_logs)
        .flat_map(|resource| resource.scope_logs);
    scopes
        .flat_map(|scope| scope.log_records)
        .map(|log| body(&log))
        .collect()
}

#[test]
fn all_lines_arrive_behind_a_proxy_with_a_limit() {
    run(async {
        let (lambda, intake, mut extension) = started(&[NO_COMPRESSION]).await;
        intake.limit(256 * 1024);
        let lines = |from: usize| -> Vec<String> {
            (from..from + 2_000)
                .map(|number| format!("{number:05} {}", "line ".repeat(100)))
                .collect()
        };
        lambda.invocation(&request_id(1), &lines(0)).await;
        assert_eq!(intake.bodies(), lines(0), "with the invocation, and each once");
        lambda.invocation(&request_id(2), &lines(2_000)).await;
        assert_eq!(intake.bodies().len(), 4_000);
        let refused = intake.refused();
        assert!(
            (1..6).contains(&refused),
            "{refused} requests until the limit was known"
        );
        lambda.invocation(&request_id(3), &lines(4_000)).await;
        assert_eq!(intake.bodies().len(), 6_000);
        assert_eq!(intake.refused(), refused, "it is remembered");
        assert_eq!(extension.lines_with("413"), 1, "{}", extension.output());
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(extension.lines_with("records dropped"), 0);
    });
}

#[test]
fn a_request_of_the_sdk_over_the_limit_of_grpc_is_split_before_it_is_sent() {
    run(async {
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(None).await);
        backend.limit(4 * 1024 * 1024);
        let url = backend.url("http");
        let more = [("ROTEL_OTLP_EXPORTER_ENDPOINT", &*url), ("CLICKSTACK_BUFFER_MIB", "32")];
        let extension = Extension::start(&lambda.address(), &more);
        lambda.asked(1).await;
        // Just below the limit by itself, above it with the resource attributes; and twice the limit.
        send(&extension, spans(40, 104_750)).await;
        send(&extension, spans(70, 100_000)).await;
        lambda.invocation(&request_id(1), &["a line".into()]).await;
        assert_eq!(names_of_spans(&backend).len(), 111, "with the span of the invocation");
        assert_eq!((bodies(&backend), backend.refused()), (vec!["a line".to_owned()], 0));
    });
}

#[test]
fn a_smaller_limit_is_learnt_and_holds_nothing_up() {
    run(async {
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(None).await);
        backend.limit(200_000);
        let url = backend.url("http");
        let mut extension = Extension::start(&lambda.address(), &[("ROTEL_OTLP_EXPORTER_ENDPOINT", &*url)]);
        lambda.asked(1).await;
        send(&extension, spans(100, 10_000)).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(names_of_spans(&backend).len(), 101);
        let refused = backend.refused();
        send(&extension, spans(100, 10_000)).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!((names_of_spans(&backend).len(), backend.refused()), (202, refused));
        assert_eq!(bodies(&backend), ["one", "two"]);
        assert_eq!(extension.lines_with("larger than max"), 1, "{}", extension.output());
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
    });
}

#[test]
fn a_single_record_that_is_too_large_is_dropped_and_counted() {
    run(async {
        let (lambda, intake, mut extension) = started(&[NO_COMPRESSION]).await;
        intake.limit(20_000);
        let lines = ["a".to_owned(), "b".repeat(50_000), "c".to_owned(), "d".to_owned()];
        lambda.invocation(&request_id(1), &lines).await;
        assert_eq!(intake.bodies(), ["a", "c", "d"]);
        lambda
            .invocation(&request_id(2), &["b".repeat(60_000), "e".to_owned()])
            .await;
        let lost = "telemetry records lost: 1 (rejected 1)";
        assert_eq!(intake.bodies(), ["a", "c", "d", "e", lost]);
        assert_eq!(
            extension.lines_with("single logs that are larger than the backend accepts"),
            1
        );
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(
            extension.lines_with("2 (refused by the backend)"),
            1,
            "{}",
            extension.output()
        );
    });
}

//! Requests of the function's own SDK, over gRPC and as JSON.

use std::io::Write;
use std::time::Duration;

use crate::support::grpc::{LOGS, METRICS, TRACES, call, framed};
use crate::support::{Extension, Intake, Lambda, request_id, run, server, started};
use bytes::Bytes;
use clickstack_extension::otlp::messages::collector::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use clickstack_extension::otlp::messages::common::{AnyValue, Value};
use clickstack_extension::otlp::messages::logs::{LogRecord, ResourceLogs, ScopeLogs};
use clickstack_extension::otlp::messages::metrics::{
    Data, Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics,
};
use clickstack_extension::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use serde_json::json;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn spans(name: &str) -> Vec<u8> {
    let span = Span {
        trace_id: vec![7; 16],
        span_id: vec![8; 8],
        name: name.into(),
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans {
        spans: vec![span],
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

fn logs(body: &str) -> Vec<u8> {
    let log = LogRecord {
        body: Some(AnyValue {
            value: Some(Value::StringValue(body.into())),
        }),
        ..LogRecord::default()
    };
    let scope_logs = vec![ScopeLogs {
        log_records: vec![log],
        ..ScopeLogs::default()
    }];
    let resource_logs = vec![ResourceLogs {
        scope_logs,
        ..ResourceLogs::default()
    }];
    ExportLogsServiceRequest { resource_logs }.encode_to_vec()
}

fn metrics() -> Vec<u8> {
    let scope_metrics = vec![ScopeMetrics {
        metrics: vec![Metric {
            data: Some(Data::Gauge(Gauge {
                data_points: vec![NumberDataPoint::default()],
            })),
            ..Metric::default()
        }],
        ..ScopeMetrics::default()
    }];
    let resource_metrics = vec![ResourceMetrics {
        scope_metrics,
        ..ResourceMetrics::default()
    }];
    ExportMetricsServiceRequest { resource_metrics }.encode_to_vec()
}

/// An extension during an invocation, its Lambda and its backend.
async fn running(variables: &[(&str, &str)]) -> (Lambda, Intake, Extension) {
    let (lambda, intake, extension) = started(variables).await;
    lambda.invoke(&request_id(1), Duration::from_secs(30));
    lambda.deliver(&[lambda.start_event(&request_id(1))]).await;
    (lambda, intake, extension)
}

async fn finish(lambda: &Lambda) {
    lambda.deliver(&[lambda.done_event(&request_id(1), "success")]).await;
    lambda.asked(2).await;
}

fn names(intake: &Intake) -> Vec<String> {
    let mut names: Vec<String> = intake.spans().into_iter().map(|(_, span)| span.name).collect();
    names.sort();
    names
}

#[test]
fn grpc_calls_are_taken_plain_and_compressed() {
    run(async {
        let (lambda, intake, extension) = running(&[]).await;
        let port = extension.grpc_port();
        let compressed = framed(&gzip(&spans("compressed")), true);
        for (path, headers, body) in [
            (TRACES, &[][..], framed(&spans("plain"), false)),
            (TRACES, &[("grpc-encoding", "gzip")][..], compressed),
            (
                LOGS,
                &[("grpc-timeout", "10S")][..],
                framed(&logs("from the SDK"), false),
            ),
            (METRICS, &[][..], framed(&metrics(), false)),
        ] {
            let (status, message, answer) = call(port, path, headers, body).await;
            assert_eq!((status, message.as_str(), &answer[..]), (0, "", &[][..]), "{path}");
        }
        finish(&lambda).await;
        let names = names(&intake);
        assert!(
            names.contains(&"plain".into()) && names.contains(&"compressed".into()),
            "{names:?}"
        );
        assert!(intake.bodies().contains(&"from the SDK".into()));
        assert_eq!(intake.metrics(), 1);
        let (resource, _) = intake.spans().remove(0);
        assert_eq!(
            crate::support::intake::attribute(&resource.attributes, "service.name").unwrap(),
            "orders"
        );
    });
}

#[test]
fn grpc_calls_that_are_no_export_get_a_status() {
    run(async {
        let limit = ("ROTEL_OTLP_GRPC_MAX_RECV_MSG_SIZE_MIB", "1");
        let off = ("ROTEL_OTLP_RECEIVER_METRICS_DISABLED", "true");
        let (_lambda, _intake, extension) = running(&[limit, off]).await;
        let port = extension.grpc_port();
        let large = vec![0; 1024 * 1024 + 1];
        let gzip_headers = &[("grpc-encoding", "gzip")][..];
        for (path, headers, body, status) in [
            (LOGS, &[][..], framed(&large, false), 8),
            (LOGS, gzip_headers, framed(&gzip(&large), true), 8),
            (LOGS, &[][..], framed(b"\xff\xff\xff", false), 3),
            (LOGS, &[][..], framed(&gzip(&logs("x")), true), 13),
            (LOGS, &[("grpc-encoding", "zstd")][..], framed(&[], true), 12),
            (LOGS, &[][..], Bytes::new(), 12),
            (METRICS, &[][..], framed(&metrics(), false), 12),
            ("/grpc.health.v1.Health/Check", &[][..], framed(&[], false), 12),
        ] {
            let (found, message, _) = call(port, path, headers, body).await;
            assert_eq!(found, status, "{path}: {message}");
            assert!(!message.is_empty(), "{path}");
        }
        let (status, ..) = call(port, LOGS, &[], framed(&logs("after all"), false)).await;
        assert_eq!(status, 0);
    });
}

/// 8 MiB are buffered at 128 MB; a request that nearly fills the buffer cannot be kept.
#[test]
fn requests_without_room_are_a_partial_success() {
    run(async {
        let limit = ("ROTEL_OTLP_GRPC_MAX_RECV_MSG_SIZE_MIB", "8");
        let (_lambda, _intake, extension) = running(&[limit]).await;
        let large = spans(&"x".repeat(7_600_000));
        let (status, _, answer) = call(extension.grpc_port(), TRACES, &[], framed(&large, false)).await;
        let success = ExportTraceServiceResponse::decode(&*answer)
            .unwrap()
            .partial_success
            .unwrap();
        assert_eq!((status, success.rejected_spans), (0, 1));
        assert!(success.error_message.contains("no room"), "{}", success.error_message);
        let protobuf = [("content-type", "application/x-protobuf")];
        let (status, answer) = server::post(&extension.receiver("/v1/traces"), &protobuf, large).await;
        assert!(status == 200 && answer.contains("no room"), "{status} {answer}");
    });
}

#[test]
fn a_taken_grpc_port_switches_off_that_receiver_alone() {
    run(async {
        let taken = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let receiver = ("ROTEL_OTLP_GRPC_ENDPOINT", &*address);
        let (lambda, intake, extension) = started(&[receiver]).await;
        let protobuf = [("content-type", "application/x-protobuf")];
        let (status, _) = server::post(&extension.receiver("/v1/logs"), &protobuf, logs("from the SDK")).await;
        assert_eq!(status, 200);
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), ["from the SDK", "one"]);
        assert_eq!(extension.lines_with("the OTLP/gRPC receiver is off"), 1);
        assert_eq!(extension.lines_with("receiver is off"), 1);
    });
}

#[test]
fn json_is_taken_over_http() {
    run(async {
        let (lambda, intake, extension) = running(&[]).await;
        let json = [("content-type", "application/json")];
        let packed = [("content-type", "application/json"), ("content-encoding", "gzip")];
        let span = json!({
            "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "from JSON", "kind": 1,
            "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": 1544712661000000000u64, "unknown": {}
        });
        let spans = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string();
        let logs = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [
            {"severityNumber": "SEVERITY_NUMBER_WARN", "body": {"stringValue": "a warning"}}]}]}]});
        let logs = gzip(logs.to_string().as_bytes());
        let traced = server::post(&extension.receiver("/v1/traces"), &json, spans).await;
        let logged = server::post(&extension.receiver("/v1/logs"), &packed, logs).await;
        assert_eq!((traced, logged), ((200, "{}".into()), (200, "{}".into())));
        finish(&lambda).await;
        let spans = intake.spans();
        let (_, span) = spans.iter().find(|(_, span)| span.name == "from JSON").unwrap();
        assert_eq!(
            crate::support::intake::hex(&span.trace_id),
            "5b8efff798038103d269b633813fc60c"
        );
        assert_eq!(span.end_time_unix_nano, 1_544_712_661_000_000_000);
        let (_, log) = intake.logs().remove(0);
        assert_eq!(
            (log.severity_number, crate::support::intake::body(&log)),
            (13, "a warning".into())
        );
    });
}

#[test]
fn http_requests_that_are_no_export_get_a_status() {
    run(async {
        let (_lambda, _intake, extension) = running(&[]).await;
        let json = [("content-type", "application/json")];
        let packed = [("content-type", "application/json"), ("content-encoding", "gzip")];
        let bomb = gzip(&vec![b' '; 8 * 1024 * 1024 + 1]);
        for (path, headers, body, status, words) in [
            (
                "/v1/logs",
                &json[..],
                b"{\"resourceLogs\":1}".to_vec(),
                400,
                "resourceLogs does not fit at line 1",
            ),
            ("/v1/logs", &packed[..], bomb, 413, "larger than 8 MiB"),
            ("/v1/logs", &packed[..], b"no gzip".to_vec(), 400, "not valid gzip"),
            (
                "/v1/logs",
                &[("content-type", "text/plain")][..],
                Vec::new(),
                415,
                "application/json are accepted",
            ),
            (
                "/v1/other",
                &json[..],
                Vec::new(),
                404,
                "/v1/logs, /v1/traces, /v1/metrics",
            ),
        ] {
            let (found, answer) = server::post(&extension.receiver(path), headers, body).await;
            assert!(found == status && answer.contains(words), "{status}: {found} {answer}");
        }
    });
}

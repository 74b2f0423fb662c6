//! Functions with tenant isolation: every record of an invocation names its tenant.

use std::time::Duration;

use crate::support::intake::{attribute, body};
use crate::support::lambda::node_line;
use crate::support::{Extension, request_id, run, server, started};
use clickstack_extension::otlp::messages::collector::{ExportLogsServiceRequest, ExportTraceServiceRequest};
use clickstack_extension::otlp::messages::common::{AnyValue, Value};
use clickstack_extension::otlp::messages::logs::{LogRecord, ResourceLogs, ScopeLogs};
use clickstack_extension::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span};
use prost::Message;

const TENANT: &str = "aws.lambda.tenant_id";

/// The event with the tenant in Lambda's format.
fn of_tenant(mut event: serde_json::Value, tenant: &str) -> serde_json::Value {
    event["record"]["tenantId"] = tenant.into();
    event
}

async fn send(extension: &Extension, path: &str, request: Vec<u8>) {
    let headers = [("content-type", "application/x-protobuf")];
    assert_eq!(server::post(&extension.receiver(path), &headers, request).await.0, 200);
}

/// One span and one log record, as the function's SDK sends them.
async fn send_sdk_telemetry(extension: &Extension) {
    let span = Span {
        trace_id: vec![7; 16],
        span_id: vec![8; 8],
        name: "query".into(),
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
    send(
        extension,
        "/v1/traces",
        ExportTraceServiceRequest { resource_spans }.encode_to_vec(),
    )
    .await;
    let value = Some(Value::StringValue("sdk".into()));
    let log_records = vec![LogRecord {
        body: Some(AnyValue { value }),
        ..LogRecord::default()
    }];
    let scope_logs = vec![ScopeLogs {
        log_records,
        ..ScopeLogs::default()
    }];
    let resource_logs = vec![ResourceLogs {
        scope_logs,
        ..ResourceLogs::default()
    }];
    send(
        extension,
        "/v1/logs",
        ExportLogsServiceRequest { resource_logs }.encode_to_vec(),
    )
    .await;
}

#[test]
fn everything_of_an_invocation_names_its_tenant() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        for (number, status) in ["success", "timeout"].into_iter().enumerate() {
            let id = request_id(number);
            lambda.invoke(&id, Duration::from_secs(30));
            let start = of_tenant(lambda.start_event(&id), "blue");
            let lines = [lambda.line("plain"), lambda.line(&node_line(&id, "logged"))];
            lambda.deliver(&[start, lines[0].clone(), lines[1].clone()]).await;
            send_sdk_telemetry(&extension).await;
            lambda
                .deliver(&[of_tenant(lambda.done_event(&id, status), "blue")])
                .await;
            lambda.asked(number + 2).await;
            lambda
                .deliver(&[of_tenant(lambda.report_event(&id, status), "blue")])
                .await;
        }
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        let blue = Some("blue".to_owned());
        let bodies = [
            "Task timed out after 0.01 seconds",
            "logged",
            "logged",
            "plain",
            "plain",
            "sdk",
            "sdk",
        ];
        assert_eq!(intake.bodies(), bodies);
        for (_, log) in intake.logs() {
            assert_eq!(attribute(&log.attributes, TENANT), blue, "{}", body(&log));
        }
        let mut names = Vec::new();
        for (_, span) in intake.spans() {
            assert_eq!(attribute(&span.attributes, TENANT), blue, "{}", span.name);
            names.push(span.name);
        }
        names.sort();
        assert_eq!(names, ["orders", "orders", "query", "query"]);
        let points = intake.metric_attributes();
        assert!(points.iter().any(|(name, _)| name == "faas.invocations"), "{points:?}");
        for (name, attributes) in points {
            assert_eq!(attribute(&attributes, TENANT), blue, "{name}");
        }
    });
}

#[test]
fn an_ordinary_function_has_no_such_attribute() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        lambda.invocation(&request_id(1), &["plain".into()]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(attribute(&intake.logs()[0].1.attributes, TENANT), None);
        assert_eq!(attribute(&intake.spans()[0].1.attributes, TENANT), None);
        assert!(intake.metrics() > 0);
        for (name, attributes) in intake.metric_attributes() {
            assert_eq!(attribute(&attributes, TENANT), None, "{name}");
        }
    });
}

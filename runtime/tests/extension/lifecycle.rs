//! The ordinary life of the extension: start, invocations, the function's own telemetry, shutdown.

use std::io::Write;
use std::time::Duration;

use crate::support::intake::{attribute, body, hex};
use crate::support::lambda::{TRACE_ID, node_line};
use crate::support::{Extension, Lambda, request_id, run, server, started};
use clickstack_extension::otlp::messages::collector::{ExportMetricsServiceRequest, ExportTraceServiceRequest};
use clickstack_extension::otlp::messages::common::{AnyValue, KeyValue, Value};
use clickstack_extension::otlp::messages::metrics::{
    Data, Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics,
};
use clickstack_extension::otlp::messages::resource::Resource;
use clickstack_extension::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span, SpanKind};
use prost::Message;
use serde_json::json;

fn text_attribute(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.into())),
        }),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What an SDK without a configured service name sends for an invocation.
fn handler_spans(request_id: &str) -> ExportTraceServiceRequest {
    let handler = Span {
        trace_id: vec![7; 16],
        span_id: vec![8; 8],
        name: "handler".into(),
        kind: SpanKind::Server.into(),
        attributes: vec![text_attribute("faas.invocation_id", request_id)],
        ..Span::default()
    };
    let resource = Resource {
        attributes: vec![text_attribute("service.name", "unknown_service:node")],
        ..Resource::default()
    };
    let scope_spans = vec![ScopeSpans {
        spans: vec![handler],
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        resource: Some(resource),
        scope_spans,
        ..ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }
}

#[test]
fn registers_subscribes_and_asks_for_the_next_event() {
    run(async {
        let lambda = Lambda::start().await;
        let _extension = Extension::start(&lambda.address(), &[]);
        lambda.asked(1).await;
        let registration = lambda.registration().unwrap();
        assert_eq!(registration["name"], "clickstack-extension");
        assert_eq!(registration["events"], json!(["INVOKE", "SHUTDOWN"]));
        let subscription = lambda.subscriptions().remove(0);
        assert_eq!(subscription["schemaVersion"], "2025-01-29");
        assert_eq!(subscription["types"], json!(["platform", "function", "extension"]));
        assert_eq!(
            subscription["buffering"],
            json!({"maxItems": 1000, "maxBytes": 262_144, "timeoutMs": 25})
        );
        let uri = subscription["destination"]["URI"].as_str().unwrap();
        assert!(uri.starts_with("http://sandbox.localdomain:"), "{uri}");
    });
}

#[test]
fn an_older_telemetry_schema_is_taken() {
    run(async {
        let lambda = Lambda::start_with(&[("2025-01-29", 400)]).await;
        let extension = Extension::start(&lambda.address(), &[]);
        lambda.asked(1).await;
        let schemas: Vec<_> = lambda
            .subscriptions()
            .iter()
            .map(|s| s["schemaVersion"].clone())
            .collect();
        assert_eq!(schemas, ["2025-01-29", "2022-12-13"]);
        assert!(!extension.output().contains("logs cannot be received"));
    });
}

#[test]
fn only_requests_that_become_smaller_by_it_are_compressed() {
    run(async {
        let (lambda, intake, _extension) = started(&[]).await;
        lambda.invocation(&request_id(1), &["short".into()]).await;
        assert_eq!((intake.requests(), intake.packed().len()), (2, 0));
        lambda.invocation(&request_id(2), &["long ".repeat(300)]).await;
        assert_eq!((intake.requests(), intake.packed()), (4, vec!["/v1/logs".to_owned()]));
    });
}

#[test]
fn every_line_of_an_invocation_arrives_with_its_ids() {
    run(async {
        let (lambda, intake, _extension) = started(&[]).await;
        for number in 0..3 {
            let id = request_id(number);
            lambda
                .invocation(
                    &id,
                    &[format!("plain {number}"), node_line(&id, &format!("logged {number}"))],
                )
                .await;
            // What was written has arrived before the next event is requested.
            assert_eq!(intake.logs().len(), 2 * (number + 1));
            assert_eq!(intake.spans().len(), number + 1);
        }
        let logs = intake.logs();
        for (number, (_, span)) in intake.spans().iter().enumerate() {
            let id = request_id(number);
            assert_eq!((span.name.as_str(), span.kind), ("orders", i32::from(SpanKind::Server)));
            assert_eq!(attribute(&span.attributes, "faas.invocation_id"), Some(id.clone()));
            assert_eq!(
                attribute(&span.attributes, "faas.coldstart"),
                Some(format!("BoolValue({})", number == 0))
            );
            assert_eq!(hex(&span.trace_id), TRACE_ID);
            assert_eq!(span.end_time_unix_nano - span.start_time_unix_nano, 12_500_000);
            for (_, log) in &logs[2 * number..2 * number + 2] {
                assert_eq!(attribute(&log.attributes, "faas.invocation_id"), Some(id.clone()));
                assert_eq!((&log.trace_id, &log.span_id), (&span.trace_id, &span.span_id));
            }
        }
    });
}

#[test]
fn the_resource_names_function_and_cloud() {
    run(async {
        let own = ("ROTEL_OTEL_RESOURCE_ATTRIBUTES", "service.name=checkout,team=blue");
        let (lambda, intake, _extension) = started(&[own]).await;
        lambda.invocation(&request_id(1), &["x".into()]).await;
        let (resource, _) = intake.logs().remove(0);
        let has = |name: &str| attribute(&resource.attributes, name).unwrap_or_default();
        assert_eq!((has("service.name"), has("team")), ("checkout".into(), "blue".into()));
        assert_eq!(
            (has("faas.name"), has("faas.version")),
            ("orders".into(), "$LATEST".into())
        );
        assert_eq!(
            (has("cloud.provider"), has("cloud.platform")),
            ("aws".into(), "aws_lambda".into())
        );
        assert_eq!(
            (has("cloud.region"), has("cloud.account.id")),
            ("us-east-2".into(), "123456789012".into())
        );
    });
}

#[test]
fn the_functions_own_spans_and_metrics_are_sent_on() {
    run(async {
        let (lambda, intake, extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        lambda.deliver(&[lambda.start_event(&id), lambda.line("plain")]).await;
        let traces = gzip(&handler_spans(&id).encode_to_vec());
        let headers = [("content-type", "application/x-protobuf"), ("content-encoding", "gzip")];
        let answer = server::post(&extension.receiver("/v1/traces"), &headers, traces).await;
        assert_eq!(answer.0, 200);
        let gauge = Gauge {
            data_points: vec![NumberDataPoint::default(); 2],
        };
        let gauge = Metric {
            data: Some(Data::Gauge(gauge)),
            ..Metric::default()
        };
        // One without data points would make the backend reject the whole batch.
        let scope_metrics = vec![ScopeMetrics {
            metrics: vec![Metric::default(), gauge],
            ..ScopeMetrics::default()
        }];
        let metrics = ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics {
                scope_metrics,
                ..ResourceMetrics::default()
            }],
        };
        server::post(
            &extension.receiver("/v1/metrics"),
            &headers[..1],
            metrics.encode_to_vec(),
        )
        .await;
        lambda.deliver(&[lambda.done_event(&id, "success")]).await;
        lambda.asked(2).await;
        let spans = intake.spans();
        assert_eq!(spans.len(), 1, "no invoke span beside the handler's");
        assert_eq!(attribute(&spans[0].0.attributes, "service.name").unwrap(), "orders");
        assert_eq!(
            attribute(&spans[0].1.attributes, "faas.coldstart"),
            Some("BoolValue(true)".into()),
            "which this SDK doesn't say"
        );
        assert_eq!(intake.metrics(), 1);
        let (_, log) = intake.logs().remove(0);
        assert_eq!((log.trace_id, log.span_id), (vec![7; 16], vec![8; 8]));
    });
}

#[test]
fn lines_after_the_invocation_still_belong_to_it() {
    run(async {
        let (lambda, intake, _extension) = started(&[]).await;
        lambda.invocation(&request_id(1), &["in time".into()]).await;
        lambda
            .deliver(&[lambda.line("late"), lambda.line(&node_line(&request_id(1), "late too"))])
            .await;
        lambda.invocation(&request_id(2), &["second".into()]).await;
        assert_eq!(intake.bodies(), ["in time", "late", "late too", "second"]);
        for (_, log) in intake.logs() {
            let expected = if body(&log) == "second" {
                request_id(2)
            } else {
                request_id(1)
            };
            assert_eq!(
                attribute(&log.attributes, "faas.invocation_id"),
                Some(expected),
                "{}",
                body(&log)
            );
        }
    });
}

#[test]
fn shutdown_takes_the_last_lines_along() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.deliver(&[lambda.line("two")]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["one", "two"]);
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn lines_of_a_runtime_that_is_told_to_end_come_along() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invocation(&id, &["one".into()]).await;
        lambda.deliver(&[lambda.report_event(&id, "success")]).await;
        lambda.shutdown("spindown");
        tokio::time::sleep(Duration::from_millis(25)).await;
        lambda.deliver(&[lambda.line("SIGTERM: closing")]).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        lambda.deliver(&[lambda.line("SIGTERM: closed")]).await;
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["SIGTERM: closed", "SIGTERM: closing", "one"]);
    });
}

#[test]
fn an_invocation_that_lambda_ended_leaves_span_and_record() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        lambda
            .deliver(&[
                lambda.start_event(&id),
                lambda.line("begun"),
                lambda.done_event(&id, "timeout"),
            ])
            .await;
        lambda.asked(2).await;
        lambda.shutdown("timeout");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["Task timed out after 0.01 seconds", "begun"]);
        let (_, span) = intake.spans().remove(0);
        assert_eq!(
            span.status.unwrap().message,
            "timeout: Task timed out after 0.01 seconds"
        );
    });
}

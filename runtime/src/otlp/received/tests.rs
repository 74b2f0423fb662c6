use super::*;
use proptest::prelude::*;

use crate::otlp::messages::trace::{ResourceSpans, ScopeSpans};

fn request(kind: SpanKind, attribute: &str) -> Bytes {
    let span = Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        kind: kind.into(),
        attributes: vec![KeyValue {
            key: attribute.into(),
            value: Some(AnyValue {
                value: Some(Any::StringValue("r-1".into())),
            }),
        }],
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans {
        spans: vec![span.clone(), Span::default()],
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec().into()
}

#[test]
fn finds_the_handlers_span_of_any_kind() {
    let kinds = [
        (SpanKind::Server, true),
        (SpanKind::Consumer, true),
        (SpanKind::Internal, false),
        (SpanKind::Producer, false),
        (SpanKind::Client, false),
        (SpanKind::Unspecified, false),
    ];
    for (attribute, (kind, is_entry)) in REQUEST_ID.into_iter().flat_map(|name| kinds.map(|kind| (name, kind))) {
        let received = read(Signal::Traces, request(kind, attribute)).unwrap();
        assert_eq!(received.forwarded.items, 2);
        let context = TraceContext {
            trace_id: [1; 16],
            span_id: [2; 8],
        };
        assert_eq!(
            received.handlers,
            [HandlerSpan {
                request_id: "r-1".into(),
                context,
                parent_span_id: None,
                is_entry,
                has_cold_start: false,
                failed: false,
                took: std::time::Duration::ZERO,
            }]
        );
    }
}

#[test]
fn a_cold_start_is_added_to_the_handlers_span_alone() {
    let request = request(SpanKind::Consumer, "faas.invocation_id");
    let marked = with_cold_start(&request, [2; 8]);
    assert!(read(Signal::Traces, Bytes::clone(&marked)).unwrap().handlers[0].has_cold_start);
    let message = ExportTraceServiceRequest::decode(marked).unwrap();
    let spans = &message.resource_spans[0].scope_spans[0].spans;
    assert_eq!((spans[0].attributes.len(), spans[1].attributes.len()), (2, 0));
    assert_eq!(
        with_cold_start(&Bytes::from_static(b"\xff"), [2; 8]),
        Bytes::from_static(b"\xff")
    );
}

#[test]
fn spans_that_name_no_invocation_are_no_handlers() {
    let http = read(Signal::Traces, request(SpanKind::Server, "http.route")).unwrap();
    assert_eq!(http.handlers, []);
}

#[test]
fn what_is_no_request_is_refused() {
    for signal in Signal::ALL {
        assert!(read(signal, Bytes::from_static(b"\xff\xff\xff")).is_err());
        assert_eq!(read(signal, Bytes::new()).unwrap().forwarded.items, 0);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for signal in Signal::ALL {
            let _ = read(signal, Bytes::from(bytes.clone()));
        }
    }
}

#[test]
fn metrics_are_counted_by_data_points() {
    use crate::otlp::messages::metrics::{Data, Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics};
    let data_points = vec![NumberDataPoint::default(); 3];
    let gauge = Metric {
        data: Some(Data::Gauge(Gauge { data_points })),
        ..Metric::default()
    };
    let scope = ScopeMetrics {
        metrics: vec![gauge, Metric::default()],
        ..ScopeMetrics::default()
    };
    let resource = ResourceMetrics {
        scope_metrics: vec![scope],
        ..ResourceMetrics::default()
    };
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![resource],
    };
    let received = read(Signal::Metrics, request.encode_to_vec().into()).unwrap();
    assert_eq!(received.forwarded.items, 3);
    let sent = ExportMetricsServiceRequest::decode(received.forwarded.request).unwrap();
    assert_eq!(sent.resource_metrics[0].scope_metrics[0].metrics.len(), 1);
}

#[test]
fn spans_that_name_a_durable_execution_are_found_once_for_each_trace() {
    const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:orders:1/durable-execution/order-7/5a1f";
    let text = |key: &str, value: &str| KeyValue {
        key: key.into(),
        value: Some(AnyValue {
            value: Some(Any::StringValue(value.into())),
        }),
    };
    let span = |trace: u8, attributes: &[(&str, &str)]| Span {
        trace_id: vec![trace; 16],
        span_id: vec![2; 8],
        start_time_unix_nano: 5,
        attributes: attributes.iter().map(|(key, value)| text(key, value)).collect(),
        ..Span::default()
    };
    let spans = vec![
        span(1, &[("durable.execution.arn", ARN), ("faas.invocation_id", "r-1")]),
        span(1, &[("durable.operation.id", "o"), ("durable.execution.arn", ARN)]),
        span(2, &[("durable.execution.arn", ARN)]),
        span(3, &[("durable.execution.arn", "arn:aws:states:::execution:other")]),
        span(4, &[("faas.invocation_id", "r-1")]),
    ];
    let scope_spans = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    let request = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
    let found = read(Signal::Traces, request.into()).unwrap().durable;
    let of = |trace_id, request_id: Option<&str>| DurableSpan {
        execution: ARN.into(),
        trace_id,
        start: 5,
        request_id: request_id.map(str::to_owned),
    };
    assert_eq!(found, [of([1; 16], Some("r-1")), of([2; 16], None)]);
}

//! What the function's own OpenTelemetry SDK sends: checked, counted, and searched for the handler's span.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric::Data};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message;

use crate::buffer::{Forwarded, Signal};
use crate::record::TraceContext;

/// Attributes that hold the request id; the second is what older instrumentations write.
const REQUEST_ID: [&str; 2] = ["faas.invocation_id", "faas.execution"];

/// The span of a handler, as the SDK's Lambda instrumentation makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerSpan {
    /// The invocation.
    pub request_id: String,
    /// Its ids.
    pub context: TraceContext,
}

/// A valid export request and the handler spans in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The request, to be sent on.
    pub forwarded: Forwarded,
    /// Handler spans: none but in traces.
    pub handlers: Vec<HandlerSpan>,
}

/// Reads a protobuf export request.
pub fn read(signal: Signal, request: Bytes) -> Result<Received, prost::DecodeError> {
    let mut handlers = Vec::new();
    let items = match signal {
        Signal::Logs => {
            let logs = ExportLogsServiceRequest::decode(Bytes::clone(&request))?.resource_logs;
            logs.iter()
                .flat_map(|resource| &resource.scope_logs)
                .map(|scope| scope.log_records.len())
                .sum()
        }
        Signal::Traces => {
            let spans = ExportTraceServiceRequest::decode(Bytes::clone(&request))?.resource_spans;
            let spans = spans
                .iter()
                .flat_map(|resource| &resource.scope_spans)
                .flat_map(|scope| &scope.spans);
            spans.inspect(|span| handlers.extend(handler_span(span))).count()
        }
        Signal::Metrics => {
            let metrics = ExportMetricsServiceRequest::decode(Bytes::clone(&request))?.resource_metrics;
            metrics
                .iter()
                .flat_map(|resource| &resource.scope_metrics)
                .flat_map(|scope| &scope.metrics)
                .map(data_points)
                .sum()
        }
    };
    let forwarded = Forwarded { signal, request, items };
    Ok(Received { forwarded, handlers })
}

/// OTLP counts data points; a metric without any is one thing that is sent on all the same.
fn data_points(metric: &Metric) -> usize {
    let points = match &metric.data {
        Some(Data::Gauge(gauge)) => gauge.data_points.len(),
        Some(Data::Sum(sum)) => sum.data_points.len(),
        Some(Data::Histogram(histogram)) => histogram.data_points.len(),
        Some(Data::ExponentialHistogram(histogram)) => histogram.data_points.len(),
        Some(Data::Summary(summary)) => summary.data_points.len(),
        None => 0,
    };
    points.max(1)
}

fn handler_span(span: &Span) -> Option<HandlerSpan> {
    if span.kind != i32::from(SpanKind::Server) {
        return None;
    }
    let attribute = span
        .attributes
        .iter()
        .find(|attribute| REQUEST_ID.contains(&attribute.key.as_str()))?;
    let Some(Any::StringValue(request_id)) = attribute.value.as_ref()?.value.as_ref() else {
        return None;
    };
    let context = TraceContext {
        trace_id: span.trace_id.as_slice().try_into().ok()?,
        span_id: span.span_id.as_slice().try_into().ok()?,
    };
    Some(HandlerSpan {
        request_id: request_id.clone(),
        context,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
    use proptest::prelude::*;

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
    fn finds_the_handlers_span() {
        for attribute in REQUEST_ID {
            let received = read(Signal::Traces, request(SpanKind::Server, attribute)).unwrap();
            assert_eq!(received.forwarded.items, 2);
            let context = TraceContext {
                trace_id: [1; 16],
                span_id: [2; 8],
            };
            assert_eq!(
                received.handlers,
                [HandlerSpan {
                    request_id: "r-1".into(),
                    context
                }]
            );
        }
    }

    #[test]
    fn other_spans_are_no_handlers() {
        let client = read(Signal::Traces, request(SpanKind::Client, "faas.invocation_id")).unwrap();
        assert_eq!(client.handlers, []);
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
        use opentelemetry_proto::tonic::metrics::v1::{Gauge, NumberDataPoint, ResourceMetrics, ScopeMetrics};
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
        assert_eq!(received.forwarded.items, 4);
    }
}

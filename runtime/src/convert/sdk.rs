//! What the function's own OpenTelemetry SDK sends: checked, counted, and searched for the handler's span.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message;

use super::data_points;
use crate::buffer::{Forwarded, Signal};
use crate::invocation::HandlerSpan;
use crate::otlp_json::repair;
use crate::record::TraceContext;

/// Attributes that hold the request id; the second is what older instrumentations write.
const REQUEST_ID: [&str; 2] = ["faas.invocation_id", "faas.execution"];

/// What our own invoke span says of a cold start, and some instrumentations don't.
const COLD_START: &str = "faas.coldstart";

/// A span that the SDK sent, whatever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentSpan {
    /// Its ids.
    pub context: TraceContext,
    /// The span above it, if that is in the function: that of work which comes from outside is its caller's.
    pub parent_span_id: Option<[u8; 8]>,
    /// When it began, nanoseconds since the Unix epoch.
    pub start: u64,
}

/// A valid export request and the handler spans in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The request, to be sent on.
    pub forwarded: Forwarded,
    /// Handler spans: none but in traces.
    pub handlers: Vec<HandlerSpan>,
    /// All spans: none but in traces.
    pub spans: Vec<SentSpan>,
}

/// Reads a protobuf export request. One with text that is not UTF-8 is repaired first: the other records must not be lost with
/// it (open-telemetry/opentelemetry-specification issue 3421).
pub fn read(signal: Signal, request: Bytes) -> Result<Received, prost::DecodeError> {
    read_valid(signal, Bytes::clone(&request)).or_else(|error| {
        let repaired = repair::protobuf(signal, &request).ok_or(error)?;
        read_valid(signal, repaired.into())
    })
}

fn read_valid(signal: Signal, request: Bytes) -> Result<Received, prost::DecodeError> {
    let (mut handlers, mut sent) = (Vec::new(), Vec::new());
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
            let spans = spans.inspect(|span| {
                handlers.extend(handler_span(span));
                sent.extend(sent_span(span));
            });
            spans.count()
        }
        Signal::Metrics => return metrics(request),
    };
    let forwarded = Forwarded { signal, request, items };
    Ok(Received {
        forwarded,
        handlers,
        spans: sent,
    })
}

/// OTLP counts data points. Metrics without any are left out.
fn metrics(mut request: Bytes) -> Result<Received, prost::DecodeError> {
    let mut message = ExportMetricsServiceRequest::decode(Bytes::clone(&request))?;
    if data_points::drop_empty(&mut message) {
        request = message.encode_to_vec().into();
    }
    let scopes = message
        .resource_metrics
        .iter()
        .flat_map(|resource| &resource.scope_metrics);
    let items = scopes.flat_map(|scope| &scope.metrics).map(data_points::count).sum();
    let signal = Signal::Metrics;
    Ok(Received {
        forwarded: Forwarded { signal, request, items },
        handlers: Vec::new(),
        spans: Vec::new(),
    })
}

fn sent_span(span: &Span) -> Option<SentSpan> {
    let is_entry = [SpanKind::Server, SpanKind::Consumer]
        .map(i32::from)
        .contains(&span.kind);
    let parent = span.parent_span_id.as_slice().try_into().ok();
    Some(SentSpan {
        context: TraceContext {
            trace_id: span.trace_id.as_slice().try_into().ok()?,
            span_id: span.span_id.as_slice().try_into().ok()?,
        },
        parent_span_id: parent.filter(|_| !is_entry),
        start: span.start_time_unix_nano,
    })
}

fn handler_span(span: &Span) -> Option<HandlerSpan> {
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
        parent_span_id: span.parent_span_id.as_slice().try_into().ok(),
        is_entry: [SpanKind::Server, SpanKind::Consumer]
            .map(i32::from)
            .contains(&span.kind),
        has_cold_start: span.attributes.iter().any(|attribute| attribute.key == COLD_START),
    })
}

/// The request with `faas.coldstart` on this span.
pub fn with_cold_start(request: &Bytes, span_id: [u8; 8]) -> Bytes {
    let Ok(mut message) = ExportTraceServiceRequest::decode(Bytes::clone(request)) else {
        return Bytes::clone(request);
    };
    let scopes = message
        .resource_spans
        .iter_mut()
        .flat_map(|resource| &mut resource.scope_spans);
    let mut spans = scopes.flat_map(|scope| &mut scope.spans);
    if let Some(span) = spans.find(|span| span.span_id == span_id) {
        span.attributes.push(KeyValue {
            key: COLD_START.to_owned(),
            value: Some(AnyValue {
                value: Some(Any::BoolValue(true)),
            }),
        });
    }
    message.encode_to_vec().into()
}

#[cfg(test)]
mod tests {
    use super::*;
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
        use opentelemetry_proto::tonic::metrics::v1::metric::Data;
        use opentelemetry_proto::tonic::metrics::v1::{Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics};
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
}

//! Encodes neutral records and the SDK's requests as OTLP export requests.

use bytes::Bytes;
use prost::Message;

use super::messages::collector::{ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest};
use super::messages::common::KeyValue;
use super::messages::logs::ResourceLogs;
use super::messages::resource::Resource as WireResource;
use super::messages::trace::{Event, Link, ResourceSpans, ScopeSpans, Span as WireSpan, SpanKind, Status, StatusCode};
use super::scope::scope;
use super::value::{any_value, key_value};
use super::{log_records, merge_resource};
use crate::record::{self, Forwarded, Log, Resource, Severity, Span, SpanEvent, SpanLink, SpanStatus};

/// Encodes the extension's log records and requests of the function's SDK as one export request. The extension's own
/// are written directly, see [`log_records`]; concatenated requests are one request.
pub fn encode_logs(resource: &Resource, logs: Vec<Log>, forwarded: &[Forwarded]) -> Vec<u8> {
    let mut message = Vec::new();
    if !logs.is_empty() {
        let (resource_bytes, scope) = (wire_resource(resource).encode_to_vec(), scope().encode_to_vec());
        let spelling = match resource.rotel_severity {
            true => Severity::rotel_text,
            false => Severity::text,
        };
        log_records::write_request(&mut message, &resource_bytes, &scope, logs, spelling);
    }
    append_forwarded(&mut message, resource, forwarded);
    message
}

/// Requests of the SDK as received, with the extension's resource attributes. They were validated on receipt.
fn append_forwarded(message: &mut Vec<u8>, resource: &Resource, forwarded: &[Forwarded]) {
    for request in forwarded {
        let before = message.len();
        message.reserve(request.request.len());
        if merge_resource::request(message, &request.request, resource).is_err() {
            message.truncate(before);
        }
    }
}

/// The logs of the function's SDK, with the extension's resource attributes.
pub fn forwarded_logs(resource: &Resource, forwarded: &[Forwarded]) -> impl Iterator<Item = ResourceLogs> {
    decoded(forwarded, |r: ExportLogsServiceRequest| r.resource_logs).map(|mut entry| {
        merge_resource::resource(&mut entry.resource, resource);
        entry
    })
}

/// Encodes the extension's spans and requests of the function's SDK as one export request.
pub fn encode_spans(resource: &Resource, spans: Vec<Span>, forwarded: &[Forwarded]) -> Vec<u8> {
    let mut message = spans_request(resource, spans, &[]).encode_to_vec();
    append_forwarded(&mut message, resource, forwarded);
    message
}

/// The extension's spans and requests of the function's SDK as one export request.
pub fn spans_request(resource: &Resource, spans: Vec<Span>, forwarded: &[Forwarded]) -> ExportTraceServiceRequest {
    let mut request = ExportTraceServiceRequest::default();
    if !spans.is_empty() {
        request.resource_spans.push(ResourceSpans {
            resource: Some(wire_resource(resource)),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope()),
                spans: spans.into_iter().map(wire_span).collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        });
    }
    for mut entry in decoded(forwarded, |r: ExportTraceServiceRequest| r.resource_spans) {
        merge_resource::resource(&mut entry.resource, resource);
        request.resource_spans.push(entry);
    }
    request
}

/// Encodes metric requests of the function's SDK as one export request.
pub fn encode_metrics(resource: &Resource, forwarded: &[Forwarded]) -> Vec<u8> {
    let mut message = Vec::new();
    append_forwarded(&mut message, resource, forwarded);
    message
}

/// Metric requests of the function's SDK as one export request.
pub fn metrics_request(resource: &Resource, forwarded: &[Forwarded]) -> ExportMetricsServiceRequest {
    let mut request = ExportMetricsServiceRequest::default();
    for mut entry in decoded(forwarded, |r: ExportMetricsServiceRequest| r.resource_metrics) {
        merge_resource::resource(&mut entry.resource, resource);
        request.resource_metrics.push(entry);
    }
    request
}

/// The entries of requests, which were validated on receipt.
fn decoded<'a, R: Message + Default, E: 'a>(
    forwarded: &'a [Forwarded],
    entries: impl Fn(R) -> Vec<E> + 'a,
) -> impl Iterator<Item = E> + 'a {
    forwarded
        .iter()
        .filter_map(|request| R::decode(Bytes::clone(&request.request)).ok())
        .flat_map(entries)
}

fn wire_resource(resource: &Resource) -> WireResource {
    let attributes = resource.attributes.iter().map(|(key, value)| KeyValue {
        key: key.clone(),
        value: Some(any_value(value.clone())),
    });
    WireResource {
        attributes: attributes.collect(),
        ..WireResource::default()
    }
}

fn wire_span(span: Span) -> WireSpan {
    let status = match span.status {
        SpanStatus::Unset => None,
        SpanStatus::Error(message) => Some(Status {
            code: StatusCode::Error.into(),
            message,
        }),
    };
    let kind = match span.kind {
        record::SpanKind::Server => SpanKind::Server,
        record::SpanKind::Consumer => SpanKind::Consumer,
        record::SpanKind::Internal => SpanKind::Internal,
    };
    WireSpan {
        trace_id: span.context.trace_id.to_vec(),
        span_id: span.context.span_id.to_vec(),
        parent_span_id: span.parent_span_id.map(Vec::from).unwrap_or_default(),
        name: span.name,
        kind: kind.into(),
        start_time_unix_nano: span.start,
        end_time_unix_nano: span.end,
        attributes: span.attributes.into_iter().map(key_value).collect(),
        events: span.events.into_iter().map(wire_event).collect(),
        links: span.links.into_iter().map(wire_link).collect(),
        status,
        ..WireSpan::default()
    }
}

fn wire_event(event: SpanEvent) -> Event {
    Event {
        time_unix_nano: event.time,
        name: event.name.to_owned(),
        attributes: event.attributes.into_iter().map(key_value).collect(),
        ..Event::default()
    }
}

fn wire_link(link: SpanLink) -> Link {
    Link {
        trace_id: link.context.trace_id.to_vec(),
        span_id: link.context.span_id.to_vec(),
        attributes: link.attributes.into_iter().map(key_value).collect(),
        ..Link::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::logs::from_line;
    use crate::record::{Attributes, Origin, Signal, TraceContext, Value};

    fn resource() -> Resource {
        Resource {
            attributes: vec![("service.name".into(), Value::from("orders"))],
            overrides: vec![],
            ..Resource::default()
        }
    }

    #[test]
    fn logs_carry_type_invocation_and_trace() {
        let mut log = from_line(
            Origin::Function,
            7,
            r#"{"message":"hi","level":"WARN","n":[1,{"a":null}]}"#,
        );
        log.request_id = Some("r-1".into());
        log.complete_context(TraceContext {
            trace_id: [1; 16],
            span_id: [2; 8],
        });
        let bytes = encode_logs(&resource(), vec![log], &[]);
        let request = ExportLogsServiceRequest::decode(&*bytes).unwrap();
        let record = &request.resource_logs[0].scope_logs[0].log_records[0];
        let keys: Vec<&str> = record.attributes.iter().map(|a| a.key.as_str()).collect();
        assert_eq!(keys, ["type", "faas.invocation_id", "n"]);
        assert_eq!((record.severity_number, record.severity_text.as_str()), (13, "WARN"));
        assert_eq!(
            (record.trace_id.as_slice(), record.span_id.as_slice()),
            ([1; 16].as_slice(), [2; 8].as_slice())
        );
        assert_eq!(
            request.resource_logs[0].resource.as_ref().unwrap().attributes[0].key,
            "service.name"
        );
    }

    #[test]
    fn the_sdks_requests_are_merged() {
        let spans = vec![Span {
            context: TraceContext {
                trace_id: [1; 16],
                span_id: [2; 8],
            },
            parent_span_id: Some([3; 8]),
            kind: record::SpanKind::Server,
            name: "orders".into(),
            start: 1,
            end: 2,
            attributes: Attributes::new(),
            events: vec![SpanEvent {
                name: "exception",
                time: 2,
                attributes: vec![("exception.type".into(), Value::from("E"))],
            }],
            links: vec![SpanLink {
                context: TraceContext {
                    trace_id: [4; 16],
                    span_id: [5; 8],
                },
                attributes: vec![("messaging.message.id".into(), Value::from("m"))],
            }],
            status: SpanStatus::Error("E".into()),
        }];
        let first = Bytes::from(encode_spans(&resource(), spans.clone(), &[]));
        let forwarded = Forwarded {
            signal: Signal::Traces,
            request: first,
            items: 1,
        };
        let bytes = encode_spans(&resource(), spans, &[forwarded.clone(), forwarded]);
        let request = ExportTraceServiceRequest::decode(&*bytes).unwrap();
        assert_eq!(request.resource_spans.len(), 3);
        let span = &request.resource_spans[0].scope_spans[0].spans[0];
        assert_eq!(span.kind, i32::from(SpanKind::Server));
        assert_eq!(span.status.as_ref().unwrap().message, "E");
        assert_eq!(span.parent_span_id, [3; 8]);
        let event = &span.events[0];
        assert_eq!((event.name.as_str(), event.time_unix_nano), ("exception", 2));
        assert_eq!(event.attributes[0].key, "exception.type");
        assert_eq!(
            (&*span.links[0].trace_id, &*span.links[0].span_id),
            (&[4; 16][..], &[5; 8][..])
        );
        assert_eq!(span.links[0].attributes[0].key, "messaging.message.id");
    }
}

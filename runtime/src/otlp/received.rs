//! Requests of the function's own OpenTelemetry SDK: validated, counted, and searched for the handler's span.

use std::time::Duration;

use bytes::Bytes;
use prost::Message;

use super::data_points;
use super::json::repair;
use super::messages::collector::{ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest};
use super::messages::common::{AnyValue, KeyValue, Value as Any};
use super::messages::trace::{Span, SpanKind, StatusCode};
use super::unfinished::{self, UnfinishedSpan};
use crate::invocation::{HandlerSpan, durable};
use crate::record::{Forwarded, Signal, TraceContext};

/// Attributes that contain the request id; older instrumentations write the second.
const REQUEST_ID: [&str; 2] = ["faas.invocation_id", "faas.execution"];

/// The attribute of cold starts, which the extension's invoke span has and which some instrumentations omit.
const COLD_START: &str = "faas.coldstart";

/// Any span that the SDK sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentSpan {
    /// Its ids.
    pub context: TraceContext,
    /// Its parent span, if that is in the function: for work from outside, the parent is the caller's.
    pub parent_span_id: Option<[u8; 8]>,
    /// When it began, nanoseconds since the Unix epoch.
    pub start: u64,
}

/// A span that names a durable execution, as created by AWS's OpenTelemetry plugins for durable functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurableSpan {
    /// ARN of the execution.
    pub execution: String,
    /// The span's trace.
    pub trace_id: [u8; 16],
    /// When it began, nanoseconds since the Unix epoch.
    pub start: u64,
    /// The invocation, if it names one.
    pub request_id: Option<String>,
}

/// A valid export request and the handler spans in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The request, to be passed on.
    pub forwarded: Forwarded,
    /// Handler spans; only in traces.
    pub handlers: Vec<HandlerSpan>,
    /// All spans; only in traces.
    pub spans: Vec<SentSpan>,
    /// Traces of spans that failed.
    pub failed: Vec<[u8; 16]>,
    /// Spans that name durable executions, one for each execution and trace.
    pub durable: Vec<DurableSpan>,
    /// Spans that were still open, which are not in `forwarded`.
    pub unfinished: Vec<UnfinishedSpan>,
    /// The invocation whose handler has ended, if the sender signals that.
    pub ended: Option<String>,
}

impl Received {
    /// A request without any record.
    pub fn nothing(signal: Signal) -> Self {
        Received {
            forwarded: Forwarded {
                signal,
                request: Bytes::new(),
                items: 0,
            },
            handlers: Vec::new(),
            spans: Vec::new(),
            failed: Vec::new(),
            durable: Vec::new(),
            unfinished: Vec::new(),
            ended: None,
        }
    }
}

/// Parses a protobuf export request. One with invalid UTF-8 is repaired first, so that its other records are not lost
/// with it (open-telemetry/opentelemetry-specification issue 3421).
pub fn read(signal: Signal, request: Bytes) -> Result<Received, prost::DecodeError> {
    read_valid(signal, Bytes::clone(&request)).or_else(|error| {
        let repaired = repair::protobuf(signal, &request).ok_or(error)?;
        read_valid(signal, repaired.into())
    })
}

fn read_valid(signal: Signal, request: Bytes) -> Result<Received, prost::DecodeError> {
    let (mut handlers, mut sent, mut durable, mut open) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut failed: Vec<[u8; 16]> = Vec::new();
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
                let ids = sent_span(span);
                let trace = ids.as_ref().map(|ids| ids.context.trace_id);
                failed.extend(trace.filter(|id| has_failed(span) && failed.last() != Some(id)));
                if unfinished::is_unfinished(span) {
                    open.extend(ids.as_ref().map(|ids| ids.context.span_id));
                }
                sent.extend(ids);
                add_durable(&mut durable, span);
            });
            spans.count()
        }
        Signal::Metrics => return metrics(request),
    };
    let (forwarded, unfinished) = without_open(Forwarded { signal, request, items }, &open);
    Ok(Received {
        forwarded,
        failed,
        unfinished,
        handlers,
        spans: sent,
        durable,
        ended: None,
    })
}

/// OTLP counts data points. Metrics without any are dropped.
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
    let forwarded = Forwarded { signal, request, items };
    Ok(Received {
        forwarded,
        ..Received::nothing(signal)
    })
}

/// The request without the spans with these ids, and those spans.
fn without_open(whole: Forwarded, open: &[[u8; 8]]) -> (Forwarded, Vec<UnfinishedSpan>) {
    if open.is_empty() {
        return (whole, Vec::new());
    }
    match unfinished::split(&whole.request, open) {
        Ok((rest, taken)) => {
            let items = whole.items.saturating_sub(taken.len());
            let request = rest.into();
            (
                Forwarded {
                    request,
                    items,
                    ..whole
                },
                taken,
            )
        }
        // It has just been parsed.
        Err(_) => (whole, Vec::new()),
    }
}

fn has_failed(span: &Span) -> bool {
    let status = span.status.as_ref();
    status.is_some_and(|status| status.code() == StatusCode::Error)
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

/// The string of the first attribute with one of these names.
fn string_of<'a>(span: &'a Span, names: &[&str]) -> Option<&'a String> {
    let mut attributes = span.attributes.iter();
    let attribute = attributes.find(|attribute| names.contains(&attribute.key.as_str()))?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Any::StringValue(text) => Some(text),
        _ => None,
    }
}

fn add_durable(known: &mut Vec<DurableSpan>, span: &Span) {
    let Some(execution) = string_of(span, &[durable::EXECUTION]).filter(|arn| durable::is_execution(arn)) else {
        return;
    };
    let Ok(trace_id) = span.trace_id.as_slice().try_into() else {
        return;
    };
    if known
        .iter()
        .all(|one| one.execution != *execution || one.trace_id != trace_id)
    {
        known.push(DurableSpan {
            execution: execution.clone(),
            trace_id,
            start: span.start_time_unix_nano,
            request_id: string_of(span, &REQUEST_ID).cloned(),
        });
    }
}

fn handler_span(span: &Span) -> Option<HandlerSpan> {
    let request_id = string_of(span, &REQUEST_ID)?;
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
        failed: span
            .status
            .as_ref()
            .is_some_and(|status| status.code() == StatusCode::Error),
        took: Duration::from_nanos(span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano)),
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
mod tests;

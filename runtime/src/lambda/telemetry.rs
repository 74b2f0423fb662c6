//! The Telemetry API's events, each parsed by itself.
//!
//! An event that is unknown or malformed must never affect the others of its batch. Records stay raw JSON until they
//! are needed, so that the common record (a line of text) never becomes a JSON tree.

mod event_time;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// One event of a batch, with its record not yet parsed.
#[derive(Debug, Deserialize)]
pub struct Event<'a> {
    /// When Lambda received or created it, nanoseconds since the Unix epoch; `None` if the time is neither RFC 3339 nor
    /// a number.
    #[serde(default, deserialize_with = "event_time::read")]
    pub time: Option<u64>,
    /// Its kind, such as `function` or `platform.start`.
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    /// Its content.
    #[serde(borrow)]
    pub record: &'a RawValue,
}

/// How a phase or an invocation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Status {
    /// It succeeded.
    Success,
    /// The handler failed, or a status of a later schema.
    Error,
    /// The runtime exited.
    Failure,
    /// The function's timeout ended it.
    Timeout,
}

impl From<String> for Status {
    fn from(name: String) -> Self {
        match name.as_str() {
            "success" => Status::Success,
            "failure" => Status::Failure,
            "timeout" => Status::Timeout,
            _ => Status::Error,
        }
    }
}

impl Status {
    /// The name in Lambda's events.
    pub fn name(self) -> &'static str {
        match self {
            Status::Success => "success",
            Status::Error => "error",
            Status::Failure => "failure",
            Status::Timeout => "timeout",
        }
    }
}

/// The trace header of an invocation.
#[derive(Debug, Deserialize)]
pub struct Tracing<'a> {
    /// The `X-Amzn-Trace-Id` header.
    #[serde(borrow, default)]
    pub value: Cow<'a, str>,
}

/// `platform.start`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Start<'a> {
    /// The invocation.
    #[serde(borrow)]
    pub request_id: Cow<'a, str>,
    /// Its trace.
    #[serde(borrow, default)]
    pub tracing: Option<Tracing<'a>>,
    /// The tenant, of a function with tenant isolation (Lambda developer guide, "Monitoring Lambda functions with tenant
    /// isolation").
    #[serde(borrow, default)]
    pub tenant_id: Option<Cow<'a, str>>,
}

/// Lambda's measurements of a phase or an invocation; `None` if missing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metrics {
    /// Duration of the phase or the handler in milliseconds.
    pub duration_ms: Option<f64>,
    /// Billed duration.
    pub billed_duration_ms: Option<f64>,
    /// Memory of the function in MB.
    #[serde(rename = "memorySizeMB")]
    pub memory_size_mb: Option<f64>,
    /// Maximum memory used, in MB.
    #[serde(rename = "maxMemoryUsedMB")]
    pub max_memory_used_mb: Option<f64>,
    /// Duration of the init phase before this invocation.
    pub init_duration_ms: Option<f64>,
    /// Duration of the restore phase before this invocation.
    pub restore_duration_ms: Option<f64>,
}

/// A part of an invocation, as measured by Lambda.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part<'a> {
    /// `responseLatency`, `responseDuration`, `runtimeOverhead`, `extensionOverhead`.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Its duration in milliseconds.
    pub duration_ms: f64,
}

/// `platform.runtimeDone` and `platform.report`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Done<'a> {
    /// The invocation.
    #[serde(borrow)]
    pub request_id: Cow<'a, str>,
    /// How it ended.
    pub status: Status,
    /// The error's type, if it failed.
    #[serde(borrow, default)]
    pub error_type: Option<Cow<'a, str>>,
    /// Its measurements.
    #[serde(default)]
    pub metrics: Option<Metrics>,
    /// Its parts, not yet parsed.
    #[serde(borrow, default)]
    pub spans: Option<&'a RawValue>,
    /// The tenant, of a function with tenant isolation.
    #[serde(borrow, default)]
    pub tenant_id: Option<Cow<'a, str>>,
}

impl Done<'_> {
    /// Milliseconds that extensions took after the function.
    pub fn extension_overhead_ms(&self) -> Option<f64> {
        let parts: Vec<Part> = serde_json::from_str(self.spans?.get()).ok()?;
        let overhead = parts.iter().find(|part| part.name == "extensionOverhead");
        overhead.map(|part| part.duration_ms)
    }
}

/// The events of the init and the restore phase; each has some of these fields.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Phase<'a> {
    /// `init`, or `invoke` where Lambda initialises again within an invocation.
    #[serde(borrow)]
    pub phase: Cow<'a, str>,
    /// The runtime's version, such as `nodejs:22.v47`.
    #[serde(borrow)]
    pub runtime_version: Cow<'a, str>,
    /// How it ended.
    pub status: Option<Status>,
    /// The error's type, if it failed.
    #[serde(borrow)]
    pub error_type: Option<Cow<'a, str>>,
    /// Its measurements.
    pub metrics: Option<Metrics>,
}

/// `platform.logsDropped`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogsDropped {
    /// The number of events that Lambda did not deliver.
    pub dropped_records: u64,
}

/// The contents of a body: the events that could be parsed, and how many could not.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    /// The events in their order.
    pub events: Vec<Event<'a>>,
    /// Number of elements that are not events.
    pub malformed: usize,
}

/// Parses a batch as far as possible: a malformed element affects only itself.
pub fn parse(body: &str) -> Batch<'_> {
    match serde_json::from_str(body) {
        Ok(events) => Batch { events, malformed: 0 },
        Err(_) => salvage(body),
    }
}

/// Parses a body that is not a complete array of events, element by element.
fn salvage(body: &str) -> Batch<'_> {
    let mut batch = Batch::default();
    let body = body.trim_start();
    let mut rest = skip_separators(body.strip_prefix('[').unwrap_or(body));
    while !rest.is_empty() {
        let mut elements = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match elements.next() {
            Some(Ok(element)) => {
                rest = skip_separators(&rest[elements.byte_offset()..]);
                match serde_json::from_str(element.get()) {
                    Ok(event) => batch.events.push(event),
                    Err(_) => batch.malformed += 1,
                }
            }
            Some(Err(_)) => {
                batch.malformed += 1;
                rest = next_object(rest);
            }
            None => break,
        }
    }
    batch
}

fn skip_separators(text: &str) -> &str {
    text.trim_start_matches(|c: char| c == ']' || c == ',' || c.is_whitespace())
}

/// The text after a malformed element: the next position where an event may begin.
fn next_object(rest: &str) -> &str {
    const BEGINNINGS: [&str; 3] = ["{\"time\"", "{\"type\"", "{\"record\""];
    let skipped = rest.char_indices().nth(1).map_or(rest.len(), |(at, _)| at);
    let next = BEGINNINGS
        .iter()
        .filter_map(|beginning| rest[skipped..].find(beginning))
        .min();
    next.map_or("", |at| &rest[skipped + at..])
}

#[cfg(test)]
mod tests;

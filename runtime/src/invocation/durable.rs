//! What a function's own records reveal about a durable execution. Lambda's events name none, as of 2026-11: only the
//! function learns which execution it runs (`DurableExecutionArn` in its event), and its output contains it.
//!
//! The fields are those of the loggers of AWS's Durable Execution SDKs for JavaScript, Python, Java and .NET. The
//! attributes have the names of spans of AWS's OpenTelemetry plugins for them (`aws-durable-execution-sdk-python-otel`
//! 2.0.0), since OpenTelemetry's semantic conventions define none.

use std::borrow::Cow;

use super::Labels;
use crate::record::{Attributes, Key, Log, Value};

/// The attribute of an execution's ARN.
pub const EXECUTION: &str = Labels::EXECUTION;

/// The attribute of the operation's id.
pub const OPERATION: &str = "durable.operation.id";

/// The attribute of a line that a replay repeats.
pub const REPLAYED: &str = "durable.replayed";

/// Names of the ARN's field: JavaScript, Python and .NET; Java, and .NET before June 2026; Java with OpenTelemetry.
const ARN_FIELDS: [&str; 3] = ["executionArn", "durableExecutionArn", EXECUTION];

/// The SDKs' other fields, and the attributes that they become.
const FIELDS: [(&str, &str); 3] = [
    ("operationId", OPERATION),
    ("operationName", "durable.operation.name"),
    ("attempt", "durable.attempt.number"),
];

/// The field with the diagnostic context of Java's loggers: logback and log4j2.
const CONTEXTS: [&str; 2] = ["mdc", "contextMap"];

/// Part of every ARN of an execution, after the function's version. `executionArn` is also a field of Step Functions.
const MARK: &str = "/durable-execution/";

/// Whether this is the ARN of a durable execution.
pub fn is_execution(arn: &str) -> bool {
    arn.starts_with("arn:") && arn.contains(MARK)
}

/// The execution that a record names. Its fields about the execution become the attributes that spans have.
pub fn identify(log: &mut Log) -> Option<String> {
    if log.attributes.is_empty() {
        return None;
    }
    flatten_context(&mut log.attributes);
    let named = |(key, value): &(Key, Value)| {
        let arn = ARN_FIELDS.contains(&&**key).then(|| value.as_str()).flatten();
        arn.filter(|arn| is_execution(arn)).map(str::to_owned)
    };
    let at = log.attributes.iter().position(|field| named(field).is_some())?;
    let arn = named(&log.attributes[at]);
    log.attributes[at].0 = Cow::Borrowed(EXECUTION);
    for (field, attribute) in FIELDS {
        let taken = log.attributes.iter().any(|(key, _)| key == attribute);
        if let Some(known) = log.attributes.iter_mut().find(|(key, _)| key == field && !taken) {
            known.0 = Cow::Borrowed(attribute);
            // Java's diagnostic context contains only strings.
            let number = known
                .1
                .as_str()
                .filter(|_| field == "attempt")
                .and_then(|text| text.parse().ok());
            known.1 = number.map_or_else(|| std::mem::replace(&mut known.1, Value::Null), Value::Int);
        }
    }
    arn
}

/// Moves the fields about an execution from the diagnostic context into the record itself.
fn flatten_context(attributes: &mut Attributes) {
    let mut found = Attributes::new();
    for (key, value) in attributes.iter_mut() {
        let Value::Map(entries) = value else { continue };
        let is_arn = |(name, value): &(String, Value)| {
            ARN_FIELDS.contains(&name.as_str()) && value.as_str().is_some_and(is_execution)
        };
        if !CONTEXTS.contains(&&**key) || !entries.iter().any(is_arn) {
            continue;
        }
        let moved = |name: &str| ARN_FIELDS.contains(&name) || FIELDS.iter().any(|(field, _)| *field == name);
        let (own, rest) = std::mem::take(entries).into_iter().partition(|(name, _)| moved(name));
        *entries = rest;
        let own: Vec<(String, Value)> = own;
        found.extend(own.into_iter().map(|(name, value)| (Cow::Owned(name), value)));
    }
    if found.is_empty() {
        return;
    }
    attributes.retain(|(key, value)| !(CONTEXTS.contains(&&**key) && *value == Value::Map(Vec::new())));
    for (key, value) in found {
        if attributes.iter().all(|(known, _)| *known != key) {
            attributes.push((key, value));
        }
    }
}

/// Marks a line that a replay repeats.
pub fn mark(log: &mut Log) {
    log.attributes.push((REPLAYED.into(), Value::Bool(true)));
}

/// Whether a replay repeats this line.
pub fn is_replayed(log: &Log) -> bool {
    log.attributes
        .iter()
        .any(|(key, value)| key == REPLAYED && *value == Value::Bool(true))
}

/// The operation in which a line was written, if the SDK's logger wrote it.
pub fn operation(log: &Log) -> Option<&str> {
    let attribute = log.attributes.iter().find(|(key, _)| key == OPERATION)?;
    attribute.1.as_str()
}

#[cfg(test)]
mod tests;

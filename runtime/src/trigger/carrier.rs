//! Where a message or request may carry the context of its sender.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::json::{at, beginning, text};
use crate::record::Value;

/// Maximum depth of messages within messages: EventBridge within SNS within SQS.
const DEEPEST: usize = 3;

/// The longest list of bytes that is read as a header.
const LONGEST: usize = 512;

/// A carrier that may contain a context.
pub enum Carrier<'v> {
    /// Headers or message attributes, by case-insensitive name.
    Fields(Option<&'v Value>),
    /// The text of a message, which may contain another one.
    Envelope(Option<&'v Value>),
    /// The same in Base64, as in Kinesis.
    Data(Option<&'v Value>),
    /// The `detail` of an event of EventBridge.
    Detail(Option<&'v Value>),
}

impl Carrier<'_> {
    /// The value of a header by its name in lower case.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match self {
            Carrier::Fields(fields) => field((*fields)?, name),
            Carrier::Envelope(body) => envelope((*body)?.as_str()?, name, 0).map(Cow::Owned),
            Carrier::Data(data) => {
                let bytes = STANDARD.decode((*data)?.as_str()?).ok()?;
                envelope(std::str::from_utf8(&bytes).ok()?, name, 0).map(Cow::Owned)
            }
            Carrier::Detail(detail) => of_detail((*detail)?, name),
        }
    }
}

/// The value in an object for a case-insensitive name.
fn field<'v>(fields: &'v Value, name: &str) -> Option<Cow<'v, str>> {
    let Value::Map(fields) = fields else { return None };
    let exact = fields.iter().find(|(key, _)| key == name);
    let found = exact.or_else(|| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
    value_text(&found?.1)
}

/// A string, the first of several (multi-value headers), the value of a message attribute of SQS or SNS, or a list of bytes
/// (Kafka, RabbitMQ).
fn value_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Array(items) if matches!(items.first(), Some(Value::Int(_))) => bytes(items).map(Cow::Owned),
        Value::Array(items) => value_text(items.first()?),
        Value::Map(fields) => {
            let names = ["stringValue", "Value", "value", "S", "bytes"];
            let mut found = names
                .iter()
                .filter_map(|name| fields.iter().find(|(key, _)| key == name));
            match found.next() {
                // SNS writes attributes of type Binary in Base64.
                Some((_, inner)) if text(value, &["Type"]) == Some("Binary") => decoded(&value_text(inner)?),
                Some((_, inner)) => value_text(inner),
                None => decoded(text(value, &["binaryValue"])?),
            }
        }
        _ => None,
    }
}

fn decoded(base64: &str) -> Option<Cow<'static, str>> {
    let bytes = STANDARD.decode(base64).ok()?;
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// Java writes bytes as -128 to 127.
fn bytes(items: &[Value]) -> Option<String> {
    if items.len() > LONGEST {
        return None;
    }
    let byte = |item: &Value| match item {
        Value::Int(number) => u8::try_from(number & 0xff).ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = items.iter().map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// The locations where producers of events put a context in `detail`: by the tracing layers, by Datadog, and by hand.
fn of_detail<'v>(detail: &'v Value, name: &str) -> Option<Cow<'v, str>> {
    let nested = ["_datadog", "metadata", "headers"];
    let nested = nested.iter().filter_map(|inner| at(detail, &[inner]));
    std::iter::once(detail)
        .chain(nested)
        .find_map(|fields| field(fields, name))
}

/// The context within a message's text: SNS's notification in an SQS message, or an EventBridge event in either. The
/// text is only parsed if it can contain a context at all.
fn envelope(body: &str, name: &str, depth: usize) -> Option<String> {
    const MARK: &[u8] = b"traceparent";
    let marked = body
        .as_bytes()
        .windows(MARK.len())
        .any(|window| window.eq_ignore_ascii_case(MARK));
    if depth >= DEEPEST || !marked {
        return None;
    }
    let message = beginning(body.as_bytes());
    let fields = |path: &[&str]| field(at(&message, path)?, name);
    let found = if let Some(detail @ Value::Map(_)) = at(&message, &["detail"]) {
        of_detail(detail, name)
    } else if text(&message, &["TopicArn"]).is_some() {
        let inner = || envelope(text(&message, &["Message"])?, name, depth + 1).map(Cow::Owned);
        fields(&["MessageAttributes"]).or_else(inner)
    } else {
        fields(&[])
            .or_else(|| fields(&["_datadog"]))
            .or_else(|| fields(&["headers"]))
    };
    found.map(Cow::into_owned)
}

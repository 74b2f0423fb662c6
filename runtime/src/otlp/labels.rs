//! Adds an attribute to every record of an SDK's request. Works on the encoded message, so that fields of a newer OTLP
//! are kept.

use prost::Message;

use super::messages::common::{AnyValue, KeyValue, Value as Any};
use crate::protobuf::{Broken, fields, put};
use crate::record::Signal;

/// Where records are in a request: the field numbers from message to message, then the number of a record's attributes
/// field (`opentelemetry-proto` 1.8: `logs.proto`, `trace.proto`, `metrics.proto`).
type Place = (&'static [u32], u32);

const LOG_RECORDS: [Place; 1] = [(&[1, 2, 2], 6)];
const SPANS: [Place; 1] = [(&[1, 2, 2], 9)];
/// Data points of gauges, sums, histograms, exponential histograms and summaries.
const DATA_POINTS: [Place; 5] = [
    (&[1, 2, 2, 5, 1], 7),
    (&[1, 2, 2, 7, 1], 7),
    (&[1, 2, 2, 9, 1], 9),
    (&[1, 2, 2, 10, 1], 1),
    (&[1, 2, 2, 11, 1], 7),
];

/// The request with this attribute on every log record, span or data point that has none with that name.
pub fn with_attribute(signal: Signal, request: &[u8], key: &str, value: &str) -> Result<Vec<u8>, Broken> {
    let places: &[Place] = match signal {
        Signal::Logs => &LOG_RECORDS,
        Signal::Traces => &SPANS,
        Signal::Metrics => &DATA_POINTS,
    };
    let value = Some(Any::StringValue(value.to_owned()));
    let attribute = KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value }),
    };
    let mut out = Vec::with_capacity(request.len() + request.len() / 8);
    descend(&mut out, request, places, 0, (key, &attribute.encode_to_vec()))?;
    Ok(out)
}

fn descend(
    out: &mut Vec<u8>,
    message: &[u8],
    places: &[Place],
    depth: usize,
    attribute: (&str, &[u8]),
) -> Result<(), Broken> {
    if let Some((_, number)) = places.iter().find(|(path, _)| path.len() == depth) {
        return append(out, message, *number, attribute);
    }
    for field in fields(message) {
        let field = field?;
        let leads_on = |place: &&Place| place.0.get(depth).is_some_and(|next| field.is_message(&[*next]));
        let below: Vec<Place> = places.iter().filter(leads_on).copied().collect();
        if below.is_empty() {
            out.extend_from_slice(field.raw);
            continue;
        }
        let mut inner = Vec::with_capacity(field.content.len() + attribute.1.len());
        descend(&mut inner, field.content, &below, depth + 1, attribute)?;
        put(out, field.number, &inner);
    }
    Ok(())
}

fn append(out: &mut Vec<u8>, record: &[u8], number: u32, (key, attribute): (&str, &[u8])) -> Result<(), Broken> {
    let mut known = false;
    for field in fields(record) {
        let field = field?;
        known |= field.is_message(&[number]) && has_key(field.content, key)?;
    }
    out.extend_from_slice(record);
    if !known {
        put(out, number, attribute);
    }
    Ok(())
}

/// Whether this encoded `KeyValue` has this key, which is its field 1.
fn has_key(attribute: &[u8], key: &str) -> Result<bool, Broken> {
    for field in fields(attribute) {
        let field = field?;
        if field.is_message(&[1]) {
            return Ok(field.content == key.as_bytes());
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;

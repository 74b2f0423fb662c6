//! OTLP/JSON to OTLP protobuf, straight through: no tree of the JSON text and no message structs in between.
//!
//! [`schema`] says which fields there are; this file walks the JSON text beside it and writes each field as it comes.
//! Unknown fields are ignored, as the OTLP specification wants: they have no number by which they could be passed on. Values
//! that don't fit become the [`nearest`] that does, and JSON that isn't quite JSON is repaired.

mod metrics_schema;
mod nearest;
mod reader;
pub mod repair;
mod scalar;
mod schema;

use bytes::Bytes;
use serde::de::DeserializeSeed;

use crate::record::Signal;

/// The protobuf form of a JSON export request. An error says what is wrong and at which line and column.
pub fn to_protobuf(signal: Signal, json: &[u8]) -> Result<Bytes, serde_json::Error> {
    // Nearly every request is read at once.
    convert(signal, json).or_else(|_| convert(signal, repair::json(json).as_bytes()))
}

fn convert(signal: Signal, json: &[u8]) -> Result<Bytes, serde_json::Error> {
    let mut out = Vec::with_capacity(json.len() / 2);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    reader::MessageSeed::new(repair::request_of(signal), &mut out).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(out.into())
}

#[cfg(test)]
mod tests;

//! Converts OTLP/JSON to OTLP protobuf directly, without a JSON tree or message structs in between.
//!
//! [`schema`] defines the fields; this file walks the JSON text according to it and writes each field as it comes.
//! Unknown fields are ignored, as the OTLP specification requires: they have no number with which they could be passed
//! on. Values that do not fit become the [`nearest`] that does, and slightly malformed JSON is repaired.

mod metrics_schema;
mod nearest;
mod reader;
pub mod repair;
mod scalar;
mod schema;

use bytes::Bytes;
use serde::de::DeserializeSeed;

use crate::record::Signal;

/// The protobuf form of a JSON export request. An error states the problem with line and column.
pub fn to_protobuf(signal: Signal, json: &[u8]) -> Result<Bytes, serde_json::Error> {
    // Nearly every request is valid.
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

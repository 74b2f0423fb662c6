//! The fields of the schema compared with those of the message structs: the same numbers, of the same types.

use prost::Message as _;
use prost::encoding::{WireType, encode_key};
use serde_json::{Value, json};

use super::super::repair::request_of;
use super::super::schema::{Field, Kind, Message};
use super::to_protobuf;
use crate::otlp::messages::collector::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest,
};
use crate::protobuf::put;
use crate::record::Signal;

/// More than the highest number in OTLP.
const NUMBERS: u32 = 100;

/// Every message of a signal once, with the fields that lead to it.
fn messages(signal: Signal) -> Vec<(Vec<&'static Field>, &'static Message)> {
    let mut found: Vec<(Vec<&'static Field>, &'static Message)> = vec![(Vec::new(), request_of(signal))];
    let mut next = 0;
    while next < found.len() {
        let (path, message) = found[next].clone();
        for field in message.fields {
            if let Kind::Message(inner) = &field.kind {
                if !found.iter().any(|(_, known)| std::ptr::eq(*known, *inner)) {
                    found.push(([path.as_slice(), &[field]].concat(), inner));
                }
            }
        }
        next += 1;
    }
    found
}

/// A value whose loss or change shows: 0 and the like are not encoded.
fn value(kind: &Kind) -> Value {
    match kind {
        Kind::String => json!("text"),
        Kind::Hex => json!("0102"),
        Kind::Base64 => json!("AwQ="),
        Kind::Bool => json!(true),
        Kind::Double => json!(1.5),
        Kind::Fixed32 | Kind::Uint32 => json!(u32::MAX),
        Kind::Fixed64 | Kind::Uint64 => json!(u64::MAX.to_string()),
        Kind::Sfixed64 | Kind::Int64 => json!(i64::MIN.to_string()),
        Kind::Sint32 | Kind::Enum(_) => json!(i32::MIN),
        Kind::Message(_) => json!({}),
    }
}

fn in_field(field: &Field, value: Value) -> Value {
    let value = if field.repeated { json!([value]) } else { value };
    json!({ field.name: value })
}

/// The request as the message structs read and write it.
fn through_structs(signal: Signal, request: &[u8]) -> Result<Vec<u8>, prost::DecodeError> {
    Ok(match signal {
        Signal::Logs => ExportLogsServiceRequest::decode(request)?.encode_to_vec(),
        Signal::Traces => ExportTraceServiceRequest::decode(request)?.encode_to_vec(),
        Signal::Metrics => ExportMetricsServiceRequest::decode(request)?.encode_to_vec(),
    })
}

/// Length-delimited fields with this content, innermost last.
fn nested(path: &[&Field], content: Vec<u8>) -> Vec<u8> {
    path.iter().rev().fold(content, |content, field| {
        let mut out = Vec::new();
        put(&mut out, field.number, &content);
        out
    })
}

/// Packed, as the structs write lists of numbers; the reader of JSON writes each element as a field.
fn packed(path: &[&Field], field: &Field, alone: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    encode_key(field.number, WireType::Varint, &mut key);
    let mut content = Vec::new();
    put(&mut content, field.number, &alone[key.len()..]);
    nested(path, content)
}

/// The encoded field without the messages around it.
fn innermost(path: &[&Field], request: &[u8]) -> Vec<u8> {
    path.iter().fold(request.to_vec(), |request, _| {
        let field = crate::protobuf::fields(&request).next().unwrap().unwrap();
        field.content.to_vec()
    })
}

#[test]
fn fields_of_the_schema_are_in_the_structs() {
    for signal in Signal::ALL {
        for (path, message) in messages(signal) {
            for field in message.fields {
                let leaf = in_field(field, value(&field.kind));
                let json = path.iter().rev().fold(leaf, |inner, outer| in_field(outer, inner));
                let written = to_protobuf(signal, json.to_string().as_bytes()).unwrap();
                let is_number = !matches!(field.kind, Kind::String | Kind::Hex | Kind::Base64 | Kind::Message(_));
                let expected = match field.repeated && is_number {
                    true => packed(&path, field, &innermost(&path, &written)),
                    false => written.to_vec(),
                };
                assert_eq!(through_structs(signal, &written), Ok(expected), "{signal:?}: {json}");
            }
        }
    }
}

#[test]
fn fields_of_the_structs_are_in_the_schema() {
    for signal in Signal::ALL {
        for (path, message) in messages(signal) {
            for number in (1..NUMBERS).filter(|number| message.fields.iter().all(|field| field.number != *number)) {
                // A field of this type is kept, one of another type is an error.
                let mut unknown = Vec::new();
                encode_key(number, WireType::ThirtyTwoBit, &mut unknown);
                unknown.extend([1; 4]);
                let names: Vec<&str> = path.iter().map(|field| field.name).collect();
                assert_eq!(
                    through_structs(signal, &nested(&path, unknown)),
                    Ok(nested(&path, Vec::new())),
                    "{signal:?}: field {number} of {names:?}"
                );
            }
        }
    }
}

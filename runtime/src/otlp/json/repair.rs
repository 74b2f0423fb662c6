//! Slightly malformed requests: invalid parts are replaced, the rest is accepted, as in OpenTelemetry's collector. This
//! is the slow path, for requests that could not be parsed unchanged. Pure.

use std::borrow::Cow;

use super::metrics_schema::METRICS_REQUEST;
use super::schema::{Field, Kind, LOGS_REQUEST, Message, TRACES_REQUEST};
use crate::protobuf::{self, Broken, WireType, fields, put};
use crate::record::Signal;

/// Prost's limit for the nesting of messages.
const DEEPEST: usize = 100;

/// The messages of a signal.
pub(super) fn request_of(signal: Signal) -> &'static Message {
    match signal {
        Signal::Logs => &LOGS_REQUEST,
        Signal::Traces => &TRACES_REQUEST,
        Signal::Metrics => &METRICS_REQUEST,
    }
}

/// A protobuf request with every string in UTF-8: invalid bytes are replaced by U+FFFD
/// (open-telemetry/opentelemetry-specification issue 3421). Fields with the wrong wire type are dropped, unknown ones
/// are kept. `None` if the bytes are not a message.
pub fn protobuf(signal: Signal, request: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(request.len());
    repair_message(&mut out, request_of(signal), request, 0).ok()?;
    Some(out)
}

fn repair_message(out: &mut Vec<u8>, message: &Message, bytes: &[u8], depth: usize) -> Result<(), Broken> {
    if depth > DEEPEST {
        return Err(Broken);
    }
    for field in fields(bytes) {
        let field = field?;
        match message.fields.iter().find(|known| known.number == field.number) {
            Some(known) => repair_field(out, known, &field, depth)?,
            None => out.extend_from_slice(field.raw),
        }
    }
    Ok(())
}

fn repair_field(out: &mut Vec<u8>, known: &Field, field: &protobuf::Field<'_>, depth: usize) -> Result<(), Broken> {
    let is_delimited = field.wire_type == WireType::LengthDelimited;
    match known.kind {
        Kind::Message(message) if is_delimited => {
            let mut nested = Vec::with_capacity(field.content.len());
            repair_message(&mut nested, message, field.content, depth + 1)?;
            put(out, field.number, &nested);
        }
        Kind::String if is_delimited => put(out, field.number, String::from_utf8_lossy(field.content).as_bytes()),
        _ if field.wire_type == wire_type(&known.kind) || (known.repeated && is_delimited) => {
            out.extend_from_slice(field.raw);
        }
        _ => {}
    }
    Ok(())
}

fn wire_type(kind: &Kind) -> WireType {
    match kind {
        Kind::String | Kind::Hex | Kind::Base64 | Kind::Message(_) => WireType::LengthDelimited,
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => WireType::SixtyFourBit,
        Kind::Fixed32 => WireType::ThirtyTwoBit,
        Kind::Bool | Kind::Uint32 | Kind::Uint64 | Kind::Int64 | Kind::Sint32 | Kind::Enum(_) => WireType::Varint,
    }
}

/// Replaces what is not valid JSON: a byte order mark, bytes that are not UTF-8, lone surrogates (JavaScript's strings
/// are cut by UTF-16 units, as `attributeValueLengthLimit` does), control characters and unknown escapes in strings,
/// `NaN` and `Infinity` as numbers.
pub fn json(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest: &str = &text;
    while let Some(quote) = rest.find('"') {
        out.push_str(&with_named_numbers(&rest[..quote]));
        out.push('"');
        rest = &rest[quote + 1..];
        rest = repair_text(&mut out, rest);
    }
    out.push_str(&with_named_numbers(rest));
    out
}

/// Copies a string up to its closing quote; returns what follows.
fn repair_text<'a>(out: &mut String, mut rest: &'a str) -> &'a str {
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        rest = match rest.as_bytes()[at] {
            b'"' => {
                out.push('"');
                return after;
            }
            b'\\' => repair_escape(out, after),
            control => {
                out.push_str(&format!("\\u{control:04x}"));
                after
            }
        };
    }
    out.push_str(rest);
    ""
}

/// Copies what follows a backslash.
fn repair_escape<'a>(out: &mut String, rest: &'a str) -> &'a str {
    let known = rest.chars().next().filter(|c| "\"\\/bfnrt".contains(*c));
    if let Some(known) = known {
        out.push('\\');
        out.push(known);
        return &rest[1..];
    }
    let Some((unit, after)) = utf16_unit(rest) else {
        // Not an escape: the backslash is literal.
        out.push_str("\\\\");
        return rest;
    };
    let low = after.strip_prefix('\\').and_then(utf16_unit);
    match (unit, low) {
        (0xd800..0xdc00, Some((low @ 0xdc00..0xe000, after))) => {
            out.push_str(&format!("\\u{unit:04x}\\u{low:04x}"));
            after
        }
        (0xd800..0xe000, _) => {
            out.push('\u{fffd}');
            after
        }
        _ => {
            out.push_str(&format!("\\u{unit:04x}"));
            after
        }
    }
}

/// `u` and four hexadecimal digits, and what follows.
fn utf16_unit(rest: &str) -> Option<(u32, &str)> {
    let digits = rest.strip_prefix('u')?;
    let (digits, after) = (digits.get(..4)?, digits.get(4..)?);
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?, after))
}

/// Replaces numbers that JSON has no literal for by the strings that protobuf's JSON uses for them.
fn with_named_numbers(outside: &str) -> Cow<'_, str> {
    if !outside.contains(['N', 'I']) {
        return Cow::Borrowed(outside);
    }
    let named = outside
        .replace("-Infinity", "\"-\u{1}\"")
        .replace("Infinity", "\"Infinity\"");
    Cow::Owned(named.replace('\u{1}', "Infinity").replace("NaN", "\"NaN\""))
}

#[cfg(test)]
mod tests;

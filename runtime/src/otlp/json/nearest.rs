//! Values outside the range of their field: replaced by the nearest valid value, since one bad value must not cost a
//! request.
//!
//! SDKs write such values in good faith: unsigned ids as `intValue`, times of a clock before 1970, lone surrogates, ids
//! in base64 as in protobuf's own JSON. Values without any meaning are omitted.

use super::scalar::{self, base64, write_bytes};
use super::schema::{Field, Kind, one};

/// The fields of an `AnyValue` for values that others cannot represent.
static STRING: Field = one("stringValue", 1, Kind::String);
static DOUBLE: Field = one("doubleValue", 4, Kind::Double);

/// A whole number.
pub(super) fn write_integer(out: &mut Vec<u8>, field: &Field, value: i128) {
    let value = match field.kind {
        Kind::Int64 => return write_text(out, &STRING, &value.to_string()),
        Kind::String => return write_text(out, field, &value.to_string()),
        Kind::Bool => {
            scalar::write_bool(out, field, value != 0);
            return;
        }
        Kind::Fixed64 | Kind::Uint64 => value.clamp(0, u64::MAX.into()),
        Kind::Fixed32 | Kind::Uint32 => value.clamp(0, u32::MAX.into()),
        Kind::Sfixed64 => value.clamp(i64::MIN.into(), i64::MAX.into()),
        Kind::Sint32 => value.clamp(i32::MIN.into(), i32::MAX.into()),
        Kind::Double | Kind::Enum(_) | Kind::Hex | Kind::Base64 | Kind::Message(_) => return,
    };
    scalar::write_integer(out, field, value);
}

/// A number with a fraction, or outside the integer range.
pub(super) fn write_double(out: &mut Vec<u8>, field: &Field, value: f64) {
    match field.kind {
        Kind::Int64 => {
            scalar::write_double(out, &DOUBLE, value);
        }
        Kind::String => write_text(out, field, &value.to_string()),
        // The conversion saturates at the bounds of the type.
        _ if !value.is_nan() => {
            let whole = value.round() as i128;
            if scalar::write_integer(out, field, whole).is_none() {
                write_integer(out, field, whole);
            }
        }
        _ => {}
    }
}

pub(super) fn write_bool(out: &mut Vec<u8>, field: &Field, value: bool) {
    match field.kind {
        Kind::String => write_text(out, field, if value { "true" } else { "false" }),
        Kind::Message(_) => {}
        _ => {
            scalar::write_integer(out, field, value.into());
        }
    }
}

/// A string: a number too long for any type, a number with a fraction, an id in base64, a word.
pub(super) fn write_text(out: &mut Vec<u8>, field: &Field, text: &str) {
    let trimmed = text.trim();
    match field.kind {
        Kind::String => write_bytes(out, field, text.as_bytes()),
        Kind::Hex => {
            // 16 bytes of a trace, 8 of a span.
            let id = base64(trimmed).filter(|id| matches!(id.len(), 8 | 16));
            write_bytes(out, field, &id.unwrap_or_default());
        }
        Kind::Bool => {
            let is_true = trimmed.eq_ignore_ascii_case("true") || trimmed == "1";
            scalar::write_bool(out, field, is_true);
        }
        Kind::Base64 => write_bytes(out, &STRING, text.as_bytes()),
        Kind::Enum(_) | Kind::Message(_) => {}
        _ => write_number(out, field, trimmed),
    }
}

fn write_number(out: &mut Vec<u8>, field: &Field, text: &str) {
    let is_whole = text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    // An `AnyValue` can also be a word; an invalid time or count is omitted.
    let is_any_value = matches!(field.kind, Kind::Int64);
    if let Ok(whole) = text.parse::<i128>() {
        let written = scalar::write_integer(out, field, whole);
        written.unwrap_or_else(|| write_integer(out, field, whole));
    } else if is_any_value && is_whole {
        write_bytes(out, &STRING, text.as_bytes());
    } else if let Ok(number) = text.parse::<f64>() {
        let written = scalar::write_double(out, field, number);
        written.unwrap_or_else(|| write_double(out, field, number));
    } else if is_any_value {
        write_bytes(out, &STRING, text.as_bytes());
    }
}

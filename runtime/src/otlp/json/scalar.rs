//! Single values in protobuf. Each writer returns `None` if the value does not fit the field.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost::encoding::{WireType, encode_key, encode_varint};

use super::schema::{Field, Kind};

const PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PADDING);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, PADDING);

/// The range of whole numbers that doubles represent exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(super) fn write_bytes(out: &mut Vec<u8>, field: &Field, bytes: &[u8]) {
    encode_key(field.number, WireType::LengthDelimited, out);
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

pub(super) fn write_bool(out: &mut Vec<u8>, field: &Field, value: bool) -> Option<()> {
    match field.kind {
        Kind::Bool => varint(out, field, value.into()),
        _ => return None,
    }
    Some(())
}

/// A whole number: from a JSON number, or from a string, as 64-bit ones are written.
pub(super) fn write_integer(out: &mut Vec<u8>, field: &Field, value: i128) -> Option<()> {
    match field.kind {
        Kind::Fixed64 => fixed64(out, field, u64::try_from(value).ok()?),
        Kind::Sfixed64 => fixed64(out, field, i64::try_from(value).ok()? as u64),
        Kind::Fixed32 => {
            encode_key(field.number, WireType::ThirtyTwoBit, out);
            out.extend_from_slice(&u32::try_from(value).ok()?.to_le_bytes());
        }
        Kind::Uint32 => varint(out, field, u32::try_from(value).ok()?.into()),
        Kind::Uint64 => varint(out, field, u64::try_from(value).ok()?),
        Kind::Int64 => varint(out, field, i64::try_from(value).ok()? as u64),
        // Protobuf's enumerations are open, and a negative number takes ten bytes.
        Kind::Enum(_) => varint(out, field, i64::from(i32::try_from(value).ok()?) as u64),
        Kind::Sint32 => {
            let value = i32::try_from(value).ok()?;
            let zigzag = (value << 1) ^ (value >> 31);
            varint(out, field, u64::from(zigzag as u32));
        }
        Kind::Double => fixed64(out, field, (value as f64).to_bits()),
        _ => return None,
    }
    Some(())
}

/// A number with a fraction or an exponent.
pub(super) fn write_double(out: &mut Vec<u8>, field: &Field, value: f64) -> Option<()> {
    match field.kind {
        Kind::Double => fixed64(out, field, value.to_bits()),
        // `1e9` and `1.0` are whole numbers.
        _ if value.fract() == 0.0 && value.abs() <= EXACT => return write_integer(out, field, value as i128),
        _ => return None,
    }
    Some(())
}

pub(super) fn write_text(out: &mut Vec<u8>, field: &Field, text: &str) -> Option<()> {
    match field.kind {
        Kind::String => write_bytes(out, field, text.as_bytes()),
        Kind::Hex => write_bytes(out, field, &hex(text)?),
        Kind::Base64 => write_bytes(out, field, &base64(text)?),
        Kind::Enum(names) => match names.iter().find(|(name, _)| *name == text) {
            Some((_, number)) => return write_integer(out, field, (*number).into()),
            None => return write_integer(out, field, text.parse().ok()?),
        },
        Kind::Double => fixed64(out, field, double(text)?.to_bits()),
        Kind::Bool | Kind::Message(_) => return None,
        _ => return write_integer(out, field, text.parse().ok()?),
    }
    Some(())
}

/// In either alphabet, with or without padding.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).or_else(|_| BASE64_URL.decode(text)).ok()
}

fn varint(out: &mut Vec<u8>, field: &Field, value: u64) {
    encode_key(field.number, WireType::Varint, out);
    encode_varint(value, out);
}

fn fixed64(out: &mut Vec<u8>, field: &Field, bits: u64) {
    encode_key(field.number, WireType::SixtyFourBit, out);
    out.extend_from_slice(&bits.to_le_bytes());
}

/// Numbers that JSON has no literal for are strings, and any number may be one.
fn double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    if text.len() % 2 > 0 {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

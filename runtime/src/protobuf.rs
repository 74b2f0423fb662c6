//! Protobuf messages field by field, without message structs: unknown fields are passed on unchanged. Pure.
//!
//! The encoding is that of <https://protobuf.dev/programming-guides/encoding/>.

use prost::encoding::{DecodeContext, decode_key, decode_varint, encode_key, encode_varint, skip_field};

pub use prost::encoding::WireType;

/// A field as encoded in its message.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its number.
    pub number: u32,
    /// How it is encoded.
    pub wire_type: WireType,
    /// The whole field, including key and length.
    pub raw: &'a [u8],
    /// The content of a length-delimited field: a message, a string, bytes. Empty for the others.
    pub content: &'a [u8],
}

impl Field<'_> {
    /// Whether it contains a message (or a string, or bytes) and has one of these numbers.
    pub fn is_message(&self, numbers: &[u32]) -> bool {
        self.wire_type == WireType::LengthDelimited && numbers.contains(&self.number)
    }
}

/// The bytes are not a protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// The fields of a message in their order.
pub fn fields(message: &[u8]) -> impl Iterator<Item = Result<Field<'_>, Broken>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = next(&mut rest);
        if field.is_err() {
            rest = &[];
        }
        Some(field)
    })
}

fn next<'a>(rest: &mut &'a [u8]) -> Result<Field<'a>, Broken> {
    let start = *rest;
    let (number, wire_type) = decode_key(rest).map_err(|_| Broken)?;
    let mut content: &[u8] = &[];
    if wire_type == WireType::LengthDelimited {
        let length = decode_varint(rest).map_err(|_| Broken)?;
        let length = usize::try_from(length).map_err(|_| Broken)?;
        (content, *rest) = rest.split_at_checked(length).ok_or(Broken)?;
    } else {
        skip_field(wire_type, number, rest, DecodeContext::default()).map_err(|_| Broken)?;
    }
    let raw = &start[..start.len() - rest.len()];
    Ok(Field {
        number,
        wire_type,
        raw,
        content,
    })
}

/// Appends a length-delimited field.
pub fn put(out: &mut Vec<u8>, number: u32, content: &[u8]) {
    encode_key(number, WireType::LengthDelimited, out);
    encode_varint(content.len() as u64, out);
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_wire_type_is_passed_over_whole() {
        let mut message = vec![8, 0x96, 1];
        put(&mut message, 2, b"text");
        message.extend([0x19, 1, 2, 3, 4, 5, 6, 7, 8]);
        message.extend([0x25, 1, 2, 3, 4]);
        message.extend([0x2b, 8, 1, 0x2c]);
        let read: Vec<Field<'_>> = fields(&message).collect::<Result<_, _>>().unwrap();
        let numbers: Vec<u32> = read.iter().map(|field| field.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        assert_eq!(read[1].content, b"text");
        assert_eq!(
            read.iter().flat_map(|field| field.raw).copied().collect::<Vec<u8>>(),
            message
        );
        assert!(fields(&[0x12, 5, 1]).any(|field| field.is_err()));
        assert!(fields(&[0xff]).any(|field| field.is_err()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let whole: Vec<u8> = fields(&bytes).map_while(Result::ok).flat_map(|field| field.raw.to_vec()).collect();
            prop_assert!(bytes.starts_with(&whole));
        }
    }
}

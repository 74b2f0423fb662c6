//! The walk through the JSON text.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::schema::{Field, Kind, Message};
use super::{nearest, scalar};

/// Reads one JSON object as one message, which is appended to `out`.
pub(super) struct MessageSeed<'a> {
    message: &'static Message,
    out: &'a mut Vec<u8>,
}

impl<'a> MessageSeed<'a> {
    pub(super) fn new(message: &'static Message, out: &'a mut Vec<u8>) -> Self {
        Self { message, out }
    }

    fn read<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(KeySeed(self.message))? {
            match field {
                Some(field) => map.next_value_seed(FieldSeed::new(field, self.out))?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for MessageSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MessageSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.read(map)
    }
}

/// Finds the field that a key names.
struct KeySeed(&'static Message);

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Option<&'static Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let fields = self.0.fields;
        let known = fields.iter().find(|field| field.name == key);
        // Protobuf's JSON also allows the names of the .proto files: `resource_spans` besides `resourceSpans`.
        let spelt_so = || fields.iter().find(|field| is_snake_case_of(key, field.name));
        Ok(known.or_else(|| key.contains('_').then(spelt_so).flatten()))
    }
}

fn is_snake_case_of(key: &str, name: &str) -> bool {
    let mut key = key.bytes().filter(|byte| *byte != b'_');
    name.bytes()
        .map(|byte| byte.to_ascii_lowercase())
        .all(|byte| key.next() == Some(byte))
        && key.next().is_none()
}

/// Reads the value of one field, or the elements of a repeated one.
struct FieldSeed<'a> {
    field: &'static Field,
    out: &'a mut Vec<u8>,
    in_list: bool,
}

impl<'a> FieldSeed<'a> {
    fn new(field: &'static Field, out: &'a mut Vec<u8>) -> Self {
        let in_list = false;
        Self { field, out, in_list }
    }

    /// Rejects a single value in place of a list, or the reverse.
    fn check<E: Error>(&self) -> Result<(), E> {
        match self.field.repeated == self.in_list {
            true => Ok(()),
            false => Err(self.unfit()),
        }
    }

    fn unfit<E: Error>(&self) -> E {
        E::custom(format_args!("the value of {} does not fit", self.field.name))
    }

    /// A scalar in place of a message is not an out-of-range value, but a different kind of request.
    fn check_scalar<E: Error>(&self) -> Result<(), E> {
        match self.field.kind {
            Kind::Message(_) => Err(self.unfit()),
            _ => self.check(),
        }
    }
}

impl<'de> DeserializeSeed<'de> for FieldSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FieldSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value of {}", self.field.name)
    }

    /// `null` is equivalent to a missing field.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.check_scalar()?;
        if scalar::write_bool(self.out, self.field, value).is_none() {
            nearest::write_bool(self.out, self.field, value);
        }
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.visit_i128(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.visit_i128(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<(), E> {
        self.check_scalar()?;
        if scalar::write_integer(self.out, self.field, value).is_none() {
            nearest::write_integer(self.out, self.field, value);
        }
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.check_scalar()?;
        if scalar::write_double(self.out, self.field, value).is_none() {
            nearest::write_double(self.out, self.field, value);
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.check_scalar()?;
        if scalar::write_text(self.out, self.field, text).is_none() {
            nearest::write_text(self.out, self.field, text);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Kind::Message(message) = self.field.kind else {
            // An object in place of a single value is skipped, so that the rest can be accepted.
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        self.check()?;
        let mut nested = Vec::new();
        MessageSeed::new(message, &mut nested).read(map)?;
        scalar::write_bytes(self.out, self.field, &nested);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.field.repeated || self.in_list {
            if matches!(self.field.kind, Kind::Message(_)) {
                return Err(self.unfit());
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        loop {
            let element = FieldSeed {
                field: self.field,
                out: &mut *self.out,
                in_list: true,
            };
            if list.next_element_seed(element)?.is_none() {
                return Ok(());
            }
        }
    }
}

//! The walk through the JSON text.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar;
use super::schema::{Field, Kind, Message};

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
        Ok(self.0.fields.iter().find(|field| field.name == key))
    }
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

    /// A value where a list belongs, or the other way round.
    fn check<E: Error>(&self) -> Result<(), E> {
        match self.field.repeated == self.in_list {
            true => Ok(()),
            false => Err(self.unfit()),
        }
    }

    fn unfit<E: Error>(&self) -> E {
        E::custom(format_args!("the value of {} does not fit", self.field.name))
    }

    fn done<E: Error>(self, written: Option<()>) -> Result<(), E> {
        written.ok_or_else(|| self.unfit())
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

    /// `null` is the same as no field.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        match self.in_list {
            false => Ok(()),
            true => Err(self.unfit()),
        }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.check()?;
        let written = scalar::write_bool(self.out, self.field, value);
        self.done(written)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.check()?;
        let written = scalar::write_integer(self.out, self.field, value.into());
        self.done(written)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.check()?;
        let written = scalar::write_integer(self.out, self.field, value.into());
        self.done(written)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.check()?;
        let written = scalar::write_double(self.out, self.field, value);
        self.done(written)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.check()?;
        let written = scalar::write_text(self.out, self.field, text);
        self.done(written)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.check()?;
        let Kind::Message(message) = self.field.kind else {
            return Err(self.unfit());
        };
        let mut nested = Vec::new();
        MessageSeed::new(message, &mut nested).read(map)?;
        scalar::write_bytes(self.out, self.field, &nested);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.field.repeated || self.in_list {
            return Err(self.unfit());
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

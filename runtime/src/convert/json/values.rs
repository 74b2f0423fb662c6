//! The values of JSON log records.

use serde_json::value::RawValue;

use crate::convert::level::table::{self, Scale};
use crate::convert::syntax::object::Object;
use crate::convert::syntax::{ansi, lenient};
use crate::invocation::hex;
use crate::record::{Severity, Value};
use crate::timestamp;

/// Objects and lists are read into typed values up to this depth
pub const DEEPEST: usize = 16;
/// and this length in bytes.
pub const LONGEST_NESTED: usize = 32 * 1024;

/// Whole numbers with fewer digits fit into 64 bits.
const LONG_NUMBER: usize = 19;

/// Keeps a value's type; a value that is nested too deeply, or so long that it can only be data, remains JSON text.
pub fn value_of(raw: &RawValue) -> Value {
    let text = raw.get();
    if !text.starts_with(['{', '[']) {
        return scalar(text);
    }
    if text.len() > LONGEST_NESTED {
        return Value::from(text);
    }
    let (depth, most_digits) = shape(text);
    match depth > DEEPEST {
        true => Value::from(text),
        false if most_digits >= LONG_NUMBER => part_by_part(raw),
        false => serde_json::from_str(text).unwrap_or_else(|_| part_by_part(raw)),
    }
}

/// A number, a string or a literal. A whole number that does not fit into 64 bits keeps its digits as a string: as a
/// double its value would change, and some ids are such numbers (unsigned 64-bit ones of databases, Discord's and X's,
/// 128-bit ones in decimal).
fn scalar(text: &str) -> Value {
    let is_long = text.len() >= LONG_NUMBER && text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    if is_long && text.parse::<i64>().is_err() {
        return Value::from(text);
    }
    let value = serde_json::from_str(text).ok();
    let value = value.or_else(|| serde_json::from_str(&lenient::corrected(text)?).ok());
    value.unwrap_or_else(|| Value::from(text))
}

/// Like parsing it at once, which would turn long numbers into doubles, but slower.
fn part_by_part(raw: &RawValue) -> Value {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{') => serde_json::from_str::<Object>(text).map_or_else(
            |_| Value::from(text),
            |Object(entries)| {
                let entries = entries.into_iter();
                Value::Map(
                    entries
                        .map(|(key, value)| (key.into_owned(), part_by_part(value)))
                        .collect(),
                )
            },
        ),
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(text).map_or_else(
            |_| Value::from(text),
            |items| Value::Array(items.into_iter().map(part_by_part).collect()),
        ),
        _ => scalar(text),
    }
}

/// How deeply valid JSON is nested, and the longest run of digits outside its strings.
fn shape(json: &str) -> (usize, usize) {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    let (mut digits, mut most_digits) = (0, 0);
    for byte in json.bytes() {
        digits = match byte.is_ascii_digit() && !in_text {
            true => digits + 1,
            false => 0,
        };
        most_digits = digits.max(most_digits);
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (deepest, most_digits)
}

/// A string; a lone surrogate becomes U+FFFD.
pub fn text_of(raw: &str) -> Option<String> {
    if !raw.starts_with('"') {
        return None;
    }
    let text = serde_json::from_str(raw).ok();
    text.or_else(|| serde_json::from_str(&lenient::corrected(raw)?).ok())
}

/// A time: a string, a number in any unit, or a log4j2 object.
pub fn time_of(raw: &str) -> Option<u64> {
    if let Ok(number) = raw.parse() {
        return timestamp::from_integer(number);
    }
    if raw.starts_with('{') {
        return time_within(raw);
    }
    match raw.parse::<f64>() {
        Ok(number) => timestamp::from_number(number),
        Err(_) => {
            let text = text_of(raw)?;
            let number = text.parse().ok().and_then(timestamp::from_number);
            timestamp::parse(&text).or(number)
        }
    }
}

/// log4j2's `{"epochSecond": …, "nanoOfSecond": …}`, loguru's `{"repr": …, "timestamp": …}`.
pub fn time_within(raw: &str) -> Option<u64> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Instant {
        #[serde(default, alias = "timestamp")]
        epoch_second: f64,
        #[serde(default)]
        nano_of_second: u64,
    }
    let instant: Instant = serde_json::from_str(raw).ok()?;
    timestamp::from_number(instant.epoch_second)?.checked_add(instant.nano_of_second)
}

/// A trace or span id; OpenTelemetry's console exporter for Python prefixes it with `0x`.
pub fn id_of<const N: usize>(raw: &str) -> Option<[u8; N]> {
    let id = text_of(raw)?;
    hex(id.strip_prefix("0x").unwrap_or(&id))
}

/// A level: a name, a letter, or a number of this scale.
pub fn severity_of(raw: &str, scale: Option<Scale>, is_record: bool) -> Option<Severity> {
    if let Ok(number) = raw.parse::<i64>() {
        return table::number(scale, number, is_record);
    }
    let text = ansi::strip_owned(text_of(raw)?);
    let text = text.trim();
    table::severity(text).or_else(|| match text.parse() {
        Ok(number) => table::number(scale, number, is_record),
        Err(_) => table::letter(*text.as_bytes().first()?).filter(|_| text.len() == 1 && text != "V"),
    })
}

/// A level as an object: loguru's `{"name": "ERROR", "no": 40}`, log4j2's `{"standardLevel": "ERROR", "intLevel": 200}`.
pub fn level_within(raw: &str) -> Option<Severity> {
    let Object(entries) = serde_json::from_str(raw).ok()?;
    let names = ["name", "levelStr", "standardLevel", "label", "value"];
    let named = entries.iter().filter(|(key, _)| names.contains(&&**key));
    named
        .filter_map(|(_, value)| table::severity(&text_of(value.get())?))
        .next()
}

/// A request id.
pub fn request_id_of(raw: &str) -> Option<String> {
    text_of(raw).filter(|id| !is_no_request_id(id) && id.len() <= 64)
}

/// Whether this is a runtime's placeholder during initialisation.
pub fn is_no_request_id(id: &str) -> bool {
    matches!(id, "" | "-" | "undefined")
}

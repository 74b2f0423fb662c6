//! The headers of export requests, written as a list whose values may come from secrets.

use crate::aws::secrets::{self, Values};
use crate::config::reader::raw_setting::{RawSetting, is_standard};
use crate::config::reader::{Reader, list};
use crate::http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use crate::http::{HeaderMap, HeaderName, HeaderValue};

/// Headers that describe the request itself; another value would make it unreadable.
const OWN: [HeaderName; 5] = [
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    TRANSFER_ENCODING,
];

/// Headers as written. Intentionally without `Debug`: values are keys.
#[derive(Clone)]
pub(super) struct Headers {
    variable: String,
    entries: Vec<Entry>,
}

#[derive(Clone)]
enum Entry {
    /// `name=value`, both may contain references.
    One(String, String),
    /// A reference to a secret that contains a whole list.
    List(String),
}

impl Headers {
    /// Reads the first of several variables that is set; an invalid entry is a warning, the others are used.
    pub(super) fn read(reader: &mut Reader<'_>, variables: &[String]) -> Self {
        let RawSetting { variable, text } = RawSetting::first(reader, variables, |_, _| Ok(()));
        let text = text.unwrap_or_default();
        let mut entries = Vec::new();
        if secrets::is_reference(&text) {
            entries.push(Entry::List(text));
            return Self { variable, entries };
        }
        for (index, text) in list::entries(&text).into_iter().enumerate() {
            match entry(text, is_standard(&variable)) {
                Ok(entry) => entries.push(entry),
                Err(reason) => {
                    let place = index + 1;
                    reader.warn(format!("{variable}: entry {place} {reason}; ignored"));
                }
            }
        }
        Self { variable, entries }
    }

    /// The headers with their references substituted. Values are sent as they are; of several with one name the last is
    /// used. An error names the variable and no value.
    pub(super) fn resolve(&self, values: &Values) -> Result<HeaderMap, String> {
        let headers = self.filled(values);
        headers.map_err(|reason| format!("{}: {reason}", self.variable))
    }

    fn filled(&self, values: &Values) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::with_capacity(self.entries.len());
        let mut add = |name: &str, value: &str| -> Result<(), &'static str> {
            let (name, value) = header(name, value)?;
            if !OWN.contains(&name) {
                headers.insert(name, value);
            }
            Ok(())
        };
        for entry in &self.entries {
            match entry {
                Entry::One(name, value) => add(&substitute(values, name)?, &substitute(values, value)?)?,
                Entry::List(text) => {
                    for pair in list::pairs(&substitute(values, text)?) {
                        let (name, value) = pair.map_err(|reason| format!("an entry from a secret {reason}"))?;
                        add(&name, &value)?;
                    }
                }
            }
        }
        Ok(headers)
    }
}

/// One entry of the list; the standard variable's values are percent-encoded.
fn entry(text: String, decode: bool) -> Result<Entry, &'static str> {
    match list::pair(&text) {
        Ok((name, value)) => {
            let value = if decode { list::decoded(value) } else { value };
            if !secrets::holds_reference(&name) && !secrets::holds_reference(&value) {
                let (name, _) = header(&name, &value)?;
                if OWN.contains(&name) {
                    return Err("has a key that the extension sets itself");
                }
            }
            Ok(Entry::One(name, value))
        }
        Err(_) if secrets::holds_reference(&text) => Ok(Entry::List(text)),
        Err(reason) => Err(reason),
    }
}

fn substitute(values: &Values, text: &str) -> Result<String, String> {
    values.substitute(text).map_err(|missing| missing.to_string())
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    let name = HeaderName::try_from(name).map_err(|_| "has a key that is not a valid header name")?;
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| "has a value with control characters")?;
    value.set_sensitive(true);
    Ok((name, value))
}

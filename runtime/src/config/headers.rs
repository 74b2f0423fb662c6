//! The headers of export requests, written as a list whose values may come out of secrets.

use super::list;
use super::reader::Reader;
use super::settings::Setting;
use crate::http::{HeaderName, HeaderValue};
use crate::secrets::{self, Values};

/// Headers as they were written. Purposefully without `Debug`: values are keys.
#[derive(Clone, Default)]
pub(super) struct Headers(Vec<Entry>);

#[derive(Clone)]
enum Entry {
    /// `name=value`, references possible in both.
    One(String, String),
    /// A reference to a secret that holds a list itself.
    List(String),
}

impl Headers {
    /// Reads the setting; an entry that cannot be a header is a warning, the others count.
    pub(super) fn read(reader: &mut Reader<'_>, setting: &Setting) -> Self {
        let text = reader.environment().get(setting.variable).unwrap_or_default();
        if secrets::is_reference(text) {
            return Self(vec![Entry::List(text.to_owned())]);
        }
        let mut headers = Vec::new();
        for (index, text) in list::entries(text).into_iter().enumerate() {
            match entry(text) {
                Ok(entry) => headers.push(entry),
                Err(reason) => {
                    let place = index + 1;
                    reader.warn(format!("{}: entry {place} {reason}; it is left out", setting.variable));
                }
            }
        }
        Self(headers)
    }

    /// The headers with their references filled in. Values are sent as they are, but for line ends around a secret.
    pub(super) fn resolve(&self, values: &Values) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
        let mut headers = Vec::with_capacity(self.0.len());
        for entry in &self.0 {
            match entry {
                Entry::One(name, value) => headers.push(header(&fill(values, name)?, &fill(values, value)?)?),
                Entry::List(text) => {
                    for pair in list::pairs(&fill(values, text)?) {
                        let (name, value) = pair.map_err(|reason| format!("an entry out of a secret {reason}"))?;
                        headers.push(header(&name, &value)?);
                    }
                }
            }
        }
        Ok(headers)
    }
}

fn entry(text: String) -> Result<Entry, &'static str> {
    match list::pair(&text) {
        Ok((name, value)) => {
            if !secrets::holds_reference(&name) && !secrets::holds_reference(&value) {
                header(&name, &value)?;
            }
            Ok(Entry::One(name, value))
        }
        Err(_) if secrets::holds_reference(&text) => Ok(Entry::List(text)),
        Err(reason) => Err(reason),
    }
}

fn fill(values: &Values, text: &str) -> Result<String, String> {
    let filled = values.fill(text).map_err(|missing| missing.to_string())?;
    Ok(filled.trim_matches(['\r', '\n']).to_owned())
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    let name = HeaderName::try_from(name).map_err(|_| "has a key that is no header name")?;
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| "has a value with control characters")?;
    value.set_sensitive(true);
    Ok((name, value))
}

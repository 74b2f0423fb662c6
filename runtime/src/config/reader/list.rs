//! Lists of `key=value,key=value`, as headers and resource attributes are written.
//!
//! The first `=` separates key and value. A value, an entry or the whole list may be in double quotes; inside them
//! commas are literal, and `\"` and `\\` are a quote and a backslash. Commas inside `${…}` separate nothing.

use percent_encoding::percent_decode_str;

/// The entries in order; an invalid entry is an error that does not repeat it.
pub(in crate::config) fn pairs(text: &str) -> Vec<Result<(String, String), &'static str>> {
    entries(text).iter().map(|entry| pair(entry)).collect()
}

/// The entries as strings, in order, without empty ones.
pub(in crate::config) fn entries(text: &str) -> Vec<String> {
    let text = text.trim();
    let whole = unquote(text);
    let text = whole.as_deref().unwrap_or(text);
    split(text)
        .into_iter()
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Key and value of one entry.
pub(in crate::config) fn pair(entry: &str) -> Result<(String, String), &'static str> {
    let quoted = unquote(entry);
    let text = quoted.as_deref().unwrap_or(entry);
    let equals = find_equals(text).ok_or("has no = between key and value")?;
    let (key, value) = (text[..equals].trim(), text[equals + 1..].trim());
    if key.is_empty() {
        return Err("has no key before its =");
    }
    if value.contains("secret://arn:") {
        return Err("has a secret:// reference within a list; write ${arn:…} there");
    }
    match unquote(value) {
        Some(value) => Ok((key.to_owned(), value)),
        None if value.starts_with('"') && quoted.is_none() => Err("has a double quote that is not closed"),
        None => Ok((key.to_owned(), value.to_owned())),
    }
}

/// The first `=` outside `${…}`, since names of secrets may contain one.
fn find_equals(text: &str) -> Option<usize> {
    let mut in_reference = false;
    text.char_indices().find_map(|(index, character)| {
        match character {
            '{' if text[..index].ends_with('$') => in_reference = true,
            '}' => in_reference = false,
            '=' if !in_reference => return Some(index),
            _ => {}
        }
        None
    })
}

/// The content of the quotes, if the whole text is one quoted string.
fn unquote(text: &str) -> Option<String> {
    let mut inner = String::with_capacity(text.len());
    let mut rest = text.strip_prefix('"')?.chars();
    while let Some(character) = rest.next() {
        match character {
            '"' => return rest.as_str().is_empty().then_some(inner),
            '\\' if rest.as_str().starts_with(['"', '\\']) => inner.extend(rest.next()),
            other => inner.push(other),
        }
    }
    None
}

/// Splits at commas outside quotes and `${…}`; a quote has a meaning only at the beginning of an entry or of a value.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut in_quotes, mut in_reference, mut escaped, mut at_start) = (false, false, false, true);
    for (index, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' if in_quotes => in_quotes = false,
            _ if in_quotes => {}
            '}' if in_reference => in_reference = false,
            _ if in_reference => {}
            '"' if at_start => in_quotes = true,
            '{' if text[..index].ends_with('$') => in_reference = true,
            ',' => {
                parts.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
        at_start = match character {
            ' ' | '\t' => at_start,
            ',' | '=' => !in_quotes && !in_reference,
            _ => false,
        };
    }
    parts.push(text[start..].trim());
    parts
}

/// Values decoded as OpenTelemetry specifies for `OTEL_RESOURCE_ATTRIBUTES`.
pub(in crate::config) fn percent_decoded(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(key, value)| (key, decoded(value))).collect()
}

/// A percent-decoded value; one that does not decode to valid text is left unchanged.
pub(in crate::config) fn decoded(value: String) -> String {
    let decoded = percent_decode_str(&value).decode_utf8().map(|text| text.into_owned());
    decoded.unwrap_or(value)
}

#[cfg(test)]
mod tests;

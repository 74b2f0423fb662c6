//! logfmt: `time=… level=warn msg="low stock" sku=a`, as slog, logrus, structlog and others write it.

/// Maximum number of fields; a line with more is treated as text.
const FIELDS: usize = 256;

/// The line as a JSON object whose values are strings; `None` if it does not consist only of fields, or has nothing
/// that makes it a log record: a level, or a message.
pub fn to_json(line: &str) -> Option<String> {
    if !begins(line) {
        return None;
    }
    let (mut rest, mut json, mut count) = (line.trim_end(), String::with_capacity(line.len() + 32), 0);
    let (mut has_level, mut has_message) = (false, false);
    while !rest.is_empty() {
        let (key, after) = key(rest)?;
        let (value, after) = value(after)?;
        json.push(if count == 0 { '{' } else { ',' });
        push(&mut json, key)?;
        json.push(':');
        push(&mut json, &value)?;
        has_level |= matches!(key, "level" | "lvl" | "severity");
        has_message |= matches!(key, "msg" | "message" | "event");
        count += 1;
        rest = after.strip_prefix(' ').or_else(|| after.is_empty().then_some(after))?;
        rest = rest.trim_start();
    }
    json.push('}');
    (has_level && count > 1 || has_message)
        .then_some(json)
        .filter(|_| count <= FIELDS)
}

fn push(json: &mut String, text: &str) -> Option<()> {
    json.push_str(&serde_json::to_string(text).ok()?);
    Some(())
}

/// Whether the line begins with a field.
fn begins(line: &str) -> bool {
    key(line).is_some()
}

/// A field's name, and what follows its `=`.
fn key(text: &str) -> Option<(&str, &str)> {
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'/');
    let end = text.bytes().position(|byte| !is_key(byte))?;
    let rest = text[end..].strip_prefix('=')?;
    (end > 0).then_some((&text[..end], rest))
}

/// A value: bare, or in quotes (`"` with escapes, or Python's `'`).
fn value(text: &str) -> Option<(String, &str)> {
    let quote = match text.as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => *quote as char,
        _ => {
            let end = text.find(' ').unwrap_or(text.len());
            let bare = &text[..end];
            return (!bare.contains(['"', '\t', '\n'])).then(|| (bare.to_owned(), &text[end..]));
        }
    };
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                other @ ('"' | '\'' | '\\') => value.push(other),
                other => value.extend(['\\', other]),
            },
            c if c == quote => return Some((value, &text[at + 1..])),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_become_json() {
        assert_eq!(
            to_json(r#"time=x level=WARN msg="low \"a\" stock" sku=a-1 empty="#).as_deref(),
            Some(r#"{"time":"x","level":"WARN","msg":"low \"a\" stock","sku":"a-1","empty":""}"#)
        );
        assert_eq!(
            to_json("sku='a-1' event='low stock' level='warning'").as_deref(),
            Some(r#"{"sku":"a-1","event":"low stock","level":"warning"}"#)
        );
    }

    #[test]
    fn text_is_no_logfmt() {
        for line in [
            "",
            "a=1 b=2",
            "level=3",
            "error_count=0 total=7",
            "msg=low stock",
            "PATH=/bin is set level=info",
            "msg=\"open",
            "order 7",
            "=x msg=y",
            "https://a/?msg=x level=y",
        ] {
            assert_eq!(to_json(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_value_comes_back(value in "[^\\\\]{0,30}") {
            let line = format!("level=info msg={}", serde_json::to_string(&value).unwrap());
            if value.chars().all(|c| !c.is_control()) {
                let json: serde_json::Value = serde_json::from_str(&to_json(&line).unwrap()).unwrap();
                prop_assert_eq!(json["msg"].as_str(), Some(&*value));
            }
        }

        #[test]
        fn never_panics(line in "([a-z]{1,3}=[\"' a-z\\\\é]{0,5} ?){0,6}") {
            let _ = to_json(&line);
        }
    }
}

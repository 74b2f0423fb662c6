//! Lists of `key=value,key=value`, as headers and resource attributes are written.
//!
//! The first `=` separates key and value. A value, an entry or the whole list may stand in double quotes; inside them
//! commas are text and `\"` and `\\` are a quote and a backslash. Commas inside `${…}` separate nothing.

use percent_encoding::percent_decode_str;

/// The entries in order; an entry that is none says why, without repeating itself.
pub(super) fn pairs(text: &str) -> Vec<Result<(String, String), &'static str>> {
    entries(text).iter().map(|entry| pair(entry)).collect()
}

/// The texts of the entries in order, empty ones left out.
pub(super) fn entries(text: &str) -> Vec<String> {
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
pub(super) fn pair(entry: &str) -> Result<(String, String), &'static str> {
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

/// The first `=` outside `${…}`, since names of secrets may hold one.
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

/// What stands in the quotes when one quoted text is everything there is.
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

/// Splits at commas outside quotes and `${…}`; a quote counts at the beginning of an entry or of a value.
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

/// Values decoded as OpenTelemetry wants them in `OTEL_RESOURCE_ATTRIBUTES`.
pub(super) fn percent_decoded(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(key, value)| (key, decoded(value))).collect()
}

/// A percent-decoded value; one that does not decode to text stays.
pub(super) fn decoded(value: String) -> String {
    let decoded = percent_decode_str(&value).decode_utf8().map(|text| text.into_owned());
    decoded.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good(text: &str) -> Vec<(String, String)> {
        super::pairs(text).into_iter().map(Result::unwrap).collect()
    }

    fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn splits_at_the_first_equals_sign_and_trims() {
        assert_eq!(good(" a = b , c=d=e= "), owned(&[("a", "b"), ("c", "d=e=")]));
        assert_eq!(
            good("Authorization=Bearer a.b"),
            owned(&[("Authorization", "Bearer a.b")])
        );
        assert_eq!(good("a=,"), owned(&[("a", "")]));
        assert_eq!(good(""), owned(&[]));
    }

    #[test]
    fn takes_commas_in_quotes_for_text() {
        assert_eq!(good(r#"a="b,c",d=e"#), owned(&[("a", "b,c"), ("d", "e")]));
        assert_eq!(good(r#"a= "b\",\\c" ,d=e"#), owned(&[("a", r#"b",\c"#), ("d", "e")]));
        assert_eq!(good(r#"x=1,"a=b,c""#), owned(&[("x", "1"), ("a", "b,c")]));
        assert_eq!(good(r#"a=W/"x",b=c"#), owned(&[("a", r#"W/"x""#), ("b", "c")]));
    }

    #[test]
    fn takes_quotes_around_everything_for_a_shells() {
        assert_eq!(
            good(r#""Authorization=key,b=c""#),
            owned(&[("Authorization", "key"), ("b", "c")])
        );
    }

    #[test]
    fn leaves_references_whole() {
        let text = "a=${arn:x#/p,q},b=Bearer ${arn:y}";
        assert_eq!(good(text), owned(&[("a", "${arn:x#/p,q}"), ("b", "Bearer ${arn:y}")]));
        assert_eq!(pair("${arn:a=b}"), Err("has no = between key and value"));
    }

    #[test]
    fn says_how_a_secret_is_written_in_a_list() {
        for text in ["a=secret://arn:x", r#"a="secret://arn:x""#, "a=Bearer secret://arn:x"] {
            assert!(pair(text).unwrap_err().contains("write ${arn:…}"), "{text}");
        }
        assert!(pair("a=secret://other").is_ok());
    }

    #[test]
    fn says_what_is_wrong_and_goes_on() {
        let found = super::pairs(r#"secretkey,=v,a="b,c=d"#);
        assert_eq!(found[0], Err("has no = between key and value"));
        assert_eq!(found[1], Err("has no key before its ="));
        assert_eq!(found[2], Err("has a double quote that is not closed"));
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn decodes_percent_signs() {
        assert_eq!(
            percent_decoded(good("a=b%2Cc,d=%ff,e=100%")),
            owned(&[("a", "b,c"), ("d", "%ff"), ("e", "100%")])
        );
    }

    fn quoted(value: &str) -> String {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            super::pairs(&text);
        }

        #[test]
        fn gives_back_any_quoted_value(
            list in prop::collection::vec(("[a-zA-Z][a-zA-Z0-9.-]{0,8}", "[ -~äöü]{0,20}"), 1..5)
        ) {
            let text: Vec<_> = list.iter().map(|(key, value)| format!("{key}={}", quoted(value))).collect();
            prop_assert_eq!(good(&text.join(" , ")), list);
        }

        #[test]
        fn gives_back_plain_values_as_they_are(
            list in prop::collection::vec(("[a-zA-Z][a-zA-Z0-9.-]{0,8}", "[!#-+.-z|~-]{1,20}"), 1..5)
        ) {
            let text: Vec<_> = list.iter().map(|(key, value)| format!("{key}={value}")).collect();
            prop_assert_eq!(good(&text.join(",")), list);
        }
    }
}

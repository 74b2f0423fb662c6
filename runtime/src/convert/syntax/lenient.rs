//! Slightly malformed JSON as written by loggers: Python's `NaN` and `Infinity`, C's `nan` and `inf`, a surplus comma,
//! line breaks within strings, lone surrogates, a leading byte order mark.

use std::borrow::Cow;

/// Trims spaces and a byte order mark around an object.
pub fn trim(text: &str) -> &str {
    text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace())
        .trim_end()
}

/// The text as valid JSON, if it only has the faults named above; `None` if there is nothing to correct.
pub fn corrected(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len() + 16);
    let (mut at, mut copied, mut in_text) = (0, 0, false);
    while at < bytes.len() {
        let (length, replacement) = if in_text {
            within_text(json, at, &mut in_text)
        } else {
            between(json, at, &mut in_text)
        };
        if let Some(replacement) = replacement {
            out.push_str(&json[copied..at]);
            out.push_str(&replacement);
            copied = at + length;
        }
        at += length;
    }
    (copied > 0).then(|| {
        out.push_str(&json[copied..]);
        out
    })
}

/// Numbers that JSON does not have, as Python, JavaScript and C write them, and what replaces them.
const NOT_FINITE: [(&str, &str); 10] = [
    ("NaN", "\"NaN\""),
    ("-NaN", "\"NaN\""),
    ("nan", "\"NaN\""),
    ("-nan", "\"NaN\""),
    ("Infinity", "\"Infinity\""),
    ("-Infinity", "\"-Infinity\""),
    ("infinity", "\"Infinity\""),
    ("-infinity", "\"-Infinity\""),
    ("inf", "\"Infinity\""),
    ("-inf", "\"-Infinity\""),
];

/// Length of the token at `at` between strings, and its replacement.
fn between(json: &str, at: usize, in_text: &mut bool) -> (usize, Option<Cow<'static, str>>) {
    let rest = &json.as_bytes()[at..];
    match rest[0] {
        b'"' => {
            *in_text = true;
            (1, None)
        }
        b'N' | b'n' | b'I' | b'i' | b'-' => {
            for (word, text) in NOT_FINITE {
                let after = rest.get(word.len());
                if rest.starts_with(word.as_bytes()) && !after.is_some_and(u8::is_ascii_alphanumeric) {
                    return (word.len(), Some(text.into()));
                }
            }
            (1, None)
        }
        b',' => {
            let next = rest[1..].iter().find(|byte| !byte.is_ascii_whitespace());
            (1, matches!(next, Some(b'}' | b']')).then_some(" ".into()))
        }
        _ => (1, None),
    }
}

fn within_text(json: &str, at: usize, in_text: &mut bool) -> (usize, Option<Cow<'static, str>>) {
    let rest = &json.as_bytes()[at..];
    match rest[0] {
        b'"' => {
            *in_text = false;
            (1, None)
        }
        b'\\' => escape(rest),
        byte @ 0..0x20 => (1, Some(format!("\\u{byte:04x}").into())),
        _ => (1, None),
    }
}

fn escape(rest: &[u8]) -> (usize, Option<Cow<'static, str>>) {
    match rest.get(1) {
        Some(b'u') => match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (12, None),
            (Some(0xd800..0xe000), _) => (6, Some("\\ufffd".into())),
            (Some(_), _) => (6, None),
            (None, _) => (1, Some("\\\\".into())),
        },
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, None),
        // An escape that JSON does not have, such as `\x1b`: the backslash itself.
        _ => (1, Some("\\\\".into())),
    }
}

/// The number of a `\u` escape.
fn unit(rest: &[u8]) -> Option<u32> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_quite_json() {
        for (json, expected) in [
            (
                r#"{"a":NaN,"b":-Infinity,"c":"NaN"}"#,
                r#"{"a":"NaN","b":"-Infinity","c":"NaN"}"#,
            ),
            ("{\"a\":\"x\ny\"}", r#"{"a":"x\u000ay"}"#),
            (
                r#"{"a":nan,"b":[-inf,infinity]}"#,
                r#"{"a":"NaN","b":["-Infinity","Infinity"]}"#,
            ),
            (r#"{"a":[1, ] ,}"#, r#"{"a":[1  ]  }"#),
            (r#"{"a":"\ud83d"}"#, r#"{"a":"\ufffd"}"#),
            (r#"{"a":"\x1b"}"#, r#"{"a":"\\x1b"}"#),
            (r#"{"a":"\ud83d\ude00 \ud83d"}"#, r#"{"a":"\ud83d\ude00 \ufffd"}"#),
        ] {
            let corrected = corrected(json).unwrap();
            assert_eq!(corrected, expected);
            assert!(
                serde_json::from_str::<serde_json::Value>(&corrected).is_ok(),
                "{corrected}"
            );
        }
        assert_eq!(corrected(r#"{"a":1,"b":"NaN \ud83d\ude00"}"#), None);
        assert_eq!(trim("\u{feff}  {} \n"), "{}");
    }

    proptest! {
        #[test]
        fn valid_json_is_never_changed(text in any::<String>(), number in any::<i64>()) {
            let json = serde_json::json!({"a": text, "b": [number, null, true]}).to_string();
            prop_assert_eq!(corrected(&json), None);
        }

        #[test]
        fn never_panics(text in ".{0,60}") {
            let _ = corrected(&text);
        }
    }
}

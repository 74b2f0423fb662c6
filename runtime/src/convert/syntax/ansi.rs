//! Colours and other control sequences of terminals (ECMA-48), which loggers write if they consider the output a
//! terminal.

use std::borrow::Cow;

const ESCAPE: u8 = 0x1b;

/// The Control Sequence Introducer as one character; the same as the escape and `[`.
const INTRODUCER: char = '\u{9b}';

/// The text without control sequences.
pub fn strip(text: &str) -> Cow<'_, str> {
    if text.starts_with(INTRODUCER) {
        return Cow::Owned(strip(&text.replace(INTRODUCER, "\u{1b}[")).into_owned());
    }
    let Some(first) = memchr::memchr(ESCAPE, text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut plain = String::with_capacity(text.len());
    plain.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = memchr::memchr(ESCAPE, rest.as_bytes()) {
        plain.push_str(&rest[..at]);
        rest = &rest[at + sequence(&rest.as_bytes()[at..])..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The same for owned text, which is returned unchanged if it has no control sequences.
pub fn strip_owned(text: String) -> String {
    match strip(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(plain) => plain,
    }
}

/// Bytes of the control sequence that `bytes` begins with; always ASCII, at least the escape itself.
fn sequence(bytes: &[u8]) -> usize {
    match bytes.get(1) {
        // Control Sequence Introducer: parameters and a letter. Anything that only begins like this is text.
        Some(b'[') => {
            let is_parameter = |byte: &&u8| byte.is_ascii_digit() || matches!(**byte, b';' | b':' | b'?');
            let inner = bytes[2..].iter().take_while(is_parameter).count();
            let is_complete = bytes.get(2 + inner).is_some_and(u8::is_ascii_alphabetic);
            if is_complete { 3 + inner } else { 1 }
        }
        // Operating System Command: to BEL or the string terminator. Without an end it is not a command.
        Some(b']') => {
            let end = memchr::memchr2(0x07, ESCAPE, &bytes[2..]);
            match end.map(|at| (at + 2, bytes[at + 2])) {
                Some((at, 0x07)) => at + 1,
                Some((at, _)) if bytes.get(at + 1) == Some(&b'\\') => at + 2,
                _ => 1,
            }
        }
        Some(b'(' | b')') if bytes.get(2).is_some_and(u8::is_ascii_alphanumeric) => 3,
        Some(0x40..=0x5f) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sequences_leave_and_text_stays() {
        for (text, plain) in [
            ("\u{1b}[31mERROR\u{1b}[0m x", "ERROR x"),
            ("\u{1b}[38;2;255;0;0mred\u{1b}[39m", "red"),
            ("\u{1b}]8;;http://a\u{7}link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}[2K\u{1b}[1Gline", "line"),
            ("a\u{1b}", "a"),
            ("\u{9b}31mERROR\u{9b}0m x", "ERROR x"),
            ("\u{1b}[31", "[31"),
            ("\u{1b}[22\"<7>", "[22\"<7>"),
            ("[31m is no sequence", "[31m is no sequence"),
            ("\u{1b}é", "é"),
        ] {
            assert_eq!(strip(text), plain);
        }
    }

    proptest! {
        #[test]
        fn letters_are_kept(text in "([a-z é\u{1b}\\[\\];m0-9]){0,40}") {
            let letters = |text: &str| text.chars().filter(|c| *c == 'é').count();
            let plain = strip(&text).into_owned();
            let has_escape = plain.contains('\u{1b}');
            prop_assert!(!has_escape);
            prop_assert_eq!(letters(&plain), letters(&text));
        }
    }
}

//! The words at the beginning of a line of text, as laid out by loggers.

/// The longest group in brackets that is one word.
const LONGEST_GROUP: usize = 96;

/// A word: delimited by spaces, tabs and bars, or a group in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// The word, without brackets.
    pub text: &'a str,
    /// The opening bracket of a group.
    pub bracket: Option<u8>,
    /// It follows a tab or bar, or the beginning of the line.
    pub delimited: bool,
    /// What follows it.
    pub rest: &'a str,
}

/// Words one after another.
#[derive(Debug)]
pub struct Words<'a> {
    rest: &'a str,
    delimited: bool,
}

/// The words of a line.
pub fn words(line: &str) -> Words<'_> {
    Words {
        rest: line,
        delimited: true,
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        let bytes = self.rest.as_bytes();
        let start = bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'|'))?;
        let delimited = self.delimited || bytes[..start].iter().any(|byte| matches!(byte, b'\t' | b'|'));
        let text = &self.rest[start..];
        let (length, inner) = group(text).unwrap_or_else(|| {
            let mut bytes = text.bytes();
            let end = bytes
                .position(|byte| matches!(byte, b' ' | b'\t' | b'|' | b'\n'))
                .unwrap_or(text.len());
            (end, &text[..end])
        });
        if length == 0 {
            return None;
        }
        self.rest = &text[length..];
        self.delimited = false;
        Some(Word {
            text: inner,
            bracket: (inner.len() < length).then(|| text.as_bytes()[0]),
            delimited,
            rest: self.rest,
        })
    }
}

/// Length of the group in brackets at the beginning of `text`, and its content.
fn group(text: &str) -> Option<(usize, &str)> {
    let (open, close) = match text.as_bytes().first()? {
        b'[' => (b'[', b']'),
        b'(' => (b'(', b')'),
        b'<' => (b'<', b'>'),
        _ => return None,
    };
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().take(LONGEST_GROUP) {
        match byte {
            b'\n' => return None,
            byte if byte == open => depth += 1,
            byte if byte == close => {
                depth -= 1;
                if depth == 0 {
                    // A colon or comma after it belongs to the group.
                    let after = usize::from(matches!(text.as_bytes().get(at + 1), Some(b':' | b',')));
                    return Some((at + 1 + after, text[1..at].trim()));
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether this can be the name of a logger.
pub fn is_name(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._$/:-@#".contains(&byte))
}

/// Times, dates, ids: contains digits, and otherwise only hexadecimal digits and number separators.
pub fn is_number(text: &str) -> bool {
    let mut has_digit = false;
    text.bytes().all(|byte| {
        has_digit |= byte.is_ascii_digit();
        byte.is_ascii_hexdigit() || matches!(byte, b'-' | b':' | b'.' | b'/' | b',' | b'T' | b'Z' | b'+' | b'#')
    }) && has_digit
}

/// `9:36AM`, as zerolog's console and Go's `time.Kitchen`.
pub fn is_clock(text: &str) -> bool {
    let digits = text.strip_suffix("AM").or_else(|| text.strip_suffix("PM"));
    digits.is_some_and(|digits| is_number(digits) && digits.contains(':'))
}

/// A time of day, perhaps after a date.
pub fn has_time(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(':')
}

/// `2026-03-04`.
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b'-' && is_number(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn groups_and_words() {
        let line = "2026 [main thread (7)] |ERROR| a:b (x";
        let found: Vec<(&str, Option<u8>, bool)> = words(line)
            .map(|word| (word.text, word.bracket, word.delimited))
            .collect();
        assert_eq!(
            found,
            [
                ("2026", None, true),
                ("main thread (7)", Some(b'['), false),
                ("ERROR", None, true),
                ("a:b", None, true),
                ("(x", None, false),
            ]
        );
    }

    proptest! {
        #[test]
        fn never_panics(line in "[\\[\\]()<> a-z|\té:\n]{0,60}") {
            prop_assert!(words(&line).count() <= line.len());
        }
    }
}

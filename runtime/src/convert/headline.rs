//! The headline of an error: `Type: message`.

use super::level::table;

/// Ends of the names of errors in every language.
const ENDINGS: [&str; 9] = [
    "Error",
    "Exception",
    "Throwable",
    "Fault",
    "Interrupt",
    "Exit",
    "Failure",
    "Rejection",
    "Iteration",
];

/// An error's type and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headline<'a> {
    /// The type.
    pub kind: &'a str,
    /// The message; empty if there is none.
    pub message: &'a str,
    /// The position of the type in the text.
    pub at: usize,
}

/// The (dotted) name at the beginning of a line, if followed by nothing, a colon or a code in brackets.
pub fn named(line: &str) -> Option<&str> {
    let bytes = line.as_bytes();
    if !bytes
        .first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
    {
        return None;
    }
    // Most lines begin with a plain word: its letters need no Unicode lookup.
    let mut end = bytes
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(line.len());
    if bytes.get(end) == Some(&b' ') && bytes.get(end + 1) != Some(&b'[') {
        return None;
    }
    for c in line[end..].chars() {
        let is_path = c == ':' && (line[end..].starts_with("::") || line[..end].ends_with(':'));
        if !(c.is_alphanumeric() || matches!(c, '.' | '_' | '$' | '\\' | '`') || is_path) {
            break;
        }
        end += c.len_utf8();
    }
    let (name, rest) = line.split_at(end);
    let ends =
        rest.is_empty() || rest == ":" || rest.starts_with(": ") || rest.starts_with(":\n") || rest.starts_with(" [");
    (ends && !name.ends_with(['.', ':'])).then_some(name)
}

/// Whether the name is one that only types of errors have, or a class within a package.
pub fn is_error_type(name: &str) -> bool {
    let class = name.rsplit(['.', '\\', ':', '$']).next().unwrap_or(name);
    let is_class = class.starts_with(|c: char| c.is_uppercase());
    let is_within = class.len() < name.len();
    is_class && (is_within || ENDINGS.iter().any(|end| class.ends_with(end)))
}

/// Whether the name may be an error's type; a level in capitals isn't.
pub fn is_class(name: &str) -> bool {
    let class = name.rsplit(['.', '\\', ':', '$']).next().unwrap_or(name);
    let is_level = !name.bytes().any(|byte| byte.is_ascii_lowercase()) && table::level(name).is_some();
    class.starts_with(|c: char| c.is_uppercase()) && !is_level
}

/// The headline at the beginning of the text; its message continues to the end of the text.
pub fn at_start(text: &str) -> Option<Headline<'_>> {
    let kind = named(text)?;
    let rest = &text[kind.len()..];
    // Node.js writes an error's code after its name: `Error [ERR_X]: message`.
    let rest = match rest.strip_prefix(" [").and_then(|rest| rest.split_once(']')) {
        Some((_, rest)) => rest,
        None => rest,
    };
    let message = rest.strip_prefix(':').unwrap_or(rest);
    let message = message.strip_prefix(' ').unwrap_or(message).trim_end();
    Some(Headline { kind, message, at: 0 })
}

/// The first headline in the text whose type can only be an error: at the beginning of a line, otherwise within a line,
/// after other words.
pub fn find(text: &str) -> Option<Headline<'_>> {
    let starts = || std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
    let at_line = |check: fn(&str) -> bool| {
        starts().find_map(|at| {
            at_start(&text[at..])
                .filter(|found| check(found.kind))
                .map(|found| Headline { at, ..found })
        })
    };
    at_line(is_error_type).or_else(|| within(text)).or_else(|| {
        // Any class name is accepted as an error only at the very beginning.
        at_start(text).filter(|found| is_class(found.kind))
    })
}

/// `pick failed Error: no stock`, `Exception in thread "main" java.lang.IllegalStateException: no stock`.
fn within(text: &str) -> Option<Headline<'_>> {
    for line_break in memchr::memchr2_iter(b':', b'\n', text.as_bytes()).chain([text.len()]) {
        let before = &text[..line_break];
        let at = before.rfind([' ', '\n', '(', '\t']).map_or(0, |at| at + 1);
        let name = &before[at..];
        if at > 0 && is_error_type(name) && named(&text[at..]) == Some(name) {
            return at_start(&text[at..]).map(|found| Headline { at, ..found });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> Option<(&str, &str, usize)> {
        find(text).map(|found| (found.kind, found.message, found.at))
    }

    #[test]
    fn headlines() {
        for (text, expected) in [
            (
                "TypeError: x is not a function",
                ("TypeError", "x is not a function", 0),
            ),
            ("OutOfStock: a-1", ("OutOfStock", "a-1", 0)),
            ("shop.OutOfStock", ("shop.OutOfStock", "", 0)),
            (
                "Error: two problems:\n- a\n- b",
                ("Error", "two problems:\n- a\n- b", 0),
            ),
            ("Error [ERR_X]: no", ("Error", "no", 0)),
            ("pick failed Error: no stock", ("Error", "no stock", 12)),
            ("could not: do it RangeError: x", ("RangeError", "x", 17)),
            (
                "Exception in thread \"main\" java.lang.IllegalStateException: no",
                ("java.lang.IllegalStateException", "no", 27),
            ),
            (
                "Unhandled exception. System.ApplicationException: no",
                ("System.ApplicationException", "no", 21),
            ),
            (
                "no: java.lang.IllegalStateException\njava.lang.IllegalStateException: no",
                ("java.lang.IllegalStateException", "no", 36),
            ),
            (
                "Aws::S3::Errors::NoSuchKey: no",
                ("Aws::S3::Errors::NoSuchKey", "no", 0),
            ),
            ("App\\Shelf\\Empty: no", ("App\\Shelf\\Empty", "no", 0)),
        ] {
            assert_eq!(parts(text), Some(expected), "{text}");
        }
        for text in [
            "no stock",
            "ERROR: no stock",
            "at 05:06:07",
            "",
            "a: b: c",
            "see Error handling",
        ] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[A-Za-zé.:$\\\\ \n\\[\\]]{0,40}") {
            if let Some(found) = find(&text) {
                prop_assert!(text[found.at..].starts_with(found.kind));
            }
        }
    }
}

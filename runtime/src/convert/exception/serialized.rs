//! Errors in fields of JSON log records: objects as libraries serialize exceptions, lists of them, and lists of frames.

use std::fmt::Write as _;

use serde_json::value::RawValue;

use super::attributes::Exception;
use super::search;
use crate::convert::roles::{self, Role};
use crate::convert::syntax::object::Object;
use crate::record::Value;

/// An error in a field, and the rest of that field.
#[derive(Debug, Default, PartialEq)]
pub struct Found {
    /// The error.
    pub exception: Exception,
    /// The other members of the object.
    pub rest: Vec<(String, Value)>,
}

/// Names of an error's parts in addition to the table: within an object they can be short.
const KINDS: [&str; 5] = ["type", "name", "class", "classname", "exctype"];
const MESSAGES: [&str; 4] = ["message", "msg", "value", "excvalue"];
const STACKS: [&str; 4] = ["trace", "frames", "extendedstacktrace", "steparray"];

/// Reads an error; `None` if the value is not one.
pub fn read(raw: &str) -> Option<Found> {
    match raw.as_bytes().first()? {
        b'"' => {
            let text: String = serde_json::from_str(raw).ok()?;
            let exception = search::of_trace(&text);
            let one_line = exception.kind.is_none() && !text.contains('\n');
            Some(Found {
                exception: match one_line {
                    true => Exception {
                        message: Some(text).filter(|text| !text.is_empty()),
                        ..Exception::default()
                    },
                    false => exception,
                },
                rest: Vec::new(),
            })
        }
        b'{' => object(raw),
        b'[' => list(raw),
        _ => None,
    }
}

/// Errors one after another, as structlog writes them: the first is the most recent one.
fn list(raw: &str) -> Option<Found> {
    let errors: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    let mut found = errors
        .iter()
        .map(|error| object(error.get()))
        .collect::<Option<Vec<_>>>()?
        .into_iter();
    let mut first = found.next()?;
    for other in found {
        if let (Some(stack), Some(more)) = (&mut first.exception.stack, other.exception.stack) {
            stack.push_str("\n\n");
            stack.push_str(&more);
        }
    }
    Some(first)
}

fn object(raw: &str) -> Option<Found> {
    let Object(entries) = serde_json::from_str(raw).ok()?;
    let (mut found, mut rest) = (Exception::default(), Vec::new());
    for (key, value) in entries {
        let part = part_of(&key, value.get(), &found);
        let text = value.get();
        let taken = match part {
            Some(Role::ErrorType) => set(&mut found.kind, string(text)),
            Some(Role::ErrorMessage) => set(&mut found.message, string(text)),
            Some(Role::ErrorStack) => set(&mut found.stack, stack(text)),
            _ => false,
        };
        if !taken {
            rest.push((
                key.into_owned(),
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
            ));
        }
    }
    let is_error =
        found.stack.is_some() || (found.kind.is_some() && found.message.is_some()) || found.message.is_some();
    is_error.then_some(Found { exception: found, rest })
}

fn part_of(key: &str, value: &str, found: &Exception) -> Option<Role> {
    let name: String = key
        .bytes()
        .filter(|byte| !b"_-.@ ".contains(byte))
        .map(|byte| byte.to_ascii_lowercase() as char)
        .collect();
    let role = roles::role(key).map(|(role, ..)| role);
    match role {
        Some(Role::ErrorType | Role::ErrorMessage | Role::ErrorStack) => role,
        _ if KINDS.contains(&&*name) && found.kind.is_none() => Some(Role::ErrorType),
        _ if MESSAGES.contains(&&*name) => Some(Role::ErrorMessage),
        _ if STACKS.contains(&&*name) && value.starts_with(['[', '"']) => Some(Role::ErrorStack),
        // JsonTemplateLayout's GCP and logstash templates.
        _ if name == "exception" && value.starts_with('"') => Some(Role::ErrorType),
        _ => None,
    }
}

fn set(field: &mut Option<String>, value: Option<String>) -> bool {
    let taken = value.is_some() && field.is_none();
    if taken {
        *field = value;
    }
    taken
}

fn string(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

/// A stack trace: text, a list of lines, a list of frames, or an object that holds one.
pub fn stack(raw: &str) -> Option<String> {
    match raw.as_bytes().first()? {
        b'"' => string(raw).filter(|text| !text.is_empty()),
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
            let lines: Option<Vec<String>> = items.iter().map(|item| line(item.get())).collect();
            Some(lines?.join("\n")).filter(|text| !text.is_empty())
        }
        b'{' => object(raw)?.exception.stack,
        _ => None,
    }
}

fn line(raw: &str) -> Option<String> {
    match raw.as_bytes().first()? {
        b'"' => Some(string(raw)?.trim_end_matches('\n').to_owned()),
        b'{' => frame(raw),
        _ => None,
    }
}

/// A frame as `    at class.function (file:line)`, for all common names of its parts.
fn frame(raw: &str) -> Option<String> {
    let Object(entries) = serde_json::from_str(raw).ok()?;
    let part = |names: &[&str]| {
        let found = entries.iter().find(|(key, value)| {
            let name = key.replace('_', "").to_ascii_lowercase();
            names.contains(&&*name) && !value.get().starts_with(['{', '[', 'n'])
        });
        found.map(|(_, value)| string(value.get()).unwrap_or_else(|| value.get().to_owned()))
    };
    let class = part(&["class", "classname", "declaringclass", "module"]);
    let function = part(&["method", "methodname", "function", "func", "label", "name"]);
    let file = part(&["file", "filename", "path", "source"]);
    let number = part(&["line", "lineno", "linenumber"]);
    let mut text = String::from("    at ");
    match (class, function) {
        (Some(class), Some(function)) => write!(text, "{class}.{function}").ok()?,
        (Some(name), None) | (None, Some(name)) => text.push_str(&name),
        (None, None) if file.is_some() => text.push_str("<unknown>"),
        (None, None) => return None,
    }
    match (file, number) {
        (Some(file), Some(number)) => write!(text, " ({file}:{number})").ok()?,
        (Some(file), None) => write!(text, " ({file})").ok()?,
        _ => {}
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(raw: &str) -> [String; 3] {
        let found = read(raw).unwrap().exception;
        [found.kind, found.message, found.stack].map(Option::unwrap_or_default)
    }

    #[test]
    fn objects_of_every_library() {
        for (raw, expected) in [
            (
                r#"{"type":"Error","message":"no stock","stack":"Error: no stock\n    at x"}"#,
                ["Error", "no stock", "Error: no stock\n    at x"],
            ),
            (
                r#"{"name":"Error","message":"no","location":"a:1"}"#,
                ["Error", "no", ""],
            ),
            (
                r#"{"Type":"System.E","Message":"no","StackTrace":"   at A.B()"}"#,
                ["System.E", "no", "   at A.B()"],
            ),
            (
                r#"{"exceptionType":"shop.E","message":"no","frames":[{"class":"shop.A","method":"pick","line":7}]}"#,
                ["shop.E", "no", "    at shop.A.pick"],
            ),
            (
                r#"{"className":"shop.E","message":"no","stepArray":[{"className":"shop.A","methodName":"pick","fileName":"A.java","lineNumber":7}]}"#,
                ["shop.E", "no", "    at shop.A.pick (A.java:7)"],
            ),
            (
                r#"{"class":"App\\E","message":"no","code":0,"trace":["/a.php:7","/b.php:8"]}"#,
                ["App\\E", "no", "/a.php:7\n/b.php:8"],
            ),
            (
                r#"[{"exc_type":"KeyError","exc_value":"'sku'","frames":[{"filename":"a.py","lineno":7,"name":"pick"}]}]"#,
                ["KeyError", "'sku'", "    at pick (a.py:7)"],
            ),
            (
                r#""Traceback (most recent call last):\n  File \"a.py\", line 7, in x\nKeyError: 'sku'""#,
                [
                    "KeyError",
                    "'sku'",
                    "Traceback (most recent call last):\n  File \"a.py\", line 7, in x\nKeyError: 'sku'",
                ],
            ),
            (r#""no stock""#, ["", "no stock", ""]),
        ] {
            assert_eq!(parts(raw), expected.map(str::to_owned), "{raw}");
        }
        assert_eq!(
            stack(r#"[{"path":"shop/main.go","line":12,"label":"pick"}]"#).as_deref(),
            Some("    at pick (shop/main.go:12)")
        );
        assert_eq!(
            read(r#"{"message":"no","code":7}"#).unwrap().rest,
            [("code".to_owned(), Value::Int(7))]
        );
        for raw in ["true", "7", "null", r#"{"code":7}"#, "[1]", "[]", "{}"] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(raw in "[\\[\\]{}\":,a-z0-9 ]{0,40}") {
            let _ = (read(&raw), stack(&raw));
        }
    }
}

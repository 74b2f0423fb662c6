//! Errors in log lines, as OpenTelemetry's `exception.*` attributes.

use serde::Deserialize;

use super::stack::TRACEBACK;
use crate::record::{Attributes, Value};

const TYPE: &str = "exception.type";
const MESSAGE: &str = "exception.message";
const STACKTRACE: &str = "exception.stacktrace";

/// A stack trace as text or as a list of lines.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Stack {
    /// As text.
    Text(String),
    /// Line by line.
    Lines(Vec<String>),
}

impl Stack {
    /// The lines as one text.
    pub fn into_text(self) -> String {
        match self {
            Stack::Text(text) => text,
            Stack::Lines(lines) => lines
                .iter()
                .map(|line| line.trim_end_matches('\n'))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }
}

/// What Node.js puts after `Invoke Error`, `Uncaught Exception` and their like.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NodeError {
    error_type: String,
    #[serde(default)]
    error_message: String,
    #[serde(default)]
    stack: Option<Stack>,
}

/// Adds what is known of an error.
pub fn push(attributes: &mut Attributes, kind: Option<String>, message: Option<String>, stack: Option<String>) {
    let named = [(TYPE, kind), (MESSAGE, message), (STACKTRACE, stack)];
    for (name, value) in named {
        // The application's own field of that name says more.
        let known = attributes.iter().any(|(key, _)| key == name);
        if let Some(value) = value.filter(|_| !known) {
            attributes.push((name.into(), Value::String(value)));
        }
    }
}

/// Finds the error that a text message reports, if it does.
pub fn find(message: &str, attributes: &mut Attributes) {
    // Every report has several lines or a tab; most messages have neither, and a search for two bytes is cheap.
    if memchr::memchr2(b'\n', b'\t', message.as_bytes()).is_none() {
        return;
    }
    if let Some(error) = node_error(message) {
        push(
            attributes,
            Some(error.error_type),
            Some(error.error_message),
            error.stack.map(Stack::into_text),
        );
    } else if let Some(at) = message.find(TRACEBACK) {
        let (kind, text) = python_error(&message[..at], &message[at..]);
        push(attributes, kind, text, Some(message[at..].replace('\u{a0}', " ")));
    } else if let Some(at) = message.find("\n    at ").or_else(|| message.find("\n\tat ")) {
        let (kind, text) = error_before_frames(&message[..at]);
        push(attributes, kind, text, Some(message.to_owned()));
    } else if let Some((panic, _)) = message.split_once("\n\ngoroutine ") {
        let text = panic.strip_prefix("panic: ").unwrap_or(panic);
        push(
            attributes,
            Some("panic".to_owned()),
            Some(text.to_owned()),
            Some(message.to_owned()),
        );
    }
}

/// Node.js: the runtime's own error reports, `<what> \t{json}`.
fn node_error(message: &str) -> Option<NodeError> {
    let (what, json) = message.split_once(" \t")?;
    let known = [
        "Invoke Error",
        "Init Error",
        "Uncaught Exception",
        "Unhandled Promise Rejection",
    ];
    known.contains(&what).then(|| serde_json::from_str(json).ok()).flatten()
}

/// Python: `Type: message` stands before the traceback (uncaught errors) or ends it (`log.exception`).
fn python_error(before: &str, traceback: &str) -> (Option<String>, Option<String>) {
    let before = before.trim_end();
    let last = traceback.lines().last().unwrap_or_default();
    let is_code = last.starts_with([' ', '\u{a0}']) || last.starts_with(TRACEBACK);
    let headline = if is_code { before } else { last };
    headline_parts(headline).unwrap_or_default()
}

/// Node.js and Java: the error's own text stands before its frames, alone or after a line of something else.
fn error_before_frames(text: &str) -> (Option<String>, Option<String>) {
    let last = text.rsplit('\n').next().unwrap_or(text);
    headline_parts(text)
        .or_else(|| headline_parts(last))
        .unwrap_or_default()
}

/// `Type: message`, where the type is a (dotted) name.
fn headline_parts(text: &str) -> Option<(Option<String>, Option<String>)> {
    let text = match text
        .strip_prefix("Exception in thread \"")
        .and_then(|rest| rest.split_once("\" "))
    {
        Some((_, error)) => error,
        None => text,
    };
    let (kind, message) = text.split_once(": ").unwrap_or((text, ""));
    let is_name = !kind.is_empty()
        && kind
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$'));
    is_name.then(|| (Some(kind.to_owned()), Some(message.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(message: &str) -> Vec<(String, String)> {
        let mut attributes = Attributes::new();
        find(message, &mut attributes);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        attributes
            .iter()
            .map(|(key, value)| (key.to_string(), text(value)))
            .collect()
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn node_reports() {
        let message = "Invoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"handler failed\",\"stack\":[\"TypeError: handler failed\",\"    at x\"]}";
        assert_eq!(
            found(message),
            [
                pair(TYPE, "TypeError"),
                pair(MESSAGE, "handler failed"),
                pair(STACKTRACE, "TypeError: handler failed\n    at x"),
            ]
        );
    }

    #[test]
    fn node_logged_errors() {
        let message = "Error: a logged error\n    at exports.handler (/var/task/index.js:6:16)";
        assert_eq!(
            found(message),
            [
                pair(TYPE, "Error"),
                pair(MESSAGE, "a logged error"),
                pair(STACKTRACE, message)
            ]
        );
        let message = "could not: do it Error: x\n    at y";
        assert_eq!(found(message), [pair(STACKTRACE, message)]);
    }

    #[test]
    fn python_uncaught_errors() {
        let message = "TypeError: handler failed\nTraceback (most recent call last):\n\u{a0}\u{a0}File \"app.py\"\n\u{a0}\u{a0}\u{a0}\u{a0}raise";
        assert_eq!(
            found(message),
            [
                pair(TYPE, "TypeError"),
                pair(MESSAGE, "handler failed"),
                pair(
                    STACKTRACE,
                    "Traceback (most recent call last):\n  File \"app.py\"\n    raise"
                ),
            ]
        );
    }

    #[test]
    fn python_logged_exceptions() {
        let message = "caught\nTraceback (most recent call last):\n  File \"app.py\", line 8\nZeroDivisionError: division by zero";
        assert_eq!(
            found(message)[..2],
            [pair(TYPE, "ZeroDivisionError"), pair(MESSAGE, "division by zero")]
        );
        let init = "Runtime.ImportModuleError: Unable to import module 'app'\nTraceback (most recent call last):";
        assert_eq!(found(init)[0], pair(TYPE, "Runtime.ImportModuleError"));
    }

    #[test]
    fn ordinary_lines_report_none() {
        assert_eq!(found("Error: just text"), []);
        assert_eq!(found("Invoke Error \tnot json"), []);
    }
}

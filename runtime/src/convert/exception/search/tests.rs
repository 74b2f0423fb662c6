use super::*;
use crate::record::{Attributes, Value};

const TYPE: &str = "exception.type";
const MESSAGE: &str = "exception.message";
const STACKTRACE: &str = "exception.stacktrace";

fn found(message: &str) -> Vec<(String, String)> {
    let mut attributes = Attributes::new();
    find(message).unwrap_or_default().push(&mut attributes);
    let text = |value: &Value| value.as_str().unwrap_or("true").to_owned();
    attributes
        .iter()
        .map(|(key, value)| (key.to_string(), text(value)))
        .collect()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
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
    let message = "could not: do it Error: x\n    at y (z.js:1:2)";
    assert_eq!(
        found(message),
        [
            pair(TYPE, "Error"),
            pair(MESSAGE, "x"),
            pair(STACKTRACE, "Error: x\n    at y (z.js:1:2)")
        ]
    );
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
    let message =
        "caught\nTraceback (most recent call last):\n  File \"app.py\", line 8\nZeroDivisionError: division by zero";
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

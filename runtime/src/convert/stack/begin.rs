//! Lines that may begin a stack trace.

use super::json;
use super::lines::*;
use super::state::State;
use crate::convert::headline::{is_class, is_error_type, named};
use crate::convert::level::jul::is_jul_heading;

/// How uncaught errors of Go begin.
const PANICS: [&str; 3] = ["panic: ", "fatal error: ", "runtime: "];

/// What Python's libraries print before a traceback.
const BEFORE_TRACEBACK: [&str; 4] = [
    "Exception ignored in: ",
    "--- Logging error ---",
    "Task exception was never retrieved",
    "Future exception was never retrieved",
];

/// The state after a line that may begin a stack trace; `None` if it cannot.
pub fn begin(line: &str) -> Option<State> {
    let is_panic = || PANICS.iter().any(|start| line.starts_with(start));
    let announces_python = || BEFORE_TRACEBACK.iter().any(|start| line.starts_with(start));
    let found = match line.as_bytes().first()? {
        b'T' if line.trim_end() == TRACEBACK => Some(State::Python),
        b' ' if line.starts_with("  + Exception Group Traceback") => Some(State::PythonGroup),
        b' ' => (is_python_place(line) && !line.contains(", in ")).then_some(State::Python),
        b'{' | b'0'..=b'9' | b'[' if json::opens(line) => Some(State::Json(1)),
        b'/' | b'f' | b'n' | b'[' | b'e' if is_place(line) => Some(State::CrashPlace),
        b'/' if is_ruby_place(line) => Some(State::RubyTop(0)),
        b'p' | b'f' | b'r' if is_panic() => Some(State::Panic(0)),
        b'S' if is_signal(line) => Some(State::Panic(0)),
        b'g' if is_goroutine(line) => Some(State::Goroutines),
        b't' if is_rust_panic(line) => Some(State::Rust),
        b't' if line.starts_with(TERMINATE) => Some(State::Cpp),
        b'F' if line.starts_with("Fatal error: Uncaught ") => Some(State::Php(0)),
        b'F' if line.starts_with(PYTHON_FATAL) => Some(State::PythonFatal),
        b'E' if line.starts_with("Exception in thread ") && !line.contains('"') => Some(State::PythonThread),
        b'E' | b'-' | b'T' | b'F' if announces_python() => Some(State::PythonThread),
        b'P' | b'S' if is_unhandled(line) => Some(State::Error(0)),
        b'J' | b'F' | b'M' | b'A' | b'S' | b'O' | b'N' | b'D' if is_jul_heading(line) => Some(State::JulHeading),
        _ => None,
    };
    found
        .or_else(|| error(line))
        .or_else(|| json::opens(line).then_some(State::Json(1)))
}

/// The own line of an error of Node.js, Java, .NET or PHP.
fn error(line: &str) -> Option<State> {
    if line.starts_with(['E', 'U'])
        && [
            "Exception in thread ",
            "Unhandled exception. ",
            "Unhandled exception: ",
            "Uncaught ",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    {
        return Some(State::Error(0));
    }
    let Some(name) = named(line) else {
        // `message: java.lang.IllegalStateException`, as Lambda's Java runtime reports an error.
        let at = memchr::memrchr(b' ', line.as_bytes()).filter(|at| line[..*at].ends_with(':'))?;
        let kind = &line[at + 1..];
        let is_report = kind.contains('.') && named(kind) == Some(kind) && is_error_type(kind);
        return is_report.then_some(State::JavaReport(0));
    };
    if ["Error", "Exception", "Throwable"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        return Some(State::Error(0));
    }
    (is_error_type(name) || (is_class(name) && name.len() < line.len())).then_some(State::WeakError)
}

/// Whether the line begins nothing else, so that it may be part of a message.
pub(super) fn is_text(line: &str) -> bool {
    matches!(begin(line), None | Some(State::WeakError | State::Json(_)))
}

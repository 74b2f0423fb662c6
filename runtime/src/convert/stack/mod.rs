//! The layouts of stack traces, line by line: what a runtime prints when nothing keeps the lines together.

mod json;
mod lines;
mod others;
mod python;

pub use lines::*;

use super::headline::{is_class, is_error_type, named};
use crate::record::Severity;

/// A message in a trace has no more lines than these, unless each shows that it is one.
const MESSAGE_LINES: u8 = 10;

/// Where in a stack trace the last line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A record with a level, whose stack trace may follow as lines without anything around.
    Heading,
    /// java.util.logging: the line with the time; the one with the level is next.
    JulHeading,
    /// .NET's console formatter: the line with the level; indented lines follow.
    ConsoleHeading,
    /// A JSON object, so deep.
    Json(u16),
    /// Python: `Exception in thread …`; the trace is next.
    PythonThread,
    /// Python: heading or frames.
    Python,
    /// Python: the exception's own line, which ends the trace unless another follows from it; whether its message is
    /// one with further lines.
    PythonException(bool),
    /// Python: a line of the message whose indented line is next.
    PythonPair,
    /// Python: notes and empty lines after it, so many.
    PythonNote(u8),
    /// Python: the line that says how the next exception follows, or the empty line after that.
    PythonChain,
    /// Python: an exception group.
    PythonGroup,
    /// Node.js, uncaught: `/var/task/index.js:11`; the line of source is next.
    CrashPlace,
    /// Node.js, uncaught: the line of source; `^` is next.
    CrashSource,
    /// Node.js, uncaught: what follows, to the line with the version.
    Crash,
    /// The same, after so many lines that may be the error's message.
    CrashText(u8),
    /// Node.js, Java and .NET: the error's own line and so many of its message; frames are next.
    Error(u8),
    /// The same of a class whose name could be anything's: frames are next.
    WeakError,
    /// Lambda's Java runtime: `message: type`; the trace is next.
    JavaReport(u8),
    /// Frames and causes.
    Frames,
    /// A cause and so many lines of its message; frames are next.
    Cause(u8),
    /// .NET: an empty line between the errors of an aggregate.
    FramesGap,
    /// Node.js: the error's properties after the frames.
    Properties,
    /// Rust's anyhow: the empty line before its causes.
    CausesGap,
    /// Rust's anyhow: its causes and backtrace.
    Causes,
    /// Go: `panic: …` and so many lines of its message.
    Panic(u8),
    /// Go: the goroutines.
    Goroutines,
    /// Go: a function's name; its place is next.
    GoFunction,
    /// Go: a function's place.
    GoPlace,
    /// Rust: `thread 'main' panicked at …`; the message is next.
    Rust,
    /// Rust: so many lines of the message.
    RustText(u8),
    /// Rust: the backtrace.
    RustBacktrace,
    /// PHP: the error's own line and so many of its message; `Stack trace:` is next.
    Php(u8),
    /// PHP: frames.
    PhpTrace,
    /// PHP: the empty line before the next exception.
    PhpGap,
    /// Ruby: the error's own line and so many of its message; frames are next.
    RubyTop(u8),
    /// Ruby: frames.
    Ruby,
    /// C++: `terminate called …`; the message is next.
    Cpp,
    /// Nothing follows.
    End,
}

/// The state after a line that may begin a stack trace; none if it can't.
pub fn begin(line: &str) -> Option<State> {
    let found = match line.as_bytes().first()? {
        b'T' if line.trim_end() == TRACEBACK => Some(State::Python),
        b' ' if line.starts_with("  + Exception Group Traceback") => Some(State::PythonGroup),
        b' ' => (is_python_place(line) && !line.contains(", in ")).then_some(State::Python),
        b'{' | b'0'..=b'9' | b'[' if json::opens(line) => Some(State::Json(1)),
        b'/' | b'f' | b'n' | b'[' | b'e' if is_place(line) => Some(State::CrashPlace),
        b'/' if is_ruby_place(line) => Some(State::RubyTop(0)),
        b'p' | b'f' | b'r'
            if ["panic: ", "fatal error: ", "runtime: "]
                .iter()
                .any(|start| line.starts_with(start)) =>
        {
            Some(State::Panic(0))
        }
        b'g' if is_goroutine(line) => Some(State::Goroutines),
        b't' if is_rust_panic(line) => Some(State::Rust),
        b't' if line.starts_with(TERMINATE) => Some(State::Cpp),
        b'F' if line.starts_with("Fatal error: Uncaught ") => Some(State::Php(0)),
        b'E' if line.starts_with("Exception in thread ") && !line.contains('"') => Some(State::PythonThread),
        b'E' if line.starts_with("Exception ignored in: ") => Some(State::PythonThread),
        b'J' | b'F' | b'M' | b'A' | b'S' | b'O' | b'N' | b'D' if is_jul_heading(line) => Some(State::JulHeading),
        _ => None,
    };
    found.or_else(|| error(line))
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

/// The state after the next line, and whether it is certain now that all lines so far are one stack trace. None if the
/// line isn't part of it.
pub fn next(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::Heading => below_heading(line),
        State::JulHeading => jul_level(line).map(|_| (State::Heading, true)),
        State::ConsoleHeading => line.starts_with("      ").then_some((state, true)),
        State::Json(depth) => {
            let depth = json::depth_after(line, depth)?;
            Some(if depth == 0 {
                (State::End, true)
            } else {
                (State::Json(depth), false)
            })
        }
        State::PythonThread
        | State::Python
        | State::PythonException(_)
        | State::PythonPair
        | State::PythonNote(_)
        | State::PythonChain
        | State::PythonGroup => python::next(state, line),
        State::CrashPlace => Some((State::CrashSource, false)),
        State::CrashSource => is_marker(line).then_some((State::Crash, true)),
        State::Crash => crash(line, 0),
        State::CrashText(lines) => crash(line, lines),
        State::Error(_) | State::WeakError | State::JavaReport(_) => below_error(state, line),
        State::Frames | State::FramesGap | State::Cause(_) => frames(state, line),
        State::Properties if line == "}" => Some((State::End, true)),
        State::Properties => is_indented(line).then_some((State::Properties, true)),
        _ => others::next(state, line),
    }
}

/// Whether the trace may end here: what comes next need not wait for more of it.
pub fn is_complete(state: State) -> bool {
    matches!(
        state,
        State::End | State::PythonException(_) | State::PythonPair | State::PythonNote(_) | State::PythonGroup
    )
}

/// How grave a stack trace is that begins so: the process doesn't survive Node.js's crashes and Go's panics.
pub fn severity(first: State) -> Severity {
    match first {
        State::CrashPlace | State::Panic(_) | State::Rust | State::Php(_) | State::Cpp => Severity::Fatal,
        _ => Severity::Error,
    }
}

/// Whether the first line of a trace says that nothing handled the exception.
pub fn is_unhandled(line: &str) -> bool {
    line.starts_with("Unhandled exception. ") || line.starts_with("Unhandled exception: ")
}

/// The trace of an error that the line before has logged. Crashes of the process are records of their own.
fn below_heading(line: &str) -> Option<(State, bool)> {
    if is_frame(line) || line.starts_with("Caused by: ") || line.starts_with(" ---> ") {
        return frames(State::Frames, line);
    }
    if line.trim_end() == "Stack trace:" || line.trim_end() == "[stacktrace]" || line.starts_with("#0 ") {
        return Some((State::PhpTrace, true));
    }
    if is_ruby_place(line) {
        return Some((State::Ruby, true));
    }
    match begin(line) {
        Some(State::Goroutines) => Some((State::Goroutines, false)),
        Some(
            state @ (State::Python
            | State::PythonGroup
            | State::PythonThread
            | State::Error(_)
            | State::WeakError
            | State::JavaReport(_)),
        ) => Some((state, false)),
        None if is_go_function(line) => Some((State::GoFunction, false)),
        _ => None,
    }
}

fn below_error(state: State, line: &str) -> Option<(State, bool)> {
    if is_frame(line) || is_cause(line) {
        return frames(State::Frames, line);
    }
    if line.trim_end() == "Stack trace:" {
        return Some((State::PhpTrace, true));
    }
    match state {
        State::Error(0) if line.is_empty() => Some((State::CausesGap, false)),
        State::Error(lines) if lines < MESSAGE_LINES && is_text(line) => Some((State::Error(lines + 1), false)),
        State::JavaReport(lines) if lines < MESSAGE_LINES => match begin(line) {
            Some(begun @ (State::Error(_) | State::WeakError)) => Some((begun, false)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the line begins nothing else, so that it may be one of a message.
fn is_text(line: &str) -> bool {
    matches!(begin(line), None | Some(State::WeakError | State::Json(_)))
}

fn frames(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        _ if is_frame(line) => Some((after_frame(line), true)),
        State::FramesGap => line.starts_with(" ---> ").then_some((State::Cause(0), true)),
        _ if is_cause(line) => Some((State::Cause(0), true)),
        _ if is_between_frames(line) || line == "<---" => Some((after_frame(line), true)),
        State::Cause(lines) if lines < MESSAGE_LINES && is_text(line) => Some((State::Cause(lines + 1), false)),
        State::Frames if line.is_empty() => Some((State::FramesGap, false)),
        _ => None,
    }
}

/// Node.js puts an error's properties in braces after its last frame.
fn after_frame(line: &str) -> State {
    if line.ends_with(" {") {
        State::Properties
    } else {
        State::Frames
    }
}

fn crash(line: &str, lines: u8) -> Option<(State, bool)> {
    if line.starts_with("Node.js v") {
        return Some((State::End, true));
    }
    let belongs = is_indented(line)
        || line.starts_with(['[', '}'])
        || ["Uncaught", "Thrown at:", "(Use `node"]
            .iter()
            .any(|start| line.starts_with(start))
        || named(line).is_some();
    if belongs || (line.is_empty() && lines == 0) {
        return Some((State::Crash, belongs));
    }
    (lines < MESSAGE_LINES && is_text(line)).then_some((State::CrashText(lines + 1), false))
}

//! The layouts of stack traces, line by line: what a runtime prints when nothing keeps the lines together.

mod begin;
mod json;
mod lines;
mod others;
mod python;

pub use begin::begin;
pub use json::opens;
pub use lines::*;

use super::headline::named;
use crate::record::Severity;

/// A message in a trace has no more lines than these, unless each shows that it is one.
const MESSAGE_LINES: u8 = 10;

/// Where in a stack trace the last line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A record with a level, whose stack trace may follow as lines without anything around.
    Heading,
    /// The empty line after it.
    HeadingGap,
    /// A record of a level that errors do not have: only frames show that a stack trace follows.
    LowHeading,
    /// Python: a warning; the line of source is next.
    WarningHeading,
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
    /// Python: the call that logging could not make a record of.
    PythonCallStack,
    /// Python: the interpreter's own end, and the threads' frames.
    PythonFatal,
    /// Node.js, uncaught: `/var/task/index.js:11`; the line of source is next.
    CrashPlace,
    /// Node.js, uncaught: the line of source; `^` is next.
    CrashSource,
    /// Node.js, uncaught: what follows, to the line with the version.
    Crash,
    /// The same, after so many lines that may be the error's message.
    CrashText(u8),
    /// Node.js's own end: the native frames.
    Native,
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

/// The state after the next line, and whether it is certain now that all lines so far are one stack trace. None if the
/// line isn't part of it.
pub fn next(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::Heading if line.is_empty() => Some((State::HeadingGap, false)),
        State::Heading | State::HeadingGap => below_heading(state, line),
        State::LowHeading => (is_frame(line) || line.starts_with("Caused by: ")).then_some((State::Frames, true)),
        State::WarningHeading => is_source(line).then_some((State::End, true)),
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
        | State::PythonGroup
        | State::PythonCallStack
        | State::PythonFatal => python::next(state, line),
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
        State::End
            | State::PythonException(_)
            | State::PythonPair
            | State::PythonNote(_)
            | State::PythonGroup
            | State::PythonCallStack
            | State::PythonFatal
    )
}

/// Whether it is a record that may have something below it, and is whole without.
pub fn is_heading(state: State) -> bool {
    matches!(
        state,
        State::Heading
            | State::HeadingGap
            | State::LowHeading
            | State::WarningHeading
            | State::ConsoleHeading
            | State::JulHeading
    )
}

/// How grave a stack trace is that begins so: the process doesn't survive Node.js's crashes and Go's panics.
pub fn severity(first: State) -> Severity {
    match first {
        State::CrashPlace | State::Panic(_) | State::Rust | State::Php(_) | State::Cpp | State::PythonFatal => {
            Severity::Fatal
        }
        _ => Severity::Error,
    }
}

/// Whether the first line of a trace says that nothing handled the exception: .NET's process ends.
pub fn is_unhandled(line: &str) -> bool {
    ["Unhandled exception. ", "Unhandled exception: ", "Process terminated. "]
        .iter()
        .any(|start| line.starts_with(start))
        || line == "Stack overflow."
}

/// The trace of an error that the line before has logged. Crashes of the process are records of their own.
fn below_heading(state: State, line: &str) -> Option<(State, bool)> {
    if matches!(line.trim_end(), "Caused by:" | "Stack backtrace:") {
        return Some((State::Causes, true));
    }
    if line == "----- Native stack trace -----" {
        return Some((State::Native, true));
    }
    if state == State::Heading && is_frame(line) || line.starts_with("Caused by: ") || line.starts_with(" ---> ") {
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
        // color-eyre's causes below an empty headline.
        State::Error(0) if line.starts_with("   0: ") => Some((State::Causes, true)),
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
        // Others draw such lines, too: only another frame shows that it is part of the trace.
        State::Frames if line == REPEATED => Some((State::Frames, false)),
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

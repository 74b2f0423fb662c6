//! Where in a stack trace a line is.

use crate::record::Severity;

/// A message in a trace has no more lines than these, unless each shows that it is one.
pub(super) const MESSAGE_LINES: u8 = 10;

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

/// How severe a stack trace is that begins so: the process doesn't survive Node.js's crashes and Go's panics.
pub fn severity(first: State) -> Severity {
    match first {
        State::CrashPlace | State::Panic(_) | State::Rust | State::Php(_) | State::Cpp | State::PythonFatal => {
            Severity::Fatal
        }
        _ => Severity::Error,
    }
}

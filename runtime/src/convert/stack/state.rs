//! The position of a line in a stack trace.

use crate::record::Severity;

/// Maximum number of lines of a message in a trace, unless each line is recognisable.
pub(super) const MESSAGE_LINES: u8 = 10;

/// The position of the last line in a stack trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A record with a level, which may be followed by bare lines with a stack trace.
    Heading,
    /// The empty line after it.
    HeadingGap,
    /// A record with a level below errors: only frames show that a stack trace follows.
    LowHeading,
    /// Python: a warning; the line of source is next.
    WarningHeading,
    /// java.util.logging: the line with the time; the one with the level is next.
    JulHeading,
    /// .NET's console formatter: the line with the level; indented lines follow.
    ConsoleHeading,
    /// A JSON object at this depth.
    Json(u16),
    /// Python: `Exception in thread …`; the trace is next.
    PythonThread,
    /// Python: heading or frames.
    Python,
    /// Python: the exception's own line, which ends the trace unless another exception follows; whether its message has
    /// further lines.
    PythonException(bool),
    /// Python: a line of the message whose indented line is next.
    PythonPair,
    /// Python: this many notes and empty lines after it.
    PythonNote(u8),
    /// Python: the line that introduces the next exception, or the empty line after that.
    PythonChain,
    /// Python: an exception group.
    PythonGroup,
    /// Python: the call for which logging failed to create a record.
    PythonCallStack,
    /// Python: the interpreter's crash, and the threads' frames.
    PythonFatal,
    /// Node.js, uncaught: `/var/task/index.js:11`; the line of source is next.
    CrashPlace,
    /// Node.js, uncaught: the line of source; `^` is next.
    CrashSource,
    /// Node.js, uncaught: what follows, to the line with the version.
    Crash,
    /// The same, after this many lines that may be the error's message.
    CrashText(u8),
    /// Node.js's crash: the native frames.
    Native,
    /// Node.js, Java and .NET: the error's own line and this many lines of its message; frames are next.
    Error(u8),
    /// The same for a name that need not be an error's: frames are next.
    WeakError,
    /// Lambda's Java runtime: `message: type`; the trace is next.
    JavaReport(u8),
    /// Frames and causes.
    Frames,
    /// A cause and this many lines of its message; frames are next.
    Cause(u8),
    /// .NET: an empty line between the errors of an aggregate.
    FramesGap,
    /// Node.js: the error's properties after the frames.
    Properties,
    /// Rust's anyhow: the empty line before its causes.
    CausesGap,
    /// Rust's anyhow: its causes and backtrace.
    Causes,
    /// Go: `panic: …` and this many lines of its message.
    Panic(u8),
    /// Go: the goroutines.
    Goroutines,
    /// Go: a function's name; its location is next.
    GoFunction,
    /// Go: a function's location.
    GoPlace,
    /// Rust: `thread 'main' panicked at …`; the message is next.
    Rust,
    /// Rust: this many lines of the message.
    RustText(u8),
    /// Rust: the backtrace.
    RustBacktrace,
    /// PHP: the error's own line and this many lines of its message; `Stack trace:` is next.
    Php(u8),
    /// PHP: frames.
    PhpTrace,
    /// PHP: the empty line before the next exception.
    PhpGap,
    /// Ruby: the error's own line and this many lines of its message; frames are next.
    RubyTop(u8),
    /// Ruby: frames.
    Ruby,
    /// C++: `terminate called …`; the message is next.
    Cpp,
    /// Nothing follows.
    End,
}

/// Whether the trace may end here, so that the next line need not wait for more.
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

/// Whether this is a record that may have something below it but is complete without it.
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

/// The severity of a stack trace with this beginning: Node.js's crashes and Go's panics end the process.
pub fn severity(first: State) -> Severity {
    match first {
        State::CrashPlace | State::Panic(_) | State::Rust | State::Php(_) | State::Cpp | State::PythonFatal => {
            Severity::Fatal
        }
        _ => Severity::Error,
    }
}

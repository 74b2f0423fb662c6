//! The layouts of stack traces, line by line: what a runtime prints when nothing keeps the lines together.

use crate::record::Severity;

/// A runtime's heading of a Python stack trace.
pub const TRACEBACK: &str = "Traceback (most recent call last):";

const CHAINS: [&str; 2] = [
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
];

/// Where in a stack trace the last line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Python: the record of `log.exception`, whose stack trace may follow as lines without anything around.
    Heading,
    /// Python: heading or frames.
    Python,
    /// Python: the exception's own line, which ends the trace unless another follows from it.
    PythonException,
    /// Python: the empty line after it.
    PythonGap,
    /// Python: the line that says how the next exception follows.
    PythonChain,
    /// Python: the empty line after that.
    PythonChainGap,
    /// Node.js, uncaught: `/var/task/index.js:11`; the line of source is next.
    CrashPlace,
    /// Node.js, uncaught: the line of source; `^` is next.
    CrashSource,
    /// Node.js, uncaught: what follows, to the line with the version.
    Crash,
    /// Node.js and Java: the error's own line; frames are next.
    Error,
    /// Node.js and Java: frames and causes.
    Frames,
    /// Node.js: the error's properties after the frames.
    Properties,
    /// Go: `panic: …`.
    Panic,
    /// Go: the goroutines.
    Goroutines,
    /// Nothing follows.
    End,
}

/// The state after a line that may begin a stack trace; none if it can't.
pub fn begin(line: &str) -> Option<State> {
    match line.as_bytes().first()? {
        b'T' if line.trim_end() == TRACEBACK => Some(State::Python),
        b'/' | b'f' | b'n' if is_place(line) => Some(State::CrashPlace),
        b'p' | b'f' if line.starts_with("panic: ") || line.starts_with("fatal error: ") => Some(State::Panic),
        _ if is_error(line) => Some(State::Error),
        _ => None,
    }
}

/// The state after the next line, and whether it is certain now that all lines so far are one stack trace. None if the
/// line isn't part of it.
pub fn next(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::Heading => (line.trim_end() == TRACEBACK).then_some((State::Python, false)),
        State::Python | State::PythonException | State::PythonGap | State::PythonChain | State::PythonChainGap => {
            python(state, line)
        }
        State::CrashPlace => Some((State::CrashSource, false)),
        State::CrashSource => is_marker(line).then_some((State::Crash, true)),
        State::Crash => crash(line),
        State::Error => is_frame(line).then(|| (after_frame(line), true)),
        State::Frames => frames(line),
        State::Properties if line == "}" => Some((State::End, true)),
        State::Properties => is_indented(line).then_some((State::Properties, true)),
        State::Panic if line.starts_with("goroutine ") => Some((State::Goroutines, true)),
        State::Panic => {
            (line.is_empty() || is_indented(line) || line.starts_with("[signal ")).then_some((state, false))
        }
        State::Goroutines => goroutines(line),
        State::End => None,
    }
}

/// How grave a stack trace is that begins so: the process doesn't survive Node.js's crashes and Go's panics.
pub fn severity(first: State) -> Severity {
    match first {
        State::CrashPlace | State::Panic => Severity::Fatal,
        _ => Severity::Error,
    }
}

fn python(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::Python if is_indented(line) => Some((state, true)),
        State::Python => is_python_exception(line).then_some((State::PythonException, true)),
        State::PythonException => line.is_empty().then_some((State::PythonGap, false)),
        State::PythonGap => CHAINS.contains(&line).then_some((State::PythonChain, false)),
        State::PythonChain => line.is_empty().then_some((State::PythonChainGap, false)),
        _ => (line.trim_end() == TRACEBACK).then_some((State::Python, true)),
    }
}

fn crash(line: &str) -> Option<(State, bool)> {
    if line.starts_with("Node.js v") {
        return Some((State::End, true));
    }
    let belongs = is_indented(line)
        || line.starts_with(['[', '}'])
        || ["Uncaught", "Thrown at:", "(Use `node"]
            .iter()
            .any(|start| line.starts_with(start))
        || named(line).is_some();
    (belongs || line.is_empty()).then_some((State::Crash, belongs))
}

fn frames(line: &str) -> Option<(State, bool)> {
    let text = line.trim_start();
    let belongs = line.starts_with("Caused by: ")
        || (text.len() < line.len()
            && (text.starts_with("... ") || text.starts_with("Suppressed: ") || text.starts_with("[cause]: ")));
    (belongs || is_frame(line)).then(|| (after_frame(line), true))
}

fn goroutines(line: &str) -> Option<(State, bool)> {
    let is_call = line.ends_with(')') && line.split_once('(').is_some_and(|(name, _)| !name.contains(' '));
    let belongs = is_call
        || line.starts_with('\t')
        || ["goroutine ", "created by ", "exit status "]
            .iter()
            .any(|start| line.starts_with(start));
    (belongs || line.is_empty()).then_some((State::Goroutines, belongs))
}

/// Node.js puts an error's properties in braces after its last frame.
fn after_frame(line: &str) -> State {
    if line.ends_with(" {") {
        State::Properties
    } else {
        State::Frames
    }
}

/// `    at handler (/var/task/index.js:6:16)`, `\tat com.example.Handler.handle(Handler.java:7)`.
fn is_frame(line: &str) -> bool {
    is_indented(line) && line.trim_start().starts_with("at ")
}

fn is_indented(line: &str) -> bool {
    line.starts_with("  ") || line.starts_with('\t') || line.starts_with("\u{a0}\u{a0}")
}

fn is_marker(line: &str) -> bool {
    let marks = line.trim();
    !marks.is_empty() && marks.bytes().all(|byte| byte == b'^')
}

/// A file and a line number.
fn is_place(line: &str) -> bool {
    ["/", "file://", "node:"].iter().any(|start| line.starts_with(start))
        && !line.contains(char::is_whitespace)
        && line
            .rsplit_once(':')
            .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The own line of an error of Node.js or Java.
fn is_error(line: &str) -> bool {
    line.starts_with("Exception in thread ")
        || named(line).is_some_and(|name| {
            ["Error", "Exception", "Throwable"]
                .iter()
                .any(|end| name.ends_with(end))
        })
}

/// `ValueError: text` or `KeyboardInterrupt`; levels such as `INFO: text` look alike.
fn is_python_exception(line: &str) -> bool {
    let Some(name) = named(line) else { return false };
    let class = name.rsplit('.').next().unwrap_or(name);
    let usual = ["Error", "Exception", "Exit", "Interrupt", "Warning", "Iteration"];
    class.starts_with(|c: char| c.is_uppercase())
        && Severity::from_name(name).is_none()
        && (name.len() < line.len() || name.contains('.') || usual.iter().any(|end| name.ends_with(end)))
}

/// The (dotted) name that a line begins with, if nothing or a colon follows it.
pub fn named(line: &str) -> Option<&str> {
    let end = line
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '$')))
        .unwrap_or(line.len());
    let name = &line[..end];
    let rest = &line[end..];
    let ends = rest.is_empty() || rest == ":" || rest.starts_with(": ") || rest.starts_with(" [");
    (ends && name.starts_with(|c: char| c.is_alphabetic())).then_some(name)
}

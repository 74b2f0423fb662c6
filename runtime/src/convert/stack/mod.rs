//! The layouts of stack traces, line by line, as printed by runtimes without a log framework.

mod begin;
mod json;
mod lines;
mod others;
mod python;
mod state;

pub use begin::begin;
pub use json::opens;
pub use lines::*;
pub use state::{State, is_complete, is_heading, severity};

use super::headline::named;
use super::level::jul::jul_level;
use begin::is_text;
use state::MESSAGE_LINES;

/// The state after the next line, and whether all lines so far are now certainly one stack trace. `None` if the line is
/// not part of it.
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

/// The trace of an error that the previous line logged. Crashes of the process are separate records.
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

fn frames(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        _ if is_frame(line) => Some((after_frame(line), true)),
        State::FramesGap => line.starts_with(" ---> ").then_some((State::Cause(0), true)),
        _ if is_cause(line) => Some((State::Cause(0), true)),
        _ if is_between_frames(line) || line == "<---" => Some((after_frame(line), true)),
        State::Cause(lines) if lines < MESSAGE_LINES && is_text(line) => Some((State::Cause(lines + 1), false)),
        State::Frames if line.is_empty() => Some((State::FramesGap, false)),
        // Such lines may have other sources: only a further frame shows that it is part of the trace.
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

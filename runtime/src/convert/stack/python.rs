//! Python's traces: exceptions with their causes, notes and messages of several lines, and exception groups.

use super::begin::begin;
use super::lines::*;
use super::state::State;

/// Maximum number of lines between an exception and the line that introduces the next one.
const NOTES: u8 = 8;

pub fn next(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::PythonThread if line.trim_end() == TRACEBACK => Some((State::Python, false)),
        // asyncio names the task before the traceback.
        State::PythonThread => ["future: ", "task: "]
            .iter()
            .any(|start| line.starts_with(start))
            .then_some((state, false)),
        State::Python if is_indented(line) || is_python_place(line) => Some((state, true)),
        // loguru sets frames apart by empty lines.
        State::Python if line.is_empty() => Some((state, false)),
        State::Python => is_python_exception(line).then(|| (State::PythonException(announces_more(line)), true)),
        State::PythonException(more) => after_exception(more, line),
        State::PythonPair => {
            (is_indented(line) && begin(line).is_none()).then_some((State::PythonException(true), true))
        }
        State::PythonNote(lines) => note(lines, line),
        State::PythonChain if line.is_empty() => Some((state, false)),
        State::PythonChain => match begin(line) {
            Some(begun @ (State::Python | State::PythonGroup)) => Some((begun, true)),
            _ => None,
        },
        State::PythonCallStack => {
            let belongs = ["Message: ", "Arguments: "].iter().any(|start| line.starts_with(start));
            (belongs || is_indented(line)).then_some((state, true))
        }
        State::PythonFatal => fatal(line),
        _ => group(line),
    }
}

fn after_exception(more: bool, line: &str) -> Option<(State, bool)> {
    if line.trim_end() == "Call stack:" {
        return Some((State::PythonCallStack, true));
    }
    let is_more = is_known_continuation(line) || (more && is_item(line));
    if is_more || (is_python_continuation(line) && begin(line).is_none()) {
        return Some((State::PythonException(more), true));
    }
    if more && !line.is_empty() && !is_python_chain(line) && begin(line).is_none_or(is_any_line) {
        return Some((State::PythonPair, false));
    }
    note(0, line)
}

fn is_any_line(state: State) -> bool {
    state == State::WeakError
}

/// Notes and empty lines are part of the trace only if another exception follows.
fn note(lines: u8, line: &str) -> Option<(State, bool)> {
    if is_python_chain(line) {
        return Some((State::PythonChain, false));
    }
    if lines > 0 && is_known_continuation(line) {
        return Some((State::PythonException(false), true));
    }
    let may_be = lines < NOTES && begin(line).is_none_or(is_any_line);
    may_be.then_some((State::PythonNote(lines + 1), false))
}

/// `  | ExceptionGroup: two failed (2 sub-exceptions)`, `  +-+---------------- 1 ----------------`.
fn group(line: &str) -> Option<(State, bool)> {
    let text = line.trim_start();
    if text.len() < line.len() && text.starts_with(['|', '+']) {
        return Some((State::PythonGroup, true));
    }
    line.is_empty().then_some((State::PythonNote(1), false))
}

/// `Current thread 0x00007f1c (most recent call first):` and its frames.
fn fatal(line: &str) -> Option<(State, bool)> {
    let belongs = is_indented(line)
        || [
            "Current thread ",
            "Thread 0x",
            "Python runtime state: ",
            "Extension modules: ",
        ]
        .iter()
        .any(|start| line.starts_with(start));
    (belongs || line.is_empty()).then_some((State::PythonFatal, belongs))
}

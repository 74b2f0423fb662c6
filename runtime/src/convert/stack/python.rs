//! Python's traces: exceptions with their causes, notes and messages of several lines, and exception groups.

use super::State;
use super::lines::*;

/// No more lines than these stand between an exception and the line that says how the next follows from it.
const NOTES: u8 = 8;

pub fn next(state: State, line: &str) -> Option<(State, bool)> {
    match state {
        State::PythonThread => (line.trim_end() == TRACEBACK).then_some((State::Python, false)),
        State::Python if is_indented(line) || is_python_place(line) => Some((state, true)),
        // loguru sets frames apart by empty lines.
        State::Python if line.is_empty() => Some((state, false)),
        State::Python => is_python_exception(line).then(|| (State::PythonException(announces_more(line)), true)),
        State::PythonException(more) => after_exception(more, line),
        State::PythonPair => {
            (is_indented(line) && super::begin(line).is_none()).then_some((State::PythonException(true), true))
        }
        State::PythonNote(lines) => note(lines, line),
        State::PythonChain if line.is_empty() => Some((state, false)),
        State::PythonChain => match super::begin(line) {
            Some(begun @ (State::Python | State::PythonGroup)) => Some((begun, true)),
            _ => None,
        },
        _ => group(line),
    }
}

fn after_exception(more: bool, line: &str) -> Option<(State, bool)> {
    if is_python_continuation(line) && super::begin(line).is_none() {
        return Some((State::PythonException(more), true));
    }
    if more && !line.is_empty() && !is_python_chain(line) && super::begin(line).is_none_or(is_any_line) {
        return Some((State::PythonPair, false));
    }
    note(0, line)
}

fn is_any_line(state: State) -> bool {
    state == State::WeakError
}

/// Notes and empty lines are the trace's only where another exception follows.
fn note(lines: u8, line: &str) -> Option<(State, bool)> {
    if is_python_chain(line) {
        return Some((State::PythonChain, false));
    }
    let may_be = lines < NOTES && super::begin(line).is_none_or(is_any_line);
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

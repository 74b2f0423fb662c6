//! Which error a text message or a stack trace reports.

use super::attributes::Exception;
use super::reports::{cpp, crash, go, is_go_report, native, php, python_fatal, ruby, rust};
use crate::convert::headline::{self, Headline};
use crate::convert::stack::{self, TRACEBACK};

/// A marker that identifies the language of a stack trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Python,
    Frames,
    Goroutine,
    GoFunction,
    Php,
    Ruby,
    Rust,
    Cpp,
    Causes,
    Crash,
    Native,
}

/// Finds the error that a text message reports, if any.
pub fn find(text: &str) -> Option<Exception> {
    // Every report has several lines; most messages have one, and searching for a byte is cheap.
    memchr::memchr(b'\n', text.as_bytes())?;
    let (mark, at) = first_mark(text)?;
    Some(match mark {
        Mark::Python => python_fatal(text).unwrap_or_else(|| python(text, at)),
        Mark::Frames => frames(text, at)?,
        Mark::Goroutine => go(text, at),
        Mark::GoFunction if is_go_report(text) => go(text, at),
        Mark::Crash => frames_below(text, at).unwrap_or_else(|| crash(text, at)),
        Mark::Native => native(text),
        Mark::GoFunction => Exception {
            stack: Some(text[at..].to_owned()),
            ..Exception::default()
        },
        Mark::Php => php(text, at),
        Mark::Ruby => ruby(text, at),
        Mark::Rust => rust(text),
        Mark::Cpp => cpp(text),
        Mark::Causes => Exception::of(headline::at_start(text[..at].trim_end()), text),
    })
}

/// The error of a separate stack trace, such as a field of a record.
pub fn of_trace(trace: &str) -> Exception {
    find(trace).unwrap_or_else(|| {
        let one_line = trace.split(" ---> ").next().unwrap_or(trace);
        let head = one_line.split("   at ").next().unwrap_or(one_line);
        Exception::of(headline::find(head), trace)
    })
}

/// Whether it is a report of Lambda's Python client: the error before its traceback.
pub fn is_python_report(text: &str) -> bool {
    text.split_once(&format!("\n{TRACEBACK}"))
        .is_some_and(|(before, _)| headline::at_start(before).is_some())
}

fn first_mark(text: &str) -> Option<(Mark, usize)> {
    let (mut at, mut before) = (0, 0);
    loop {
        let line = &text[at..];
        let end = memchr::memchr(b'\n', line.as_bytes());
        let line = &line[..end.unwrap_or(line.len())];
        let mark = mark_of(line, at > 0);
        if let Some(mark) = mark.filter(|mark| *mark != Mark::Crash || begins_with_place(text)) {
            let is_function = mark == Mark::GoFunction;
            return Some((mark, if is_function { before } else { at }));
        }
        before = at;
        at += end? + 1;
    }
}

/// Node.js's uncaught errors begin with their source location.
fn begins_with_place(text: &str) -> bool {
    text.lines().next().is_some_and(stack::is_place)
}

fn mark_of(line: &str, is_below: bool) -> Option<Mark> {
    match line.as_bytes().first()? {
        b'T' if line.trim_end() == TRACEBACK => Some(Mark::Python),
        b' ' | b'\t' => {
            let text = line.trim_start();
            if text.starts_with("+ Exception Group Traceback") || stack::is_python_place(line) {
                return Some(Mark::Python);
            }
            if is_below && (stack::is_frame(line) || text.starts_with("---> ")) {
                return Some(Mark::Frames);
            }
            if is_below && stack::is_marker(line) {
                return Some(Mark::Crash);
            }
            if line.starts_with("\tfrom ") && is_below {
                return Some(Mark::Ruby);
            }
            (is_below && stack::is_go_place(line)).then_some(Mark::GoFunction)
        }
        b'^' if is_below && stack::is_marker(line) => Some(Mark::Crash),
        b'g' if stack::is_goroutine(line) => Some(Mark::Goroutine),
        b'-' if is_below && line == "----- Native stack trace -----" => Some(Mark::Native),
        b'C' if is_below && line.trim_end() == "Caused by:" => Some(Mark::Causes),
        b'#' if is_below && line.starts_with("#0 ") => Some(Mark::Php),
        b'S' if is_below && line.trim_end() == "Stack trace:" => Some(Mark::Php),
        b'[' if is_below && line.trim_end() == "[stacktrace]" => Some(Mark::Php),
        b't' if !is_below && stack::is_rust_panic(line) => Some(Mark::Rust),
        b't' if !is_below && line.starts_with(stack::TERMINATE) => Some(Mark::Cpp),
        _ if is_below && stack::is_ruby_place(line) => Some(Mark::Ruby),
        _ => None,
    }
}

/// `Type: message` stands before the traceback (uncaught errors) or ends it (`log.exception`).
fn python(text: &str, at: usize) -> Exception {
    let (before, trace) = text.split_at(at);
    // logging prints its call below its own exception.
    let own = trace.split("\nCall stack:\n").next().unwrap_or(trace);
    let headline = python_end(own).or_else(|| headline::at_start(before.trim_end()));
    Exception::of(headline, &trace.replace('\u{a0}', " "))
}

/// The exception's own lines at the end of the trace: everything after the last frames.
fn python_end(trace: &str) -> Option<Headline<'_>> {
    if trace.trim_start().starts_with("+ ") {
        let lines = trace.lines().filter_map(|line| line.strip_prefix("  | "));
        return lines.filter(|line| !line.starts_with(' ')).find_map(headline::at_start);
    }
    let mut start = None;
    let mut at = 0;
    for line in trace.split_inclusive('\n') {
        let is_code = stack::is_indented(line) || line.starts_with('>') || line.trim_end() == TRACEBACK;
        if is_code && (start.is_none() || stack::is_python_place(line)) {
            start = None;
        } else if !is_code && start.is_none() && !line.trim().is_empty() && !stack::is_python_chain(line) {
            start = Some(at);
        } else if stack::is_python_chain(line) {
            start = None;
        }
        at += line.len();
    }
    headline::at_start(&trace[start?..])
}

/// The error whose frames are further below.
fn frames_below(text: &str, at: usize) -> Option<Exception> {
    let below = memchr::memchr_iter(b'\n', &text.as_bytes()[at..]).map(|line_break| at + line_break + 1);
    let first = below
        .into_iter()
        .find(|start| stack::is_frame(text[*start..].lines().next().unwrap_or_default()))?;
    frames(text, first)
}

/// Node.js, Java and .NET: the error's own text stands before its frames, alone or after something else.
fn frames(text: &str, at: usize) -> Option<Exception> {
    let head = text[..at].trim_end();
    let crash = stack::is_place(head.lines().next().unwrap_or_default());
    let headline = headline::find(head).map(|found| Headline {
        message: found.message.split("\n ---> ").next().unwrap_or_default(),
        ..found
    });
    // A source location alone is not a stack trace: `    at src/main.rs:7` of tracing's pretty layout.
    let first = text[at..].lines().next().unwrap_or_default();
    if headline.is_none() && !(first.contains('(') || text[at..].lines().nth(1).is_some_and(stack::is_frame)) {
        return None;
    }
    let start = headline.filter(|_| !crash).map_or(0, |found| found.at);
    let before = &text[..start];
    let kind = headline.map_or("", |found| found.kind);
    let report = before.trim_end();
    let java_report = !kind.is_empty() && (report == kind || report.ends_with(&format!(": {kind}")));
    let unhandled =
        before.starts_with("Unhandled Exception") || stack::is_unhandled(text.lines().next().unwrap_or_default());
    Some(Exception {
        escaped: crash
            || java_report
            || unhandled
            || before.starts_with("Exception in thread ")
            || before.split([' ', '\n']).any(|word| word == "Uncaught"),
        fatal: crash || unhandled,
        ..Exception::of(headline, &text[start..])
    })
}

#[cfg(test)]
mod tests;

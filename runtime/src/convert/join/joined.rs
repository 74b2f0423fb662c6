//! Joins lines that arrived one by one.

use std::collections::VecDeque;

use crate::convert::exception::{self, Exception};
use crate::convert::level::shapes::says_nothing;
use crate::convert::stack::{self, State};
use crate::convert::{headline, logs};
use crate::record::{Log, Severity};

/// A line that reports an error without a stack trace: `Error: Os { code: 2, … }` of Rust's main, `Unhandled exception. …`.
pub fn alone(mut log: Log, first: Option<State>) -> Log {
    if first != Some(State::Error(0)) || log.severity != Severity::Unspecified {
        return log;
    }
    let says_something = |text: &str| !text.is_empty() && !says_nothing(text);
    let Some(found) = headline::find(&log.body).filter(|found| says_something(found.message)) else {
        return log;
    };
    let is_unhandled = stack::is_unhandled(&log.body);
    log.severity = if is_unhandled { Severity::Fatal } else { Severity::Error };
    let exception = Exception {
        kind: Some(found.kind.to_owned()),
        message: Some(found.message.to_owned()),
        escaped: is_unhandled || found.at > 0,
        ..Exception::default()
    };
    exception.push(&mut log.attributes);
    log
}

/// One record for several lines: the first one, with the whole text.
pub fn joined(mut lines: VecDeque<Log>, first: Option<State>) -> Option<Log> {
    let mut log = lines.pop_front()?;
    if lines.is_empty() {
        return Some(log);
    }
    let is_unhandled = stack::is_unhandled(&log.body);
    for line in lines {
        log.body.push('\n');
        log.body.push_str(&line.body);
        // java.util.logging has its level on the second line.
        log.severity = log.severity.max(line.severity);
    }
    if matches!(first, Some(State::Json(_))) {
        return Some(object(&log));
    }
    if let Some(exception) = exception::find(&log.body) {
        exception.push(&mut log.attributes);
    }
    if log.severity == Severity::Unspecified {
        let severity = first.map_or(Severity::Error, stack::severity);
        log.severity = if is_unhandled { Severity::Fatal } else { severity };
    }
    Some(log)
}

/// The record of an object whose lines arrived one by one.
fn object(lines: &Log) -> Log {
    let log = logs::from_text(lines.origin, lines.observed, &lines.body);
    Log {
        severity: match log.severity {
            Severity::Unspecified => lines.severity,
            severity => severity,
        },
        arrived: lines.arrived,
        time: if log.time == log.observed { lines.time } else { log.time },
        ..log
    }
}

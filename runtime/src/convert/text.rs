//! The layouts in which Lambda's managed runtimes write text lines.

use super::level::table::{self, Use};
use super::level::{self};
use crate::record::Severity;
use crate::timestamp;

/// How runtimes begin the report of an uncaught error, before a tab and the error as JSON: Node.js, and Bref in the
/// same way.
const REPORTS: [&str; 4] = [
    "Invoke Error",
    "Init Error",
    "Uncaught Exception",
    "Unhandled Promise Rejection",
];

/// A parsed line of text. Missing parts are `None`; `message` is always the rest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line<'a> {
    /// The line's own time, nanoseconds since the Unix epoch.
    pub time: Option<u64>,
    /// The request id that it names.
    pub request_id: Option<&'a str>,
    /// Its level.
    pub severity: Severity,
    /// What was logged.
    pub message: &'a str,
    /// Further fields of the layout: the process id, the program's name.
    pub fields: [Option<(&'static str, &'a str)>; 2],
    /// It has the form in which Lambda's Python client reports uncaught errors.
    pub may_be_uncaught: bool,
    /// No layout of a runtime: `message` is the whole line.
    pub is_bare: bool,
}

/// Parses a line: Node.js and .NET (`time\tid\tLEVEL\tmessage`), Python (`[LEVEL]\ttime\tid\tmessage`), Python's
/// uncaught errors and Java's lines with a level (`[ERROR] message`), Ruby
/// (`E, [time #pid] ERROR id -- name: message`), PHP's Bref (`id\tInvoke Error\t{…}`), otherwise bare text, which stays
/// whole. A final line break is not part of the message.
pub fn parse(line: &str) -> Line<'_> {
    let line = trim_line_break(line);
    let layout = match line.as_bytes().first() {
        Some(b'0'..=b'9') => node(line).or_else(|| bref(line)),
        Some(b'[') => python(line).or_else(|| level_in_brackets(line)),
        Some(b'a'..=b'f') => bref(line),
        Some(b'A'..=b'Z') => ruby(line),
        _ => None,
    };
    layout.unwrap_or_else(|| {
        let (time, severity) = level::find(line);
        Line {
            time,
            severity,
            message: line,
            is_bare: true,
            ..Line::default()
        }
    })
}

/// The JSON of a runtime's report of an uncaught error.
pub fn report(message: &str) -> Option<&str> {
    // Nearly every line reaches this point: only those that may be a report are searched.
    let (what, json) = message
        .starts_with(['I', 'U'])
        .then(|| message.split_once('\t'))
        .flatten()?;
    REPORTS.contains(&what.trim_end()).then_some(json)
}

fn node(line: &str) -> Option<Line<'_>> {
    let (time, rest) = line.split_once('\t')?;
    let time = timestamp::parse(time)?;
    let (request_id, rest) = rest.split_once('\t')?;
    let (level, message) = rest.split_once('\t').unwrap_or((rest, ""));
    // zap's console has the level in the position of the id, and a logger's name in that of the level.
    let (severity, usage) = table::level(level)?;
    if usage == Use::Field || (request_id.len() < 16 && table::level(request_id).is_some()) {
        return None;
    }
    Some(Line {
        time: Some(time),
        request_id: known_request_id(request_id)?,
        severity,
        message,
        ..Line::default()
    })
}

fn python(line: &str) -> Option<Line<'_>> {
    let (level, rest) = line.strip_prefix('[')?.split_once("]\t")?;
    let (time, rest) = rest.split_once('\t')?;
    let (request_id, message) = rest.split_once('\t')?;
    Some(Line {
        time: Some(timestamp::parse(time)?),
        request_id: known_request_id(request_id)?,
        severity: table::severity(level)?,
        message,
        ..Line::default()
    })
}

/// `[ERROR] TypeError: handler failed\nTraceback (most recent call last):…`: no time and no request id. Java's
/// `LambdaLogger` writes a level in the same way.
fn level_in_brackets(line: &str) -> Option<Line<'_>> {
    let (level, message) = line.strip_prefix('[')?.split_once("] ")?;
    let (severity, usage) = table::level(level)?;
    let is_tag = usage != Use::Word && level.bytes().any(|byte| byte.is_ascii_lowercase());
    (usage != Use::Field && !is_tag).then_some(Line {
        severity,
        message,
        may_be_uncaught: severity == Severity::Error,
        ..Line::default()
    })
}

/// `E, [2026-11-29T09:36:03.745494 #8] ERROR id -- name: message`: Ruby's Logger; Lambda's runtime adds the id.
fn ruby(line: &str) -> Option<Line<'_>> {
    if line.get(1..4) != Some(", [") {
        return None;
    }
    let rest = &line[4..];
    let (time, rest) = rest.split_once(" #")?;
    let (pid, rest) = rest.split_once(']')?;
    let (level, rest) = rest.trim_start().split_once(' ')?;
    let severity = match level {
        // Ruby's level for lines without one.
        "ANY" => Severity::Unspecified,
        level => table::severity(level)?,
    };
    let (request_id, rest) = rest.split_once("-- ")?;
    let (name, message) = rest.split_once(':')?;
    Some(Line {
        time: Some(timestamp::parse(time)?),
        request_id: known_request_id(request_id.trim())?,
        severity,
        message: message.strip_prefix(' ').unwrap_or(message),
        fields: [field("process.pid", pid), field("logger", name)],
        ..Line::default()
    })
}

fn field<'a>(name: &'static str, value: &'a str) -> Option<(&'static str, &'a str)> {
    (!value.is_empty()).then_some((name, value))
}

fn bref(line: &str) -> Option<Line<'_>> {
    let (id, message) = line.split_once('\t')?;
    let is_id = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (is_id && report(message).is_some()).then_some(Line {
        request_id: Some(id),
        severity: Severity::Error,
        message,
        ..Line::default()
    })
}

/// A request id in its position: `Some(None)` while the runtime initialises (Node.js writes `undefined` or `-`, Python
/// nothing). `None` if this is not a request id, so the line is not a runtime's.
fn known_request_id(text: &str) -> Option<Option<&str>> {
    match text {
        "" | "-" | "undefined" => Some(None),
        id if id.len() <= 64 && id.bytes().all(|b| b.is_ascii_graphic()) => Some(Some(id)),
        _ => None,
    }
}

/// Cuts the final line break, `\n` or `\r\n`.
pub fn trim_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests;

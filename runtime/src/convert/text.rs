//! The layouts in which Lambda's managed runtimes write text lines.

use super::level;
use crate::record::Severity;
use crate::timestamp;

/// A line of text, taken apart. What isn't there is none; `message` is always the rest.
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
}

/// Takes a line apart: Node.js (`time\tid\tLEVEL\tmessage`), Python (`[LEVEL]\ttime\tid\tmessage`), Python's uncaught
/// errors (`[ERROR] Type: message`), else bare text, which stays whole. A final line break is no part of the message.
pub fn parse(line: &str) -> Line<'_> {
    let line = trim_line_break(line);
    node(line)
        .or_else(|| python(line))
        .or_else(|| python_error(line))
        .unwrap_or_else(|| {
            let (time, severity) = level::find(line);
            Line {
                time,
                severity,
                message: line,
                ..Line::default()
            }
        })
}

fn node(line: &str) -> Option<Line<'_>> {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (time, rest) = line.split_once('\t')?;
    let time = timestamp::parse(time)?;
    let (request_id, rest) = rest.split_once('\t')?;
    let (level, message) = rest.split_once('\t').unwrap_or((rest, ""));
    Some(Line {
        time: Some(time),
        request_id: known_request_id(request_id)?,
        severity: Severity::from_name(level)?,
        message,
    })
}

fn python(line: &str) -> Option<Line<'_>> {
    let (level, rest) = line.strip_prefix('[')?.split_once("]\t")?;
    let (time, rest) = rest.split_once('\t')?;
    let (request_id, message) = rest.split_once('\t')?;
    Some(Line {
        time: Some(timestamp::parse(time)?),
        request_id: known_request_id(request_id)?,
        severity: Severity::from_name(level)?,
        message,
    })
}

/// `[ERROR] TypeError: handler failed\nTraceback (most recent call last):…`: no time and no request id.
fn python_error(line: &str) -> Option<Line<'_>> {
    let (level, message) = line.strip_prefix('[')?.split_once("] ")?;
    Some(Line {
        severity: Severity::from_name(level)?,
        message,
        ..Line::default()
    })
}

/// A request id in its place: none while the runtime initialises (Node.js writes `undefined` or `-`, Python nothing).
/// Not at all a request id: this is no line of a runtime.
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "76e7df99-7363-43f0-b967-4462a4be3b5d";

    #[test]
    fn node_lines() {
        let line = format!("2026-11-23T16:03:18.969Z\t{ID}\tERROR\ttwo\nlines\n");
        assert_eq!(
            parse(&line),
            Line {
                time: timestamp::parse("2026-11-23T16:03:18.969Z"),
                request_id: Some(ID),
                severity: Severity::Error,
                message: "two\nlines",
            }
        );
        for id in ["undefined", "-"] {
            let line = format!("2026-11-23T16:03:18.953Z\t{id}\tINFO\tinit line\n");
            assert_eq!(parse(&line).request_id, None);
            assert_eq!(parse(&line).message, "init line");
        }
        assert_eq!(parse(&format!("2026-11-23T16:03:18.969Z\t{ID}\tINFO\t\n")).message, "");
        let other = format!("2026-11-23T16:03:18.969Z\t{ID}\tERROR-tolerant as ever");
        assert_eq!(parse(&other).message, other, "no level, so no line of the runtime's");
    }

    #[test]
    fn python_lines() {
        let line = format!("[WARNING]\t2026-11-23T16:03:28.798Z\t{ID}\ttwo\nlines\n");
        let parsed = parse(&line);
        assert_eq!(parsed.request_id, Some(ID));
        assert_eq!((parsed.severity, parsed.message), (Severity::Warn, "two\nlines"));
        assert!(parsed.time.is_some());
        let init = parse("[WARNING]\t2026-11-23T16:03:28.798Z\t\tLAMBDA_WARNING: Unhandled exception.");
        assert_eq!((init.request_id, init.severity), (None, Severity::Warn));
    }

    #[test]
    fn python_errors_have_neither_time_nor_id() {
        let parsed = parse("[ERROR] TypeError: handler failed\nTraceback (most recent call last):\n\u{a0}\u{a0}File");
        assert_eq!(
            (parsed.severity, parsed.time, parsed.request_id),
            (Severity::Error, None, None)
        );
        assert!(parsed.message.starts_with("TypeError: handler failed\n"));
    }

    #[test]
    fn bare_text_stays_whole() {
        for text in [
            "raw stdout",
            "[not a level] x",
            "1 of 2\tdone",
            "2026-11-23T16:03:18.969Z\tx y\tINFO\tz",
            "",
        ] {
            assert_eq!(
                parse(text),
                Line {
                    message: text,
                    ..Line::default()
                }
            );
        }
        assert_eq!(parse("carriage\r\n").message, "carriage");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "(\\[[A-Z]{3,7}\\][\\t ]?)?[0-9TZ:.\\t \\n-]{0,40}.{0,40}") {
            let parsed = parse(&text);
            prop_assert!(text.contains(parsed.message));
            if parsed.severity == Severity::Unspecified {
                prop_assert_eq!(parsed.message, trim_line_break(&text));
            }
        }

        #[test]
        fn any_message_of_python_comes_back(message in "[^\\r]{0,60}", level in "(DEBUG|INFO|WARNING|ERROR|CRITICAL)") {
            let line = format!("[{level}]\t2026-11-23T16:03:18.969Z\t{ID}\t{message}\n");
            let parsed = parse(&line);
            prop_assert_eq!(parsed.message, &message);
            prop_assert_eq!(parsed.request_id, Some(ID));
            prop_assert!(parsed.time.is_some() && parsed.severity != Severity::Unspecified);
        }

        #[test]
        fn any_message_comes_back(message in ".{0,60}", level in "(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)") {
            let line = format!("2026-11-23T16:03:18.969Z\t{ID}\t{level}\t{message}\n");
            let parsed = parse(&line);
            prop_assert_eq!(parsed.message, message.strip_suffix('\r').unwrap_or(&message));
            prop_assert_eq!(parsed.severity.text(), level);
        }
    }
}

//! What names and numbers mean in logs: the tables of `log_formats.json`, compiled in by `build/formats.rs`.

use crate::record::Severity;

/// Where a level name counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Also as the first word of a line, in capitals.
    Word,
    /// In the place that a layout has for it: after a time, in brackets. Sentences begin with such words, too.
    Layout,
    /// As the value of a field only.
    Field,
}

/// What a field of a JSON log record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Its level.
    Level,
    /// Its message.
    Message,
    /// Its message with places for properties.
    Template,
    /// Its time.
    Time,
    /// The invocation's request id.
    RequestId,
    /// A request id that may be the application's own.
    RequestIdUnverified,
    /// A trace id.
    TraceId,
    /// A span id.
    SpanId,
    /// An error's type.
    ErrorType,
    /// An error's message.
    ErrorMessage,
    /// An error's stack trace.
    ErrorStack,
    /// An error with all of it, as an object or as text.
    Error,
    /// An object whose ids and error are the record's.
    Context,
    /// An object whose fields are the record's.
    Fields,
    /// The properties of a message template.
    Properties,
    /// loguru's record.
    Loguru,
}

include!(concat!(env!("OUT_DIR"), "/formats.rs"));

/// The longest level name and field name of the tables.
const LONGEST_LEVEL: usize = 16;
const LONGEST_FIELD: usize = 24;

/// Severity and use of a level name in any case, with spaces or brackets around and Go's steps (`INFO+2`) after it.
pub fn level(name: &str) -> Option<(Severity, Use)> {
    // As the runtimes of Lambda write it.
    if let Some(found) = level_of(name) {
        return Some(found);
    }
    let name = name.trim_matches([' ', '[', ']']);
    let name = match name.split_once(['+', '-']) {
        Some((name, steps)) if !steps.is_empty() && steps.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => name,
    };
    let mut buffer = [0; LONGEST_LEVEL];
    let capitals = buffer.get_mut(..name.len())?;
    capitals.copy_from_slice(name.as_bytes());
    capitals.make_ascii_uppercase();
    level_of(std::str::from_utf8(capitals).ok()?)
}

/// The severity that a level name stands for, in any place that is one for levels.
pub fn severity(name: &str) -> Option<Severity> {
    level(name).map(|(severity, _)| severity)
}

/// The severity of a single letter, as Ruby's Logger, glog and Serilog's `u1` write it.
pub fn letter(letter: u8) -> Option<Severity> {
    Some(match letter.to_ascii_uppercase() {
        b'T' | b'V' => Severity::Trace,
        b'D' => Severity::Debug,
        b'I' => Severity::Info,
        b'W' => Severity::Warn,
        b'E' => Severity::Error,
        b'F' | b'C' => Severity::Fatal,
        _ => return None,
    })
}

/// The severity of a number. Without a scale of its own it is pino's, or Monolog's from 100 on; numbers below 8 are
/// syslog's, which only a record with a message can mean (`is_record`).
pub fn number(scale: Option<Scale>, number: i64, is_record: bool) -> Option<Severity> {
    let scale = match (scale, number) {
        (None | Some(Scale::Google), 0..8) if is_record => Scale::Syslog,
        (None | Some(Scale::Google | Scale::Dotnet), 10..70) => Scale::Pino,
        (None, _) => Scale::Monolog,
        (Some(scale), _) => scale,
    };
    number_of(scale, number)
}

/// Role, rank (lower counts first) and scale of a field's name: in any case, with `.`, `_` or `-` between its words and
/// `@` before it.
pub fn role(name: &str) -> Option<(Role, u8, Option<Scale>)> {
    if let Some(found) = exact_role_of(name) {
        return Some(found);
    }
    let mut buffer = [0; LONGEST_FIELD];
    let mut length = 0;
    for byte in name.strip_prefix('@').unwrap_or(name).bytes() {
        if matches!(byte, b'_' | b'-' | b'.' | b' ') {
            continue;
        }
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    role_of(std::str::from_utf8(&buffer[..length]).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_names() {
        for (name, severity) in [
            ("warning", Severity::Warn),
            ("Critical", Severity::Fatal),
            ("ERROR+4", Severity::Error),
            ("INFO-2", Severity::Info),
            ("error    ", Severity::Error),
            ("  WARN", Severity::Warn),
            ("[crit]", Severity::Fatal),
        ] {
            assert_eq!(level(name).map(|(found, _)| found), Some(severity), "{name}");
        }
        for name in [
            "loud",
            "ERROR-",
            "ERROR-4b7one",
            "INFO+2+2",
            "",
            "a name that is longer than every level",
        ] {
            assert_eq!(level(name), None, "{name}");
        }
    }

    #[test]
    fn level_numbers() {
        assert_eq!(number(None, 50, false), Some(Severity::Error));
        assert_eq!(number(None, 35, false), Some(Severity::Info));
        assert_eq!(number(None, 3, true), Some(Severity::Error));
        assert_eq!(number(None, 3, false), None);
        assert_eq!(number(None, 400, false), Some(Severity::Error));
        assert_eq!(number(Some(Scale::Google), 400, false), Some(Severity::Warn));
        assert_eq!(number(Some(Scale::Python), 30, false), Some(Severity::Warn));
        assert_eq!(number(Some(Scale::Dotnet), 4, true), Some(Severity::Error));
        assert_eq!(number(Some(Scale::Otel), 17, true), Some(Severity::Error));
        assert_eq!(number(None, 8, true), None);
    }

    #[test]
    fn field_names() {
        for name in ["log.level", "LogLevel", "log_level", "LOG-LEVEL"] {
            assert_eq!(role(name).map(|(role, ..)| role), Some(Role::Level), "{name}");
        }
        assert_eq!(role("@m").map(|(role, ..)| role), Some(Role::Message));
        assert_eq!(role("@message").map(|(role, ..)| role), Some(Role::Message));
        assert_eq!(
            role("requestId").map(|(role, ..)| role),
            Some(Role::RequestIdUnverified)
        );
        for name in ["m", "sku", "level_of_service_of_the_whole_shop", "", "messages"] {
            assert_eq!(role(name), None, "{name}");
        }
    }
}

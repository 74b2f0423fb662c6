//! The meaning of fields of JSON log records by name: the fields of `log_formats.json`, compiled in by
//! `build/formats.rs`.

use super::level::table::Scale;

/// The meaning of a field of a JSON log record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Its level.
    Level,
    /// Its message.
    Message,
    /// Its message template.
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
    /// A whole error, as an object or as text.
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

include!(concat!(env!("OUT_DIR"), "/fields.rs"));

/// The longest field name of the tables.
const LONGEST_FIELD: usize = 24;

/// Role, rank (lower takes precedence) and scale of a field's name, ignoring case, with `.`, `_` or `-` between its
/// words and `@` before it.
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

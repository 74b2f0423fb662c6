//! The extension's own few log lines, to standard error.
//!
//! Lambda delivers an extension's output back to every subscribed extension. So each line carries a mark by which it is
//! recognised and dropped: our lines never become telemetry, or each export could cause the next one.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::Write;

/// The mark of every line in text format.
const PREFIX: &str = "clickstack-extension: ";
/// The mark of every line in JSON format.
const LOGGER: &str = r#""logger":"clickstack-extension""#;

/// How the lines are written, as `AWS_LAMBDA_LOG_FORMAT` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Plain text.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Format {
    /// The format that an `AWS_LAMBDA_LOG_FORMAT` value asks for; text by default.
    pub fn from_setting(value: Option<&str>) -> Self {
        match value {
            Some(name) if name.eq_ignore_ascii_case("json") => Format::Json,
            _ => Format::Text,
        }
    }
}

/// Writes the lines.
#[derive(Debug, Default)]
pub struct Diagnostics {
    format: Format,
    said: RefCell<HashSet<String>>,
}

impl Diagnostics {
    /// Diagnostics in the given format.
    pub fn new(format: Format) -> Self {
        Diagnostics {
            format,
            said: RefCell::default(),
        }
    }

    /// Says that something is wrong, and how to mend it.
    pub fn warn(&self, message: &str) {
        self.write("WARN", message);
    }

    /// The same, but each message only once.
    pub fn warn_once(&self, message: &str) {
        if self.said.borrow_mut().insert(message.to_owned()) {
            self.warn(message);
        }
    }

    /// Says something worth knowing.
    pub fn info(&self, message: &str) {
        self.write("INFO", message);
    }

    fn write(&self, level: &str, message: &str) {
        let line = render(self.format, level, message);
        // A closed standard error is no reason to fail.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

/// Makes panics one recognisable line instead of Rust's own, which would come back as telemetry.
pub fn report_panics(format: Format) {
    std::panic::set_hook(Box::new(move |panic| {
        let line = render(
            format,
            "ERROR",
            &format!("internal error, the extension goes on: {panic}"),
        );
        let _ = std::io::stderr().write_all(line.as_bytes());
    }));
}

fn render(format: Format, level: &str, message: &str) -> String {
    match format {
        Format::Text => format!("{PREFIX}{level} {}\n", message.replace('\n', " ")),
        Format::Json => {
            let message = serde_json::Value::from(message);
            format!("{{\"level\":\"{level}\",{LOGGER},\"message\":{message}}}\n")
        }
    }
}

/// Whether an `extension` event's raw JSON record is one of our own lines.
pub fn is_own_line(record: &str) -> bool {
    record
        .strip_prefix('"')
        .is_some_and(|text| text.starts_with(PREFIX) || text.contains(r#"\"logger\":\"clickstack-extension\""#))
        || (record.starts_with('{') && record.contains(LOGGER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_lines_are_recognised_in_every_shape() {
        let text = render(Format::Text, "WARN", "a \"quoted\"\nthing");
        let json = render(Format::Json, "WARN", "a \"quoted\"\nthing");
        let as_string = |line: &str| serde_json::Value::from(line).to_string();
        assert!(is_own_line(&as_string(&text)));
        assert!(is_own_line(&as_string(&json)));
        assert!(is_own_line(json.trim_end()));
        let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed["message"], "a \"quoted\"\nthing");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn lines_of_others_are_not() {
        assert!(!is_own_line(r#""another extension: hello""#));
        assert!(!is_own_line(r#"{"logger":"app","message":"clickstack"}"#));
    }
}

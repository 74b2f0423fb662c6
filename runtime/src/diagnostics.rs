//! The extension's own log lines, on standard error.
//!
//! Lambda delivers an extension's output back to every subscribed extension. Each line therefore carries a marker by
//! which it is recognised and dropped: the extension's own lines never become telemetry, otherwise each export could
//! cause the next one.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::Write;

/// The marker of every line in text format.
const PREFIX: &str = "clickstack-extension: ";
/// The marker of every line in JSON format.
const LOGGER: &str = r#""logger":"clickstack-extension""#;

/// The format of the lines, from `AWS_LAMBDA_LOG_FORMAT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Plain text.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl Format {
    /// The format for a value of `AWS_LAMBDA_LOG_FORMAT`; text by default.
    pub fn from_setting(value: Option<&str>) -> Self {
        match value {
            Some(name) if name.eq_ignore_ascii_case("json") => Format::Json,
            _ => Format::Text,
        }
    }
}

/// The level of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Information.
    #[default]
    Info,
    /// A problem.
    Warn,
    /// Above every line but a panic's.
    Error,
}

impl Level {
    /// The lowest level to write, from `RUST_LOG`: a level by itself or for the target `rotel`. Directives
    /// for other targets are the function's, which may also be written in Rust.
    pub fn from_directives(directives: Option<&str>) -> Self {
        let mut chosen = Level::default();
        for directive in directives.unwrap_or_default().split(',').map(str::trim) {
            let level = match directive.split_once('=') {
                Some(("rotel", level)) => level,
                Some(_) => continue,
                None => directive,
            };
            chosen = match level.to_ascii_lowercase().as_str() {
                "off" | "error" => Level::Error,
                "warn" => Level::Warn,
                "info" | "debug" | "trace" => Level::Info,
                _ => chosen,
            };
        }
        chosen
    }

    fn name(self) -> &'static str {
        match self {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

/// Writes the lines.
#[derive(Debug, Default)]
pub struct Diagnostics {
    format: Format,
    least: Level,
    said: RefCell<HashSet<String>>,
}

impl Diagnostics {
    /// Diagnostics in the given format, from this level on.
    pub fn new(format: Format, least: Level) -> Self {
        Diagnostics {
            format,
            least,
            said: RefCell::default(),
        }
    }

    /// Logs a problem and how to fix it.
    pub fn warn(&self, message: &str) {
        self.write(Level::Warn, message);
    }

    /// Like `warn`, but logs each message only once.
    pub fn warn_once(&self, message: &str) {
        if self.said.borrow_mut().insert(message.to_owned()) {
            self.warn(message);
        }
    }

    /// Logs information.
    pub fn info(&self, message: &str) {
        self.write(Level::Info, message);
    }

    fn write(&self, level: Level, message: &str) {
        if level < self.least {
            return;
        }
        let line = render(self.format, level, message);
        // A closed standard error is no reason to fail.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

/// Logs panics as one marked line instead of Rust's own, which would be delivered back as telemetry.
pub fn report_panics(format: Format) {
    std::panic::set_hook(Box::new(move |panic| {
        let line = render(
            format,
            Level::Error,
            &format!("internal error; the extension continues: {panic}"),
        );
        let _ = std::io::stderr().write_all(line.as_bytes());
    }));
}

fn render(format: Format, level: Level, message: &str) -> String {
    let level = level.name();
    match format {
        Format::Text => format!("{PREFIX}{level} {}\n", message.replace('\n', " ")),
        Format::Json => {
            let message = serde_json::Value::from(message);
            format!("{{\"level\":\"{level}\",{LOGGER},\"message\":{message}}}\n")
        }
    }
}

/// Whether an `extension` event's raw JSON record is one of the extension's own lines.
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
        let text = render(Format::Text, Level::Warn, "a \"quoted\"\nthing");
        let json = render(Format::Json, Level::Warn, "a \"quoted\"\nthing");
        let as_string = |line: &str| serde_json::Value::from(line).to_string();
        assert!(is_own_line(&as_string(&text)));
        assert!(is_own_line(&as_string(&json)));
        assert!(is_own_line(json.trim_end()));
        let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed["message"], "a \"quoted\"\nthing");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn rust_log_sets_the_level_for_the_extension_alone() {
        for (directives, level) in [
            (None, Level::Info),
            (Some("debug"), Level::Info),
            (Some("warn"), Level::Warn),
            (Some("OFF"), Level::Error),
            (Some("orders=error"), Level::Info),
            (Some("orders=debug, rotel=error"), Level::Error),
            (Some("?"), Level::Info),
        ] {
            assert_eq!(Level::from_directives(directives), level, "{directives:?}");
        }
    }

    #[test]
    fn lines_of_others_are_not() {
        assert!(!is_own_line(r#""another extension: hello""#));
        assert!(!is_own_line(r#"{"logger":"app","message":"clickstack"}"#));
    }
}

//! The severity of a log record.

/// Severity of a log record, in OpenTelemetry's ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Severity {
    /// Not specified.
    #[default]
    Unspecified,
    /// Finest grain.
    Trace,
    /// For debugging.
    Debug,
    /// An ordinary event.
    Info,
    /// Something that may need attention.
    Warn,
    /// Something failed.
    Error,
    /// The program cannot continue.
    Fatal,
}

impl Severity {
    /// OpenTelemetry's `SeverityNumber`; 0 for unspecified.
    pub fn number(self) -> i32 {
        match self {
            Severity::Unspecified => 0,
            Severity::Trace => 1,
            Severity::Debug => 5,
            Severity::Info => 9,
            Severity::Warn => 13,
            Severity::Error => 17,
            Severity::Fatal => 21,
        }
    }

    /// The `SeverityText`; empty for unspecified.
    pub fn text(self) -> &'static str {
        match self {
            Severity::Unspecified => "",
            Severity::Trace => "TRACE",
            Severity::Debug => "DEBUG",
            Severity::Info => "INFO",
            Severity::Warn => "WARN",
            Severity::Error => "ERROR",
            Severity::Fatal => "FATAL",
        }
    }

    /// The `SeverityText` of the Rotel extension: the name of the number in OTLP's messages.
    pub fn rotel_text(self) -> &'static str {
        match self {
            Severity::Unspecified => "",
            Severity::Trace => "SEVERITY_NUMBER_TRACE",
            Severity::Debug => "SEVERITY_NUMBER_DEBUG",
            Severity::Info => "SEVERITY_NUMBER_INFO",
            Severity::Warn => "SEVERITY_NUMBER_WARN",
            Severity::Error => "SEVERITY_NUMBER_ERROR",
            Severity::Fatal => "SEVERITY_NUMBER_FATAL",
        }
    }

    /// The severity of one of the texts above, ignoring case.
    pub fn from_text(text: &str) -> Option<Severity> {
        Self::ALL
            .into_iter()
            .find(|severity| !text.is_empty() && severity.text().eq_ignore_ascii_case(text))
    }

    /// Every severity, in ascending order.
    pub const ALL: [Severity; 7] = [
        Severity::Unspecified,
        Severity::Trace,
        Severity::Debug,
        Severity::Info,
        Severity::Warn,
        Severity::Error,
        Severity::Fatal,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for severity in Severity::ALL.into_iter().skip(1) {
            assert_eq!(
                Severity::from_text(&severity.text().to_ascii_lowercase()),
                Some(severity)
            );
        }
        assert_eq!(Severity::from_text(""), None);
        assert!(Severity::Fatal > Severity::Error);
    }
}

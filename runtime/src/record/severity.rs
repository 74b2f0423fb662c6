//! How grave a log record is.

/// Severity of a log record, in OpenTelemetry's ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Severity {
    /// The line says nothing about it.
    #[default]
    Unspecified,
    /// Finest grain.
    Trace,
    /// For debugging.
    Debug,
    /// An ordinary event.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
    /// The program can't go on.
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

    /// The severity that a level name of the usual loggers stands for, in any case.
    pub fn from_name(name: &str) -> Option<Severity> {
        const NAMES: [(&str, Severity); 24] = [
            ("INFO", Severity::Info),
            ("ERROR", Severity::Error),
            ("WARN", Severity::Warn),
            ("WARNING", Severity::Warn),
            ("DEBUG", Severity::Debug),
            ("TRACE", Severity::Trace),
            ("FATAL", Severity::Fatal),
            ("CRITICAL", Severity::Fatal),
            ("ALL", Severity::Trace),
            ("INFORMATION", Severity::Info),
            ("NOTICE", Severity::Info),
            ("ERR", Severity::Error),
            ("SEVERE", Severity::Error),
            ("PANIC", Severity::Fatal),
            ("DPANIC", Severity::Fatal),
            ("CRIT", Severity::Fatal),
            ("ALERT", Severity::Fatal),
            ("EMERG", Severity::Fatal),
            ("VERBOSE", Severity::Debug),
            ("SILLY", Severity::Trace),
            ("CONFIG", Severity::Debug),
            ("FINE", Severity::Debug),
            ("FINER", Severity::Trace),
            ("FINEST", Severity::Trace),
        ];
        // Go's slog writes levels between the names as `INFO+2`.
        let name = match name.split_once(['+', '-']) {
            Some((name, steps)) if !steps.is_empty() && steps.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => name,
        };
        NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, severity)| *severity)
    }

    /// The severity of a numeric level as pino and bunyan write it (10 trace … 60 fatal).
    pub fn from_number(level: i64) -> Option<Severity> {
        match level {
            10..20 => Some(Severity::Trace),
            20..30 => Some(Severity::Debug),
            30..40 => Some(Severity::Info),
            40..50 => Some(Severity::Warn),
            50..60 => Some(Severity::Error),
            60..70 => Some(Severity::Fatal),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_names_and_numbers() {
        assert_eq!(Severity::from_name("warning"), Some(Severity::Warn));
        assert_eq!(Severity::from_name("Critical"), Some(Severity::Fatal));
        assert_eq!(Severity::from_name("ERROR+4"), Some(Severity::Error));
        assert_eq!(Severity::from_name("INFO-2"), Some(Severity::Info));
        for no_level in ["loud", "ERROR-", "ERROR-4b7one", "INFO+2+2"] {
            assert_eq!(Severity::from_name(no_level), None, "{no_level}");
        }
        assert_eq!(Severity::from_name(""), None);
        assert_eq!(Severity::from_number(50), Some(Severity::Error));
        assert_eq!(Severity::from_number(5), None);
        assert!(Severity::Fatal > Severity::Error);
    }
}

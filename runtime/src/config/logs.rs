//! Which lines become log records, and in which format.

use super::reader::{Reader, parse_choice};
use crate::environment::settings::{
    CLICKSTACK_COMPAT, CLICKSTACK_LOG_TYPES, CLICKSTACK_MIN_SEVERITY, CLICKSTACK_REPLAYED_LOGS,
};
use crate::record::Severity;

/// Which lines become log records, and in which format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsConfig {
    /// Whether the function's lines are collected.
    pub function: bool,
    /// Whether lines of other extensions are collected.
    pub extension: bool,
    /// Lines of a lower severity are dropped; those of unknown severity never are.
    pub least: Severity,
    /// Lines that a replay of a durable function repeats are dropped.
    pub without_replayed: bool,
    /// Logs have the Rotel extension's format.
    pub as_rotel: bool,
}

impl Default for LogsConfig {
    fn default() -> Self {
        Self {
            function: true,
            extension: true,
            least: Severity::Unspecified,
            without_replayed: false,
            as_rotel: false,
        }
    }
}

impl LogsConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let types = reader.value(&CLICKSTACK_LOG_TYPES, |_, text| parse_types(text));
        let (function, extension) = types.unwrap_or((true, true));
        Self {
            function,
            extension,
            least: reader
                .value(&CLICKSTACK_MIN_SEVERITY, |setting, text| {
                    let name = parse_choice(setting, text)?;
                    Ok(Severity::from_text(name).unwrap_or_default())
                })
                .unwrap_or_default(),
            without_replayed: reader.value(&CLICKSTACK_REPLAYED_LOGS, parse_choice) == Some("drop"),
            as_rotel: reader.value(&CLICKSTACK_COMPAT, parse_choice) == Some("rotel"),
        }
    }

    /// Whether a record of this severity is kept.
    pub fn keeps(&self, severity: Severity) -> bool {
        severity == Severity::Unspecified || severity >= self.least
    }
}

/// `function`, `extension`, both with a comma, or `none`, in any case.
fn parse_types(text: &str) -> Result<(bool, bool), String> {
    let text = text.to_ascii_lowercase();
    let mut types = (false, false);
    for name in text.split(',').map(str::trim) {
        match name {
            "function" => types.0 = true,
            "extension" => types.1 = true,
            "none" if text == "none" => {}
            _ => return Err("must be function, extension, both with a comma, or none".to_owned()),
        }
    }
    Ok(types)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    fn read(name: &str, value: &str) -> (LogsConfig, Vec<String>) {
        let environment = Environment::from([(name, value)]);
        let mut reader = Reader::new(&environment);
        let config = LogsConfig::read(&mut reader);
        (config, reader.into_warnings())
    }

    #[test]
    fn reads_which_lines_are_taken() {
        for (text, types) in [
            ("function", (true, false)),
            ("extension", (false, true)),
            ("Extension, function", (true, true)),
            ("none", (false, false)),
        ] {
            let (config, warnings) = read("CLICKSTACK_LOG_TYPES", text);
            assert_eq!(
                ((config.function, config.extension), warnings.len()),
                (types, 0),
                "{text}"
            );
        }
        let (config, warnings) = read("CLICKSTACK_LOG_TYPES", "function,none");
        assert_eq!(config, LogsConfig::default());
        assert!(
            warnings[0].starts_with("CLICKSTACK_LOG_TYPES must be function, extension"),
            "{warnings:?}"
        );
    }

    #[test]
    fn keeps_what_is_grave_enough_or_unknown() {
        let (config, _) = read("CLICKSTACK_MIN_SEVERITY", "WARN");
        assert!(config.keeps(Severity::Unspecified) && config.keeps(Severity::Warn) && config.keeps(Severity::Fatal));
        assert!(!config.keeps(Severity::Info) && !config.keeps(Severity::Trace));
        assert!(LogsConfig::default().keeps(Severity::Trace));
        let (config, warnings) = read("CLICKSTACK_MIN_SEVERITY", "loud");
        assert!(config.keeps(Severity::Trace) && warnings.len() == 1);
    }

    #[test]
    fn reads_whether_replayed_lines_are_left_out() {
        let replayed = |text: &str| read("CLICKSTACK_REPLAYED_LOGS", text);
        assert!(replayed("drop").0.without_replayed && !replayed("keep").0.without_replayed);
        let (config, warnings) = replayed("hide");
        assert!(!config.without_replayed && warnings.len() == 1);
    }

    #[test]
    fn reads_whether_logs_are_as_rotels() {
        assert!(read("CLICKSTACK_COMPAT", "rotel").0.as_rotel);
        let (config, warnings) = read("CLICKSTACK_COMPAT", "datadog");
        assert!(!config.as_rotel && warnings.len() == 1);
    }
}

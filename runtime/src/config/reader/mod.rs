//! Reads single settings from the environment and collects warnings about them.

pub(super) mod list;
pub(super) mod raw_setting;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::aws::secrets;
use crate::environment::Environment;
use crate::environment::settings::Setting;

/// The prefix of Rotel's settings.
pub(super) const PREFIX: &str = "ROTEL_";

/// The environment with the warnings found so far.
pub(super) struct Reader<'a> {
    environment: &'a Environment,
    warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            warnings: Vec::new(),
        }
    }

    pub(super) fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// Whether a setting has this value, ignoring case.
    pub(super) fn is(&self, setting: &Setting, value: &str) -> bool {
        let text = self.environment.get(setting.variable);
        text.is_some_and(|text| text.eq_ignore_ascii_case(value))
    }

    /// Adds a warning; identical ones are reported once, since several exporters and signals share settings.
    #[inline(never)]
    pub(super) fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings
    }

    /// The value of an address setting, or its default.
    pub(super) fn address(&mut self, setting: &Setting) -> SocketAddr {
        let fallback = setting.default.and_then(|text| parse_address(text).ok());
        let fallback = fallback.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
        let Some(text) = self.environment.get(setting.variable) else {
            return fallback;
        };
        parse_address(text).unwrap_or_else(|reason| {
            self.warn(format!("{} {reason}; using {fallback}", setting.variable));
            fallback
        })
    }

    /// The entries of a `key=value,key=value` list; entries without a key or `=` are warnings.
    pub(super) fn pairs(&mut self, variable: &str) -> Vec<(String, String)> {
        let text = self.environment.get(variable).unwrap_or_default();
        let (mut pairs, mut index) = (Vec::new(), 0);
        for entry in list::pairs(text) {
            index += 1;
            match entry {
                Ok(pair) => pairs.push(pair),
                Err(reason) => self.warn(format!("{variable}: entry {index} {reason}; ignored")),
            }
        }
        pairs
    }

    /// The value of a setting, if `check` accepts it or it can only be checked once its secrets are available.
    pub(super) fn text(
        &mut self,
        setting: &'static Setting,
        check: impl Fn(&Setting, &str) -> Result<(), String>,
    ) -> Option<String> {
        self.checked(setting, &check)
    }

    fn checked(
        &mut self,
        setting: &'static Setting,
        check: &dyn Fn(&Setting, &str) -> Result<(), String>,
    ) -> Option<String> {
        let text = self.environment.get(setting.variable)?;
        let checked = if secrets::holds_reference(text) {
            Ok(())
        } else {
            check(setting, text)
        };
        if let Err(reason) = checked {
            let instead = match setting.default {
                Some(default) => format!("using {default}"),
                None => "ignored".to_owned(),
            };
            self.warn(format!("{} {reason}; {instead}", setting.variable));
            return None;
        }
        Some(text.to_owned())
    }
}

impl Reader<'_> {
    /// The value of a setting, unless it is not set or invalid. It cannot be a secret: it is needed before secrets are
    /// available.
    pub(super) fn value<T>(
        &mut self,
        setting: &'static Setting,
        parse: impl Fn(&Setting, &str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(setting, |setting, text| parse(setting, text).map(drop))?;
        parse(setting, &text).ok()
    }
}

/// `host:port` with an IP address or `localhost`; no name is resolved.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    if let Some(port) = text.strip_prefix("localhost:") {
        let port: Result<u16, _> = port.parse();
        return port
            .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .map_err(|_| "has no port number after localhost:".to_owned());
    }
    text.parse()
        .map_err(|_| "is not an address such as 127.0.0.1:4318".to_owned())
}

/// One of the setting's values, ignoring case.
pub(super) fn parse_choice(setting: &Setting, text: &str) -> Result<&'static str, String> {
    let mut values = setting.values.iter();
    let found = values.find(|value| value.eq_ignore_ascii_case(text)).copied();
    found.ok_or_else(|| format!("must be one of: {}", setting.values.join(", ")))
}

/// `true` or `false`, ignoring case; Rotel accepts `1` and `0` for some settings, so they are accepted for all.
pub(super) fn parse_boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// A duration with a unit, such as `5s` or `200ms`, longer than zero.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        Ok(_) => Err("must be longer than zero".to_owned()),
        Err(_) => Err("is not a duration with unit, such as 5s or 200ms".to_owned()),
    }
}

/// The default from `settings.json`.
pub(super) fn default_of(setting: &Setting) -> &'static str {
    setting.default.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::settings;

    #[test]
    fn reads_addresses_and_localhost() {
        let parsed = |text| parse_address(text).map(|address| address.to_string());
        assert_eq!(parsed("localhost:4318").unwrap(), "127.0.0.1:4318");
        assert_eq!(parsed("0.0.0.0:1").unwrap(), "0.0.0.0:1");
        assert_eq!(parsed("[::1]:8990").unwrap(), "[::1]:8990");
        for text in [
            "localhost",
            "localhost:",
            "localhost:x",
            "4318",
            "example.com:1",
            "localhost:99999",
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_durations() {
        assert_eq!(parse_duration("200ms").unwrap(), Duration::from_millis(200));
        assert_eq!(parse_duration("1m 30s").unwrap(), Duration::from_secs(90));
        for text in ["", "5", "0s", "-1s", "soon"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_booleans() {
        for (text, value) in [
            ("true", true),
            ("TRUE", true),
            ("1", true),
            ("False", false),
            ("0", false),
        ] {
            assert_eq!(parse_boolean(text), Ok(value), "{text}");
        }
        for text in ["", "yes", "on", "2", "-1"] {
            assert!(parse_boolean(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_choices_in_any_case() {
        let setting = &settings::ROTEL_OTLP_EXPORTER_COMPRESSION;
        assert_eq!(parse_choice(setting, "GZIP").unwrap(), "gzip");
        assert_eq!(parse_choice(setting, "zstd").unwrap_err(), "must be one of: gzip, none");
    }
}

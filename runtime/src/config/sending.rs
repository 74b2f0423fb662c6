//! How the extension buffers and sends telemetry, for all exporters.

use std::time::Duration;

use super::reader::{Reader, parse_choice, parse_duration};
use crate::environment::settings::{
    CLICKSTACK_BUFFER_MIB, CLICKSTACK_FLUSH_MODE, CLICKSTACK_SECRETS_REFRESH_INTERVAL, CLICKSTACK_WAIT_FOR_LOGS,
};
use crate::flush::{FlushMode, WaitForLogs};

const MIB: usize = 1024 * 1024;

/// How the extension buffers and sends telemetry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SendingConfig {
    /// When telemetry is sent.
    pub mode: FlushMode,
    /// Whether to wait for an invocation's last lines once its handler has ended.
    pub wait: WaitForLogs,
    /// Capacity of the buffer in bytes; `None` for a share of the function's memory.
    pub buffer: Option<usize>,
    /// Secrets older than this are fetched again; `None` to fetch only when a key is rejected.
    pub secrets_refresh: Option<Duration>,
}

impl SendingConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            mode: reader
                .value(&CLICKSTACK_FLUSH_MODE, |_, text| parse_mode(text))
                .unwrap_or(FlushMode::Auto),
            wait: match reader.value(&CLICKSTACK_WAIT_FOR_LOGS, parse_choice) {
                Some("always") => WaitForLogs::Always,
                Some("never") => WaitForLogs::Never,
                _ => WaitForLogs::Auto,
            },
            buffer: reader.value(&CLICKSTACK_BUFFER_MIB, |_, text| parse_buffer(text)),
            secrets_refresh: reader.value(&CLICKSTACK_SECRETS_REFRESH_INTERVAL, |_, text| parse_duration(text)),
        }
    }
}

/// A mode, ignoring case, like all named values.
fn parse_mode(text: &str) -> Result<FlushMode, String> {
    let text = text.to_ascii_lowercase();
    let (name, rhythm) = match text.split_once(',') {
        Some((name, rhythm)) => (name.trim(), Some(parse_rhythm(rhythm.trim())?)),
        None => (text.as_str(), None),
    };
    match (name, rhythm) {
        ("auto", None) => Ok(FlushMode::Auto),
        ("end", None) => Ok(FlushMode::End),
        ("periodic", rhythm) => Ok(FlushMode::Periodic(rhythm.unwrap_or(FlushMode::DEFAULT_PERIOD))),
        ("continuous", rhythm) => Ok(FlushMode::Continuous(rhythm.unwrap_or(FlushMode::DEFAULT_RHYTHM))),
        _ => Err(
            "must be one of: auto, end, periodic, continuous; the last two may be followed by a comma and milliseconds"
                .to_owned(),
        ),
    }
}

fn parse_rhythm(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(milliseconds @ 10..=900_000) => Ok(Duration::from_millis(milliseconds)),
        _ => Err("must have 10 to 900000 milliseconds after its comma".to_owned()),
    }
}

fn parse_buffer(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(mib @ 1..=1024) => Ok(mib * MIB),
        _ => Err("is not a number of MiB from 1 to 1024".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    fn read(variables: &[(&str, &str)]) -> (SendingConfig, Vec<String>) {
        let environment = Environment(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        );
        let mut reader = Reader::new(&environment);
        let config = SendingConfig::read(&mut reader);
        (config, reader.into_warnings())
    }

    #[test]
    fn reads_every_mode() {
        for (text, mode) in [
            ("auto", FlushMode::Auto),
            ("end", FlushMode::End),
            ("END", FlushMode::End),
            ("periodic", FlushMode::Periodic(Duration::from_secs(20))),
            ("periodic, 5000", FlushMode::Periodic(Duration::from_secs(5))),
            ("continuous", FlushMode::Continuous(Duration::from_secs(1))),
            ("continuous,250", FlushMode::Continuous(Duration::from_millis(250))),
        ] {
            let (config, warnings) = read(&[("CLICKSTACK_FLUSH_MODE", text)]);
            assert_eq!((config.mode, warnings), (mode, Vec::new()), "{text}");
        }
    }

    #[test]
    fn says_what_is_no_mode() {
        for text in ["sometimes", "end,5", "periodic,1", "periodic,soon", "auto,"] {
            let (config, warnings) = read(&[("CLICKSTACK_FLUSH_MODE", text)]);
            assert_eq!(config.mode, FlushMode::Auto);
            assert!(
                warnings[0].starts_with("CLICKSTACK_FLUSH_MODE ") && warnings[0].ends_with("; using auto"),
                "{warnings:?}"
            );
        }
    }

    #[test]
    fn reads_the_rest() {
        let (config, warnings) = read(&[
            ("CLICKSTACK_BUFFER_MIB", "8"),
            ("CLICKSTACK_SECRETS_REFRESH_INTERVAL", "5m"),
        ]);
        assert_eq!(config.buffer, Some(8 * MIB));
        assert_eq!(config.secrets_refresh, Some(Duration::from_secs(300)));
        assert!(warnings.is_empty());
        let (config, warnings) = read(&[("CLICKSTACK_BUFFER_MIB", "0")]);
        assert!(config.buffer.is_none());
        assert_eq!(warnings.len(), 1, "{warnings:?}");
    }
}

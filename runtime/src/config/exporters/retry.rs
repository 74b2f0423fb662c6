//! Retries of failed requests: `…_RETRY_*` of an exporter, otherwise of all exporters.

use std::time::Duration;

use crate::aws::secrets::Values;
use crate::config::reader::raw_setting::RawSetting;
use crate::config::reader::{Reader, parse_duration};

/// The prefix of the variables for all exporters.
const GLOBAL: &str = "ROTEL_EXPORTER";

const INITIAL_BACKOFF: &str = "RETRY_INITIAL_BACKOFF";
const MAX_BACKOFF: &str = "RETRY_MAX_BACKOFF";
const MAX_ELAPSED_TIME: &str = "RETRY_MAX_ELAPSED_TIME";

/// Retries of failed requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The first pause before requests to a backend that is down. It doubles with every failure,
    pub initial_backoff: Duration,
    /// up to this limit.
    pub max_backoff: Duration,
    /// Telemetry that has failed for longer than this is dropped; without it only the buffer's size is a limit.
    pub max_elapsed_time: Option<Duration>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            initial_backoff: Duration::from_secs(1),
            max_backoff: Duration::from_secs(30),
            max_elapsed_time: None,
        }
    }
}

/// The settings as written.
#[derive(Clone)]
pub(super) struct RetrySettings {
    initial_backoff: RawSetting,
    max_backoff: RawSetting,
    max_elapsed_time: RawSetting,
}

impl RetrySettings {
    /// `names` returns an exporter's variables for a parameter, in order of precedence.
    pub(super) fn read(reader: &mut Reader<'_>, names: impl Fn(&str) -> Vec<String>) -> Self {
        let mut duration = |parameter: &str| {
            let mut variables = names(parameter);
            variables.push(format!("{GLOBAL}_{parameter}"));
            RawSetting::first(reader, &variables, |_, text| parse_duration(text).map(drop))
        };
        Self {
            initial_backoff: duration(INITIAL_BACKOFF),
            max_backoff: duration(MAX_BACKOFF),
            max_elapsed_time: duration(MAX_ELAPSED_TIME),
        }
    }

    pub(super) fn resolve(&self, values: &Values) -> Result<Retry, String> {
        let defaults = Retry::default();
        let initial_backoff = self.initial_backoff.resolve(values, parse_duration)?;
        let max_backoff = self.max_backoff.resolve(values, parse_duration)?;
        let initial_backoff = initial_backoff.unwrap_or(defaults.initial_backoff);
        Ok(Retry {
            initial_backoff,
            max_backoff: max_backoff.unwrap_or(defaults.max_backoff).max(initial_backoff),
            max_elapsed_time: self.max_elapsed_time.resolve(values, parse_duration)?,
        })
    }
}

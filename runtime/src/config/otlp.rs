//! The OTLP backend's settings, signal by signal: `ROTEL_OTLP_EXPORTER_*`, and where these name no endpoint the standard
//! `OTEL_EXPORTER_OTLP_*`.
//!
//! The standard ones are often there for the function's own SDK. So they count only together with their endpoint: a key
//! or protocol that is meant for one backend never goes to another.

use super::otlp_signal::{OtlpTarget, SignalSettings};
use super::reader::Reader;
use crate::buffer::Signal;
use crate::http::Endpoint;
use crate::secrets::Values;

pub(super) const NO_ENDPOINT: &str = "set ROTEL_OTLP_EXPORTER_ENDPOINT to the URL of your OTLP backend";

/// An OTLP backend. A signal without target is dropped.
#[derive(Clone, Debug)]
pub struct OtlpConfig {
    /// Where logs go.
    pub logs: Option<OtlpTarget>,
    /// Where traces go.
    pub traces: Option<OtlpTarget>,
    /// Where metrics go.
    pub metrics: Option<OtlpTarget>,
}

/// The settings as they are written. Purposefully without `Debug`: they hold keys.
#[derive(Clone)]
pub(super) struct OtlpSettings {
    logs: SignalSettings,
    traces: SignalSettings,
    metrics: SignalSettings,
}

impl OtlpSettings {
    pub(super) fn read(reader: &mut Reader<'_>, own_ports: &[u16]) -> Self {
        let mut of = |signal| SignalSettings::read(reader, signal, own_ports);
        Self {
            logs: of(Signal::Logs),
            traces: of(Signal::Traces),
            metrics: of(Signal::Metrics),
        }
    }

    fn signals(&self) -> [&SignalSettings; 3] {
        [&self.logs, &self.traces, &self.metrics]
    }

    pub(super) fn has_endpoint(&self) -> bool {
        self.signals().iter().any(|signal| signal.has_endpoint())
    }

    pub(super) fn warn_of_missing_signals(&self, reader: &mut Reader<'_>) {
        let missing = self.signals().into_iter().filter(|signal| !signal.has_endpoint());
        let names: Vec<String> = missing.map(SignalSettings::endpoint_variable).collect();
        if !names.is_empty() {
            let names = names.join(", ");
            reader.warn(format!(
                "neither ROTEL_OTLP_EXPORTER_ENDPOINT nor {names} is set; these signals are dropped"
            ));
        }
    }

    /// Fills the secrets in; an error names the variable, what is wrong and no value.
    pub(super) fn resolve(&self, values: &Values) -> Result<OtlpConfig, String> {
        Ok(OtlpConfig {
            logs: self.logs.resolve(values)?,
            traces: self.traces.resolve(values)?,
            metrics: self.metrics.resolve(values)?,
        })
    }
}

pub(super) fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    Endpoint::parse(text).map_err(|reason| format!("is not usable: {reason}"))
}

//! The OTLP backend's settings, signal by signal: `ROTEL_OTLP_EXPORTER_*`, and where these name no endpoint, the
//! standard `OTEL_EXPORTER_OTLP_*`.
//!
//! The standard variables are often set for the function's own SDK. They are therefore only used together with their
//! endpoint: a key or protocol that is meant for one backend never goes to another.

mod basic_auth;
mod headers;
pub(super) mod names;
pub(in crate::config) mod preset;
pub(crate) mod signal;
mod tls;

use crate::aws::secrets::Values;
use crate::config::reader::Reader;
use crate::record::Signal;
use signal::{OtlpTarget, SignalSettings};

/// An OTLP backend. A signal without a target is dropped.
#[derive(Clone, Debug)]
pub struct OtlpConfig {
    /// Where logs go.
    pub logs: Option<OtlpTarget>,
    /// Where traces go.
    pub traces: Option<OtlpTarget>,
    /// Where metrics go.
    pub metrics: Option<OtlpTarget>,
}

/// The settings as written. Intentionally without `Debug`: they contain keys.
#[derive(Clone)]
pub(super) struct OtlpSettings {
    prefix: String,
    logs: SignalSettings,
    traces: SignalSettings,
    metrics: SignalSettings,
}

impl OtlpSettings {
    /// Reads the variables that begin with `prefix`.
    pub(super) fn read(reader: &mut Reader<'_>, prefix: &str, own_ports: &[u16]) -> Self {
        let mut of = |signal| SignalSettings::read(reader, prefix, signal, own_ports);
        Self {
            prefix: prefix.to_owned(),
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

    /// What to do if there is no endpoint.
    pub(super) fn endpoint_advice(&self) -> String {
        format!("set {}_ENDPOINT to the URL of your OTLP backend", self.prefix)
    }

    /// Warns about signals of this exporter that have no endpoint.
    pub(super) fn warn_of_missing_signals(&self, carried: &[Signal], reader: &mut Reader<'_>) {
        let signals = Signal::ALL.into_iter().zip(self.signals());
        let missing = signals.filter(|(signal, settings)| carried.contains(signal) && !settings.has_endpoint());
        let missing = missing.map(|(_, settings)| settings);
        let names: Vec<String> = missing.map(SignalSettings::endpoint_variable).collect();
        if !names.is_empty() {
            let names = names.join(", ");
            reader.warn(format!(
                "neither {}_ENDPOINT nor {names} is set; these signals are dropped",
                self.prefix
            ));
        }
    }

    /// Substitutes the secrets; an error names the variable and the problem, never a value.
    pub(super) fn resolve(&self, values: &Values) -> Result<OtlpConfig, String> {
        Ok(OtlpConfig {
            logs: self.logs.resolve(values)?,
            traces: self.traces.resolve(values)?,
            metrics: self.metrics.resolve(values)?,
        })
    }
}

#[cfg(test)]
mod tests;

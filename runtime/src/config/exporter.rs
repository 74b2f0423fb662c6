//! Where the telemetry goes: the exporter's settings, as they are written and with their secrets filled in.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::headers::Headers;
use super::reader::{Reader, default_of, parse_choice, parse_duration};
use super::settings::{
    ROTEL_EXPORTER, ROTEL_OTLP_EXPORTER_COMPRESSION, ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS, ROTEL_OTLP_EXPORTER_ENDPOINT,
    ROTEL_OTLP_EXPORTER_LOGS_ENDPOINT, ROTEL_OTLP_EXPORTER_METRICS_ENDPOINT, ROTEL_OTLP_EXPORTER_PROTOCOL,
    ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT, ROTEL_OTLP_EXPORTER_TLS_CA_FILE, ROTEL_OTLP_EXPORTER_TRACES_ENDPOINT, Setting,
};
use crate::http::{Endpoint, HeaderName, HeaderValue};
use crate::secrets::{self, Values};

const NO_ENDPOINT: &str = "set ROTEL_OTLP_EXPORTER_ENDPOINT to the URL of your OTLP backend";
const NO_GRPC: &str = "OTLP/gRPC comes later; set ROTEL_OTLP_EXPORTER_PROTOCOL=http";

/// Where the telemetry goes, ready for use.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it, made once")]
pub enum ExporterConfig {
    /// To an OTLP backend.
    Otlp(OtlpConfig),
    /// Nowhere.
    Blackhole,
}

/// An OTLP/HTTP backend. A signal without endpoint is dropped.
#[derive(Clone, Debug)]
pub struct OtlpConfig {
    /// Full URL for logs.
    pub endpoint_logs: Option<Endpoint>,
    /// Full URL for traces.
    pub endpoint_traces: Option<Endpoint>,
    /// Full URL for metrics.
    pub endpoint_metrics: Option<Endpoint>,
    /// Headers of every request; the values are marked as sensitive.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// True for gzip, false for none.
    pub gzip: bool,
    /// Time for one whole request.
    pub timeout: Duration,
    /// PEM file of certificate authorities to trust besides the public ones.
    pub ca_file: Option<PathBuf>,
}

/// A setting's text, which may hold references.
#[derive(Clone)]
struct Text {
    setting: &'static Setting,
    text: Option<String>,
}

impl Text {
    fn read(
        reader: &mut Reader<'_>,
        setting: &'static Setting,
        check: impl Fn(&Setting, &str) -> Result<(), String>,
    ) -> Self {
        let text = reader.text(setting, check);
        Self { setting, text }
    }

    fn holds_reference(&self) -> bool {
        self.text.as_deref().is_some_and(secrets::holds_reference)
    }

    /// What the text means once its references are filled in; an error names the variable.
    fn resolve<T, E: fmt::Display>(
        &self,
        values: &Values,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, String> {
        let Some(text) = &self.text else {
            return Ok(None);
        };
        let in_variable = |reason: &dyn fmt::Display| format!("{} {reason}", self.setting.variable);
        let filled = values
            .fill(text)
            .map_err(|missing| in_variable(&format_args!("needs {missing}")))?;
        parse(filled.trim()).map(Some).map_err(|reason| in_variable(&reason))
    }
}

/// The exporter's settings as they are written. `Debug` shows nothing of them, since they hold keys.
#[derive(Clone)]
pub struct ExporterSettings {
    exporter: Text,
    protocol: Text,
    endpoint: Text,
    endpoint_logs: Text,
    endpoint_traces: Text,
    endpoint_metrics: Text,
    compression: Text,
    timeout: Text,
    ca_file: Text,
    headers: Headers,
}

impl fmt::Debug for ExporterSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExporterSettings").finish_non_exhaustive()
    }
}

enum Kind {
    Otlp,
    Blackhole,
}

impl ExporterSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let choice = |setting: &Setting, text: &str| parse_choice(setting, text).map(drop);
        let endpoint = |_: &Setting, text: &str| parse_endpoint(text).map(drop);
        let duration = |_: &Setting, text: &str| parse_duration(text).map(drop);
        let any = |_: &Setting, _: &str| Ok(());
        let settings = Self {
            exporter: Text::read(reader, &ROTEL_EXPORTER, choice),
            protocol: Text::read(reader, &ROTEL_OTLP_EXPORTER_PROTOCOL, choice),
            endpoint: Text::read(reader, &ROTEL_OTLP_EXPORTER_ENDPOINT, endpoint),
            endpoint_logs: Text::read(reader, &ROTEL_OTLP_EXPORTER_LOGS_ENDPOINT, endpoint),
            endpoint_traces: Text::read(reader, &ROTEL_OTLP_EXPORTER_TRACES_ENDPOINT, endpoint),
            endpoint_metrics: Text::read(reader, &ROTEL_OTLP_EXPORTER_METRICS_ENDPOINT, endpoint),
            compression: Text::read(reader, &ROTEL_OTLP_EXPORTER_COMPRESSION, choice),
            timeout: Text::read(reader, &ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT, duration),
            ca_file: Text::read(reader, &ROTEL_OTLP_EXPORTER_TLS_CA_FILE, any),
            headers: Headers::read(reader, &ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS),
        };
        settings.checked(reader)
    }

    /// Says at once what can be known to go nowhere, so that resolving need not say it again.
    fn checked(self, reader: &mut Reader<'_>) -> Self {
        if self.exporter.holds_reference() || self.protocol.holds_reference() {
            return self;
        }
        match self.kind(&Values::default()) {
            Err(reason) => {
                reader.warn(format!("{reason}; until then all telemetry is dropped"));
                self.into_blackhole()
            }
            Ok(Kind::Blackhole) if self.exporter.text.is_none() => {
                reader.warn(format!(
                    "all telemetry is dropped: {NO_ENDPOINT}, or ROTEL_EXPORTER=blackhole if this is meant"
                ));
                self.into_blackhole()
            }
            Ok(Kind::Blackhole) => self,
            Ok(Kind::Otlp) => {
                self.warn_of_missing_signals(reader);
                self
            }
        }
    }

    fn warn_of_missing_signals(&self, reader: &mut Reader<'_>) {
        let signals = [&self.endpoint_logs, &self.endpoint_traces, &self.endpoint_metrics];
        let missing: Vec<&str> = signals
            .iter()
            .filter(|signal| self.endpoint.text.is_none() && signal.text.is_none())
            .map(|signal| signal.setting.variable)
            .collect();
        if !missing.is_empty() {
            let names = missing.join(", ");
            reader.warn(format!(
                "neither ROTEL_OTLP_EXPORTER_ENDPOINT nor {names} is set; these signals are dropped"
            ));
        }
    }

    fn into_blackhole(self) -> Self {
        let exporter = Text {
            setting: &ROTEL_EXPORTER,
            text: Some("blackhole".to_owned()),
        };
        Self { exporter, ..self }
    }

    fn has_endpoint(&self) -> bool {
        let endpoints = [
            &self.endpoint,
            &self.endpoint_logs,
            &self.endpoint_traces,
            &self.endpoint_metrics,
        ];
        endpoints.iter().any(|endpoint| endpoint.text.is_some())
    }

    fn kind(&self, values: &Values) -> Result<Kind, String> {
        let exporter = self
            .exporter
            .resolve(values, |text| parse_choice(&ROTEL_EXPORTER, text))?;
        match exporter {
            Some("blackhole") => return Ok(Kind::Blackhole),
            None if !self.has_endpoint() => return Ok(Kind::Blackhole),
            None | Some("otlp") => {}
            Some(other) => return Err(format!("ROTEL_EXPORTER={other} is not there; set ROTEL_EXPORTER=otlp")),
        }
        if !self.has_endpoint() {
            return Err(format!("ROTEL_EXPORTER=otlp has no endpoint; {NO_ENDPOINT}"));
        }
        let protocol = self
            .protocol
            .resolve(values, |text| parse_choice(&ROTEL_OTLP_EXPORTER_PROTOCOL, text))?;
        match protocol.unwrap_or(default_of(&ROTEL_OTLP_EXPORTER_PROTOCOL)) {
            "http" => Ok(Kind::Otlp),
            _ => Err(NO_GRPC.to_owned()),
        }
    }

    /// Fills the secrets in. An error is complete for the log: it names the variable, what is wrong and no value; there
    /// is nothing to export to then, until the secrets change.
    pub fn resolve(&self, values: &Values) -> Result<ExporterConfig, String> {
        match self.kind(values)? {
            Kind::Blackhole => Ok(ExporterConfig::Blackhole),
            Kind::Otlp => Ok(ExporterConfig::Otlp(self.otlp(values)?)),
        }
    }

    fn otlp(&self, values: &Values) -> Result<OtlpConfig, String> {
        let base = self.endpoint.resolve(values, parse_endpoint)?;
        let endpoint = |signal: &Text, path: &str| -> Result<Option<Endpoint>, String> {
            let own = signal.resolve(values, parse_endpoint)?;
            Ok(own.or_else(|| base.as_ref().map(|base| base.join(path))))
        };
        let headers = self.headers.resolve(values);
        let compression = self
            .compression
            .resolve(values, |text| parse_choice(&ROTEL_OTLP_EXPORTER_COMPRESSION, text))?;
        let timeout = match self.timeout.resolve(values, parse_duration)? {
            Some(timeout) => timeout,
            None => parse_duration(default_of(&ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT))?,
        };
        Ok(OtlpConfig {
            endpoint_logs: endpoint(&self.endpoint_logs, "/v1/logs")?,
            endpoint_traces: endpoint(&self.endpoint_traces, "/v1/traces")?,
            endpoint_metrics: endpoint(&self.endpoint_metrics, "/v1/metrics")?,
            headers: headers.map_err(|reason| format!("{}: {reason}", ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS.variable))?,
            gzip: compression.unwrap_or(default_of(&ROTEL_OTLP_EXPORTER_COMPRESSION)) == "gzip",
            timeout,
            ca_file: self
                .ca_file
                .resolve(values, |text| Ok::<_, String>(PathBuf::from(text)))?,
        })
    }
}

fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    Endpoint::parse(text).map_err(|reason| format!("is not usable: {reason}"))
}

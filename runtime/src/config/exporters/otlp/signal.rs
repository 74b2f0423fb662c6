//! Where one signal goes: its own settings take precedence over those for all signals, Rotel's over the standard ones.

use std::time::Duration;

use super::basic_auth::BasicAuth;
use super::headers::Headers;
use super::names::{Names, PREFIX as OTLP_PREFIX};
use super::preset::Preset;
use super::tls::TlsSettings;
use crate::aws::secrets::Values;
use crate::config::exporters::endpoint::parse_endpoint;
use crate::config::exporters::retry::{Retry, RetrySettings};
use crate::config::reader::raw_setting::{RawSetting, is_standard};
use crate::config::reader::{Reader, default_of, parse_choice, parse_duration};
use crate::environment::settings::{
    OTEL_EXPORTER_OTLP_PROTOCOL, ROTEL_OTLP_EXPORTER_COMPRESSION, ROTEL_OTLP_EXPORTER_PROTOCOL,
    ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT,
};
use crate::http::{Endpoint, HeaderMap, TlsOptions};
use crate::record::Signal;

/// An OTLP transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtlpProtocol {
    /// gRPC over HTTP/2.
    Grpc,
    /// Protobuf over HTTP/1.1.
    Http,
}

/// Where one signal goes, and how.
#[derive(Clone, Debug)]
pub struct OtlpTarget {
    /// The transport.
    pub protocol: OtlpProtocol,
    /// Full URL; its path is used for HTTP only.
    pub endpoint: Endpoint,
    /// Headers of every request; the values are marked as sensitive.
    pub headers: HeaderMap,
    /// True for gzip, false for none.
    pub gzip: bool,
    /// Time limit for a whole request.
    pub timeout: Duration,
    /// Trusted authorities and the client certificate.
    pub tls: TlsOptions,
    /// Retries of failed requests.
    pub retry: Retry,
}

/// One signal's settings as written. Intentionally without `Debug`: they contain keys.
#[derive(Clone)]
pub(super) struct SignalSettings {
    prefix: String,
    signal: Signal,
    /// The ports of the extension's receivers.
    own_ports: Vec<u16>,
    preset: Preset,
    endpoint: RawSetting,
    protocol: RawSetting,
    compression: RawSetting,
    timeout: RawSetting,
    headers: Headers,
    basic_auth: BasicAuth,
    tls: TlsSettings,
    retry: RetrySettings,
}

impl SignalSettings {
    /// `prefix` is that of the exporter's variables; the standard variables apply only to a single exporter.
    pub(super) fn read(reader: &mut Reader<'_>, prefix: &str, signal: Signal, own_ports: &[u16]) -> Self {
        let mut names = Names {
            prefix: prefix.to_owned(),
            signal: signal.name().to_ascii_uppercase(),
            standard: prefix == OTLP_PREFIX,
        };
        let preset = Preset::read(reader, prefix);
        let endpoint = RawSetting::first(reader, &names.of(&["ENDPOINT"], Some("ENDPOINT")), |name, text| {
            parse_outward(name, &preset.endpoint(text), own_ports).map(drop)
        });
        names.standard = is_standard(&endpoint.variable);
        let protocol = names.of(&["PROTOCOL"], Some("PROTOCOL"));
        let compression = names.of(&["COMPRESSION"], Some("COMPRESSION"));
        let timeout = names.of(&["REQUEST_TIMEOUT"], Some("TIMEOUT"));
        Self {
            prefix: prefix.to_owned(),
            signal,
            own_ports: own_ports.to_vec(),
            preset,
            endpoint,
            protocol: RawSetting::first(reader, &protocol, |name, text| parse_protocol(name, text).map(drop)),
            compression: RawSetting::first(reader, &compression, |_, text| parse_gzip(text).map(drop)),
            timeout: RawSetting::first(reader, &timeout, |name, text| parse_timeout(name, text).map(drop)),
            headers: Headers::read(reader, &names.of(&["CUSTOM_HEADERS"], Some("HEADERS"))),
            basic_auth: BasicAuth::read(reader, prefix),
            tls: TlsSettings::read(reader, &names),
            retry: RetrySettings::read(reader, |parameter| names.of(&[parameter], None)),
        }
    }

    pub(super) fn has_endpoint(&self) -> bool {
        self.endpoint.text.is_some()
    }

    /// The variable for this signal's own endpoint.
    pub(super) fn endpoint_variable(&self) -> String {
        format!("{}_{}_ENDPOINT", self.prefix, self.signal.name().to_ascii_uppercase())
    }

    /// Substitutes the secrets; an error names the variable and the problem, never a value.
    pub(super) fn resolve(&self, values: &Values) -> Result<Option<OtlpTarget>, String> {
        let RawSetting { variable, .. } = &self.endpoint;
        let endpoint = |text: &str| parse_outward(variable, &self.preset.endpoint(text), &self.own_ports);
        let Some(endpoint) = self.endpoint.resolve(values, endpoint)? else {
            return Ok(None);
        };
        let RawSetting { variable, .. } = &self.protocol;
        let protocol = self.protocol.resolve(values, |text| parse_protocol(variable, text))?;
        let protocol = match protocol {
            Some(protocol) => protocol,
            None => self.default_protocol()?,
        };
        let RawSetting { variable, .. } = &self.timeout;
        let timeout = self.timeout.resolve(values, |text| parse_timeout(variable, text))?;
        let timeout = match timeout {
            Some(timeout) => timeout,
            None => parse_duration(default_of(&ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT))?,
        };
        let gzip = match self.compression.resolve(values, parse_gzip)? {
            Some(gzip) => gzip,
            None => parse_gzip(default_of(&ROTEL_OTLP_EXPORTER_COMPRESSION))?,
        };
        let mut headers = self.headers.resolve(values)?;
        if let Some((name, value)) = self.basic_auth.resolve(values)? {
            headers.insert(name, value);
        }
        self.preset.authorize(&mut headers, values)?;
        Ok(Some(OtlpTarget {
            protocol,
            endpoint: self.whole(endpoint, protocol),
            headers,
            gzip,
            timeout,
            tls: self.tls.resolve(values)?,
            retry: self.retry.resolve(values)?,
        }))
    }

    fn default_protocol(&self) -> Result<OtlpProtocol, String> {
        let setting = match is_standard(&self.endpoint.variable) {
            true => &OTEL_EXPORTER_OTLP_PROTOCOL,
            false => &ROTEL_OTLP_EXPORTER_PROTOCOL,
        };
        let default = self.preset.default_protocol().unwrap_or_else(|| default_of(setting));
        parse_protocol(setting.variable, default)
    }

    /// An endpoint for all signals gets the signal's path appended; the signal's own endpoint already has it.
    fn whole(&self, endpoint: Endpoint, protocol: OtlpProtocol) -> Endpoint {
        let signal = self.signal.name();
        let own = self
            .endpoint
            .variable
            .ends_with(&format!("_{}_ENDPOINT", signal.to_ascii_uppercase()))
            && self.endpoint.variable != format!("{}_ENDPOINT", self.prefix);
        match protocol {
            OtlpProtocol::Http if !own => endpoint.join(&format!("/v1/{signal}")),
            _ => endpoint,
        }
    }
}

/// Parses an endpoint, which must not be one of the extension's own receivers.
fn parse_outward(variable: &str, text: &str, own_ports: &[u16]) -> Result<Endpoint, String> {
    let endpoint = parse_endpoint(variable, text)?;
    match endpoint.is_loopback() && own_ports.contains(&endpoint.port()) {
        true => Err("is the extension's own receiver, so telemetry would never leave".to_owned()),
        false => Ok(endpoint),
    }
}

fn parse_protocol(variable: &str, text: &str) -> Result<OtlpProtocol, String> {
    let setting = match is_standard(variable) {
        true => &OTEL_EXPORTER_OTLP_PROTOCOL,
        false => &ROTEL_OTLP_EXPORTER_PROTOCOL,
    };
    Ok(match parse_choice(setting, text)? {
        "grpc" => OtlpProtocol::Grpc,
        _ => OtlpProtocol::Http,
    })
}

fn parse_gzip(text: &str) -> Result<bool, String> {
    Ok(parse_choice(&ROTEL_OTLP_EXPORTER_COMPRESSION, text)? == "gzip")
}

/// A duration with a unit; the standard variables are in milliseconds.
fn parse_timeout(variable: &str, text: &str) -> Result<Duration, String> {
    if !is_standard(variable) {
        return parse_duration(text);
    }
    match text.parse() {
        Ok(milliseconds @ 1..) => Ok(Duration::from_millis(milliseconds)),
        _ => Err("is not a number of milliseconds".to_owned()),
    }
}

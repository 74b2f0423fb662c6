//! One exporter's settings, as written and with secrets substituted.

use std::fmt;

use super::clickhouse::{self, ClickHouseConfig, ClickHouseSettings};
use super::otlp::{self, OtlpConfig, OtlpSettings};
use crate::aws::secrets::Values;
use crate::config::reader::raw_setting::RawSetting;
use crate::config::reader::{Reader, parse_choice};
use crate::environment::settings::{ROTEL_EXPORTER, Setting};
use crate::record::Signal;

/// Where telemetry goes, ready for use.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there are few of them, created once")]
pub enum ExporterConfig {
    /// To an OTLP backend.
    Otlp(OtlpConfig),
    /// Into ClickHouse.
    ClickHouse(ClickHouseConfig),
    /// Nowhere.
    Blackhole,
}

/// One exporter's settings as written. `Debug` shows none of them, since they contain keys.
#[derive(Clone)]
pub struct ExporterSettings {
    /// Its name in messages.
    label: String,
    kind: RawSetting,
    /// Settings for each kind that it may turn out to be.
    otlp: Option<OtlpSettings>,
    clickhouse: Option<ClickHouseSettings>,
}

impl fmt::Debug for ExporterSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExporterSettings").finish_non_exhaustive()
    }
}

enum Kind<'a> {
    Otlp(&'a OtlpSettings),
    ClickHouse(&'a ClickHouseSettings),
    Blackhole,
}

impl ExporterSettings {
    /// A single exporter: `ROTEL_EXPORTER` with `ROTEL_OTLP_EXPORTER_*` or `ROTEL_CLICKHOUSE_EXPORTER_*`. `own_ports`
    /// are those of the extension's receivers, which it must not send to.
    pub(super) fn read(reader: &mut Reader<'_>, own_ports: &[u16]) -> Self {
        let choice = |setting: &Setting, text: &str| parse_choice(setting, text).map(drop);
        let kind = RawSetting::read(reader, &ROTEL_EXPORTER, choice);
        let chosen = kind.text.as_deref().unwrap_or("otlp");
        // Settings for another kind are ignored: OTEL_EXPORTER_OTLP_* may be set for the function's SDK.
        let may_be = |name: &str| kind.holds_reference() || chosen.eq_ignore_ascii_case(name);
        let settings = Self {
            label: format!("{}={chosen}", kind.variable),
            otlp: may_be("otlp").then(|| OtlpSettings::read(reader, otlp::names::PREFIX, own_ports)),
            clickhouse: may_be("clickhouse").then(|| ClickHouseSettings::read(reader, clickhouse::PREFIX)),
            kind,
        };
        settings.checked(reader, &Signal::ALL, "all")
    }

    /// One of several exporters: with this kind, for these signals, with variables that begin with `prefix`.
    pub(super) fn read_named(
        reader: &mut Reader<'_>,
        (name, kind): (&str, &str),
        prefix: &str,
        signals: &[Signal],
        own_ports: &[u16],
    ) -> Self {
        let settings = Self {
            label: format!("the {kind} exporter {name}"),
            kind: chosen(kind),
            otlp: (kind == "otlp").then(|| OtlpSettings::read(reader, prefix, own_ports)),
            clickhouse: (kind == "clickhouse").then(|| ClickHouseSettings::read(reader, prefix)),
        };
        settings.checked(reader, signals, "its")
    }

    /// Warns at once about telemetry without a destination, so that resolving need not repeat it; `whose` names that
    /// telemetry.
    fn checked(self, reader: &mut Reader<'_>, signals: &[Signal], whose: &str) -> Self {
        if self.kind.holds_reference() {
            return self;
        }
        match self.kind(&Values::default()) {
            Err(reason) => {
                reader.warn(format!("{reason}; {whose} telemetry is dropped until this is fixed"));
            }
            Ok(Kind::Blackhole) if self.kind.text.is_none() => {
                let advice = self
                    .otlp
                    .as_ref()
                    .map(OtlpSettings::endpoint_advice)
                    .unwrap_or_default();
                reader.warn(format!(
                    "all telemetry is dropped: {advice}, or set ROTEL_EXPORTER=blackhole if this is intended"
                ));
            }
            Ok(Kind::Blackhole | Kind::ClickHouse(_)) => return self,
            Ok(Kind::Otlp(otlp)) => {
                otlp.warn_of_missing_signals(signals, reader);
                return self;
            }
        }
        let kind = chosen("blackhole");
        Self { kind, ..self }
    }

    fn kind(&self, values: &Values) -> Result<Kind<'_>, String> {
        let kind = self.kind.resolve(values, |text| parse_choice(&ROTEL_EXPORTER, text))?;
        let otlp = self.otlp.as_ref().filter(|otlp| otlp.has_endpoint());
        let clickhouse = self.clickhouse.as_ref().filter(|clickhouse| clickhouse.has_endpoint());
        let advice = match (kind, &self.otlp, &self.clickhouse) {
            (Some("otlp"), Some(otlp), _) => otlp.endpoint_advice(),
            (Some("clickhouse"), _, Some(clickhouse)) => clickhouse.endpoint_advice(),
            _ => String::new(),
        };
        match (kind, otlp, clickhouse) {
            (Some("blackhole"), ..) | (None, None, _) => Ok(Kind::Blackhole),
            (None | Some("otlp"), Some(otlp), _) => Ok(Kind::Otlp(otlp)),
            (Some("clickhouse"), _, Some(clickhouse)) => Ok(Kind::ClickHouse(clickhouse)),
            (Some("otlp" | "clickhouse"), ..) => Err(format!("{} has no endpoint; {advice}", self.label)),
            (Some(_), ..) => Err(format!("{} is not supported; set ROTEL_EXPORTER=otlp", self.label)),
        }
    }

    /// Substitutes the secrets. An error is a complete log message: it names the variable and the problem, never a
    /// value; there is then nothing to export to, until the secrets change.
    pub fn resolve(&self, values: &Values) -> Result<ExporterConfig, String> {
        match self.kind(values)? {
            Kind::Blackhole => Ok(ExporterConfig::Blackhole),
            Kind::Otlp(otlp) => Ok(ExporterConfig::Otlp(otlp.resolve(values)?)),
            Kind::ClickHouse(clickhouse) => Ok(ExporterConfig::ClickHouse(clickhouse.resolve(values)?)),
        }
    }
}

fn chosen(kind: &str) -> RawSetting {
    RawSetting {
        variable: ROTEL_EXPORTER.variable.to_owned(),
        text: Some(kind.to_owned()),
    }
}

#[cfg(test)]
mod tests;

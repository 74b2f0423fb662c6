//! Where the telemetry goes: the exporter's settings, as they are written and with their secrets filled in.

use std::fmt;

use super::clickhouse::{ClickHouseConfig, ClickHouseSettings};
use super::otlp::{NO_ENDPOINT, OtlpConfig, OtlpSettings};
use super::reader::{Reader, parse_choice};
use super::settings::{ROTEL_EXPORTER, Setting};
use super::text::Text;
use crate::secrets::Values;

/// Where the telemetry goes, ready for use.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it, made once")]
pub enum ExporterConfig {
    /// To an OTLP backend.
    Otlp(OtlpConfig),
    /// Into ClickHouse.
    ClickHouse(ClickHouseConfig),
    /// Nowhere.
    Blackhole,
}

/// The exporter's settings as they are written. `Debug` shows nothing of them, since they hold keys.
#[derive(Clone)]
pub struct ExporterSettings {
    exporter: Text,
    otlp: OtlpSettings,
    clickhouse: ClickHouseSettings,
}

impl fmt::Debug for ExporterSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExporterSettings").finish_non_exhaustive()
    }
}

enum Kind {
    Otlp,
    ClickHouse,
    Blackhole,
}

impl ExporterSettings {
    /// `own_ports` are those of the extension's receivers, which it must not send to.
    pub(super) fn read(reader: &mut Reader<'_>, own_ports: &[u16]) -> Self {
        let choice = |setting: &Setting, text: &str| parse_choice(setting, text).map(drop);
        let settings = Self {
            exporter: Text::read(reader, &ROTEL_EXPORTER, choice),
            otlp: OtlpSettings::read(reader, own_ports),
            clickhouse: ClickHouseSettings::read(reader),
        };
        settings.checked(reader)
    }

    /// Says at once what can be known to go nowhere, so that resolving need not say it again.
    fn checked(self, reader: &mut Reader<'_>) -> Self {
        if self.exporter.holds_reference() {
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
            Ok(Kind::Blackhole | Kind::ClickHouse) => self,
            Ok(Kind::Otlp) => {
                self.otlp.warn_of_missing_signals(reader);
                self
            }
        }
    }

    fn into_blackhole(self) -> Self {
        let exporter = Text {
            variable: ROTEL_EXPORTER.variable.to_owned(),
            text: Some("blackhole".to_owned()),
        };
        Self { exporter, ..self }
    }

    fn kind(&self, values: &Values) -> Result<Kind, String> {
        let exporter = self
            .exporter
            .resolve(values, |text| parse_choice(&ROTEL_EXPORTER, text))?;
        match exporter {
            Some("blackhole") => Ok(Kind::Blackhole),
            None if !self.otlp.has_endpoint() => Ok(Kind::Blackhole),
            Some("otlp") if !self.otlp.has_endpoint() => {
                Err(format!("ROTEL_EXPORTER=otlp has no endpoint; {NO_ENDPOINT}"))
            }
            None | Some("otlp") => Ok(Kind::Otlp),
            Some("clickhouse") => self.clickhouse.check().map(|()| Kind::ClickHouse),
            Some(other) => Err(format!("ROTEL_EXPORTER={other} is not there; set ROTEL_EXPORTER=otlp")),
        }
    }

    /// Fills the secrets in. An error is complete for the log: it names the variable, what is wrong and no value; there
    /// is nothing to export to then, until the secrets change.
    pub fn resolve(&self, values: &Values) -> Result<ExporterConfig, String> {
        match self.kind(values)? {
            Kind::Blackhole => Ok(ExporterConfig::Blackhole),
            Kind::Otlp => Ok(ExporterConfig::Otlp(self.otlp.resolve(values)?)),
            Kind::ClickHouse => Ok(ExporterConfig::ClickHouse(self.clickhouse.resolve(values)?)),
        }
    }
}

//! The ClickHouse exporter's settings, as written and with secrets substituted.

use std::time::Duration;

use super::endpoint::parse_endpoint;
use super::pem::pem_of;
use super::retry::{Retry, RetrySettings};
use crate::aws::secrets::Values;
use crate::config::reader::raw_setting::RawSetting;
use crate::config::reader::{Reader, default_of, parse_boolean, parse_choice, parse_duration};
use crate::environment::settings::{
    CLICKSTACK_COMPAT, ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT, ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION,
    ROTEL_CLICKHOUSE_EXPORTER_DATABASE, ROTEL_CLICKHOUSE_EXPORTER_ENABLE_JSON,
    ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH, ROTEL_CLICKHOUSE_EXPORTER_REQUEST_TIMEOUT,
    ROTEL_CLICKHOUSE_EXPORTER_TABLE_PREFIX, Setting,
};
use crate::http::{Endpoint, HeaderValue, TlsOptions};

/// The prefix of the variables of a single exporter.
pub(super) const PREFIX: &str = "ROTEL_CLICKHOUSE_EXPORTER";

/// Custom certificate authorities: one setting for all kinds of exporters.
const CA_VARIABLES: [&str; 2] = ["ROTEL_OTLP_EXPORTER_TLS_CA_FILE", "ROTEL_OTLP_EXPORTER_TLS_CA_PEM"];

/// The Rotel extension's default for the database.
const ROTELS_DATABASE: &str = "otel";

/// A ClickHouse server with ClickStack's tables.
#[derive(Clone, Debug)]
pub struct ClickHouseConfig {
    /// URL of the HTTP interface.
    pub endpoint: Endpoint,
    /// User; ClickHouse's default is `default`.
    pub user: Option<HeaderValue>,
    /// Password, marked as sensitive.
    pub password: Option<HeaderValue>,
    /// Database of the tables.
    pub database: String,
    /// Prefix of the tables' names, without the underscore.
    pub table_prefix: String,
    /// True for LZ4, false for no compression.
    pub lz4: bool,
    /// Whether ClickHouse batches inserts before it stores them.
    pub async_insert: bool,
    /// Whether attributes are of type `JSON`, used if the tables' columns cannot be queried.
    pub json: bool,
    /// Levels of lists and maps that keep their type in `JSON` columns; deeper ones become strings.
    pub json_levels: usize,
    /// Time limit for a whole request.
    pub timeout: Duration,
    /// Trusted certificate authorities.
    pub tls: TlsOptions,
    /// Retries of failed requests.
    pub retry: Retry,
}

/// The settings as written. Intentionally without `Debug`, since they contain keys.
#[derive(Clone)]
pub(super) struct ClickHouseSettings {
    endpoint: RawSetting,
    user: RawSetting,
    password: RawSetting,
    database: Defaulted,
    table_prefix: Defaulted,
    compression: Defaulted,
    async_insert: Defaulted,
    enable_json: Defaulted,
    nested_depth: Defaulted,
    timeout: Defaulted,
    authorities: RawSetting,
    retry: RetrySettings,
}

impl ClickHouseSettings {
    /// Reads the variables that begin with `prefix`.
    pub(super) fn read(reader: &mut Reader<'_>, prefix: &str) -> Self {
        let name = |parameter: &str| format!("{prefix}_{parameter}");
        let authorities = ["TLS_CA_FILE", "TLS_CA_PEM"].map(name);
        let authorities = authorities.into_iter().chain(CA_VARIABLES.map(str::to_owned));
        let endpoint = RawSetting::first(reader, &[name("ENDPOINT")], |name, text| {
            parse_endpoint(name, text).map(drop)
        });
        let database = default_database(reader);
        let mut defaulted = |parameter: &str, setting, check: fn(&str) -> Result<(), String>| {
            Defaulted::read(reader, name(parameter), setting, check)
        };
        let any = |_: &str| Ok(());
        let boolean = |text: &str| parse_boolean(text).map(drop);
        Self {
            endpoint,
            database: Defaulted {
                default: database,
                ..defaulted("DATABASE", &ROTEL_CLICKHOUSE_EXPORTER_DATABASE, any)
            },
            table_prefix: defaulted("TABLE_PREFIX", &ROTEL_CLICKHOUSE_EXPORTER_TABLE_PREFIX, any),
            compression: defaulted("COMPRESSION", &ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION, |text| {
                parse_choice(&ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION, text).map(drop)
            }),
            async_insert: defaulted("ASYNC_INSERT", &ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT, boolean),
            enable_json: defaulted("ENABLE_JSON", &ROTEL_CLICKHOUSE_EXPORTER_ENABLE_JSON, boolean),
            nested_depth: defaulted(
                "NESTED_KV_MAX_DEPTH",
                &ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH,
                |text| parse_depth(text).map(drop),
            ),
            timeout: defaulted("REQUEST_TIMEOUT", &ROTEL_CLICKHOUSE_EXPORTER_REQUEST_TIMEOUT, |text| {
                parse_duration(text).map(drop)
            }),
            user: RawSetting::first(reader, &[name("USER")], |_, _| Ok(())),
            password: RawSetting::first(reader, &[name("PASSWORD")], |_, _| Ok(())),
            authorities: RawSetting::first(reader, &authorities.collect::<Vec<_>>(), |_, _| Ok(())),
            retry: RetrySettings::read(reader, |parameter| vec![name(parameter)]),
        }
    }

    pub(super) fn has_endpoint(&self) -> bool {
        self.endpoint.text.is_some()
    }

    /// What to do if there is no endpoint.
    pub(super) fn endpoint_advice(&self) -> String {
        format!(
            "set {} to the URL of ClickHouse's HTTP interface",
            self.endpoint.variable
        )
    }

    /// Substitutes the secrets; an error names the variable and the problem, never a value.
    pub(super) fn resolve(&self, values: &Values) -> Result<ClickHouseConfig, String> {
        let RawSetting { variable, .. } = &self.endpoint;
        let endpoint = self.endpoint.resolve(values, |text| parse_endpoint(variable, text))?;
        let any = |text: &str| Ok::<_, String>(text.to_owned());
        let choice = |text: &str| parse_choice(&ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION, text);
        let authorities = |text: &str| Ok::<_, String>(pem_of(&self.authorities.variable, text));
        let depth = self.nested_depth.or_default(values, parse_depth)?;
        Ok(ClickHouseConfig {
            endpoint: endpoint.ok_or_else(|| self.endpoint_advice())?,
            user: self.user.resolve(values, parse_header)?,
            password: self.password.resolve(values, parse_header)?,
            database: self.database.or_default(values, any)?,
            table_prefix: self.table_prefix.or_default(values, any)?,
            lz4: self.compression.or_default(values, choice)? == "lz4",
            async_insert: self.async_insert.or_default(values, parse_boolean)?,
            json: self.enable_json.or_default(values, parse_boolean)?,
            json_levels: levels(depth),
            timeout: self.timeout.or_default(values, parse_duration)?,
            tls: TlsOptions {
                authorities: self.authorities.resolve(values, authorities)?,
                ..TlsOptions::default()
            },
            retry: self.retry.resolve(values)?,
        })
    }
}

/// ClickStack creates its tables in `default`, Rotel in `otel`.
fn default_database(reader: &Reader<'_>) -> &'static str {
    match reader.is(&CLICKSTACK_COMPAT, "rotel") {
        true => ROTELS_DATABASE,
        false => default_of(&ROTEL_CLICKHOUSE_EXPORTER_DATABASE),
    }
}

/// A setting with a default.
#[derive(Clone)]
struct Defaulted {
    text: RawSetting,
    default: &'static str,
}

impl Defaulted {
    fn read(
        reader: &mut Reader<'_>,
        variable: String,
        setting: &'static Setting,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Self {
        Self {
            text: RawSetting::first(reader, &[variable], |_, text| check(text)),
            default: default_of(setting),
        }
    }

    fn or_default<T>(&self, values: &Values, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, String> {
        match self.text.resolve(values, &parse)? {
            Some(value) => Ok(value),
            None => parse(self.default),
        }
    }
}

fn parse_depth(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "is not a whole number such as 3".to_owned())
}

/// Rotel's depth counts levels within an attribute's own list or map; at 0 even that becomes a string.
fn levels(depth: usize) -> usize {
    match depth {
        0 => 0,
        depth => depth.saturating_add(1),
    }
}

fn parse_header(text: &str) -> Result<HeaderValue, &'static str> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| "contains control characters")?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests;

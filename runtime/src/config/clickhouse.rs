//! The ClickHouse exporter's settings, as they are written and with their secrets filled in.

use std::time::Duration;

use super::otlp::parse_endpoint;
use super::otlp_tls::pem_of;
use super::reader::{Reader, default_of, parse_boolean, parse_choice, parse_duration};
use super::settings::{
    ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT, ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION, ROTEL_CLICKHOUSE_EXPORTER_DATABASE,
    ROTEL_CLICKHOUSE_EXPORTER_ENABLE_JSON, ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT,
    ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH, ROTEL_CLICKHOUSE_EXPORTER_PASSWORD,
    ROTEL_CLICKHOUSE_EXPORTER_REQUEST_TIMEOUT, ROTEL_CLICKHOUSE_EXPORTER_TABLE_PREFIX, ROTEL_CLICKHOUSE_EXPORTER_USER,
    Setting,
};
use super::text::Text;
use crate::http::{Endpoint, HeaderValue, TlsOptions};
use crate::secrets::Values;

const NO_ENDPOINT: &str = "ROTEL_EXPORTER=clickhouse has no endpoint; set ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT to the URL of ClickHouse's HTTP \
     interface";

/// Own certificate authorities: there is one setting for them, whatever the exporter.
const CA_VARIABLES: [&str; 2] = ["ROTEL_OTLP_EXPORTER_TLS_CA_FILE", "ROTEL_OTLP_EXPORTER_TLS_CA_PEM"];

/// A ClickHouse with ClickStack's tables.
#[derive(Clone, Debug)]
pub struct ClickHouseConfig {
    /// URL of the HTTP interface.
    pub endpoint: Endpoint,
    /// User; ClickHouse takes `default` without.
    pub user: Option<HeaderValue>,
    /// Password, marked as sensitive.
    pub password: Option<HeaderValue>,
    /// Database of the tables.
    pub database: String,
    /// What the names of the tables begin with, without the underscore.
    pub table_prefix: String,
    /// True for LZ4, false for no compression.
    pub lz4: bool,
    /// Whether ClickHouse gathers inserts before it stores them.
    pub async_insert: bool,
    /// Whether attributes are of type `JSON` where the tables' columns can't be asked for.
    pub json: bool,
    /// Levels of lists and maps that stay such in `JSON` columns; deeper ones become texts.
    pub json_levels: usize,
    /// Time for one whole request.
    pub timeout: Duration,
    /// Whom to trust.
    pub tls: TlsOptions,
}

/// The settings as they are written. Purposefully without `Debug`, since they hold keys.
#[derive(Clone)]
pub(super) struct ClickHouseSettings {
    pub(super) endpoint: Text,
    user: Text,
    password: Text,
    database: Defaulted,
    table_prefix: Defaulted,
    compression: Defaulted,
    async_insert: Defaulted,
    enable_json: Defaulted,
    nested_depth: Defaulted,
    timeout: Defaulted,
    authorities: Text,
}

impl ClickHouseSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let any = |_: &Setting, _: &str| Ok(());
        let boolean = |_: &Setting, text: &str| parse_boolean(text).map(drop);
        Self {
            endpoint: Text::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT, |_, text| {
                parse_endpoint(text).map(drop)
            }),
            user: Text::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_USER, any),
            password: Text::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_PASSWORD, any),
            database: Defaulted::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_DATABASE, any),
            table_prefix: Defaulted::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_TABLE_PREFIX, any),
            compression: Defaulted::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION, |setting, text| {
                parse_choice(setting, text).map(drop)
            }),
            async_insert: Defaulted::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT, boolean),
            enable_json: Defaulted::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_ENABLE_JSON, boolean),
            nested_depth: Defaulted::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH, |_, text| {
                parse_depth(text).map(drop)
            }),
            timeout: Defaulted::read(reader, &ROTEL_CLICKHOUSE_EXPORTER_REQUEST_TIMEOUT, |_, text| {
                parse_duration(text).map(drop)
            }),
            authorities: Text::first(reader, &CA_VARIABLES.map(str::to_owned), |_, _| Ok(())),
        }
    }

    /// Says what can be known to be missing without secrets.
    pub(super) fn check(&self) -> Result<(), String> {
        match self.endpoint.text {
            Some(_) => Ok(()),
            None => Err(NO_ENDPOINT.to_owned()),
        }
    }

    /// Fills the secrets in; an error names the variable, what is wrong and no value.
    pub(super) fn resolve(&self, values: &Values) -> Result<ClickHouseConfig, String> {
        let endpoint = self.endpoint.resolve(values, parse_endpoint)?;
        let any = |text: &str| Ok::<_, String>(text.to_owned());
        let choice = |text: &str| parse_choice(&ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION, text);
        let authorities = |text: &str| Ok::<_, String>(pem_of(&self.authorities.variable, text));
        let depth = self.nested_depth.or_default(values, parse_depth)?;
        Ok(ClickHouseConfig {
            endpoint: endpoint.ok_or(NO_ENDPOINT)?,
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
        })
    }
}

/// A setting that has a default.
#[derive(Clone)]
struct Defaulted {
    text: Text,
    default: &'static str,
}

impl Defaulted {
    fn read(
        reader: &mut Reader<'_>,
        setting: &'static Setting,
        check: impl Fn(&Setting, &str) -> Result<(), String>,
    ) -> Self {
        Self {
            text: Text::read(reader, setting, check),
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

/// Rotel's depth counts what is within an attribute's own list or map; at 0 even that becomes a text.
fn levels(depth: usize) -> usize {
    match depth {
        0 => 0,
        depth => depth.saturating_add(1),
    }
}

fn parse_header(text: &str) -> Result<HeaderValue, &'static str> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| "has control characters in it")?;
    value.set_sensitive(true);
    Ok(value)
}

//! The settings of the extension. Reading never fails: a bad value is logged as a warning, and the default applies.

mod exporters;
mod logs;
mod reader;
mod receiver;
mod sampling;
mod sending;
#[cfg(test)]
mod testing;

use std::net::SocketAddr;

pub use exporters::Destination;
pub use exporters::clickhouse::ClickHouseConfig;
pub use exporters::exporter::{ExporterConfig, ExporterSettings};
pub use exporters::otlp::OtlpConfig;
pub use exporters::otlp::signal::{OtlpProtocol, OtlpTarget};
pub use exporters::retry::Retry;
pub use logs::LogsConfig;
pub use receiver::ReceiverConfig;
pub use sampling::{Facts, SamplingConfig};
pub use sending::SendingConfig;

use crate::aws::{self, secrets};
use crate::diagnostics::Level;
use crate::environment::settings::Setting;
use crate::environment::{Environment, settings};
use crate::http::Proxies;
use crate::lambda::initialization::InitializationType;
use crate::record::Signal;
use reader::{PREFIX, Reader, parse_boolean};

/// The prefix of settings that Rotel does not have.
const OWN_PREFIX: &str = "CLICKSTACK_";
const DEFAULT_RUNTIME_API: &str = "127.0.0.1:9001";

/// The whole configuration, as far as it is known before secrets are fetched.
#[derive(Clone, Debug)]
pub struct Config {
    /// Host and port of Lambda's runtime API (`AWS_LAMBDA_RUNTIME_API`).
    pub runtime_api: String,
    /// Where the Telemetry API delivers to.
    pub telemetry_address: SocketAddr,
    /// Whether the function's runtime connects to Lambda through the extension.
    pub runtime_proxy: bool,
    /// Which of the function's own telemetry is received, and where.
    pub receiver: ReceiverConfig,
    /// The function, as described by Lambda's environment.
    pub function: FunctionIdentity,
    /// The user's resource attributes, each key once; values may contain secret references, see
    /// [`Config::resource_attributes`].
    pub resource_attributes: Vec<(String, String)>,
    /// The keys of those that take precedence over the function's own SDK.
    pub replacing_attributes: Vec<String>,
    /// The secrets that `ROTEL_*` values refer to.
    pub secret_references: Vec<secrets::Reference>,
    /// The audience of the web identity tokens that exports use as their key; `None` if they do not
    /// (`CLICKSTACK_WEB_IDENTITY_AUDIENCE`).
    pub web_identity_audience: Option<String>,
    /// Where the telemetry goes, with references still unresolved; never empty.
    pub destinations: Vec<Destination>,
    /// Which lines become log records.
    pub logs: LogsConfig,
    /// How telemetry is buffered and sent.
    pub sending: SendingConfig,
    /// Which traces are kept.
    pub sampling: SamplingConfig,
    /// Proxies for exports and AWS calls.
    pub proxies: Proxies,
    /// Credentials and endpoints for AWS.
    pub aws: aws::Context,
    /// Whether Lambda's measurements of invocations are sent as metrics.
    pub platform_metrics: bool,
    /// True when the extension's own log lines are JSON (`AWS_LAMBDA_LOG_FORMAT`).
    pub json_logs: bool,
    /// The lowest level of its own log lines that it writes (`RUST_LOG`).
    pub own_level: Level,
}

/// The function, as described by Lambda's environment variables; missing values are empty or 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionIdentity {
    /// Function name.
    pub name: String,
    /// Function version, `$LATEST` or a number.
    pub version: String,
    /// Configured memory, MB.
    pub memory_mb: u64,
    /// AWS region.
    pub region: String,
    /// CloudWatch log group.
    pub log_group: String,
    /// CloudWatch log stream, which names the execution environment.
    pub log_stream: String,
    /// How its environments are created.
    pub initialization_type: InitializationType,
}

impl Config {
    /// Reads the environment. The second part contains messages for the user: each names the variable, the problem and
    /// its consequence, and never a value that may be secret.
    pub fn parse(environment: &Environment) -> (Self, Vec<String>) {
        let mut reader = Reader::new(environment);
        let runtime_api = environment.get("AWS_LAMBDA_RUNTIME_API").unwrap_or_else(|| {
            reader.warn(format!(
                "AWS_LAMBDA_RUNTIME_API is not set; using {DEFAULT_RUNTIME_API}"
            ));
            DEFAULT_RUNTIME_API
        });
        let json_logs = environment.get("AWS_LAMBDA_LOG_FORMAT");
        let (proxies, warnings) = Proxies::from_variables(|name| environment.get(name));
        for warning in warnings {
            reader.warn(warning);
        }
        let receiver = ReceiverConfig::read(&mut reader);
        let own_ports = receiver.ports();
        let function = FunctionIdentity::read(&mut reader);
        let (resource_attributes, replacing_attributes) = resource_attributes(&mut reader);
        let config = Self {
            runtime_api: runtime_api.to_owned(),
            telemetry_address: reader.address(&settings::ROTEL_TELEMETRY_ENDPOINT),
            receiver,
            function,
            resource_attributes,
            replacing_attributes,
            secret_references: secret_references(&mut reader),
            web_identity_audience: exporters::otlp::preset::audience(&mut reader),
            logs: LogsConfig::read(&mut reader),
            sending: SendingConfig::read(&mut reader),
            sampling: SamplingConfig::read(&mut reader),
            destinations: exporters::read(&mut reader, &own_ports),
            proxies,
            aws: aws::Context::from_environment(environment),
            runtime_proxy: boolean(&mut reader, &settings::CLICKSTACK_RUNTIME_PROXY).unwrap_or(false),
            platform_metrics: boolean(&mut reader, &settings::CLICKSTACK_PLATFORM_METRICS).unwrap_or(true),
            json_logs: json_logs.is_some_and(|format| format.eq_ignore_ascii_case("json")),
            own_level: Level::from_directives(environment.get(settings::RUST_LOG.variable)),
        };
        check_names(&mut reader);
        (config, reader.into_warnings())
    }

    /// Whether exports need a secret or token from AWS.
    pub fn needs_secrets(&self) -> bool {
        !self.secret_references.is_empty() || self.web_identity_audience.is_some()
    }

    /// Whether metrics may refer to spans: both are sent, if not to the same place.
    pub fn links_spans(&self) -> bool {
        let sends = |signal| {
            let mut destinations = self.destinations.iter();
            destinations.any(|destination| destination.signals.contains(&signal))
        };
        sends(Signal::Metrics) && sends(Signal::Traces)
    }

    /// The user's resource attributes with secret references substituted; an error names the missing reference.
    pub fn resource_attributes(&self, values: &secrets::Values) -> Result<Vec<(String, String)>, String> {
        let filled = self.resource_attributes.iter().map(|(key, value)| {
            let value = values
                .substitute(value)
                .map_err(|missing| format!("{}: {missing}", settings::ROTEL_OTEL_RESOURCE_ATTRIBUTES.variable))?;
            Ok((key.clone(), value))
        });
        filled.collect()
    }
}

impl FunctionIdentity {
    fn read(reader: &mut Reader<'_>) -> Self {
        const MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
        let environment = reader.environment();
        let text = |name: &str| environment.get(name).unwrap_or_default().to_owned();
        let memory_mb = environment.get(MEMORY).map_or(0, |memory| {
            memory.parse().unwrap_or_else(|_| {
                reader.warn(format!("{MEMORY} is not a number of MB; treated as not set"));
                0
            })
        });
        let region = environment
            .get("AWS_REGION")
            .or_else(|| environment.get("AWS_DEFAULT_REGION"));
        Self {
            name: text("AWS_LAMBDA_FUNCTION_NAME"),
            version: text("AWS_LAMBDA_FUNCTION_VERSION"),
            memory_mb,
            region: region.unwrap_or_default().to_owned(),
            log_group: text("AWS_LAMBDA_LOG_GROUP_NAME"),
            log_stream: text("AWS_LAMBDA_LOG_STREAM_NAME"),
            initialization_type: InitializationType::named(&text("AWS_LAMBDA_INITIALIZATION_TYPE")),
        }
    }
}

fn boolean(reader: &mut Reader<'_>, setting: &'static Setting) -> Option<bool> {
    reader.value(setting, |_, text| parse_boolean(text))
}

/// In increasing precedence: `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`, `ROTEL_OTEL_RESOURCE_ATTRIBUTES`; and the
/// keys of the last. The function's SDK reads the standard ones itself, and its own code may set others.
fn resource_attributes(reader: &mut Reader<'_>) -> (Vec<(String, String)>, Vec<String>) {
    let mut pairs = reader::list::percent_decoded(reader.pairs("OTEL_RESOURCE_ATTRIBUTES"));
    if let Some(name) = reader.environment().get(settings::OTEL_SERVICE_NAME.variable) {
        pairs.push(("service.name".to_owned(), name.to_owned()));
    }
    let rotels = reader.pairs(settings::ROTEL_OTEL_RESOURCE_ATTRIBUTES.variable);
    let replacing = rotels.iter().map(|(key, _)| key.clone()).collect();
    pairs.extend(rotels);
    let mut attributes: Vec<(String, String)> = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        match attributes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => attributes.push((key, value)),
        }
    }
    (attributes, replacing)
}

fn secret_references(reader: &mut Reader<'_>) -> Vec<secrets::Reference> {
    let mut references = Vec::new();
    for (variable, value) in reader.environment().starting_with(PREFIX) {
        for found in secrets::find_references(variable, value) {
            match found {
                Ok(reference) => references.push(reference),
                Err(reason) => reader.warn(format!("{variable}: a secret reference {reason}; it stays unresolved")),
            }
        }
    }
    references
}

/// One warning for all settings without effect, and one for each unknown name.
fn check_names(reader: &mut Reader<'_>) {
    let mut without_effect = Vec::new();
    let environment = reader.environment();
    let ours = environment.starting_with(OWN_PREFIX);
    for (variable, _) in environment.starting_with(PREFIX).chain(ours) {
        match settings::find(variable) {
            Some(setting) if setting.supported => {}
            Some(_) => without_effect.push(variable),
            None => {
                let advice = match settings::nearest(variable) {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => "it has no effect".to_owned(),
                };
                reader.warn(format!("{variable} is not a setting of this extension; {advice}"));
            }
        }
    }
    if !without_effect.is_empty() {
        let names = without_effect.join(", ");
        reader.warn(format!(
            "these settings of Rotel have no effect in this version: {names}"
        ));
    }
}

#[cfg(test)]
mod tests;

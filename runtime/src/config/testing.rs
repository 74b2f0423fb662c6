//! Settings for tests.

use super::{Config, ExporterConfig, OtlpConfig};
use crate::aws::secrets::{self, Values};
use crate::environment::Environment;

pub(super) const ARN: &str = "arn:aws:ssm:eu-central-1:1:parameter/key";
pub(super) const URL: (&str, &str) = ("ROTEL_OTLP_EXPORTER_ENDPOINT", "https://in.example.com/base/");
pub(super) const HTTP: (&str, &str) = ("ROTEL_OTLP_EXPORTER_PROTOCOL", "http");

pub(super) fn parse(variables: &[(&str, &str)]) -> (Config, Vec<String>) {
    let mut environment = Environment::from([("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")]);
    environment.0.extend(
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    Config::parse(&environment)
}

pub(super) fn warnings(variables: &[(&str, &str)]) -> Vec<String> {
    let blackhole = [("ROTEL_EXPORTER", "blackhole")];
    parse(&[&blackhole[..], variables].concat()).1
}

pub(super) fn is_blackhole(config: &Config) -> bool {
    matches!(
        config.destinations[0].settings.resolve(&Values::default()),
        Ok(ExporterConfig::Blackhole)
    )
}

pub(super) fn value_of(arn: &str, value: &str) -> Values {
    let mut values = Values::default();
    values.insert(&secrets::Reference::parse("V", arn).unwrap(), value);
    values
}

pub(super) fn resolved(config: &Config, values: &Values) -> OtlpConfig {
    match config.destinations[0].settings.resolve(values).unwrap() {
        ExporterConfig::Otlp(otlp) => otlp,
        other => panic!("{other:?}"),
    }
}

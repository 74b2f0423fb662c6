//! The cases that also apply to the package's parsing of settings (settings.cases.json): where logs go, and which
//! secrets are fetched for it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::*;
use crate::aws::secrets::{Values, WebIdentityToken};
use crate::environment::env_file;
use crate::http::HeaderMap;
use crate::record::Signal;

const CASES: &str = include_str!("../../../../settings.cases.json");
const TOKEN: &str = "issued";

fn strings(object: &Value) -> BTreeMap<String, String> {
    let pairs = object.as_object().into_iter().flatten();
    pairs
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn config_of(case: &Value) -> Config {
    let mut variables = strings(&case["environment"]);
    let file = env_file::parse(case["envFile"].as_str().unwrap_or_default(), &variables);
    variables.extend(file.variables);
    Config::parse(&Environment(variables)).0
}

fn values_of(case: &Value, config: &Config) -> Values {
    let secrets = strings(&case["secrets"]);
    let mut values = Values::default();
    for reference in &config.secret_references {
        if let Some(value) = secrets.get(&reference.to_string()) {
            values.insert(reference, value);
        }
    }
    values.with_token(Some(WebIdentityToken::lasting(TOKEN)))
}

fn headers(map: &HeaderMap) -> Map<String, Value> {
    map.iter()
        .map(|(name, value)| (name.as_str().to_owned(), json!(value.to_str().unwrap())))
        .collect()
}

/// Where an exporter sends logs; `None` if it drops them.
fn target(settings: &ExporterSettings, values: &Values) -> Option<Value> {
    match settings.resolve(values).unwrap() {
        ExporterConfig::Blackhole => None,
        ExporterConfig::Otlp(otlp) => {
            let logs = otlp.logs?;
            let kind = if logs.protocol == OtlpProtocol::Http {
                "http"
            } else {
                "grpc"
            };
            let mut target =
                json!({ "kind": kind, "endpoint": logs.endpoint.to_string(), "headers": headers(&logs.headers) });
            let bearer = json!(format!("Bearer {TOKEN}"));
            let sent = target["headers"].as_object_mut().unwrap();
            if sent.get("authorization") == Some(&bearer) {
                sent.remove("authorization");
                target["webIdentity"] = json!(true);
            }
            Some(target)
        }
        ExporterConfig::ClickHouse(clickhouse) => {
            let own = [
                ("x-clickhouse-user", clickhouse.user),
                ("x-clickhouse-key", clickhouse.password),
            ];
            let sent: Map<String, Value> = own
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), json!(value?.to_str().unwrap()))))
                .collect();
            let table = format!("`{}`.`{}_logs`", clickhouse.database, clickhouse.table_prefix);
            let endpoint = clickhouse.endpoint.to_string();
            Some(json!({ "kind": "clickhouse", "endpoint": endpoint, "headers": sent, "table": table }))
        }
    }
}

#[test]
fn the_package_reads_settings_as_the_extension_does() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() > 100);
    let mut wrong = Vec::new();
    for case in &cases {
        let config = config_of(case);
        let values = values_of(case, &config);
        let logs: Vec<Value> = config
            .destinations
            .iter()
            .filter(|destination| destination.signals.contains(&Signal::Logs))
            .filter_map(|destination| target(&destination.settings, &values))
            .collect();
        let references: Vec<String> = config.secret_references.iter().map(ToString::to_string).collect();
        let found = json!({ "logs": logs, "references": references });
        let expected = json!({ "logs": case["logs"], "references": case["references"] });
        if found != expected {
            wrong.push(format!("{}:\n   found {found}\nexpected {expected}", case["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

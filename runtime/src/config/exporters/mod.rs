//! Where the telemetry goes: to one exporter, or to several named ones, each of which gets its own signals.

pub(super) mod clickhouse;
mod endpoint;
pub(super) mod exporter;
pub(super) mod otlp;
mod pem;
pub(super) mod retry;

use super::reader::{PREFIX, Reader, parse_choice};
use crate::environment::settings::{self, ROTEL_EXPORTER, ROTEL_EXPORTERS};
use crate::record::Signal;
use exporter::ExporterSettings;

/// The prefix of the variables of named exporters.
const NAMED_PREFIX: &str = "ROTEL_EXPORTER_";
/// Their name in `settings.json`.
const NAMED_PATTERN: &str = "ROTEL_EXPORTER_{NAME}_{PARAM}";

/// One exporter and its signals.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Its name; its kind if the user set none.
    pub name: String,
    /// The signals that it receives.
    pub signals: Vec<Signal>,
    /// Its settings.
    pub settings: ExporterSettings,
}

/// Reads `ROTEL_EXPORTERS` (`name:kind,name:kind`; a kind alone is its own name) with `ROTEL_EXPORTERS_{SIGNAL}` and
/// `ROTEL_EXPORTER_{NAME}_*`, or otherwise the settings of a single exporter. There is always at least one.
pub(super) fn read(reader: &mut Reader<'_>, own_ports: &[u16]) -> Vec<Destination> {
    let environment = reader.environment();
    let named = match environment.get(ROTEL_EXPORTERS.variable) {
        Some(list) => read_names(reader, list),
        None => Vec::new(),
    };
    warn_of_strays(reader, &named);
    if named.is_empty() {
        return vec![Destination {
            name: "exporter".to_owned(),
            signals: Signal::ALL.to_vec(),
            settings: ExporterSettings::read(reader, own_ports),
        }];
    }
    if environment.get(ROTEL_EXPORTER.variable).is_some() {
        reader.warn(format!(
            "{} has no effect while {} is set",
            ROTEL_EXPORTER.variable, ROTEL_EXPORTERS.variable
        ));
    }
    let routes = read_routes(reader, &named);
    let prefixes: Vec<String> = named.iter().map(|(name, _)| prefix_of(name)).collect();
    let destinations = named.into_iter().map(|(name, kind)| {
        let signals: Vec<Signal> = Signal::ALL
            .into_iter()
            .zip(&routes)
            .filter(|(_, names)| names.contains(&name))
            .map(|(signal, _)| signal)
            .collect();
        if signals.is_empty() {
            reader.warn(format!(
                "the exporter {name} of {} receives nothing: add it to ROTEL_EXPORTERS_LOGS, ROTEL_EXPORTERS_TRACES or \
                 ROTEL_EXPORTERS_METRICS",
                ROTEL_EXPORTERS.variable
            ));
        }
        let prefix = prefix_of(&name);
        check_parameters(reader, &prefix, kind, &prefixes);
        let settings = ExporterSettings::read_named(reader, (&name, kind), &prefix, &signals, own_ports);
        Destination {
            name,
            signals,
            settings,
        }
    });
    destinations.collect()
}

fn prefix_of(name: &str) -> String {
    format!("{NAMED_PREFIX}{}", name.to_uppercase())
}

/// Names and kinds in their order; an invalid entry is a warning.
fn read_names(reader: &mut Reader<'_>, list: &str) -> Vec<(String, &'static str)> {
    let mut named: Vec<(String, &'static str)> = Vec::new();
    for (index, entry) in list.split(',').enumerate() {
        let entry = entry.trim();
        let (name, kind) = entry.split_once(':').unwrap_or((entry, entry));
        let (name, kind) = (name.trim(), kind.trim());
        let reason = match parse_choice(&ROTEL_EXPORTER, kind) {
            _ if name.is_empty() => "has no name".to_owned(),
            _ if named.iter().any(|(known, _)| known == name) => format!("repeats the name {name}"),
            Ok(kind @ ("otlp" | "clickhouse" | "blackhole")) => {
                named.push((name.to_owned(), kind));
                continue;
            }
            Ok(kind) => format!("is of the kind {kind}, which this extension does not support"),
            Err(reason) => format!("has an unknown kind: {reason}"),
        };
        let place = index + 1;
        reader.warn(format!("{}: entry {place} {reason}; ignored", ROTEL_EXPORTERS.variable));
    }
    named
}

/// The names of the exporters for each signal. If no signal has a list, all exporters get everything.
fn read_routes(reader: &mut Reader<'_>, named: &[(String, &'static str)]) -> [Vec<String>; 3] {
    let environment = reader.environment();
    let variables = Signal::ALL.map(|signal| format!("ROTEL_EXPORTERS_{}", signal.name().to_ascii_uppercase()));
    if variables.iter().all(|variable| environment.get(variable).is_none()) {
        return Signal::ALL.map(|_| named.iter().map(|(name, _)| name.clone()).collect());
    }
    variables.map(|variable| {
        let Some(list) = environment.get(&variable) else {
            reader.warn(format!(
                "{variable} is not set, although another signal names its exporters; this signal is dropped"
            ));
            return Vec::new();
        };
        let mut names = Vec::new();
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match named.iter().any(|(known, _)| known == name) {
                true => names.push(name.to_owned()),
                false => reader.warn(format!("{variable}: {name} is not in ROTEL_EXPORTERS; ignored")),
            }
        }
        names
    })
}

/// Warns about variables for exporters that are not listed.
fn warn_of_strays(reader: &mut Reader<'_>, named: &[(String, &'static str)]) {
    let begins: Vec<String> = named.iter().map(|(name, _)| format!("{}_", prefix_of(name))).collect();
    let strays: Vec<String> = reader
        .environment()
        .starting_with(NAMED_PREFIX)
        .map(|(variable, _)| variable.to_owned())
        .filter(|variable| settings::find(variable).is_some_and(|setting| setting.variable == NAMED_PATTERN))
        .filter(|variable| !begins.iter().any(|begin| variable.starts_with(begin)))
        .collect();
    for variable in strays {
        reader.warn(format!(
            "{variable} belongs to no exporter of {}; it has no effect",
            ROTEL_EXPORTERS.variable
        ));
    }
}

/// Warns about variables that have an exporter's prefix but are not parameters of its kind. `prefixes` are those of all
/// exporters: if one name begins with another, the longer one's variables are its own.
fn check_parameters(reader: &mut Reader<'_>, prefix: &str, kind: &str, prefixes: &[String]) {
    let like = match kind {
        "otlp" => otlp::names::PREFIX,
        "clickhouse" => clickhouse::PREFIX,
        _ => return,
    };
    let begin = format!("{prefix}_");
    let of_a_longer_name = |variable: &str| {
        let mut longer = prefixes.iter().filter(|other| other.starts_with(&begin));
        longer.any(|other| variable.starts_with(&format!("{other}_")))
    };
    let variables: Vec<String> = reader
        .environment()
        .starting_with(PREFIX)
        .filter(|(variable, _)| !of_a_longer_name(variable))
        .filter_map(|(variable, _)| variable.strip_prefix(&begin).map(str::to_owned))
        .collect();
    for parameter in variables {
        let known = settings::find(&format!("{like}_{parameter}"));
        match known {
            Some(setting) if setting.supported => {}
            // The OTLP exporter's certificate authority settings also apply to ClickHouse.
            None if kind == "clickhouse" && parameter.starts_with("TLS_CA_") => {}
            Some(_) => reader.warn(format!("{begin}{parameter} has no effect in this version")),
            None => {
                let advice = match settings::nearest(&format!("{like}_{parameter}")) {
                    Some(near) => format!("did you mean {}?", near.replacen(like, prefix, 1)),
                    None => "it has no effect".to_owned(),
                };
                reader.warn(format!(
                    "{begin}{parameter} is not a setting of a {kind} exporter; {advice}"
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Inputs that were reported as handled wrongly, tested with the real executable.
//!
//! Each file of `fixtures/reports` is a kind: its description, and cases with a function's records and the expected
//! result. Kinds that are a scenario rather than lines (a backend's answers, certificates, requests of an SDK) name
//! their tests. `REPORTED_INPUTS=folder cargo test --test reported_inputs` replays inputs from elsewhere: folders that
//! each have an `input.json` of one case.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::intake::{attribute, body, hex};
use crate::support::{Lambda, request_id, run, started};
use clickstack_extension::otlp::messages::logs::LogRecord;
use serde::Deserialize;
use serde_json::Value;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Lines, and the expected result.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default)]
    case: String,
    /// Variables of the function's environment.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// A string stands for a text record, an object for a JSON record; `{"raw": "…"}` is put into the batch unchanged.
    /// `$ID` is the invocation's request id, `$LOCAL` the current time in the time zone of `env`.
    records: Vec<Value>,
    /// One for each log record, in order.
    expect: Vec<Expected>,
}

/// Expectations for a log record; anything that is not listed may have any value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Its severity text; "" for none.
    severity: Option<String>,
    body: Option<String>,
    /// Body, attributes or ids contain this.
    holds: Option<String>,
    /// The record's trace id.
    trace: Option<String>,
    /// `exception.type`.
    exception: Option<String>,
    /// The record's time differs from its arrival by at most this many seconds.
    within: Option<u64>,
    /// No attribute is duplicated.
    #[serde(default)]
    unique: bool,
}

/// A file of `fixtures/reports`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    /// The common property of the inputs, and what is expected.
    kind: String,
    #[serde(default)]
    cases: Vec<Case>,
    /// Names of the tests of a scenario.
    #[serde(default)]
    tests: Vec<String>,
}

impl Expected {
    /// Deviations from the expectations, for a record that arrived at this time.
    fn faults(&self, log: &LogRecord, arrival: u64) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |what: &str, found: Option<String>, expected: &Option<String>| {
            if expected.is_some() && found != *expected {
                faults.push(format!("{what} is {found:?}, not {expected:?}"));
            }
        };
        check("severity", Some(log.severity_text.clone()), &self.severity);
        check("body", Some(body(log)), &self.body);
        check("trace", Some(hex(&log.trace_id)), &self.trace);
        let exception = attribute(&log.attributes, "exception.type");
        check("exception.type", exception, &self.exception);
        if let Some(text) = &self.holds {
            let ids = [hex(&log.trace_id), hex(&log.span_id)].join(" ");
            let is_there = ids.contains(text) || format!("{:?} {:?}", log.body, log.attributes).contains(text);
            if !is_there {
                faults.push(format!("{text:?} is nowhere"));
            }
        }
        let seconds = log.time_unix_nano.abs_diff(arrival) / NANOS_PER_SECOND;
        if self.within.is_some_and(|most| seconds > most) {
            faults.push(format!("its time is {seconds} s away"));
        }
        let keys: BTreeSet<&String> = log.attributes.iter().map(|attribute| &attribute.key).collect();
        if self.unique && keys.len() < log.attributes.len() {
            faults.push("an attribute is there twice".to_owned());
        }
        faults
    }
}

/// The time now in a time zone, as `2026-11-29T09:36:03`.
fn local_time(zone: &str) -> String {
    let date = Command::new("date")
        .arg("+%Y-%m-%dT%H:%M:%S")
        .env("TZ", zone)
        .output()
        .unwrap();
    String::from_utf8(date.stdout).unwrap().trim().to_owned()
}

/// The batch of events as Lambda delivers it, the records written as they are.
fn batch(lambda: &Lambda, id: &str, case: &Case) -> String {
    let mut events = vec![lambda.start_event(id).to_string()];
    for record in &case.records {
        let raw = record.get("raw").and_then(Value::as_str);
        let record = raw.map_or_else(|| record.to_string(), str::to_owned);
        let event = lambda.event("function", Value::from("$RECORD")).to_string();
        events.push(event.replace("\"$RECORD\"", &record));
    }
    events.push(lambda.done_event(id, "success").to_string());
    let zone = case.env.get("TZ").map_or("UTC", String::as_str);
    format!("[{}]", events.join(","))
        .replace("$ID", id)
        .replace("$LOCAL", &local_time(zone))
}

/// Deviations from the expectations if a function writes these records in one invocation.
async fn faults_of(case: &Case) -> Vec<String> {
    let variables: Vec<(&str, &str)> = case.env.iter().map(|(name, value)| (&**name, &**value)).collect();
    let (lambda, intake, _extension) = started(&variables).await;
    let id = request_id(1);
    lambda.invoke(&id, Duration::from_secs(30));
    let arrival = crate::support::lambda::now_ms() * 1_000_000;
    assert_eq!(lambda.deliver_raw(batch(&lambda, &id, case)).await, 200);
    lambda.asked(2).await;
    let logs: Vec<LogRecord> = intake.logs().into_iter().map(|(_, log)| log).collect();
    let numbered = logs.iter().zip(&case.expect).enumerate();
    let mut faults: Vec<String> = numbered
        .flat_map(|(place, (log, expected))| {
            let faults = expected.faults(log, arrival).into_iter();
            faults.map(move |fault| format!("record {place}: {fault}"))
        })
        .collect();
    if logs.len() != case.expect.len() {
        let bodies: Vec<String> = logs.iter().map(body).collect();
        faults.push(format!(
            "{} records, not {}: {bodies:#?}",
            logs.len(),
            case.expect.len()
        ));
    }
    faults
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reports")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// The cases of this repository, or of the folder that `REPORTED_INPUTS` names, with their titles.
fn cases() -> Vec<(String, Case)> {
    if let Some(folder) = std::env::var_os("REPORTED_INPUTS") {
        let inputs = files(Path::new(&folder)).into_iter().filter_map(|path| {
            let text = fs::read_to_string(path.join("input.json")).ok()?;
            Some((stem(&path), serde_json::from_str(&text).unwrap()))
        });
        return inputs.collect();
    }
    let kinds = files(&fixtures()).into_iter().map(|path| {
        let kind: Kind = serde_json::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (stem(&path), kind)
    });
    let titled = kinds.flat_map(|(name, kind)| {
        let titled = move |case: Case| (format!("{name}, {}", case.case), case);
        kind.cases.into_iter().map(titled)
    });
    titled.collect()
}

#[test]
fn reported_inputs_arrive_with_their_meaning() {
    let cases = cases();
    assert!(!cases.is_empty());
    let mut faults = Vec::new();
    for (title, case) in cases {
        run(async {
            let found = faults_of(&case).await;
            faults.extend(found.into_iter().map(|fault| format!("{title}: {fault}")));
        });
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The source of every test of the extension.
fn sources(folder: &Path, text: &mut String) {
    for path in files(folder) {
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_kind_has_cases_or_tests() {
    let mut source = String::new();
    for folder in ["src", "tests"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut source);
    }
    for path in files(&fixtures()) {
        let kind: Kind = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(!kind.kind.is_empty(), "{} says what it is", path.display());
        let examples = kind.cases.len() + kind.tests.len();
        assert!(examples > 0, "{} has no example", path.display());
        for name in kind.tests {
            assert!(
                source.contains(&format!("fn {name}()")),
                "{}: there is no test {name}",
                path.display()
            );
        }
    }
}

//! Stack traces of every language between ordinary lines, an event for each line.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use crate::convert::join::Joiner;
use crate::convert::logs;
use crate::record::Origin;

/// The line that ends a case of the fixtures.
const ORDINARY: &str = "an ordinary line";

type Trace = (Vec<String>, String);

static TRACES: LazyLock<Vec<Trace>> = LazyLock::new(traces);

/// The lines of each trace of the fixtures, and the body of the resulting record.
fn traces() -> Vec<Trace> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/libraries");
    let mut traces = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path())
            .unwrap()
            .replace("$ID", "1f0c7a52-6d1e-4b7e-9a35-2f1d6c0b8e44");
        let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
        for case in cases {
            let lines: Option<Vec<String>> = case["records"].as_array().unwrap().iter().map(text_of).collect();
            let logs = case["logs"].as_array().unwrap();
            if let (Some(lines), [log, last]) = (lines, &logs[..]) {
                let body = log["body"].as_str().unwrap();
                // An object is joined too, but its body is its message.
                if last["body"] == ORDINARY && body.lines().count() == lines.len() - 1 {
                    traces.push((lines[..lines.len() - 1].to_vec(), body.to_owned()));
                }
            }
        }
    }
    assert!(traces.len() > 30, "{} traces", traces.len());
    traces
}

fn text_of(record: &Value) -> Option<String> {
    record.as_str().map(|line| line.trim_end_matches('\n').to_owned())
}

fn bodies<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let (mut kept, mut joiner) = (Vec::new(), Joiner::default());
    for (number, line) in lines.into_iter().enumerate() {
        let log = logs::from_text(Origin::Function, number as u64 + 1, &format!("{line}\n"));
        joiner.offer(log, &mut |log| kept.push(log.body));
    }
    joiner.close(&mut |log| kept.push(log.body));
    kept
}

proptest! {
    #[test]
    fn ordinary_lines_stay_apart_and_traces_whole(
        parts in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::collection::vec("[a-z]{3,8} [0-9]{1,3}( [a-z]{2,8}){0,3}", 1..4)),
            1..6,
        ),
    ) {
        let traces = &*TRACES;
        let (mut lines, mut expected) = (vec!["before".to_owned()], vec!["before".to_owned()]);
        for (pick, ordinary) in parts {
            let (trace, body) = &traces[pick.index(traces.len())];
            lines.extend(trace.iter().cloned());
            expected.push(body.clone());
            lines.extend(ordinary.iter().cloned());
            expected.extend(ordinary);
        }
        prop_assert_eq!(bodies(lines.iter().map(String::as_str)), expected);
    }

    #[test]
    fn lines_of_different_traces_lose_nothing(picks in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 0..30)) {
        let traces = &*TRACES;
        let lines: Vec<&str> = picks
            .iter()
            .map(|(trace, line)| {
                let (lines, _) = &traces[trace.index(traces.len())];
                lines[line.index(lines.len())].as_str()
            })
            .collect();
        let shown = bodies(lines.iter().copied()).join("\n");
        for line in lines {
            let plain = crate::convert::syntax::ansi::strip(line);
            // Ruby's layout leaves the body.
            let message = plain.split("-- : ").last().unwrap().trim();
            prop_assert!(shown.contains(message), "{} is lost in {}", message, shown);
        }
    }
}

//! Lines of functions, each as a separate event.

use clickstack_extension::convert::logs;
use clickstack_extension::record::Origin;
use serde_json::{Value, json};

use super::telemetry::{REQUEST_ID, nothing_is_lost};

/// The maximum memory of a record per byte of its line, and its minimum.
const PER_BYTE: usize = 100;
const AT_LEAST: usize = 1024;

/// Line breaks of `data` separate the events. A line that begins with `\u{1}` stands for the platform's events.
pub fn check(data: &[u8]) {
    let input = String::from_utf8_lossy(data);
    let mut marks = 0;
    let mut events = Vec::new();
    for line in input.split('\n') {
        alone(line);
        if line.contains("<#") {
            continue;
        }
        let (kind, record) = match line.strip_prefix('\u{1}') {
            None => {
                marks += 1;
                ("function", Value::from(format!("{line}<#{marks}#>\n")))
            }
            Some("done") => (
                "platform.runtimeDone",
                json!({"requestId": REQUEST_ID, "status": "success"}),
            ),
            Some(id) => (
                "platform.start",
                json!({"requestId": if id.is_empty() { REQUEST_ID } else { id }}),
            ),
        };
        events.push(json!({"time": "2026-11-23T16:03:31.000Z", "type": kind, "record": record}));
    }
    nothing_is_lost(&(events, marks));
}

/// One line, as text and as JSON: its record is not much larger.
fn alone(line: &str) {
    for record in [Value::from(line).to_string(), line.to_owned()] {
        let log = logs::from_line(Origin::Function, 42, &record);
        assert!(log.size() <= PER_BYTE * record.len() + AT_LEAST, "{} bytes", log.size());
    }
}

//! More telemetry at once than fits into the buffer: it is sent while the function runs, and Lambda holds the rest.

use std::collections::HashSet;
use std::time::Duration;

use crate::support::intake::body;
use crate::support::{request_id, run, started};
use serde_json::Value;

const BATCHES: usize = 60;
const LINES: usize = 1_000;

/// About 400 bytes, so that all of them are three times the buffer of a 128 MB function.
fn line(batch: usize, number: usize) -> String {
    format!("line {batch}/{number} {}\n", "of a chatty function ".repeat(18))
}

#[test]
fn a_burst_of_three_buffers_arrives_whole() {
    run(async {
        let (lambda, intake, extension) = started(&[]).await;
        let lines = |batch| (0..LINES).map(move |number| line(batch, number));
        let events = |batch| lines(batch).map(|line| lambda.line(&line)).collect::<Vec<Value>>();
        let bodies: Vec<String> = (0..BATCHES)
            .map(|batch| Value::from(events(batch)).to_string())
            .collect();
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(60));
        lambda.deliver(&[lambda.start_event(&id)]).await;
        // Slower than the lines arrive, like a distant backend.
        intake.delay(Duration::from_millis(100));
        for body in bodies {
            assert_eq!(lambda.deliver_raw(body).await, 200);
        }
        lambda.deliver(&[lambda.done_event(&id, "success")]).await;
        lambda.asked(2).await;
        let arrived: Vec<String> = intake.logs().iter().map(|(_, log)| body(log)).collect();
        assert_eq!(arrived.len(), BATCHES * LINES, "{}", extension.output());
        let distinct: HashSet<&str> = arrived.iter().map(String::as_str).collect();
        assert_eq!(distinct.len(), arrived.len());
    });
}

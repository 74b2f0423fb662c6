//! Durable functions: invocations of an execution in one trace, and lines that a replay repeats.

use std::time::Duration;

use crate::support::intake::{attribute, body, hex};
use crate::support::{Lambda, request_id, run, started};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:lambda:us-east-2:123456789012:function:orders:1/durable-execution/order-7/5a1f";

/// The line of the JavaScript SDK's logger, as Lambda delivers it in the text format.
fn logged(lambda: &Lambda, id: &str, message: &str, step: &str) -> Value {
    let record = json!({
        "requestId": id, "timestamp": "2026-11-29T12:00:00.000Z", "level": "INFO", "executionArn": ARN,
        "operationId": step, "operationName": "charge", "attempt": 1, "message": message
    });
    lambda.line(&record.to_string())
}

/// The invocations of an execution that was suspended once, each with its own trace header, which is not sampled.
async fn execution(lambda: &Lambda) {
    let init =
        json!({"initializationType": "on-demand", "phase": "init", "runtimeVersion": "nodejs:24.DurableFunction.v10"});
    lambda.deliver(&[lambda.event("platform.initStart", init)]).await;
    for (number, lines) in [
        (
            1,
            [("start", None), ("charged", Some("o-1")), ("waiting", None), ("", None)],
        ),
        (
            2,
            [
                ("start", None),
                ("waiting", None),
                ("shipped", Some("o-2")),
                ("done", None),
            ],
        ),
    ] {
        let (id, asked) = (request_id(number), lambda.times_asked());
        let header = format!("Root=1-5759e98{number}-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0");
        lambda.invoke_with(&id, Duration::from_secs(30), &header);
        let mut start = lambda.start_event(&id);
        start["record"]["tracing"]["value"] = header.into();
        let mut events = vec![start];
        for (message, step) in lines.into_iter().filter(|(message, _)| !message.is_empty()) {
            events.push(match step {
                Some(step) => logged(lambda, &id, message, step),
                None => lambda.line(message),
            });
        }
        events.push(lambda.done_event(&id, "success"));
        lambda.deliver(&events).await;
        lambda.asked(asked + 1).await;
        lambda.deliver(&[lambda.report_event(&id, "success")]).await;
    }
}

#[test]
fn an_execution_is_one_trace_and_its_repeated_lines_are_marked() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        execution(&lambda).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        let arn = Some(ARN.to_owned());
        let spans = intake.spans();
        let root = &spans.iter().find(|(_, span)| span.parent_span_id.is_empty()).unwrap().1;
        let mut below = Vec::new();
        for (_, span) in &spans {
            assert_eq!(hex(&span.trace_id), hex(&root.trace_id), "{}", span.name);
            assert_eq!(
                attribute(&span.attributes, "durable.execution.arn"),
                arn,
                "{}",
                span.name
            );
            if span.parent_span_id == root.span_id {
                below.push(span.name.as_str());
            }
        }
        assert_eq!(
            (root.name.as_str(), below),
            ("orders durable execution", vec!["orders"; 2])
        );
        let mut replayed = Vec::new();
        for (_, log) in intake.logs() {
            assert_eq!(hex(&log.trace_id), hex(&root.trace_id), "{}", body(&log));
            assert_eq!(
                attribute(&log.attributes, "durable.execution.arn"),
                arn,
                "{}",
                body(&log)
            );
            if attribute(&log.attributes, "durable.replayed").is_some() {
                assert_eq!(attribute(&log.attributes, "faas.invocation_id"), Some(request_id(2)));
                replayed.push(body(&log));
            }
        }
        replayed.sort();
        assert_eq!(replayed, ["start", "waiting"]);
        let charged = intake
            .logs()
            .into_iter()
            .find(|(_, log)| body(log) == "charged")
            .unwrap()
            .1;
        assert_eq!(
            attribute(&charged.attributes, "durable.operation.id").as_deref(),
            Some("o-1")
        );
        assert_eq!(
            attribute(&charged.attributes, "durable.operation.name").as_deref(),
            Some("charge")
        );
        assert_eq!(
            attribute(&charged.attributes, "durable.attempt.number").as_deref(),
            Some("IntValue(1)")
        );
        let points = intake.metric_attributes();
        let invocations = points.iter().find(|(name, _)| name == "faas.invocations").unwrap();
        assert_eq!(attribute(&invocations.1, "durable.execution.arn"), arn);
    });
}

#[test]
fn repeated_lines_are_left_out_if_the_user_wants_it() {
    run(async {
        let drop = ("CLICKSTACK_REPLAYED_LOGS", "drop");
        let (lambda, intake, _extension) = started(&[drop]).await;
        execution(&lambda).await;
        assert_eq!(intake.bodies(), ["charged", "done", "shipped", "start", "waiting"]);
    });
}

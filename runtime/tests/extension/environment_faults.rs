//! Faults around the extension cost at most telemetry, never an invocation.

use std::time::Duration;

use crate::support::intake::attribute;
use crate::support::{Extension, Lambda, request_id, run, started, until};
use serde_json::json;

#[test]
fn a_taken_receiver_port_switches_off_that_receiver_alone() {
    run(async {
        let taken = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let receiver = ("ROTEL_OTLP_HTTP_ENDPOINT", &*address);
        let (lambda, intake, extension) = started(&[receiver]).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
        assert_eq!(extension.lines_with("receiver is off"), 1);
        assert_eq!(extension.lines_with(&address), 1);
    });
}

#[test]
fn a_taken_telemetry_port_is_replaced_by_a_free_one() {
    run(async {
        let taken = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let listener = ("ROTEL_TELEMETRY_ENDPOINT", &*address);
        let (lambda, intake, _extension) = started(&[listener]).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), ["one"]);
    });
}

#[test]
fn malformed_batches_lose_only_what_is_malformed() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        assert_eq!(lambda.deliver_raw("this is not JSON").await, 200);
        assert_eq!(lambda.deliver_raw(String::new()).await, 200);
        let (start, one, two) = (lambda.start_event(&id), lambda.line("one"), lambda.line("two"));
        let strange = r#"{"time":"soon","type":"platform.unheardOf","record":{}}"#;
        let body = format!(r#"[{start},{one},{strange},{{"time":1,"type":2}},{{"time":"cut","type":"fun,{two}"#);
        assert_eq!(lambda.deliver_raw(body).await, 200);
        lambda.deliver(&[lambda.done_event(&id, "success")]).await;
        lambda.asked(2).await;
        assert_eq!(
            intake.bodies(),
            ["one", "telemetry records lost: 3 (malformed 3)", "two"]
        );
        assert!(extension.is_running());
        assert_eq!(extension.lines_with("could not be read"), 1);
    });
}

#[test]
fn without_a_telemetry_api_invocations_are_not_held_up() {
    run(async {
        for status in [202, 500] {
            let lambda = Lambda::start_with(&[("2025-01-29", status)]).await;
            let mut extension = Extension::start(&lambda.address(), &[]);
            lambda.asked(1).await;
            // platform.runtimeDone never arrives.
            lambda.invoke(&request_id(1), Duration::from_secs(600));
            lambda.asked(2).await;
            assert_eq!(extension.lines_with("logs cannot be received"), 1);
            lambda.shutdown("spindown");
            assert_eq!(extension.ended().await, 0);
        }
    });
}

#[test]
fn a_deadline_without_an_end_of_the_invocation_is_kept() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_millis(400));
        lambda.deliver(&[lambda.start_event(&id), lambda.line("begun")]).await;
        lambda.asked(2).await;
        lambda.shutdown("timeout");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["Task timed out", "begun"]);
    });
}

#[test]
fn an_invocation_that_ran_out_of_memory_leaves_a_record_and_a_failed_span() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        lambda.deliver(&[lambda.start_event(&id), lambda.line("begun")]).await;
        let done = json!({"requestId": id, "status": "error", "errorType": "Runtime.ExitError",
            "metrics": {"durationMs": 12.5, "producedBytes": 0}});
        let report = json!({"requestId": id, "status": "error", "errorType": "Runtime.ExitError",
            "metrics": {"durationMs": 12.5, "billedDurationMs": 13, "memorySizeMB": 128, "maxMemoryUsedMB": 128}});
        lambda.deliver(&[lambda.event("platform.runtimeDone", done)]).await;
        lambda.asked(2).await;
        // Lambda ends such an environment; the report is among the last events.
        lambda.deliver(&[lambda.event("platform.report", report)]).await;
        lambda.shutdown("failure");
        assert_eq!(extension.ended().await, 0);
        let bodies = intake.bodies();
        for expected in ["Out of memory: 128 MB of 128 MB were used", "begun"] {
            assert!(bodies.iter().any(|body| body == expected), "{expected} in {bodies:?}");
        }
        for (_, log) in intake.logs() {
            assert_eq!(attribute(&log.attributes, "faas.invocation_id"), Some(id.clone()));
        }
        let (_, span) = intake.spans().remove(0);
        assert_eq!(
            span.status.unwrap().message,
            "Runtime.OutOfMemory: Out of memory: 128 MB of 128 MB were used"
        );
    });
}

/// An init phase in which this line is written, and that ends with this report.
async fn init_phase(lambda: &Lambda, line: &str, report: serde_json::Value) {
    lambda
        .deliver(&[
            lambda.event(
                "platform.initStart",
                json!({"initializationType": "on-demand", "phase": "init"}),
            ),
            lambda.line(line),
            lambda.event("platform.initReport", report),
        ])
        .await;
}

#[test]
fn an_init_phase_that_fails_leaves_its_lines_a_record_and_a_span() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        let failed = json!({"initializationType": "on-demand", "phase": "init", "status": "error",
            "errorType": "Runtime.ImportModuleError", "metrics": {"durationMs": 80.0}});
        init_phase(&lambda, "Cannot find module 'orders'", failed).await;
        lambda.shutdown("failure");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(
            intake.bodies(),
            [
                "Cannot find module 'orders'",
                "The init phase failed: Runtime.ImportModuleError"
            ]
        );
        let spans = intake.spans();
        assert_eq!(spans.len(), 1);
        let span = &spans[0].1;
        assert_eq!((&*span.name, &*span.parent_span_id), ("init", &[][..]));
        assert_eq!(
            span.end_time_unix_nano - span.start_time_unix_nano,
            80_000_000,
            "as the report says"
        );
        assert_eq!(
            span.status.as_ref().unwrap().message,
            "Runtime.ImportModuleError: The handler's module could not be loaded"
        );
        assert_eq!(span.events[0].name, "exception");
        for (_, log) in intake.logs() {
            assert_eq!((&log.trace_id, &log.span_id), (&span.trace_id, &span.span_id));
        }
    });
}

#[test]
fn an_environment_that_no_invocation_reached_has_no_span() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        let done = json!({"initializationType": "on-demand", "phase": "init", "status": "success",
            "metrics": {"durationMs": 80.0}});
        init_phase(&lambda, "warm", done).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["warm"]);
        assert!(intake.spans().is_empty());
        assert!(intake.logs()[0].1.trace_id.is_empty());
    });
}

#[test]
fn bad_settings_are_said_and_survived() {
    run(async {
        let lambda = Lambda::start().await;
        let variables = [
            ("ROTEL_OTLP_EXPORTER_ENDPOINT", "not a url"),
            ("ROTEL_OTLP_EXPORTER_PROTOCOL", "http"),
        ];
        let mut extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["x".into()]).await;
        assert!(extension.output().contains("ROTEL_OTLP_EXPORTER_ENDPOINT"));
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
    });
}

#[test]
fn own_lines_in_json_are_never_fed_back() {
    run(async {
        let variables = [("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("ROTEL_NO_SUCH_SETTING", "1")];
        let (lambda, intake, extension) = started(&variables).await;
        until("the warning", || extension.output().contains("ROTEL_NO_SUCH_SETTING")).await;
        let own: serde_json::Value = serde_json::from_str(extension.output().lines().next().unwrap()).unwrap();
        lambda.deliver(&[lambda.event("extension", own)]).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), ["one"]);
    });
}

#[test]
fn without_lambda_it_ends_and_says_why() {
    run(async {
        // Not a free port either: another test could use it in the meantime.
        let mut extension = Extension::start("127.0.0.1:1", &[]);
        assert_eq!(extension.ended().await, 1);
        assert_eq!(extension.lines_with("could not register"), 1);
    });
}

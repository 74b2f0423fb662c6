use super::*;
use crate::convert::logs::from_line;

fn of(record: serde_json::Value) -> Option<Reason> {
    Reason::of_line(&from_line(Origin::Function, 42, &record.to_string()))
}

#[test]
fn errors_that_runtimes_report_are_reasons() {
    let node = "2026-11-23T16:03:18.969Z\tr\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"the order has no customer\",\"stack\":[\"TypeError: x\",\"    at y\"]}\n";
    let python =
        "[ERROR] KeyError: 'id'\nTraceback (most recent call last):\n\u{a0}\u{a0}File \"app.py\", line 8, in handler\n";
    let json = serde_json::json!({"level": "ERROR", "errorType": "ValueError", "errorMessage": "too small",
        "stackTrace": ["  File \"app.py\""], "requestId": "r"});
    for (record, description) in [
        (node.into(), "TypeError: the order has no customer"),
        (python.into(), "KeyError: 'id'"),
        (json, "ValueError: too small"),
    ] {
        let reason = of(record).unwrap();
        assert_eq!(reason.describe(), description);
        assert!(reason.stack.is_some(), "{description}");
    }
}

#[test]
fn lines_without_an_error_and_handled_errors_are_none() {
    for record in [
        serde_json::json!("all is well\n"),
        serde_json::json!({"level": "WARN", "errorType": "Timeout", "errorMessage": "again"}),
        serde_json::json!({"level": "INFO", "errorType": "Timeout", "errorMessage": "again"}),
        serde_json::json!({"level": "ERROR", "message": "no type"}),
    ] {
        assert_eq!(of(record.clone()), None, "{record}");
    }
}

fn outcome(status: Status, kind: Option<&str>) -> Option<String> {
    let outcome = Outcome {
        status,
        error_type: kind.map(str::to_owned),
        duration_ms: Some(3_000.0),
        at: 9,
    };
    Reason::of_outcome(&outcome).map(|reason| reason.describe())
}

#[test]
fn lambdas_own_word_is_the_reason_where_no_line_is() {
    assert_eq!(outcome(Status::Success, None), None);
    for (status, kind, description) in [
        (Status::Timeout, None, "timeout: Task timed out after 3.00 seconds"),
        (
            Status::Timeout,
            Some("Sandbox.Timedout"),
            "Sandbox.Timedout: Task timed out after 3.00 seconds",
        ),
        (
            Status::Failure,
            Some("Runtime.ExitError"),
            "Runtime.ExitError: The runtime exited before the invocation ended",
        ),
        (
            Status::Failure,
            None,
            "failure: The runtime exited before the invocation ended",
        ),
        (Status::Error, None, "error: The function returned an error"),
        (
            Status::Error,
            Some("Function.Unknown"),
            "Function.Unknown: The function failed",
        ),
    ] {
        assert_eq!(outcome(status, kind).as_deref(), Some(description));
    }
}

#[test]
fn long_texts_are_cut_at_a_character() {
    assert_eq!(cut("short", 5), "short");
    assert_eq!(cut("naïve", 3), "na…");
}

#[test]
fn the_event_follows_the_conventions() {
    let reason = Reason {
        kind: "E".into(),
        message: "m".into(),
        stack: Some("s".into()),
        at: 7,
    };
    let event = reason.event();
    let names: Vec<&str> = event.attributes.iter().map(|(name, _)| &**name).collect();
    assert_eq!((event.name, event.time), ("exception", 7));
    assert_eq!(
        names,
        [
            "exception.type",
            "exception.message",
            "exception.stacktrace",
            "exception.escaped"
        ]
    );
}

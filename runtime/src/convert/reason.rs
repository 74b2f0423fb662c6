//! Why an invocation or a phase failed: what its status message, its `error.type` and its `exception` event say.

use crate::invocation::Outcome;
use crate::lambda::telemetry::Status;
use crate::record::{Attributes, Log, Origin, Severity, SpanEvent, Value};

/// A stack trace of a span is cut after about this many bytes; the log record has all of it.
const LONGEST_STACK: usize = 16 * 1024;

/// And a message, which is a span's status too.
const LONGEST_MESSAGE: usize = 4 * 1024;

/// The name that OpenTelemetry gives the event of an error within a span.
const EVENT: &str = "exception";

const TYPE: &str = "exception.type";
const MESSAGE: &str = "exception.message";
const STACKTRACE: &str = "exception.stacktrace";
const ESCAPED: &str = "exception.escaped";

/// What failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The error's type.
    pub kind: String,
    /// Its message; may be empty.
    pub message: String,
    /// Its stack trace.
    pub stack: Option<String>,
    /// When, nanoseconds since the Unix epoch.
    pub at: u64,
}

impl Reason {
    /// The error that a line of the function reports. Warnings and less are about errors that the function has handled.
    pub fn of_line(log: &Log) -> Option<Reason> {
        let handled = matches!(
            log.severity,
            Severity::Trace | Severity::Debug | Severity::Info | Severity::Warn
        );
        if log.attributes.is_empty() || handled || log.origin != Origin::Function {
            return None;
        }
        let text = |name: &str| {
            let found = log.attributes.iter().find(|(key, _)| key == name);
            found.and_then(|(_, value)| value.as_str())
        };
        let kind = text(TYPE)?.to_owned();
        Some(Reason {
            kind,
            message: cut(text(MESSAGE).unwrap_or_default(), LONGEST_MESSAGE),
            stack: text(STACKTRACE).map(|stack| cut(stack, LONGEST_STACK)),
            at: log.time,
        })
    }

    /// What Lambda itself says of an invocation that failed; none of one that succeeded.
    pub fn of_outcome(outcome: &Outcome) -> Option<Reason> {
        let named = outcome.error_type.clone();
        let message = match (outcome.status, named.as_deref()) {
            (Status::Success, _) => return None,
            (Status::Timeout, _) => timed_out(outcome.duration_ms),
            (_, Some(kind)) => meaning(kind).to_owned(),
            (Status::Failure, None) => "The runtime ended before the invocation did".to_owned(),
            (Status::Error, None) => "The function returned an error".to_owned(),
        };
        Some(Reason {
            kind: named.unwrap_or_else(|| outcome.status.name().to_owned()),
            message,
            stack: None,
            at: outcome.at,
        })
    }

    /// What Lambda itself says of a phase that failed.
    pub fn of_phase(name: &str, status: Status, error_type: Option<&str>, at: u64) -> Option<Reason> {
        let message = match (status, error_type) {
            (Status::Success, _) => return None,
            (Status::Timeout, _) => format!("The {name} phase timed out"),
            (_, Some(kind)) if meaning(kind) != UNKNOWN => meaning(kind).to_owned(),
            _ => format!("The {name} phase failed"),
        };
        Some(Reason {
            kind: error_type.unwrap_or_else(|| status.name()).to_owned(),
            message,
            stack: None,
            at,
        })
    }

    /// `Type: message`.
    pub fn describe(&self) -> String {
        match self.message.is_empty() {
            true => self.kind.clone(),
            false => format!("{}: {}", self.kind, self.message),
        }
    }

    /// The event of it.
    pub fn event(self) -> SpanEvent {
        let mut attributes: Attributes = vec![
            (TYPE.into(), Value::String(self.kind)),
            (MESSAGE.into(), Value::String(self.message)),
        ];
        attributes.extend(self.stack.map(|stack| (STACKTRACE.into(), Value::String(stack))));
        attributes.push((ESCAPED.into(), Value::Bool(true)));
        SpanEvent {
            name: EVENT,
            time: self.at,
            attributes,
        }
    }
}

/// What invokers of the function read after a timeout.
pub fn timed_out(duration_ms: Option<f64>) -> String {
    match duration_ms {
        Some(duration) => format!("Task timed out after {:.2} seconds", duration / 1_000.0),
        None => "Task timed out".to_owned(),
    }
}

const UNKNOWN: &str = "The function failed";

/// Lambda's names for failures ("Lambda function errors" and "Telemetry API schema reference" of its developer guide), for
/// readers.
fn meaning(kind: &str) -> &'static str {
    match kind {
        "Runtime.ExitError" => "The runtime ended before the invocation did",
        "Runtime.OutOfMemory" => "The function needed more memory than it may use",
        "Runtime.ImportModuleError" => "The handler's module could not be loaded",
        "Runtime.HandlerNotFound" => "The handler was not found in its module",
        "Runtime.MalformedHandlerName" => "The handler's name is malformed",
        "Runtime.UserCodeSyntaxError" => "The function's code has a syntax error",
        "Runtime.InvalidEntrypoint" | "Runtime.InvalidWorkingDir" => "The function's entry point could not be started",
        "Runtime.InvalidTaskConfig" => "The function's configuration could not be used",
        "Runtime.UnhandledPromiseRejection" => "A promise was rejected and nobody handled it",
        "Runtime.TruncatedResponse" => "The response was cut off",
        "Function.ResponseSizeTooLarge" => "The response is larger than Lambda allows",
        "Extension.Crash" | "Extension.ExitError" => "An extension ended before the invocation did",
        "Extension.InitError" | "Extension.LaunchError" => "An extension could not be started",
        "Sandbox.Timedout" | "Sandbox.Timeout" => "The function ran longer than its timeout",
        _ => UNKNOWN,
    }
}

/// The beginning of a text, whole characters.
fn cut(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let end = (0..=longest).rev().find(|at| text.is_char_boundary(*at));
    let (kept, _) = text.split_at(end.unwrap_or_default());
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::logs::from_line;

    fn of(record: serde_json::Value) -> Option<Reason> {
        Reason::of_line(&from_line(Origin::Function, 42, &record.to_string()))
    }

    #[test]
    fn errors_that_runtimes_report_are_reasons() {
        let node = "2026-11-23T16:03:18.969Z\tr\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"the order has no customer\",\"stack\":[\"TypeError: x\",\"    at y\"]}\n";
        let python = "[ERROR] KeyError: 'id'\nTraceback (most recent call last):\n\u{a0}\u{a0}File \"app.py\", line 8, in handler\n";
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
                "Runtime.ExitError: The runtime ended before the invocation did",
            ),
            (
                Status::Failure,
                None,
                "failure: The runtime ended before the invocation did",
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
}

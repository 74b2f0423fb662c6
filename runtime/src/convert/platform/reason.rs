//! Why an invocation or a phase failed: the source of its status message, `error.type` and `exception` event.

use crate::invocation::Outcome;
use crate::lambda::telemetry::Status;
use crate::record::{Attributes, Log, Origin, Severity, SpanEvent, Value};

/// A span's stack trace is truncated after about this many bytes; the log record is complete.
const LONGEST_STACK: usize = 16 * 1024;

/// The limit for a message, which is also a span's status.
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
    /// The error that a line of the function reports. Lines below `ERROR` are about errors that the function handled.
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

    /// The reason from the runtime's report at the end of an invocation.
    pub fn of_runtime(kind: &str, message: &str, stack: Option<&str>, at: u64) -> Reason {
        Reason {
            kind: kind.to_owned(),
            message: cut(message, LONGEST_MESSAGE),
            stack: stack.map(|stack| cut(stack, LONGEST_STACK)),
            at,
        }
    }

    /// The reason from Lambda for a failed invocation; `None` if it succeeded.
    pub fn of_outcome(outcome: &Outcome) -> Option<Reason> {
        let named = outcome.error_type.clone();
        let message = match (outcome.status, named.as_deref()) {
            (Status::Success, _) => return None,
            (Status::Timeout, _) => timed_out(outcome.duration_ms),
            (_, Some(kind)) => meaning(kind).to_owned(),
            (Status::Failure, None) => "The runtime exited before the invocation ended".to_owned(),
            (Status::Error, None) => "The function returned an error".to_owned(),
        };
        Some(Reason {
            kind: named.unwrap_or_else(|| outcome.status.name().to_owned()),
            message,
            stack: None,
            at: outcome.at,
        })
    }

    /// The reason from Lambda for a failed phase.
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

    /// The span event for it.
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

/// The message that invokers of the function get after a timeout.
pub fn timed_out(duration_ms: Option<f64>) -> String {
    match duration_ms {
        Some(duration) => format!("Task timed out after {:.2} seconds", duration / 1_000.0),
        None => "Task timed out".to_owned(),
    }
}

const UNKNOWN: &str = "The function failed";

/// Readable descriptions of Lambda's names for failures ("Lambda function errors" and "Telemetry API schema reference"
/// of its developer guide).
fn meaning(kind: &str) -> &'static str {
    match kind {
        "Runtime.ExitError" => "The runtime exited before the invocation ended",
        "Runtime.OutOfMemory" => "The function ran out of memory",
        "Runtime.ImportModuleError" => "The handler's module could not be loaded",
        "Runtime.HandlerNotFound" => "The handler was not found in its module",
        "Runtime.MalformedHandlerName" => "The handler's name is malformed",
        "Runtime.UserCodeSyntaxError" => "The function's code has a syntax error",
        "Runtime.InvalidEntrypoint" | "Runtime.InvalidWorkingDir" => "The function's entry point could not be started",
        "Runtime.InvalidTaskConfig" => "The function's configuration is not valid",
        "Runtime.UnhandledPromiseRejection" => "A rejected promise was not handled",
        "Runtime.TruncatedResponse" => "The response was truncated",
        "Function.ResponseSizeTooLarge" => "The response is larger than Lambda allows",
        "Extension.Crash" | "Extension.ExitError" => "An extension exited before the invocation ended",
        "Extension.InitError" | "Extension.LaunchError" => "An extension could not be started",
        "Sandbox.Timedout" | "Sandbox.Timeout" => "The function ran longer than its timeout",
        _ => UNKNOWN,
    }
}

/// Truncates a text at a character boundary.
fn cut(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let end = (0..=longest).rev().find(|at| text.is_char_boundary(*at));
    let (kept, _) = text.split_at(end.unwrap_or_default());
    format!("{kept}…")
}

#[cfg(test)]
mod tests;

//! Records for what no line reports: failures reported by Lambda, and lost telemetry.

use std::rc::Rc;

use super::reason::{Reason, timed_out};
use crate::buffer::Drops;
use crate::convert::logs::empty;
use crate::invocation::Invocation;
use crate::lambda::telemetry::{self, Done, Status};
use crate::record::{Attributes, Log, Origin, Severity, Value};

/// The error type for a lack of memory.
const OUT_OF_MEMORY: &str = "Runtime.OutOfMemory";

/// The record of an invocation that Lambda ended: after a timeout or an exit the runtime itself logs nothing.
pub fn from_failure(invocation: &Invocation) -> Option<Log> {
    let outcome = invocation.outcome.as_ref()?;
    let body = match outcome.status {
        Status::Success | Status::Error => return None,
        Status::Timeout => timed_out(outcome.duration_ms),
        Status::Failure => match &outcome.error_type {
            Some(kind) => format!("Invocation failed: {kind}"),
            None => "Invocation failed".to_owned(),
        },
    };
    let mut attributes = Attributes::new();
    if let Some(kind) = &outcome.error_type {
        attributes.push(("error.type".into(), Value::from(kind.as_str())));
    }
    invocation.labels.complete(&mut attributes);
    let context = invocation.context();
    Some(Log {
        severity: Severity::Error,
        body,
        attributes,
        request_id: Some(Rc::clone(&invocation.request_id)),
        trace_id: Some(context.trace_id),
        span_id: Some(context.span_id),
        stamped: true,
        ..empty(Origin::Platform, outcome.at)
    })
}

/// The reason for a failed invocation that used all of the function's memory. Lambda itself rarely gives it.
pub fn out_of_memory(report: &Done<'_>, at: u64) -> Option<Reason> {
    let metrics = report.metrics.as_ref()?;
    let (used, size) = (metrics.max_memory_used_mb?, metrics.memory_size_mb?);
    let named = report.error_type.as_deref() == Some(OUT_OF_MEMORY);
    let full = size > 0.0 && used >= size && matches!(report.status, Status::Failure | Status::Error);
    (named || full).then(|| Reason {
        kind: OUT_OF_MEMORY.to_owned(),
        message: format!("Out of memory: {used} MB of {size} MB were used"),
        stack: None,
        at,
    })
}

/// The record for it. It is an error and not fatal, since HyperDX's trace view only marks `error` and `warn`.
pub fn from_memory(reason: &Reason, request_id: &str) -> Log {
    Log {
        severity: Severity::Error,
        body: reason.message.clone(),
        attributes: vec![("error.type".into(), Value::from(OUT_OF_MEMORY))],
        request_id: Some(Rc::from(request_id)),
        ..empty(Origin::Platform, reason.at)
    }
}

/// The record of an init or restore phase that failed.
pub fn from_failed_phase(name: &str, event: &telemetry::Phase<'_>, at: u64) -> Option<Log> {
    let failed = event.status.filter(|status| *status != Status::Success)?;
    let kind = event.error_type.as_deref().unwrap_or_else(|| failed.name());
    Some(Log {
        severity: Severity::Error,
        body: format!("The {name} phase failed: {kind}"),
        attributes: vec![("error.type".into(), Value::from(kind))],
        ..empty(Origin::Platform, at)
    })
}

/// The record of telemetry that was lost since `reported`; `None` if nothing was lost.
pub fn from_drops(drops: &Drops, reported: &Drops, at: u64) -> Option<Log> {
    let lost = drops.by_reason().into_iter().zip(reported.by_reason());
    let lost: Vec<(&str, u64)> = lost
        .map(|((reason, count), (_, reported))| (reason, count.saturating_sub(reported)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let total = lost
        .iter()
        .fold(0_u64, |total, (_, count)| total.saturating_add(*count));
    let reasons: Vec<String> = lost.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    let attribute = |(reason, count): &(&str, u64)| {
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        (format!("dropped_records.{reason}").into(), Value::Int(count))
    };
    (total > 0).then(|| Log {
        severity: Severity::Warn,
        body: format!("telemetry records lost: {total} ({})", reasons.join(", ")),
        attributes: lost.iter().map(attribute).collect(),
        stamped: true,
        ..empty(Origin::Extension, at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::{Invocations, Outcome};
    use crate::lambda::initialization::InitializationType;

    #[test]
    fn timeouts_and_exits_leave_a_record() {
        let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
        invocations.done(
            "r",
            Outcome {
                status: Status::Timeout,
                error_type: None,
                duration_ms: Some(3_000.0),
                at: 9,
            },
        );
        invocations.done(
            "s",
            Outcome {
                status: Status::Failure,
                error_type: Some("Runtime.ExitError".into()),
                duration_ms: None,
                at: 9,
            },
        );
        invocations.reported("s");
        let logs: Vec<Log> = invocations.take_finished().iter().filter_map(from_failure).collect();
        assert_eq!(logs[0].body, "Task timed out after 3.00 seconds");
        assert_eq!(logs[1].body, "Invocation failed: Runtime.ExitError");
        assert!(
            logs.iter()
                .all(|log| log.severity == Severity::Error && log.context().is_some())
        );
    }
}

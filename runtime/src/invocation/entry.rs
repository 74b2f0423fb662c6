//! What is known about one invocation.

use std::cell::Cell;
use std::rc::Rc;

use super::handler::HandlerSpan;
use super::labels::Labels;
use super::proxied::Proxied;
use super::trace::{self, XRay};
use crate::lambda::telemetry::{Done, Status};
use crate::record::TraceContext;

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Success or the kind of failure.
    pub status: Status,
    /// The error's type, if Lambda reports one.
    pub error_type: Option<String>,
    /// Duration of the handler in milliseconds, if known.
    pub duration_ms: Option<f64>,
    /// When Lambda reported it, nanoseconds since the Unix epoch.
    pub at: u64,
}

impl Outcome {
    /// The outcome in a `platform.runtimeDone` or `platform.report` that arrived `at`.
    pub fn of(done: &Done<'_>, at: u64) -> Self {
        Outcome {
            status: done.status,
            error_type: done.error_type.as_deref().map(str::to_owned),
            duration_ms: done.metrics.as_ref().and_then(|metrics| metrics.duration_ms),
            at,
        }
    }
}

impl Outcome {
    /// Whether it succeeded.
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }

    /// Whether the function was ended from outside, so that its open spans remain open.
    pub fn is_end_of_function(&self) -> bool {
        self.status == Status::Timeout || self.is_end_of_runtime()
    }

    /// Whether the runtime's process ended. Lambda indicates that by the status, or by the error's type.
    pub fn is_end_of_runtime(&self) -> bool {
        let named = matches!(
            self.error_type.as_deref(),
            Some("Runtime.ExitError" | "Runtime.OutOfMemory")
        );
        self.status == Status::Failure || (self.status == Status::Error && named)
    }
}

/// What is known about one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its id.
    pub request_id: Rc<str>,
    /// ARN with which the function was invoked.
    pub function_arn: Option<String>,
    /// The trace header, if it names a trace.
    pub xray: Option<XRay>,
    /// Ids of the extension's own invoke span.
    pub own: TraceContext,
    /// The handler span that the function's SDK sent.
    pub handler: Option<HandlerSpan>,
    /// Whether this environment was created for it.
    pub cold_start: bool,
    /// When it began according to `platform.start`.
    pub started: Option<u64>,
    /// When INVOKE arrived.
    pub invoked: Option<u64>,
    /// How it ended, once known.
    pub outcome: Option<Outcome>,
    /// Further attributes of all its records.
    pub labels: Labels,
    /// The root of the durable execution that it is part of.
    pub root: Option<TraceContext>,
    /// What the runtime API proxy read about it.
    pub proxied: Option<Box<Proxied>>,
    /// A span of it has failed.
    pub failed_span: bool,
    /// The tracing layer signalled that its handler has ended; Lambda reports that later.
    pub(super) handler_ended: bool,
    /// Its lines are sent although it is running,
    pub(super) committed: bool,
    /// and some were sent with the extension's own ids, before the SDK sent its handler span, if any.
    pub(super) early: Cell<bool>,
    /// `platform.report` arrived: Lambda sends nothing more about it.
    pub(super) reported: bool,
    /// It was returned by `take_finished`.
    pub(super) taken: bool,
}

impl Invocation {
    /// The ids that its lines carry from now on.
    pub fn context(&self) -> TraceContext {
        self.standing().map_or(self.own, |handler| handler.context)
    }

    /// The SDK's span that represents the invocation. If Lambda ended the function, only a span of the handler itself
    /// does: the handler's span is then lost with the function.
    pub fn standing(&self) -> Option<&HandlerSpan> {
        let ended = self.outcome.as_ref().is_some_and(Outcome::is_end_of_function);
        self.handler.as_ref().filter(|handler| handler.is_entry || !ended)
    }

    /// Whether lines were sent with the ids of the extension's own span before it was created.
    pub fn has_early_lines(&self) -> bool {
        self.early.get()
    }

    /// Records that a line gets its ids.
    pub(super) fn a_line_leaves(&self) {
        if !self.taken && self.handler.is_none() {
            self.early.set(true);
        }
    }

    /// When it began, as exactly as known.
    pub fn began(&self) -> u64 {
        self.started.or(self.invoked).unwrap_or_default()
    }

    /// The id of a span of the extension below the invocation's own: the same for the same name and start.
    pub fn inner_span_id(&self, name: &str, start: u64) -> [u8; 8] {
        trace::derived_span_id(name, &trace::hex_text(&self.own.span_id), start)
    }

    /// Whether its end can be reported: if its runtime ended and it is the `last` to have begun, it waits for the
    /// report, which shows whether memory was the reason. SHUTDOWN or the next invocation ends the wait.
    pub(super) fn is_finished(&self, last: bool) -> bool {
        let Some(outcome) = self.outcome.as_ref().filter(|_| !self.taken) else {
            return false;
        };
        !outcome.is_end_of_runtime() || self.reported || !last
    }

    /// Whether its lines' ids are final.
    pub(super) fn ids_final(&self) -> bool {
        self.committed || self.outcome.is_some()
    }
}

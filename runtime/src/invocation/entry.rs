//! What is known of one invocation.

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
    /// The error's type, if Lambda names one.
    pub error_type: Option<String>,
    /// Duration of the handler in milliseconds, if known.
    pub duration_ms: Option<f64>,
    /// When Lambda said so, nanoseconds since the Unix epoch.
    pub at: u64,
}

impl Outcome {
    /// What `platform.runtimeDone` or `platform.report` says, that came `at`.
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
    /// Whether nothing went wrong.
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }

    /// Whether the function was ended from outside: what it had begun stays open.
    pub fn is_end_of_function(&self) -> bool {
        self.status == Status::Timeout || self.is_end_of_runtime()
    }

    /// Whether the runtime's process ended. Lambda says so by the status, or by the error's type.
    pub fn is_end_of_runtime(&self) -> bool {
        let named = matches!(
            self.error_type.as_deref(),
            Some("Runtime.ExitError" | "Runtime.OutOfMemory")
        );
        self.status == Status::Failure || (self.status == Status::Error && named)
    }
}

/// What is known of one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its id.
    pub request_id: Rc<str>,
    /// ARN by which the function was called.
    pub function_arn: Option<String>,
    /// The trace header, if it names a trace.
    pub xray: Option<XRay>,
    /// Ids of our own invoke span.
    pub own: TraceContext,
    /// The handler span that the function's SDK sent.
    pub handler: Option<HandlerSpan>,
    /// Whether this environment was made for it.
    pub cold_start: bool,
    /// When `platform.start` says it began.
    pub started: Option<u64>,
    /// When INVOKE came.
    pub invoked: Option<u64>,
    /// How it ended, once known.
    pub outcome: Option<Outcome>,
    /// What every record of it says besides.
    pub labels: Labels,
    /// The root of the durable execution that it is part of.
    pub root: Option<TraceContext>,
    /// What the runtime API proxy read of it.
    pub proxied: Option<Box<Proxied>>,
    /// A span of it has failed.
    pub failed_span: bool,
    /// The tracing layer said that its handler has ended; Lambda says so later.
    pub(super) handler_ended: bool,
    /// Its lines leave although it runs,
    pub(super) committed: bool,
    /// and some did with our own ids, before the SDK sent its handler span, if it does.
    pub(super) early: Cell<bool>,
    /// `platform.report` came: Lambda says nothing more of it.
    pub(super) reported: bool,
    /// Its end was handed out by `take_finished`.
    pub(super) taken: bool,
}

impl Invocation {
    /// The ids that its lines carry from now on.
    pub fn context(&self) -> TraceContext {
        self.standing().map_or(self.own, |handler| handler.context)
    }

    /// The SDK's span that stands for the invocation. Where Lambda ended the function, a span that is not of the handler
    /// itself doesn't say so: the handler's is lost with the function.
    pub fn standing(&self) -> Option<&HandlerSpan> {
        let ended = self.outcome.as_ref().is_some_and(Outcome::is_end_of_function);
        self.handler.as_ref().filter(|handler| handler.is_entry || !ended)
    }

    /// Whether lines left with the ids of our own span before it ended.
    pub fn has_early_lines(&self) -> bool {
        self.early.get()
    }

    /// A line gets its ids.
    pub(super) fn a_line_leaves(&self) {
        if self.outcome.is_none() && self.handler.is_none() {
            self.early.set(true);
        }
    }

    /// When it began, as well as known.
    pub fn began(&self) -> u64 {
        self.started.or(self.invoked).unwrap_or_default()
    }

    /// The id of a span of the extension below the invocation's own: the same for the same name and start.
    pub fn inner_span_id(&self, name: &str, start: u64) -> [u8; 8] {
        trace::derived_span_id(name, &trace::hex_text(&self.own.span_id), start)
    }

    /// Whether its end can be told: that of one whose runtime ended, and which is the `last` to have begun, waits for the
    /// report, which says whether memory was the reason. SHUTDOWN or the next invocation ends the waiting.
    pub(super) fn is_finished(&self, last: bool) -> bool {
        let Some(outcome) = self.outcome.as_ref().filter(|_| !self.taken) else {
            return false;
        };
        !outcome.is_end_of_runtime() || self.reported || !last
    }

    /// Whether its lines' ids change no more.
    pub(super) fn ids_final(&self) -> bool {
        self.committed || self.outcome.is_some()
    }
}

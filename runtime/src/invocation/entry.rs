//! What is known of one invocation.

use std::rc::Rc;

use super::trace;
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

/// What is known of one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its id.
    pub request_id: Rc<str>,
    /// ARN by which the function was called.
    pub function_arn: Option<String>,
    /// Caller's span id from the trace header.
    pub parent_span_id: Option<[u8; 8]>,
    /// Ids of our own invoke span.
    pub own: TraceContext,
    /// Ids of the handler span that the function's SDK sent.
    pub handler: Option<TraceContext>,
    /// Whether this environment was made for it.
    pub cold_start: bool,
    /// When `platform.start` says it began.
    pub started: Option<u64>,
    /// When INVOKE came.
    pub invoked: Option<u64>,
    /// How it ended, once known.
    pub outcome: Option<Outcome>,
    /// The ids with which lines of it already left: they change no more.
    pub(super) committed: Option<TraceContext>,
    /// Its end was handed out by `take_finished`.
    pub(super) taken: bool,
}

impl Invocation {
    /// The ids that its lines carry.
    pub fn context(&self) -> TraceContext {
        self.committed.or(self.handler).unwrap_or(self.own)
    }

    /// Whether our own invoke span is to be sent: not if the function's SDK sent its handler span in time.
    pub fn needs_own_span(&self) -> bool {
        self.context() == self.own
    }

    /// When it began, as well as known.
    pub fn began(&self) -> u64 {
        self.started.or(self.invoked).unwrap_or_default()
    }

    /// The id of a span of ours below the invocation's own: the same for the same name and start.
    pub fn inner_span_id(&self, name: &str, start: u64) -> [u8; 8] {
        let own: String = self.own.span_id.iter().map(|byte| format!("{byte:02x}")).collect();
        trace::derived_span_id(name, &own, start)
    }

    /// Whether its lines' ids change no more.
    pub(super) fn settled(&self) -> bool {
        self.committed.is_some() || self.outcome.is_some()
    }
}

//! Invocations by request id: a pure state machine that determines to which invocation, trace and span a line belongs.
//!
//! Lambda's information arrives through two channels that are not ordered with each other: `/event/next` (INVOKE) and
//! the Telemetry API (`platform.start`, `platform.runtimeDone`, lines). Either may come first. Lines without a request
//! id are assigned by the platform's time of receipt, which both channels share.

mod adopting;
pub mod durable;
mod ending;
mod entry;
mod execution;
mod handler;
mod labelling;
mod labels;
mod phase;
mod placement;
mod placing;
mod proxied;
mod reading;
mod trace;

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

pub use entry::{Invocation, Outcome};
pub use handler::{HandlerEnd, HandlerSpan};
pub use labels::Labels;
pub use phase::Phase;
pub use placement::Placement;
pub use proxied::{Answered, Begun, Failure, Origin, Proxied, Read, ResponseFormat, StatusCode};
pub use trace::{XRay, hex, hex_text};

use self::handler::EarlyHandlers;
use self::proxied::EarlyReads;
use crate::lambda::initialization::InitializationType;
use crate::lambda::telemetry::Status;
use crate::record::TraceContext;

/// Number of finished invocations that are remembered for their late lines,
const REMEMBERED: usize = 32;
/// and the number if several run at a time: many may end within the delay of a line.
const REMEMBERED_CONCURRENT: usize = 256;
/// Maximum number of remembered invocations, including those that Lambda sends nothing more about. Managed Instances
/// run up to 1600 at a time.
const MOST: usize = 4096;

/// All invocations of this environment, newest last.
#[derive(Debug)]
pub struct Invocations {
    recent: VecDeque<Invocation>,
    seen: u64,
    /// Several at a time (Managed Instances): lines without an id are not assigned.
    concurrent: bool,
    /// Whether a first invocation is a cold start.
    cold_starts: bool,
    /// Some have labels.
    labelled: bool,
    /// Handler spans of invocations that are not known yet.
    early_handlers: EarlyHandlers,
    early_reads: EarlyReads,
    /// Distinguishes span ids between environments that run the same request id.
    environment: String,
}

impl Invocations {
    /// Creates the state for an environment of this type; `environment` is any string that differs between
    /// environments.
    pub fn new(initialization_type: InitializationType, environment: &str) -> Self {
        Invocations {
            recent: VecDeque::new(),
            seen: 0,
            concurrent: initialization_type == InitializationType::ManagedInstances,
            cold_starts: !initialization_type.made_ahead(),
            labelled: false,
            early_handlers: EarlyHandlers::default(),
            early_reads: EarlyReads::default(),
            environment: environment.to_owned(),
        }
    }

    /// Whether several run at a time.
    pub fn are_concurrent(&self) -> bool {
        self.concurrent
    }

    /// Whether there has been any invocation.
    pub fn any_came(&self) -> bool {
        self.seen > 0
    }

    /// The ids of a span of the environment itself, which belongs to no invocation and began at `start`.
    pub fn environment_span(&self, name: &str, start: u64) -> TraceContext {
        TraceContext {
            trace_id: trace::derived_trace_id(&self.environment),
            span_id: trace::derived_span_id(name, &self.environment, start),
        }
    }

    /// Handles INVOKE.
    pub fn invoke(&mut self, request_id: &str, function_arn: &str, trace_header: &str, now: u64) {
        let index = match self.newest(request_id) {
            Some(index) if self.recent[index].invoked.is_none() => index,
            _ => self.add(request_id, trace_header),
        };
        let invocation = &mut self.recent[index];
        invocation.invoked = Some(now);
        if !function_arn.is_empty() {
            invocation.function_arn = Some(function_arn.to_owned());
        }
    }

    /// Handles `platform.start`.
    pub fn start(&mut self, request_id: &str, trace_header: &str, at: u64) {
        let index = match self.newest(request_id) {
            Some(index) if self.recent[index].started.is_none() => index,
            // Delivered twice.
            Some(index) if self.recent[index].started >= Some(at) => return,
            // Lambda's own retry of an asynchronous event has the same id.
            _ => self.add(request_id, trace_header),
        };
        let invocation = &mut self.recent[index];
        invocation.started = Some(at);
        if self.concurrent {
            // In this mode nothing shows when an invocation's lines are complete, so they do not wait.
            invocation.committed = true;
        }
    }

    /// Handles `platform.runtimeDone` or `platform.report`. Only the first event about an invocation's end is used.
    pub fn done(&mut self, request_id: &str, outcome: Outcome) {
        let index = match self.newest(request_id) {
            Some(index) => index,
            None => self.add(request_id, ""),
        };
        self.recent[index].outcome.get_or_insert(outcome);
    }

    /// Handles a span of the function's SDK that names an invocation. Returns true if that was a cold start. The span may
    /// be handled after Lambda's event about the end, which comes through another connection: without processor time the
    /// extension reads both at once. It is too late only once the invocation has got the extension's own span.
    pub fn handler_span(&mut self, span: &HandlerSpan) -> bool {
        let Some(index) = self.newest(&span.request_id) else {
            self.early_handlers.keep(span);
            return self.seen == 0 && self.cold_starts;
        };
        let invocation = &mut self.recent[index];
        if !invocation.taken {
            span.stand_for(&mut invocation.handler);
        }
        invocation.cold_start
    }

    /// The ids of the running invocations.
    pub fn running(&self) -> Vec<Rc<str>> {
        let running = self.recent.iter().filter(|invocation| invocation.outcome.is_none());
        running.map(|invocation| Rc::clone(&invocation.request_id)).collect()
    }

    /// Whether this invocation has ended.
    pub fn is_done(&self, request_id: &str) -> bool {
        self.newest(request_id)
            .is_some_and(|index| self.recent[index].outcome.is_some())
    }

    /// Whether an invocation has ended and been returned by `take_finished`.
    pub fn any_finished(&self) -> bool {
        self.recent.iter().any(|invocation| invocation.taken)
    }

    /// Whether the SDK has sent the handler span of this invocation.
    pub fn has_handler(&self, request_id: &str) -> bool {
        let invocation = self.newest(request_id).and_then(|index| self.recent.get(index));
        invocation.is_some_and(|invocation| invocation.standing().is_some_and(|span| span.is_entry))
    }

    /// From now on, lines of running invocations are sent with the ids that are known: the SDK's if it has sent its
    /// handler span, otherwise the extension's own.
    pub fn commit(&mut self) {
        for invocation in &mut self.recent {
            invocation.committed = true;
        }
    }

    /// The environment ends: running invocations have failed with this status.
    pub fn end_all(&mut self, status: Status, at: u64) {
        for invocation in &mut self.recent {
            invocation.reported = true;
            invocation.outcome.get_or_insert(Outcome {
                status,
                error_type: None,
                duration_ms: None,
                at,
            });
        }
    }

    /// Handles `platform.report`, after which Lambda sends nothing more about the invocation.
    pub fn reported(&mut self, request_id: &str) {
        if let Some(invocation) = self.newest(request_id).and_then(|index| self.recent.get_mut(index)) {
            invocation.reported = true;
        }
    }

    /// Whether `platform.report` arrived for every invocation.
    pub fn all_are_reported(&self) -> bool {
        self.recent.iter().all(|invocation| invocation.reported)
    }

    /// Whether `take_finished` would return something.
    pub fn has_finished(&self) -> bool {
        let last = self.recent.len().saturating_sub(1);
        let mut recent = self.recent.iter().enumerate();
        recent.any(|(index, invocation)| invocation.is_finished(index == last))
    }

    /// Ended invocations, each once, when everything about them is known.
    pub fn take_finished(&mut self) -> Vec<Invocation> {
        let mut finished = Vec::new();
        let last = self.recent.len().saturating_sub(1);
        for (index, invocation) in self.recent.iter_mut().enumerate() {
            if invocation.is_finished(index == last) {
                invocation.taken = true;
                finished.push(invocation.clone());
            }
        }
        finished
    }

    /// Whether some have to be forgotten before another one is added.
    pub fn is_full(&self) -> bool {
        let ended = |recent: &VecDeque<Invocation>| recent.iter().filter(|one| one.outcome.is_some()).count();
        let (known, most) = (self.recent.len(), self.remembered());
        known >= most && (known >= MOST || ended(&self.recent) >= most)
    }

    /// Forgets the oldest that were returned, even if one before them is still running. Several at once, since each
    /// time all queued lines are scanned.
    pub fn forget_oldest(&mut self) {
        let taken = self.recent.iter().filter(|invocation| invocation.taken).count();
        let mut surplus = taken.saturating_sub(self.remembered() / 2);
        self.recent.retain(|invocation| {
            let forgotten = invocation.taken && surplus > 0;
            surplus -= usize::from(forgotten);
            !forgotten
        });
        if self.recent.len() >= MOST {
            self.recent.drain(..REMEMBERED);
        }
    }

    fn remembered(&self) -> usize {
        if self.concurrent {
            REMEMBERED_CONCURRENT
        } else {
            REMEMBERED
        }
    }

    fn newest(&self, request_id: &str) -> Option<usize> {
        self.recent
            .iter()
            .rposition(|invocation| &*invocation.request_id == request_id)
    }

    fn add(&mut self, request_id: &str, trace_header: &str) -> usize {
        let xray = XRay::parse(trace_header);
        let handler_ended = self.early_handlers.take_ended(request_id);
        self.seen += 1;
        self.recent.push_back(Invocation {
            request_id: Rc::from(request_id),
            function_arn: None,
            xray,
            own: TraceContext {
                trace_id: xray.map_or_else(|| trace::derived_trace_id(request_id), |header| header.trace_id),
                span_id: trace::derived_span_id(request_id, &self.environment, self.seen),
            },
            handler: self.early_handlers.take(request_id),
            cold_start: self.seen == 1 && self.cold_starts,
            started: None,
            invoked: None,
            outcome: None,
            proxied: None,
            failed_span: false,
            handler_ended,
            committed: handler_ended,
            early: Cell::default(),
            reported: false,
            taken: false,
            labels: Labels::default(),
            root: None,
        });
        self.take_early_reads();
        self.recent.len() - 1
    }
}

#[cfg(test)]
mod tests;

//! Invocations by request id: a pure state machine that says to which invocation, trace and span a line belongs.
//!
//! What Lambda tells arrives by two ways that are not ordered with each other: `/event/next` (INVOKE) and the Telemetry
//! API (`platform.start`, `platform.runtimeDone`, lines). Each may come first. Lines without a request id are placed by
//! the platform's time of receipt, which both share.

mod entry;
mod trace;

use std::collections::VecDeque;
use std::rc::Rc;

pub use entry::{Invocation, Outcome};
pub use trace::{XRay, hex};

use crate::lambda::initialization::InitializationType;
use crate::lambda::telemetry::Status;
use crate::record::TraceContext;

/// Finished invocations remembered for their late lines,
const REMEMBERED: usize = 32;
/// and where several run at a time: many may end within the time by which a line is late.
const REMEMBERED_CONCURRENT: usize = 256;
/// Invocations remembered in all, however many Lambda says nothing more of. Managed Instances run up to 1600 at a time.
const MOST: usize = 4096;

/// Where a line belongs.
#[derive(Debug, Clone, PartialEq)]
pub enum Placement {
    /// Not to be said yet: its invocation runs, or hasn't begun.
    Later,
    /// No invocation of that id was seen.
    Unknown,
    /// To this invocation (none: outside of any) and place in a trace.
    Known(Option<Rc<str>>, Option<TraceContext>),
}

/// All invocations of this environment, newest last.
#[derive(Debug)]
pub struct Invocations {
    recent: VecDeque<Invocation>,
    seen: u64,
    /// Several at a time (Managed Instances): lines without an id belong to none.
    concurrent: bool,
    /// Whether a first invocation is a cold start.
    cold_starts: bool,
    /// Makes span ids differ between environments that run the same request id.
    environment: String,
}

impl Invocations {
    /// No invocation yet, in an environment of this type; `environment` is any text that differs between environments.
    pub fn new(initialization_type: InitializationType, environment: &str) -> Self {
        Invocations {
            recent: VecDeque::new(),
            seen: 0,
            concurrent: initialization_type == InitializationType::ManagedInstances,
            cold_starts: !initialization_type.made_ahead(),
            environment: environment.to_owned(),
        }
    }

    /// Whether any invocation has come.
    pub fn any_came(&self) -> bool {
        self.seen > 0
    }

    /// The ids of a span of the environment itself, which is of no invocation and began at `start`.
    pub fn environment_span(&self, name: &str, start: u64) -> TraceContext {
        TraceContext {
            trace_id: trace::derived_trace_id(&self.environment),
            span_id: trace::derived_span_id(name, &self.environment, start),
        }
    }

    /// INVOKE came.
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

    /// `platform.start` came.
    pub fn start(&mut self, request_id: &str, trace_header: &str, at: u64) {
        let index = match self.newest(request_id) {
            Some(index) if self.recent[index].started.is_none() => index,
            // Delivered again.
            Some(index) if self.recent[index].started >= Some(at) => return,
            // Lambda's own retry of an asynchronous event runs under the same id.
            _ => self.add(request_id, trace_header),
        };
        let invocation = &mut self.recent[index];
        invocation.started = Some(at);
        if self.concurrent {
            // Nothing says there when an invocation's lines are complete, so they don't wait.
            invocation.committed = Some(invocation.context());
        }
    }

    /// `platform.runtimeDone` or `platform.report` came. Only the first word on an invocation's end counts.
    pub fn done(&mut self, request_id: &str, outcome: Outcome) {
        let index = match self.newest(request_id) {
            Some(index) => index,
            None => self.add(request_id, ""),
        };
        self.recent[index].outcome.get_or_insert(outcome);
    }

    /// The function's SDK sent the span of its handler.
    pub fn handler_span(&mut self, request_id: &str, context: TraceContext) {
        if let Some(index) = self.newest(request_id) {
            let invocation = &mut self.recent[index];
            if !invocation.settled() {
                invocation.handler.get_or_insert(context);
            }
        }
    }

    /// Whether this invocation has ended.
    pub fn is_done(&self, request_id: &str) -> bool {
        self.newest(request_id)
            .is_some_and(|index| self.recent[index].outcome.is_some())
    }

    /// Whether every other invocation has ended.
    pub fn others_are_done(&self, request_id: &str) -> bool {
        let mut others = self.recent.iter().filter(|other| &*other.request_id != request_id);
        others.all(|other| other.outcome.is_some())
    }

    /// Lines of running invocations are to leave now, so their ids are final: the SDK's if known, else our own.
    pub fn commit(&mut self) {
        for invocation in &mut self.recent {
            if !invocation.settled() {
                invocation.committed = Some(invocation.context());
            }
        }
    }

    /// The environment ends: what still runs has failed so.
    pub fn end_all(&mut self, status: Status, at: u64) {
        for invocation in &mut self.recent {
            invocation.outcome.get_or_insert(Outcome {
                status,
                error_type: None,
                duration_ms: None,
                at,
            });
        }
    }

    /// Whether `take_finished` has something.
    pub fn has_finished(&self) -> bool {
        let mut recent = self.recent.iter();
        recent.any(|invocation| invocation.outcome.is_some() && !invocation.taken)
    }

    /// Ended invocations, each once.
    pub fn take_finished(&mut self) -> Vec<Invocation> {
        let mut finished = Vec::new();
        for invocation in &mut self.recent {
            if invocation.outcome.is_some() && !invocation.taken {
                invocation.taken = true;
                finished.push(invocation.clone());
            }
        }
        finished
    }

    /// Whether some are to be forgotten before another one comes.
    pub fn is_full(&self) -> bool {
        let ended = |recent: &VecDeque<Invocation>| recent.iter().filter(|one| one.outcome.is_some()).count();
        let (known, most) = (self.recent.len(), self.remembered());
        known >= most && (known >= MOST || ended(&self.recent) >= most)
    }

    /// Forgets the oldest that were taken, also behind one that still runs. Several at once, since each time all lines that
    /// wait are looked through.
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

    /// Where a line belongs that Lambda received `at`, with the request id that it names itself, if any.
    pub fn place(&self, request_id: Option<&Rc<str>>, at: u64) -> Placement {
        match request_id {
            Some(id) => match self.newest(id) {
                Some(index) => self.placement(index, true),
                None => Placement::Unknown,
            },
            None if self.concurrent => Placement::Known(None, None),
            None => self.place_by_time(at),
        }
    }

    /// Whether an invocation that Lambda has not announced yet may have written a line that came `at`. Where several run at a
    /// time, that is over once a later one was announced; one at a time, `place` says so.
    pub fn may_announce_one_of(&self, at: u64) -> bool {
        self.concurrent && self.recent.iter().all(|invocation| invocation.began() <= at)
    }

    /// One at a time: the newest invocation that had begun when the line came. Before the first of this environment it is
    /// a line of the init phase: in the first invocation's trace, but of no invocation.
    fn place_by_time(&self, at: u64) -> Placement {
        for index in (0..self.recent.len()).rev() {
            if self.begun_by(index, at) {
                return self.placement(index, true);
            }
        }
        match self.recent.front() {
            None => Placement::Later,
            Some(_) => self.placement(0, self.seen > self.recent.len() as u64),
        }
    }

    fn begun_by(&self, index: usize, at: u64) -> bool {
        if let Some(started) = self.recent[index].started {
            return started <= at;
        }
        // Only INVOKE has come, whose time of receipt may be later than the first line's. What came after the invocation
        // before had ended is this one's.
        match index.checked_sub(1).map(|before| &self.recent[before].outcome) {
            Some(Some(outcome)) => outcome.at < at,
            Some(None) => self.recent[index].began() <= at,
            None => self.recent[index].outcome.is_some() || self.recent[index].began() <= at,
        }
    }

    fn placement(&self, index: usize, within: bool) -> Placement {
        let invocation = &self.recent[index];
        if !invocation.settled() {
            return Placement::Later;
        }
        let request_id = within.then(|| Rc::clone(&invocation.request_id));
        Placement::Known(request_id, Some(invocation.context()))
    }

    fn newest(&self, request_id: &str) -> Option<usize> {
        self.recent
            .iter()
            .rposition(|invocation| &*invocation.request_id == request_id)
    }

    fn add(&mut self, request_id: &str, trace_header: &str) -> usize {
        let xray = XRay::parse(trace_header);
        self.seen += 1;
        self.recent.push_back(Invocation {
            request_id: Rc::from(request_id),
            function_arn: None,
            parent_span_id: xray.and_then(|header| header.parent_span_id),
            own: TraceContext {
                trace_id: xray.map_or_else(|| trace::derived_trace_id(request_id), |header| header.trace_id),
                span_id: trace::derived_span_id(request_id, &self.environment, self.seen),
            },
            handler: None,
            cold_start: self.seen == 1 && self.cold_starts,
            started: None,
            invoked: None,
            outcome: None,
            committed: None,
            taken: false,
        });
        self.recent.len() - 1
    }
}

#[cfg(test)]
mod tests;

//! Everything known in this environment: invocations and what waits to be sent. Pure; times are passed in.

use crate::buffer::{Buffer, Drops, Forwarded, Signal};
use crate::config::FunctionIdentity;
use crate::convert::sdk::Received;
use crate::convert::{logs, spans};
use crate::diagnostics;
use crate::invocation::{Invocations, Outcome, Placement};
use crate::lambda::events::Invoke;
use crate::lambda::telemetry::{self, Done, Event, Start, Status};
use crate::record::{Log, Origin, Span};
use crate::timestamp;

/// A line whose invocation never became known leaves after this long, in nanoseconds.
const LONGEST_WAIT: u64 = 60_000_000_000;

/// What one request per signal can take.
#[derive(Debug, Default)]
pub struct Records {
    /// Log records of ours.
    pub logs: Vec<Log>,
    /// Spans of ours.
    pub spans: Vec<Span>,
    /// Requests of the function's SDK.
    pub forwarded: Vec<Forwarded>,
}

impl Records {
    /// How many there are, as the backend counts them.
    pub fn items(&self) -> usize {
        let forwarded: usize = self.forwarded.iter().map(|request| request.items).sum();
        self.logs.len() + self.spans.len() + forwarded
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty() && self.spans.is_empty() && self.forwarded.is_empty()
    }
}

/// The state of this execution environment.
#[derive(Debug)]
pub struct Session {
    function_name: String,
    invocations: Invocations,
    buffer: Buffer,
    /// Every line leaves, whether its invocation is known or not.
    ending: bool,
}

impl Session {
    /// The state at the start.
    pub fn new(function: &FunctionIdentity) -> Self {
        Session {
            function_name: function.name.clone(),
            invocations: Invocations::new(&function.initialization_type, &function.log_stream),
            buffer: Buffer::new(Buffer::capacity_for(function.memory_mb)),
            ending: false,
        }
    }

    /// An invocation begins.
    pub fn invoke(&mut self, invoke: &Invoke, now: u64) {
        self.invocations
            .invoke(&invoke.request_id, &invoke.function_arn, &invoke.trace_header, now);
    }

    /// Takes a batch of the Telemetry API in, whatever of it can be read.
    pub fn telemetry(&mut self, body: &str, now: u64) {
        let batch = telemetry::parse(body);
        self.buffer.drops.malformed += batch.malformed as u64;
        for event in &batch.events {
            if self.event(event, now).is_err() {
                self.buffer.drops.malformed += 1;
            }
        }
    }

    fn event(&mut self, event: &Event<'_>, now: u64) -> Result<(), serde_json::Error> {
        let at = timestamp::parse(&event.time).unwrap_or(now);
        let record = event.record.get();
        match &*event.kind {
            "function" => self.buffer.push_log(logs::from_line(Origin::Function, at, record)),
            "extension" if diagnostics::is_own_line(record) => {}
            "extension" => self.buffer.push_log(logs::from_line(Origin::Extension, at, record)),
            "platform.start" => {
                let start: Start = serde_json::from_str(record)?;
                let header = start.tracing.as_ref().map_or("", |tracing| &tracing.value);
                self.invocations.start(&start.request_id, header, at);
            }
            "platform.runtimeDone" => {
                let done: Done = serde_json::from_str(record)?;
                self.invocations.done(&done.request_id, outcome(&done, at));
            }
            "platform.report" => {
                let done: Done = serde_json::from_str(record)?;
                self.invocations.report(&done.request_id, outcome(&done, at));
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes a request of the function's SDK in.
    pub fn received(&mut self, received: Received) {
        for handler in received.handlers {
            self.invocations.handler_span(&handler.request_id, handler.context);
        }
        if received.forwarded.items > 0 {
            self.buffer.push_forwarded(received.forwarded);
        }
    }

    /// Whether this invocation has ended.
    pub fn is_done(&self, request_id: &str) -> bool {
        self.invocations.is_done(request_id)
    }

    /// Whether Lambda has said everything about every invocation.
    pub fn all_reported(&self) -> bool {
        self.invocations.all_reported()
    }

    /// What waits is to leave although invocations still run.
    pub fn commit(&mut self) {
        self.invocations.commit();
    }

    /// The environment ends, for Lambda's reason (`spindown`, `timeout`, `failure`).
    pub fn end(&mut self, reason: &str, now: u64) {
        let status = match reason {
            "timeout" => Status::Timeout,
            "failure" => Status::Failure,
            _ => Status::Success,
        };
        self.invocations.end_all(status, now);
        self.ending = true;
    }

    /// Takes what one request of this signal can take, about `limit` bytes of it.
    pub fn take(&mut self, signal: Signal, limit: usize, now: u64) -> Records {
        self.finish_invocations();
        let mut records = Records {
            forwarded: self.buffer.take_forwarded(signal, limit),
            ..Records::default()
        };
        match signal {
            Signal::Logs => {
                let (invocations, ending) = (&self.invocations, self.ending);
                records.logs = self.buffer.take_logs(limit, |log| {
                    stamp(log, invocations) || ending || log.observed.saturating_add(LONGEST_WAIT) < now
                });
            }
            Signal::Traces => records.spans = self.buffer.take_spans(),
            Signal::Metrics => {}
        }
        records
    }

    fn finish_invocations(&mut self) {
        for invocation in self.invocations.take_finished() {
            if let Some(log) = logs::from_failure(&invocation) {
                self.buffer.push_log(log);
            }
            if let Some(span) = spans::invoke_span(&invocation, &self.function_name) {
                self.buffer.push_span(span);
            }
        }
    }

    /// Bytes that wait, and that may.
    pub fn fill(&self) -> (usize, usize) {
        (self.buffer.bytes(), self.buffer.capacity())
    }

    /// Records that wait.
    pub fn waiting(&self) -> usize {
        self.buffer.len()
    }

    /// The backend refused records for good.
    pub fn count_rejected(&mut self, items: usize) {
        self.buffer.drops.rejected += items as u64;
    }

    /// What was dropped so far.
    pub fn drops(&self) -> Drops {
        self.buffer.drops
    }
}

/// Completes a log record with its invocation's ids; false if they aren't known yet. Ids of the line itself count first.
fn stamp(log: &mut Log, invocations: &Invocations) -> bool {
    if log.stamped {
        return true;
    }
    // What another extension says has a request id only if it names one itself.
    if log.origin == Origin::Extension && log.request_id.is_none() {
        log.stamped = true;
        return true;
    }
    match invocations.place(log.request_id.as_ref(), log.observed) {
        Placement::Unknown if log.claimed => {
            logs::disclaim(log);
            return stamp(log, invocations);
        }
        Placement::Later | Placement::Unknown => return false,
        Placement::Known(request_id, context) => {
            log.request_id = log.request_id.take().or(request_id);
            log.context = log.context.or(context);
        }
    }
    log.stamped = true;
    true
}

fn outcome(done: &Done<'_>, at: u64) -> Outcome {
    Outcome {
        status: done.status,
        error_type: done.error_type.as_deref().map(str::to_owned),
        duration_ms: done.metrics.as_ref().and_then(|metrics| metrics.duration_ms),
        at,
    }
}

#[cfg(test)]
mod tests;

//! The state of this environment: invocations and queued telemetry. Pure; times are passed in.

mod durable;
mod events;
mod executions;
mod measuring;
mod meters;
mod open_spans;
mod order;
mod phases;
mod progress;
mod reasons;
mod replays;
mod sampled;
mod sampling;
mod sdk;
mod source;
mod stamp;
mod unfinished;

use crate::buffer::{Batch, Buffer, Drops, Usage};
use crate::config::{FunctionIdentity, LogsConfig, SamplingConfig, SendingConfig};
use crate::convert::join::Joiner;
use crate::convert::platform::{incidents, spans};
use crate::invocation::Invocations;
use crate::lambda::events::Invoke;
use crate::lambda::telemetry::Status;
use crate::record::{Signal, TraceContext};
use durable::Durable;
use meters::Meters;
use open_spans::OpenSpans;
use order::Order;
use phases::Phases;
use reasons::Reasons;
use sampling::Sampling;
use stamp::stamp;
use unfinished::Unfinished;

/// A line whose invocation never became known is sent after this long, in nanoseconds: Lambda announces an invocation
/// before its first line, or together with it.
const LONGEST_WAIT: u64 = 3_000_000_000;

/// Lines of a stack trace arrive together: after this long without another line, in nanoseconds, it is complete.
const TRACE_WAIT: u64 = 100_000_000;

/// The state of this execution environment.
#[derive(Debug)]
pub struct Session {
    function_name: String,
    invocations: Invocations,
    buffer: Buffer,
    joiner: Joiner,
    phases: Phases,
    reasons: Reasons,
    order: Order,
    open_spans: OpenSpans,
    unfinished: Unfinished,
    sampling: Sampling,
    durable: Durable,
    /// `None` if platform metrics are switched off.
    measures: Option<Meters>,
    /// The losses that a record has already reported.
    reported_drops: Drops,
    /// Whether something has ended since losses were last checked.
    ended: bool,
    /// The ids of an init phase that failed before any invocation, for its lines.
    failed_start: Option<TraceContext>,
    /// Whether the function's SDK has sent spans.
    traced: bool,
    /// Whether every line is sent, even if its invocation is not known.
    ending: bool,
    logs: LogsConfig,
}

impl Session {
    /// The state at the start.
    pub fn new(function: &FunctionIdentity, sending: &SendingConfig) -> Self {
        let share = Buffer::capacity_for(function.memory_mb);
        Session {
            function_name: function.name.clone(),
            invocations: Invocations::new(function.initialization_type, &function.log_stream),
            buffer: Buffer::new(sending.buffer.unwrap_or(share)),
            joiner: Joiner::default(),
            phases: Phases::new(function.initialization_type),
            reasons: Reasons::default(),
            order: Order::default(),
            open_spans: OpenSpans::default(),
            unfinished: Unfinished::default(),
            sampling: Sampling::default(),
            durable: Durable::default(),
            measures: None,
            reported_drops: Drops::default(),
            ended: false,
            failed_start: None,
            traced: false,
            ending: false,
            logs: LogsConfig::default(),
        }
    }

    /// Sets which traces are sent.
    pub fn with_sampling(self, sampling: SamplingConfig) -> Self {
        Session {
            sampling: Sampling::new(sampling),
            ..self
        }
    }

    /// Sets which lines become log records.
    pub fn with_logs(self, logs: LogsConfig) -> Self {
        Session { logs, ..self }
    }

    /// Handles the beginning of an invocation.
    pub fn invoke(&mut self, invoke: &Invoke, now: u64) {
        self.forget_old_invocations();
        self.invocations
            .invoke(&invoke.request_id, &invoke.function_arn, &invoke.trace_header, now);
    }

    /// Allows queued lines to be sent although their invocations are still running.
    pub fn commit(&mut self) {
        self.invocations.commit();
    }

    /// Handles the end of the environment, with Lambda's reason (`spindown`, `timeout`, `failure`).
    pub fn end(&mut self, reason: &str, now: u64) {
        let status = match reason {
            "timeout" => Status::Timeout,
            "failure" => Status::Failure,
            _ => Status::Success,
        };
        if status != Status::Success {
            for request_id in self.invocations.running() {
                self.adopt_open_spans(&request_id, now);
            }
        }
        self.invocations.end_all(status, now);
        self.ending = true;
        self.ended = true;
    }

    /// Takes the records for one request of this signal, about `limit` bytes.
    pub fn take(&mut self, signal: Signal, limit: usize, now: u64) -> Batch {
        self.finish_invocations();
        self.finish_unfinished();
        self.finish_sampling();
        self.finish_failed_start();
        if self.ending
            || self
                .joiner
                .newest()
                .is_some_and(|newest| newest.saturating_add(TRACE_WAIT) < now)
        {
            self.close_traces();
        }
        let mut records = Batch {
            forwarded: self.buffer.take_forwarded(signal, limit),
            ..Batch::default()
        };
        records.forwarded = self.with_tenant(records.forwarded);
        match signal {
            Signal::Logs => {
                self.report_drops(now);
                let (invocations, durable, sampling) = (&self.invocations, &mut self.durable, &self.sampling);
                let (ending, failed_start) = (self.ending, self.failed_start);
                records.logs = self.buffer.take_logs(limit, |log| {
                    if stamp(log, invocations, durable) {
                        return ending || !sampling.awaits(log, invocations);
                    }
                    if let Some(context) = failed_start {
                        log.complete_context(context);
                    }
                    ending || log.observed.saturating_add(LONGEST_WAIT) < now
                });
                self.durable.drop_replayed(&mut records.logs, &self.logs);
            }
            Signal::Traces => records.spans = self.buffer.take_spans(),
            Signal::Metrics => records.forwarded.extend(self.due_metrics(now)),
        }
        records
    }

    /// Lines may wait for a backend that is down for longer than their invocations are remembered, so their ids are set
    /// first.
    fn forget_old_invocations(&mut self) {
        if !self.invocations.is_full() {
            return;
        }
        self.finish_invocations();
        let (invocations, durable) = (&self.invocations, &mut self.durable);
        self.buffer.stamp_all(|log| {
            stamp(log, invocations, durable);
        });
        self.leave_out_lines();
        self.invocations.forget_oldest();
    }

    fn finish_invocations(&mut self) {
        for invocation in self.invocations.take_finished() {
            if let Some(mut log) = incidents::from_failure(&invocation) {
                log.time = self.order.place(log.time);
                self.buffer.push_log(log);
            }
            let mut spans = self.phases.take(&invocation, &self.reasons);
            let reason = self.reasons.take(&invocation, !self.invocations.are_concurrent());
            if let Some(span) = spans::invoke_span(&invocation, &self.function_name, reason) {
                spans.extend(self.durable.root(&invocation, &self.function_name));
                spans.push(span);
            }
            match self.sampling.keeps(&invocation) {
                true => spans.into_iter().for_each(|span| self.buffer.push_span(span)),
                false => self.buffer.drops.left_out += spans.len() as u64,
            }
            if let Some(measures) = &mut self.measures {
                measures.invocation(&invocation);
            }
            self.ended = true;
        }
    }

    /// If an environment ends without any invocation, its only span is that of the failed phase.
    fn finish_failed_start(&mut self) {
        if !self.has_failed_start() {
            return;
        }
        for span in self.phases.take_failed(&self.invocations, &self.reasons) {
            self.failed_start.get_or_insert(span.context);
            self.buffer.push_span(span);
        }
    }

    fn has_failed_start(&self) -> bool {
        self.ending && !self.invocations.any_came() && self.phases.any_failed()
    }

    /// Queues a record of losses, at most one for each end of an invocation: the record itself may be rejected.
    fn report_drops(&mut self, now: u64) {
        if !std::mem::take(&mut self.ended) {
            return;
        }
        let drops = self.buffer.drops;
        if let Some(log) = incidents::from_drops(&drops, &self.reported_drops, now) {
            self.reported_drops = drops;
            self.buffer.push_log(log);
        }
    }

    /// Bytes queued, and the capacity.
    pub fn usage(&self) -> Usage {
        Usage {
            bytes: self.buffer.bytes() + self.joiner.bytes(),
            capacity: self.buffer.capacity(),
        }
    }

    /// Whether anything can be taken, or could once more is known about it.
    pub fn has_something(&self, now: u64) -> bool {
        let metrics = self
            .measures
            .as_ref()
            .is_some_and(|measures| measures.is_due(now, self.ending));
        metrics || self.waiting() > 0
    }

    /// Queued records, including those that are only created when they are taken.
    pub fn waiting(&self) -> usize {
        let metrics = self.ending && self.measures.as_ref().is_some_and(|measures| measures.is_due(0, true));
        let unmade = self.unfinished_over()
            + self.sampling.decided(&self.invocations)
            + usize::from(self.invocations.has_finished())
            + usize::from(self.has_failed_start())
            + usize::from(metrics);
        self.buffer.len() + self.joiner.waiting() + unmade
    }

    /// Counts of drops so far.
    pub fn drops(&self) -> Drops {
        self.buffer.drops
    }
}

#[cfg(test)]
mod tests;

//! Handles the Telemetry API's events.

use super::Session;
use super::reasons::Reasons;
use crate::buffer::Buffer;
use crate::config::LogsConfig;
use crate::convert::logs;
use crate::convert::platform::incidents;
use crate::diagnostics;
use crate::invocation::Outcome;
use crate::lambda::telemetry::{self, Done, Event, LogsDropped, Start};
use crate::record::{Log, Origin};

impl Session {
    /// Handles a batch of the Telemetry API, as far as it can be parsed.
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
        let at = event.time.unwrap_or(now);
        let record = event.record.get();
        match &*event.kind {
            "function" => {
                let mut log = self.line(Origin::Function, at, now, record);
                self.identify(&mut log);
                let (buffer, kept, reasons) = (&mut self.buffer, &self.logs, &mut self.reasons);
                self.joiner.objects_apart = kept.as_rotel;
                self.joiner.offer(log, &mut |log| keep(buffer, kept, reasons, log));
            }
            "extension" if diagnostics::is_own_line(record) => {}
            "extension" => {
                let log = self.line(Origin::Extension, at, now, record);
                keep(&mut self.buffer, &self.logs, &mut self.reasons, log);
            }
            "platform.start" => {
                let start: Start = serde_json::from_str(record)?;
                let header = start.tracing.as_ref().map_or("", |tracing| &tracing.value);
                self.close_traces();
                self.forget_old_invocations();
                self.invocations.start(&start.request_id, header, at);
                self.invocations.tenant(&start.request_id, start.tenant_id.as_deref());
            }
            "platform.runtimeDone" => {
                let done: Done = serde_json::from_str(record)?;
                self.close_traces();
                self.forget_old_invocations();
                self.done(&done, at);
            }
            "platform.report" => self.report(&serde_json::from_str(record)?, at, now),
            "platform.logsDropped" => {
                let dropped: LogsDropped = serde_json::from_str(record)?;
                let lost = &mut self.buffer.drops.platform;
                *lost = lost.saturating_add(dropped.dropped_records);
            }
            "platform.initStart" => {
                let phase = serde_json::from_str(record)?;
                self.durable.begin(&phase);
                self.phases.begin("init", &phase, at);
            }
            "platform.initRuntimeDone" => self.phases.end("init", &serde_json::from_str(record)?, at),
            "platform.initReport" => self.phase_report("init", &serde_json::from_str(record)?, at, now),
            "platform.restoreStart" => self.phases.begin("restore", &serde_json::from_str(record)?, at),
            "platform.restoreRuntimeDone" => self.phases.end("restore", &serde_json::from_str(record)?, at),
            "platform.restoreReport" => self.phase_report("restore", &serde_json::from_str(record)?, at, now),
            _ => {}
        }
        Ok(())
    }

    fn done(&mut self, done: &Done<'_>, at: u64) {
        let outcome = Outcome::of(done, at);
        if outcome.is_end_of_function() {
            self.adopt_open_spans(&done.request_id, at);
        }
        self.invocations.done(&done.request_id, outcome);
        self.invocations.tenant(&done.request_id, done.tenant_id.as_deref());
    }

    /// A line that Lambda received `at`, and the extension `now`.
    fn line(&mut self, origin: Origin, at: u64, now: u64, record: &str) -> Log {
        let log = match self.logs.as_rotel {
            true => logs::from_line_as_rotel(origin, at, record),
            false => logs::from_line(origin, at, record),
        };
        Log {
            arrived: now,
            time: self.order.place(log.time),
            ..log
        }
    }

    fn report(&mut self, report: &Done<'_>, at: u64, now: u64) {
        self.close_traces();
        self.done(report, at);
        self.invocations.reported(&report.request_id);
        if let Some(reason) = incidents::out_of_memory(report, at) {
            let log = incidents::from_memory(&reason, &report.request_id);
            self.push_incident(log, now);
            self.reasons.platform(&report.request_id, at, reason);
        }
        self.measure(report, at);
    }

    fn phase_report(&mut self, name: &'static str, event: &telemetry::Phase<'_>, at: u64, now: u64) {
        self.phases.end(name, event, at);
        if let Some(log) = incidents::from_failed_phase(name, event, at) {
            self.push_incident(log, now);
        }
    }

    /// Queues a record of an event of Lambda, which arrived `now`.
    fn push_incident(&mut self, log: Log, now: u64) {
        let time = self.order.place(log.time);
        let log = Log {
            time,
            arrived: now,
            ..log
        };
        self.buffer.push_log(log);
    }

    /// Stops waiting for the rest of stack traces.
    pub(super) fn close_traces(&mut self) {
        let (buffer, kept, reasons) = (&mut self.buffer, &self.logs, &mut self.reasons);
        self.joiner.close(&mut |log| keep(buffer, kept, reasons, log));
    }
}

/// Queues a line if the user wants it; the error that it reports is remembered in any case.
fn keep(buffer: &mut Buffer, kept: &LogsConfig, reasons: &mut Reasons, log: Log) {
    reasons.line(&log);
    if kept.keeps(log.severity) {
        buffer.push_log(log);
    }
}

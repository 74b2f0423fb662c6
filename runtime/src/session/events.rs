//! What the Telemetry API's events do to the state.

use super::Session;
use crate::buffer::Buffer;
use crate::config::LogsConfig;
use crate::convert::{incidents, logs};
use crate::diagnostics;
use crate::invocation::Outcome;
use crate::lambda::telemetry::{self, Done, Event, LogsDropped, Start};
use crate::record::{Log, Origin};
use crate::timestamp;

impl Session {
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
            "function" => {
                let log = self.line(Origin::Function, at, record);
                let (buffer, kept) = (&mut self.buffer, &self.logs);
                self.joiner.offer(log, &mut |log| keep(buffer, kept, log));
            }
            "extension" if diagnostics::is_own_line(record) => {}
            "extension" => {
                let log = self.line(Origin::Extension, at, record);
                keep(&mut self.buffer, &self.logs, log);
            }
            "platform.start" => {
                let start: Start = serde_json::from_str(record)?;
                let header = start.tracing.as_ref().map_or("", |tracing| &tracing.value);
                self.close_traces();
                self.forget_old_invocations();
                self.invocations.start(&start.request_id, header, at);
            }
            "platform.runtimeDone" => {
                let done: Done = serde_json::from_str(record)?;
                self.close_traces();
                self.forget_old_invocations();
                self.invocations.done(&done.request_id, Outcome::of(&done, at));
            }
            "platform.report" => self.report(&serde_json::from_str(record)?, at),
            "platform.logsDropped" => {
                let dropped: LogsDropped = serde_json::from_str(record)?;
                let lost = &mut self.buffer.drops.platform;
                *lost = lost.saturating_add(dropped.dropped_records);
            }
            "platform.initStart" => self.phases.begin("init", &serde_json::from_str(record)?, at),
            "platform.initRuntimeDone" => self.phases.end("init", &serde_json::from_str(record)?, at),
            "platform.initReport" => self.phase_report("init", &serde_json::from_str(record)?, at),
            "platform.restoreStart" => self.phases.begin("restore", &serde_json::from_str(record)?, at),
            "platform.restoreRuntimeDone" => self.phases.end("restore", &serde_json::from_str(record)?, at),
            "platform.restoreReport" => self.phase_report("restore", &serde_json::from_str(record)?, at),
            _ => {}
        }
        Ok(())
    }

    fn line(&self, origin: Origin, at: u64, record: &str) -> Log {
        let mut log = logs::from_line(origin, at, record);
        if self.logs.as_rotel {
            log.attributes.clear();
        }
        log
    }

    fn report(&mut self, report: &Done<'_>, at: u64) {
        self.close_traces();
        self.invocations.done(&report.request_id, Outcome::of(report, at));
        if let Some(log) = incidents::from_memory(report, at) {
            self.buffer.push_log(log);
        }
        if let Some(measures) = &mut self.measures {
            measures.report(report, at);
        }
    }

    fn phase_report(&mut self, name: &'static str, event: &telemetry::Phase<'_>, at: u64) {
        self.phases.end(name, event, at);
        if let Some(log) = incidents::from_failed_phase(name, event, at) {
            self.buffer.push_log(log);
        }
    }

    /// Lines that wait for the rest of a stack trace wait no longer.
    pub(super) fn close_traces(&mut self) {
        let (buffer, kept) = (&mut self.buffer, &self.logs);
        self.joiner.close(&mut |log| keep(buffer, kept, log));
    }
}

/// Keeps a line that the user wants.
fn keep(buffer: &mut Buffer, kept: &LogsConfig, log: Log) {
    if kept.keeps(log.severity) {
        buffer.push_log(log);
    }
}

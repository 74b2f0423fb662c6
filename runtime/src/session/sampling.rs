//! Spans of invocations whose traces are perhaps left out: held until it is known, decided for all spans of an invocation.

use std::collections::VecDeque;
use std::time::Duration;

use crate::config::{Facts, SamplingConfig};
use crate::invocation::{Invocation, Invocations};
use crate::record::{Forwarded, Log, Origin, Severity};

/// Bytes held at most.
const MOST: usize = 2 * 1024 * 1024;

/// What is to become of an invocation's spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Keep,
    Drop,
    /// It runs, and something may still happen for which it is kept.
    Later,
}

/// Requests that wait for the verdict, oldest first, each with its invocation.
#[derive(Debug, Default)]
pub struct Sampling {
    config: SamplingConfig,
    held: VecDeque<(String, Forwarded)>,
    bytes: usize,
}

impl Sampling {
    /// With this configuration.
    pub fn new(config: SamplingConfig) -> Self {
        Sampling {
            config,
            ..Sampling::default()
        }
    }

    /// Whether anything may be left out.
    pub fn is_on(&self) -> bool {
        self.config.is_on()
    }

    /// Whether a trace is of the share that is kept.
    pub fn keeps_trace(&self, trace_id: &[u8; 16]) -> bool {
        self.config.keeps_trace(trace_id)
    }

    /// Whether the spans of this ended invocation leave.
    pub fn keeps(&self, invocation: &Invocation) -> bool {
        !self.config.is_on() || self.verdict(invocation) == Verdict::Keep
    }

    /// What is to become of a line: none of those that are sent in any case.
    fn of_line(&self, log: &Log, invocations: &Invocations) -> Option<Verdict> {
        let is_debug = matches!(log.severity, Severity::Trace | Severity::Debug);
        let is_meant = self.config.debug_logs && is_debug && log.origin == Origin::Function && log.stamped;
        let invocation = invocations.find(log.request_id.as_deref().filter(|_| is_meant)?)?;
        Some(self.verdict(invocation))
    }

    /// Whether lines may be left out.
    pub fn samples_lines(&self) -> bool {
        self.config.debug_logs && self.config.is_on()
    }

    /// Whether this line waits for the end of its invocation.
    pub fn awaits(&self, log: &Log, invocations: &Invocations) -> bool {
        self.of_line(log, invocations) == Some(Verdict::Later)
    }

    /// Whether this line is left out.
    pub fn leaves_out(&self, log: &Log, invocations: &Invocations) -> bool {
        self.of_line(log, invocations) == Some(Verdict::Drop)
    }

    /// What is known only grows, so that what is kept once stays kept.
    fn verdict(&self, invocation: &Invocation) -> Verdict {
        let trace = self.config.keeps_trace(&invocation.context().trace_id);
        if trace || self.config.keeps(facts(invocation)) {
            return Verdict::Keep;
        }
        match invocation.outcome {
            Some(_) => Verdict::Drop,
            None => Verdict::Later,
        }
    }

    /// Holds a request of this invocation. Gives how many spans of the oldest requests had to go.
    pub fn hold(&mut self, request_id: String, forwarded: Forwarded) -> u64 {
        self.bytes += forwarded.request.len();
        self.held.push_back((request_id, forwarded));
        let mut dropped = 0;
        while self.bytes > MOST {
            let Some((_, oldest)) = self.held.pop_front() else {
                break;
            };
            self.bytes -= oldest.request.len();
            dropped += oldest.items as u64;
        }
        dropped
    }

    /// How many spans wait of which it is known.
    pub fn decided(&self, invocations: &Invocations) -> usize {
        let decided = self.held.iter().filter(|(id, _)| {
            let invocation = invocations.find(id);
            invocation.is_none_or(|invocation| self.verdict(invocation) != Verdict::Later)
        });
        decided.map(|(_, forwarded)| forwarded.items).sum()
    }

    /// Takes the requests that are kept; the second part counts the spans that are left out.
    pub fn take(&mut self, invocations: &Invocations) -> (Vec<Forwarded>, u64) {
        if self.held.is_empty() {
            return (Vec::new(), 0);
        }
        let (mut kept, mut left_out) = (Vec::new(), 0);
        for (request_id, forwarded) in std::mem::take(&mut self.held) {
            // One that nobody knows any more is not worth a loss.
            let invocation = invocations.find(&request_id);
            let verdict = invocation.map_or(Verdict::Keep, |invocation| self.verdict(invocation));
            match verdict {
                Verdict::Keep => kept.push(forwarded),
                Verdict::Drop => left_out += forwarded.items as u64,
                Verdict::Later => self.held.push_back((request_id, forwarded)),
            }
        }
        self.bytes = self.held.iter().map(|(_, forwarded)| forwarded.request.len()).sum();
        (kept, left_out)
    }
}

/// What is known of an invocation.
fn facts(invocation: &Invocation) -> Facts {
    let handler = invocation.handler.as_ref();
    let ended = invocation.outcome.as_ref();
    let took = ended.and_then(|outcome| outcome.duration_ms);
    let took = took.map_or(Duration::ZERO, |ms| {
        Duration::from_micros((ms.max(0.0) * 1_000.0) as u64)
    });
    Facts {
        failed: invocation.failed_span || ended.is_some_and(|outcome| !outcome.is_success()),
        cold: invocation.cold_start,
        took: took.max(handler.map_or(Duration::ZERO, |handler| handler.took)),
    }
}

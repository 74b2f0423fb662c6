//! Spans of invocations whose traces may be dropped: held until the decision, which is made for all spans of an
//! invocation.

use std::collections::VecDeque;
use std::time::Duration;

use crate::config::{Facts, SamplingConfig};
use crate::invocation::{Invocation, Invocations};
use crate::record::{Forwarded, Log, Origin, Severity};

/// Maximum number of bytes held.
const MOST: usize = 2 * 1024 * 1024;

/// The decision on an invocation's spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Keep,
    Drop,
    /// It is running, and may still meet a condition for being kept.
    Later,
}

/// Requests that wait for the decision, oldest first, each with its invocation.
#[derive(Debug, Default)]
pub struct Sampling {
    config: SamplingConfig,
    held: VecDeque<(String, Forwarded)>,
    bytes: usize,
}

impl Sampling {
    /// Creates it with this configuration.
    pub fn new(config: SamplingConfig) -> Self {
        Sampling {
            config,
            ..Sampling::default()
        }
    }

    /// Whether anything may be dropped.
    pub fn is_on(&self) -> bool {
        self.config.is_on()
    }

    /// Whether a trace is sampled.
    pub fn keeps_trace(&self, trace_id: &[u8; 16]) -> bool {
        self.config.keeps_trace(trace_id)
    }

    /// Whether the spans of this ended invocation are sent.
    pub fn keeps(&self, invocation: &Invocation) -> bool {
        !self.config.is_on() || self.verdict(invocation) == Verdict::Keep
    }

    /// The decision on a line; `None` for lines that are always sent.
    fn of_line(&self, log: &Log, invocations: &Invocations) -> Option<Verdict> {
        let is_debug = matches!(log.severity, Severity::Trace | Severity::Debug);
        let is_meant = self.config.debug_logs && is_debug && log.origin == Origin::Function && log.stamped;
        let invocation = invocations.find(log.request_id.as_deref().filter(|_| is_meant)?)?;
        Some(self.verdict(invocation))
    }

    /// Whether lines may be dropped.
    pub fn samples_lines(&self) -> bool {
        self.config.debug_logs && self.config.is_on()
    }

    /// Whether this line waits for the end of its invocation.
    pub fn awaits(&self, log: &Log, invocations: &Invocations) -> bool {
        self.of_line(log, invocations) == Some(Verdict::Later)
    }

    /// Whether this line is dropped.
    pub fn leaves_out(&self, log: &Log, invocations: &Invocations) -> bool {
        self.of_line(log, invocations) == Some(Verdict::Drop)
    }

    /// Knowledge only grows, so what is kept once stays kept.
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

    /// Holds a request of this invocation. Returns how many spans of the oldest requests had to be dropped.
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

    /// The number of held spans that have been decided.
    pub fn decided(&self, invocations: &Invocations) -> usize {
        let decided = self.held.iter().filter(|(id, _)| {
            let invocation = invocations.find(id);
            invocation.is_none_or(|invocation| self.verdict(invocation) != Verdict::Later)
        });
        decided.map(|(_, forwarded)| forwarded.items).sum()
    }

    /// Takes the requests that are kept; the second part counts the dropped spans.
    pub fn take(&mut self, invocations: &Invocations) -> (Vec<Forwarded>, u64) {
        if self.held.is_empty() {
            return (Vec::new(), 0);
        }
        let (mut kept, mut left_out) = (Vec::new(), 0);
        for (request_id, forwarded) in std::mem::take(&mut self.held) {
            // For an invocation that has been forgotten, dropping the spans is not justified.
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

/// What is known about an invocation.
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

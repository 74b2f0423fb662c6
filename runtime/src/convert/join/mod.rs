//! Joins stack traces whose lines arrive as separate events into one record.
//!
//! Raw standard output and error are split at every line break. Lines that cannot be part of a trace pass at once;
//! lines that may begin one wait for the next, and are passed on separately if they turn out not to be a trace.

mod heading;
mod joined;

use std::collections::VecDeque;

use super::level::jul::jul_level;
use super::stack::{self, State};
use super::{headline, json, logs, text};
use crate::record::{Log, Origin, Severity};
use heading::{heading_of, is_text_line};
use joined::{alone, joined};

/// The maximum number of lines that are joined; further lines become a separate record.
const LINES: usize = 400;
const BYTES: usize = 64 * 1024;

/// In nanoseconds. Times of lines within the same millisecond differ only in the remainder.
const MILLISECOND: u64 = 1_000_000;

/// Lines that wait for the rest of their stack trace, in their order.
#[derive(Debug, Default)]
pub struct Joiner {
    lines: VecDeque<Log>,
    first: Option<State>,
    state: Option<State>,
    /// Number of lines that certainly belong to one trace.
    certain: usize,
    bytes: usize,
    /// Arrival of the last line of a Python trace that had to be passed on before the exception's own line arrived.
    unfinished: Option<u64>,
    /// Lines of indented JSON remain separate records, as in the Rotel extension.
    pub objects_apart: bool,
}

impl Joiner {
    /// Adds a record. Complete records are passed to `keep`: this one, or earlier ones that waited.
    pub fn offer(&mut self, mut log: Log, keep: &mut impl FnMut(Log)) {
        if !is_bare(&log) && !self.may_be_glued(&log) {
            return self.offer_record(log, keep);
        }
        let unfinished = self.unfinished.take();
        if let Some((at, glued)) = unfinished.and_then(|at| Some((at, unglue(&mut log)?))) {
            keep(end_of_trace(log, at));
            return self.offer(glued, keep);
        }
        if self.state.is_none() && self.begin(&log.body).is_none() {
            return keep(log);
        }
        self.advance(VecDeque::from([log]), keep);
    }

    /// A record with its own level or fields ends a trace. A record of the runtime, which has a request id, comes from
    /// a separate stream: it ends a trace only if the trace is complete, otherwise it overtakes it.
    fn offer_record(&mut self, log: Log, keep: &mut impl FnMut(Log)) {
        if self.state == Some(State::JulHeading) && is_text_line(&log) && jul_level(&log.body).is_some() {
            self.push(State::Heading, log);
            self.certain = self.lines.len();
            return;
        }
        let heading = heading_of(&log).filter(|state| !self.is_unwanted(*state));
        let is_heading = self.state.is_some_and(stack::is_heading);
        let is_same_stream = log.request_id.is_none() && log.origin == Origin::Function;
        if is_heading || is_same_stream || self.state.is_some_and(stack::is_complete) {
            self.close(keep);
        }
        match heading {
            Some(state) if self.state.is_none() => self.open(state, log),
            _ => keep(log),
        }
    }

    /// Nothing more is expected for now: passes waiting lines to `keep`.
    pub fn close(&mut self, keep: &mut impl FnMut(Log)) {
        let unfinished = self.newest().filter(|_| self.state == Some(State::Python));
        while self.state.is_some() {
            let rest = self.finish(keep);
            self.advance(rest, keep);
        }
        self.unfinished = unfinished.or(self.unfinished);
    }

    /// Whether it may be the last line of a Python trace with the next record on the same line.
    fn may_be_glued(&self, log: &Log) -> bool {
        let is_awaited = self.state == Some(State::Python) || self.unfinished.is_some();
        is_awaited && log.request_id.is_none() && is_platforms_time(log) && glued_at(&log.body).is_some()
    }

    /// Number of waiting lines.
    pub fn waiting(&self) -> usize {
        self.lines.len()
    }

    /// Bytes of waiting lines.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Arrival time of the newest one.
    pub fn newest(&self) -> Option<u64> {
        self.lines.back().map(|log| log.observed)
    }

    fn advance(&mut self, mut queue: VecDeque<Log>, keep: &mut impl FnMut(Log)) {
        while let Some(mut log) = queue.pop_front() {
            let Some(state) = self.state else {
                match self.begin(&log.body) {
                    Some(state) if !log.body.contains('\n') => self.open(state, log),
                    _ => keep(log),
                }
                continue;
            };
            let glued = if state == State::Python { unglue(&mut log) } else { None };
            let next = stack::next(state, &log.body).filter(|_| self.has_room(&log));
            match next {
                Some((state, certain)) if !log.body.contains('\n') => {
                    self.push(state, log);
                    self.certain = if certain { self.lines.len() } else { self.certain };
                    if let Some(glued) = glued {
                        self.close(keep);
                        self.offer(glued, keep);
                    }
                }
                _ => {
                    let mut rest = self.finish(keep);
                    rest.push_back(log);
                    rest.extend(glued);
                    rest.append(&mut queue);
                    queue = rest;
                }
            }
        }
    }

    fn begin(&self, line: &str) -> Option<State> {
        stack::begin(line).filter(|state| !self.is_unwanted(*state))
    }

    fn is_unwanted(&self, state: State) -> bool {
        self.objects_apart && matches!(state, State::Json(_))
    }

    fn open(&mut self, state: State, log: Log) {
        self.first = Some(state);
        self.push(state, log);
    }

    fn push(&mut self, state: State, log: Log) {
        self.state = Some(state);
        self.bytes += log.size();
        self.lines.push_back(log);
    }

    fn has_room(&self, log: &Log) -> bool {
        self.lines.len() < LINES && self.bytes + log.size() <= BYTES
    }

    /// Ends the trace, if it is one, and returns the lines that were not part of it.
    fn finish(&mut self, keep: &mut impl FnMut(Log)) -> VecDeque<Log> {
        let rest = self.lines.split_off(self.certain.max(1).min(self.lines.len()));
        let lines = std::mem::take(&mut self.lines);
        let first = self.first.take();
        *self = Joiner {
            objects_apart: self.objects_apart,
            ..Joiner::default()
        };
        let log = match lines.len() {
            1 if !self.objects_apart => lines.into_iter().next().map(|log| alone(log, first)),
            _ => joined(lines, first),
        };
        if let Some(log) = log {
            keep(log);
        }
        rest
    }
}

/// The last line of a trace that was already passed on, perhaps together with its invocation.
fn end_of_trace(mut log: Log, at: u64) -> Log {
    log.severity = Severity::Error;
    (log.time, log.observed) = (at, at);
    log
}

/// Whether the function wrote it without any layout, so that it may be part of something larger.
fn is_bare(log: &Log) -> bool {
    log.origin == Origin::Function
        && log.severity == Severity::Unspecified
        && log.request_id.is_none()
        && is_platforms_time(log)
        && (log.attributes.is_empty() || log.body.contains('\n'))
}

/// Whether the line contains no time of its own.
fn is_platforms_time(log: &Log) -> bool {
    log.time / MILLISECOND == log.observed / MILLISECOND
}

/// Outside managed runtimes, Python's `log.exception` ends without a line break: the next record follows on the same
/// line. Splits it off.
fn unglue(log: &mut Log) -> Option<Log> {
    let at = glued_at(&log.body)?;
    let rest = log.body.split_off(at);
    log.attributes.clear();
    Some(logs::from_text(log.origin, log.observed, &rest))
}

fn glued_at(body: &str) -> Option<usize> {
    headline::named(body)?;
    let lines = body.match_indices('[').map(|(at, _)| at).filter(|at| {
        let parsed = text::parse(&body[*at..]);
        parsed.severity != Severity::Unspecified && (parsed.time.is_some() || parsed.message.contains("\nTraceback"))
    });
    let object = body.find("{\"").filter(|at| {
        let before = body[..*at].chars().next_back();
        before.is_some_and(char::is_alphanumeric) && json::parse(&body[*at..]).is_some()
    });
    lines.chain(object).filter(|at| *at > 0).min()
}

#[cfg(test)]
mod tests;

//! Recent errors reported by lines, kept until the end of their invocation.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::convert::platform::reason::Reason;
use crate::invocation::{Invocation, Phase};
use crate::lambda::telemetry::Status;
use crate::record::Log;

/// Maximum number of remembered errors: the last one of each invocation, of which Managed Instances run many.
const REMEMBERED: usize = 64;

/// Maximum delay of a runtime's last line after the end of its phase, in nanoseconds.
const SLACK: u64 = 100_000_000;

/// The last error of each invocation, oldest first.
#[derive(Debug, Default)]
pub struct Reasons {
    recent: VecDeque<Reported>,
}

#[derive(Debug)]
struct Reported {
    /// The invocation that the line names, if any.
    request_id: Option<Rc<str>>,
    /// Whether the id may be the application's own.
    request_id_unverified: bool,
    /// When Lambda received the line.
    observed: u64,
    reason: Reason,
}

impl Reported {
    /// Whether the line's invocation is uncertain.
    fn may_be_anybodys(&self) -> bool {
        self.request_id.is_none() || self.request_id_unverified
    }
}

impl Reasons {
    /// Handles a line.
    pub fn line(&mut self, log: &Log) {
        if let Some(reason) = Reason::of_line(log) {
            self.add(
                log.request_id.clone(),
                log.request_id_field.is_some(),
                log.observed,
                reason,
            );
        }
    }

    /// Records the reason that Lambda gave for the end of this invocation.
    pub fn platform(&mut self, request_id: &str, at: u64, reason: Reason) {
        self.add(Some(Rc::from(request_id)), false, at, reason);
    }

    fn add(&mut self, request_id: Option<Rc<str>>, request_id_unverified: bool, observed: u64, reason: Reason) {
        if request_id.is_some() {
            self.recent.retain(|known| known.request_id != request_id);
        }
        if self.recent.len() >= REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(Reported {
            request_id,
            request_id_unverified,
            observed,
            reason,
        });
    }

    /// Why this ended invocation failed, according to its lines; `alone` if no other invocation is running, so that
    /// lines without an id belong to it. After a timeout no line reports the reason: Lambda ended the function from
    /// outside.
    pub fn take(&mut self, invocation: &Invocation, alone: bool) -> Option<Reason> {
        let outcome = invocation.outcome.as_ref()?;
        let found = match outcome.status {
            Status::Error | Status::Failure => self.find(invocation, outcome.at, alone),
            Status::Success | Status::Timeout => None,
        };
        self.recent.retain(|known| {
            let old = alone && known.observed <= outcome.at;
            known.request_id.as_ref() != Some(&invocation.request_id) && !old
        });
        found
    }

    fn find(&self, invocation: &Invocation, ended: u64, alone: bool) -> Option<Reason> {
        let is_named = |known: &Reported| known.request_id.as_ref() == Some(&invocation.request_id);
        // With one invocation at a time, whatever arrived before its end belongs to it, or to an init phase that failed
        // before it began. Errors from before the end of the previous invocation have already been taken.
        let is_unnamed = |known: &Reported, until: u64| alone && known.may_be_anybodys() && known.observed <= until;
        let newest = |until: u64| {
            let mut recent = self.recent.iter();
            recent.rfind(|known| is_named(known) || is_unnamed(known, until))
        };
        let found = newest(ended).or_else(|| newest(ended.saturating_add(SLACK)));
        found.map(|known| known.reason.clone())
    }

    /// Why this phase failed, according to the lines written during it.
    pub fn of_phase(&self, phase: &Phase) -> Option<Reason> {
        let status = phase.status?;
        let end = phase.end.unwrap_or(u64::MAX);
        let within = |known: &&Reported| {
            let written = (phase.start..=end.saturating_add(SLACK)).contains(&known.observed);
            known.request_id.is_none() && written
        };
        let line = self.recent.iter().rev().find(within);
        let line = line.filter(|_| matches!(status, Status::Error | Status::Failure));
        let said = || {
            Reason::of_phase(
                phase.name,
                status,
                phase.error_type.as_deref(),
                phase.end.unwrap_or(phase.start),
            )
        };
        line.map(|known| known.reason.clone()).or_else(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::{Invocations, Outcome};
    use crate::lambda::initialization::InitializationType;

    const SECOND: u64 = 1_000_000_000;

    fn reported(reasons: &mut Reasons, id: Option<&str>, at: u64, kind: &str) {
        let reason = Reason {
            kind: kind.into(),
            message: String::new(),
            stack: None,
            at,
        };
        reasons.add(id.map(Rc::from), false, at, reason);
    }

    /// The reasons of two consecutive invocations that both failed with this status, at 10 to 20 s and 30 to 40 s.
    fn taken(reasons: &mut Reasons, status: Status, alone: bool) -> [Option<String>; 2] {
        let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
        for (id, began) in [("a", 10), ("b", 30)] {
            invocations.start(id, "", began * SECOND);
            let outcome = Outcome {
                status,
                error_type: None,
                duration_ms: None,
                at: (began + 10) * SECOND,
            };
            invocations.done(id, outcome);
            invocations.reported(id);
        }
        let finished = invocations.take_finished();
        [0, 1].map(|at| reasons.take(&finished[at], alone).map(|reason| reason.kind))
    }

    #[test]
    fn each_invocation_has_its_own_last_error() {
        let mut reasons = Reasons::default();
        for (id, at, kind) in [
            (None, 5, "Init"),
            (Some("a"), 11, "First"),
            (None, 12, "Last"),
            (None, 35, "Other"),
        ] {
            reported(&mut reasons, id, at * SECOND, kind);
        }
        assert_eq!(
            taken(&mut reasons, Status::Error, true),
            [Some("Last".into()), Some("Other".into())]
        );
        assert!(reasons.recent.is_empty());
    }

    #[test]
    fn an_error_of_the_init_phase_is_that_of_the_invocation_that_it_failed() {
        let mut reasons = Reasons::default();
        reported(&mut reasons, None, 5 * SECOND, "Import");
        assert_eq!(taken(&mut reasons, Status::Error, true), [Some("Import".into()), None]);
    }

    #[test]
    fn where_several_run_only_the_id_says_whose_it_is() {
        let mut reasons = Reasons::default();
        reported(&mut reasons, None, 11 * SECOND, "Somebodys");
        reported(&mut reasons, Some("b"), 11 * SECOND, "Second");
        assert_eq!(
            taken(&mut reasons, Status::Failure, false),
            [None, Some("Second".into())]
        );
    }

    #[test]
    fn neither_timeouts_nor_successes_have_a_lines_reason() {
        for status in [Status::Timeout, Status::Success] {
            let mut reasons = Reasons::default();
            reported(&mut reasons, Some("a"), 11 * SECOND, "Logged");
            assert_eq!(taken(&mut reasons, status, true), [None, None]);
        }
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut reasons = Reasons::default();
        for number in 0..1_000 {
            reported(&mut reasons, Some(&number.to_string()), number, "E");
        }
        assert_eq!(reasons.recent.len(), REMEMBERED);
    }
}

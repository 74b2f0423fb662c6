//! The init and restore phases, converted from events to spans of the invocation that waited for them.

use super::reasons::Reasons;
use crate::convert::platform::spans;
use crate::invocation::{Invocation, Invocations, Phase};
use crate::lambda::initialization::InitializationType;
use crate::lambda::telemetry;
use crate::record::Span;

/// Maximum number of remembered phases before an invocation's end: Lambda restarts an environment that fails to
/// initialise only a few times.
const REMEMBERED: usize = 4;

/// The phases since the last ended invocation.
#[derive(Debug, Default)]
pub struct Phases {
    recent: Vec<Phase>,
    /// Whether the environment was created before any invocation, so that phases before the first one do not belong to
    /// it.
    ahead: bool,
}

impl Phases {
    /// No phases yet, in an environment of this type.
    pub fn new(initialization_type: InitializationType) -> Self {
        Phases {
            recent: Vec::new(),
            ahead: initialization_type.made_ahead(),
        }
    }

    /// Handles `platform.initStart` or `platform.restoreStart`.
    pub fn begin(&mut self, name: &'static str, event: &telemetry::Phase<'_>, at: u64) {
        let phase = Phase {
            name,
            within_invocation: event.phase == "invoke",
            before_snapshot: event.phase == "snap-start",
            start: at,
            end: None,
            status: None,
            error_type: None,
        };
        let again = self.recent.iter().any(|known| known.name == name && known.start == at);
        if !again && self.recent.len() < REMEMBERED {
            self.recent.push(phase);
        }
    }

    /// Handles its `RuntimeDone` or `Report`: the report's status and end are used, and a failure is reported once,
    /// here.
    pub fn end(&mut self, name: &'static str, event: &telemetry::Phase<'_>, at: u64) {
        let Some(phase) = self.recent.iter_mut().rfind(|phase| phase.name == name) else {
            return;
        };
        let duration = event.metrics.as_ref().and_then(|metrics| metrics.duration_ms);
        phase.end = match duration {
            Some(ms) => Some(
                phase
                    .start
                    .saturating_add((ms.max(0.0) * spans::NANOS_PER_MILLISECOND) as u64),
            ),
            None => phase.end.or(Some(at)),
        };
        phase.status = event.status.or(phase.status);
        if let Some(kind) = &event.error_type {
            phase.error_type = Some(kind.as_ref().to_owned());
        }
    }

    /// Whether any of them has failed.
    pub fn any_failed(&self) -> bool {
        self.recent.iter().any(Phase::failed)
    }

    /// The spans of failed phases, in an environment that ends without any invocation.
    pub fn take_failed(&mut self, invocations: &Invocations, reasons: &Reasons) -> Vec<Span> {
        let cold_start = !self.ahead;
        let (failed, rest): (Vec<Phase>, Vec<Phase>) =
            std::mem::take(&mut self.recent).into_iter().partition(Phase::failed);
        self.recent = rest;
        let span = |phase: &Phase| {
            let context = invocations.environment_span(phase.name, phase.start);
            spans::lone_phase_span(phase, context, cold_start, reasons.of_phase(phase))
        };
        failed.iter().map(span).collect()
    }

    /// The spans of the phases that this ended invocation waited for.
    pub fn take(&mut self, invocation: &Invocation, reasons: &Reasons) -> Vec<Span> {
        let phases = std::mem::take(&mut self.recent);
        let waited = |phase: &&Phase| {
            let ahead = self.ahead || phase.before_snapshot;
            phase.within_invocation || (invocation.cold_start && !ahead)
        };
        phases
            .iter()
            .filter(waited)
            .map(|phase| spans::phase_span(phase, invocation, reasons.of_phase(phase)))
            .collect()
    }
}

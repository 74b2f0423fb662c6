//! The end of a handler, as signalled by the tracing layer in the function's process. Lambda's own event arrives at
//! least 25 ms later, the shortest time for which the Telemetry API holds events back.

use super::Invocations;
use super::entry::Invocation;
use super::handler::HandlerEnd;

impl Invocations {
    /// The tracing layer signalled that the handler of this invocation has ended. Its lines are from now on sent with
    /// the ids that are known: its handler span has arrived, or there is none.
    pub fn handler_ended(&mut self, request_id: &str) {
        match self.newest(request_id).and_then(|index| self.recent.get_mut(index)) {
            Some(invocation) => {
                invocation.handler_ended = true;
                invocation.committed = true;
            }
            None => self.early_handlers.keep_ended(request_id),
        }
    }

    /// How the handler of this invocation ended, if the tracing layer signalled it.
    pub fn handler_end(&self, request_id: &str) -> Option<HandlerEnd> {
        let invocation = self.newest(request_id).and_then(|index| self.recent.get(index))?;
        let failed = invocation.handler.as_ref().is_some_and(|handler| handler.failed);
        invocation.handler_ended.then_some(HandlerEnd { failed })
    }

    /// What is known about an invocation.
    pub fn find(&self, request_id: &str) -> Option<&Invocation> {
        self.newest(request_id).and_then(|index| self.recent.get(index))
    }

    /// The invocation of a span that does not name it, by its trace: the newest, if invocations run one at a time.
    pub fn of_trace(&self, trace_id: Option<[u8; 16]>) -> Option<String> {
        let is_its = |one: &&Invocation| !self.concurrent || Some(one.context().trace_id) == trace_id;
        let found = self.recent.iter().rev().find(is_its);
        found.map(|invocation| invocation.request_id.to_string())
    }

    /// Records that a span of this invocation has failed.
    pub fn span_failed(&mut self, request_id: &str) {
        if let Some(invocation) = self.newest(request_id).and_then(|index| self.recent.get_mut(index)) {
            invocation.failed_span = true;
        }
    }

    /// Whether every other invocation has ended.
    pub fn others_are_done(&self, request_id: &str) -> bool {
        let mut others = self.recent.iter().filter(|other| &*other.request_id != request_id);
        others.all(|other| other.outcome.is_some())
    }

    /// Whether the newest invocation is running, as far as is known.
    pub fn is_running(&self) -> bool {
        self.recent.back().is_some_and(|newest| newest.outcome.is_none())
    }

    /// Whether the handler of the newest invocation has ended without Lambda having reported it.
    pub fn awaits_lambdas_word(&self) -> bool {
        let newest = self.recent.back();
        newest.is_some_and(|newest| newest.handler_ended && newest.outcome.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::handler::HandlerSpan;
    use crate::lambda::initialization::InitializationType;
    use crate::record::TraceContext;

    fn handler(request_id: &str, failed: bool) -> HandlerSpan {
        HandlerSpan {
            request_id: request_id.into(),
            context: TraceContext {
                trace_id: [1; 16],
                span_id: [2; 8],
            },
            parent_span_id: None,
            is_entry: true,
            has_cold_start: true,
            failed,
            took: std::time::Duration::ZERO,
        }
    }

    #[test]
    fn an_end_may_come_before_its_invocation() {
        let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
        invocations.handler_span(&handler("a", true));
        invocations.handler_ended("a");
        assert_eq!(invocations.handler_end("a"), None);
        invocations.invoke("a", "", "", 1);
        assert_eq!(invocations.handler_end("a"), Some(HandlerEnd { failed: true }));
        invocations.invoke("b", "", "", 2);
        assert_eq!(invocations.handler_end("b"), None);
        invocations.handler_ended("b");
        assert_eq!(invocations.handler_end("b"), Some(HandlerEnd { failed: false }));
        assert!(invocations.awaits_lambdas_word());
    }

    #[test]
    fn only_so_many_early_ends_are_remembered() {
        let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
        for number in 0..1_000 {
            invocations.handler_ended(&number.to_string());
        }
        invocations.invoke("0", "", "", 1);
        invocations.invoke("999", "", "", 2);
        assert_eq!(invocations.handler_end("0"), None);
        assert!(invocations.handler_end("999").is_some());
    }
}

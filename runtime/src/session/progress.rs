//! The progress of invocations.

use super::Session;
use crate::invocation::HandlerEnd;

impl Session {
    /// Whether this invocation has ended.
    pub fn is_done(&self, request_id: &str) -> bool {
        self.invocations.is_done(request_id)
    }

    /// How the handler of this invocation ended, if the tracing layer signalled it.
    pub fn handler_end(&self, request_id: &str) -> Option<HandlerEnd> {
        self.invocations.handler_end(request_id)
    }

    /// Whether the newest invocation's handler has ended without Lambda having reported it.
    pub fn awaits_lambdas_word(&self) -> bool {
        self.invocations.awaits_lambdas_word()
    }

    /// Whether every other known invocation has ended.
    pub fn others_are_done(&self, request_id: &str) -> bool {
        self.invocations.others_are_done(request_id)
    }

    /// Whether the newest invocation is running, as far as is known.
    pub fn is_running(&self) -> bool {
        self.invocations.is_running()
    }

    /// Whether Lambda has reported every invocation, so that nothing more is expected about them.
    pub fn all_are_reported(&self) -> bool {
        self.invocations.all_are_reported()
    }
}

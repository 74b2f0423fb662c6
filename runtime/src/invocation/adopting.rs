//! Invoke spans that take ids over which the function's SDK has used.

use super::Invocations;
use crate::record::TraceContext;

impl Invocations {
    /// When an invocation began whose invoke span can still have other ids: nothing has left with them, and no other runs
    /// beside it, to which the SDK's spans could belong.
    pub fn can_adopt(&self, request_id: &str) -> Option<u64> {
        let invocation = self.newest(request_id).and_then(|index| self.recent.get(index))?;
        let free = invocation.outcome.is_none() && !invocation.has_early_lines();
        let entry = invocation.handler.as_ref().is_some_and(|handler| handler.is_entry);
        (free && !entry && !self.concurrent).then(|| invocation.began())
    }

    /// The invoke span of this invocation has these ids, which the SDK had given to a span that it never sent.
    pub fn adopt(&mut self, request_id: &str, context: TraceContext) {
        if let Some(invocation) = self.newest(request_id).and_then(|index| self.recent.get_mut(index)) {
            invocation.own = context;
            invocation.handler = None;
        }
    }
}

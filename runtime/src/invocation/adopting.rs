//! Invoke spans that adopt ids used by the function's SDK.

use super::Invocations;
use crate::record::TraceContext;

impl Invocations {
    /// The start of an invocation whose invoke span can still get other ids: nothing has been sent with its ids, and no
    /// other invocation is running to which the SDK's spans could belong.
    pub fn can_adopt(&self, request_id: &str) -> Option<u64> {
        let invocation = self.newest(request_id).and_then(|index| self.recent.get(index))?;
        let free = invocation.outcome.is_none() && !invocation.has_early_lines();
        let entry = invocation.handler.as_ref().is_some_and(|handler| handler.is_entry);
        (free && !entry && !self.concurrent).then(|| invocation.began())
    }

    /// Gives the invoke span of this invocation these ids, which the SDK used for a span that it never sent.
    pub fn adopt(&mut self, request_id: &str, context: TraceContext) {
        if let Some(invocation) = self.newest(request_id).and_then(|index| self.recent.get_mut(index)) {
            invocation.own = context;
            invocation.handler = None;
        }
    }
}

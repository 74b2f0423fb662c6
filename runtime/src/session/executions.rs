//! Records and spans that name the durable execution that they belong to.

use super::Session;
use crate::invocation::durable;
use crate::otlp::received::DurableSpan;
use crate::record::Log;

impl Session {
    /// Handles a line that may name its execution.
    pub(super) fn identify(&mut self, log: &mut Log) {
        if let Some(arn) = durable::identify(log) {
            self.durable.is_durable = true;
            self.invocations
                .execution(log.request_id.as_deref(), log.observed, &arn, None);
        }
    }

    /// Handles a span of AWS's OpenTelemetry plugin for durable functions, which names its execution.
    pub(super) fn durable_span(&mut self, span: &DurableSpan) {
        self.durable.is_durable = true;
        let request_id = span.request_id.as_deref();
        self.invocations
            .execution(request_id, span.start, &span.execution, Some(span.trace_id));
    }
}

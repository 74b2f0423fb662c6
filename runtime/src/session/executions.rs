//! Records and spans that name the durable execution which they belong to.

use super::Session;
use crate::invocation::durable;
use crate::otlp::received::DurableSpan;
use crate::record::Log;

impl Session {
    /// A line may name the execution that it belongs to.
    pub(super) fn identify(&mut self, log: &mut Log) {
        if let Some(arn) = durable::identify(log) {
            self.durable.is_durable = true;
            self.invocations
                .execution(log.request_id.as_deref(), log.observed, &arn, None);
        }
    }

    /// A span of AWS's OpenTelemetry plugin for durable functions names its execution.
    pub(super) fn durable_span(&mut self, span: &DurableSpan) {
        self.durable.is_durable = true;
        let request_id = span.request_id.as_deref();
        self.invocations
            .execution(request_id, span.start, &span.execution, Some(span.trace_id));
    }
}

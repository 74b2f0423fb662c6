//! Metrics of Lambda's measurements.

use super::Session;
use super::meters::Meters;
use crate::invocation::Invocation;
use crate::lambda::telemetry::Done;
use crate::otlp::metrics;
use crate::record::Forwarded;

impl Session {
    /// Enables metrics of Lambda's measurements if `wanted`.
    pub fn with_platform_metrics(self, wanted: bool) -> Self {
        Session {
            measures: wanted.then(|| Meters::new(&self.function_name)),
            ..self
        }
    }

    /// Gives these metrics exemplars, which refer to invocations' spans, if `wanted`.
    pub fn with_exemplars(mut self, wanted: bool) -> Self {
        if let Some(measures) = &mut self.measures {
            measures.exemplars = wanted;
        }
        self
    }

    /// Adds the `platform.report` of an invocation that has ended, so that it is known which span stands for it and
    /// whether that is sent.
    pub(super) fn measure(&mut self, report: &Done<'_>, at: u64) {
        let Some(measures) = &mut self.measures else { return };
        let ended = self.invocations.find(&report.request_id);
        let sent = ended.filter(|invocation| self.sampling.keeps(invocation));
        let span = sent.map(Invocation::context);
        measures.report(report, self.invocations.labels(&report.request_id), at, span);
    }

    /// The metrics that are due.
    pub(super) fn due_metrics(&mut self, now: u64) -> Option<Forwarded> {
        let (drops, ending) = (self.buffer.drops, self.ending);
        let measures = self.measures.as_mut().filter(|measures| measures.is_due(now, ending))?;
        Some(metrics::request(measures.take(drops, now))).filter(|request| request.items > 0)
    }
}

//! Invocations of a durable execution: all in one trace, below one root.

use std::rc::Rc;

use super::{Invocations, trace};
use crate::record::TraceContext;

/// Distinguishes the ids of executions' roots from those of invocations.
const ROOT: &str = "durable execution";

impl Invocations {
    /// A record that arrived `at` names its durable execution by ARN, and its invocation if known. `trace_id` is that
    /// of the SDK's span that names it.
    ///
    /// The execution's trace is that of the SDK's spans; otherwise that of a sampled trace header, which Lambda passes
    /// from each invocation of an execution to the next (`aws-durable-execution-sdk-python-otel` relies on it);
    /// otherwise it is derived from the ARN, so that every environment computes the same.
    pub fn execution(&mut self, request_id: Option<&str>, at: u64, arn: &str, trace_id: Option<[u8; 16]>) {
        let Some(index) = self.writer(request_id, at) else {
            return;
        };
        if trace_id.is_none() && self.recent[index].labels.execution.as_deref() == Some(arn) {
            return;
        }
        let executions = self.recent.iter().rev().filter_map(|one| one.labels.execution.as_ref());
        let known = executions.into_iter().find(|known| &***known == arn).cloned();
        self.labelled = true;
        let invocation = &mut self.recent[index];
        let sampled = invocation.xray.filter(|header| header.sampled);
        let of_header = || sampled.map_or_else(|| trace::derived_trace_id(arn), |header| header.trace_id);
        let trace_id = trace_id.unwrap_or_else(of_header);
        invocation.labels.execution = Some(known.unwrap_or_else(|| Rc::from(arn)));
        invocation.root = Some(TraceContext {
            trace_id,
            span_id: trace::derived_span_id(arn, ROOT, 0),
        });
        // Records that were already sent refer to the span in its earlier trace.
        if invocation.outcome.is_none() && !invocation.has_early_lines() {
            invocation.own.trace_id = trace_id;
        }
    }

    /// The invocation that wrote a record that arrived `at`, if known.
    fn writer(&self, request_id: Option<&str>, at: u64) -> Option<usize> {
        let named = request_id.and_then(|id| self.newest(id));
        if named.is_some() || self.concurrent {
            return named;
        }
        (0..self.recent.len()).rev().find(|index| self.begun_by(*index, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::{Invocation, Outcome, Placement};
    use crate::lambda::initialization::InitializationType;
    use crate::lambda::telemetry::Status;

    const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:orders:1/durable-execution/order-7/5a1f";
    const SAMPLED: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const UNSAMPLED: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";

    fn invocations(environment: &str) -> Invocations {
        Invocations::new(InitializationType::OnDemand, environment)
    }

    fn finished(invocations: &mut Invocations, id: &str, at: u64) -> Invocation {
        let outcome = Outcome {
            status: Status::Success,
            error_type: None,
            duration_ms: None,
            at,
        };
        invocations.done(id, outcome);
        invocations.take_finished().remove(0)
    }

    #[test]
    fn all_invocations_of_an_execution_share_trace_and_root_in_every_environment() {
        let mut seen = Vec::new();
        for (environment, header) in [("one", ""), ("one", UNSAMPLED), ("two", UNSAMPLED)] {
            let mut invocations = invocations(environment);
            invocations.start(header, header, 1);
            invocations.execution(Some(header), 2, ARN, None);
            let invocation = finished(&mut invocations, header, 9);
            seen.push((invocation.own.trace_id, invocation.root.unwrap()));
            assert_eq!(invocation.own.trace_id, invocation.root.unwrap().trace_id);
        }
        assert!(seen.iter().all(|ids| *ids == seen[0]));
    }

    #[test]
    fn a_sampled_header_and_the_sdks_spans_name_the_trace() {
        let mut invocations = invocations("env");
        invocations.start("r", SAMPLED, 1);
        let trace = invocations.recent[0].own.trace_id;
        invocations.execution(None, 2, ARN, None);
        assert_eq!(invocations.recent[0].root.unwrap().trace_id, trace);
        invocations.execution(Some("r"), 3, ARN, Some([7; 16]));
        let invocation = finished(&mut invocations, "r", 9);
        assert_eq!(
            (invocation.own.trace_id, invocation.root.unwrap().trace_id),
            ([7; 16], [7; 16])
        );
    }

    #[test]
    fn ids_that_lines_left_with_stay() {
        let mut invocations = invocations("env");
        invocations.start("r", "", 1);
        invocations.commit();
        let Placement::Known(_, Some(context)) = invocations.place(None, 2) else {
            panic!("committed");
        };
        invocations.execution(None, 3, ARN, None);
        let invocation = finished(&mut invocations, "r", 9);
        assert_eq!(invocation.own, context);
        assert_ne!(invocation.root.unwrap().trace_id, context.trace_id);
        assert_eq!(invocation.labels.execution.as_deref(), Some(ARN));
    }

    #[test]
    fn a_record_belongs_to_the_invocation_that_it_names_or_that_ran() {
        let mut invocations = invocations("env");
        invocations.start("a", "", 10);
        invocations.start("b", "", 20);
        invocations.execution(Some("mine"), 5, ARN, None);
        assert!(!invocations.labelled, "before any invocation");
        invocations.execution(Some("mine"), 15, ARN, None);
        let execution =
            |invocations: &Invocations, id| invocations.labels(id).and_then(|labels| labels.execution.clone());
        assert_eq!(execution(&invocations, "a").as_deref(), Some(ARN));
        assert_eq!(execution(&invocations, "b"), None);
        invocations.execution(Some("b"), 15, ARN, None);
        assert_eq!(execution(&invocations, "b").as_deref(), Some(ARN));
        let mut managed = Invocations::new(InitializationType::ManagedInstances, "env");
        managed.start("a", "", 10);
        managed.execution(None, 15, ARN, None);
        assert_eq!(execution(&managed, "a"), None, "several may run");
    }
}

//! Lambda's measurements, aggregated separately by the labels of the invocations, so that one tenant's numbers do not
//! appear in another's.

use crate::buffer::Drops;
use crate::convert::platform::metrics::Measures;
use crate::invocation::{Invocation, Labels};
use crate::lambda::telemetry::Done;
use crate::record::Metric;

/// Distinct labels between two exports; the numbers of any further ones have no labels.
const MOST: usize = 64;

/// Measurements since metrics were last sent.
#[derive(Debug)]
pub struct Meters {
    function_name: String,
    /// Of invocations without labels, and of the environment itself.
    plain: Measures,
    labelled: Vec<(Labels, Measures)>,
}

impl Meters {
    /// No measurements yet, for this function.
    pub fn new(function_name: &str) -> Self {
        Meters {
            function_name: function_name.to_owned(),
            plain: Measures::new(function_name),
            labelled: Vec::new(),
        }
    }

    /// Adds an invocation that has ended.
    pub fn invocation(&mut self, invocation: &Invocation) {
        self.of(&invocation.labels).invocation(invocation);
    }

    /// Adds a `platform.report` of an invocation with these labels.
    pub fn report(&mut self, report: &Done<'_>, labels: Option<&Labels>, at: u64) {
        match labels {
            Some(labels) => self.of(labels).report(report, at),
            None => self.plain.report(report, at),
        }
    }

    fn of(&mut self, labels: &Labels) -> &mut Measures {
        if labels.is_empty() {
            return &mut self.plain;
        }
        let known = self.labelled.iter().position(|(known, _)| known == labels);
        let at = known.unwrap_or_else(|| {
            if self.labelled.len() < MOST {
                let measures = Measures::with_labels(&self.function_name, labels);
                self.labelled.push((labels.clone(), measures));
                return self.labelled.len() - 1;
            }
            MOST
        });
        self.labelled
            .get_mut(at)
            .map_or(&mut self.plain, |(_, measures)| measures)
    }

    /// Whether there are measurements and they are due.
    pub fn is_due(&self, now: u64, ending: bool) -> bool {
        let mut labelled = self.labelled.iter();
        self.plain.is_due(now, ending) || labelled.any(|(_, measures)| measures.is_due(now, ending))
    }

    /// Takes the metrics since the last call; `drops` are counts since the environment's start.
    pub fn take(&mut self, drops: Drops, now: u64) -> Vec<Metric> {
        let mut metrics = self.plain.take(drops, now);
        for (_, mut measures) in self.labelled.drain(..) {
            metrics.append(&mut measures.take(Drops::default(), now));
        }
        metrics
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::{Invocations, Outcome};
    use crate::lambda::initialization::InitializationType;
    use crate::lambda::telemetry::Status;
    use crate::record::{Measure, Value};

    const REPORT: &str = r#"{"requestId":"0","status":"success","metrics":{"durationMs":1,"billedDurationMs":2000}}"#;

    /// The metrics of one invocation for each of these tenants.
    fn metrics(tenants: impl IntoIterator<Item = Option<String>>) -> Vec<Metric> {
        let (mut invocations, mut meters) = (
            Invocations::new(InitializationType::OnDemand, "env"),
            Meters::new("orders"),
        );
        for (number, tenant) in tenants.into_iter().enumerate() {
            let id = number.to_string();
            invocations.start(&id, "", 5);
            invocations.tenant(&id, tenant.as_deref());
            let outcome = Outcome {
                status: Status::Success,
                error_type: None,
                duration_ms: Some(1.0),
                at: 9,
            };
            invocations.done(&id, outcome);
            meters.report(&serde_json::from_str(REPORT).unwrap(), invocations.labels(&id), 10);
            invocations
                .take_finished()
                .iter()
                .for_each(|invocation| meters.invocation(invocation));
        }
        assert!(meters.is_due(20, true) && !meters.is_due(20, false));
        let taken = meters.take(Drops::default(), 20);
        assert!(!meters.is_due(u64::MAX, true));
        taken
    }

    fn of(metrics: &[Metric], tenant: Option<&str>, name: &str) -> Option<f64> {
        let value = |metric: &Metric| match &metric.measure {
            Measure::Sum(count) => *count as f64,
            Measure::Gauge(value) | Measure::Amount(value) => *value,
            Measure::Histogram(histogram) => histogram.sum,
        };
        let has = |metric: &&Metric| {
            let label = metric.attributes.iter().find(|(key, _)| key == Labels::TENANT);
            metric.name == name && label.map(|(_, value)| value) == tenant.map(Value::from).as_ref()
        };
        metrics.iter().find(has).map(value)
    }

    #[test]
    fn tenants_have_their_own_numbers() {
        let metrics = metrics([Some("blue".into()), None, Some("green".into()), Some("blue".into())]);
        for (tenant, invocations) in [(Some("blue"), 2.0), (Some("green"), 1.0), (None, 1.0)] {
            assert_eq!(
                of(&metrics, tenant, "faas.invocations"),
                Some(invocations),
                "{tenant:?}"
            );
            assert_eq!(
                of(&metrics, tenant, "aws.lambda.billed_duration"),
                Some(invocations * 2.0)
            );
        }
        assert!(metrics.iter().all(|metric| {
            let name = ("faas.name".into(), Value::from("orders"));
            metric.attributes.contains(&name)
        }));
    }

    #[test]
    fn only_so_many_are_told_apart_and_none_is_lost() {
        let tenants = (0..MOST + 5).map(|number| Some(format!("tenant {number}")));
        let metrics = metrics(tenants);
        assert_eq!(of(&metrics, None, "faas.invocations"), Some(5.0));
        assert_eq!(of(&metrics, Some("tenant 63"), "faas.invocations"), Some(1.0));
    }
}

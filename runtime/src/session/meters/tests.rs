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
        meters.report(
            &serde_json::from_str(REPORT).unwrap(),
            invocations.labels(&id),
            10,
            None,
        );
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
fn exemplars_are_due_when_they_are_many_and_only_so_many_are_kept() {
    let mut meters = Meters::new("orders");
    meters.exemplars = true;
    let labels = Labels {
        tenant: Some("blue".into()),
        execution: None,
    };
    let span = TraceContext {
        trace_id: [1; 16],
        span_id: [2; 8],
    };
    let report = serde_json::from_str(REPORT).unwrap();
    for number in 1..MOST_EXEMPLARS + 10 {
        let labels = (number % 2 == 0).then_some(&labels);
        meters.report(&report, labels, 10, Some(span));
        assert_eq!(meters.is_due(20, false), number >= ENOUGH_EXEMPLARS, "{number}");
    }
    let metrics = meters.take(Drops::default(), 20);
    let billed = metrics
        .iter()
        .filter(|metric| metric.name == "aws.lambda.billed_duration");
    let kept = billed.map(|metric| metric.exemplars.len());
    assert_eq!(kept.collect::<Vec<_>>(), [MOST_EXEMPLARS / 2; 2]);
    assert_eq!(of(&metrics, Some("blue"), "aws.lambda.billed_duration"), Some(520.0));
    meters.report(&report, None, 10, Some(span));
    assert!(!meters.is_due(20, false));
    assert_eq!(meters.take(Drops::default(), 20)[0].exemplars.len(), 1);
}

#[test]
fn only_so_many_are_told_apart_and_none_is_lost() {
    let tenants = (0..MOST + 5).map(|number| Some(format!("tenant {number}")));
    let metrics = metrics(tenants);
    assert_eq!(of(&metrics, None, "faas.invocations"), Some(5.0));
    assert_eq!(of(&metrics, Some("tenant 63"), "faas.invocations"), Some(1.0));
}

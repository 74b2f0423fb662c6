use super::*;
use crate::invocation::{Invocations, Outcome};
use crate::lambda::initialization::InitializationType;

const REPORT: &str = r#"{"requestId":"r","status":"success","metrics":{"durationMs":10.8,"billedDurationMs":11,"memorySizeMB":512,"maxMemoryUsedMB":46,"initDurationMs":77.9},"spans":[{"name":"extensionOverhead","start":"2026-11-23T16:03:23Z","durationMs":2.5}]}"#;

const SPAN: TraceContext = TraceContext {
    trace_id: [1; 16],
    span_id: [2; 8],
};

fn exemplars(metrics: &[Metric], name: &str) -> Vec<(u64, f64)> {
    let metric = metrics.iter().find(|metric| metric.name == name).unwrap();
    assert!(metric.exemplars.iter().all(|exemplar| exemplar.context == SPAN));
    let exemplars = metric.exemplars.iter();
    exemplars.map(|exemplar| (exemplar.time, exemplar.value)).collect()
}

fn measured() -> Measures {
    let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
    for (id, status) in [("r", Status::Success), ("s", Status::Error), ("t", Status::Timeout)] {
        invocations.start(id, "", 5);
        let outcome = Outcome {
            status,
            error_type: None,
            duration_ms: Some(20.0),
            at: 9,
        };
        invocations.done(id, outcome);
    }
    let mut measures = Measures::new("orders");
    for invocation in invocations.take_finished() {
        measures.invocation(&invocation);
    }
    measures.report(&serde_json::from_str(REPORT).unwrap(), 10, Some(SPAN));
    measures
}

fn value(metrics: &[Metric], name: &str) -> f64 {
    match &metrics.iter().find(|metric| metric.name == name).unwrap().measure {
        Measure::Sum(count) => *count as f64,
        Measure::Gauge(value) | Measure::Amount(value) => *value,
        Measure::Histogram(histogram) => histogram.sum,
    }
}

#[test]
fn invocations_and_reports_are_counted() {
    let mut measures = measured();
    let metrics = measures.take(Drops::default(), 100);
    for (name, expected) in [
        ("faas.invocations", 3.0),
        ("faas.errors", 1.0),
        ("faas.timeouts", 1.0),
        ("faas.coldstarts", 1.0),
        ("faas.invoke_duration", 0.06),
        ("faas.init_duration", 0.0779),
        ("faas.mem_usage", 46.0 * BYTES_PER_MB),
        ("aws.lambda.billed_duration", 0.011),
        ("aws.lambda.extension_overhead", 0.0025),
        ("aws.lambda.memory_size", 512.0 * BYTES_PER_MB),
    ] {
        assert!((value(&metrics, name) - expected).abs() < 1e-9, "{name}");
    }
    assert!(metrics.iter().all(|metric| (metric.start, metric.time) == (5, 100)));
    let name = ("faas.name".into(), Value::from("orders"));
    assert!(metrics.iter().all(|metric| metric.attributes.contains(&name)));
}

#[test]
fn billed_time_adds_up_and_memory_is_the_most_used() {
    let mut measures = measured();
    for (billed, used) in [(20.0, 92.0), (30.5, 60.0), (-1.0, f64::NAN), (f64::INFINITY, 0.0)] {
        let metrics = Some(crate::lambda::telemetry::Metrics {
            billed_duration_ms: Some(billed),
            max_memory_used_mb: Some(used),
            ..Default::default()
        });
        let report: Done<'_> = serde_json::from_str(REPORT).unwrap();
        measures.report(&Done { metrics, ..report }, 20, Some(SPAN));
    }
    let metrics = measures.take(Drops::default(), 100);
    assert!((value(&metrics, "aws.lambda.billed_duration") - 0.0615).abs() < 1e-9);
    assert!((value(&metrics, "faas.mem_usage") - 92.0 * BYTES_PER_MB).abs() < 1e-9);
    let of = |name: &str| &metrics.iter().find(|metric| metric.name == name).unwrap().measure;
    assert!(matches!(of("aws.lambda.billed_duration"), Measure::Amount(_)));
    assert!(matches!(of("faas.mem_usage"), Measure::Gauge(_)));
    assert_eq!(
        exemplars(&metrics, "aws.lambda.billed_duration"),
        [(10, 0.011), (20, 0.02), (20, 0.0305)]
    );
    let memory = [46.0, 92.0, 60.0].map(|used| used * BYTES_PER_MB);
    assert_eq!(
        exemplars(&metrics, "faas.mem_usage"),
        [(10, memory[0]), (20, memory[1]), (20, memory[2])],
        "each invocation's own, not the most used"
    );
    assert_eq!(
        exemplars(&metrics, "aws.lambda.extension_overhead"),
        [(10, 0.0025), (20, 0.0025), (20, 0.0025), (20, 0.0025), (20, 0.0025)]
    );
    let others = metrics.iter().filter(|metric| metric.exemplars.is_empty());
    assert_eq!(others.count(), metrics.len() - 3);
    assert!(
        measures
            .take(Drops::default(), 200)
            .iter()
            .all(|metric| metric.exemplars.is_empty())
    );
}

#[test]
fn bounds_reach_the_longest_timeout_in_steps_of_a_tenth() {
    assert!(
        SECONDS
            .windows(2)
            .all(|pair| pair[0] < pair[1] && pair[1] / pair[0] < 1.101),
        "{SECONDS:?}"
    );
    let (shortest, longest) = (SECONDS.first(), SECONDS.last());
    assert!(
        shortest <= Some(&0.0005) && longest >= Some(&5_400.0),
        "{shortest:?} {longest:?}"
    );
}

/// The value that HyperDX shows: interpolated linearly within the quantile's range.
fn quantile(histogram: &Histogram, level: f64) -> f64 {
    let rank = level * histogram.count() as f64;
    let mut below = 0.0;
    for (at, count) in histogram.counts.iter().enumerate() {
        let count = *count as f64;
        if below + count >= rank && count > 0.0 {
            let (low, high) = (at.checked_sub(1).map_or(0.0, |at| SECONDS[at]), SECONDS.get(at));
            return high.map_or(low, |high| low + (high - low) * (rank - below) / count);
        }
        below += count;
    }
    f64::NAN
}

proptest::proptest! {
    #[test]
    fn the_95th_percentile_is_right_by_a_tenth(
        exponent in -3.0_f64..3.25,
        spread in 1.0_f64..20.0,
        values in proptest::collection::vec(0.0_f64..1.0, 20..400),
    ) {
        let base = 10_f64.powf(exponent);
        let mut values: Vec<f64> = values.iter().map(|value| (base * spread.powf(*value)).min(5_400.0)).collect();
        let mut histogram = Histogram::new(&SECONDS);
        values.iter().for_each(|value| histogram.record(*value));
        values.sort_by(f64::total_cmp);
        let rank = (values.len() as f64 * 0.95).ceil() as usize;
        let (exact, shown) = (values[rank - 1], quantile(&histogram, 0.95));
        proptest::prop_assert!((shown / exact - 1.0).abs() <= 0.1, "{exact} is shown as {shown}");
    }
}

#[test]
fn each_taking_tells_of_its_own_time_alone() {
    let mut measures = measured();
    assert!(!measures.is_due(5 + INTERVAL - 1, false));
    assert!(measures.is_due(5 + INTERVAL, false) && measures.is_due(10, true));
    measures.take(Drops::default(), 100);
    assert!(!measures.is_due(u64::MAX, true), "nothing happened since");
}

#[test]
fn drops_are_told_once_and_by_reason() {
    let mut measures = measured();
    let drops = |buffer_full| Drops {
        buffer_full,
        ..Drops::default()
    };
    let dropped = |metrics: &[Metric]| -> Vec<(Measure, Value)> {
        let dropped = metrics
            .iter()
            .filter(|metric| metric.name == "clickstack.extension.dropped_records");
        dropped
            .map(|metric| (metric.measure.clone(), metric.attributes[1].1.clone()))
            .collect()
    };
    let first = dropped(&measures.take(drops(4), 100));
    assert_eq!(first, [(Measure::Sum(4), Value::from("buffer_full"))]);
    assert_eq!(dropped(&measures.take(drops(4), 200)), []);
    assert_eq!(dropped(&measures.take(drops(9), 300))[0].0, Measure::Sum(5));
}

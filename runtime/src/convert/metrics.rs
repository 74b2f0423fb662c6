//! What Lambda measures of this environment, gathered over a stretch of time.

use crate::buffer::Drops;
use crate::invocation::Invocation;
use crate::lambda::telemetry::{Done, Status};
use crate::record::{Attributes, Histogram, Measure, Metric, Value};

/// Metrics leave this often, in nanoseconds, as OpenTelemetry's SDKs have it, and at the environment's end: a request
/// after each invocation would cost more than it says.
const INTERVAL: u64 = 60_000_000_000;

const BYTES_PER_MB: f64 = 1_048_576.0;

/// Upper bounds in seconds, as OpenTelemetry's conventions advise.
const SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0, 300.0, 900.0,
];

/// Upper bounds in bytes: 64 MB to 8 GB.
const MEMORY: &[f64] = &[
    67_108_864.0,
    134_217_728.0,
    268_435_456.0,
    536_870_912.0,
    1_073_741_824.0,
    2_147_483_648.0,
    4_294_967_296.0,
    8_589_934_592.0,
];

/// A kind of histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invoke,
    Init,
    Restore,
    Memory,
    Billed,
    Overhead,
}

impl Kind {
    /// Name, unit and meaning; the `faas.*` names are OpenTelemetry's.
    fn describe(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Kind::Invoke => ("faas.invoke_duration", "s", "Duration of the handler"),
            Kind::Init => ("faas.init_duration", "s", "Duration of the init phase"),
            Kind::Restore => ("aws.lambda.restore_duration", "s", "Duration of the restore phase"),
            Kind::Memory => ("faas.mem_usage", "By", "Most memory used, function and extensions"),
            Kind::Billed => ("aws.lambda.billed_duration", "s", "Duration that is billed"),
            Kind::Overhead => (
                "aws.lambda.extension_overhead",
                "s",
                "Time that extensions took after the function",
            ),
        }
    }

    fn bounds(self) -> &'static [f64] {
        if self == Kind::Memory { MEMORY } else { SECONDS }
    }
}

/// What was measured since metrics last left.
#[derive(Debug, Default)]
pub struct Measures {
    since: Option<u64>,
    invocations: u64,
    errors: u64,
    timeouts: u64,
    cold_starts: u64,
    memory_size: Option<f64>,
    histograms: Vec<(Kind, Histogram)>,
    drops: Drops,
}

impl Measures {
    /// An invocation has ended.
    pub fn invocation(&mut self, invocation: &Invocation) {
        let Some(outcome) = &invocation.outcome else { return };
        self.begin(invocation.began().min(outcome.at));
        self.invocations += 1;
        self.cold_starts += u64::from(invocation.cold_start);
        match outcome.status {
            Status::Success => {}
            Status::Timeout => self.timeouts += 1,
            Status::Error | Status::Failure => self.errors += 1,
        }
        self.milliseconds(Kind::Invoke, outcome.duration_ms);
    }

    /// `platform.report` has come.
    pub fn report(&mut self, report: &Done<'_>, at: u64) {
        let Some(metrics) = &report.metrics else { return };
        self.begin(at);
        self.milliseconds(Kind::Billed, metrics.billed_duration_ms);
        self.milliseconds(Kind::Overhead, report.extension_overhead_ms());
        self.milliseconds(Kind::Restore, metrics.restore_duration_ms);
        self.milliseconds(Kind::Init, metrics.init_duration_ms);
        if let Some(used) = metrics.max_memory_used_mb.filter(|used| *used > 0.0) {
            self.record(Kind::Memory, used * BYTES_PER_MB);
        }
        self.memory_size = metrics
            .memory_size_mb
            .map(|size| size * BYTES_PER_MB)
            .or(self.memory_size);
    }

    /// Whether there is something to tell and it is time to.
    pub fn is_due(&self, now: u64, ending: bool) -> bool {
        self.since
            .is_some_and(|since| ending || now.saturating_sub(since) >= INTERVAL)
    }

    /// Takes the metrics of the time since the last ones; `drops` counts from the environment's start.
    pub fn take(&mut self, drops: Drops, now: u64) -> Vec<Metric> {
        let taken = std::mem::take(self);
        self.drops = drops;
        self.memory_size = taken.memory_size;
        let start = taken.since.unwrap_or(now).min(now);
        let metric = |name, unit, description, measure| Metric {
            name,
            unit,
            description,
            measure,
            attributes: Attributes::new(),
            start,
            time: now,
        };
        let sums = [
            ("faas.invocations", "{invocation}", "Invocations", taken.invocations),
            ("faas.errors", "{error}", "Failed invocations", taken.errors),
            (
                "faas.timeouts",
                "{timeout}",
                "Invocations that timed out",
                taken.timeouts,
            ),
            ("faas.coldstarts", "{coldstart}", "Cold starts", taken.cold_starts),
        ];
        let mut metrics: Vec<Metric> = sums
            .into_iter()
            .filter(|(.., count)| *count > 0)
            .map(|(name, unit, description, count)| metric(name, unit, description, Measure::Sum(count)))
            .collect();
        metrics.extend(taken.histograms.into_iter().map(|(kind, histogram)| {
            let (name, unit, description) = kind.describe();
            metric(name, unit, description, Measure::Histogram(histogram))
        }));
        if let Some(size) = taken.memory_size {
            let meaning = "Memory that the function may use";
            metrics.push(metric("aws.lambda.memory_size", "By", meaning, Measure::Gauge(size)));
        }
        for ((reason, count), (_, told)) in drops.by_reason().into_iter().zip(taken.drops.by_reason()) {
            if count > told {
                let (name, meaning) = ("clickstack.extension.dropped_records", "Records that were lost");
                let mut dropped = metric(name, "{record}", meaning, Measure::Sum(count - told));
                dropped.attributes.push(("reason".into(), Value::from(reason)));
                metrics.push(dropped);
            }
        }
        metrics
    }

    fn begin(&mut self, at: u64) {
        self.since.get_or_insert(at);
    }

    fn milliseconds(&mut self, kind: Kind, value: Option<f64>) {
        if let Some(value) = value {
            self.record(kind, value / 1_000.0);
        }
    }

    fn record(&mut self, kind: Kind, value: f64) {
        if !value.is_finite() || value < 0.0 {
            return;
        }
        let at = self.histograms.iter().position(|(known, _)| *known == kind);
        let at = at.unwrap_or_else(|| {
            self.histograms.push((kind, Histogram::new(kind.bounds())));
            self.histograms.len() - 1
        });
        if let Some((_, histogram)) = self.histograms.get_mut(at) {
            histogram.record(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::{Invocations, Outcome};
    use crate::lambda::initialization::InitializationType;

    const REPORT: &str = r#"{"requestId":"r","status":"success","metrics":{"durationMs":10.8,"billedDurationMs":11,"memorySizeMB":512,"maxMemoryUsedMB":46,"initDurationMs":77.9},"spans":[{"name":"extensionOverhead","start":"2026-11-23T16:03:23Z","durationMs":2.5}]}"#;

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
        let mut measures = Measures::default();
        for invocation in invocations.take_finished() {
            measures.invocation(&invocation);
        }
        measures.report(&serde_json::from_str(REPORT).unwrap(), 10);
        measures
    }

    fn value(metrics: &[Metric], name: &str) -> f64 {
        match &metrics.iter().find(|metric| metric.name == name).unwrap().measure {
            Measure::Sum(count) => *count as f64,
            Measure::Gauge(value) => *value,
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
                .map(|metric| (metric.measure.clone(), metric.attributes[0].1.clone()))
                .collect()
        };
        let first = dropped(&measures.take(drops(4), 100));
        assert_eq!(first, [(Measure::Sum(4), Value::from("buffer_full"))]);
        assert_eq!(dropped(&measures.take(drops(4), 200)), []);
        assert_eq!(dropped(&measures.take(drops(9), 300))[0].0, Measure::Sum(5));
    }
}

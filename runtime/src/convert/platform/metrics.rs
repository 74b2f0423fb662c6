//! Lambda's measurements of this environment, aggregated over an interval.

use super::measured::{BYTES_PER_MB, Invoked, Measured, is_measure};
use crate::buffer::Drops;
use crate::invocation::{Invocation, Labels};
use crate::lambda::telemetry::{Done, Status};
use crate::record::{Attributes, Exemplar, Histogram, Measure, Metric, TraceContext, Value};

/// Metrics are sent at this interval, in nanoseconds, as in OpenTelemetry's SDKs, and at the end of the environment: a
/// request after each invocation would not be worth its cost.
const INTERVAL: u64 = 60_000_000_000;

/// Upper bounds of durations in seconds, 25 for each power of ten, so that a quantile is off by a tenth at most. From
/// half a millisecond to 90 minutes, Lambda's longest timeout (Managed Instances, asynchronously). The bounds are the
/// same for every function, since ClickHouse can only add histograms with equal bounds.
const SECONDS: [f64; DURATION_RANGES] = duration_bounds();
const DURATION_RANGES: usize = 177;

/// The ratio of consecutive bounds: the 25th root of ten.
const RATIO: f64 = 1.096_478_196_143_185;
const SHORTEST: f64 = 0.0005;

/// Rounded to microseconds, for readability.
const fn duration_bounds() -> [f64; DURATION_RANGES] {
    let mut bounds = [0.0; DURATION_RANGES];
    let (mut at, mut bound) = (0, SHORTEST);
    while at < DURATION_RANGES {
        bounds[at] = (bound * 1e6 + 0.5) as u64 as f64 / 1e6;
        bound *= RATIO;
        at += 1;
    }
    bounds
}

/// A kind of histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invoke,
    Init,
    Restore,
    Overhead,
}

impl Kind {
    fn describe(self) -> About {
        match self {
            Kind::Invoke => ("faas.invoke_duration", "s", "Duration of the handler"),
            Kind::Init => ("faas.init_duration", "s", "Duration of the init phase"),
            Kind::Restore => ("aws.lambda.restore_duration", "s", "Duration of the restore phase"),
            Kind::Overhead => OVERHEAD,
        }
    }
}

/// Name, unit and meaning. The `faas.*` names and units are OpenTelemetry's (semantic conventions, FaaS metrics). There
/// `faas.mem_usage` is a histogram; here it is a gauge, the maximum of its interval, since a histogram's ranges are too
/// coarse for a number that is compared with a limit.
type About = (&'static str, &'static str, &'static str);

const COUNTS: [About; 4] = [
    ("faas.invocations", "{invocation}", "Invocations"),
    ("faas.errors", "{error}", "Failed invocations"),
    ("faas.timeouts", "{timeout}", "Invocations that timed out"),
    ("faas.coldstarts", "{coldstart}", "Cold starts"),
];
const OVERHEAD: About = (
    "aws.lambda.extension_overhead",
    "s",
    "Time that extensions ran after the function",
);
const BILLED: About = ("aws.lambda.billed_duration", "s", "Billed duration");
const MEMORY_USED: About = (
    "faas.mem_usage",
    "By",
    "Maximum memory used by the function and its extensions",
);
const MEMORY_SIZE: About = ("aws.lambda.memory_size", "By", "Memory size of the function");
const DROPPED: About = ("clickstack.extension.dropped_records", "{record}", "Records lost");
const UNSAMPLED: About = (
    "clickstack.extension.unsampled_spans",
    "{span}",
    "Spans of traces that are not of the share to send",
);

/// Measurements since metrics were last sent.
#[derive(Debug, Default)]
pub struct Measures {
    since: Option<u64>,
    invocations: u64,
    errors: u64,
    timeouts: u64,
    cold_starts: u64,
    /// Billed seconds.
    billed: f64,
    /// Bytes, the maximum of all invocations.
    memory_used: Option<f64>,
    memory_size: Option<f64>,
    histograms: Vec<(Kind, Histogram)>,
    /// What billed duration, memory and overhead are made of.
    invoked: Invoked,
    drops: Drops,
    /// Attributes of every data point.
    attributes: Attributes,
}

impl Measures {
    /// No measurements yet, for this function.
    pub fn new(function_name: &str) -> Self {
        let name = (!function_name.is_empty()).then(|| ("faas.name".into(), Value::from(function_name)));
        Measures {
            attributes: name.into_iter().collect(),
            ..Measures::default()
        }
    }

    /// Like `new`, for invocations with these labels.
    pub fn with_labels(function_name: &str, labels: &Labels) -> Self {
        let mut measures = Measures::new(function_name);
        labels.complete(&mut measures.attributes);
        measures
    }

    /// Adds an invocation that has ended.
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

    /// Adds a `platform.report`, with exemplars if the span of its invocation is given.
    pub fn report(&mut self, report: &Done<'_>, at: u64, span: Option<TraceContext>) {
        let Some(metrics) = &report.metrics else { return };
        self.begin(at);
        let measured = Measured::of(report);
        self.billed += measured.billed.unwrap_or_default();
        if let Some(overhead) = measured.overhead {
            self.record(Kind::Overhead, overhead);
        }
        self.milliseconds(Kind::Restore, metrics.restore_duration_ms);
        self.milliseconds(Kind::Init, metrics.init_duration_ms);
        if let Some(used) = measured.memory {
            self.memory_used = Some(self.memory_used.unwrap_or_default().max(used));
        }
        self.memory_size = metrics
            .memory_size_mb
            .map(|size| size * BYTES_PER_MB)
            .or(self.memory_size);
        if let Some(context) = span {
            self.invoked.add(context, at, measured);
        }
    }

    /// The number of invocations with exemplars.
    pub fn exemplars(&self) -> usize {
        self.invoked.len()
    }

    /// Whether there are measurements and they are due.
    pub fn is_due(&self, now: u64, ending: bool) -> bool {
        self.since
            .is_some_and(|since| ending || now.saturating_sub(since) >= INTERVAL)
    }

    /// Takes the metrics since the last call; `drops` are counts since the environment's start.
    pub fn take(&mut self, drops: Drops, now: u64) -> Vec<Metric> {
        let taken = std::mem::take(self);
        *self = Measures {
            drops,
            memory_size: taken.memory_size,
            attributes: taken.attributes.clone(),
            ..Measures::default()
        };
        let start = taken.since.unwrap_or(now).min(now);
        let metric = |(name, unit, description), measure| Metric {
            name,
            unit,
            description,
            measure,
            attributes: taken.attributes.clone(),
            start,
            time: now,
            exemplars: exemplars(&taken.invoked, name),
        };
        let counts = COUNTS.into_iter().zip(taken.counts());
        let counts = counts.filter(|(_, count)| *count > 0);
        let mut metrics: Vec<Metric> = counts
            .map(|(about, count)| metric(about, Measure::Sum(count)))
            .collect();
        if taken.billed > 0.0 {
            metrics.push(metric(BILLED, Measure::Amount(taken.billed)));
        }
        let histograms = taken.histograms.into_iter();
        metrics.extend(histograms.map(|(kind, histogram)| metric(kind.describe(), Measure::Histogram(histogram))));
        let gauges = [(MEMORY_USED, taken.memory_used), (MEMORY_SIZE, taken.memory_size)];
        let gauges = gauges.into_iter().filter_map(|(about, value)| Some((about, value?)));
        metrics.extend(gauges.map(|(about, value)| metric(about, Measure::Gauge(value))));
        for ((reason, count), (_, sent)) in drops.by_reason().into_iter().zip(taken.drops.by_reason()) {
            if count > sent {
                let mut dropped = metric(DROPPED, Measure::Sum(count - sent));
                dropped.attributes.push(("reason".into(), Value::from(reason)));
                metrics.push(dropped);
            }
        }
        if drops.left_out > taken.drops.left_out {
            let left_out = drops.left_out - taken.drops.left_out;
            metrics.push(metric(UNSAMPLED, Measure::Sum(left_out)));
        }
        metrics
    }

    fn counts(&self) -> [u64; 4] {
        [self.invocations, self.errors, self.timeouts, self.cold_starts]
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
        if !is_measure(value) {
            return;
        }
        let at = self.histograms.iter().position(|(known, _)| *known == kind);
        let at = at.unwrap_or_else(|| {
            self.histograms.push((kind, Histogram::new(&SECONDS)));
            self.histograms.len() - 1
        });
        if let Some((_, histogram)) = self.histograms.get_mut(at) {
            histogram.record(value);
        }
    }
}

/// The values of single invocations that this metric is made of.
fn exemplars(invoked: &Invoked, name: &str) -> Vec<Exemplar> {
    match name {
        _ if name == BILLED.0 => invoked.exemplars(|measured| measured.billed),
        _ if name == MEMORY_USED.0 => invoked.exemplars(|measured| measured.memory),
        _ if name == OVERHEAD.0 => invoked.exemplars(|measured| measured.overhead),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;

//! What Lambda measured of single invocations, kept beside the aggregates of their interval: metrics have one data point
//! for all invocations, and exemplars with the value of each.

use crate::lambda::telemetry::Done;
use crate::record::{Exemplar, TraceContext};

/// Bytes in Lambda's "MB".
pub const BYTES_PER_MB: f64 = 1_048_576.0;

/// A report's measurements in the units of the metrics; `None` where Lambda reports none, or an impossible one.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Billed seconds.
    pub billed: Option<f64>,
    /// Bytes of memory, the maximum.
    pub memory: Option<f64>,
    /// Seconds that extensions ran after the function.
    pub overhead: Option<f64>,
}

impl Measured {
    /// The measurements in this report.
    pub fn of(report: &Done<'_>) -> Self {
        let metrics = report.metrics.as_ref();
        let seconds = |ms: f64| ms / 1_000.0;
        let memory = metrics.and_then(|metrics| metrics.max_memory_used_mb);
        Measured {
            billed: measure(metrics.and_then(|metrics| metrics.billed_duration_ms)).map(seconds),
            memory: measure(memory)
                .filter(|used| *used > 0.0)
                .map(|used| used * BYTES_PER_MB),
            overhead: measure(report.extension_overhead_ms()).map(seconds),
        }
    }
}

fn measure(value: Option<f64>) -> Option<f64> {
    value.filter(|value| is_measure(*value))
}

/// Whether a number may be a duration or a size.
pub fn is_measure(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

/// The measurements of one invocation.
#[derive(Debug)]
struct Entry {
    context: TraceContext,
    time: u64,
    measured: Measured,
}

/// Measurements of single invocations.
#[derive(Debug, Default)]
pub struct Invoked(Vec<Entry>);

impl Invoked {
    /// Adds those of the invocation with this span, reported at `time`.
    pub fn add(&mut self, context: TraceContext, time: u64, measured: Measured) {
        self.0.push(Entry {
            context,
            time,
            measured,
        });
    }

    /// The number of invocations.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// One of the measurements, of every invocation that has it.
    pub fn exemplars(&self, which: impl Fn(&Measured) -> Option<f64>) -> Vec<Exemplar> {
        let exemplar = |entry: &Entry| {
            Some(Exemplar {
                context: entry.context,
                time: entry.time,
                value: which(&entry.measured)?,
            })
        };
        self.0.iter().filter_map(exemplar).collect()
    }
}

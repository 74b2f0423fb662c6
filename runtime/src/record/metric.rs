//! Measurements over an interval.

use super::attributes::Attributes;
use super::trace_context::TraceContext;

/// The value of a metric for its interval.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// The number of occurrences; never negative.
    Sum(u64),
    /// An amount; never negative.
    Amount(f64),
    /// The last value, or the relevant one.
    Gauge(f64),
    /// The distribution of the values.
    Histogram(Histogram),
}

/// A metric with one data point. Sums and histograms are deltas: they cover only their own interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its unit in UCUM notation.
    pub unit: &'static str,
    /// Its meaning.
    pub description: &'static str,
    /// The value.
    pub measure: Measure,
    /// What distinguishes this data point.
    pub attributes: Attributes,
    /// The beginning of the interval, nanoseconds since the Unix epoch.
    pub start: u64,
    /// The end of the interval.
    pub time: u64,
    /// Some of the values that it is made of.
    pub exemplars: Vec<Exemplar>,
}

/// One value of those that a metric is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exemplar {
    /// The span that it belongs to.
    pub context: TraceContext,
    /// When it was measured, nanoseconds since the Unix epoch.
    pub time: u64,
    /// The value, in the metric's unit.
    pub value: f64,
}

/// Values counted in ranges.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// The ranges' upper bounds; the last range has none.
    pub bounds: &'static [f64],
    /// Values in each range, one more than bounds.
    pub counts: Vec<u64>,
    /// The sum of all values.
    pub sum: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
}

impl Histogram {
    /// One without values.
    pub fn new(bounds: &'static [f64]) -> Self {
        Histogram {
            bounds,
            counts: vec![0; bounds.len() + 1],
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }

    /// Counts a value.
    pub fn record(&mut self, value: f64) {
        let range = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get_mut(range) {
            *count += 1;
        }
        self.sum += value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// The number of values.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_the_range_below_it() {
        let mut histogram = Histogram::new(&[1.0, 2.0]);
        for value in [0.5, 1.0, 1.5, 2.0, 9.0] {
            histogram.record(value);
        }
        assert_eq!(histogram.counts, [2, 2, 1]);
        assert_eq!((histogram.count(), histogram.sum), (5, 14.0));
        assert_eq!((histogram.min, histogram.max), (0.5, 9.0));
    }
}

//! Metrics: `opentelemetry/proto/metrics/v1/metrics.proto`.

mod data_points;

use prost::{Enumeration, Message, Oneof};

use super::common::{InstrumentationScope, KeyValue};
use super::resource::Resource;

pub use data_points::{
    Buckets, Exemplar, ExemplarValue, ExponentialHistogramDataPoint, HistogramDataPoint, Number, NumberDataPoint,
    SummaryDataPoint, ValueAtQuantile,
};

/// The metrics of a resource.
#[derive(Clone, PartialEq, Message)]
pub struct ResourceMetrics {
    /// The resource; unknown if missing.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// Its metrics, by scope.
    #[prost(message, repeated, tag = "2")]
    pub scope_metrics: Vec<ScopeMetrics>,
    /// URL of the schema of the resource's attributes.
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// The metrics of a scope.
#[derive(Clone, PartialEq, Message)]
pub struct ScopeMetrics {
    /// The scope; unknown if missing.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<InstrumentationScope>,
    /// Its metrics.
    #[prost(message, repeated, tag = "2")]
    pub metrics: Vec<Metric>,
    /// URL of the schema of the metrics' attributes.
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// A metric with its data points.
#[derive(Clone, PartialEq, Message)]
pub struct Metric {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// What it measures.
    #[prost(string, tag = "2")]
    pub description: String,
    /// Its unit, in the notation of UCUM.
    #[prost(string, tag = "3")]
    pub unit: String,
    /// The kind of metric, and its data points.
    #[prost(oneof = "Data", tags = "5, 7, 9, 10, 11")]
    pub data: Option<Data>,
    /// Attributes of the metric as such, which do not identify it.
    #[prost(message, repeated, tag = "12")]
    pub metadata: Vec<KeyValue>,
}

/// The kinds of metrics.
#[derive(Clone, PartialEq, Oneof)]
pub enum Data {
    /// A current value.
    #[prost(message, tag = "5")]
    Gauge(Gauge),
    /// A sum over a period.
    #[prost(message, tag = "7")]
    Sum(Sum),
    /// A distribution, in buckets with explicit bounds.
    #[prost(message, tag = "9")]
    Histogram(Histogram),
    /// A distribution, in buckets of exponential width.
    #[prost(message, tag = "10")]
    ExponentialHistogram(ExponentialHistogram),
    /// Quantiles.
    #[prost(message, tag = "11")]
    Summary(Summary),
}

/// A current value.
#[derive(Clone, PartialEq, Message)]
pub struct Gauge {
    /// One for each set of attributes.
    #[prost(message, repeated, tag = "1")]
    pub data_points: Vec<NumberDataPoint>,
}

/// A sum over a period.
#[derive(Clone, PartialEq, Message)]
pub struct Sum {
    /// One for each set of attributes.
    #[prost(message, repeated, tag = "1")]
    pub data_points: Vec<NumberDataPoint>,
    /// The period.
    #[prost(enumeration = "AggregationTemporality", tag = "2")]
    pub aggregation_temporality: i32,
    /// Whether it never decreases.
    #[prost(bool, tag = "3")]
    pub is_monotonic: bool,
}

/// A distribution, in buckets with explicit bounds.
#[derive(Clone, PartialEq, Message)]
pub struct Histogram {
    /// One for each set of attributes.
    #[prost(message, repeated, tag = "1")]
    pub data_points: Vec<HistogramDataPoint>,
    /// The period.
    #[prost(enumeration = "AggregationTemporality", tag = "2")]
    pub aggregation_temporality: i32,
}

/// A distribution, in buckets of exponential width.
#[derive(Clone, PartialEq, Message)]
pub struct ExponentialHistogram {
    /// One for each set of attributes.
    #[prost(message, repeated, tag = "1")]
    pub data_points: Vec<ExponentialHistogramDataPoint>,
    /// The period.
    #[prost(enumeration = "AggregationTemporality", tag = "2")]
    pub aggregation_temporality: i32,
}

/// Quantiles, as Prometheus's summaries have.
#[derive(Clone, PartialEq, Message)]
pub struct Summary {
    /// One for each set of attributes.
    #[prost(message, repeated, tag = "1")]
    pub data_points: Vec<SummaryDataPoint>,
}

/// The period that a data point covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumeration)]
#[repr(i32)]
pub enum AggregationTemporality {
    /// Not stated.
    Unspecified = 0,
    /// Since the previous data point.
    Delta = 1,
    /// Since the start of the process.
    Cumulative = 2,
}

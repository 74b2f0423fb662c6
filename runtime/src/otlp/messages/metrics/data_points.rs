//! The data points of each kind of metric. Times are nanoseconds since the Unix epoch.

use prost::{Message, Oneof};

use crate::otlp::messages::common::KeyValue;

/// A data point of a gauge or a sum.
#[derive(Clone, PartialEq, Message)]
pub struct NumberDataPoint {
    /// Start of the period.
    #[prost(fixed64, tag = "2")]
    pub start_time_unix_nano: u64,
    /// End of the period.
    #[prost(fixed64, tag = "3")]
    pub time_unix_nano: u64,
    /// The value.
    #[prost(oneof = "Number", tags = "4, 6")]
    pub value: Option<Number>,
    /// Single measurements.
    #[prost(message, repeated, tag = "5")]
    pub exemplars: Vec<Exemplar>,
    /// What distinguishes it from other data points.
    #[prost(message, repeated, tag = "7")]
    pub attributes: Vec<KeyValue>,
    /// Bit 0: no value was recorded.
    #[prost(uint32, tag = "8")]
    pub flags: u32,
}

/// The value of a data point.
#[derive(Clone, Copy, PartialEq, Oneof)]
pub enum Number {
    /// A floating-point number.
    #[prost(double, tag = "4")]
    AsDouble(f64),
    /// A whole number.
    #[prost(sfixed64, tag = "6")]
    AsInt(i64),
}

/// A data point of a histogram.
#[derive(Clone, PartialEq, Message)]
pub struct HistogramDataPoint {
    /// Start of the period.
    #[prost(fixed64, tag = "2")]
    pub start_time_unix_nano: u64,
    /// End of the period.
    #[prost(fixed64, tag = "3")]
    pub time_unix_nano: u64,
    /// Number of values.
    #[prost(fixed64, tag = "4")]
    pub count: u64,
    /// Their sum.
    #[prost(double, optional, tag = "5")]
    pub sum: Option<f64>,
    /// Number of values in each bucket: one more than there are bounds, or none.
    #[prost(fixed64, repeated, tag = "6")]
    pub bucket_counts: Vec<u64>,
    /// The upper bounds of all buckets but the last, ascending.
    #[prost(double, repeated, tag = "7")]
    pub explicit_bounds: Vec<f64>,
    /// Single measurements.
    #[prost(message, repeated, tag = "8")]
    pub exemplars: Vec<Exemplar>,
    /// What distinguishes it from other data points.
    #[prost(message, repeated, tag = "9")]
    pub attributes: Vec<KeyValue>,
    /// Bit 0: no value was recorded.
    #[prost(uint32, tag = "10")]
    pub flags: u32,
    /// The smallest value.
    #[prost(double, optional, tag = "11")]
    pub min: Option<f64>,
    /// The largest value.
    #[prost(double, optional, tag = "12")]
    pub max: Option<f64>,
}

/// A data point of an exponential histogram, whose bounds are powers of 2^(2^-scale).
#[derive(Clone, PartialEq, Message)]
pub struct ExponentialHistogramDataPoint {
    /// What distinguishes it from other data points.
    #[prost(message, repeated, tag = "1")]
    pub attributes: Vec<KeyValue>,
    /// Start of the period.
    #[prost(fixed64, tag = "2")]
    pub start_time_unix_nano: u64,
    /// End of the period.
    #[prost(fixed64, tag = "3")]
    pub time_unix_nano: u64,
    /// Number of values.
    #[prost(fixed64, tag = "4")]
    pub count: u64,
    /// Their sum.
    #[prost(double, optional, tag = "5")]
    pub sum: Option<f64>,
    /// The resolution.
    #[prost(sint32, tag = "6")]
    pub scale: i32,
    /// Number of values whose magnitude is at most the threshold.
    #[prost(fixed64, tag = "7")]
    pub zero_count: u64,
    /// Buckets of positive values.
    #[prost(message, optional, tag = "8")]
    pub positive: Option<Buckets>,
    /// Buckets of negative values.
    #[prost(message, optional, tag = "9")]
    pub negative: Option<Buckets>,
    /// Bit 0: no value was recorded.
    #[prost(uint32, tag = "10")]
    pub flags: u32,
    /// Single measurements.
    #[prost(message, repeated, tag = "11")]
    pub exemplars: Vec<Exemplar>,
    /// The smallest value.
    #[prost(double, optional, tag = "12")]
    pub min: Option<f64>,
    /// The largest value.
    #[prost(double, optional, tag = "13")]
    pub max: Option<f64>,
    /// The threshold of `zero_count`.
    #[prost(double, tag = "14")]
    pub zero_threshold: f64,
}

/// Consecutive buckets of an exponential histogram.
#[derive(Clone, PartialEq, Message)]
pub struct Buckets {
    /// Index of the first bucket.
    #[prost(sint32, tag = "1")]
    pub offset: i32,
    /// Number of values in each bucket.
    #[prost(uint64, repeated, tag = "2")]
    pub bucket_counts: Vec<u64>,
}

/// A data point of a summary.
#[derive(Clone, PartialEq, Message)]
pub struct SummaryDataPoint {
    /// Start of the period.
    #[prost(fixed64, tag = "2")]
    pub start_time_unix_nano: u64,
    /// End of the period.
    #[prost(fixed64, tag = "3")]
    pub time_unix_nano: u64,
    /// Number of values.
    #[prost(fixed64, tag = "4")]
    pub count: u64,
    /// Their sum.
    #[prost(double, tag = "5")]
    pub sum: f64,
    /// The quantiles.
    #[prost(message, repeated, tag = "6")]
    pub quantile_values: Vec<ValueAtQuantile>,
    /// What distinguishes it from other data points.
    #[prost(message, repeated, tag = "7")]
    pub attributes: Vec<KeyValue>,
    /// Bit 0: no value was recorded.
    #[prost(uint32, tag = "8")]
    pub flags: u32,
}

/// A quantile.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct ValueAtQuantile {
    /// Which one, from 0 to 1.
    #[prost(double, tag = "1")]
    pub quantile: f64,
    /// Its value.
    #[prost(double, tag = "2")]
    pub value: f64,
}

/// A single measurement, with the span in which it was taken.
#[derive(Clone, PartialEq, Message)]
pub struct Exemplar {
    /// When it was taken.
    #[prost(fixed64, tag = "2")]
    pub time_unix_nano: u64,
    /// The value.
    #[prost(oneof = "ExemplarValue", tags = "3, 6")]
    pub value: Option<ExemplarValue>,
    /// The span, 8 bytes.
    #[prost(bytes = "vec", tag = "4")]
    pub span_id: Vec<u8>,
    /// The trace, 16 bytes.
    #[prost(bytes = "vec", tag = "5")]
    pub trace_id: Vec<u8>,
    /// Attributes of the measurement that the data point does not have.
    #[prost(message, repeated, tag = "7")]
    pub filtered_attributes: Vec<KeyValue>,
}

/// The value of an exemplar.
#[derive(Clone, Copy, PartialEq, Oneof)]
pub enum ExemplarValue {
    /// A floating-point number.
    #[prost(double, tag = "3")]
    AsDouble(f64),
    /// A whole number.
    #[prost(sfixed64, tag = "6")]
    AsInt(i64),
}

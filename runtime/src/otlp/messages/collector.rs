//! Requests to a collector and its responses: `opentelemetry/proto/collector/{logs,metrics,trace}/v1/`.

use prost::Message;

use super::logs::ResourceLogs;
use super::metrics::ResourceMetrics;
use super::trace::ResourceSpans;

/// A request with log records.
#[derive(Clone, PartialEq, Message)]
pub struct ExportLogsServiceRequest {
    /// The records, by resource.
    #[prost(message, repeated, tag = "1")]
    pub resource_logs: Vec<ResourceLogs>,
}

/// The response to log records.
#[derive(Clone, PartialEq, Message)]
pub struct ExportLogsServiceResponse {
    /// What was rejected; missing if everything was accepted.
    #[prost(message, optional, tag = "1")]
    pub partial_success: Option<ExportLogsPartialSuccess>,
}

/// What was rejected of a request with log records.
#[derive(Clone, PartialEq, Message)]
pub struct ExportLogsPartialSuccess {
    /// Number of rejected records.
    #[prost(int64, tag = "1")]
    pub rejected_log_records: i64,
    /// The reason.
    #[prost(string, tag = "2")]
    pub error_message: String,
}

/// A request with spans.
#[derive(Clone, PartialEq, Message)]
pub struct ExportTraceServiceRequest {
    /// The spans, by resource.
    #[prost(message, repeated, tag = "1")]
    pub resource_spans: Vec<ResourceSpans>,
}

/// The response to spans.
#[derive(Clone, PartialEq, Message)]
pub struct ExportTraceServiceResponse {
    /// What was rejected; missing if everything was accepted.
    #[prost(message, optional, tag = "1")]
    pub partial_success: Option<ExportTracePartialSuccess>,
}

/// What was rejected of a request with spans.
#[derive(Clone, PartialEq, Message)]
pub struct ExportTracePartialSuccess {
    /// Number of rejected spans.
    #[prost(int64, tag = "1")]
    pub rejected_spans: i64,
    /// The reason.
    #[prost(string, tag = "2")]
    pub error_message: String,
}

/// A request with metrics.
#[derive(Clone, PartialEq, Message)]
pub struct ExportMetricsServiceRequest {
    /// The metrics, by resource.
    #[prost(message, repeated, tag = "1")]
    pub resource_metrics: Vec<ResourceMetrics>,
}

/// The response to metrics.
#[derive(Clone, PartialEq, Message)]
pub struct ExportMetricsServiceResponse {
    /// What was rejected; missing if everything was accepted.
    #[prost(message, optional, tag = "1")]
    pub partial_success: Option<ExportMetricsPartialSuccess>,
}

/// What was rejected of a request with metrics.
#[derive(Clone, PartialEq, Message)]
pub struct ExportMetricsPartialSuccess {
    /// Number of rejected data points.
    #[prost(int64, tag = "1")]
    pub rejected_data_points: i64,
    /// The reason.
    #[prost(string, tag = "2")]
    pub error_message: String,
}

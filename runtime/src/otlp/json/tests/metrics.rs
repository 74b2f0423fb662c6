//! Metrics in JSON compared with the equivalent messages.

use serde_json::{Value, json};

use super::{attributes, read, request, resource, scope};
use crate::otlp::messages::collector::ExportMetricsServiceRequest;
use crate::otlp::messages::metrics::{
    Buckets, Data, Exemplar, ExemplarValue, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, Number, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
    ValueAtQuantile,
};
use crate::record::Signal;

fn exemplar() -> (Value, Vec<Exemplar>) {
    let json = json!([{"filteredAttributes": attributes().0, "timeUnixNano": "9", "asInt": "-5", "spanId": "0a",
        "traceId": "0b"}]);
    let exemplar = Exemplar {
        filtered_attributes: attributes().1,
        time_unix_nano: 9,
        span_id: vec![10],
        trace_id: vec![11],
        value: Some(ExemplarValue::AsInt(-5)),
    };
    (json, vec![exemplar])
}

fn metric_of(name: &str, data: Data) -> Metric {
    Metric {
        name: name.into(),
        data: Some(data),
        ..Metric::default()
    }
}

fn numbers() -> (Value, Vec<Metric>) {
    let json = json!([
        {"name": "g", "description": "d", "unit": "1", "metadata": attributes().0, "gauge": {"dataPoints": [
            {"attributes": attributes().0, "startTimeUnixNano": "1", "timeUnixNano": "2", "asDouble": 1.5,
                "exemplars": exemplar().0, "flags": 1}]}},
        {"name": "s", "sum": {"aggregationTemporality": "AGGREGATION_TEMPORALITY_DELTA", "isMonotonic": true,
            "dataPoints": [{"asInt": "-9007199254740993"}, {"asInt": 0}, {"asDouble": "NaN"}, {"asDouble": 3}]}}
    ]);
    let point = |value| NumberDataPoint {
        value: Some(value),
        ..NumberDataPoint::default()
    };
    let gauge = Gauge {
        data_points: vec![NumberDataPoint {
            attributes: attributes().1,
            start_time_unix_nano: 1,
            time_unix_nano: 2,
            exemplars: exemplar().1,
            flags: 1,
            value: Some(Number::AsDouble(1.5)),
        }],
    };
    let sum = Sum {
        aggregation_temporality: 1,
        is_monotonic: true,
        data_points: vec![
            point(Number::AsInt(-9_007_199_254_740_993)),
            point(Number::AsInt(0)),
            point(Number::AsDouble(f64::NAN)),
            point(Number::AsDouble(3.0)),
        ],
    };
    let gauge = Metric {
        description: "d".into(),
        unit: "1".into(),
        metadata: attributes().1,
        ..metric_of("g", Data::Gauge(gauge))
    };
    (json, vec![gauge, metric_of("s", Data::Sum(sum))])
}

fn distributions() -> (Value, Vec<Metric>) {
    let json = json!([
        {"name": "h", "histogram": {"aggregationTemporality": 2, "dataPoints": [
            {"attributes": attributes().0, "startTimeUnixNano": "1", "timeUnixNano": "2", "count": "3", "sum": 4,
                "bucketCounts": ["1", 2], "explicitBounds": [0.5], "exemplars": exemplar().0, "flags": 1, "min": 0,
                "max": 2.5}]}},
        {"name": "e", "exponentialHistogram": {"aggregationTemporality": 1, "dataPoints": [
            {"attributes": attributes().0, "startTimeUnixNano": "1", "timeUnixNano": "2", "count": "3", "sum": 4.5,
                "scale": -2, "zeroCount": "1", "positive": {"offset": 3, "bucketCounts": ["1", "300"]},
                "negative": {"offset": -1}, "flags": 1, "exemplars": exemplar().0, "min": 1, "max": 2,
                "zeroThreshold": 0.25}]}},
        {"name": "q", "summary": {"dataPoints": [
            {"attributes": attributes().0, "startTimeUnixNano": "1", "timeUnixNano": "2", "count": "3", "sum": 4.5,
                "quantileValues": [{"quantile": 0.5, "value": 7}], "flags": 1}]}}
    ]);
    let histogram = HistogramDataPoint {
        attributes: attributes().1,
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 3,
        sum: Some(4.0),
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![0.5],
        exemplars: exemplar().1,
        flags: 1,
        min: Some(0.0),
        max: Some(2.5),
    };
    let buckets = |offset, bucket_counts| Some(Buckets { offset, bucket_counts });
    let exponential = ExponentialHistogramDataPoint {
        attributes: attributes().1,
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 3,
        sum: Some(4.5),
        scale: -2,
        zero_count: 1,
        positive: buckets(3, vec![1, 300]),
        negative: buckets(-1, vec![]),
        flags: 1,
        exemplars: exemplar().1,
        min: Some(1.0),
        max: Some(2.0),
        zero_threshold: 0.25,
    };
    let summary = SummaryDataPoint {
        attributes: attributes().1,
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 3,
        sum: 4.5,
        quantile_values: vec![ValueAtQuantile {
            quantile: 0.5,
            value: 7.0,
        }],
        flags: 1,
    };
    let histogram = Histogram {
        data_points: vec![histogram],
        aggregation_temporality: 2,
    };
    let exponential = ExponentialHistogram {
        data_points: vec![exponential],
        aggregation_temporality: 1,
    };
    let metrics = vec![
        metric_of("h", Data::Histogram(histogram)),
        metric_of("e", Data::ExponentialHistogram(exponential)),
        metric_of(
            "q",
            Data::Summary(Summary {
                data_points: vec![summary],
            }),
        ),
    ];
    (json, metrics)
}

#[test]
fn metrics_with_every_field() {
    for (json, metrics) in [numbers(), distributions()] {
        let scope_metrics = vec![ScopeMetrics {
            scope: scope().1,
            metrics,
            schema_url: "scope".into(),
        }];
        let resource_metrics = vec![ResourceMetrics {
            resource: resource().1,
            scope_metrics,
            schema_url: "resource".into(),
        }];
        let expected = ExportMetricsServiceRequest { resource_metrics };
        let found: ExportMetricsServiceRequest = read(Signal::Metrics, &request("Metrics", "metrics", json));
        // NaN is not equal to itself, so the texts are compared.
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    }
}

//! The extension's own metrics as an OTLP request, which is passed on like one of the function's SDK.

use prost::Message;

use super::messages::collector::ExportMetricsServiceRequest;
use super::messages::metrics::{
    AggregationTemporality, Data, Exemplar, ExemplarValue as Single, Gauge, Histogram, HistogramDataPoint,
    Metric as WireMetric, Number, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
};
use super::scope::scope;
use super::value::key_value;
use crate::record::{self, Forwarded, Measure, Metric, Signal};

/// The request of these metrics. Its resource is set by the exporter, as for every request that is passed on.
pub fn request(metrics: Vec<Metric>) -> Forwarded {
    let items = metrics.len();
    let scope_metrics = vec![ScopeMetrics {
        scope: Some(scope()),
        metrics: metrics.into_iter().map(wire_metric).collect(),
        ..ScopeMetrics::default()
    }];
    let resource_metrics = vec![ResourceMetrics {
        scope_metrics,
        ..ResourceMetrics::default()
    }];
    let request = ExportMetricsServiceRequest { resource_metrics };
    Forwarded {
        signal: Signal::Metrics,
        request: request.encode_to_vec().into(),
        items,
    }
}

fn wire_metric(metric: Metric) -> WireMetric {
    let attributes = metric.attributes.into_iter().map(key_value).collect();
    let exemplars = metric.exemplars.into_iter().map(wire_exemplar).collect();
    let number = |value| NumberDataPoint {
        start_time_unix_nano: metric.start,
        time_unix_nano: metric.time,
        value: Some(value),
        ..NumberDataPoint::default()
    };
    let data = match metric.measure {
        Measure::Sum(count) => sum(NumberDataPoint {
            attributes,
            exemplars,
            ..number(Number::AsInt(i64::try_from(count).unwrap_or(i64::MAX)))
        }),
        Measure::Amount(amount) => sum(NumberDataPoint {
            attributes,
            exemplars,
            ..number(Number::AsDouble(amount))
        }),
        Measure::Gauge(value) => Data::Gauge(Gauge {
            data_points: vec![NumberDataPoint {
                attributes,
                exemplars,
                ..number(Number::AsDouble(value))
            }],
        }),
        Measure::Histogram(histogram) => Data::Histogram(Histogram {
            data_points: vec![HistogramDataPoint {
                attributes,
                exemplars,
                start_time_unix_nano: metric.start,
                time_unix_nano: metric.time,
                ..wire_histogram(histogram)
            }],
            aggregation_temporality: AggregationTemporality::Delta.into(),
        }),
    };
    WireMetric {
        name: metric.name.to_owned(),
        description: metric.description.to_owned(),
        unit: metric.unit.to_owned(),
        data: Some(data),
        ..WireMetric::default()
    }
}

fn wire_exemplar(exemplar: record::Exemplar) -> Exemplar {
    Exemplar {
        time_unix_nano: exemplar.time,
        trace_id: exemplar.context.trace_id.to_vec(),
        span_id: exemplar.context.span_id.to_vec(),
        value: Some(Single::AsDouble(exemplar.value)),
        ..Exemplar::default()
    }
}

fn sum(point: NumberDataPoint) -> Data {
    Data::Sum(Sum {
        data_points: vec![point],
        aggregation_temporality: AggregationTemporality::Delta.into(),
        is_monotonic: true,
    })
}

fn wire_histogram(histogram: record::Histogram) -> HistogramDataPoint {
    HistogramDataPoint {
        count: histogram.count(),
        sum: Some(histogram.sum),
        min: Some(histogram.min),
        max: Some(histogram.max),
        explicit_bounds: histogram.bounds.to_vec(),
        bucket_counts: histogram.counts,
        ..HistogramDataPoint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Attributes, TraceContext};

    fn metric(measure: Measure) -> Metric {
        Metric {
            name: "faas.invocations",
            unit: "{invocation}",
            description: "Invocations",
            measure,
            attributes: Attributes::new(),
            start: 1,
            time: 2,
            exemplars: vec![record::Exemplar {
                context: TraceContext {
                    trace_id: [3; 16],
                    span_id: [4; 8],
                },
                time: 2,
                value: 0.5,
            }],
        }
    }

    #[test]
    fn sums_and_histograms_are_deltas() {
        let mut histogram = record::Histogram::new(&[1.0]);
        histogram.record(3.0);
        let forwarded = request(vec![
            metric(Measure::Sum(4)),
            metric(Measure::Histogram(histogram)),
            metric(Measure::Gauge(0.5)),
            metric(Measure::Amount(0.25)),
        ]);
        assert_eq!((forwarded.signal, forwarded.items), (Signal::Metrics, 4));
        let request = ExportMetricsServiceRequest::decode(&*forwarded.request).unwrap();
        let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
        let Some(Data::Sum(sum)) = &metrics[0].data else {
            panic!("no sum")
        };
        assert!(sum.is_monotonic);
        assert_eq!(sum.aggregation_temporality, i32::from(AggregationTemporality::Delta));
        assert_eq!(sum.data_points[0].value, Some(Number::AsInt(4)));
        let Some(Data::Histogram(histogram)) = &metrics[1].data else {
            panic!("no histogram")
        };
        let point = &histogram.data_points[0];
        assert_eq!(
            (point.count, point.sum, point.bucket_counts.clone()),
            (1, Some(3.0), vec![0, 1])
        );
        assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (1, 2));
        assert!(matches!(&metrics[2].data, Some(Data::Gauge(_))));
        let Some(Data::Sum(amount)) = &metrics[3].data else {
            panic!("no amount")
        };
        assert!(amount.is_monotonic);
        assert_eq!(amount.data_points[0].value, Some(Number::AsDouble(0.25)));
        let Some(Data::Gauge(gauge)) = &metrics[2].data else {
            panic!("no gauge")
        };
        let exemplar = Exemplar {
            filtered_attributes: Vec::new(),
            time_unix_nano: 2,
            span_id: vec![4; 8],
            trace_id: vec![3; 16],
            value: Some(Single::AsDouble(0.5)),
        };
        for exemplars in [
            &sum.data_points[0].exemplars,
            &point.exemplars,
            &gauge.data_points[0].exemplars,
            &amount.data_points[0].exemplars,
        ] {
            assert_eq!(exemplars.as_slice(), std::slice::from_ref(&exemplar));
        }
    }
}

//! Metrics of the function's SDK without data points.

use super::messages::collector::ExportMetricsServiceRequest;
use super::messages::metrics::{Data, Metric};

/// How many data points a metric has.
pub fn count(metric: &Metric) -> usize {
    match &metric.data {
        Some(Data::Gauge(gauge)) => gauge.data_points.len(),
        Some(Data::Sum(sum)) => sum.data_points.len(),
        Some(Data::Histogram(histogram)) => histogram.data_points.len(),
        Some(Data::ExponentialHistogram(histogram)) => histogram.data_points.len(),
        Some(Data::Summary(summary)) => summary.data_points.len(),
        None => 0,
    }
}

/// Removes metrics without data points, and then empty scopes and resources; returns false if there were none. The
/// collector's ClickHouse exporter rejects a whole batch for one of them ("metrics type is unset").
pub fn drop_empty(request: &mut ExportMetricsServiceRequest) -> bool {
    let mut found = false;
    request.resource_metrics.retain_mut(|resource| {
        resource.scope_metrics.retain_mut(|scope| {
            let before = scope.metrics.len();
            scope.metrics.retain(|metric| count(metric) > 0);
            found |= scope.metrics.len() < before;
            !scope.metrics.is_empty()
        });
        !resource.scope_metrics.is_empty()
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::messages::metrics::{
        ExponentialHistogram, Gauge, Histogram, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary,
    };

    fn metric(name: &str, data: Option<Data>) -> Metric {
        Metric {
            name: name.into(),
            data,
            ..Metric::default()
        }
    }

    fn full() -> Metric {
        let data_points = vec![NumberDataPoint::default()];
        metric("full", Some(Data::Gauge(Gauge { data_points })))
    }

    fn request(scopes: Vec<Vec<Metric>>) -> ExportMetricsServiceRequest {
        let scope = |metrics| ScopeMetrics {
            metrics,
            ..ScopeMetrics::default()
        };
        let resource = |metrics| ResourceMetrics {
            scope_metrics: vec![scope(metrics)],
            ..ResourceMetrics::default()
        };
        ExportMetricsServiceRequest {
            resource_metrics: scopes.into_iter().map(resource).collect(),
        }
    }

    #[test]
    fn only_metrics_with_data_points_stay() {
        let empty = [
            None,
            Some(Data::Gauge(Gauge::default())),
            Some(Data::Sum(Sum::default())),
            Some(Data::Histogram(Histogram::default())),
            Some(Data::ExponentialHistogram(ExponentialHistogram::default())),
            Some(Data::Summary(Summary::default())),
        ];
        for data in empty {
            let mut mixed = request(vec![
                vec![metric("empty", data.clone()), full()],
                vec![metric("alone", data)],
            ]);
            assert!(drop_empty(&mut mixed));
            assert_eq!(mixed, request(vec![vec![full()]]));
            assert!(!drop_empty(&mut mixed), "all is well now");
        }
    }
}

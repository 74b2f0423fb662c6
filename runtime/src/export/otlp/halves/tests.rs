use super::*;
use proptest::prelude::*;
use prost::Message;

use crate::otlp::messages::collector::{ExportLogsServiceRequest, ExportMetricsServiceRequest};
use crate::otlp::messages::logs::{LogRecord, ResourceLogs, ScopeLogs};
use crate::otlp::messages::metrics::{Data, Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics};
use crate::otlp::messages::resource::Resource;

/// This many records in each scope of each resource, numbered by their time.
fn logs(shape: &[Vec<usize>]) -> ExportLogsServiceRequest {
    let mut number = 0;
    let mut record = || {
        number += 1;
        LogRecord {
            time_unix_nano: number,
            ..LogRecord::default()
        }
    };
    let resource_logs = shape.iter().map(|scopes| ResourceLogs {
        resource: Some(Resource::default()),
        scope_logs: scopes
            .iter()
            .map(|records| ScopeLogs {
                log_records: (0..*records).map(|_| record()).collect(),
                schema_url: "url".into(),
                ..ScopeLogs::default()
            })
            .collect(),
        schema_url: "url".into(),
    });
    ExportLogsServiceRequest {
        resource_logs: resource_logs.collect(),
    }
}

fn times(request: &ExportLogsServiceRequest) -> Vec<u64> {
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    scopes
        .flat_map(|scope| &scope.log_records)
        .map(|record| record.time_unix_nano)
        .collect()
}

fn points(request: &[u8]) -> Vec<(String, usize)> {
    let request = ExportMetricsServiceRequest::decode(request).unwrap();
    let scopes = request
        .resource_metrics
        .into_iter()
        .flat_map(|resource| resource.scope_metrics);
    let metrics = scopes.flat_map(|scope| scope.metrics);
    metrics
        .map(|metric| match metric.data {
            Some(Data::Gauge(gauge)) => (metric.name, gauge.data_points.len()),
            _ => (metric.name, 0),
        })
        .collect()
}

#[test]
fn one_metric_with_many_points_is_split_too() {
    let metric = |name: &str, points| Metric {
        name: name.into(),
        data: Some(Data::Gauge(Gauge {
            data_points: vec![NumberDataPoint::default(); points],
        })),
        ..Metric::default()
    };
    let scope_metrics = vec![ScopeMetrics {
        metrics: vec![metric("one", 1), metric("many", 6), metric("none", 0)],
        ..ScopeMetrics::default()
    }];
    let resource_metrics = vec![ResourceMetrics {
        scope_metrics,
        ..ResourceMetrics::default()
    }];
    let request = ExportMetricsServiceRequest { resource_metrics }.encode_to_vec();
    let [first, second] = halves(Signal::Metrics, &request).unwrap();
    assert_eq!((first.1, second.1), (3, 4));
    assert_eq!(points(&first.0), [("one".into(), 1), ("many".into(), 2)]);
    assert_eq!(points(&second.0), [("many".into(), 4)]);
}

#[test]
fn unknown_fields_stay_in_both_halves() {
    let mut request = logs(&[vec![2]]).encode_to_vec();
    put(&mut request, 99, b"of a newer OTLP");
    for (half, _) in halves(Signal::Logs, &request).unwrap() {
        let unknown = fields(&half).filter_map(Result::ok).find(|field| field.number == 99);
        assert_eq!(unknown.unwrap().content, b"of a newer OTLP");
    }
}

#[test]
fn one_record_has_no_halves() {
    assert_eq!(
        halves(Signal::Logs, &logs(&[vec![0], vec![1, 0]]).encode_to_vec()),
        None
    );
    assert_eq!(halves(Signal::Traces, b""), None);
    assert_eq!(halves(Signal::Metrics, b"\xff"), None);
}

proptest! {
    #[test]
    fn halves_are_the_whole(shape in prop::collection::vec(prop::collection::vec(0usize..5, 0..4), 0..4)) {
        let request = logs(&shape);
        let Some([first, second]) = halves(Signal::Logs, &request.encode_to_vec()) else {
            prop_assert!(times(&request).len() < 2);
            return Ok(());
        };
        let [first, second] = [first, second].map(|(bytes, items)| {
            let half = ExportLogsServiceRequest::decode(&*bytes).unwrap();
            assert_eq!(times(&half).len(), items);
            half
        });
        for resource in first.resource_logs.iter().chain(&second.resource_logs) {
            prop_assert!(resource.resource.is_some() && resource.schema_url == "url");
        }
        let (one, other) = (times(&first), times(&second));
        prop_assert!(one.len().abs_diff(other.len()) <= 1);
        prop_assert_eq!([one, other].concat(), times(&request));
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        for signal in Signal::ALL {
            let _ = halves(signal, &bytes);
        }
    }
}

use super::*;
use proptest::prelude::*;

use crate::otlp::messages::collector::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest,
};
use crate::otlp::messages::logs::{LogRecord, ResourceLogs, ScopeLogs};
use crate::otlp::messages::metrics::{
    Data, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
};
use crate::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span};

const KEY: &str = "tenant";

fn attribute(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue {
            value: Some(Any::StringValue(value.into())),
        }),
    }
}

/// The attributes of a record afterwards: its own are kept.
fn expected(own: &[KeyValue]) -> Vec<KeyValue> {
    let mut attributes = own.to_vec();
    if attributes.iter().all(|known| known.key != KEY) {
        attributes.push(attribute(KEY, "blue"));
    }
    attributes
}

fn records() -> [Vec<KeyValue>; 3] {
    [vec![], vec![attribute("a", "b")], vec![attribute(KEY, "own")]]
}

#[test]
fn every_log_record_has_it() {
    let request = |attributes: &dyn Fn(Vec<KeyValue>) -> Vec<KeyValue>| {
        let log_records = records().map(|own| LogRecord {
            severity_number: 9,
            attributes: attributes(own),
            ..LogRecord::default()
        });
        let scope_logs = vec![ScopeLogs {
            log_records: log_records.to_vec(),
            schema_url: "url".into(),
            ..ScopeLogs::default()
        }];
        let resource_logs = ResourceLogs {
            scope_logs,
            ..ResourceLogs::default()
        };
        ExportLogsServiceRequest {
            resource_logs: vec![resource_logs.clone(), resource_logs],
        }
    };
    let labelled = with_attribute(Signal::Logs, &request(&|own| own).encode_to_vec(), KEY, "blue").unwrap();
    assert_eq!(
        ExportLogsServiceRequest::decode(&*labelled).unwrap(),
        request(&|own| expected(&own))
    );
}

#[test]
fn every_span_has_it_and_unknown_fields_stay() {
    let spans = |attributes: &dyn Fn(Vec<KeyValue>) -> Vec<KeyValue>| {
        records().map(|own| Span {
            name: "work".into(),
            attributes: attributes(own),
            ..Span::default()
        })
    };
    let mut span = spans(&|own| own)[0].encode_to_vec();
    put(&mut span, 91, b"new in the span");
    let mut scope = Vec::new();
    put(&mut scope, 2, &span);
    for span in &spans(&|own| own)[1..] {
        put(&mut scope, 2, &span.encode_to_vec());
    }
    let (mut entry, mut request) = (Vec::new(), Vec::new());
    put(&mut entry, 2, &scope);
    put(&mut request, 1, &entry);
    let labelled = with_attribute(Signal::Traces, &request, KEY, "blue").unwrap();
    let new = b"new in the span";
    assert!(labelled.windows(new.len()).any(|window| window == new));
    let scope_spans = vec![ScopeSpans {
        spans: spans(&|own| expected(&own)).to_vec(),
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    assert_eq!(
        ExportTraceServiceRequest::decode(&*labelled).unwrap(),
        ExportTraceServiceRequest { resource_spans }
    );
}

fn metrics(attributes: Vec<KeyValue>) -> ExportMetricsServiceRequest {
    let number = NumberDataPoint {
        attributes: attributes.clone(),
        ..NumberDataPoint::default()
    };
    let histogram = HistogramDataPoint {
        attributes: attributes.clone(),
        count: 1,
        ..HistogramDataPoint::default()
    };
    let exponential = ExponentialHistogramDataPoint {
        attributes: attributes.clone(),
        ..ExponentialHistogramDataPoint::default()
    };
    let summary = SummaryDataPoint {
        attributes,
        ..SummaryDataPoint::default()
    };
    let data = [
        Data::Gauge(Gauge {
            data_points: vec![number.clone(), number.clone()],
        }),
        Data::Sum(Sum {
            data_points: vec![number],
            is_monotonic: true,
            ..Sum::default()
        }),
        Data::Histogram(Histogram {
            data_points: vec![histogram],
            ..Histogram::default()
        }),
        Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![exponential],
            ..ExponentialHistogram::default()
        }),
        Data::Summary(Summary {
            data_points: vec![summary],
        }),
    ];
    let metrics = data.map(|data| Metric {
        name: "requests".into(),
        data: Some(data),
        ..Metric::default()
    });
    let scope_metrics = vec![ScopeMetrics {
        metrics: metrics.to_vec(),
        ..ScopeMetrics::default()
    }];
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            scope_metrics,
            ..ResourceMetrics::default()
        }],
    }
}

#[test]
fn every_data_point_of_any_kind_has_it() {
    for own in records() {
        let labelled = with_attribute(Signal::Metrics, &metrics(own.clone()).encode_to_vec(), KEY, "blue").unwrap();
        assert_eq!(
            ExportMetricsServiceRequest::decode(&*labelled).unwrap(),
            metrics(expected(&own))
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for signal in Signal::ALL {
            let _ = with_attribute(signal, &bytes, KEY, "blue");
        }
    }
}

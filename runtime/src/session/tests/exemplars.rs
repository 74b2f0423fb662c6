//! What each invocation was billed and used, with the span that stands for it.

use std::collections::BTreeMap;

use prost::Message;

use super::*;
use crate::config::{Config, SamplingConfig};
use crate::environment::Environment;
use crate::otlp::messages::collector::ExportMetricsServiceRequest;
use crate::otlp::messages::metrics::{Data, Exemplar, ExemplarValue};

const EXEMPLARS: [&str; 3] = [
    "aws.lambda.billed_duration",
    "faas.mem_usage",
    "aws.lambda.extension_overhead",
];

fn measuring() -> Session {
    session().with_platform_metrics(true).with_exemplars(true)
}

fn report(second: u32, id: &str, status: &str, tenant: Option<&str>) -> String {
    let record = serde_json::json!({
        "requestId": id, "status": status, "tenantId": tenant,
        "metrics": {"durationMs": 12.0, "billedDurationMs": second, "memorySizeMB": 128, "maxMemoryUsedMB": 2 * second},
        "spans": [{"name": "extensionOverhead", "start": "2026-11-23T16:03:23Z", "durationMs": f64::from(second) / 2.0}],
    });
    event(second, "platform.report", record)
}

/// The metrics' exemplars by the metric's name, for a tenant.
fn exemplars_of(session: &mut Session, tenant: Option<&str>) -> BTreeMap<String, Vec<Exemplar>> {
    let sent = session.take(Signal::Metrics, usize::MAX, NOW).forwarded;
    let request = ExportMetricsServiceRequest::decode(&*sent[0].request).unwrap();
    let mut exemplars = BTreeMap::new();
    for metric in request.resource_metrics[0].scope_metrics[0].metrics.clone() {
        let (attributes, found) = match metric.data.unwrap() {
            Data::Sum(mut sum) => {
                let point = sum.data_points.remove(0);
                (point.attributes, point.exemplars)
            }
            Data::Gauge(mut gauge) => {
                let point = gauge.data_points.remove(0);
                (point.attributes, point.exemplars)
            }
            Data::Histogram(mut histogram) => {
                let point = histogram.data_points.remove(0);
                (point.attributes, point.exemplars)
            }
            other => panic!("{other:?}"),
        };
        let value = attributes
            .iter()
            .find(|attribute| attribute.key == "aws.lambda.tenant_id");
        let text = value
            .and_then(|attribute| attribute.value.as_ref())
            .map(|value| format!("{value:?}"));
        let is_its = tenant.is_none_or(|tenant| text.is_some_and(|text| text.contains(tenant)));
        if is_its && !found.is_empty() {
            exemplars.insert(metric.name, found);
        }
    }
    exemplars
}

fn value(exemplar: &Exemplar) -> f64 {
    match exemplar.value {
        Some(ExemplarValue::AsDouble(value)) => value,
        other => panic!("{other:?}"),
    }
}

fn ids(context: TraceContext) -> (Vec<u8>, Vec<u8>) {
    (context.trace_id.to_vec(), context.span_id.to_vec())
}

#[test]
fn each_invocation_has_its_numbers_and_the_ids_of_its_span() {
    let mut session = measuring();
    session.telemetry(&batch(&[start(1, "own"), done(2, "own", "success"), start(3, ID)]), NOW);
    session.received(handler_span());
    let late = [
        done(4, ID, "success"),
        report(5, "own", "success", None),
        report(6, ID, "success", None),
    ];
    session.telemetry(&batch(&late), NOW);
    session.end("spindown", NOW);
    let spans = session.take(Signal::Traces, usize::MAX, NOW).spans;
    let exemplars = exemplars_of(&mut session, None);
    assert_eq!(exemplars.len(), EXEMPLARS.len(), "{exemplars:?}");
    let expected = [[0.005, 0.006], [10.0, 12.0].map(|mb| mb * 1_048_576.0), [0.0025, 0.003]];
    for (name, values) in EXEMPLARS.into_iter().zip(expected) {
        let [own, sdks] = &exemplars[name][..] else {
            panic!("{exemplars:?}")
        };
        for (exemplar, context, expected, second) in
            [(own, spans[0].context, values[0], 5), (sdks, CONTEXT, values[1], 6)]
        {
            let known = (exemplar.trace_id.clone(), exemplar.span_id.clone());
            assert_eq!(known, ids(context), "{name}");
            assert!((value(exemplar) - expected).abs() < 1e-9, "{name}: {exemplar:?}");
            let time = timestamp::parse(&format!("2026-11-23T16:03:{second:02}Z")).unwrap();
            assert_eq!((exemplar.time_unix_nano, exemplar.filtered_attributes.len()), (time, 0));
        }
    }
}

#[test]
fn without_spans_there_are_none() {
    let mut session = session().with_platform_metrics(true).with_exemplars(false);
    session.telemetry(&batch(&[start(1, ID), report(2, ID, "success", None)]), NOW);
    session.end("spindown", NOW);
    assert_eq!(exemplars_of(&mut session, None), BTreeMap::new());
}

/// Keeps failed invocations alone.
fn failures_alone() -> SamplingConfig {
    let variables = [("CLICKSTACK_TRACE_RATIO", "0"), ("CLICKSTACK_TRACE_KEEP", "error")];
    Config::parse(&Environment::from(variables)).0.sampling
}

#[test]
fn an_invocation_whose_span_is_left_out_has_none() {
    let mut session = measuring().with_sampling(failures_alone());
    let events = [
        start(1, "well"),
        report(2, "well", "success", None),
        start(3, "badly"),
        report(4, "badly", "error", None),
    ];
    session.telemetry(&batch(&events), NOW);
    session.end("spindown", NOW);
    let spans = session.take(Signal::Traces, usize::MAX, NOW).spans;
    assert_eq!(spans.len(), 1);
    let exemplars = exemplars_of(&mut session, None);
    for name in EXEMPLARS {
        let spans_of_exemplars: Vec<_> = exemplars[name].iter().map(|one| one.span_id.clone()).collect();
        assert_eq!(spans_of_exemplars, [spans[0].context.span_id.to_vec()], "{name}");
    }
}

#[test]
fn tenants_have_their_own() {
    for tenant in ["blue", "green"] {
        let mut session = measuring();
        for (second, id, of) in [(1, "a", "blue"), (3, "b", "green"), (5, "c", "green")] {
            let events = [start(second, id), report(second + 1, id, "success", Some(of))];
            session.telemetry(&batch(&events), NOW);
        }
        session.end("spindown", NOW);
        let exemplars = exemplars_of(&mut session, Some(tenant));
        let billed: Vec<f64> = exemplars[EXEMPLARS[0]].iter().map(value).collect();
        let expected: &[f64] = if tenant == "blue" { &[0.002] } else { &[0.004, 0.006] };
        assert_eq!(billed, expected, "{tenant}");
    }
}

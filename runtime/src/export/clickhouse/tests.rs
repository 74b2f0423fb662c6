//! The exporter against a server that emulates ClickHouse.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use prost::Message;

use super::*;
use crate::convert::logs::from_line;
use crate::http::testing::{Answer, Authority, Seen, Server, run};
use crate::http::{HeaderValue, Pem, TlsOptions};
use crate::otlp::messages::collector::ExportMetricsServiceRequest;
use crate::otlp::messages::metrics::{Data, Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum};
use crate::record::{Forwarded, Origin, Span, SpanKind, SpanStatus, TraceContext, Value};

const COLUMNS: &str = "otel_logs\tTimestamp\tDateTime64(9)\notel_logs\tBody\tString\notel_logs\tLogAttributes\tJSON\n";
const TIME: Duration = Duration::from_secs(20);

fn exporter(server: &Server, lz4: bool) -> ClickHouseExporter {
    ClickHouseExporter::new(config(server, lz4), Proxies::default())
}

fn config(server: &Server, lz4: bool) -> ClickHouseConfig {
    ClickHouseConfig {
        endpoint: server.endpoint(),
        user: Some(HeaderValue::from_static("writer")),
        password: Some(HeaderValue::from_static("word")),
        database: "default".into(),
        table_prefix: "otel".into(),
        lz4,
        async_insert: true,
        json: false,
        json_levels: 4,
        timeout: TIME,
        tls: TlsOptions::default(),
        retry: Retry::default(),
    }
}

fn resource() -> Resource {
    Resource {
        attributes: vec![("service.name".into(), Value::from("orders"))],
        overrides: vec![],
        ..Resource::default()
    }
}

fn one_log() -> Batch {
    Batch {
        logs: vec![from_line(Origin::Function, 7, r#""hi""#)],
        ..Batch::default()
    }
}

/// A gauge and a sum, one point each.
fn two_metrics() -> Batch {
    let data_points = vec![NumberDataPoint::default()];
    let sum = Sum {
        data_points: data_points.clone(),
        ..Sum::default()
    };
    let metric = |data| Metric {
        data: Some(data),
        ..Metric::default()
    };
    let metrics = vec![metric(Data::Gauge(Gauge { data_points })), metric(Data::Sum(sum))];
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            scope_metrics: vec![ScopeMetrics {
                metrics,
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }],
    };
    Batch {
        forwarded: vec![Forwarded {
            signal: Signal::Metrics,
            request: request.encode_to_vec().into(),
            items: 2,
        }],
        ..Batch::default()
    }
}

fn asks_for_columns(seen: &Seen) -> bool {
    seen.body.starts_with(b"SELECT table, name, type FROM system.columns")
}

fn refusal(seen: &Seen, status: u16) -> Answer {
    match asks_for_columns(seen) {
        true => Answer::new(200, COLUMNS),
        false => Answer::new(status, ""),
    }
}

#[test]
fn severities_are_the_collectors_or_where_that_is_wanted_rotels() {
    run(async {
        let columns = "otel_logs\tSeverityText\tLowCardinality(String)\notel_logs\tSeverityNumber\tUInt8\n";
        let server = Server::start(move |_| Answer::new(200, columns)).await;
        let exporter = exporter(&server, false);
        assert_eq!(exporter.prepare(TIME).await, Verdict::Delivered(0));
        let lines = [r#"{"level":"WARN","message":"careful"}"#, r#""an error""#];
        for (rotel_severity, expected) in [
            (false, &b"\x04warn\x0d\x05error\x11"[..]),
            (true, &b"\x14SEVERITY_NUMBER_WARN\x0d\x00\x00"[..]),
        ] {
            let records = Batch {
                logs: lines.map(|line| from_line(Origin::Function, 7, line)).into(),
                ..Batch::default()
            };
            let resource = Resource {
                rotel_severity,
                ..resource()
            };
            let inserts = exporter.encode(Signal::Logs, records, &resource);
            assert_eq!(inserts[0].body, expected);
        }
    });
}

#[test]
fn trusts_the_authority_that_is_set() {
    run(async {
        let authority = Authority::new();
        let server = Server::start_tls(&authority, |_| Answer::new(200, COLUMNS)).await;
        let trusting = TlsOptions {
            authorities: Some(Pem::File(authority.ca_file.path().to_owned())),
            ..TlsOptions::default()
        };
        for (tls, trusted) in [(trusting, true), (TlsOptions::default(), false)] {
            let config = ClickHouseConfig {
                endpoint: Endpoint::parse(&server.url("https", "localhost")).unwrap(),
                tls,
                ..config(&server, false)
            };
            let verdict = ClickHouseExporter::new(config, Proxies::default()).prepare(TIME).await;
            assert_eq!(verdict == Verdict::Delivered(0), trusted, "{verdict:?}");
        }
    });
}

#[test]
fn nested_values_become_texts_below_the_levels_that_are_set() {
    run(async {
        let columns = "otel_traces\tSpanAttributes\tJSON\n";
        let server = Server::start(move |_| Answer::new(200, columns)).await;
        for (json_levels, expected) in [(4, r#"{"a":{"b":[1]}}"#), (0, r#"{"a":"{\"b\":[1]}"}"#)] {
            let config = ClickHouseConfig {
                json_levels,
                ..config(&server, false)
            };
            let exporter = ClickHouseExporter::new(config, Proxies::default());
            assert_eq!(exporter.prepare(TIME).await, Verdict::Delivered(0));
            let nested = Value::Map(vec![("b".into(), Value::Array(vec![Value::Int(1)]))]);
            let span = Span {
                context: TraceContext {
                    trace_id: [1; 16],
                    span_id: [2; 8],
                },
                parent_span_id: None,
                kind: SpanKind::Internal,
                name: "nested".into(),
                start: 1,
                end: 2,
                attributes: vec![("a".into(), nested)],
                events: Vec::new(),
                links: Vec::new(),
                status: SpanStatus::Unset,
            };
            let records = Batch {
                spans: vec![span],
                ..Batch::default()
            };
            let inserts = exporter.encode(Signal::Traces, records, &resource());
            assert_eq!(String::from_utf8_lossy(&inserts[0].body[1..]), expected);
        }
    });
}

#[test]
fn rows_have_the_columns_that_are_there() {
    run(async {
        let server = Server::start(|seen| refusal(seen, 200)).await;
        let exporter = exporter(&server, false);
        assert_eq!(exporter.prepare(TIME).await, Verdict::Delivered(0));
        assert_eq!(exporter.prepare(TIME).await, Verdict::Delivered(0));
        let inserts = exporter.encode(Signal::Logs, one_log(), &resource());
        assert_eq!(exporter.send(&inserts, TIME).await, Verdict::Delivered(0));
        let requests = server.requests.borrow();
        let [asked, inserted] = requests.as_slice() else {
            panic!("{} requests", requests.len());
        };
        assert_eq!(
            (asked.path.as_str(), asked.header("x-clickhouse-user")),
            ("/", Some("writer"))
        );
        assert_eq!(inserted.header("x-clickhouse-key"), Some("word"));
        assert_eq!(
            inserted.path,
            "/?query=INSERT%20INTO%20%60default%60.%60otel_logs%60%20%28%60Timestamp%60%2C%20%60Body%60%2C%20\
             %60LogAttributes%60%29%20FORMAT%20RowBinary&async_insert=1&wait_for_async_insert=1\
             &input_format_binary_read_json_as_string=1&type_json_skip_duplicated_paths=1"
        );
        assert_eq!(
            &inserted.body[..],
            b"\x07\0\0\0\0\0\0\0\x02hi\x13{\"type\":\"function\"}"
        );
    });
}

#[test]
fn only_what_was_not_taken_is_sent_again() {
    run(async {
        let broken = Rc::new(Cell::new(true));
        let sums_fail = Rc::clone(&broken);
        let server = Server::start(move |seen| {
            let fails = sums_fail.get() && seen.path.contains("metrics_sum");
            refusal(seen, if fails { 503 } else { 200 })
        })
        .await;
        let exporter = exporter(&server, true);
        let inserts = exporter.encode(Signal::Metrics, two_metrics(), &resource());
        assert_eq!(inserts.iter().map(|insert| insert.rows()).collect::<Vec<_>>(), [1, 1]);
        assert!(matches!(exporter.send(&inserts, TIME).await, Verdict::Failed(_)));
        broken.set(false);
        assert_eq!(exporter.send(&inserts, TIME).await, Verdict::Delivered(0));
        let requests = server.requests.borrow();
        let sent_to = |table: &str| requests.iter().filter(|seen| seen.path.contains(table)).count();
        assert_eq!((sent_to("metrics_gauge"), sent_to("metrics_sum")), (1, 2));
        assert!(requests.iter().all(|seen| seen.path.contains("&decompress=1")));
    });
}

#[test]
fn a_refused_table_does_not_cost_the_others() {
    run(async {
        let server = Server::start(|seen| {
            let refused = seen.path.contains("metrics_sum");
            refusal(seen, if refused { 404 } else { 200 })
        })
        .await;
        let exporter = exporter(&server, true);
        let inserts = exporter.encode(Signal::Metrics, two_metrics(), &resource());
        let Verdict::PartlyRejected(1, reason) = exporter.send(&inserts, TIME).await else {
            panic!("not partly rejected");
        };
        assert!(reason.contains("404"), "{reason}");
    });
}

#[test]
fn a_failure_to_ask_is_a_failure_to_send() {
    run(async {
        for (status, unauthorized) in [(503, false), (403, true)] {
            let server = Server::start(move |_| Answer::new(status, "")).await;
            let verdict = exporter(&server, true).prepare(TIME).await;
            assert_eq!(matches!(verdict, Verdict::Unauthorized(_)), unauthorized, "{verdict:?}");
            assert_eq!(matches!(verdict, Verdict::Failed(_)), !unauthorized, "{verdict:?}");
        }
    });
}

#[test]
fn who_may_not_look_writes_clickstacks_own_columns() {
    run(async {
        let server = Server::start(|seen| Answer::new(if asks_for_columns(seen) { 400 } else { 200 }, "")).await;
        let exporter = exporter(&server, true);
        assert_eq!(exporter.prepare(TIME).await, Verdict::Delivered(0));
        let inserts = exporter.encode(Signal::Logs, one_log(), &resource());
        assert!(inserts[0].columns.contains("`EventName`"), "{}", inserts[0].columns);
    });
}

mod size;

//! The OTLP receivers: what they accept, they pass on completely; what they cannot parse, they reject.

use std::io::Write;

use bytes::Bytes;
use clickstack_extension::aws::secrets::Values;
use clickstack_extension::buffer::Batch;
use clickstack_extension::config::{Config, FunctionIdentity, SendingConfig};
use clickstack_extension::environment::Environment;
use clickstack_extension::export::Exporter;
use clickstack_extension::grpc::MessageReader;
use clickstack_extension::gzip;
use clickstack_extension::otlp::messages::collector::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest,
};
use clickstack_extension::otlp::messages::metrics::Data;
use clickstack_extension::otlp::{json, received, request};
use clickstack_extension::record::{Resource, Signal, Value};
use clickstack_extension::session::Session;
use prost::Message;

const LIMIT: usize = 256 * 1024;
/// Nine bytes for each number of a list, for which JSON needs two.
const PROTOBUF_PER_JSON: usize = 5;

/// The first byte chooses the signal and the encoding of the rest: protobuf, JSON, gzip of protobuf, gRPC frames.
pub fn check(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let signal = Signal::ALL[usize::from(*choice) % 3];
    let message = match choice / 3 % 5 {
        0 => Bytes::copy_from_slice(rest),
        1 => match json::to_protobuf(signal, rest) {
            Ok(message) => {
                assert!(
                    message.len() <= PROTOBUF_PER_JSON * rest.len() + 16,
                    "{} bytes",
                    message.len()
                );
                assert!(
                    received::read(signal, message.clone()).is_ok(),
                    "what we write is valid"
                );
                message
            }
            Err(_) => return,
        },
        2 => match gzip::decompress(rest, LIMIT) {
            Ok(message) => message,
            Err(_) => return,
        },
        3 => match framed(rest) {
            Some(message) => message,
            None => return,
        },
        _ => Bytes::from(packed_and_back(rest)),
    };
    assert!(message.len() <= LIMIT.max(PROTOBUF_PER_JSON * rest.len() + 16));
    if let Ok(received) = received::read(signal, message) {
        taken(signal, received);
    }
}

/// The gRPC message received in pieces of 7 bytes, which must equal the one received at once.
fn framed(rest: &[u8]) -> Option<Bytes> {
    let read = |size: usize| {
        let mut reader = MessageReader::new(LIMIT);
        rest.chunks(size).try_for_each(|piece| reader.push(piece)).ok()?;
        reader.finish(true).ok()
    };
    let (pieces, whole) = (read(7), read(usize::MAX));
    assert_eq!(pieces, whole);
    whole
}

fn packed_and_back(plain: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(plain).expect("memory");
    let packed = packed.finish().expect("memory");
    let back = gzip::decompress(&packed, plain.len()).expect("a valid gzip");
    assert_eq!(&*back, plain);
    back.to_vec()
}

/// Encodes and decodes a message again, which must not change it.
fn settled<R: Message + Default + PartialEq>(request: &[u8]) -> R {
    let first = R::decode(request).expect("it was read before").encode_to_vec();
    let second = R::decode(&*first).expect("written by prost");
    assert!(second.encode_to_vec() == first, "decoding and encoding change nothing");
    second
}

fn count(signal: Signal, request: &[u8]) -> usize {
    match signal {
        Signal::Logs => {
            let request = settled::<ExportLogsServiceRequest>(request);
            request
                .resource_logs
                .iter()
                .flat_map(|r| &r.scope_logs)
                .map(|s| s.log_records.len())
                .sum()
        }
        Signal::Traces => {
            let request = settled::<ExportTraceServiceRequest>(request);
            request
                .resource_spans
                .iter()
                .flat_map(|r| &r.scope_spans)
                .map(|s| s.spans.len())
                .sum()
        }
        Signal::Metrics => {
            let request = settled::<ExportMetricsServiceRequest>(request);
            request
                .resource_metrics
                .iter()
                .flat_map(|r| &r.scope_metrics)
                .flat_map(|s| &s.metrics)
                .map(|metric| metric.data.as_ref().map_or(0, points).max(1))
                .sum()
        }
    }
}

/// Metrics are counted by their data points; one without any still counts as one.
fn points(data: &Data) -> usize {
    match data {
        Data::Gauge(data) => data.data_points.len(),
        Data::Sum(data) => data.data_points.len(),
        Data::Histogram(data) => data.data_points.len(),
        Data::ExponentialHistogram(data) => data.data_points.len(),
        Data::Summary(data) => data.data_points.len(),
    }
}

/// An accepted request is sent with the same number of records, over OTLP and to ClickHouse.
fn taken(signal: Signal, received: received::Received) {
    let items = received.forwarded.items;
    assert_eq!(count(signal, &received.forwarded.request), items);
    let sending = SendingConfig {
        buffer: Some(LIMIT),
        ..SendingConfig::default()
    };
    let mut session = Session::new(&FunctionIdentity::default(), &sending);
    if !session.received(received) {
        assert_eq!(session.drops().buffer_full, items as u64);
        return;
    }
    assert!(session.usage().bytes <= LIMIT);
    let records = session.take(signal, usize::MAX, 1);
    assert_eq!(records.items(), items);
    let resource = Resource {
        attributes: vec![("service.name".into(), Value::from("orders"))],
        ..Resource::default()
    };
    let sent = match signal {
        Signal::Logs => request::encode_logs(&resource, vec![], &records.forwarded),
        Signal::Traces => request::encode_spans(&resource, vec![], &records.forwarded),
        Signal::Metrics => request::encode_metrics(&resource, &records.forwarded),
    };
    assert_eq!(count(signal, &sent), items);
    to_clickhouse(signal, records, &resource);
}

fn to_clickhouse(signal: Signal, records: Batch, resource: &Resource) {
    let mut environment = Environment::default();
    for (name, value) in [
        ("ROTEL_EXPORTER", "clickhouse"),
        ("ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT", "http://127.0.0.1:8123"),
    ] {
        environment.0.insert(name.into(), value.into());
    }
    let config = Config::parse(&environment).0;
    let exporter = config.destinations[0]
        .settings
        .resolve(&Values::default())
        .expect("complete");
    let items = records.items();
    let payload = Exporter::new(exporter, config.proxies).encode(signal, records, resource);
    assert_eq!(payload.expect("ClickHouse takes every signal").items, items);
}

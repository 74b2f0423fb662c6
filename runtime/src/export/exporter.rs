//! A backend, ready for use: encodes records, sends payloads and interprets responses.

use std::time::Duration;

use super::clickhouse::{self, ClickHouseExporter, Insert};
use super::otlp::{OtlpBody, OtlpExporter};
use super::size::{Size, SizeLimit};
use super::split::Split;
use super::verdict::Verdict;
use crate::buffer::Batch;
use crate::config::{ExporterConfig, Retry};
use crate::http::Proxies;
use crate::record::{Resource, Signal};

const CHECK_KEY: &str = "check the key in the exporter's settings";

/// An encoded request that is kept until the backend has responded to it.
#[derive(Debug, Clone)]
pub struct Payload {
    /// Its signal.
    pub signal: Signal,
    /// Its records.
    pub items: usize,
    body: Body,
}

impl Payload {
    /// Bytes in memory, about.
    pub fn size(&self) -> usize {
        match &self.body {
            Body::Otlp(body) => body.bytes.len(),
            Body::ClickHouse(inserts) => inserts.iter().map(|insert| insert.body.len()).sum(),
        }
    }

    /// The size that a backend limits: that of its largest request if there are several.
    pub fn request_size(&self) -> Size {
        match &self.body {
            Body::Otlp(body) => body.size(),
            Body::ClickHouse(inserts) => {
                let largest = inserts.iter().filter(|insert| insert.is_waiting());
                let sent = largest.map(|insert| insert.body.len()).max().unwrap_or(0);
                Size { sent, plain: sent }
            }
        }
    }
}

/// The encoded form.
#[derive(Debug, Clone)]
enum Body {
    /// An export request.
    Otlp(OtlpBody),
    /// Rows for tables.
    ClickHouse(Vec<Insert>),
}

/// A backend.
pub enum Exporter {
    /// OTLP, over gRPC or HTTP.
    Otlp(Box<OtlpExporter>),
    /// ClickHouse itself.
    ClickHouse(Box<ClickHouseExporter>),
    /// No backend: everything is dropped.
    Blackhole,
}

impl Exporter {
    /// The backend according to the settings. Nothing is connected yet.
    pub fn new(config: ExporterConfig, proxies: Proxies) -> Self {
        match config {
            ExporterConfig::Blackhole => Exporter::Blackhole,
            ExporterConfig::Otlp(config) => Exporter::Otlp(Box::new(OtlpExporter::new(config, &proxies))),
            ExporterConfig::ClickHouse(config) => {
                Exporter::ClickHouse(Box::new(ClickHouseExporter::new(config, proxies)))
            }
        }
    }

    /// Queries the backend for what is needed before encoding, unless it is known.
    pub async fn prepare(&self, within: Duration) -> Verdict {
        match self {
            Exporter::ClickHouse(clickhouse) => clickhouse.prepare(within).await,
            Exporter::Otlp(_) | Exporter::Blackhole => Verdict::Delivered(0),
        }
    }

    /// Opens the connections that the first flush will need while the function initialises: the extension then has the
    /// processor nearly for itself, whereas after the first invocation every handshake would delay the function.
    pub async fn open_ahead(&self) {
        if let Exporter::Otlp(otlp) = self {
            otlp.open_ahead().await;
        }
    }

    /// Encodes records as one payload; `None` if this backend does not accept the signal.
    pub fn encode(&self, signal: Signal, records: Batch, resource: &Resource) -> Option<Payload> {
        let items = records.items();
        let body = match self {
            Exporter::Otlp(otlp) => Body::Otlp(otlp.encode(signal, records, resource)?),
            Exporter::ClickHouse(clickhouse) => Body::ClickHouse(clickhouse.encode(signal, records, resource)),
            Exporter::Blackhole => return None,
        };
        Some(Payload { signal, items, body })
    }

    /// What to check if the backend rejects the key.
    pub fn key_advice(&self, signal: Signal) -> &'static str {
        match self {
            Exporter::Otlp(otlp) => otlp.key_advice(signal),
            Exporter::ClickHouse(_) | Exporter::Blackhole => CHECK_KEY,
        }
    }

    /// Halves a payload by its records.
    pub fn split(&self, payload: &Payload) -> Split<Payload> {
        let signal = payload.signal;
        let part = |body, items| Payload { signal, items, body };
        match (self, &payload.body) {
            (Exporter::Otlp(otlp), Body::Otlp(body)) => match otlp.split(signal, body) {
                Some(halves) => halves.map(|(body, items)| part(Body::Otlp(body), items)),
                None => Split {
                    parts: Vec::new(),
                    refused: payload.items,
                },
            },
            (_, Body::ClickHouse(inserts)) => {
                clickhouse::split(inserts).map(|(inserts, items)| part(Body::ClickHouse(inserts), items))
            }
            _ => Split::default(),
        }
    }

    /// The usual limit of the protocol's servers for a request of this signal, in bytes before compression.
    pub fn usual_limit(&self, signal: Signal) -> SizeLimit {
        match self {
            Exporter::Otlp(otlp) => otlp.usual_limit(signal),
            Exporter::ClickHouse(_) | Exporter::Blackhole => SizeLimit::default(),
        }
    }

    /// Retries of failed requests.
    pub fn retry(&self, signal: Signal) -> Retry {
        match self {
            Exporter::Otlp(otlp) => otlp.retry(signal),
            Exporter::ClickHouse(clickhouse) => clickhouse.retry(),
            Exporter::Blackhole => Retry::default(),
        }
    }

    /// Sends a payload, within this time.
    pub async fn send(&self, payload: &Payload, within: Duration) -> Verdict {
        match (self, &payload.body) {
            (Exporter::Otlp(otlp), Body::Otlp(body)) => otlp.send(payload.signal, body, within).await,
            (Exporter::ClickHouse(clickhouse), Body::ClickHouse(inserts)) => clickhouse.send(inserts, within).await,
            // A payload for another kind of backend is dropped.
            _ => Verdict::Delivered(0),
        }
    }
}

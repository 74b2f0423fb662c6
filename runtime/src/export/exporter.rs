//! A backend, ready for use: records in, payloads out, and what its answers mean.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;

use super::otlp;
use crate::buffer::Signal;
use crate::config::{ExporterConfig, OtlpConfig};
use crate::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use crate::http::{self, Endpoint, HeaderMap, HeaderValue, Method, StatusCode, TlsOptions};
use crate::record::Resource;
use crate::session::Records;

/// An encoded request that is kept until the backend has answered for it.
#[derive(Debug, Clone)]
pub struct Payload {
    /// Its signal.
    pub signal: Signal,
    /// Its records.
    pub items: usize,
    body: Bytes,
}

/// What became of a payload.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Taken, but for this many records that the backend refused.
    Delivered(usize),
    /// Refused for good, for this reason.
    Rejected(String),
    /// Our key is not accepted.
    Unauthorized(String),
    /// Failed for a reason that may pass.
    Failed(String),
}

/// A backend.
pub enum Exporter {
    /// OTLP over HTTP.
    Otlp(Box<OtlpExporter>),
    /// None: everything is dropped.
    Blackhole,
}

/// An OTLP/HTTP backend with its connections.
pub struct OtlpExporter {
    config: OtlpConfig,
    client: http::Client,
}

impl Exporter {
    /// The backend that the settings ask for. Nothing is connected yet.
    pub fn new(config: ExporterConfig) -> Self {
        match config {
            ExporterConfig::Blackhole => Exporter::Blackhole,
            ExporterConfig::Otlp(config) => {
                let client = http::Client::new(TlsOptions {
                    ca_file: config.ca_file.clone(),
                });
                Exporter::Otlp(Box::new(OtlpExporter { config, client }))
            }
        }
    }

    /// Encodes records as one payload; none if this backend doesn't take the signal.
    pub fn encode(&self, signal: Signal, records: Records, resource: &Resource) -> Option<Payload> {
        let Exporter::Otlp(otlp) = self else { return None };
        otlp.endpoint(signal)?;
        let items = records.items();
        let message = match signal {
            Signal::Logs => otlp::encode_logs(resource, records.logs, &records.forwarded),
            Signal::Traces => otlp::encode_spans(resource, records.spans, &records.forwarded),
            Signal::Metrics => otlp::encode_metrics(resource, &records.forwarded),
        };
        let body = if otlp.config.gzip { compress(&message)? } else { message };
        Some(Payload {
            signal,
            items,
            body: body.into(),
        })
    }

    /// Sends a payload, within this time at most.
    pub async fn send(&self, payload: &Payload, within: Duration) -> Verdict {
        match self {
            Exporter::Otlp(otlp) => otlp.send(payload, within).await,
            Exporter::Blackhole => Verdict::Delivered(0),
        }
    }
}

impl OtlpExporter {
    fn endpoint(&self, signal: Signal) -> Option<&Endpoint> {
        match signal {
            Signal::Logs => self.config.endpoint_logs.as_ref(),
            Signal::Traces => self.config.endpoint_traces.as_ref(),
            Signal::Metrics => self.config.endpoint_metrics.as_ref(),
        }
    }

    async fn send(&self, payload: &Payload, within: Duration) -> Verdict {
        let Some(endpoint) = self.endpoint(payload.signal) else {
            return Verdict::Delivered(0);
        };
        let mut headers: HeaderMap = self.config.headers.iter().cloned().collect();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        if self.config.gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let request = http::Request {
            method: Method::POST,
            endpoint: endpoint.clone(),
            headers,
            body: Bytes::clone(&payload.body),
            timeout: within.min(self.config.timeout),
        };
        match self.client.send(request).await {
            Err(error) => Verdict::Failed(error.to_string()),
            Ok(response) => verdict(payload.signal, endpoint, response.status, response.body),
        }
    }
}

/// What an answer means.
fn verdict(signal: Signal, endpoint: &Endpoint, status: StatusCode, body: Bytes) -> Verdict {
    let reason = || format!("{endpoint} answered {status}");
    match status.as_u16() {
        200..300 => Verdict::Delivered(refused_items(signal, body)),
        401 | 403 => Verdict::Unauthorized(reason()),
        408 | 429 | 500.. => Verdict::Failed(reason()),
        _ => Verdict::Rejected(reason()),
    }
}

/// The records that a backend refused in a request that it took otherwise (OTLP's partial success).
fn refused_items(signal: Signal, body: Bytes) -> usize {
    let refused = match signal {
        Signal::Logs => ExportLogsServiceResponse::decode(body)
            .ok()
            .and_then(|response| Some(response.partial_success?.rejected_log_records)),
        Signal::Traces => ExportTraceServiceResponse::decode(body)
            .ok()
            .and_then(|response| Some(response.partial_success?.rejected_spans)),
        Signal::Metrics => ExportMetricsServiceResponse::decode(body)
            .ok()
            .and_then(|response| Some(response.partial_success?.rejected_data_points)),
    };
    refused.and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

fn compress(message: &[u8]) -> Option<Vec<u8>> {
    // Level 1: more costs CPU that a small function doesn't have, for a few percent of bytes.
    let mut encoder = GzEncoder::new(Vec::with_capacity(message.len() / 4 + 64), Compression::fast());
    // Writing to memory doesn't fail.
    encoder.write_all(message).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsPartialSuccess;

    fn judged(status: u16, body: Bytes) -> Verdict {
        let endpoint = Endpoint::parse("https://backend/v1/logs").unwrap();
        verdict(Signal::Logs, &endpoint, StatusCode::from_u16(status).unwrap(), body)
    }

    #[test]
    fn answers() {
        assert_eq!(judged(200, Bytes::new()), Verdict::Delivered(0));
        assert_eq!(judged(202, Bytes::from_static(b"{}")), Verdict::Delivered(0));
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(matches!(judged(status, Bytes::new()), Verdict::Failed(_)), "{status}");
        }
        for status in [400, 404, 413, 415, 301] {
            assert!(matches!(judged(status, Bytes::new()), Verdict::Rejected(_)), "{status}");
        }
        for status in [401, 403] {
            assert!(
                matches!(judged(status, Bytes::new()), Verdict::Unauthorized(_)),
                "{status}"
            );
        }
    }

    #[test]
    fn partial_success_is_counted() {
        let partial_success = Some(ExportLogsPartialSuccess {
            rejected_log_records: 3,
            error_message: "too old".into(),
        });
        let body = ExportLogsServiceResponse { partial_success }.encode_to_vec();
        assert_eq!(judged(200, body.into()), Verdict::Delivered(3));
    }
}

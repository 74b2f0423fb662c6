//! OTLP as a backend, over HTTP or gRPC: each signal may have its own endpoint and protocol.

mod answer;
mod halves;
mod key_advice;
mod success;

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;

use super::size::{GRPC_MESSAGE, Size, SizeLimit};
use super::split::Split;
use super::verdict::Verdict;
use crate::buffer::Batch;
use crate::config::{OtlpConfig, OtlpProtocol, OtlpTarget, Retry};
use crate::grpc::{self, MessageReader};
use crate::gzip;
use crate::http::header::{CONTENT_ENCODING, CONTENT_TYPE, TE};
use crate::http::{self, Client, HeaderMap, HeaderValue, Method, Proxies, Scheme};
use crate::otlp::request;
use crate::record::{Resource, Signal};

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// Messages from this size on are compressed, if compression is enabled. The span of an invocation, some 600 bytes,
/// would become a quarter smaller, which saves no packet, and both sides would have to process it after each
/// invocation.
const WORTH_PACKING: usize = 1024;

/// The body of an export request.
#[derive(Debug, Clone)]
pub(super) struct OtlpBody {
    /// The bytes to send; for gRPC including the message's header.
    pub bytes: Bytes,
    /// Whether it is compressed.
    gzip: bool,
    /// Bytes before compression.
    plain: usize,
}

impl OtlpBody {
    /// None if the message is too long for gRPC, 4 GiB.
    fn new(protocol: OtlpProtocol, gzip: bool, message: Vec<u8>) -> Option<OtlpBody> {
        let plain = message.len();
        let gzip = gzip && plain >= WORTH_PACKING;
        let bytes = match protocol {
            OtlpProtocol::Grpc => grpc::frame(&message, gzip)?,
            OtlpProtocol::Http if gzip => gzip::compress(Vec::new(), &message)?.into(),
            OtlpProtocol::Http => message.into(),
        };
        Some(OtlpBody { bytes, gzip, plain })
    }

    /// The contained export request.
    fn message(&self, protocol: OtlpProtocol) -> Option<Bytes> {
        match protocol {
            OtlpProtocol::Grpc => {
                let mut reader = MessageReader::new(usize::MAX);
                reader.push(&self.bytes).ok()?;
                reader.finish(self.gzip).ok()
            }
            OtlpProtocol::Http if self.gzip => gzip::decompress(&self.bytes, self.plain).ok(),
            OtlpProtocol::Http => Some(Bytes::clone(&self.bytes)),
        }
    }

    pub(super) fn size(&self) -> Size {
        Size {
            sent: self.bytes.len(),
            plain: self.plain,
        }
    }
}

/// An OTLP backend with its connections.
pub struct OtlpExporter {
    logs: Option<Target>,
    traces: Option<Target>,
    metrics: Option<Target>,
}

/// The destination of one signal.
struct Target {
    config: OtlpTarget,
    client: Rc<Client>,
}

impl OtlpExporter {
    /// Nothing is connected yet. Signals with the same TLS settings share their connections.
    pub fn new(config: OtlpConfig, proxies: &Proxies) -> Self {
        let mut clients: Vec<(http::TlsOptions, Rc<Client>)> = Vec::new();
        let mut target = |config: OtlpTarget| {
            let known = clients.iter().find(|(tls, _)| *tls == config.tls);
            let client = match known {
                Some((_, client)) => Rc::clone(client),
                None => {
                    let client = Rc::new(Client::with_proxies(config.tls.clone(), proxies.clone()));
                    clients.push((config.tls.clone(), Rc::clone(&client)));
                    client
                }
            };
            Target { config, client }
        };
        Self {
            logs: config.logs.map(&mut target),
            traces: config.traces.map(&mut target),
            metrics: config.metrics.map(&mut target),
        }
    }

    fn target(&self, signal: Signal) -> Option<&Target> {
        match signal {
            Signal::Logs => self.logs.as_ref(),
            Signal::Traces => self.traces.as_ref(),
            Signal::Metrics => self.metrics.as_ref(),
        }
    }

    /// Opens connections for the signals of every flush, logs and traces, if they need a handshake.
    pub async fn open_ahead(&self) {
        let targets = [self.logs.as_ref(), self.traces.as_ref()];
        join_all(targets.into_iter().flatten().map(Target::open_ahead)).await;
    }

    /// Encodes records as one request; `None` if the signal has no endpoint.
    pub(super) fn encode(&self, signal: Signal, records: Batch, resource: &Resource) -> Option<OtlpBody> {
        let OtlpTarget { protocol, gzip, .. } = self.target(signal)?.config;
        let message = match signal {
            Signal::Logs => request::encode_logs(resource, records.logs, &records.forwarded),
            Signal::Traces => request::encode_spans(resource, records.spans, &records.forwarded),
            Signal::Metrics => request::encode_metrics(resource, &records.forwarded),
        };
        OtlpBody::new(protocol, gzip, message)
    }

    /// What to check if the backend rejects the signal's key.
    pub fn key_advice(&self, signal: Signal) -> &'static str {
        let target = self.target(signal);
        target.map_or("", |target| key_advice::of(&target.config.headers))
    }

    /// Two requests with half of the records each, and their numbers of records. `None` if there is only one record.
    pub(super) fn split(&self, signal: Signal, body: &OtlpBody) -> Option<Split<(OtlpBody, usize)>> {
        let OtlpTarget { protocol, gzip, .. } = self.target(signal)?.config;
        let mut parts = Vec::with_capacity(2);
        for (message, items) in halves::halves(signal, &body.message(protocol)?)? {
            parts.push((OtlpBody::new(protocol, gzip, message)?, items));
        }
        let refused = 0;
        Some(Split { parts, refused })
    }

    /// The default limit of servers with the signal's protocol.
    pub fn usual_limit(&self, signal: Signal) -> SizeLimit {
        match self.target(signal).map(|target| target.config.protocol) {
            Some(OtlpProtocol::Grpc) => SizeLimit::of_plain(GRPC_MESSAGE - 1),
            _ => SizeLimit::default(),
        }
    }

    /// Retries of failed requests.
    pub fn retry(&self, signal: Signal) -> Retry {
        let target = self.target(signal);
        target.map(|target| target.config.retry).unwrap_or_default()
    }

    /// Sends a request, within this time.
    pub(super) async fn send(&self, signal: Signal, body: &OtlpBody, within: Duration) -> Verdict {
        match self.target(signal) {
            Some(target) => target.send(signal, body, within).await,
            None => Verdict::Delivered(0),
        }
    }
}

impl Target {
    async fn open_ahead(&self) {
        let endpoint = &self.config.endpoint;
        match self.config.protocol {
            _ if endpoint.scheme() == Scheme::Http => {}
            OtlpProtocol::Http => self.client.open_ahead(endpoint).await,
            OtlpProtocol::Grpc => self.client.open_ahead_http2(endpoint).await,
        }
    }

    async fn send(&self, signal: Signal, body: &OtlpBody, within: Duration) -> Verdict {
        let timeout = within.min(self.config.timeout);
        let mut request = http::Request {
            method: Method::POST,
            endpoint: self.config.endpoint.clone(),
            headers: self.config.headers.clone(),
            body: Bytes::clone(&body.bytes),
            timeout,
        };
        let sent = match self.config.protocol {
            OtlpProtocol::Http => {
                http_headers(&mut request.headers, body.gzip);
                self.client.send(request).await
            }
            OtlpProtocol::Grpc => {
                request.endpoint = request.endpoint.with_path(grpc::method_path(signal));
                grpc_headers(&mut request.headers, body.gzip, timeout);
                self.client.send_http2(request).await
            }
        };
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Verdict::Failed(error.to_string()),
        };
        let asked = answer::Asked {
            signal,
            endpoint: &self.config.endpoint,
            size: body.size(),
        };
        match self.config.protocol {
            OtlpProtocol::Http => answer::http_verdict(&asked, &response),
            OtlpProtocol::Grpc => answer::grpc_verdict(&asked, &response),
        }
    }
}

fn http_headers(headers: &mut HeaderMap, gzip: bool) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    if gzip {
        headers.insert(CONTENT_ENCODING, GZIP);
    }
}

fn grpc_headers(headers: &mut HeaderMap, gzip: bool, timeout: Duration) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(grpc::CONTENT_TYPE));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(grpc::ACCEPT_ENCODING, HeaderValue::from_static("identity,gzip"));
    if gzip {
        headers.insert(grpc::ENCODING, GZIP);
    }
    // At most eight digits, with a unit; a timeout longer than 27 hours is equivalent to none.
    let milliseconds = timeout.as_millis().clamp(1, 99_999_999);
    if let Ok(value) = HeaderValue::try_from(format!("{milliseconds}m")) {
        headers.insert(grpc::TIMEOUT, value);
    }
}

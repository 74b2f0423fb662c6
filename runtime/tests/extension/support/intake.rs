//! A backend that accepts OTLP/HTTP.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::Read;
use std::rc::Rc;
use std::time::Duration;

use clickstack_extension::otlp::messages::collector::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest,
};
use clickstack_extension::otlp::messages::common::{AnyValue, KeyValue, Value};
use clickstack_extension::otlp::messages::logs::LogRecord;
use clickstack_extension::otlp::messages::metrics::Data;
use clickstack_extension::otlp::messages::resource::Resource;
use clickstack_extension::otlp::messages::trace::Span;
use prost::Message;

use super::server::{Answer, Call, Server, answer};

#[derive(Default)]
struct Taken {
    logs: RefCell<Vec<(Resource, LogRecord)>>,
    spans: RefCell<Vec<(Resource, Span)>>,
    metrics: Cell<usize>,
    /// The name of each data point's metric, and the point's attributes.
    points: RefCell<Vec<(String, Vec<KeyValue>)>>,
    requests: Cell<usize>,
    refused: Cell<usize>,
    /// Paths of compressed requests.
    packed: RefCell<Vec<String>>,
    /// The hosts of requests, each once.
    hosts: RefCell<BTreeSet<String>>,
    status: Cell<u16>,
    /// This many of the next requests fail.
    failures: Cell<usize>,
    delay: Cell<Duration>,
    /// Larger requests are rejected, as by a proxy.
    limit: Cell<Option<usize>>,
    key: RefCell<Option<String>>,
}

pub struct Intake {
    port: u16,
    server: RefCell<Option<Server>>,
    taken: Rc<Taken>,
}

impl Intake {
    pub async fn start() -> Intake {
        let taken = Rc::new(Taken::default());
        taken.status.set(200);
        let server = serve(0, &taken).await;
        Intake {
            port: server.port,
            server: RefCell::new(Some(server)),
            taken,
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Closes the port and every connection.
    pub fn stop(&self) {
        self.server.borrow_mut().take();
    }

    /// Opens the same port again.
    pub async fn restart(&self) {
        let server = serve(self.port, &self.taken).await;
        *self.server.borrow_mut() = Some(server);
    }

    /// Responds to every request with this status from now on; only 200 stores records.
    pub fn answer_with(&self, status: u16) {
        self.taken.status.set(status);
    }

    /// Responds to this many of the next requests with 503.
    pub fn fail_next(&self, requests: usize) {
        self.taken.failures.set(requests);
    }

    /// Responds only after this delay.
    pub fn delay(&self, delay: Duration) {
        self.taken.delay.set(delay);
    }

    /// Rejects requests larger than this, like nginx.
    pub fn limit(&self, bytes: usize) {
        self.taken.limit.set(Some(bytes));
    }

    /// Accepts only requests with this `authorization`.
    pub fn require_key(&self, key: &str) {
        *self.taken.key.borrow_mut() = Some(key.to_owned());
    }

    pub fn logs(&self) -> Vec<(Resource, LogRecord)> {
        self.taken.logs.borrow().clone()
    }

    pub fn spans(&self) -> Vec<(Resource, Span)> {
        self.taken.spans.borrow().clone()
    }

    pub fn metrics(&self) -> usize {
        self.taken.metrics.get()
    }

    /// The name of each data point's metric, and the point's attributes, for sums, gauges and histograms, which the
    /// extension sends.
    pub fn metric_attributes(&self) -> Vec<(String, Vec<KeyValue>)> {
        self.taken.points.borrow().clone()
    }

    pub fn requests(&self) -> usize {
        self.taken.requests.get()
    }

    pub fn refused(&self) -> usize {
        self.taken.refused.get()
    }

    /// Paths of the requests that were compressed.
    pub fn packed(&self) -> Vec<String> {
        self.taken.packed.borrow().clone()
    }

    /// The hosts of requests, each once.
    pub fn hosts(&self) -> Vec<String> {
        self.taken.hosts.borrow().iter().cloned().collect()
    }

    /// Bodies of the log records of the function, sorted.
    pub fn bodies(&self) -> Vec<String> {
        let logs = self.taken.logs.borrow();
        let mut bodies: Vec<String> = logs.iter().map(|(_, log)| body(log)).collect();
        bodies.sort();
        bodies
    }
}

async fn serve(port: u16, taken: &Rc<Taken>) -> Server {
    let taken = Rc::clone(taken);
    Server::start(port, move |call| handle(call, Rc::clone(&taken))).await
}

async fn handle(call: Call, taken: Rc<Taken>) -> Answer {
    taken.requests.set(taken.requests.get() + 1);
    let host = call.headers["host"].to_str().unwrap().to_owned();
    taken.hosts.borrow_mut().insert(host);
    tokio::time::sleep(taken.delay.get()).await;
    let key = call
        .headers
        .get("authorization")
        .map(|key| key.to_str().unwrap().to_owned());
    let status = match &*taken.key.borrow() {
        Some(required) if key.as_ref() != Some(required) => 401,
        _ if taken.limit.get().is_some_and(|limit| call.body.len() > limit) => 413,
        _ if taken.failures.get() > 0 => {
            taken.failures.set(taken.failures.get() - 1);
            503
        }
        _ => taken.status.get(),
    };
    if status != 200 {
        taken.refused.set(taken.refused.get() + 1);
        return answer(status, "");
    }
    assert_eq!(call.headers["content-type"], "application/x-protobuf");
    let mut body = Vec::new();
    match call.headers.get("content-encoding") {
        Some(_) => {
            taken.packed.borrow_mut().push(call.path.clone());
            flate2::read::GzDecoder::new(&*call.body)
                .read_to_end(&mut body)
                .unwrap()
        }
        None => (&*call.body).read_to_end(&mut body).unwrap(),
    };
    take(&taken, &call.path, &body);
    answer(200, "")
}

fn take(taken: &Taken, path: &str, body: &[u8]) {
    match path {
        "/v1/logs" => {
            for entry in ExportLogsServiceRequest::decode(body).unwrap().resource_logs {
                let resource = entry.resource.unwrap();
                let logs = entry.scope_logs.into_iter().flat_map(|scope| scope.log_records);
                taken.logs.borrow_mut().extend(logs.map(|log| (resource.clone(), log)));
            }
        }
        "/v1/traces" => {
            for entry in ExportTraceServiceRequest::decode(body).unwrap().resource_spans {
                let resource = entry.resource.unwrap();
                let spans = entry.scope_spans.into_iter().flat_map(|scope| scope.spans);
                taken
                    .spans
                    .borrow_mut()
                    .extend(spans.map(|span| (resource.clone(), span)));
            }
        }
        "/v1/metrics" => {
            let metrics = ExportMetricsServiceRequest::decode(body).unwrap().resource_metrics;
            let count = metrics
                .iter()
                .flat_map(|entry| &entry.scope_metrics)
                .map(|scope| scope.metrics.len());
            taken.metrics.set(taken.metrics.get() + count.sum::<usize>());
            let scopes = metrics.into_iter().flat_map(|entry| entry.scope_metrics);
            for metric in scopes.flat_map(|scope| scope.metrics) {
                let points = points(metric.data).into_iter();
                let named = points.map(|attributes| (metric.name.clone(), attributes));
                taken.points.borrow_mut().extend(named);
            }
        }
        other => panic!("unexpected path {other}"),
    }
}

/// The attributes of each data point.
fn points(data: Option<Data>) -> Vec<Vec<KeyValue>> {
    match data {
        Some(Data::Sum(sum)) => sum.data_points.into_iter().map(|point| point.attributes).collect(),
        Some(Data::Gauge(gauge)) => gauge.data_points.into_iter().map(|point| point.attributes).collect(),
        Some(Data::Histogram(histogram)) => histogram
            .data_points
            .into_iter()
            .map(|point| point.attributes)
            .collect(),
        _ => Vec::new(),
    }
}

pub fn body(log: &LogRecord) -> String {
    text(log.body.as_ref()).unwrap()
}

/// A string attribute.
pub fn attribute(attributes: &[KeyValue], name: &str) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.key == name)?;
    text(attribute.value.as_ref())
}

fn text(value: Option<&AnyValue>) -> Option<String> {
    match value?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        other => Some(format!("{other:?}")),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

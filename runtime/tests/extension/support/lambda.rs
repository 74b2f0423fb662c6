//! The parts of Lambda that an extension sees: Extensions API and Telemetry API.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

use super::server::{self, Answer, Call, Server, answer};
use super::until;

pub const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
pub const TRACE_ID: &str = "5759e988bd862e3fe1be46a994272793";

#[derive(Default)]
struct Seen {
    registered: RefCell<Option<Value>>,
    subscriptions: RefCell<Vec<Value>>,
    /// The number of requests for the next event.
    asked: Cell<usize>,
    /// This many of the next requests for an event fail.
    failures: Cell<usize>,
    /// Responses to subscriptions, by schema version; 200 by default.
    subscription_status: RefCell<Vec<(String, u16)>>,
    /// The runtime's events, and its responses by path.
    runtime: RefCell<Vec<(String, String)>>,
}

pub struct Lambda {
    server: Server,
    events: mpsc::UnboundedSender<Value>,
    seen: Rc<Seen>,
    clock: Cell<u64>,
}

impl Lambda {
    pub async fn start() -> Lambda {
        Lambda::start_with(&[]).await
    }

    /// A Lambda that responds to subscriptions with these schema versions in this way.
    pub async fn start_with(subscription_status: &[(&str, u16)]) -> Lambda {
        let (events, receiver) = mpsc::unbounded_channel();
        let seen = Rc::new(Seen::default());
        let status = subscription_status
            .iter()
            .map(|(schema, status)| ((*schema).to_owned(), *status));
        seen.subscription_status.borrow_mut().extend(status);
        let receiver = Rc::new(Mutex::new(receiver));
        let handler_seen = Rc::clone(&seen);
        let handle = move |call| handle(call, Rc::clone(&handler_seen), Rc::clone(&receiver));
        Lambda {
            server: Server::start(0, handle).await,
            events,
            seen,
            clock: Cell::new(now_ms()),
        }
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.port)
    }

    /// What the extension registered with.
    pub fn registration(&self) -> Option<Value> {
        self.seen.registered.borrow().clone()
    }

    /// The subscriptions in their order.
    pub fn subscriptions(&self) -> Vec<Value> {
        self.seen.subscriptions.borrow().clone()
    }

    /// Waits until the extension has asked for the next event this many times.
    pub async fn asked(&self, times: usize) {
        until(&format!("/next number {times}"), || self.seen.asked.get() >= times).await;
    }

    /// The runtime's requests, by path.
    pub fn runtime_answers(&self) -> Vec<(String, String)> {
        self.seen.runtime.borrow().clone()
    }

    /// Responds to this many of the next requests for an event with 500.
    pub fn fail_next(&self, requests: usize) {
        self.seen.failures.set(requests);
    }

    pub fn times_asked(&self) -> usize {
        self.seen.asked.get()
    }

    pub fn invoke(&self, request_id: &str, timeout: Duration) {
        self.invoke_with(request_id, timeout, TRACE);
    }

    /// Like `invoke`, with this trace header.
    pub fn invoke_with(&self, request_id: &str, timeout: Duration, header: &str) {
        let deadline = now_ms() + u64::try_from(timeout.as_millis()).unwrap();
        let event = json!({
            "eventType": "INVOKE", "deadlineMs": deadline, "requestId": request_id,
            "invokedFunctionArn": "arn:aws:lambda:us-east-2:123456789012:function:orders",
            "tracing": {"type": "X-Amzn-Trace-Id", "value": header}
        });
        self.events.send(event).unwrap();
    }

    pub fn shutdown(&self, reason: &str) {
        self.shutdown_within(reason, Duration::from_secs(2));
    }

    pub fn shutdown_within(&self, reason: &str, time: Duration) {
        let deadline = now_ms() + u64::try_from(time.as_millis()).unwrap();
        let event = json!({"eventType": "SHUTDOWN", "shutdownReason": reason, "deadlineMs": deadline});
        self.events.send(event).unwrap();
    }

    /// An event with the next millisecond of this Lambda's clock.
    pub fn event(&self, kind: &str, record: Value) -> Value {
        let at = self.clock.get().max(now_ms()) + 1;
        self.clock.set(at);
        json!({"time": rfc3339(at), "type": kind, "record": record})
    }

    pub fn start_event(&self, request_id: &str) -> Value {
        let tracing = json!({"type": "X-Amzn-Trace-Id", "value": TRACE});
        self.event(
            "platform.start",
            json!({"requestId": request_id, "version": "$LATEST", "tracing": tracing}),
        )
    }

    pub fn line(&self, text: &str) -> Value {
        self.event("function", format!("{text}\n").into())
    }

    pub fn done_event(&self, request_id: &str, status: &str) -> Value {
        let metrics = json!({"durationMs": 12.5, "producedBytes": 3});
        self.event(
            "platform.runtimeDone",
            json!({"requestId": request_id, "status": status, "metrics": metrics}),
        )
    }

    pub fn report_event(&self, request_id: &str, status: &str) -> Value {
        let metrics = json!({"durationMs": 12.5, "billedDurationMs": 13, "memorySizeMB": 128, "maxMemoryUsedMB": 64});
        self.event(
            "platform.report",
            json!({"requestId": request_id, "status": status, "metrics": metrics}),
        )
    }

    pub async fn deliver(&self, events: &[Value]) {
        assert_eq!(self.deliver_raw(Value::from(events).to_string()).await, 200);
    }

    pub async fn deliver_raw(&self, body: impl Into<bytes::Bytes>) -> u16 {
        let url = self.destination();
        server::post(&url, &[("content-type", "application/json")], body)
            .await
            .0
    }

    /// The extension's telemetry address.
    pub fn destination(&self) -> String {
        let subscription = self.subscriptions().pop().unwrap();
        let destination = subscription["destination"]["URI"].as_str().unwrap();
        destination.replace("sandbox.localdomain", "127.0.0.1")
    }

    /// A whole invocation: `lines` are written while it runs. Returns when the extension asks for the next event.
    pub async fn invocation(&self, request_id: &str, lines: &[String]) {
        let asked = self.times_asked();
        self.invoke(request_id, Duration::from_secs(30));
        let mut events = vec![self.start_event(request_id)];
        events.extend(lines.iter().map(|line| self.line(line)));
        events.push(self.done_event(request_id, "success"));
        self.deliver(&events).await;
        self.asked(asked + 1).await;
        self.deliver(&[self.report_event(request_id, "success")]).await;
    }
}

async fn handle(call: Call, seen: Rc<Seen>, events: Rc<Mutex<mpsc::UnboundedReceiver<Value>>>) -> Answer {
    match call.path.as_str() {
        "/2020-01-01/extension/register" => {
            let name = call.headers["lambda-extension-name"].to_str().unwrap();
            let body: Value = serde_json::from_slice(&call.body).unwrap();
            *seen.registered.borrow_mut() = Some(json!({"name": name, "events": body["events"]}));
            let body = json!({"functionName": "orders", "accountId": "123456789012"});
            let mut answer = answer(200, body.to_string());
            answer
                .headers_mut()
                .insert("lambda-extension-identifier", "the-id".parse().unwrap());
            answer
        }
        "/2022-07-01/telemetry" => {
            assert_eq!(call.headers["lambda-extension-identifier"], "the-id");
            let body: Value = serde_json::from_slice(&call.body).unwrap();
            let schema = body["schemaVersion"].as_str().unwrap().to_owned();
            seen.subscriptions.borrow_mut().push(body);
            let known = seen.subscription_status.borrow();
            let status = known
                .iter()
                .find(|(version, _)| *version == schema)
                .map_or(200, |(_, status)| *status);
            answer(status, "OK")
        }
        "/2020-01-01/extension/event/next" => {
            assert_eq!(call.headers["lambda-extension-identifier"], "the-id");
            seen.asked.set(seen.asked.get() + 1);
            if seen.failures.get() > 0 {
                seen.failures.set(seen.failures.get() - 1);
                return answer(500, "internal error");
            }
            match events.lock().await.recv().await {
                Some(event) => answer(200, event.to_string()),
                None => answer(500, "gone"),
            }
        }
        // The event of the runtime's API is in the header that asks for it.
        "/2018-06-01/runtime/invocation/next" => {
            let text = |name: &str| call.headers[name].to_str().unwrap().to_owned();
            let mut answer = answer(200, text("test-event"));
            let headers = answer.headers_mut();
            headers.insert("lambda-runtime-aws-request-id", text("test-id").parse().unwrap());
            headers.insert("lambda-runtime-trace-id", TRACE.parse().unwrap());
            answer
        }
        path if path.starts_with("/2018-06-01/runtime/") => {
            let body = String::from_utf8(call.body.to_vec()).unwrap();
            seen.runtime.borrow_mut().push((path.to_owned(), body));
            answer(202, "")
        }
        _ => answer(404, "not found"),
    }
}

pub fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// A time in this century in Lambda's format.
fn rfc3339(unix_ms: u64) -> String {
    let (seconds, millis) = (unix_ms / 1_000, unix_ms % 1_000);
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| year % 4 == 0;
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!(
        "{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z",
        month + 1,
        days + 1
    )
}

/// A line in Node.js's format for an invocation.
pub fn node_line(id: &str, text: &str) -> String {
    format!("2026-11-23T16:03:18.969Z\t{id}\tINFO\t{text}")
}

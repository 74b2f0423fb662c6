//! Signals of the tracing layers to the extension, in addition to their spans.

use std::time::Duration;

use crate::support::intake::{attribute, hex};
use crate::support::{Extension, Intake, Lambda, request_id, run, server, started};
use clickstack_extension::otlp::messages::collector::ExportTraceServiceRequest;
use clickstack_extension::otlp::messages::common::{AnyValue, KeyValue, Value};
use clickstack_extension::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span, SpanKind, Status, StatusCode};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn text(key: &str, text: &str) -> KeyValue {
    let value = Some(Value::StringValue(text.to_owned()));
    KeyValue {
        key: key.into(),
        value: Some(AnyValue { value }),
    }
}

fn handler(number: u8) -> Span {
    Span {
        trace_id: vec![7; 16],
        span_id: vec![number; 8],
        name: format!("handler {number}"),
        kind: SpanKind::Server.into(),
        attributes: vec![text("faas.invocation_id", &request_id(number.into()))],
        ..Span::default()
    }
}

fn failed(span: Span) -> Span {
    let status = Some(Status {
        code: StatusCode::Error.into(),
        ..Status::default()
    });
    Span { status, ..span }
}

fn request(spans: Vec<Span>) -> Vec<u8> {
    let scope_spans = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

async fn post(extension: &Extension, ended: Option<&str>, body: Vec<u8>) {
    let mut headers = vec![("content-type", "application/x-protobuf")];
    headers.extend(ended.map(|id| ("clickstack-invocation-ended", id)));
    let answer = server::post(&extension.receiver("/v1/traces"), &headers, body).await;
    assert_eq!(answer, (200, String::new()));
}

/// An invocation whose end the layer signals, with this body. Returns the events that Lambda delivers later.
async fn told(lambda: &Lambda, extension: &Extension, number: u8, body: Vec<u8>) -> Vec<serde_json::Value> {
    let id = request_id(number.into());
    lambda.invoke(&id, Duration::from_secs(30));
    post(extension, Some(&id), body).await;
    vec![
        lambda.start_event(&id),
        lambda.line(&format!("line {number}")),
        lambda.done_event(&id, "success"),
    ]
}

fn span_names(intake: &Intake) -> Vec<String> {
    intake.spans().into_iter().map(|(_, span)| span.name).collect()
}

#[test]
fn spans_leave_when_the_layer_tells_the_end_and_lines_with_the_next_event() {
    run(async {
        let (lambda, intake, mut extension) =
            started(&[("CLICKSTACK_FLUSH_MODE", "end"), ("CLICKSTACK_WAIT_FOR_LOGS", "never")]).await;
        let first = told(&lambda, &extension, 1, request(vec![handler(1)])).await;
        lambda.asked(2).await;
        assert_eq!(span_names(&intake), ["handler 1"]);
        assert!(intake.bodies().is_empty(), "Lambda has not delivered any");
        // The thaw: what Lambda held back arrives with the next invocation. A body that cannot be parsed still ends it.
        lambda.deliver(&first).await;
        let second = told(&lambda, &extension, 2, b"no protobuf".to_vec()).await;
        lambda.asked(3).await;
        assert_eq!(intake.bodies(), ["line 1"]);
        // Without a handler span, as for a trace that is not sampled.
        lambda.deliver(&second).await;
        let third = told(&lambda, &extension, 3, Vec::new()).await;
        lambda.asked(4).await;
        lambda.shutdown("spindown");
        lambda.deliver(&third).await;
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["line 1", "line 2", "line 3"]);
        assert_eq!(span_names(&intake), ["handler 1", "orders", "orders"]);
        for (index, (_, log)) in intake.logs().iter().enumerate() {
            let id = attribute(&log.attributes, "faas.invocation_id");
            assert_eq!(id, Some(request_id(index + 1)));
            assert_eq!(hex(&log.span_id), hex(&intake.spans()[index].1.span_id));
        }
        assert_eq!(extension.lines_with("protobuf"), 1, "{}", extension.output());
    });
}

/// A connection that stays open, as the layer's and Lambda's do.
struct Connection {
    stream: TcpStream,
    path: String,
}

impl Connection {
    /// Connects, and sends a first request: the extension has then accepted the connection.
    async fn open(url: &str, first: &str) -> Connection {
        let (address, path) = url.trim_start_matches("http://").split_once('/').unwrap();
        let (stream, path) = (TcpStream::connect(address).await.unwrap(), format!("/{path}"));
        let mut connection = Connection { stream, path };
        connection.write("", first.as_bytes()).await;
        assert!(connection.stream.read(&mut [0; 1024]).await.unwrap() > 0);
        connection
    }

    async fn write(&mut self, header: &str, body: &[u8]) {
        let (path, length) = (&self.path, body.len());
        let head = format!("POST {path} HTTP/1.1\r\nhost: extension\r\n{header}content-length: {length}\r\n\r\n");
        let request = [head.as_bytes(), body].concat();
        self.stream.write_all(&request).await.unwrap();
    }
}

#[test]
fn a_span_that_is_read_at_the_same_time_as_lambdas_event_stands_for_the_invocation() {
    run(async {
        let (lambda, intake, extension) = started(&[("CLICKSTACK_FLUSH_MODE", "end")]).await;
        let mut layer = Connection::open(&extension.receiver("/v1/traces"), "").await;
        let mut telemetry = Connection::open(&lambda.destination(), "[]").await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        lambda.deliver(&[lambda.start_event(&id), lambda.line("line 1")]).await;
        // Without processor time the extension finds both requests in its sockets.
        extension.freeze();
        let header = format!("content-type: application/x-protobuf\r\nclickstack-invocation-ended: {id}\r\n");
        layer.write(&header, &request(vec![handler(1)])).await;
        let done = serde_json::Value::from(vec![lambda.done_event(&id, "success")]);
        telemetry.write("", done.to_string().as_bytes()).await;
        extension.thaw();
        lambda.asked(2).await;
        assert_eq!(span_names(&intake), ["handler 1"]);
        assert_eq!(intake.bodies(), ["line 1"]);
        assert_eq!(hex(&intake.logs()[0].1.span_id), hex(&[1; 8]));
    });
}

#[test]
fn lines_are_waited_for_where_they_would_be_missed() {
    run(async {
        let (lambda, intake, extension) = started(&[("CLICKSTACK_FLUSH_MODE", "end")]).await;
        // The first invocation of the environment, and a failed one.
        for (number, span) in [(1, handler(1)), (2, failed(handler(2)))] {
            let events = told(&lambda, &extension, number, request(vec![span])).await;
            lambda.deliver(&events[..2]).await;
            assert_eq!(lambda.times_asked(), usize::from(number));
            lambda.deliver(&events[2..]).await;
            lambda.asked(usize::from(number) + 1).await;
            assert_eq!(intake.bodies().len(), usize::from(number));
        }
        let _third = told(&lambda, &extension, 3, request(vec![handler(3)])).await;
        lambda.asked(4).await;
        assert_eq!(span_names(&intake).len(), 3);
    });
}

/// A snapshot of the same span while it was open.
fn open(span: Span) -> Span {
    let mut open = failed(span);
    open.name = format!("{} open", open.name);
    open.attributes.push(KeyValue {
        key: "clickstack.unfinished".into(),
        value: Some(AnyValue {
            value: Some(Value::BoolValue(true)),
        }),
    });
    open
}

fn child(number: u8) -> Span {
    Span {
        span_id: vec![number; 8],
        parent_span_id: vec![1; 8],
        name: format!("child {number}"),
        attributes: Vec::new(),
        ..handler(number)
    }
}

#[test]
fn open_spans_are_sent_as_they_were_unless_they_end_after_all() {
    for (status, reason) in [("success", "spindown"), ("timeout", "timeout"), ("failure", "failure")] {
        run(async {
            let (lambda, intake, mut extension) = started(&[("CLICKSTACK_FLUSH_MODE", "end")]).await;
            let id = request_id(1);
            lambda.invoke(&id, Duration::from_secs(30));
            lambda.deliver(&[lambda.start_event(&id), lambda.line("one")]).await;
            // Shortly before the deadline: a span that has ended and three that are open.
            let snapshot = vec![child(21), open(child(22)), open(child(23)), open(handler(1))];
            post(&extension, None, request(snapshot)).await;
            let mut expected = vec!["child 21", "child 22", "child 23 open"];
            match status {
                "success" => {
                    post(&extension, Some(&id), request(vec![child(22), handler(1)])).await;
                    expected.push("handler 1");
                }
                _ => {
                    post(&extension, None, request(vec![child(22)])).await;
                    expected.push("handler 1 open");
                }
            }
            lambda
                .deliver(&[lambda.done_event(&id, status), lambda.report_event(&id, status)])
                .await;
            lambda.asked(2).await;
            lambda.shutdown(reason);
            assert_eq!(extension.ended().await, 0);
            let mut names = span_names(&intake);
            names.sort();
            assert_eq!(names, expected, "{status}");
            let (_, log) = &intake.logs()[0];
            assert_eq!(log.span_id, vec![1; 8], "the line is the handler's");
        });
    }
}

#[test]
fn open_spans_of_a_process_that_never_came_back_leave_at_shutdown() {
    run(async {
        let (lambda, intake, mut extension) = started(&[("CLICKSTACK_FLUSH_MODE", "periodic")]).await;
        lambda.invoke(&request_id(1), Duration::from_secs(30));
        lambda.asked(2).await;
        post(&extension, None, request(vec![open(handler(1)), open(child(2))])).await;
        lambda.shutdown("timeout");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(span_names(&intake), ["handler 1 open", "child 2 open"]);
    });
}

/// A span of a trace whose id is the first (`false`) or the last (`true`) that a share leaves out.
fn of_trace(span: Span, kept: bool) -> Span {
    let mut trace_id = vec![7; 16];
    trace_id[9..].fill(if kept { 0xff } else { 0 });
    Span { trace_id, ..span }
}

/// Whether the trace is of the share, what the handler's span is made to, and the spans that arrive.
type Course = (bool, fn(Span) -> Span, &'static [&'static str]);

#[test]
fn a_share_of_the_traces_is_sent_and_every_invocation_that_somebody_looks_for() {
    run(async {
        let (lambda, intake, mut extension) = started(&[
            ("CLICKSTACK_FLUSH_MODE", "end"),
            ("CLICKSTACK_TRACE_RATIO", "0.5"),
            ("CLICKSTACK_TRACE_KEEP", "error,slow:1s"),
        ])
        .await;
        let slow = |span: Span| Span {
            end_time_unix_nano: span.start_time_unix_nano + 1_000_000_000,
            ..span
        };
        let courses: [Course; 4] = [
            // In a request with a span of another trace, which is of the share.
            (false, |span| span, &["child 30"]),
            (true, |span| span, &["child 22", "handler 2"]),
            (false, failed, &["child 23", "handler 3"]),
            (false, slow, &["child 24", "handler 4"]),
        ];
        let mut expected: Vec<&str> = Vec::new();
        for (number, (kept, change, names)) in (1_u8..).zip(courses) {
            let id = request_id(number.into());
            lambda.invoke(&id, Duration::from_secs(30));
            lambda.deliver(&[lambda.start_event(&id)]).await;
            // Spans that the function ends arrive before the outcome of the invocation is known.
            let mut spans = vec![of_trace(child(20 + number), kept)];
            if number == 1 {
                spans.push(of_trace(child(30), true));
            }
            post(&extension, None, request(spans)).await;
            let handler = of_trace(change(handler(number)), kept);
            post(&extension, Some(&id), request(vec![handler])).await;
            let events = [lambda.line("line"), lambda.done_event(&id, "success")];
            lambda.deliver(&events).await;
            lambda.asked(usize::from(number) + 1).await;
            expected.extend(names.iter().copied());
        }
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(span_names(&intake), expected);
        assert_eq!(intake.bodies().len(), 4, "lines are not sampled");
        let names: Vec<String> = intake.metric_attributes().into_iter().map(|(name, _)| name).collect();
        assert!(names.iter().any(|name| name == "clickstack.extension.unsampled_spans"));
        assert!(!names.iter().any(|name| name == "clickstack.extension.dropped_records"));
    });
}

#[test]
fn debug_lines_go_with_the_trace_of_their_invocation() {
    run(async {
        // Lines leave while an invocation runs; those of which it is open whether they are kept do not.
        let (lambda, intake, mut extension) = started(&[
            ("CLICKSTACK_TRACE_RATIO", "0"),
            ("CLICKSTACK_TRACE_KEEP", "error"),
            ("CLICKSTACK_TRACE_DEBUG_LOGS", "true"),
        ])
        .await;
        for (number, status) in (1_u8..).zip(["success", "error"]) {
            let id = request_id(number.into());
            lambda.invoke(&id, Duration::from_secs(30));
            let events = [
                lambda.start_event(&id),
                lambda.line(&format!("[DEBUG] debug {status}")),
                lambda.line(&format!("[INFO] info {status}")),
                lambda.done_event(&id, status),
            ];
            lambda.deliver(&events).await;
            lambda.asked(usize::from(number) + 1).await;
        }
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        let mut bodies = intake.bodies();
        bodies.retain(|body| body.contains("debug") || body.contains("info"));
        bodies.sort();
        assert_eq!(bodies.len(), 3, "{bodies:?}");
        for (body, end) in bodies.iter().zip(["debug error", "info error", "info success"]) {
            assert!(body.ends_with(end), "{bodies:?}");
        }
    });
}

#[test]
fn the_extensions_own_spans_are_sampled_alike() {
    run(async {
        for (rules, status, spans) in [
            ("none", "success", 0),
            ("error", "success", 0),
            ("error", "error", 1),
            ("cold", "success", 1),
        ] {
            let (lambda, intake, mut extension) =
                started(&[("CLICKSTACK_TRACE_RATIO", "0"), ("CLICKSTACK_TRACE_KEEP", rules)]).await;
            let id = request_id(1);
            lambda.invoke(&id, Duration::from_secs(30));
            let events = [
                lambda.start_event(&id),
                lambda.line("line"),
                lambda.done_event(&id, status),
            ];
            lambda.deliver(&events).await;
            lambda.asked(2).await;
            lambda.shutdown("spindown");
            assert_eq!(extension.ended().await, 0);
            assert_eq!(
                (intake.spans().len(), intake.bodies().len()),
                (spans, 1),
                "{rules} {status}"
            );
        }
    });
}

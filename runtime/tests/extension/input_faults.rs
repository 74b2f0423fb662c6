//! Input may be anything, from Lambda and from other clients.

use std::time::Duration;

use crate::support::intake::{attribute, body};
use crate::support::{Extension, Intake, Lambda, request_id, run, started, until};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[test]
fn strange_text_arrives_whole() {
    run(async {
        let (lambda, intake, extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        let huge = "h".repeat(1024 * 1024);
        let deep = format!("{}1{}", r#"{"a":"#.repeat(500), "}".repeat(500));
        let events = [
            lambda.start_event(&id),
            lambda.line("nul \u{0} here"),
            lambda.line(&huge),
            lambda.line(&deep),
            lambda.line("\u{fffd}\u{1f600}"),
        ];
        lambda.deliver(&events).await;
        // Not UTF-8, a lone surrogate, and an object as deep.
        let bad = br#"[{"time":"2026-11-23T16:03:31Z","type":"function","record":"bytes "#;
        let bad = [&bad[..], b"\xff\xfe", b"\"}]"].concat();
        assert_eq!(lambda.deliver_raw(bad).await, 200);
        let object = format!(r#"[{{"time":"2026-11-23T16:03:31Z","type":"function","record":{deep}}}]"#);
        assert_eq!(lambda.deliver_raw(object).await, 200);
        lambda.deliver(&[lambda.done_event(&id, "success")]).await;
        lambda.asked(2).await;
        let bodies = intake.bodies();
        for text in ["nul \u{0} here", &huge, "\u{fffd}\u{1f600}", "bytes \u{fffd}\u{fffd}"] {
            assert!(bodies.iter().any(|one| one == text), "{:.40}", text);
        }
        assert_eq!(
            bodies.iter().filter(|one| **one == deep).count(),
            2,
            "deep JSON stays text"
        );
        assert_eq!(bodies.len(), 6);
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn times_that_are_wrong_hold_no_line_back() {
    run(async {
        let (lambda, intake, _extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        let at = |time: Value, text: &str| json!({"time": time, "type": "function", "record": text});
        lambda
            .deliver(&[
                lambda.start_event(&id),
                at("1970-01-01T00:00:00.000Z".into(), "long ago"),
                at("2999-12-31T23:59:59.999Z".into(), "far away"),
                at("12:01:23:521Z".into(), "no time"),
                at(Value::from(""), "empty time"),
                lambda.done_event(&id, "success"),
            ])
            .await;
        lambda.asked(2).await;
        lambda.invocation(&request_id(2), &["next".into()]).await;
        lambda.shutdown("spindown");
        until("every line", || intake.logs().len() == 5).await;
        assert_eq!(
            intake.bodies(),
            ["empty time", "far away", "long ago", "next", "no time"]
        );
    });
}

#[test]
fn a_batch_that_comes_twice_makes_no_second_invocation() {
    run(async {
        let (lambda, intake, _extension) = started(&[]).await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(30));
        let batch = [
            lambda.start_event(&id),
            lambda.line("one"),
            lambda.done_event(&id, "success"),
        ];
        lambda.deliver(&batch).await;
        lambda.asked(2).await;
        lambda.deliver(&batch).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.spans().len(), 2);
        // The line was delivered twice, and cannot be distinguished from one that was written twice.
        assert_eq!(intake.bodies(), ["one", "one", "two"]);
    });
}

#[test]
fn concurrent_invocations_of_managed_instances_keep_their_lines_apart() {
    run(async {
        let kind = ("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances");
        let (lambda, intake, mut extension) = started(&[kind]).await;
        let line = |number, text: &str| {
            let id = request_id(number);
            lambda.event("function", json!({"requestId": id, "level": "INFO", "message": text}))
        };
        let mut events: Vec<Value> = (0..8).map(|number| lambda.start_event(&request_id(number))).collect();
        events.extend((0..40).map(|number| line(number % 8, &format!("{} of many", number % 8))));
        events.push(lambda.line("of nobody"));
        events.extend((0..8).map(|number| lambda.report_event(&request_id(number), "success")));
        lambda.deliver(&events).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        let logs = intake.logs();
        assert_eq!((logs.len(), intake.spans().len()), (41, 8));
        for (_, log) in &logs {
            let id = attribute(&log.attributes, "faas.invocation_id");
            let number = body(log).split(' ').next().unwrap().parse().ok();
            assert_eq!(id, number.map(request_id), "{}", body(log));
        }
    });
}

#[test]
fn lines_with_ids_of_other_requests_leave_with_their_invocation() {
    run(async {
        let (lambda, intake, _extension) = started(&[]).await;
        let (id, other) = (request_id(1), "0b9a1c2d-0000-4000-8000-5e6f70819203");
        lambda.invoke(&id, Duration::from_secs(30));
        let named = |field: &str| lambda.event("function", json!({"level": "INFO", "message": field, field: other}));
        let fields = [
            "aws_request_id",
            "AWSRequestId",
            "function_request_id",
            "requestId",
            "awsRequestId",
        ];
        let mut events = vec![lambda.start_event(&id)];
        events.extend(fields.map(named));
        events.push(lambda.line(&format!("2026-11-23T16:03:18.969Z\t{other}\tINFO\tlate")));
        events.push(lambda.done_event(&id, "success"));
        lambda.deliver(&events).await;
        lambda.asked(2).await;
        let logs = intake.logs();
        assert_eq!(
            logs.len(),
            fields.len() + 1,
            "with the invocation in which they were written"
        );
        let (_, span) = intake.spans().remove(0);
        for (_, log) in &logs {
            assert_eq!(attribute(&log.attributes, "faas.invocation_id").as_deref(), Some(&*id));
            assert_eq!(log.trace_id, span.trace_id, "{}", body(log));
            let is_kept = log
                .attributes
                .iter()
                .any(|field| format!("{:?}", field.value).contains(other));
            assert!(is_kept, "{}: its id is a field", body(log));
        }
    });
}

/// Connects to a port, sends this and leaves the connection open.
async fn connect(port: u16, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

fn port_of(url: &str) -> u16 {
    url.trim_start_matches("http://")
        .split([':', '/'])
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn garbage_and_slow_clients_cost_their_connection_alone() {
    run(async {
        let (lambda, intake, extension) = started(&[]).await;
        let ports = [
            port_of(&extension.receiver("/")),
            extension.grpc_port(),
            port_of(&lambda.destination()),
        ];
        let mut slow = Vec::new();
        for port in ports {
            for garbage in [
                &b"\x16\x03\x01\x00\xa5\x01"[..],
                b"\0\0\0\0\0\0\0\0\n\n\n",
                b"GET / HTTP/9\r\n\r\n",
            ] {
                let mut stream = connect(port, garbage).await;
                let mut end = Vec::new();
                let read = tokio::time::timeout(Duration::from_millis(50), stream.read_to_end(&mut end)).await;
                drop(read);
            }
            slow.push(
                connect(
                    port,
                    b"POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{",
                )
                .await,
            );
            slow.push(connect(port, b"").await);
        }
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
        assert_eq!(slow.len(), 6);
    });
}

#[test]
fn more_connections_than_file_descriptors_are_survived() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let url = intake.url();
        let variables = [
            ("ROTEL_OTLP_EXPORTER_ENDPOINT", &*url),
            ("ROTEL_OTLP_EXPORTER_PROTOCOL", "http"),
        ];
        let mut extension = Extension::start_with_files(24, &lambda.address(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        let port = port_of(&extension.receiver("/"));
        let mut flood = Vec::new();
        for _ in 0..40 {
            flood.push(connect(port, b"P").await);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(extension.is_running());
        drop(flood);
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
    });
}

#[test]
fn without_time_at_shutdown_it_ends_at_once() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.deliver(&[lambda.line("too late")]).await;
        intake.delay(Duration::from_secs(3600));
        lambda.shutdown_within("spindown", Duration::ZERO);
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["one"]);
    });
}

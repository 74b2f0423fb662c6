//! A backend or a secret that fails: nothing is lost, nothing is sent twice, no invocation is delayed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::secrets::{self, SECRET, secrets_manager};
use crate::support::server::{Server, answer};
use crate::support::{Extension, Intake, Lambda, request_id, run, started, until};

#[test]
fn a_backend_that_dies_and_returns_costs_no_line_and_doubles_none() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        let mut expected = Vec::new();
        for number in 0..12 {
            match number {
                3 => intake.stop(),
                7 => intake.restart().await,
                _ => {}
            }
            let line = format!("line {number:02}");
            lambda
                .invocation(&request_id(number), std::slice::from_ref(&line))
                .await;
            expected.push(line);
        }
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), expected);
        assert_eq!(intake.spans().len(), 12);
        assert_eq!(extension.lines_with("is kept in memory and sent again"), 1, "said once");
    });
}

#[test]
fn a_backend_that_fails_with_500_gets_the_same_records_later() {
    run(async {
        let (lambda, intake, _extension) = started(&[]).await;
        intake.answer_with(503);
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), Vec::<String>::new());
        intake.answer_with(200);
        // After three consecutive failures no request is sent to the backend for a second.
        tokio::time::sleep(Duration::from_millis(1_050)).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
        assert_eq!(intake.spans().len(), 2);
    });
}

#[test]
fn a_request_that_fails_quickly_is_repeated_within_the_same_flush() {
    run(async {
        let (lambda, intake, _extension) = started(&[]).await;
        // The logs' and the spans' first requests.
        intake.fail_next(2);
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), ["one"]);
        assert_eq!((intake.spans().len(), intake.refused()), (1, 2));
    });
}

#[test]
fn a_backend_that_hangs_costs_one_timeout_not_one_for_each_invocation() {
    run(async {
        let timeout = ("ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT", "300ms");
        let (lambda, intake, _extension) = started(&[timeout]).await;
        intake.delay(Duration::from_secs(3600));
        for number in 0..5 {
            lambda.invocation(&request_id(number), &["x".into()]).await;
        }
        // Logs and traces at once; the circuit is open for a second after that, and a probe may follow.
        assert!(intake.requests() <= 4, "{} requests", intake.requests());
    });
}

#[test]
fn a_request_refused_for_good_is_dropped_and_said() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        intake.answer_with(400);
        lambda.invocation(&request_id(1), &["one".into()]).await;
        intake.answer_with(200);
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["telemetry records lost: 2 (rejected 2)", "two"]);
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(extension.lines_with("these logs are dropped"), 1);
        assert_eq!(extension.lines_with("2 (refused by the backend)"), 1);
    });
}

#[test]
fn a_wrong_key_is_said_once_and_the_function_answers() {
    run(async {
        let key = ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", "Authorization=wrong");
        let (lambda, intake, mut extension) = started(&[key]).await;
        intake.require_key("right");
        for number in 0..4 {
            lambda.invocation(&request_id(number), &["x".into()]).await;
        }
        assert!(intake.refused() > 0);
        assert_eq!(extension.lines_with("check the key"), 1);
        assert_eq!(
            extension.lines_with("it is sent without Bearer"),
            1,
            "and which ClickStack expects it so"
        );
        assert!(!extension.output().contains("wrong"), "the key is never shown");
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
    });
}

/// A server that responds to everything with these bytes.
async fn saying(bytes: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::task::spawn_local(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(bytes).await;
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    port
}

#[test]
fn a_port_of_the_other_protocol_is_said_with_the_setting_to_change() {
    run(async {
        // HTTP/2's first frame, empty SETTINGS; the response of an HTTP/1 server to HTTP/2.
        let grpc: &[u8] = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00";
        let http: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        for (protocol, bytes, expected) in [
            ("http", grpc, "set ROTEL_OTLP_EXPORTER_PROTOCOL=grpc"),
            ("grpc", http, "ROTEL_OTLP_EXPORTER_PROTOCOL=http"),
        ] {
            let (lambda, port) = (Lambda::start().await, saying(bytes).await);
            let endpoint = format!("http://127.0.0.1:{port}");
            let settings = [
                ("ROTEL_OTLP_EXPORTER_ENDPOINT", endpoint.as_str()),
                ("ROTEL_OTLP_EXPORTER_PROTOCOL", protocol),
            ];
            let extension = Extension::start(&lambda.address(), &settings);
            lambda.asked(1).await;
            lambda.invocation(&request_id(1), &["x".into()]).await;
            assert_eq!(extension.lines_with(expected), 1, "{protocol}: {}", extension.output());
        }
    });
}

#[test]
fn a_key_that_was_changed_is_fetched_again() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let (value, calls) = (Rc::new(RefCell::new("old".to_owned())), Rc::new(Cell::new(0)));
        let aws = secrets_manager(&value, Duration::ZERO, &calls).await;
        intake.require_key("old");
        let extension = secrets::exporting(&lambda, &intake, &aws, &[]);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), ["one"]);
        *value.borrow_mut() = "new".to_owned();
        intake.require_key("new");
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
        assert_eq!(calls.get(), 2);
        assert!(!extension.output().contains("old") && !extension.output().contains("new "));
    });
}

#[test]
fn slow_secrets_delay_neither_start_nor_lines() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let (value, calls) = (Rc::new(RefCell::new("right".to_owned())), Rc::new(Cell::new(0)));
        let aws = secrets_manager(&value, Duration::from_millis(400), &calls).await;
        intake.require_key("right");
        let _extension = secrets::exporting(&lambda, &intake, &aws, &[]);
        lambda.asked(1).await;
        assert_eq!(intake.requests(), 0);
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
        assert_eq!(calls.get(), 1);
    });
}

#[test]
fn secrets_are_no_part_of_the_init_phase() {
    run(async {
        let (lambda, intake) = (Rc::new(Lambda::start().await), Intake::start().await);
        let (asking, asked_before) = (Rc::clone(&lambda), Rc::new(Cell::new(None)));
        let seen = Rc::clone(&asked_before);
        let aws = Server::start(0, move |_| {
            seen.set(Some(asking.times_asked()));
            async { answer(200, r#"{"SecretString":"key"}"#) }
        })
        .await;
        let _extension = secrets::exporting(&lambda, &intake, &aws, &[]);
        until("the secret's fetching", || asked_before.get().is_some()).await;
        assert_eq!(asked_before.get(), Some(1), "the next event was asked for first");
    });
}

#[test]
fn a_missing_secret_costs_no_invocation() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let aws = Server::start(0, |_| async {
            answer(400, r#"{"__type":"ResourceNotFoundException"}"#)
        })
        .await;
        let mut extension = secrets::exporting(&lambda, &intake, &aws, &[]);
        lambda.asked(1).await;
        for number in 0..3 {
            lambda.invocation(&request_id(number), &["x".into()]).await;
        }
        assert_eq!(intake.requests(), 0);
        assert!(extension.output().contains(SECRET), "{}", extension.output());
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
    });
}

/// An extension whose key is in a secret, which it fetches again once it is 50 ms old.
async fn with_fresh_secrets(lambda: &Lambda, intake: &Intake, aws: &Server, more: &[(&str, &str)]) -> Extension {
    let endpoint = format!("http://127.0.0.1:{}", aws.port);
    let header = format!("Authorization=${{{SECRET}}}");
    let mut variables = vec![
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint.as_str()),
        ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", header.as_str()),
        ("CLICKSTACK_SECRETS_REFRESH_INTERVAL", "50ms"),
    ];
    variables.extend_from_slice(more);
    let extension = Extension::exporting(&lambda.address(), &intake.url(), &variables);
    lambda.asked(1).await;
    extension
}

#[test]
fn secrets_that_grew_old_are_fetched_again_without_a_refusal() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let (value, calls) = (Rc::new(RefCell::new("old".to_owned())), Rc::new(Cell::new(0)));
        let secrets = secrets_manager(&value, Duration::ZERO, &calls).await;
        let _extension = with_fresh_secrets(&lambda, &intake, &secrets, &[]).await;
        intake.require_key("old");
        lambda.invocation(&request_id(1), &["one".into()]).await;
        *value.borrow_mut() = "new".into();
        tokio::time::sleep(Duration::from_millis(100)).await;
        // The old key is still used: this flush starts the fetch in the background.
        lambda.invocation(&request_id(2), &["two".into()]).await;
        crate::support::until("the second fetch", || calls.get() >= 2).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        intake.require_key("new");
        lambda.invocation(&request_id(3), &["three".into()]).await;
        assert_eq!(intake.bodies(), ["one", "three", "two"]);
        assert_eq!(intake.refused(), 0);
    });
}

#[test]
fn a_renewed_key_is_tried_at_once_although_the_old_one_was_refused_for_long() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let (value, calls) = (Rc::new(RefCell::new("old".to_owned())), Rc::new(Cell::new(0)));
        let secrets = secrets_manager(&value, Duration::ZERO, &calls).await;
        let backoff = [("ROTEL_EXPORTER_RETRY_INITIAL_BACKOFF", "30s")];
        let _extension = with_fresh_secrets(&lambda, &intake, &secrets, &backoff).await;
        intake.require_key("new");
        // Rejected three times, so no request is sent to the backend for half a minute.
        lambda.invocation(&request_id(1), &["one".into()]).await;
        let refused = intake.refused();
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.refused(), refused);
        *value.borrow_mut() = "new".into();
        let known = calls.get();
        tokio::time::sleep(Duration::from_millis(60)).await;
        lambda.invocation(&request_id(3), &["three".into()]).await;
        crate::support::until("the new key", || calls.get() > known).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        lambda.invocation(&request_id(4), &["four".into()]).await;
        assert_eq!(intake.bodies(), ["four", "one", "three", "two"]);
    });
}

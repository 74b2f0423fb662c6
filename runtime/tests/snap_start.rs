//! SnapStart: the environment becomes a snapshot once we ask for the first event, and no connection survives that.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use support::secrets::{SECRET, secrets_manager};
use support::server::{Server, answer};
use support::{Extension, Intake, Lambda, request_id, run};

const SNAP_START: (&str, &str) = ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

#[test]
fn secrets_are_there_before_the_snapshot() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let (value, calls) = (Rc::new(RefCell::new("key".to_owned())), Rc::new(Cell::new(0)));
        let aws = secrets_manager(&value, Duration::from_millis(300), &calls).await;
        let endpoint = format!("http://127.0.0.1:{}", aws.port);
        let header = format!("Authorization=${{{SECRET}}}");
        let variables = [
            SNAP_START,
            ("AWS_ENDPOINT_URL", &*endpoint),
            ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", &*header),
        ];
        let extension = Extension::exporting(&lambda.address(), &intake.url(), &variables);
        intake.require_key("key");
        lambda.asked(1).await;
        extension.freeze();
        // Whatever was under way has broken.
        drop(aws);
        extension.thaw();
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!((intake.bodies(), calls.get()), (vec!["one".to_owned()], 1));
    });
}

#[test]
fn a_secret_that_can_not_be_had_delays_the_snapshot_and_no_more() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let denied = r#"{"__type":"AccessDeniedException","message":"not allowed"}"#;
        let aws = Server::start(0, move |_| async move { answer(400, denied) }).await;
        let endpoint = format!("http://127.0.0.1:{}", aws.port);
        let header = format!("Authorization=${{{SECRET}}}");
        let variables = [
            SNAP_START,
            ("AWS_ENDPOINT_URL", &*endpoint),
            ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", &*header),
        ];
        let mut extension = Extension::exporting(&lambda.address(), &intake.url(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(
            extension.lines_with("AccessDeniedException"),
            1,
            "{}",
            extension.output()
        );
    });
}

#[test]
fn connections_are_opened_after_the_restore() {
    run(async {
        let lambda = Lambda::start().await;
        // Accepts connections, and never says a word.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", silent.local_addr().unwrap());
        let _extension = Extension::exporting(&lambda.address(), &url, &[SNAP_START]);
        lambda.asked(1).await;
        let early = tokio::time::timeout(Duration::from_millis(300), silent.accept()).await;
        assert!(early.is_err(), "a snapshot would break it");
        lambda.invoke(&request_id(1), Duration::from_secs(30));
        silent.accept().await.unwrap();
    });
}

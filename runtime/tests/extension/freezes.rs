//! The environment freezes at any time, also in the middle of a request.

use std::time::Duration;

use crate::support::{Lambda, request_id, run, started, until};

/// Runs an invocation that writes one line.
async fn begin(lambda: &Lambda, number: usize, text: &str) {
    let id = request_id(number);
    lambda.invoke(&id, Duration::from_secs(30));
    lambda
        .deliver(&[
            lambda.start_event(&id),
            lambda.line(text),
            lambda.done_event(&id, "success"),
        ])
        .await;
}

#[test]
fn a_freeze_in_the_middle_of_a_request_loses_and_doubles_nothing() {
    run(async {
        let timeout = ("ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT", "2s");
        let (lambda, intake, extension) = started(&[timeout]).await;
        intake.delay(Duration::from_millis(100));
        begin(&lambda, 1, "one").await;
        until("the request", || intake.requests() > 0).await;
        extension.freeze();
        // The responses arrive, and the request times out, while the process is frozen.
        tokio::time::sleep(Duration::from_millis(2_200)).await;
        intake.delay(Duration::ZERO);
        extension.thaw();
        lambda.asked(2).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
        assert_eq!(intake.spans().len(), 2);
    });
}

#[test]
fn a_connection_that_died_while_frozen_is_replaced() {
    run(async {
        let (lambda, intake, extension) = started(&[]).await;
        for number in 0..4 {
            lambda
                .invocation(&request_id(number), &[format!("line {number}")])
                .await;
            extension.freeze();
            intake.stop();
            tokio::time::sleep(Duration::from_millis(20)).await;
            intake.restart().await;
            extension.thaw();
        }
        assert_eq!(intake.bodies(), ["line 0", "line 1", "line 2", "line 3"]);
        assert_eq!(intake.spans().len(), 4);
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn a_backend_that_goes_in_the_middle_of_a_frozen_request_gets_it_again() {
    run(async {
        let (lambda, intake, extension) = started(&[]).await;
        intake.delay(Duration::from_secs(3600));
        begin(&lambda, 1, "one").await;
        until("the request", || intake.requests() > 0).await;
        extension.freeze();
        intake.stop();
        tokio::time::sleep(Duration::from_millis(20)).await;
        intake.delay(Duration::ZERO);
        intake.restart().await;
        extension.thaw();
        lambda.asked(2).await;
        tokio::time::sleep(Duration::from_millis(1_050)).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
    });
}

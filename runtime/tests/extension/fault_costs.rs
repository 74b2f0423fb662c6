//! The cost of faults: one wait of a second, not one for each invocation, and nothing for a backend that is only slow.

use std::time::Duration;

use crate::support::{Lambda, request_id, run, started, until};

/// Longer than any test: code that waited for a timeout would hang.
const LONG: (&str, &str) = ("ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT", "600s");

async fn invocations(lambda: &Lambda, numbers: std::ops::Range<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    for number in numbers {
        let line = format!("line {number:02}");
        lambda
            .invocation(&request_id(number), std::slice::from_ref(&line))
            .await;
        lines.push(line);
    }
    lines
}

#[test]
fn a_backend_that_hangs_is_not_waited_for_until_its_timeout() {
    run(async {
        let (lambda, intake, extension) = started(&[LONG]).await;
        intake.delay(Duration::from_secs(3600));
        invocations(&lambda, 0..20).await;
        assert_eq!(intake.requests(), 2, "logs and traces, which are still being sent");
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn what_an_invocation_left_under_way_arrives_and_the_rest_after_it() {
    run(async {
        let (lambda, intake, mut extension) = started(&[LONG]).await;
        intake.delay(Duration::from_millis(2_500));
        let mut expected = invocations(&lambda, 0..3).await;
        intake.delay(Duration::ZERO);
        until("the answer that was left", || !intake.bodies().is_empty()).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        expected.extend(invocations(&lambda, 3..5).await);
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), expected, "each once");
        assert_eq!(intake.spans().len(), 5);
        assert_eq!(extension.lines_with("records dropped"), 0, "{}", extension.output());
    });
}

#[test]
fn a_slow_but_healthy_backend_loses_nothing() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        intake.delay(Duration::from_secs(2));
        let mut expected = Vec::new();
        for number in 0..6 {
            expected.extend(invocations(&lambda, number..number + 1).await);
            tokio::time::sleep(Duration::from_millis(600)).await;
        }
        lambda.shutdown_within("spindown", Duration::from_secs(10));
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), expected, "each once");
        assert_eq!(intake.spans().len(), 6);
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn what_was_left_under_way_and_failed_is_sent_again() {
    run(async {
        let (lambda, intake, mut extension) = started(&[LONG]).await;
        intake.delay(Duration::from_secs(3600));
        let mut expected = invocations(&lambda, 0..2).await;
        intake.stop();
        tokio::time::sleep(Duration::from_millis(20)).await;
        intake.delay(Duration::ZERO);
        intake.restart().await;
        until("the failure", || {
            extension.lines_with("is kept in memory and sent again") > 0
        })
        .await;
        expected.extend(invocations(&lambda, 2..3).await);
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), expected);
        assert_eq!(intake.spans().len(), 3);
    });
}

#[test]
fn answers_that_refuse_slowly_end_a_flush_too() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        intake.delay(Duration::from_millis(300));
        intake.answer_with(503);
        let expected = invocations(&lambda, 0..6).await;
        let requests = intake.requests();
        assert!(
            requests <= 6,
            "{requests} requests: the circuit opened, a probe or two at most"
        );
        intake.delay(Duration::ZERO);
        intake.answer_with(200);
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), expected);
    });
}

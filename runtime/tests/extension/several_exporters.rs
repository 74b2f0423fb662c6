//! Several exporters at once: each gets its own signals, and none delays another.

use std::time::Duration;

use crate::support::{Extension, Intake, Lambda, request_id, run, started, until};

fn two<'a>(first: &'a str, second: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut variables = vec![
        ("ROTEL_EXPORTERS", "stack:otlp,archive:otlp"),
        ("ROTEL_EXPORTER_STACK_ENDPOINT", first),
        ("ROTEL_EXPORTER_STACK_PROTOCOL", "http"),
        ("ROTEL_EXPORTER_ARCHIVE_ENDPOINT", second),
        ("ROTEL_EXPORTER_ARCHIVE_PROTOCOL", "http"),
    ];
    variables.extend_from_slice(more);
    variables
}

#[test]
fn every_exporter_gets_everything_by_default() {
    run(async {
        let (lambda, stack, archive) = (Lambda::start().await, Intake::start().await, Intake::start().await);
        let mut extension = Extension::start(&lambda.address(), &two(&stack.url(), &archive.url(), &[]));
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        for intake in [&stack, &archive] {
            assert_eq!(intake.bodies(), ["one"]);
            assert_eq!(intake.spans().len(), 1);
            assert!(intake.metrics() > 0);
        }
    });
}

#[test]
fn each_signal_goes_where_it_is_sent_and_elsewhere_it_does_not() {
    run(async {
        let (lambda, stack, archive) = (Lambda::start().await, Intake::start().await, Intake::start().await);
        let routes = [
            ("ROTEL_EXPORTERS_LOGS", "archive"),
            ("ROTEL_EXPORTERS_TRACES", "stack,archive"),
        ];
        let mut extension = Extension::start(&lambda.address(), &two(&stack.url(), &archive.url(), &routes));
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert!(stack.bodies().is_empty() && archive.bodies() == ["one"]);
        assert_eq!((stack.spans().len(), archive.spans().len()), (1, 1));
        assert_eq!((stack.metrics(), archive.metrics()), (0, 0));
        assert_eq!(extension.lines_with("ROTEL_EXPORTERS_METRICS is not set"), 1);
    });
}

#[test]
fn one_that_is_away_gets_its_lines_later_and_holds_the_other_up_in_nothing() {
    run(async {
        let (lambda, stack, archive) = (Lambda::start().await, Intake::start().await, Intake::start().await);
        let mut extension = Extension::start(&lambda.address(), &two(&stack.url(), &archive.url(), &[]));
        lambda.asked(1).await;
        archive.stop();
        let mut expected = Vec::new();
        for number in 0..6 {
            let line = format!("line {number}");
            lambda
                .invocation(&request_id(number), std::slice::from_ref(&line))
                .await;
            expected.push(line);
            assert_eq!(stack.bodies(), expected);
        }
        archive.restart().await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(archive.bodies(), expected);
        assert_eq!((stack.spans().len(), archive.spans().len()), (6, 6));
        assert_eq!(extension.lines_with("is kept in memory and sent again"), 1, "said once");
        assert_eq!(
            extension.lines_with("the backend of archive accepts telemetry again"),
            1
        );
    });
}

#[test]
fn a_missing_secret_of_one_costs_the_other_nothing() {
    run(async {
        let (lambda, stack, archive) = (Lambda::start().await, Intake::start().await, Intake::start().await);
        let key = "authorization=${arn:aws:secretsmanager:us-east-2:123456789012:secret:missing}";
        let more = [
            ("ROTEL_EXPORTER_ARCHIVE_CUSTOM_HEADERS", key),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9"),
        ];
        let mut extension = Extension::start(&lambda.address(), &two(&stack.url(), &archive.url(), &more));
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        until("the line", || stack.bodies() == ["one"]).await;
        assert_eq!(archive.requests(), 0);
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(extension.lines_with("(not sent before the end)"), 1);
    });
}

#[test]
fn a_queue_that_is_full_drops_its_oldest_and_says_so() {
    run(async {
        let (lambda, stack, archive) = (Lambda::start().await, Intake::start().await, Intake::start().await);
        let more = [
            ("CLICKSTACK_BUFFER_MIB", "1"),
            ("ROTEL_EXPORTERS_LOGS", "stack,archive"),
        ];
        let mut extension = Extension::start(&lambda.address(), &two(&stack.url(), &archive.url(), &more));
        lambda.asked(1).await;
        archive.stop();
        for number in 0..8 {
            let lines: Vec<String> = (0..40)
                .map(|line| format!("{number} {line:02} {}", "x".repeat(2_000)))
                .collect();
            lambda.invocation(&request_id(number), &lines).await;
        }
        let lines = stack.bodies().into_iter().filter(|body| body.ends_with('x'));
        assert_eq!(lines.count(), 320);
        archive.restart().await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        let arrived = archive.bodies();
        assert!(
            arrived.len() < 320 && arrived.iter().any(|body| body.starts_with("7 39 ")),
            "{}",
            arrived.len()
        );
        assert_eq!(extension.lines_with("its oldest records were dropped"), 1);
    });
}

#[test]
fn what_fails_for_longer_than_wanted_is_given_up() {
    run(async {
        let limits = [
            ("ROTEL_EXPORTER_RETRY_MAX_ELAPSED_TIME", "300ms"),
            ("ROTEL_EXPORTER_RETRY_INITIAL_BACKOFF", "10ms"),
        ];
        let (lambda, intake, mut extension) = started(&limits).await;
        intake.answer_with(503);
        lambda.invocation(&request_id(1), &["one".into()]).await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        intake.answer_with(200);
        lambda.invocation(&request_id(2), &["two".into()]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert!(!intake.bodies().contains(&"one".to_owned()));
        assert!(intake.bodies().contains(&"two".to_owned()));
        assert_eq!(extension.lines_with("2 (retried for too long)"), 1);
    });
}

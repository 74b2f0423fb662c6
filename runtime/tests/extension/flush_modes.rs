//! When telemetry is sent: after each invocation, during one, or whenever the environment runs.

use std::time::Duration;

use crate::support::{Lambda, request_id, run, started_with_mode, until};

/// An invocation of which nothing was delivered when the extension asks for the next event.
async fn invocation_left_early(lambda: &Lambda, number: usize, line: &str) {
    let asked = lambda.times_asked();
    lambda.invoke(&request_id(number), Duration::from_secs(30));
    lambda.asked(asked + 1).await;
    let id = request_id(number);
    let events = [
        lambda.start_event(&id),
        lambda.line(line),
        lambda.done_event(&id, "success"),
        lambda.report_event(&id, "success"),
    ];
    lambda.deliver(&events).await;
}

#[test]
fn end_sends_before_it_asks_for_the_next_event() {
    run(async {
        let (lambda, intake, _extension) = started_with_mode("end").await;
        for number in 0..25 {
            lambda
                .invocation(&request_id(number), &[format!("line {number:02}")])
                .await;
            assert_eq!(intake.bodies().len(), number + 1);
        }
    });
}

#[test]
fn auto_stops_holding_frequent_invocations_up_and_loses_nothing() {
    run(async {
        let (lambda, intake, mut extension) = started_with_mode("auto").await;
        // After twenty gaps the rate is known.
        for number in 0..20 {
            lambda
                .invocation(&request_id(number), &[format!("line {number:02}")])
                .await;
            assert_eq!(intake.bodies().len(), number + 1);
        }
        for number in 20..25 {
            invocation_left_early(&lambda, number, &format!("line {number:02}")).await;
        }
        assert_eq!(intake.bodies().len(), 20);
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies().len(), 25);
        assert_eq!(intake.spans().len(), 25);
    });
}

#[test]
fn periodic_sends_at_the_beginning_of_an_invocation_once_it_is_time() {
    run(async {
        let (lambda, intake, mut extension) = started_with_mode("periodic,200").await;
        invocation_left_early(&lambda, 1, "one").await;
        assert!(intake.bodies().is_empty());
        tokio::time::sleep(Duration::from_millis(250)).await;
        let asked = lambda.times_asked();
        lambda.invoke(&request_id(2), Duration::from_secs(30));
        lambda.asked(asked + 1).await;
        assert_eq!(intake.bodies(), ["one"], "before the next event is asked for");
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["one"]);
    });
}

#[test]
fn a_periodic_flush_waits_for_the_lines_that_the_freeze_held_back() {
    run(async {
        let (lambda, intake, _extension) = started_with_mode("periodic,100").await;
        let asked = lambda.times_asked();
        lambda.invoke(&request_id(1), Duration::from_secs(30));
        lambda.asked(asked + 1).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        // The thaw: the next invocation has arrived, and Lambda delivers what it could not before.
        lambda.invoke(&request_id(2), Duration::from_secs(30));
        let first = request_id(1);
        let events = [
            lambda.start_event(&first),
            lambda.line("one"),
            lambda.done_event(&first, "success"),
        ];
        lambda.deliver(&events).await;
        lambda.asked(asked + 2).await;
        until("the line", || intake.bodies() == ["one"]).await;
        let (_, log) = &intake.logs()[0];
        let keys: Vec<&str> = log.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert!(keys.contains(&"faas.invocation_id"), "{keys:?}");
    });
}

#[test]
fn continuous_sends_while_nothing_waits_for_it() {
    run(async {
        let (lambda, intake, mut extension) = started_with_mode("continuous,50").await;
        invocation_left_early(&lambda, 1, "one").await;
        until("the line, without a further event", || intake.bodies() == ["one"]).await;
        intake.stop();
        invocation_left_early(&lambda, 2, "two").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        intake.restart().await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["one", "two"]);
    });
}

#[test]
fn a_burst_in_a_long_invocation_leaves_whatever_the_mode() {
    for mode in ["end", "periodic", "continuous,60000"] {
        run(async {
            let (lambda, intake, _extension) = started_with_mode(mode).await;
            lambda.invoke(&request_id(1), Duration::from_secs(30));
            lambda.deliver(&[lambda.start_event(&request_id(1))]).await;
            for batch in 0..12 {
                let lines: Vec<_> = (0..50)
                    .map(|line| lambda.line(&format!("{batch} {line} {}", "x".repeat(4_000))))
                    .collect();
                lambda.deliver(&lines).await;
            }
            until("lines of an invocation that runs", || !intake.bodies().is_empty()).await;
        });
    }
}

#[test]
fn an_invocation_without_lines_leaves_its_span_in_every_mode() {
    for mode in ["periodic,100", "continuous,50"] {
        run(async {
            let (lambda, intake, _extension) = started_with_mode(mode).await;
            let asked = lambda.times_asked();
            lambda.invoke(&request_id(1), Duration::from_secs(30));
            lambda.asked(asked + 1).await;
            let id = request_id(1);
            lambda
                .deliver(&[lambda.start_event(&id), lambda.done_event(&id, "success")])
                .await;
            tokio::time::sleep(Duration::from_millis(150)).await;
            if mode.starts_with("periodic") {
                lambda.invoke(&request_id(2), Duration::from_secs(30));
            }
            until("the span", || intake.spans().len() == 1).await;
        });
    }
}

#[test]
fn metrics_leave_once_a_minute_with_whatever_else_leaves() {
    run(async {
        let (lambda, intake, _extension) = started_with_mode("end").await;
        let asked = lambda.times_asked();
        lambda.invoke(&request_id(1), Duration::from_secs(30));
        // It began more than a minute ago.
        let mut start = lambda.start_event(&request_id(1));
        start["time"] = "2025-11-23T16:03:05.000Z".into();
        lambda
            .deliver(&[start, lambda.done_event(&request_id(1), "success")])
            .await;
        lambda.asked(asked + 1).await;
        let sent = intake.metrics();
        assert!(sent > 0);
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.metrics(), sent, "not again so soon");
    });
}

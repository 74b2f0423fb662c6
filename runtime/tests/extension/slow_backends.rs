//! A slow backend that is down for a while: it is used again, and gets nothing twice.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::support::secrets::{self, secrets_manager};
use crate::support::{Intake, Lambda, request_id, run, started};

const QUICKLY: [(&str, &str); 2] = [
    ("ROTEL_EXPORTER_RETRY_INITIAL_BACKOFF", "50ms"),
    ("ROTEL_EXPORTER_RETRY_MAX_BACKOFF", "100ms"),
];

#[test]
fn one_that_was_away_is_used_again_and_gets_nothing_twice() {
    run(async {
        let (lambda, intake, mut extension) = started(&QUICKLY).await;
        // Longer than a probe of an unknown backend may take.
        intake.delay(Duration::from_millis(700));
        let mut expected = Vec::new();
        for number in 0..8 {
            match number {
                1 => intake.stop(),
                5 => intake.restart().await,
                _ => {}
            }
            let line = format!("line {number}");
            lambda
                .invocation(&request_id(number), std::slice::from_ref(&line))
                .await;
            expected.push(line);
            tokio::time::sleep(Duration::from_millis(110)).await;
        }
        assert_eq!(intake.bodies(), expected, "before the environment ends");
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), expected);
    });
}

#[test]
fn what_waits_at_shutdown_has_nearly_all_of_its_time() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        intake.stop();
        let mut expected = Vec::new();
        for number in 0..6 {
            let line = format!("line {number}");
            lambda
                .invocation(&request_id(number), std::slice::from_ref(&line))
                .await;
            expected.push(line);
        }
        intake.restart().await;
        intake.delay(Duration::from_millis(1_500));
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), expected);
    });
}

#[test]
fn a_key_that_came_late_is_fetched_once_more_before_the_end() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let (value, calls) = (Rc::new(RefCell::new("old".to_owned())), Rc::new(Cell::new(0)));
        let aws = secrets_manager(&value, Duration::ZERO, &calls).await;
        let mut extension = secrets::exporting(&lambda, &intake, &aws, &[]);
        lambda.asked(1).await;
        intake.require_key("new");
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(
            (intake.bodies().len(), calls.get()),
            (0, 2),
            "the secret still has the old value"
        );
        *value.borrow_mut() = "new".to_owned();
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(calls.get(), 2, "it was fetched a moment ago");
        tokio::time::sleep(Duration::from_millis(600)).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(intake.bodies(), ["one", "two"]);
    });
}

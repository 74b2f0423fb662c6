//! Managed Instances: no INVOKE events, invocations at the same time.

use std::time::Duration;

use crate::support::lambda::node_line;
use crate::support::{request_id, run, started};
use serde_json::json;

#[test]
fn managed_instances_have_no_invoke_events() {
    run(async {
        let kind = ("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances");
        let (lambda, intake, mut extension) = started(&[kind]).await;
        assert_eq!(lambda.registration().unwrap()["events"], json!(["SHUTDOWN"]));
        let id = request_id(1);
        lambda
            .deliver(&[lambda.start_event(&id), lambda.line(&node_line(&id, "hello"))])
            .await;
        crate::support::until("the line without a flush", || intake.bodies() == ["hello"]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
    });
}

#[test]
fn managed_instances_may_tell_of_an_invocation_only_after_shutdown() {
    run(async {
        let kind = ("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances");
        let (lambda, intake, mut extension) = started(&[kind]).await;
        lambda.shutdown("spindown");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let id = request_id(1);
        let report = lambda.report_event(&id, "success");
        lambda.deliver(&[lambda.start_event(&id), report]).await;
        lambda
            .deliver(&[lambda.line(&node_line(&id, "after the report"))])
            .await;
        assert_eq!(extension.ended().await, 0);
        assert_eq!(
            (intake.bodies(), intake.spans().len()),
            (vec!["after the report".to_owned()], 1)
        );
    });
}

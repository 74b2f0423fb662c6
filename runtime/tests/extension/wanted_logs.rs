//! The user chooses which lines become log records.

use crate::support::{Extension, Lambda, request_id, run, started};
use serde_json::json;

#[test]
fn lines_that_nobody_wants_are_not_even_delivered() {
    run(async {
        let lambda = Lambda::start().await;
        let _extension = Extension::start(&lambda.address(), &[("CLICKSTACK_LOG_TYPES", "none")]);
        lambda.asked(1).await;
        assert_eq!(lambda.subscriptions()[0]["types"], json!(["platform"]));
    });
}

#[test]
fn lines_below_the_wanted_severity_stay_behind() {
    run(async {
        let variables = [("CLICKSTACK_MIN_SEVERITY", "warn")];
        let (lambda, intake, _extension) = started(&variables).await;
        let id = request_id(1);
        let line = |level: &str| format!("2026-11-23T16:03:18.969Z	{id}	{level}	{level}");
        let lines = ["DEBUG", "INFO", "WARN", "ERROR"].map(line);
        let bare = "says nothing of its severity".to_owned();
        lambda
            .invocation(&id, &[lines.to_vec(), vec![bare.clone()]].concat())
            .await;
        assert_eq!(intake.bodies(), ["ERROR", "WARN", bare.as_str()]);
    });
}

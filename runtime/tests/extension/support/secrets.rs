//! A Secrets Manager.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::server::{Server, answer};
use super::{Extension, Intake, Lambda};

/// The only secret.
pub const SECRET: &str = "arn:aws:secretsmanager:us-east-2:123456789012:secret:key-AbCdEf";

/// A Secrets Manager that responds with this value after a delay, and counts requests.
pub async fn secrets_manager(value: &Rc<RefCell<String>>, delay: Duration, calls: &Rc<Cell<usize>>) -> Server {
    let (value, calls) = (Rc::clone(value), Rc::clone(calls));
    Server::start(0, move |_| {
        let (value, calls) = (Rc::clone(&value), Rc::clone(&calls));
        async move {
            calls.set(calls.get() + 1);
            tokio::time::sleep(delay).await;
            let secret = value.borrow().clone();
            answer(
                200,
                serde_json::json!({"ARN": SECRET, "Name": "key", "SecretString": secret}).to_string(),
            )
        }
    })
    .await
}

/// An extension whose key is that secret, which it fetches from `aws`.
pub fn exporting(lambda: &Lambda, intake: &Intake, aws: &Server, variables: &[(&str, &str)]) -> Extension {
    let endpoint = format!("http://127.0.0.1:{}", aws.port);
    let header = format!("Authorization=${{{SECRET}}}");
    let mut all = vec![
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", header.as_str()),
    ];
    all.extend_from_slice(variables);
    Extension::exporting(&lambda.address(), &intake.url(), &all)
}

//! A Secrets Manager.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::server::{Server, answer};

/// The only secret that there is.
pub const SECRET: &str = "arn:aws:secretsmanager:us-east-2:123456789012:secret:key-AbCdEf";

/// A Secrets Manager that answers with this value after a delay, and counts.
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

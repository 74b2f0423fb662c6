//! Fetching secrets.

use std::time::Duration;

use serde_json::{Value, json};

use super::testing::{HIDDEN, PARAMETERS, SECRETS, answer, arns, error, operation, resolved};
use super::*;
use crate::aws::Context;
use crate::environment::Environment;
use crate::http::testing::{Answer, Server, client, run};

fn operations(server: &Server) -> Vec<String> {
    let mut operations: Vec<_> = server
        .requests
        .borrow()
        .iter()
        .map(|seen| operation(seen).to_owned())
        .collect();
    operations.sort();
    operations
}

#[test]
fn asks_for_nothing_when_there_is_nothing() {
    run(async {
        let server = Server::start(answer).await;
        assert!(resolved(&server, &[]).await.unwrap().is_empty());
        assert_eq!(server.connections.get(), 0);
    });
}

#[test]
fn asks_for_a_single_secret_alone_and_signs() {
    run(async {
        let server = Server::start(answer).await;
        let one = format!("{SECRETS}key-a1B2c3");
        let values = resolved(&server, &[one.clone(), one.clone()]).await.unwrap();
        assert_eq!(
            values.substitute(&format!("Bearer ${{{one}}}")).unwrap(),
            "Bearer hidden-value-key-a1B2c3"
        );

        assert_eq!(operations(&server), ["secretsmanager.GetSecretValue"]);
        let seen = server.requests.borrow()[0].clone();
        assert_eq!(seen.header("content-type"), Some("application/x-amz-json-1.1"));
        assert_eq!(seen.header("x-amz-security-token"), Some("hidden-token"));
        let authorization = seen.header("authorization").unwrap();
        assert!(
            authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"),
            "{authorization}"
        );
        assert!(
            authorization.contains("/eu-central-1/secretsmanager/aws4_request, SignedHeaders="),
            "{authorization}"
        );
    });
}

#[test]
fn asks_in_batches_of_ten_by_service_and_region() {
    run(async {
        let server = Server::start(answer).await;
        let mut all = arns(SECRETS, 12);
        all.extend(arns(PARAMETERS, 11));
        all.push("arn:aws:secretsmanager:us-east-2:1:secret:far".to_owned());
        let values = resolved(&server, &all).await.unwrap();
        assert_eq!(values.len(), 24);
        for arn in &all {
            let name = arn.rsplit(['/', ':']).next().unwrap();
            assert_eq!(
                values.substitute(&format!("${{{arn}}}")).unwrap(),
                format!("{HIDDEN}-{name}")
            );
        }
        let (batch, single) = ("secretsmanager.BatchGetSecretValue", "secretsmanager.GetSecretValue");
        let parameters = "AmazonSSM.GetParameters";
        assert_eq!(operations(&server), [parameters, parameters, batch, batch, single]);
    });
}

#[test]
fn asks_at_the_same_time() {
    run(async {
        let server = Server::start(|seen| Answer {
            delay: Duration::from_millis(200),
            ..answer(seen)
        })
        .await;
        resolved(&server, &[format!("{SECRETS}a"), format!("{PARAMETERS}b")])
            .await
            .unwrap();
        // Sequential requests would share a connection.
        assert_eq!(server.connections.get(), 2);
    });
}

#[test]
fn takes_keys_out_of_one_document_fetched_once() {
    run(async {
        let document = json!({"a": "x", "port": 8443, "deep": {"list": [true]}}).to_string();
        let server =
            Server::start(move |_| Answer::new(200, json!({"ARN": "n", "SecretString": document}).to_string()));
        let server = server.await;
        let keys = ["a", "port", "/deep/list/0"].map(|key| format!("{SECRETS}doc#{key}"));
        let values = resolved(&server, &keys).await.unwrap();
        let filled = keys.map(|key| values.substitute(&format!("${{{key}}}")).unwrap());
        assert_eq!(filled, ["x", "8443", "true"]);
        assert_eq!(server.requests.borrow().len(), 1);
    });
}

#[test]
fn reports_what_failed_and_keeps_the_rest() {
    run(async {
        let server = Server::start(|seen| {
            let Answer { status, body, .. } = answer(seen);
            let mut body: Value = serde_json::from_slice(&body).unwrap();
            if operation(seen).ends_with("BatchGetSecretValue") {
                let gone = body["SecretValues"].as_array_mut().unwrap().remove(0)["ARN"].take();
                body["Errors"] = json!([{"SecretId": gone, "ErrorCode": "ResourceNotFoundException", "Message": "no"}]);
            } else {
                body = json!({"Parameters": [], "InvalidParameters": ["x"]});
            }
            Answer::new(status, body.to_string())
        })
        .await;
        let mut all = arns(SECRETS, 2);
        all.extend([format!("{PARAMETERS}p"), format!("{SECRETS}s01#key")]);
        let error = resolved(&server, &all).await.unwrap_err();
        let failed: Vec<_> = error
            .failures
            .iter()
            .map(|failure| failure.reference.to_string())
            .collect();
        assert_eq!(failed, [all[0].clone(), all[2].clone(), all[3].clone()]);
        assert_eq!(
            error.resolved.substitute(&format!("${{{}}}", all[1])).unwrap(),
            "hidden-value-s01"
        );

        let text = error.to_string();
        assert!(
            text.contains(&format!(
                "ROTEL_X: {} cannot be resolved: ResourceNotFoundException: no",
                all[0]
            )),
            "{text}"
        );
        assert!(
            text.contains("there is no such parameter") && text.contains("not a JSON document"),
            "{text}"
        );
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
    });
}

#[test]
fn asks_one_by_one_for_what_the_role_may_not_read_together() {
    run(async {
        let server = Server::start(|seen| {
            let input: Value = serde_json::from_slice(&seen.body).unwrap();
            let forbidden = input["SecretId"].as_str().is_some_and(|arn| arn.ends_with("s01"));
            match operation(seen) {
                "secretsmanager.BatchGetSecretValue" => error("AccessDeniedException"),
                _ if forbidden => error("com.amazonaws#AccessDeniedException"),
                _ => answer(seen),
            }
        })
        .await;
        let all = arns(SECRETS, 3);
        let error = resolved(&server, &all).await.unwrap_err();
        assert_eq!(error.failures.len(), 1);
        assert_eq!(error.failures[0].reference.to_string(), all[1]);
        assert!(error.failures[0].reason.contains("execution role"), "{error}");
        assert_eq!((error.resolved.len(), server.requests.borrow().len()), (2, 4));
    });
}

#[test]
fn follows_the_pages_of_a_batch() {
    run(async {
        let server = Server::start(|seen| {
            let input: Value = serde_json::from_slice(&seen.body).unwrap();
            let page = usize::from(input["NextToken"] == "more");
            let arn = input["SecretIdList"][page].as_str().unwrap();
            let token = if page == 0 { json!("more") } else { Value::Null };
            let secrets = json!([{"ARN": arn, "SecretString": arn}]);
            Answer::new(200, json!({"SecretValues": secrets, "NextToken": token}).to_string())
        })
        .await;
        assert_eq!(resolved(&server, &arns(SECRETS, 2)).await.unwrap().len(), 2);
    });
}

#[test]
fn says_that_a_secret_is_binary() {
    run(async {
        let server =
            Server::start(|_| Answer::new(200, json!({"ARN": "x", "SecretBinary": "aGlkZGVu"}).to_string())).await;
        let error = resolved(&server, &arns(SECRETS, 1)).await.unwrap_err();
        assert!(error.to_string().contains("binary"), "{error}");
    });
}

#[test]
fn says_that_credentials_are_missing() {
    run(async {
        let references = [Reference::parse("ROTEL_X", &format!("{SECRETS}a")).unwrap()];
        let context = Context::from_environment(&Environment::default());
        let error = resolve(&references, &context, &client()).await.unwrap_err();
        assert!(error.to_string().contains("there are no AWS credentials"), "{error}");
    });
}

//! A server on loopback that emulates Secrets Manager and Parameter Store.

use serde_json::{Value, json};

use super::{Error, Reference, Values, resolve};
use crate::aws::Context;
use crate::environment::Environment;
use crate::http::testing::{Answer, Seen, Server, client};

pub(super) const SECRETS: &str = "arn:aws:secretsmanager:eu-central-1:1:secret:";
pub(super) const PARAMETERS: &str = "arn:aws:ssm:eu-central-1:1:parameter/";
pub(super) const HIDDEN: &str = "hidden-value";

pub(super) fn context(url: &str) -> Context {
    Context::from_environment(&Environment::from([
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "hidden-key"),
        ("AWS_SESSION_TOKEN", "hidden-token"),
    ]))
}

pub(super) async fn resolved(server: &Server, arns: &[String]) -> Result<Values, Error> {
    let references: Vec<_> = arns
        .iter()
        .map(|arn| Reference::parse("ROTEL_X", arn).unwrap())
        .collect();
    resolve(&references, &context(&server.url("http", "127.0.0.1")), &client()).await
}

pub(super) fn operation(seen: &Seen) -> &str {
    seen.header("x-amz-target").unwrap()
}

pub(super) fn error(code: &str) -> Answer {
    Answer::new(400, json!({"__type": code, "message": "no"}).to_string())
}

/// Has every secret and parameter; values contain the name after its last slash.
pub(super) fn answer(seen: &Seen) -> Answer {
    let input: Value = serde_json::from_slice(&seen.body).unwrap();
    let value = |arn: &str| format!("{HIDDEN}-{}", arn.rsplit(['/', ':']).next().unwrap());
    let list = |field: &str| -> Vec<String> { serde_json::from_value(input[field].clone()).unwrap() };
    let body = match operation(seen) {
        "secretsmanager.GetSecretValue" => {
            let arn = input["SecretId"].as_str().unwrap();
            json!({"ARN": arn, "Name": "n", "SecretString": value(arn)})
        }
        "secretsmanager.BatchGetSecretValue" => {
            let secrets = list("SecretIdList");
            let secrets = secrets
                .iter()
                .map(|arn| json!({"ARN": arn, "SecretString": value(arn)}));
            json!({"SecretValues": secrets.collect::<Vec<_>>(), "Errors": []})
        }
        "AmazonSSM.GetParameters" => {
            assert_eq!(input["WithDecryption"], true);
            let parameters = list("Names");
            let parameters = parameters.iter().map(|arn| json!({"ARN": arn, "Value": value(arn)}));
            json!({"Parameters": parameters.collect::<Vec<_>>(), "InvalidParameters": []})
        }
        other => panic!("{other}"),
    };
    Answer::new(200, body.to_string())
}

pub(super) fn arns(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{prefix}s{index:02}")).collect()
}

//! Secrets Manager: one secret by `GetSecretValue`, several by `BatchGetSecretValue`.

use serde::{Deserialize, Serialize};

use super::call::{Api, CallError, remedy};
use super::found::Found;

/// Number of secrets in one request.
pub(super) const BATCH: usize = 10;

/// The random suffix that Secrets Manager appends to a name: a hyphen and six characters.
const SUFFIX: usize = 7;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue<'a> {
    secret_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BatchGetSecretValue<'a> {
    secret_id_list: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secret {
    #[serde(rename = "ARN", default)]
    arn: String,
    secret_string: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    #[serde(default)]
    secret_values: Vec<Secret>,
    #[serde(default)]
    errors: Vec<BatchError>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BatchError {
    #[serde(default)]
    secret_id: String,
    #[serde(default)]
    error_code: String,
    #[serde(default)]
    message: String,
}

/// One secret; the role needs `secretsmanager:GetSecretValue` on it.
pub(super) async fn get(api: &Api<'_>, arn: &str) -> Result<Found, CallError> {
    let secret: Secret = api
        .call("secretsmanager.GetSecretValue", &GetSecretValue { secret_id: arn })
        .await?;
    Ok(text(secret))
}

/// At most [`BATCH`] secrets, in the order of `arns`; the role needs `secretsmanager:BatchGetSecretValue` as well.
pub(super) async fn get_batch(api: &Api<'_>, arns: &[String]) -> Result<Vec<Found>, CallError> {
    let mut found: Vec<Option<Found>> = arns.iter().map(|_| None).collect();
    let mut next_token = None;
    loop {
        let input = BatchGetSecretValue {
            secret_id_list: arns,
            next_token,
        };
        let batch: Batch = api.call("secretsmanager.BatchGetSecretValue", &input).await?;
        for secret in batch.secret_values {
            if let Some(index) = position(arns, &secret.arn) {
                found[index] = Some(text(secret));
            }
        }
        for error in batch.errors {
            if let Some(index) = position(arns, &error.secret_id) {
                found[index] = Some(Err(describe(&error)));
            }
        }
        next_token = batch.next_token.filter(|token| !token.is_empty());
        // A page with a continuation token but nothing missing would be requested endlessly.
        if next_token.is_none() || found.iter().all(Option::is_some) {
            break;
        }
    }
    let missing = || Err("Secrets Manager did not return it".to_owned());
    Ok(found.into_iter().map(|found| found.unwrap_or_else(missing)).collect())
}

/// Which of the ARNs a returned one matches: an identical one, otherwise the one to which the random suffix was
/// appended.
fn position(arns: &[String], answered: &str) -> Option<usize> {
    let same = arns.iter().position(|arn| arn == answered);
    same.or_else(|| {
        let without_suffix = answered
            .len()
            .checked_sub(SUFFIX)
            .and_then(|end| answered.split_at_checked(end));
        let (name, _) = without_suffix.filter(|(_, suffix)| suffix.starts_with('-'))?;
        arns.iter().position(|arn| arn == name)
    })
}

fn text(secret: Secret) -> Found {
    secret
        .secret_string
        .ok_or_else(|| "it is binary; store it as a string".to_owned())
}

fn describe(error: &BatchError) -> String {
    let remedy = remedy(&error.error_code)
        .map(|remedy| format!(" ({remedy})"))
        .unwrap_or_default();
    format!("{}: {}{remedy}", error.error_code, error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_a_secret_with_and_without_suffix() {
        let arns = ["arn:x:secret:a", "arn:x:secret:a-b", "arn:x:secret:c-a1B2c3"].map(str::to_owned);
        assert_eq!(position(&arns, "arn:x:secret:c-a1B2c3"), Some(2));
        assert_eq!(position(&arns, "arn:x:secret:a-Zz9Yy8"), Some(0));
        assert_eq!(position(&arns, "arn:x:secret:a-b-Zz9Yy8"), Some(1));
        assert_eq!(position(&arns, "arn:x:secret:a-Zz9Yy"), None);
        assert_eq!(position(&arns, "é-12345"), None);
    }
}

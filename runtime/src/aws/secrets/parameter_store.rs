//! Parameter Store: parameters of any type by `GetParameters`, decrypted.

use serde::{Deserialize, Serialize};

use super::call::{Api, CallError};
use super::found::Found;

/// The number of parameters that one call may name.
pub(super) const BATCH: usize = 10;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetParameters<'a> {
    names: &'a [String],
    with_decryption: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters {
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    #[serde(rename = "ARN", default)]
    arn: String,
    #[serde(default)]
    name: String,
    /// The requested version or label, with its colon.
    selector: Option<String>,
    version: Option<u64>,
    value: Option<String>,
}

/// At most [`BATCH`] parameters, in the order of `arns`; the role needs `ssm:GetParameters`.
pub(super) async fn get_batch(api: &Api<'_>, arns: &[String]) -> Result<Vec<Found>, CallError> {
    let input = GetParameters {
        names: arns,
        with_decryption: true,
    };
    let answer: Parameters = api.call("AmazonSSM.GetParameters", &input).await?;
    let found = arns.iter().map(|arn| {
        let parameter = answer.parameters.iter().find(|parameter| means(arn, parameter));
        let value = parameter.and_then(|parameter| parameter.value.clone());
        value.ok_or_else(|| "there is no such parameter; check name, version, region and account of the ARN".to_owned())
    });
    Ok(found.collect())
}

/// True if the returned parameter is the one that `arn` refers to.
fn means(arn: &str, parameter: &Parameter) -> bool {
    let Some((prefix, name)) = arn.split_once(":parameter/") else {
        return false;
    };
    let (name, selector) = match name.split_once(':') {
        Some((name, selector)) => (name, Some(selector)),
        None => (name, None),
    };
    let answered = parameter
        .selector
        .as_deref()
        .map(|selector| selector.trim_start_matches(':'));
    // A server that omits the selector still returns the version.
    let version = parameter.version.map(|version| version.to_string());
    let same_version = selector == answered || (answered.is_none() && selector == version.as_deref());
    // If a server returns no ARN, the name is compared; names in ARNs have no leading slash.
    let same_name = if parameter.arn.is_empty() {
        name == parameter.name.trim_start_matches('/')
    } else {
        parameter.arn == format!("{prefix}:parameter/{name}")
    };
    same_name && same_version
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:ssm:eu-central-1:1:parameter/team/key";

    fn parameter(arn: &str, name: &str, selector: Option<&str>) -> Parameter {
        Parameter {
            arn: arn.to_owned(),
            name: name.to_owned(),
            selector: selector.map(str::to_owned),
            version: Some(3),
            value: None,
        }
    }

    #[test]
    fn recognises_a_parameter_by_arn_version_and_name() {
        assert!(means(ARN, &parameter(ARN, "/team/key", None)));
        assert!(means(&format!("{ARN}:3"), &parameter(ARN, "/team/key", Some(":3"))));
        assert!(means(
            &format!("{ARN}:label"),
            &parameter(ARN, "/team/key", Some(":label"))
        ));
        assert!(means(&format!("{ARN}:3"), &parameter(ARN, "/team/key", None)));
        assert!(means(ARN, &parameter("", "/team/key", None)));
        assert!(!means(ARN, &parameter(ARN, "/team/key", Some(":3"))));
        assert!(!means(&format!("{ARN}:3"), &parameter(ARN, "/team/key", Some(":4"))));
        assert!(!means(ARN, &parameter("", "/team/other", None)));
        assert!(!means(ARN, &parameter(&format!("{ARN}2"), "/team/key", None)));
    }
}

//! The resource: the attributes of the function and its environment.

use crate::config::FunctionIdentity;
use crate::record::Value;

const BYTES_PER_MB: u64 = 1024 * 1024;

/// The resource attributes of everything that the function sends. `extra` are the user's and take precedence, key by
/// key; without a name among them the service is named after the function. Unknown values are omitted.
pub fn attributes(
    function: &FunctionIdentity,
    account_id: Option<&str>,
    extra: &[(String, String)],
) -> Vec<(String, Value)> {
    let region = function.region.as_str();
    let memory = i64::try_from(function.memory_mb.saturating_mul(BYTES_PER_MB)).unwrap_or(i64::MAX);
    let mut attributes: Vec<(String, Value)> = Vec::with_capacity(12 + extra.len());
    let mut text = |key: &str, value: &str| {
        if !value.is_empty() {
            attributes.push((key.to_owned(), Value::from(value)));
        }
    };
    text("service.name", &function.name);
    text("cloud.provider", "aws");
    text("cloud.platform", "aws_lambda");
    text("cloud.region", region);
    if let Some(account_id) = account_id {
        text("cloud.account.id", account_id);
        text("cloud.resource_id", &arn(function, account_id));
    }
    text("faas.name", &function.name);
    text("faas.version", &function.version);
    text("faas.instance", &function.log_stream);
    if memory > 0 {
        attributes.push(("faas.max_memory".to_owned(), Value::Int(memory)));
    }
    for (key, value) in extra {
        let value = Value::from(value.as_str());
        match attributes.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => attributes.push((key.clone(), value)),
        }
    }
    attributes
}

/// The function's ARN, with the version if one was published; empty if region or name are unknown.
fn arn(function: &FunctionIdentity, account_id: &str) -> String {
    let FunctionIdentity {
        name, version, region, ..
    } = function;
    if region.is_empty() || name.is_empty() || account_id.is_empty() {
        return String::new();
    }
    let qualifier = match version.as_str() {
        "" | "$LATEST" => String::new(),
        version => format!(":{version}"),
    };
    let partition = partition(region);
    format!("arn:{partition}:lambda:{region}:{account_id}:function:{name}{qualifier}")
}

/// The partition that a region belongs to.
fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("eusc") => "aws-eusc",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::initialization::InitializationType;

    fn function() -> FunctionIdentity {
        FunctionIdentity {
            name: "orders".to_owned(),
            version: "$LATEST".to_owned(),
            memory_mb: 128,
            region: "eu-central-1".to_owned(),
            log_group: "/aws/lambda/orders".to_owned(),
            log_stream: "2026/01/02/[$LATEST]0f".to_owned(),
            initialization_type: InitializationType::OnDemand,
        }
    }

    fn text(attributes: &[(String, Value)], key: &str) -> Option<String> {
        let mut found = attributes.iter().filter(|(known, _)| known == key);
        let value = found.next().map(|(_, value)| match value {
            Value::String(text) => text.clone(),
            other => format!("{other:?}"),
        });
        assert!(found.next().is_none(), "{key} stands twice");
        value
    }

    #[test]
    fn describes_the_function() {
        let attributes = attributes(&function(), Some("123456789012"), &[]);
        let expected = [
            ("service.name", "orders"),
            ("faas.name", "orders"),
            ("faas.version", "$LATEST"),
            ("faas.instance", "2026/01/02/[$LATEST]0f"),
            ("cloud.provider", "aws"),
            ("cloud.platform", "aws_lambda"),
            ("cloud.region", "eu-central-1"),
            ("cloud.account.id", "123456789012"),
            (
                "cloud.resource_id",
                "arn:aws:lambda:eu-central-1:123456789012:function:orders",
            ),
        ];
        for (key, value) in expected {
            assert_eq!(text(&attributes, key).as_deref(), Some(value), "{key}");
        }
        assert!(attributes.contains(&("faas.max_memory".to_owned(), Value::Int(134_217_728))));
        assert_eq!(attributes.len(), expected.len() + 1);
    }

    #[test]
    fn leaves_out_what_is_not_known() {
        let unknown = FunctionIdentity::default();
        let attributes = attributes(&unknown, None, &[]);
        let keys: Vec<&str> = attributes.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["cloud.provider", "cloud.platform"]);
    }

    #[test]
    fn lets_the_users_attributes_win() {
        let extra = [("service.name", "shop"), ("team", "red"), ("team", "blue")];
        let extra = extra.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let attributes = attributes(&function(), None, &extra);
        assert_eq!(text(&attributes, "service.name").as_deref(), Some("shop"));
        assert_eq!(text(&attributes, "team").as_deref(), Some("blue"));
        assert_eq!(text(&attributes, "faas.name").as_deref(), Some("orders"));
    }

    #[test]
    fn names_partition_and_version_in_the_arn() {
        let arn_in = |region: &str| {
            let function = FunctionIdentity {
                region: region.to_owned(),
                version: "7".to_owned(),
                ..function()
            };
            arn(&function, "1")
        };
        assert_eq!(
            arn_in("us-gov-west-1"),
            "arn:aws-us-gov:lambda:us-gov-west-1:1:function:orders:7"
        );
        assert_eq!(arn_in("cn-north-1"), "arn:aws-cn:lambda:cn-north-1:1:function:orders:7");
        assert_eq!(arn_in("us-east-1"), "arn:aws:lambda:us-east-1:1:function:orders:7");
    }
}

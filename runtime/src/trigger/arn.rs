//! Amazon Resource Names.

/// The last part of an ARN: `orders` of `arn:aws:sqs:eu-central-1:123456789012:orders`.
pub fn arn_name(arn: Option<&str>) -> Option<&str> {
    let name = arn?.splitn(6, ':').nth(5)?;
    (!name.is_empty()).then_some(name)
}

/// The text after the first slash of an ARN's last part: `orders` of `…:stream/orders`; without a slash the whole part.
pub fn arn_resource(arn: Option<&str>) -> Option<&str> {
    let name = arn_name(arn)?;
    Some(name.split('/').nth(1).unwrap_or(name))
}

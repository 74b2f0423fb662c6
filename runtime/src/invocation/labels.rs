//! Attributes of every record of an invocation, in addition to its ids.

use std::rc::Rc;

use crate::record::{Attributes, Value};

/// Attributes of everything that belongs to one invocation: none for an ordinary function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// The tenant of the environment, for a function with tenant isolation.
    pub tenant: Option<Rc<str>>,
    /// ARN of the durable execution that the invocation is part of.
    pub execution: Option<Rc<str>>,
}

impl Labels {
    /// The attribute of a tenant. OpenTelemetry's semantic conventions define none, as of 2026-11.
    pub const TENANT: &'static str = "aws.lambda.tenant_id";

    /// The attribute of a durable execution, named as on the spans of AWS's OpenTelemetry plugins for these functions.
    pub const EXECUTION: &'static str = "durable.execution.arn";

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tenant.is_none() && self.execution.is_none()
    }

    /// Adds them to a record's attributes. The record's own attributes are kept.
    pub fn complete(&self, attributes: &mut Attributes) {
        for (name, label) in [(Labels::TENANT, &self.tenant), (Labels::EXECUTION, &self.execution)] {
            let Some(label) = label else { continue };
            if attributes.iter().all(|(key, _)| key != name) {
                attributes.push((name.into(), Value::from(&**label)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_says_itself_stays() {
        let labels = Labels {
            tenant: Some("blue".into()),
            execution: None,
        };
        let mut attributes = vec![(Labels::TENANT.into(), Value::from("own"))];
        labels.complete(&mut attributes);
        assert_eq!(attributes, [(Labels::TENANT.into(), Value::from("own"))]);
        attributes.clear();
        labels.complete(&mut attributes);
        assert_eq!(attributes, [(Labels::TENANT.into(), Value::from("blue"))]);
        attributes.clear();
        Labels::default().complete(&mut attributes);
        assert_eq!(attributes, []);
    }
}

//! What every record of an invocation says besides its ids.

use std::rc::Rc;

use super::Invocations;
use crate::record::{Attributes, Value};

/// Attributes of all that belongs to one invocation: none for an ordinary function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// The tenant whom the environment serves, of a function with tenant isolation.
    pub tenant: Option<Rc<str>>,
    /// ARN of the durable execution that the invocation is part of.
    pub execution: Option<Rc<str>>,
}

impl Labels {
    /// The attribute of a tenant. OpenTelemetry's semantic conventions have none, as of 2026-11.
    pub const TENANT: &'static str = "aws.lambda.tenant_id";

    /// The attribute of a durable execution, named as on the spans of AWS's OpenTelemetry plugins for these functions.
    pub const EXECUTION: &'static str = "durable.execution.arn";

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tenant.is_none() && self.execution.is_none()
    }

    /// Adds them to a record's attributes. What the record says itself stays.
    pub fn complete(&self, attributes: &mut Attributes) {
        for (name, label) in [(Labels::TENANT, &self.tenant), (Labels::EXECUTION, &self.execution)] {
            let Some(label) = label else { continue };
            if attributes.iter().all(|(key, _)| key != name) {
                attributes.push((name.into(), Value::from(&**label)));
            }
        }
    }
}

impl Invocations {
    /// An event of Lambda's named the tenant of this invocation.
    pub fn tenant(&mut self, request_id: &str, tenant: Option<&str>) {
        let Some(tenant) = tenant.filter(|tenant| !tenant.is_empty()) else {
            return;
        };
        if let Some(invocation) = self.newest(request_id).and_then(|index| self.recent.get_mut(index)) {
            if invocation.labels.tenant.as_deref() != Some(tenant) {
                invocation.labels.tenant = Some(Rc::from(tenant));
            }
            self.labelled = true;
        }
    }

    /// The labels of this invocation; `None` where no invocation has any.
    pub fn labels(&self, request_id: &str) -> Option<&Labels> {
        if !self.labelled {
            return None;
        }
        self.newest(request_id).map(|index| &self.recent[index].labels)
    }

    /// The tenant of this environment: Lambda gives each tenant environments of its own (Lambda developer guide, "Tenant
    /// isolation").
    pub fn environment_tenant(&self) -> Option<&Rc<str>> {
        if !self.labelled {
            return None;
        }
        self.recent
            .iter()
            .rev()
            .find_map(|invocation| invocation.labels.tenant.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::initialization::InitializationType;

    #[test]
    fn each_invocation_has_its_own_tenant() {
        let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
        invocations.start("a", "", 1);
        assert_eq!(
            (invocations.labels("a"), invocations.environment_tenant()),
            (None, None)
        );
        for nothing in [None, Some("")] {
            invocations.tenant("a", nothing);
            assert_eq!(invocations.labels("a"), None);
        }
        invocations.tenant("unknown", Some("blue"));
        invocations.tenant("a", Some("blue"));
        invocations.start("b", "", 2);
        assert_eq!(invocations.labels("a").unwrap().tenant.as_deref(), Some("blue"));
        assert!(invocations.labels("b").unwrap().is_empty());
        assert_eq!(invocations.labels("unknown"), None);
        assert_eq!(invocations.environment_tenant().map(|tenant| &**tenant), Some("blue"));
    }

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

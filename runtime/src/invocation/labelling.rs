//! The labels of each invocation, from events and records.

use std::rc::Rc;

use super::Invocations;
use super::labels::Labels;

impl Invocations {
    /// Records the tenant of this invocation from an event of Lambda.
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

    /// The labels of this invocation; `None` if no invocation has any.
    pub fn labels(&self, request_id: &str) -> Option<&Labels> {
        if !self.labelled {
            return None;
        }
        self.newest(request_id).map(|index| &self.recent[index].labels)
    }

    /// The tenant of this environment: Lambda gives each tenant separate environments (Lambda developer guide, "Tenant
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
}

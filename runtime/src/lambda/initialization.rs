//! How Lambda creates the execution environments of a function.

/// The value of `AWS_LAMBDA_INITIALIZATION_TYPE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InitializationType {
    /// `on-demand`, and any future type: an environment for an invocation that has arrived.
    #[default]
    OnDemand,
    /// `provisioned-concurrency`: created before any invocation.
    ProvisionedConcurrency,
    /// `snap-start`: restored from a snapshot of an initialised one.
    SnapStart,
    /// `lambda-managed-instances`: created before any invocation, and for several at a time, which are not announced to
    /// extensions.
    ManagedInstances,
}

impl InitializationType {
    /// The type of this name.
    pub fn named(name: &str) -> Self {
        match name {
            "provisioned-concurrency" => Self::ProvisionedConcurrency,
            "snap-start" => Self::SnapStart,
            "lambda-managed-instances" => Self::ManagedInstances,
            _ => Self::OnDemand,
        }
    }

    /// Whether environments are created before any invocation, so that no invocation waits for one.
    pub fn made_ahead(self) -> bool {
        matches!(self, Self::ProvisionedConcurrency | Self::ManagedInstances)
    }
}

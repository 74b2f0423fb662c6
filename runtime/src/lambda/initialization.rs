//! How Lambda makes the execution environments of a function.

/// What `AWS_LAMBDA_INITIALIZATION_TYPE` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InitializationType {
    /// `on-demand`, and whatever Lambda may call others one day: an environment for the invocation that has come.
    #[default]
    OnDemand,
    /// `provisioned-concurrency`: ahead of any invocation.
    ProvisionedConcurrency,
    /// `snap-start`: restored from a snapshot of an initialised one.
    SnapStart,
    /// `lambda-managed-instances`: ahead of any invocation, and for several at a time, of which extensions hear nothing.
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

    /// Whether environments are made ahead of any invocation, so that none waits for one.
    pub fn made_ahead(self) -> bool {
        matches!(self, Self::ProvisionedConcurrency | Self::ManagedInstances)
    }
}

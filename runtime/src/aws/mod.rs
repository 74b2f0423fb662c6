//! What calls to AWS need: credentials and endpoints from Lambda's environment.

mod credentials;
pub mod secrets;
pub mod sigv4;

use std::fmt;

use crate::environment::Environment;
use crate::http::{Client, Endpoint};

use credentials::Source;
pub use credentials::{Credentials, CredentialsError};

/// Credentials and endpoints from the environment. `Debug` shows no key.
#[derive(Clone)]
pub struct Context {
    source: Source,
    endpoint_secrets_manager: Option<String>,
    endpoint_ssm: Option<String>,
    endpoint_sts: Option<String>,
    endpoint: Option<String>,
    fips: bool,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("fips", &self.fips)
            .finish_non_exhaustive()
    }
}

/// A service that the extension calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// AWS Secrets Manager.
    SecretsManager,
    /// AWS Systems Manager.
    Ssm,
    /// AWS Security Token Service.
    Sts,
}

impl Service {
    /// The name in host names and signatures.
    pub fn name(self) -> &'static str {
        match self {
            Self::SecretsManager => "secretsmanager",
            Self::Ssm => "ssm",
            Self::Sts => "sts",
        }
    }
}

impl Context {
    /// Reads the variables that AWS's own SDKs read. Nothing is checked before it is used.
    pub fn from_environment(environment: &Environment) -> Self {
        let text = |name: &str| environment.get(name).map(str::to_owned);
        let fips = environment.get("AWS_USE_FIPS_ENDPOINT");
        Self {
            source: Source::from_environment(environment),
            endpoint_secrets_manager: text("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
            endpoint_ssm: text("AWS_ENDPOINT_URL_SSM"),
            endpoint_sts: text("AWS_ENDPOINT_URL_STS"),
            endpoint: text("AWS_ENDPOINT_URL"),
            fips: fips.is_some_and(|fips| fips.eq_ignore_ascii_case("true")),
        }
    }

    /// The endpoint of a service: from the environment if set, otherwise by partition and region.
    pub fn endpoint(&self, service: Service, partition: &str, region: &str) -> Result<Endpoint, String> {
        let (variable, own) = match service {
            Service::SecretsManager => ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.endpoint_secrets_manager),
            Service::Ssm => ("AWS_ENDPOINT_URL_SSM", &self.endpoint_ssm),
            Service::Sts => ("AWS_ENDPOINT_URL_STS", &self.endpoint_sts),
        };
        let set = match (own, &self.endpoint) {
            (Some(url), _) => Some((variable, url)),
            (None, Some(url)) => Some(("AWS_ENDPOINT_URL", url)),
            (None, None) => None,
        };
        if let Some((variable, url)) = set {
            return Endpoint::parse(url).map_err(|reason| format!("{variable}: {reason}"));
        }
        let name = service.name();
        let fips = if self.fips { "-fips" } else { "" };
        let url = format!("https://{name}{fips}.{region}.{}", dns_suffix(partition));
        Endpoint::parse(&url).map_err(|reason| format!("{url}: {reason}"))
    }

    /// The current credentials; those of a container endpoint are fetched each time, since they change.
    pub async fn credentials(&self, client: &Client) -> Result<Credentials, CredentialsError> {
        self.source.credentials(client).await
    }
}

/// The partition of a region, by the prefixes that AWS gives to regions of other partitions.
pub fn partition(region: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 5] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-isob-", "aws-iso-b"),
        ("us-iso-", "aws-iso"),
    ];
    let found = PREFIXES.iter().find(|(prefix, _)| region.starts_with(prefix));
    found.map_or("aws", |(_, partition)| partition)
}

fn dns_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-eusc" => "amazonaws.eu",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        _ => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests;

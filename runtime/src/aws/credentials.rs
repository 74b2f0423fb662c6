//! Credentials: from the container endpoint if Lambda provides one (SnapStart), otherwise from the environment.

use std::fmt;
use std::time::Duration;

use crate::environment::Environment;
use crate::http::{self, Client, Endpoint, HeaderMap, HeaderValue, InvalidEndpoint, Method, Request, header};

const TIMEOUT: Duration = Duration::from_secs(2);
pub(super) const CONTAINER_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
pub(super) const CONTAINER_TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

/// Keys that sign requests. `Debug` shows the key id only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Access key id.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: String,
    /// Session token of temporary credentials.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Credentials");
        shown
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Why there are no credentials. Contains no part of them.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The environment contains none.
    #[error(
        "there are no AWS credentials: neither {CONTAINER_URI} nor AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY is set"
    )]
    NotSet,
    /// The endpoint is not a URL.
    #[error("{CONTAINER_URI}: {0}")]
    Endpoint(InvalidEndpoint),
    /// The token cannot be sent.
    #[error("{CONTAINER_TOKEN} contains characters that are not allowed in a header")]
    Token,
    /// The endpoint does not answer.
    #[error("{CONTAINER_URI}: {0}")]
    Request(#[from] http::Error),
    /// The endpoint answers with an error.
    #[error("{CONTAINER_URI} answered with status {0}")]
    Status(u16),
    /// The answer is not what AWS describes.
    #[error("{CONTAINER_URI} answered without AccessKeyId and SecretAccessKey")]
    Answer,
}

/// Where credentials come from.
#[derive(Clone)]
pub(super) enum Source {
    Container { uri: String, token: Option<String> },
    Static(Credentials),
    NotSet,
}

impl Source {
    pub(super) fn from_environment(environment: &Environment) -> Self {
        let text = |name: &str| environment.get(name).map(str::to_owned);
        if let Some(uri) = text(CONTAINER_URI) {
            let token = text(CONTAINER_TOKEN);
            return Self::Container { uri, token };
        }
        match (text("AWS_ACCESS_KEY_ID"), text("AWS_SECRET_ACCESS_KEY")) {
            (Some(access_key_id), Some(secret_access_key)) => Self::Static(Credentials {
                access_key_id,
                secret_access_key,
                session_token: text("AWS_SESSION_TOKEN"),
            }),
            _ => Self::NotSet,
        }
    }

    pub(super) async fn credentials(&self, client: &Client) -> Result<Credentials, CredentialsError> {
        match self {
            Self::Static(credentials) => Ok(credentials.clone()),
            Self::NotSet => Err(CredentialsError::NotSet),
            Self::Container { uri, token } => fetch(client, uri, token.as_deref()).await,
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerAnswer {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

async fn fetch(client: &Client, uri: &str, token: Option<&str>) -> Result<Credentials, CredentialsError> {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        let mut value = HeaderValue::from_str(token).map_err(|_| CredentialsError::Token)?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    let request = Request {
        method: Method::GET,
        endpoint: Endpoint::parse(uri).map_err(CredentialsError::Endpoint)?,
        headers,
        body: bytes::Bytes::new(),
        timeout: TIMEOUT,
    };
    let response = client.send(request).await?;
    if !response.status.is_success() {
        return Err(CredentialsError::Status(response.status.as_u16()));
    }
    let answer: ContainerAnswer = serde_json::from_slice(&response.body).map_err(|_| CredentialsError::Answer)?;
    Ok(Credentials {
        access_key_id: answer.access_key_id,
        secret_access_key: answer.secret_access_key,
        session_token: answer.token,
    })
}

//! One call of an AWS service: signed, with a timeout, retried if that can help.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws::{Credentials, Service, sigv4};
use crate::http::{Client, Endpoint, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};

use super::xml::element;

/// Time for one attempt.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Waits before the second and the third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// A service in one region.
pub(super) struct Api<'a> {
    pub client: &'a Client,
    pub credentials: &'a Credentials,
    pub service: Service,
    pub endpoint: Endpoint,
    pub region: String,
}

/// A request in the service's protocol.
pub(super) struct Message {
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why a call failed; contains no values.
#[derive(Clone, Debug)]
pub(super) struct CallError {
    /// AWS's error code, if AWS rejected the call.
    pub code: String,
    /// For the log.
    pub reason: String,
    repeatable: bool,
}

impl CallError {
    fn own(reason: String, repeatable: bool) -> Self {
        let code = String::new();
        Self {
            code,
            reason,
            repeatable,
        }
    }

    /// True when the execution role lacks a permission.
    pub(super) fn is_denied(&self) -> bool {
        self.code == "AccessDeniedException"
    }
}

impl Api<'_> {
    /// Calls `operation` (`secretsmanager.GetSecretValue`) of a service with a JSON protocol.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        input: &impl Serialize,
    ) -> Result<T, CallError> {
        let body = serde_json::to_vec(input).map_err(|error| CallError::own(error.to_string(), false))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
        headers.insert(TARGET, HeaderValue::from_static(operation));
        let message = Message {
            headers,
            body: Bytes::from(body),
        };
        self.send(&message, |response| serde_json::from_slice(&response.body).ok())
            .await
    }

    /// Sends the message, with at most three attempts, and reads the response.
    pub(super) async fn send<T>(
        &self,
        message: &Message,
        read: impl Fn(&Response) -> Option<T>,
    ) -> Result<T, CallError> {
        let response = self.exchange(message).await?;
        read(&response).ok_or_else(|| CallError::own(format!("{} did not answer as AWS does", self.endpoint), false))
    }

    async fn exchange(&self, message: &Message) -> Result<Response, CallError> {
        for pause in PAUSES {
            match self.attempt(message).await {
                Err(error) if error.repeatable => tokio::time::sleep(pause).await,
                result => return result,
            }
        }
        self.attempt(message).await
    }

    async fn attempt(&self, message: &Message) -> Result<Response, CallError> {
        let mut request = Request {
            method: Method::POST,
            endpoint: self.endpoint.clone(),
            headers: message.headers.clone(),
            body: message.body.clone(),
            timeout: TIMEOUT,
        };
        sigv4::sign(
            &mut request,
            self.credentials,
            &self.region,
            self.service.name(),
            SystemTime::now(),
        )
        .map_err(|error| CallError::own(error.to_string(), false))?;
        let response = self.client.send(request).await;
        let response = response.map_err(|error| CallError::own(error.to_string(), true))?;
        if !response.status.is_success() {
            return Err(refusal(&response));
        }
        Ok(response)
    }
}

#[derive(serde::Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    code: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

fn refusal(response: &Response) -> CallError {
    let refusal = serde_json::from_slice(&response.body)
        .ok()
        .or_else(|| xml_refusal(response));
    let in_header = response
        .headers
        .get("x-amzn-errortype")
        .and_then(|value| value.to_str().ok());
    let (in_body, message) = refusal.map_or((None, None), |refusal: Refusal| (refusal.code, refusal.message));
    let code = in_body.as_deref().or(in_header).unwrap_or_default();
    // `com.amazonaws.secretsmanager#AccessDeniedException` in bodies, `AccessDeniedException:http://…` in headers.
    let code = code
        .rsplit('#')
        .next()
        .unwrap_or_default()
        .split(':')
        .next()
        .unwrap_or_default();
    let status = response.status.as_u16();
    let throttled = code.contains("Throttl") || code == "TooManyRequestsException" || status == 429;
    let mut reason = if code.is_empty() {
        format!("status {status}")
    } else {
        code.to_owned()
    };
    if let Some(message) = message {
        reason.push_str(": ");
        reason.push_str(&message);
    }
    if let Some(remedy) = remedy(code) {
        reason.push_str(" (");
        reason.push_str(remedy);
        reason.push(')');
    }
    CallError {
        code: code.to_owned(),
        reason,
        repeatable: throttled || status >= 500,
    }
}

/// The error response of a service with AWS's Query protocol.
fn xml_refusal(response: &Response) -> Option<Refusal> {
    let body = std::str::from_utf8(&response.body).ok()?;
    let text = |name| element(body, name).map(str::to_owned);
    Some(Refusal {
        code: Some(text("Code")?),
        message: text("Message"),
    })
}

/// What the user can do about an error code.
pub(super) fn remedy(code: &str) -> Option<&'static str> {
    Some(match code {
        "AccessDeniedException" => {
            "allow the function's execution role to read it: secretsmanager:GetSecretValue or ssm:GetParameters, and \
             kms:Decrypt for a customer managed key"
        }
        "ResourceNotFoundException" => "check name, region and account of the ARN",
        "DecryptionFailure" => "allow the function's execution role to use the key: kms:Decrypt",
        // STS uses this code; Secrets Manager and Parameter Store use AccessDeniedException.
        "AccessDenied" => "allow sts:GetWebIdentityToken for this audience in the function's execution role",
        "OutboundWebIdentityFederationDisabled" | "OutboundWebIdentityFederationDisabledException" => {
            "outbound identity federation is off in this account; enable it with iam:EnableOutboundWebIdentityFederation"
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidSignatureException" => "check the AWS credentials of the function",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;

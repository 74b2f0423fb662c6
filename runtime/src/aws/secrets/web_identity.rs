//! Web identity tokens of the execution role: a key for backends that accept OIDC tokens, so that none has to be stored.
//!
//! `GetWebIdentityToken` is an operation of AWS STS's regional endpoints. It uses AWS's Query protocol: a form as the
//! request, XML as the response (AWS Security Token Service API Reference).

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::{Api, CallError, Message};
use super::xml::element;
use crate::aws::{self, Context};
use crate::http::{Client, HeaderMap, HeaderValue, Response, header};
use crate::timestamp;

/// Requested validity. A token never outlives the role's session, whose remaining time is at least the rest of the
/// environment's credentials; STS accepts 60 to 3600 seconds.
const VALIDITY: Duration = Duration::from_secs(900);
/// Validity if the session ends before that.
const SHORT_VALIDITY: Duration = Duration::from_secs(60);
/// A token is renewed when a third of its validity remains, while it still works.
const RENEWAL_SHARE: u64 = 3;
/// A token is treated as expired this long before its expiry, to allow for request time and clock differences.
const MARGIN: u64 = 5_000_000_000;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
/// The API version in every call to STS.
const VERSION: &str = "2011-06-15";
const SESSION_TOO_SHORT: &str = "SessionDurationEscalation";

/// A token with its renewal and expiry times. `Debug` shows no part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebIdentityToken {
    token: String,
    /// When to request a new one, in nanoseconds since the Unix epoch.
    renewal: u64,
    /// When to stop using it, in nanoseconds since the Unix epoch.
    expiry: u64,
}

impl WebIdentityToken {
    fn new(token: String, requested: u64, expires: u64) -> Self {
        let validity = expires.saturating_sub(requested);
        let expiry = expires.saturating_sub(MARGIN);
        Self {
            token,
            renewal: expiry.min(expires - validity / RENEWAL_SHARE),
            expiry,
        }
    }

    /// A token that never expires, for tests.
    #[cfg(test)]
    pub(crate) fn lasting(token: &str) -> Self {
        Self::new(token.to_owned(), 0, u64::MAX)
    }

    /// The JSON Web Token, for the `Authorization` header.
    pub fn reveal(&self) -> &str {
        &self.token
    }

    /// Whether it is time to request a new one.
    pub fn is_due(&self, now: u64) -> bool {
        now >= self.renewal
    }

    /// Whether backends no longer accept it.
    pub fn is_expired(&self, now: u64) -> bool {
        now >= self.expiry
    }
}

impl fmt::Debug for WebIdentityToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebIdentityToken").finish_non_exhaustive()
    }
}

/// Requests a token for this audience in the function's region; `now` is the wall clock.
///
/// # Errors
/// Why there is no token and how to fix it; contains no credential.
pub async fn web_identity_token(
    audience: &str,
    region: &str,
    context: &Context,
    client: &Client,
    now: u64,
) -> Result<WebIdentityToken, String> {
    let service = aws::Service::Sts;
    let credentials = context.credentials(client).await.map_err(|error| error.to_string())?;
    let api = Api {
        client,
        credentials: &credentials,
        service,
        endpoint: context.endpoint(service, aws::partition(region), region)?,
        region: region.to_owned(),
    };
    match request(&api, audience, VALIDITY, now).await {
        Err(error) if error.code.starts_with(SESSION_TOO_SHORT) => request(&api, audience, SHORT_VALIDITY, now).await,
        result => result,
    }
    .map_err(|error| error.reason)
}

async fn request(api: &Api<'_>, audience: &str, validity: Duration, now: u64) -> Result<WebIdentityToken, CallError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    let message = Message {
        headers,
        body: Bytes::from(form(audience, validity)),
    };
    api.send(&message, |response| read(response, now)).await
}

fn form(audience: &str, validity: Duration) -> String {
    let audience = utf8_percent_encode(audience, NON_ALPHANUMERIC);
    let seconds = validity.as_secs();
    format!(
        "Action=GetWebIdentityToken&Version={VERSION}&Audience.member.1={audience}\
         &SigningAlgorithm=RS256&DurationSeconds={seconds}"
    )
}

fn read(response: &Response, now: u64) -> Option<WebIdentityToken> {
    let body = std::str::from_utf8(&response.body).ok()?;
    let token = element(body, "WebIdentityToken").filter(|token| !token.is_empty())?;
    let expires = timestamp::parse(element(body, "Expiration")?)?;
    Some(WebIdentityToken::new(token.to_owned(), now, expires.max(now)))
}

#[cfg(test)]
mod tests;

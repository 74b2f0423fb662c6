//! Web identity tokens of the execution role: a key for backends that accept OIDC tokens, so that none has to be stored.
//!
//! `GetWebIdentityToken` is an operation of AWS STS's regional endpoints. It speaks AWS's Query protocol: a form as the
//! request, XML as the response (AWS Security Token Service API Reference).

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::{Api, CallError, Message};
use crate::aws::{self, Context};
use crate::http::{Client, HeaderMap, HeaderValue, Response, header};
use crate::timestamp;

/// Requested validity. A token never outlives the role's session, whose remaining time is at least the rest of the
/// environment's credentials; STS takes 60 to 3600 seconds.
const VALIDITY: Duration = Duration::from_secs(900);
/// Validity where the session ends before that.
const SHORT_VALIDITY: Duration = Duration::from_secs(60);
/// A token is renewed when a third of its validity remains, while it still works.
const RENEWAL_SHARE: u64 = 3;
/// A token counts as expired this long before it is: requests and clocks take time.
const MARGIN: u64 = 5_000_000_000;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
/// The API version that every call of STS names.
const VERSION: &str = "2011-06-15";
const SESSION_TOO_SHORT: &str = "SessionDurationEscalation";

/// A token with the times that decide on its use. `Debug` shows no part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebIdentityToken {
    token: String,
    /// When a new one is to be requested, nanoseconds since the Unix epoch.
    renewal: u64,
    /// When it is no longer to be used, nanoseconds since the Unix epoch.
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

    /// One that never ends, for tests.
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
/// Why there is none and how to fix it, without any credential.
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

/// The content of the first XML element of this name. Neither tokens nor times hold characters that XML escapes.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once(&format!("</{name}>"))?;
    Some(content.trim())
}

#[cfg(test)]
mod tests {
    use super::super::tests::context;
    use super::*;
    use crate::http::testing::{Answer, Seen, Server, client, run};
    use proptest::prelude::*;

    const AUDIENCE: &str = "https://collector.example.com:4318/?a=b&c";
    const NOW: u64 = 1_764_417_600_000_000_000;

    fn issued(token: &str) -> String {
        format!(
            "<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>{token}</WebIdentityToken>\
             <Expiration>2025-11-29T12:15:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"
        )
    }

    fn refused(code: &str, message: &str) -> Answer {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        );
        Answer::new(400, body)
    }

    async fn requested(server: &Server) -> Result<WebIdentityToken, String> {
        let context = context(&server.url("http", "127.0.0.1"));
        web_identity_token(AUDIENCE, "eu-central-1", &context, &client(), NOW).await
    }

    #[test]
    fn requests_a_token_for_the_audience_and_knows_when_to_renew_it() {
        run(async {
            let server = Server::start(|_: &Seen| Answer::new(200, issued("a.b.c"))).await;
            let token = requested(&server).await.unwrap();
            assert_eq!(token.reveal(), "a.b.c");
            let after = |seconds: u64| NOW + seconds * 1_000_000_000;
            assert_eq!([599, 600].map(|at| token.is_due(after(at))), [false, true]);
            assert_eq!([894, 895].map(|at| token.is_expired(after(at))), [false, true]);
            assert!(!format!("{token:?}").contains("a.b.c"));
            let requests = server.requests.borrow();
            assert_eq!(
                String::from_utf8_lossy(&requests[0].body),
                "Action=GetWebIdentityToken&Version=2011-06-15\
                 &Audience.member.1=https%3A%2F%2Fcollector%2Eexample%2Ecom%3A4318%2F%3Fa%3Db%26c\
                 &SigningAlgorithm=RS256&DurationSeconds=900"
            );
            let scope = requests[0].header("authorization").unwrap();
            assert!(scope.contains("/eu-central-1/sts/aws4_request"), "{scope}");
        });
    }

    #[test]
    fn a_session_that_ends_soon_has_a_token_that_ends_sooner() {
        run(async {
            let server = Server::start(|seen: &Seen| {
                match String::from_utf8_lossy(&seen.body).ends_with("DurationSeconds=60") {
                    true => Answer::new(200, issued("short")),
                    false => refused("SessionDurationEscalationException", "too long"),
                }
            })
            .await;
            assert_eq!(requested(&server).await.unwrap().reveal(), "short");
        });
    }

    #[test]
    fn refusals_say_how_to_fix_them() {
        run(async {
            for (code, advice) in [
                ("AccessDenied", "sts:GetWebIdentityToken"),
                (
                    "OutboundWebIdentityFederationDisabledException",
                    "EnableOutboundWebIdentityFederation",
                ),
                ("ExpiredToken", "check the AWS credentials"),
            ] {
                let server = Server::start(move |_: &Seen| refused(code, "no")).await;
                let reason = requested(&server).await.unwrap_err();
                assert!(
                    reason.starts_with(&format!("{code}: no (")) && reason.contains(advice),
                    "{reason}"
                );
                assert_eq!(server.requests.borrow().len(), 1);
            }
            let server = Server::start(|_: &Seen| Answer::new(200, "<html></html>")).await;
            let reason = requested(&server).await.unwrap_err();
            assert!(reason.contains("does not answer as AWS does"), "{reason}");
        });
    }

    proptest! {
        #[test]
        fn no_answer_panics(body in "(<WebIdentityToken>)?.{0,20}(</WebIdentityToken>)?(<Expiration>)?.{0,30}(</Expiration>)?") {
            let _ = element(&body, "WebIdentityToken");
            let _ = element(&body, "Expiration").and_then(timestamp::parse);
        }

        #[test]
        fn forms_hold_any_audience(audience in ".{1,40}") {
            let form = form(&audience, VALIDITY);
            let encoded = form.split('&').find_map(|field| field.strip_prefix("Audience.member.1=")).unwrap();
            let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap();
            prop_assert_eq!(decoded, audience);
        }
    }
}

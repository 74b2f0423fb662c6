use super::*;
use crate::aws::secrets::testing::context;
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
        let server =
            Server::start(
                |seen: &Seen| match String::from_utf8_lossy(&seen.body).ends_with("DurationSeconds=60") {
                    true => Answer::new(200, issued("short")),
                    false => refused("SessionDurationEscalationException", "too long"),
                },
            )
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
        assert!(reason.contains("did not answer as AWS does"), "{reason}");
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

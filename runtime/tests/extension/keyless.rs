//! Exports whose key is a web identity token that AWS issues.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use crate::support::server::{Server, answer};
use crate::support::{Extension, Intake, Lambda, request_id, run, until};

/// An AWS STS whose tokens are numbered and valid for this long; a `status` other than 200 rejects.
struct Sts {
    server: Server,
    issued: Rc<Cell<usize>>,
    forms: Rc<RefCell<Vec<String>>>,
    validity: Rc<Cell<Duration>>,
    status: Rc<Cell<u16>>,
}

impl Sts {
    async fn start() -> Sts {
        let issued = Rc::new(Cell::new(0));
        let forms = Rc::new(RefCell::new(Vec::new()));
        let validity = Rc::new(Cell::new(Duration::from_secs(900)));
        let status = Rc::new(Cell::new(200));
        let shared = (
            Rc::clone(&issued),
            Rc::clone(&forms),
            Rc::clone(&validity),
            Rc::clone(&status),
        );
        let server = Server::start(0, move |call| {
            let (issued, forms, validity, status) = shared.clone();
            async move {
                forms
                    .borrow_mut()
                    .push(String::from_utf8_lossy(&call.body).into_owned());
                if status.get() != 200 {
                    let body =
                        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
                    return answer(status.get(), body);
                }
                issued.set(issued.get() + 1);
                let expires = humantime::format_rfc3339(SystemTime::now() + validity.get());
                let token = issued.get();
                answer(
                    200,
                    format!(
                        "<GetWebIdentityTokenResponse><GetWebIdentityTokenResult>\
                         <WebIdentityToken>token-{token}</WebIdentityToken><Expiration>{expires}</Expiration>\
                         </GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"
                    ),
                )
            }
        })
        .await;
        Sts {
            server,
            issued,
            forms,
            validity,
            status,
        }
    }

    fn exporting(&self, lambda: &Lambda, intake: &Intake) -> Extension {
        let endpoint = format!("http://127.0.0.1:{}", self.server.port);
        let variables = [
            ("AWS_ENDPOINT_URL_STS", endpoint.as_str()),
            ("CLICKSTACK_WEB_IDENTITY_AUDIENCE", "https://collector.example.com"),
        ];
        Extension::exporting(&lambda.address(), &intake.url(), &variables)
    }
}

fn lines(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

#[test]
fn the_token_is_the_key_and_is_requested_once() {
    run(async {
        let (lambda, intake, sts) = (Lambda::start().await, Intake::start().await, Sts::start().await);
        intake.require_key("Bearer token-1");
        let extension = sts.exporting(&lambda, &intake);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &lines("one")).await;
        lambda.invocation(&request_id(2), &lines("two")).await;
        until("both lines arrived", || intake.bodies() == ["one", "two"]).await;
        assert_eq!((sts.issued.get(), intake.refused()), (1, 0));
        let forms = sts.forms.borrow();
        assert!(
            forms[0].contains("Audience.member.1=https%3A%2F%2Fcollector%2Eexample%2Ecom"),
            "{forms:?}"
        );
        assert!(!extension.output().contains("token-"), "{}", extension.output());
    });
}

#[test]
fn a_token_that_has_expired_is_renewed_before_anything_is_sent() {
    run(async {
        let (lambda, intake, sts) = (Lambda::start().await, Intake::start().await, Sts::start().await);
        // Shorter than the margin: it is treated as expired on arrival.
        sts.validity.set(Duration::from_secs(6));
        let _extension = sts.exporting(&lambda, &intake);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &lines("one")).await;
        until("the first line arrived", || intake.bodies() == ["one"]).await;
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        sts.validity.set(Duration::from_secs(900));
        let before = sts.issued.get();
        intake.require_key(&format!("Bearer token-{}", before + 1));
        lambda.invocation(&request_id(2), &lines("two")).await;
        until("the second line arrived", || intake.bodies() == ["one", "two"]).await;
        assert_eq!((sts.issued.get(), intake.refused()), (before + 1, 0));
    });
}

#[test]
fn a_refused_token_is_requested_again() {
    run(async {
        let (lambda, intake, sts) = (Lambda::start().await, Intake::start().await, Sts::start().await);
        intake.require_key("Bearer token-2");
        let _extension = sts.exporting(&lambda, &intake);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &lines("one")).await;
        lambda.invocation(&request_id(2), &lines("two")).await;
        until("both lines arrived", || intake.bodies() == ["one", "two"]).await;
        assert_eq!(sts.issued.get(), 2);
    });
}

#[test]
fn without_a_token_telemetry_waits_and_the_log_says_what_the_role_lacks() {
    run(async {
        let (lambda, intake, sts) = (Lambda::start().await, Intake::start().await, Sts::start().await);
        sts.status.set(403);
        let extension = sts.exporting(&lambda, &intake);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &lines("one")).await;
        until("the refusal is logged", || {
            extension.lines_with("allow sts:GetWebIdentityToken for this audience") == 1
        })
        .await;
        assert_eq!(intake.requests(), 0);
        sts.status.set(200);
        lambda.shutdown("spindown");
        until("the line arrived", || intake.bodies() == ["one"]).await;
    });
}

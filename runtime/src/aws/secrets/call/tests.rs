//! Calls that fail, temporarily or permanently.

use super::super::*;
use crate::aws::secrets::testing::{SECRETS, answer, arns, context, error, resolved};
use crate::http::testing::{Answer, Server, client, run};

#[test]
fn gives_up_on_a_service_that_never_answers() {
    run(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let context = context(&url);
        tokio::time::pause();
        let begin = tokio::time::Instant::now();
        let references = [Reference::parse("ROTEL_X", &format!("{SECRETS}a")).unwrap()];
        let error = resolve(&references, &context, &client()).await.unwrap_err();
        assert!(error.to_string().contains("timed out after 2000 ms"), "{error}");
        // Three attempts and the pauses between them, on the paused clock.
        assert_eq!(begin.elapsed().as_millis() / 100, 65);
    });
}

#[test]
fn repeats_what_can_succeed_later_and_nothing_else() {
    run(async {
        let attempts = std::cell::Cell::new(0);
        let server = Server::start(move |seen| {
            attempts.set(attempts.get() + 1);
            match attempts.get() {
                1 => Answer::new(503, "not JSON"),
                2 => error("ThrottlingException"),
                _ => answer(seen),
            }
        })
        .await;
        assert_eq!(resolved(&server, &arns(SECRETS, 1)).await.unwrap().len(), 1);
        assert_eq!(server.requests.borrow().len(), 3);

        let server = Server::start(|_| error("ResourceNotFoundException")).await;
        assert!(resolved(&server, &arns(SECRETS, 1)).await.is_err());
        assert_eq!(server.requests.borrow().len(), 1);

        let server = Server::start(|_| Answer::new(500, "")).await;
        let error = resolved(&server, &arns(SECRETS, 1)).await.unwrap_err();
        assert!(error.to_string().ends_with("cannot be resolved: status 500"), "{error}");
        assert_eq!(server.requests.borrow().len(), 3);
    });
}

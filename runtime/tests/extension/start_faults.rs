//! Faults before the first invocation: files, secrets, Lambda's own API.

use std::cell::{Cell, RefCell};
use std::net::TcpStream;
use std::rc::Rc;
use std::time::Duration;

use crate::support::server::{Server, answer};
use crate::support::{Extension, Intake, Lambda, env_file, request_id, run, started};

#[test]
fn a_bad_env_file_is_said_and_survived() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        let file = env_file("CLICKSTACK_PLATFORM_METRICS=false\nthe-secret-key\nX='open\n");
        let path = file.path().to_str().unwrap();
        for (path, words) in [("/no/such/file", "cannot be read"), (path, "line 2 has no =")] {
            let mut extension = Extension::exporting(&lambda.address(), &intake.url(), &[("ROTEL_ENV_FILE", path)]);
            lambda.asked(lambda.times_asked() + 1).await;
            lambda.invocation(&request_id(1), &["one".into()]).await;
            lambda.shutdown("spindown");
            assert_eq!(extension.ended().await, 0);
            assert_eq!(extension.lines_with(words), 1, "{}", extension.output());
            assert!(!extension.output().contains("the-secret-key"));
        }
        assert_eq!(intake.bodies(), ["one", "one"]);
    });
}

#[test]
fn a_function_that_exports_as_soon_as_the_extension_is_registered_reaches_it() {
    run(async {
        let port = Rc::new(Cell::new(0));
        let reached = Rc::new(RefCell::new(None));
        let (to, seen) = (Rc::clone(&port), Rc::clone(&reached));
        let lambda = Server::start(0, move |_| {
            let connected = TcpStream::connect(("127.0.0.1", to.get())).map(|_| ());
            *seen.borrow_mut() = Some(connected.map_err(|error| error.kind()));
            async { answer(403, "no further") }
        })
        .await;
        let mut extension = Extension::start(&format!("127.0.0.1:{}", lambda.port), &[]);
        port.set(extension.grpc_port());
        assert_eq!(extension.ended().await, 1);
        assert_eq!(*reached.borrow(), Some(Ok(())));
    });
}

/// Three invocations whose key is a secret of this service; the extension's log.
async fn with_secret_from(service: &Server) -> String {
    let endpoint = format!("http://127.0.0.1:{}", service.port);
    let variables = [
        ("AWS_ENDPOINT_URL", &*endpoint),
        (
            "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS",
            "Authorization=${arn:aws:secretsmanager:us-east-2:1:secret:key-a1B2c3}",
        ),
    ];
    let (lambda, intake, mut extension) = started(&variables).await;
    for number in 0..3 {
        lambda.invoke(&request_id(number), Duration::from_millis(900));
        let id = request_id(number);
        lambda
            .deliver(&[
                lambda.start_event(&id),
                lambda.line("x"),
                lambda.done_event(&id, "success"),
            ])
            .await;
        lambda.asked(number + 2).await;
    }
    assert_eq!(intake.requests(), 0, "nothing is sent without its key");
    lambda.shutdown_within("spindown", Duration::from_secs(1));
    assert_eq!(extension.ended().await, 0);
    extension.output()
}

#[test]
fn a_secret_that_is_denied_costs_no_invocation() {
    run(async {
        let denied = r#"{"__type":"AccessDeniedException","Message":"not authorized"}"#;
        let service = Server::start(0, move |_| async move { answer(400, denied) }).await;
        let output = with_secret_from(&service).await;
        assert!(
            output.contains("AccessDeniedException") && output.contains("key-a1B2c3"),
            "{output}"
        );
    });
}

#[test]
fn a_secret_service_that_never_answers_costs_no_invocation() {
    run(async {
        let service = Server::start(0, |_| async {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            answer(200, "")
        })
        .await;
        let output = with_secret_from(&service).await;
        assert!(
            output.contains("no answer") && output.contains("key-a1B2c3"),
            "{output}"
        );
    });
}

#[test]
fn failures_of_lambdas_own_api_are_survived() {
    run(async {
        let (lambda, intake, mut extension) = started(&[]).await;
        lambda.fail_next(5);
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.asked(7).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(intake.bodies(), ["one", "two"]);
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(extension.lines_with("; retrying"), 1, "{}", extension.output());
    });
}

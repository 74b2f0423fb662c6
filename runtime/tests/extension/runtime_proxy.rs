//! The runtime API proxy, between the test as the function's runtime and the fake Lambda.

use std::path::PathBuf;
use std::time::Duration;

use crate::support::intake::{attribute, hex};
use crate::support::{Extension, Intake, Lambda, request_id, run, server, started};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn address_file(lambda: &Lambda) -> PathBuf {
    PathBuf::from(format!("/tmp/.clickstack-runtime-proxy-{}", lambda.address()))
}

/// The proxy's address, as read by the exec wrapper.
fn proxy(lambda: &Lambda) -> String {
    std::fs::read_to_string(address_file(lambda))
        .unwrap()
        .trim_end()
        .to_owned()
}

/// A runtime gets an event and responds.
async fn handled(proxy: &str, id: &str, event: &str, response: &str) {
    let runtime = format!("http://{proxy}/2018-06-01/runtime/invocation");
    let headers = [("test-id", id), ("test-event", event)];
    let (status, received) = server::post(&format!("{runtime}/next"), &headers, "").await;
    assert_eq!((status, &*received), (200, event));
    let answer = server::post(&format!("{runtime}/{id}/response"), &[], response.to_owned()).await;
    assert_eq!(answer.0, 202);
}

#[test]
fn invocations_have_trigger_parent_and_status() {
    run(async {
        let (lambda, intake, mut extension) =
            started(&[("CLICKSTACK_FLUSH_MODE", "end"), ("CLICKSTACK_RUNTIME_PROXY", "true")]).await;
        let (id, proxy) = (request_id(1), proxy(&lambda));
        lambda.invoke(&id, Duration::from_secs(30));
        let event = format!(
            r#"{{"resource":"/orders/{{id}}","httpMethod":"GET","headers":{{"traceparent":"{PARENT}"}},"requestContext":{{}}}}"#
        );
        let response = r#"{"statusCode":502}"#;
        handled(&proxy, &id, &event, response).await;
        let path = format!("/2018-06-01/runtime/invocation/{id}/response");
        assert_eq!(lambda.runtime_answers(), [(path, response.to_owned())]);
        let events = [
            lambda.start_event(&id),
            lambda.line("hello"),
            lambda.done_event(&id, "success"),
        ];
        lambda.deliver(&events).await;
        lambda.asked(2).await;
        let (_, span) = intake.spans().remove(0);
        assert_eq!(span.name, "GET /orders/{id}");
        assert_eq!(hex(&span.parent_span_id), "b7ad6b7169203331");
        assert_eq!(
            attribute(&span.attributes, "aws.lambda.trigger").as_deref(),
            Some("api-gateway-rest")
        );
        assert_eq!(span.status.unwrap().code, 2);
        let (_, log) = intake.logs().remove(0);
        assert_eq!(
            (hex(&log.trace_id), log.span_id),
            ("0af7651916cd43dd8448eb211c80319c".into(), span.span_id)
        );
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        std::fs::remove_file(address_file(&lambda)).unwrap();
    });
}

#[test]
fn there_is_none_unless_it_is_wanted_nor_on_managed_instances() {
    run(async {
        let (lambda, _intake, extension) = started(&[]).await;
        assert!(!address_file(&lambda).exists());
        assert_eq!(extension.output(), "");
        let (lambda, intake) = (Lambda::start().await, Intake::start().await);
        // A file of an earlier process is no longer used.
        std::fs::write(address_file(&lambda), "127.0.0.1:1\n").unwrap();
        let variables = [
            ("CLICKSTACK_RUNTIME_PROXY", "true"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances"),
        ];
        let extension = Extension::exporting(&lambda.address(), &intake.url(), &variables);
        lambda.asked(1).await;
        assert!(!address_file(&lambda).exists());
        assert_eq!(extension.lines_with("not supported on Managed Instances"), 1);
    });
}

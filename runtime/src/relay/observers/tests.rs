use super::*;
use crate::relay::http::{Messages, Side};

fn answer(request: &str) -> Option<Answered> {
    let mut messages = Messages::new(Side::Requests, Answers::default());
    messages.push(request.as_bytes());
    messages.observer.take()
}

fn posted(what: &str, fields: &str, body: &str) -> Option<Answered> {
    let length = body.len();
    answer(&format!(
        "POST /2018-06-01/runtime/invocation/r-1/{what} HTTP/1.1\r\n{fields}Content-Length: {length}\r\n\r\n{body}"
    ))
}

#[test]
fn responses_and_errors() {
    let found = posted("response", "", r#"{"statusCode":503,"body":"x"}"#).unwrap();
    assert_eq!(
        (&*found.request_id, found.status, found.bytes),
        ("r-1", StatusCode::Code(503), 29)
    );
    let error = r#"{"errorType":"java.io.IOException","errorMessage":"no","stackTrace":["at a","at b"]}"#;
    let failure = posted("error", "Lambda-Runtime-Function-Error-Type: Unhandled\r\n", error).unwrap();
    let failure = failure.failure.unwrap();
    assert_eq!((&*failure.kind, &*failure.message), ("java.io.IOException", "no"));
    assert_eq!(failure.stack.as_deref(), Some("at a\nat b"));
    let unnamed = posted("error", "Lambda-Runtime-Function-Error-Type: Runtime.Unknown\r\n", "");
    assert_eq!(unnamed.unwrap().failure.unwrap().kind, "Runtime.Unknown");
    assert_eq!(answer("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"), None);
    assert_eq!(
        answer("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"),
        None
    );
}

#[test]
fn only_the_beginning_of_a_large_response_is_kept() {
    let body = format!(r#"{{"statusCode":200,"body":"{}"}}"#, "x".repeat(6 * 1024 * 1024));
    let found = posted("response", "", &body).unwrap();
    assert_eq!((found.status, found.bytes), (StatusCode::Code(200), body.len() as u64));
    let late = format!(r#"{{"body":"{}","statusCode":200}}"#, "x".repeat(MOST_OF_ANSWER));
    assert_eq!(posted("response", "", &late).unwrap().status, StatusCode::Unknown);
    let mut beginning = Beginning::default();
    for _ in 0..1_000 {
        beginning.add(&[0; 4096], MOST_OF_ANSWER);
    }
    assert_eq!((beginning.bytes.len(), beginning.total), (MOST_OF_ANSWER, 4_096_000));
}

#[test]
fn streamed_responses() {
    let streamed = |content_type: &str, body: &str, trailers: &str| {
        answer(&format!(
            "POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\n\
            Lambda-Runtime-Function-Response-Mode: streaming\r\nContent-Type: {content_type}\r\n\
            Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n{trailers}\r\n",
            body.len()
        ))
        .unwrap()
    };
    let prelude = "{\"statusCode\":404}\0\0\0\0\0\0\0\0not here";
    assert_eq!(streamed(WITH_PRELUDE, prelude, "").status, StatusCode::Code(404));
    assert_eq!(
        streamed(WITH_PRELUDE, "{}\0\0\0\0\0\0\0\0", "").status,
        StatusCode::Missing
    );
    let raw = streamed("application/octet-stream", r#"{"statusCode":404}"#, "");
    assert_eq!((raw.status, raw.bytes), (StatusCode::Missing, 18));
    let body = STANDARD.encode(r#"{"errorType":"Broken","errorMessage":"pipe"}"#);
    let trailers =
        format!("Lambda-Runtime-Function-Error-Type: Unhandled\r\nLambda-Runtime-Function-Error-Body: {body}\r\n");
    assert_eq!(
        streamed("text/plain", "half", &trailers).failure.unwrap().kind,
        "Broken"
    );
}

#[test]
fn events_with_their_heading() {
    let event = r#"{"headers":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}"#;
    let mut messages = Messages::new(Side::Responses, Events::default());
    let length = event.len();
    messages.push(
        format!(
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\nContent-Length: {length}\r\n\r\n{event}\
            HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{{}}"
        )
        .as_bytes(),
    );
    // The response to a response is ignored.
    assert!(messages.observer.take(1).is_none());
    messages.push(
        format!("HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: r-2\r\nContent-Length: {length}\r\n\r\n{event}")
            .as_bytes(),
    );
    let begun = messages.observer.take(1).unwrap();
    assert_eq!(
        (&*begun.request_id, begun.trigger, begun.bytes),
        ("r-2", "direct", length as u64)
    );
    assert!(begun.origin.parent.is_some() && messages.observer.take(1).is_none());
}

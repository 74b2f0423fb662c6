//! What is read of the runtime API's messages: events on their way to the runtime, and its answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use httparse::Header;

use super::http::{Head, Observer, field};
use crate::invocation::{Answered, Begun, StatusCode};
use crate::trigger::{self, Heading};

/// So much of an event is looked at,
const MOST_OF_EVENT: usize = 128 * 1024;
/// and of an answer, which waits for that.
const MOST_OF_ANSWER: usize = 32 * 1024;

const ERROR_TYPE: &str = "lambda-runtime-function-error-type";

/// The content type of a streamed HTTP response, which begins with status code and headers in JSON, and eight zeros.
const WITH_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END: [u8; 8] = [0; 8];

/// The beginning of a body.
#[derive(Default)]
struct Beginning {
    bytes: Vec<u8>,
    total: u64,
}

impl Beginning {
    fn add(&mut self, part: &[u8], most: usize) {
        self.total += part.len() as u64;
        let room = most.saturating_sub(self.bytes.len()).min(part.len());
        self.bytes.extend_from_slice(part.get(..room).unwrap_or_default());
    }
}

/// Looks at the answers to `/next`.
#[derive(Default)]
pub struct Events {
    current: Option<(Heading, Beginning)>,
    whole: Option<(Heading, Beginning)>,
}

impl Events {
    /// What the event says that has passed, if one has; it is read only here. `now` is in nanoseconds since the Unix epoch.
    pub fn take(&mut self, now: u64) -> Option<Begun> {
        let (heading, event) = self.whole.take()?;
        Some(trigger::begun(&heading, &event.bytes, event.total, now))
    }
}

impl Observer for Events {
    fn head(&mut self, head: &Head<'_>) {
        let text = |name| field(head.fields, name).to_owned();
        let heading = Heading {
            request_id: text("lambda-runtime-aws-request-id"),
            trace: text("lambda-runtime-trace-id"),
            client_context: text("lambda-runtime-client-context"),
        };
        // Only events have one.
        self.current = (!heading.request_id.is_empty()).then(|| (heading, Beginning::default()));
    }

    fn body(&mut self, part: &[u8]) {
        if let Some((_, event)) = &mut self.current {
            event.add(part, MOST_OF_EVENT);
        }
    }

    fn end(&mut self, _: &[Header<'_>]) {
        self.whole = self.current.take();
    }
}

/// What a runtime reports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Response,
    /// One that is written while the handler runs.
    Streamed {
        with_prelude: bool,
    },
    Error,
}

struct Report {
    request_id: String,
    kind: Kind,
    error_type: String,
    body: Beginning,
}

/// Looks at the requests of the runtime.
#[derive(Default)]
pub struct Answers {
    current: Option<Report>,
    whole: Option<Answered>,
}

impl Answers {
    /// The answer that has passed, if one has.
    pub fn take(&mut self) -> Option<Answered> {
        self.whole.take()
    }
}

impl Observer for Answers {
    fn head(&mut self, head: &Head<'_>) {
        self.current = report(head);
    }

    fn body(&mut self, part: &[u8]) {
        if let Some(report) = &mut self.current {
            report.body.add(part, MOST_OF_ANSWER);
        }
    }

    fn end(&mut self, trailers: &[Header<'_>]) {
        self.whole = self.current.take().map(|report| answered(report, trailers));
    }
}

/// `/2018-06-01/runtime/invocation/ID/response` or `…/error`.
fn report(head: &Head<'_>) -> Option<Report> {
    let (_, rest) = head.path.split_once("/runtime/invocation/")?;
    let (request_id, what) = rest.split_once('/')?;
    let text = |name| field(head.fields, name);
    let kind = match what {
        "response" if text("lambda-runtime-function-response-mode").eq_ignore_ascii_case("streaming") => {
            Kind::Streamed {
                with_prelude: text("content-type").eq_ignore_ascii_case(WITH_PRELUDE),
            }
        }
        "response" => Kind::Response,
        "error" => Kind::Error,
        _ => return None,
    };
    Some(Report {
        request_id: request_id.to_owned(),
        kind,
        error_type: text(ERROR_TYPE).to_owned(),
        body: Beginning::default(),
    })
}

fn answered(report: Report, trailers: &[Header<'_>]) -> Answered {
    let Report {
        request_id,
        kind,
        error_type,
        body: Beginning { bytes, total },
    } = report;
    // A streamed response that fails midway says so behind it.
    let late = field(trailers, ERROR_TYPE);
    if !late.is_empty() {
        let error = STANDARD.decode(field(trailers, "lambda-runtime-function-error-body"));
        return trigger::failure(request_id, late, &error.unwrap_or_default(), total);
    }
    match kind {
        Kind::Error => trigger::failure(request_id, &error_type, &bytes, total),
        Kind::Response => trigger::response(request_id, &bytes, total),
        Kind::Streamed { with_prelude: true } => {
            let end = bytes
                .windows(PRELUDE_END.len())
                .position(|window| window == PRELUDE_END);
            let prelude = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            Answered {
                bytes: total,
                ..trigger::response(request_id, prelude, prelude.len() as u64)
            }
        }
        Kind::Streamed { with_prelude: false } => Answered {
            request_id,
            status: StatusCode::Missing,
            bytes: total,
            ..Answered::default()
        },
    }
}

#[cfg(test)]
mod tests {
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
        // The answer to a response is none.
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
}

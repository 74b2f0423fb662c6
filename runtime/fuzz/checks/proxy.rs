//! The runtime API proxy's HTTP parser: any traffic gives the same result however it is split, and well-formed messages
//! are read as they were written, whatever follows them.

use clickstack_extension::invocation::{Answered, Begun};
use clickstack_extension::relay::http::{Head, Messages, Observer, Side, field};
use clickstack_extension::relay::observers::{Answers, Events};
use httparse::Header;

const NOW: u64 = 1_763_913_811_000_000_000;

/// A message as observed.
#[derive(Debug, Default, PartialEq)]
struct Message {
    path: String,
    body: Vec<u8>,
    error: String,
    is_whole: bool,
}

/// What is observed in one direction of a connection, and by the proxy's own observers.
#[derive(Default)]
struct Seen {
    messages: Vec<Message>,
    events: Events,
    begun: Vec<Begun>,
    answers: Answers,
    answered: Vec<Answered>,
}

impl Observer for Seen {
    fn head(&mut self, head: &Head<'_>) {
        self.messages.push(Message {
            path: head.path.to_owned(),
            ..Message::default()
        });
        self.events.head(head);
        self.answers.head(head);
    }

    fn body(&mut self, part: &[u8]) {
        let message = self.messages.last_mut().expect("a body follows a head");
        assert!(!message.is_whole, "no body follows the end");
        message.body.extend_from_slice(part);
        self.events.body(part);
        self.answers.body(part);
    }

    fn end(&mut self, trailers: &[Header<'_>]) {
        let message = self.messages.last_mut().expect("an end follows a head");
        assert!(!message.is_whole, "a message ends once");
        message.is_whole = true;
        message.error = field(trailers, "lambda-runtime-function-error-type").to_owned();
        let total = message.body.len() as u64;
        self.events.end(trailers);
        self.answers.end(trailers);
        let (begun, answered) = (self.events.take(NOW), self.answers.take());
        assert!(begun.iter().all(|begun| begun.bytes == total));
        assert!(answered.iter().all(|answered| answered.bytes == total));
        self.begun.extend(begun);
        self.answered.extend(answered);
    }
}

fn seen(side: Side, bytes: &[u8], parts: &[u8]) -> Seen {
    let mut messages = Messages::new(side, Seen::default());
    let mut rest = bytes;
    for part in parts {
        let (now, later) = rest.split_at(usize::from(*part).min(rest.len()));
        messages.push(now);
        rest = later;
    }
    messages.push(rest);
    messages.observer
}

/// The first byte selects the side and the meaning of the rest: the bytes of a connection, or bodies of messages, each
/// beginning with its transfer mode. The second byte is how many of the following ones are lengths of the parts in
/// which everything arrives.
pub fn check(data: &[u8]) {
    let [choice, count, rest @ ..] = data else { return };
    let side = if choice % 2 == 0 {
        Side::Requests
    } else {
        Side::Responses
    };
    let (parts, rest) = rest.split_at(usize::from(*count % 64).min(rest.len()));
    if choice / 2 % 2 == 0 {
        alike_in_any_parts(side, rest, parts);
        return;
    }
    let mut bytes = Vec::new();
    let mut bodies = Vec::new();
    let mut left = rest;
    while let [form, length, more @ ..] = left {
        let (body, more) = more.split_at(usize::from(*length).min(more.len()));
        write(&mut bytes, side, *form, body);
        bodies.push((*form, body));
        left = more;
    }
    // The rest is half a message, followed by arbitrary bytes.
    bytes.extend_from_slice(left);
    bytes.extend_from_slice(rest);
    alike_in_any_parts(side, &bytes, parts);
    let read = seen(side, &bytes, parts).messages;
    assert!(read.len() >= bodies.len(), "{} of {}", read.len(), bodies.len());
    for (message, (form, body)) in read.iter().zip(bodies) {
        assert!(message.is_whole);
        assert_eq!(message.body, body);
        let error = if form % 4 == 2 { "Function.Broken" } else { "" };
        assert_eq!(message.error, error);
    }
}

fn alike_in_any_parts(side: Side, bytes: &[u8], parts: &[u8]) {
    let whole = seen(side, bytes, &[]);
    for parts in [parts, &[1; 512]] {
        let again = seen(side, bytes, parts);
        assert_eq!(again.messages, whole.messages);
        assert_eq!(again.begun, whole.begun);
        assert_eq!(again.answered, whole.answered);
    }
}

/// A message with its length ahead, in chunks, or in chunks with an error behind them.
fn write(bytes: &mut Vec<u8>, side: Side, form: u8, body: &[u8]) {
    let what = if form & 8 == 0 { "response" } else { "error" };
    let mode = if form & 16 == 0 {
        ""
    } else {
        "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
    };
    let head = match side {
        Side::Requests => format!("POST /2018-06-01/runtime/invocation/r-1/{what} HTTP/1.1\r\n{mode}"),
        Side::Responses => "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r-1\r\n".to_owned(),
    };
    bytes.extend_from_slice(head.as_bytes());
    if form % 4 < 2 {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        bytes.extend_from_slice(body);
        return;
    }
    bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
    for chunk in body.chunks(1 + usize::from(form)) {
        bytes.extend_from_slice(format!("{:x};a=b\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    let trailer = match form % 4 {
        2 => "0\r\nLambda-Runtime-Function-Error-Type: Function.Broken\r\n\r\n",
        _ => "0\r\n\r\n",
    };
    bytes.extend_from_slice(trailer.as_bytes());
}

//! An HTTP/1.1 parser for passing traffic: finds messages in a connection's bytes and shows them to an observer. Pure.
//! It stops reading what it cannot parse; the bytes are passed on in any case.

use httparse::{Header, Status};

/// The longest head, or chunk-size line, that is parsed. Lambda's own heads contain a context of at most 3,583 bytes.
const LONGEST_HEAD: usize = 64 * 1024;

/// Maximum number of header fields of a message.
const MOST_FIELDS: usize = 96;

/// The kind of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Requests, by the runtime.
    Requests,
    /// Responses, by Lambda.
    Responses,
}

/// The head of a message.
pub struct Head<'a> {
    /// The path of a request; empty in responses.
    pub path: &'a str,
    /// Its fields.
    pub fields: &'a [Header<'a>],
}

/// Receives the parsed messages.
pub trait Observer {
    /// A message begins.
    fn head(&mut self, head: &Head<'_>);
    /// A part of its body.
    fn body(&mut self, part: &[u8]);
    /// It is over.
    fn end(&mut self, trailers: &[Header<'_>]);
}

/// The text of a field by its name, ignoring case; empty if there is none.
pub fn field<'a>(fields: &[Header<'a>], name: &str) -> &'a str {
    let found = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    found
        .and_then(|field| std::str::from_utf8(field.value).ok())
        .unwrap_or_default()
        .trim()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head,
    /// This many bytes of a body are left.
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    /// The body ends with the connection.
    UntilClosed,
    /// Not supported as HTTP/1.1.
    Unreadable,
}

/// One direction of a connection.
pub struct Messages<O> {
    side: Side,
    state: State,
    /// The lines of a head, or of a chunk size, received so far.
    lines: Vec<u8>,
    /// Receives the messages.
    pub observer: O,
}

impl<O: Observer> Messages<O> {
    /// A parser at the beginning of a connection.
    pub fn new(side: Side, observer: O) -> Self {
        Messages {
            side,
            state: State::Head,
            lines: Vec::new(),
            observer,
        }
    }

    /// Stops parsing.
    pub fn give_up(&mut self) {
        self.state = State::Unreadable;
        self.lines = Vec::new();
    }

    /// The next bytes.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Unreadable => return,
                State::UntilClosed => {
                    self.observer.body(bytes);
                    return;
                }
                State::Body(left) | State::Chunk(left) => self.body(left, bytes),
                State::Head | State::ChunkSize | State::ChunkEnd | State::Trailers => self.line(bytes),
            };
        }
    }

    fn body<'b>(&mut self, left: u64, bytes: &'b [u8]) -> &'b [u8] {
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let (part, rest) = bytes.split_at(taken);
        self.observer.body(part);
        let left = left - taken as u64;
        self.state = match self.state {
            State::Chunk(_) if left == 0 => State::ChunkEnd,
            State::Chunk(_) => State::Chunk(left),
            _ => State::Body(left),
        };
        if self.state == State::Body(0) {
            self.end(&[]);
        }
        rest
    }

    /// Takes bytes up to the end of a line.
    fn line<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let (line, rest) = bytes.split_at(end);
        if self.lines.len() + line.len() > LONGEST_HEAD {
            self.give_up();
            return &[];
        }
        self.lines.extend_from_slice(line);
        if line.ends_with(b"\n") {
            self.whole_line();
        }
        rest
    }

    fn whole_line(&mut self) {
        let is_blank = self.lines == b"\r\n" || self.lines.ends_with(b"\n\r\n");
        let next = match self.state {
            // Blank lines before a message are to be ignored (RFC 9112, section 2.2).
            State::Head if self.lines == b"\r\n" => Some(State::Head),
            State::Head if is_blank => {
                let lines = std::mem::take(&mut self.lines);
                let next = self.head(&lines);
                self.lines = lines;
                next
            }
            State::ChunkSize => match httparse::parse_chunk_size(&self.lines) {
                Ok(Status::Complete((_, 0))) => Some(State::Trailers),
                Ok(Status::Complete((_, size))) => Some(State::Chunk(size)),
                _ => None,
            },
            State::Trailers if is_blank => {
                let lines = std::mem::take(&mut self.lines);
                let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
                match httparse::parse_headers(&lines, &mut fields) {
                    Ok(Status::Complete((_, trailers))) => self.end(trailers),
                    _ => self.end(&[]),
                }
                return;
            }
            State::Head | State::Trailers => return,
            State::ChunkEnd => Some(State::ChunkSize),
            other => Some(other),
        };
        match next {
            Some(next) => {
                self.lines.clear();
                self.state = next;
            }
            None => self.give_up(),
        }
        if self.state == State::Body(0) {
            self.end(&[]);
        }
    }

    /// Parses a head; `None` if it is not valid.
    fn head(&mut self, lines: &[u8]) -> Option<State> {
        let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let (path, status, fields): (&str, u16, &[Header<'_>]) = match self.side {
            Side::Requests => {
                let mut request = httparse::Request::new(&mut fields);
                request.parse(lines).ok()?;
                (request.path?, 0, request.headers)
            }
            Side::Responses => {
                let mut response = httparse::Response::new(&mut fields);
                response.parse(lines).ok()?;
                ("", response.code?, response.headers)
            }
        };
        if (100..200).contains(&status) {
            return Some(State::Head);
        }
        self.observer.head(&Head { path, fields });
        let is_chunked = field(fields, "transfer-encoding")
            .to_ascii_lowercase()
            .ends_with("chunked");
        Some(match (field(fields, "content-length"), self.side) {
            _ if is_chunked => State::ChunkSize,
            _ if matches!(status, 204 | 304) => State::Body(0),
            ("", Side::Requests) => State::Body(0),
            ("", Side::Responses) => State::UntilClosed,
            (length, _) => State::Body(length.parse().ok()?),
        })
    }

    fn end(&mut self, trailers: &[Header<'_>]) {
        self.observer.end(trailers);
        self.state = State::Head;
        self.lines.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Records what it sees.
    #[derive(Default)]
    struct Seen(String);

    impl Observer for Seen {
        fn head(&mut self, head: &Head<'_>) {
            self.0 += &format!("[{} {}|", head.path, field(head.fields, "a"));
        }

        fn body(&mut self, part: &[u8]) {
            self.0 += std::str::from_utf8(part).unwrap_or("?");
        }

        fn end(&mut self, trailers: &[Header<'_>]) {
            self.0 += &format!("{}]", field(trailers, "error"));
        }
    }

    fn seen(side: Side, bytes: &[u8], parts: &[usize]) -> String {
        let mut messages = Messages::new(side, Seen::default());
        let mut rest = bytes;
        for part in parts {
            let (now, later) = rest.split_at((*part).min(rest.len()));
            messages.push(now);
            rest = later;
        }
        messages.push(rest);
        messages.observer.0
    }

    const REQUESTS: &[u8] = b"GET /next HTTP/1.1\r\nA: 1\r\n\r\n\
        POST /response HTTP/1.1\r\na:2\r\nContent-Length: 5\r\n\r\nhello\
        \r\nPOST /stream HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n\
        5;x=y\r\nhello\r\n1\r\n \r\n0\r\nError: broken\r\n\r\n\
        POST /empty HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
    const REQUESTS_SEEN: &str = "[/next 1|][/response 2|hello][/stream |hello broken][/empty |]";

    #[test]
    fn requests_with_every_kind_of_body() {
        assert_eq!(seen(Side::Requests, REQUESTS, &[]), REQUESTS_SEEN);
    }

    #[test]
    fn responses() {
        let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\na: 1\r\nContent-Length: 2\r\n\r\nok\
            HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\nuntil the end";
        assert_eq!(seen(Side::Responses, bytes, &[]), "[ 1|ok][ |][ |until the end");
    }

    #[test]
    fn what_is_not_http_is_given_up_without_being_kept() {
        for bytes in [
            &b"\x16\x03\x01\x02\r\n\r\n"[..],
            b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\nGET /next HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nGET /next HTTP/1.1\r\n\r\n",
        ] {
            let seen = seen(Side::Requests, bytes, &[]);
            assert!(!seen.contains("/next"), "{seen}");
        }
        let mut messages = Messages::new(Side::Requests, Seen::default());
        for _ in 0..100 {
            messages.push(&[b'x'; 1024]);
        }
        assert_eq!((messages.state, messages.lines.capacity()), (State::Unreadable, 0));
    }

    proptest! {
        #[test]
        fn the_same_in_any_parts(parts in prop::collection::vec(0_usize..40, 0..40)) {
            prop_assert_eq!(seen(Side::Requests, REQUESTS, &parts), REQUESTS_SEEN);
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0..REQUESTS.len()) {
            seen(Side::Requests, &bytes, &[]);
            let broken: Vec<u8> = REQUESTS[..at].iter().chain(&bytes).chain(&REQUESTS[at..]).copied().collect();
            seen(Side::Requests, &broken, &[]);
            seen(Side::Responses, &broken, &[]);
        }
    }
}

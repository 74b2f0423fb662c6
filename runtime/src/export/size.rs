//! How large a request may be: the limit of a backend or a proxy, as learned from their responses. Pure.

/// The default limit of gRPC servers (`GRPC_DEFAULT_MAX_RECV_MESSAGE_LENGTH` of gRPC's core, 4 MiB, and the same in
/// Go, Java, .NET, Node.js and tonic), after decompression.
pub const GRPC_MESSAGE: usize = 4 * 1024 * 1024;

/// No server has a lower limit; smaller numbers in a response are a status or something else.
const LEAST: usize = 1_024;

/// A request's bytes, as sent and before compression. Proxies limit the former, gRPC servers the latter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Bytes of the body.
    pub sent: usize,
    /// Bytes before compression.
    pub plain: usize,
}

/// The sizes that a backend accepts, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeLimit(Size);

impl Default for SizeLimit {
    fn default() -> Self {
        SizeLimit(Size {
            sent: usize::MAX,
            plain: usize::MAX,
        })
    }
}

impl SizeLimit {
    /// A limit of this many bytes before compression.
    pub fn of_plain(plain: usize) -> Self {
        SizeLimit(Size {
            sent: usize::MAX,
            plain,
        })
    }

    /// Whether a request of this size is not known to be too large.
    pub fn allows(&self, size: Size) -> bool {
        size.sent <= self.0.sent && size.plain <= self.0.plain
    }

    /// Bytes before compression.
    pub fn plain(&self) -> usize {
        self.0.plain
    }

    /// A request of this size was too large. The limit is the one that the backend states, otherwise it is found by
    /// halving.
    pub fn refused(&mut self, size: Size, named: Option<usize>) {
        let SizeLimit(limit) = self;
        limit.plain = limit.plain.min(named.unwrap_or(size.plain / 2)).max(LEAST);
        limit.sent = limit.sent.min(named.unwrap_or(size.sent / 2)).max(LEAST);
    }

    /// A request of this size was accepted.
    pub fn taken(&mut self, size: Size) {
        let SizeLimit(limit) = self;
        limit.plain = limit.plain.max(size.plain);
        limit.sent = limit.sent.max(size.sent);
    }
}

/// Words for what is too large in such a response,
const SUBJECTS: [&str; 9] = [
    "message", "request", "body", "entity", "payload", "content", "upload", "frame", "batch",
];
/// and for the problem: grpc-go, -core, -js (`Received message larger than max (5000000 vs. 4194304)`), grpc-java
/// (`gRPC message exceeds maximum size 4194304: 5000000`), .NET
/// (`Received message exceeds the maximum configured message size`), tonic
/// (`decoded message length too large: found 5000000 bytes, the limit is: 4194304 bytes`), nginx, Go
/// (`http: request body too large`), API Gateway (`Request Too Long`), body-parser (`request entity too large`), hyper
/// (`length limit exceeded`), Spring (`Maximum upload size exceeded`), Kestrel
/// (`Request body too large. The max request body size is …`), IIS (`content length too large`).
const COMPLAINTS: [&str; 11] = [
    "too large",
    "too long",
    "too big",
    "larger than",
    "maximum size",
    "max size",
    "maximum configured message size",
    "length limit exceeded",
    "size limit",
    "size exceeded",
    "exceeds the limit",
];
/// Other limits that may be exceeded: the same request may then be accepted later.
const RATES: [&str; 4] = ["quota", "rate", "throttl", "concurren"];

/// Whether a response's message says that the request is too large.
pub fn is_refusal(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    let has = |known: &[&str]| known.iter().any(|part| words.contains(part));
    let mut each_word = words.split(|c: char| !c.is_ascii_alphabetic());
    has(&SUBJECTS) && has(&COMPLAINTS) && !each_word.any(|word| RATES.iter().any(|rate| word.starts_with(rate)))
}

/// The limit stated in the message: the largest number below the rejected size.
pub fn named_limit(words: &str, refused: Size) -> Option<usize> {
    let numbers = words
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok());
    numbers
        .filter(|number| (LEAST..refused.plain.max(refused.sent)).contains(number))
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Size = Size {
        sent: 5_000_000,
        plain: 5_000_000,
    };

    #[test]
    fn how_servers_and_proxies_say_that_a_request_is_too_large() {
        for (words, named) in [
            (
                "grpc: received message larger than max (5000000 vs. 4194304)",
                Some(4_194_304),
            ),
            (
                "grpc: received message after decompression larger than max 4194304",
                Some(4_194_304),
            ),
            (
                "SERVER: Received message larger than max (5000000 vs 4194304)",
                Some(4_194_304),
            ),
            ("gRPC message exceeds maximum size 4194304: 5000000", Some(4_194_304)),
            ("Received message exceeds the maximum configured message size.", None),
            (
                "Error, decoded message length too large: found 5000000 bytes, the limit is: 4194304 bytes",
                Some(4_194_304),
            ),
            ("<html><head><title>413 Request Entity Too Large</title></head>", None),
            ("{\"message\":\"Request Too Long\"}", None),
            ("http: request body too large", None),
            ("length limit exceeded: the body is over 262144 bytes", Some(262_144)),
            ("Maximum upload size exceeded", None),
            (
                "Request body too large. The max request body size is 1048576 bytes.",
                Some(1_048_576),
            ),
        ] {
            assert!(is_refusal(words), "{words}");
            assert_eq!(named_limit(words, REFUSED), named, "{words}");
        }
    }

    #[test]
    fn other_complaints_are_not_about_the_size() {
        for words in [
            "",
            "quota exceeded for messages: limit 1000",
            "rate of requests exceeds the limit",
            "too many concurrent requests, limit exceeded",
            "timestamp too old",
            "request throttled: message rate larger than 100 per second",
            "invalid message",
        ] {
            assert!(!is_refusal(words), "{words}");
        }
        assert!(is_refusal("generated request body too large"), "no rate in it");
    }

    #[test]
    fn the_limit_is_remembered_sought_and_corrected() {
        let mut limit = SizeLimit::default();
        assert!(limit.allows(REFUSED));
        limit.refused(REFUSED, Some(4_194_304));
        let size = |plain| Size { sent: 1_000, plain };
        assert!(limit.allows(size(4_194_304)) && !limit.allows(size(4_194_305)));
        limit.refused(size(4_000_000), None);
        assert_eq!(limit.plain(), 2_000_000);
        assert!(!limit.allows(size(2_000_001)));
        limit.taken(size(3_000_000));
        assert!(limit.allows(Size {
            sent: 500,
            plain: 3_000_000
        }));
        limit.refused(size(1), None);
        assert!(limit.allows(Size {
            sent: LEAST,
            plain: LEAST
        }));
    }
}

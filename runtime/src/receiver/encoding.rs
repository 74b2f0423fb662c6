//! The encoding of a request over HTTP.

use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};

/// The encoding of a request, and so of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// In protobuf.
    Protobuf,
    /// In JSON.
    Json,
}

impl Format {
    /// The encoding of a request without a content type. No protobuf request begins like JSON.
    pub fn of_body(body: &[u8]) -> Self {
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        match text.starts_with(b"{") {
            true => Format::Json,
            false => Format::Protobuf,
        }
    }

    /// The media type of this encoding.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Protobuf => "application/x-protobuf",
            Format::Json => "application/json",
        }
    }
}

/// A header's text; empty if there is none.
pub fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The encoding according to the request's content type, if it has one.
pub fn format_of(headers: &HeaderMap) -> Result<Option<Format>, &'static str> {
    let value = header(headers, &CONTENT_TYPE);
    let media_type = value.split(';').next().unwrap_or_default().trim();
    match media_type.to_ascii_lowercase().as_str() {
        "application/x-protobuf" | "application/protobuf" => Ok(Some(Format::Protobuf)),
        "application/json" | "text/json" => Ok(Some(Format::Json)),
        "" => Ok(None),
        _ => Err("only application/x-protobuf and application/json are accepted; gRPC has its own port"),
    }
}

/// Whether a request is compressed. Codings are case-insensitive, `x-gzip` is `gzip`, and `identity` means none (RFC
/// 9110, section 8.4.1).
pub fn is_gzip(headers: &HeaderMap) -> Result<bool, &'static str> {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let codings = codings.map(|coding| coding.trim_ascii().to_ascii_lowercase());
    let codings: Vec<Vec<u8>> = codings
        .filter(|coding| !matches!(&**coding, b"" | b"identity"))
        .collect();
    match codings.iter().map(Vec::as_slice).collect::<Vec<_>>()[..] {
        [] => Ok(false),
        [b"gzip" | b"x-gzip"] => Ok(true),
        _ => Err("only gzip or no compression is accepted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HeaderValue;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn formats_and_compressions() {
        let format = |value| format_of(&headers(CONTENT_TYPE, value));
        assert_eq!(format("application/x-protobuf; x=1"), Ok(Some(Format::Protobuf)));
        assert_eq!(format("Application/JSON; charset=utf-8"), Ok(Some(Format::Json)));
        assert_eq!(format_of(&HeaderMap::new()), Ok(None));
        for (body, format) in [
            (&b"\xef\xbb\xbf {"[..], Format::Json),
            (b"\n\0", Format::Protobuf),
            (b"", Format::Protobuf),
        ] {
            assert_eq!(Format::of_body(body), format);
        }
        assert!(format("text/plain").is_err());
        for gzip in ["gzip", "GZIP", " x-gzip ", "identity, Gzip"] {
            assert_eq!(is_gzip(&headers(CONTENT_ENCODING, gzip)), Ok(true), "{gzip}");
        }
        for none in ["identity", "", "Identity,"] {
            assert_eq!(is_gzip(&headers(CONTENT_ENCODING, none)), Ok(false), "{none}");
        }
        assert_eq!(is_gzip(&HeaderMap::new()), Ok(false));
        assert!(is_gzip(&headers(CONTENT_ENCODING, "br")).is_err());
    }
}

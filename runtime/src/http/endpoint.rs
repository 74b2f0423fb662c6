//! The destination of a request: a parsed `http` or `https` URL.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use hyper::Uri;
use hyper::header::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters that a URL may not contain literally, and those with a meaning in one.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The scheme of an [`Endpoint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Plain TCP.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Why a string is not an [`Endpoint`]. Never repeats the string, which may contain a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    /// Empty.
    #[error("it is empty; set a URL such as https://example.com:4318")]
    Empty,
    /// `example.com:4318`.
    #[error("it has no scheme; begin it with http:// or https://")]
    NoScheme,
    /// `ftp://example.com`.
    #[error("its scheme is neither http nor https")]
    OtherScheme,
    /// `https://user:password@example.com`.
    #[error("it contains a user name or password; use the settings for these instead")]
    Credentials,
    /// Anything else.
    #[error("it is not a URL; set one such as https://example.com:4318")]
    NotAUrl,
}

/// A parsed URL. `Display` and `Debug` omit the query, which may contain a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    host: String,
    port: u16,
    path_and_query: String,
}

impl Endpoint {
    /// Parses an absolute `http` or `https` URL; a fragment is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidEndpoint> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidEndpoint::Empty);
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Err(InvalidEndpoint::NoScheme);
        };
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(InvalidEndpoint::OtherScheme),
        };
        let uri: Uri = text.parse().map_err(|_| InvalidEndpoint::NotAUrl)?;
        let authority = uri.authority().ok_or(InvalidEndpoint::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(InvalidEndpoint::Credentials);
        }
        // `Uri` treats `host:` and `host:99999` as a host without a port, so the part after the host is checked here.
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => scheme.default_port(),
            Some(rest) => parse_port(rest).ok_or(InvalidEndpoint::NotAUrl)?,
            None => return Err(InvalidEndpoint::NotAUrl),
        };
        if authority.host().is_empty() {
            return Err(InvalidEndpoint::NotAUrl);
        }
        let path_and_query = uri.path_and_query().map_or("/", |part| part.as_str());
        Ok(Self {
            scheme,
            host: authority.host().to_ascii_lowercase(),
            port,
            path_and_query: path_and_query.to_owned(),
        })
    }

    /// The same endpoint with `suffix` (`/v1/logs`) after its path; a query is kept after it.
    pub fn join(&self, suffix: &str) -> Self {
        let (path, query) = match self.path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.path_and_query.as_str(), None),
        };
        let mut joined = path.trim_end_matches('/').to_owned();
        joined.push('/');
        joined.push_str(suffix.trim_start_matches('/'));
        if let Some(query) = query {
            joined.push('?');
            joined.push_str(query);
        }
        Self {
            path_and_query: joined,
            ..self.clone()
        }
    }

    /// The same host and port with another path and no query.
    pub fn with_path(&self, path: &str) -> Self {
        Self {
            path_and_query: path.to_owned(),
            ..self.clone()
        }
    }

    /// The same endpoint with additional query parameters; names are sent as they are, values are encoded.
    pub fn with_parameters(&self, parameters: &[(&str, &str)]) -> Self {
        let mut path_and_query = self.path_and_query.clone();
        let mut separator = if path_and_query.contains('?') { '&' } else { '?' };
        for (name, value) in parameters {
            path_and_query.push(std::mem::replace(&mut separator, '&'));
            path_and_query.push_str(name);
            path_and_query.push('=');
            path_and_query.extend(utf8_percent_encode(value, UNRESERVED));
        }
        Self {
            path_and_query,
            ..self.clone()
        }
    }

    /// Plain or TLS.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host name or address in lower case; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Whether the host is this machine, as far as that can be determined without resolving names.
    pub fn is_loopback(&self) -> bool {
        let address: Option<IpAddr> = self.host().parse().ok();
        let local = |address: IpAddr| address.is_loopback() || address.is_unspecified();
        let name = self.host().trim_end_matches('.');
        address.map_or(name == "localhost" || name == "sandbox.localdomain", |address| {
            local(address.to_canonical())
        })
    }

    /// The port; the scheme's default if the URL has none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path without the query, beginning with `/`.
    pub fn path(&self) -> &str {
        let path = &self.path_and_query;
        path.split_once('?').map_or(path.as_str(), |(path, _)| path)
    }

    /// The whole URL, query included.
    pub(super) fn url(&self) -> String {
        format!("{}://{}{}", self.scheme.as_str(), self.authority(), self.path_and_query)
    }

    /// Host and port, always with the port.
    pub(super) fn host_and_port(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The target for the request line.
    pub(super) fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The value of the `Host` header: with the port only if it is not the scheme's default.
    pub fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    pub(super) fn host_header(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(self.authority()).ok()
    }
}

fn parse_port(rest: &str) -> Option<u16> {
    rest.strip_prefix(':')?.parse().ok().filter(|port| *port != 0)
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, InvalidEndpoint> {
        Self::parse(text)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.as_str();
        write!(f, "{scheme}://{}{}", self.authority(), self.path())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;

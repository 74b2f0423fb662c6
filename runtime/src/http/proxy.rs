//! Proxies from the usual environment variables: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either case.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;

use super::endpoint::{Endpoint, Scheme};
use super::error::Error;

/// Which requests go through which proxy. Requests to loopback hosts never do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    /// Entries of `NO_PROXY`, in lower case.
    exceptions: Vec<String>,
}

/// A proxy that uses plain HTTP. `Debug` omits the credentials.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<HeaderValue>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Proxies {
    /// Reads the variables through `get`. The second part names the unusable variables, with the reasons.
    pub fn from_variables<'a>(get: impl Fn(&str) -> Option<&'a str>) -> (Self, Vec<String>) {
        let mut warnings = Vec::new();
        let either = |name: &str| get(name).or_else(|| get(&name.to_ascii_lowercase()));
        let mut proxy = |name: &str| match Proxy::parse(either(name)?) {
            Ok(proxy) => Some(proxy),
            Err(reason) => {
                warnings.push(format!("{name} {reason}; ignored"));
                None
            }
        };
        let (http, https) = (proxy("HTTP_PROXY"), proxy("HTTPS_PROXY"));
        let exceptions = either("NO_PROXY").unwrap_or_default().split(',');
        let exceptions = exceptions.map(|entry| entry.trim().to_ascii_lowercase());
        let proxies = Self {
            http,
            https,
            exceptions: exceptions.filter(|entry| !entry.is_empty()).collect(),
        };
        (proxies, warnings)
    }

    /// The proxy for an endpoint.
    pub(super) fn of(&self, endpoint: &Endpoint) -> Option<&Proxy> {
        let proxy = match endpoint.scheme() {
            Scheme::Http => self.http.as_ref(),
            Scheme::Https => self.https.as_ref(),
        }?;
        let address: Option<IpAddr> = endpoint.host().parse().ok();
        let excepted = self.exceptions.iter().any(|entry| matches(entry, endpoint, address));
        (!endpoint.is_loopback() && !excepted).then_some(proxy)
    }
}

/// Whether an entry of `NO_PROXY` matches this endpoint: `*`, a host with or without port, a domain, an address or a
/// network such as `10.0.0.0/8`.
fn matches(entry: &str, endpoint: &Endpoint, address: Option<IpAddr>) -> bool {
    if entry == "*" {
        return true;
    }
    if let (Some(address), Some((network, bits))) = (address, entry.split_once('/')) {
        return in_network(address, network, bits).unwrap_or(false);
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (entry, None),
    };
    if port.is_some_and(|port| port.parse() != Ok(endpoint.port())) {
        return false;
    }
    let domain = host.trim_start_matches("*.").trim_start_matches('.');
    let rest = endpoint.host().strip_suffix(domain);
    rest.is_some_and(|rest| rest.is_empty() || (rest.ends_with('.') && address.is_none()))
}

fn in_network(address: IpAddr, network: &str, bits: &str) -> Option<bool> {
    let bits: u32 = bits.parse().ok()?;
    Some(match (address, network.parse().ok()?) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.checked_shr(32u32.checked_sub(bits)?).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.checked_shr(128u32.checked_sub(bits)?).unwrap_or(0) == 0
        }
        _ => false,
    })
}

impl Proxy {
    /// `http://user:password@host:port`; scheme and credentials may be missing. An error doesn't repeat the text.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let rest = match text.split_once("://") {
            None => text,
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return Err("is not an http:// URL, the only kind of proxy that is supported"),
        };
        let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (credentials, host) = match rest.rsplit_once('@') {
            Some((credentials, host)) => (Some(credentials), host),
            None => (None, rest),
        };
        let place = Endpoint::parse(&format!("http://{host}")).map_err(|_| "is not a URL such as http://proxy:3128")?;
        let authorization = credentials.map(|credentials| {
            let decoded: Vec<u8> = percent_decode_str(credentials).collect();
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(decoded)))
        });
        let mut authorization = authorization
            .transpose()
            .map_err(|_| "has credentials that cannot be used")?;
        if let Some(value) = &mut authorization {
            value.set_sensitive(true);
        }
        Ok(Self {
            host: place.host().to_owned(),
            port: place.port(),
            authorization,
        })
    }

    pub(super) fn failure(&self, endpoint: &Endpoint, reason: String) -> Error {
        Error::Proxy {
            endpoint: endpoint.clone(),
            proxy: format!("{self:?}"),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proxies(variables: &[(&str, &'static str)]) -> (Proxies, Vec<String>) {
        Proxies::from_variables(|name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| *value)
        })
    }

    fn goes_through(proxies: &Proxies, url: &str) -> Option<String> {
        let proxy = proxies.of(&Endpoint::parse(url).unwrap());
        proxy.map(|proxy| format!("{proxy:?}"))
    }

    #[test]
    fn by_scheme_and_never_for_loopback() {
        let (found, warnings) = proxies(&[("HTTP_PROXY", "http://plain:1"), ("https_proxy", "secure:2")]);
        assert!(warnings.is_empty());
        assert_eq!(goes_through(&found, "http://a").unwrap(), "plain:1");
        assert_eq!(goes_through(&found, "https://a").unwrap(), "secure:2");
        for url in ["http://localhost:1", "http://127.0.0.9", "http://[::1]:4318"] {
            assert_eq!(goes_through(&found, url), None, "{url}");
        }
    }

    #[test]
    fn exceptions() {
        let list = "internal.example, .sub.test:8443,10.0.0.0/8,192.168.1.7,fd00::/8,*.wild.test";
        let (found, _) = proxies(&[("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", list)]);
        for url in [
            "https://internal.example",
            "https://a.internal.example:9",
            "https://a.sub.test:8443",
            "https://10.20.30.40",
            "https://192.168.1.7",
            "https://[fd12::1]",
            "https://a.wild.test",
        ] {
            assert_eq!(goes_through(&found, url), None, "{url}");
        }
        for url in [
            "https://notinternal.example",
            "https://a.sub.test",
            "https://11.0.0.1",
            "https://1192.168.1.7.test",
            "https://[fe80::1]",
        ] {
            assert!(goes_through(&found, url).is_some(), "{url}");
        }
        let (all, _) = proxies(&[("HTTPS_PROXY", "http://proxy:3128"), ("no_proxy", "*")]);
        assert_eq!(goes_through(&all, "https://a"), None);
    }

    #[test]
    fn credentials_are_sent_and_not_shown() {
        let proxy = Proxy::parse("http://user:hidden%40word@proxy:3128/").unwrap();
        assert_eq!(proxy.authorization.as_ref().unwrap(), "Basic dXNlcjpoaWRkZW5Ad29yZA==");
        assert_eq!(format!("{proxy:?}"), "proxy:3128");
    }

    #[test]
    fn unusable_ones_are_left_out() {
        let (found, warnings) = proxies(&[
            ("HTTPS_PROXY", "https://hidden@proxy"),
            ("HTTP_PROXY", "http://:hidden"),
        ]);
        assert_eq!(found, Proxies::default());
        assert_eq!(warnings.len(), 2);
        assert!(warnings[0].starts_with("HTTP_PROXY is not a URL"), "{warnings:?}");
        assert!(
            warnings[1].starts_with("HTTPS_PROXY is not an http:// URL"),
            "{warnings:?}"
        );
        assert!(!format!("{warnings:?}").contains("hidden"), "{warnings:?}");
    }

    proptest! {
        #[test]
        fn any_entry_is_survived(entry in "\\PC{0,20}", bits in 0u32..200) {
            let (found, _) = Proxies::from_variables(|name| match name {
                "HTTPS_PROXY" => Some("proxy:1"),
                "NO_PROXY" => Some(&entry),
                _ => None,
            });
            let _ = goes_through(&found, "https://10.0.0.1");
            let _ = in_network("10.0.0.1".parse().unwrap(), "10.0.0.0", &bits.to_string());
        }
    }
}

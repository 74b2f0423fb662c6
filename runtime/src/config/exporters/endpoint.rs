//! Endpoints in settings.

use std::borrow::Cow;

use crate::config::reader::raw_setting::is_standard;
use crate::http::Endpoint;

/// The URL in a variable; as in Rotel, `host:port` without a scheme means `http://`, but not in the standard variables.
pub(super) fn parse_endpoint(variable: &str, text: &str) -> Result<Endpoint, String> {
    let text = match !is_standard(variable) && is_host_and_port(text) {
        true => Cow::Owned(format!("http://{text}")),
        false => Cow::Borrowed(text),
    };
    Endpoint::parse(&text).map_err(|reason| format!("is not usable: {reason}"))
}

fn is_host_and_port(text: &str) -> bool {
    let authority = text.split('/').next().unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    !text.contains("://") && port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

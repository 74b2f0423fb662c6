//! Settings that describe the OTLP backend as a whole: that it is managed ClickStack, and that AWS issues its key.

use std::borrow::Cow;

use super::names::PREFIX as OTLP_PREFIX;
use crate::aws::secrets::Values;
use crate::config::reader::{Reader, parse_boolean};
use crate::environment::settings::{CLICKSTACK_MANAGED, CLICKSTACK_WEB_IDENTITY_AUDIENCE};
use crate::http::{HeaderMap, HeaderValue, header};

/// The kind of backend of the unnamed exporter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Preset {
    managed: bool,
    keyless: bool,
}

impl Preset {
    /// Reads the settings for the exporter whose variables begin with `prefix`. They describe one backend, so they do
    /// not apply to named exporters.
    pub(super) fn read(reader: &mut Reader<'_>, prefix: &str) -> Self {
        if prefix != OTLP_PREFIX {
            for setting in [&CLICKSTACK_MANAGED, &CLICKSTACK_WEB_IDENTITY_AUDIENCE] {
                if reader.environment().get(setting.variable).is_some() {
                    reader.warn(format!(
                        "{} has no effect on the exporters of ROTEL_EXPORTERS, only on {OTLP_PREFIX}_*",
                        setting.variable
                    ));
                }
            }
            return Self::default();
        }
        Self {
            managed: reader
                .value(&CLICKSTACK_MANAGED, |_, text| parse_boolean(text))
                .unwrap_or(false),
            keyless: audience(reader).is_some(),
        }
    }

    /// The protocol if no setting specifies one.
    pub(super) fn default_protocol(self) -> Option<&'static str> {
        self.managed.then_some("http")
    }

    /// The endpoint as a URL: managed ClickStack only accepts HTTPS, so its host is enough.
    pub(super) fn endpoint(self, text: &str) -> Cow<'_, str> {
        match self.managed && !text.contains("://") {
            true => Cow::Owned(format!("https://{text}")),
            false => Cow::Borrowed(text),
        }
    }

    /// Completes the `Authorization` header.
    ///
    /// # Errors
    /// The token is not available yet, or cannot be sent.
    pub(super) fn authorize(self, headers: &mut HeaderMap, values: &Values) -> Result<(), String> {
        let bearer = if self.keyless {
            let token = values.token().ok_or_else(|| {
                format!(
                    "{} needs a web identity token, which is not available",
                    CLICKSTACK_WEB_IDENTITY_AUDIENCE.variable
                )
            })?;
            token.reveal().as_bytes()
        } else {
            match headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes) {
                Some(key) if self.managed && !key.contains(&b' ') => key,
                _ => return Ok(()),
            }
        };
        let value = HeaderValue::from_bytes(&[b"Bearer ", bearer].concat());
        let mut value = value.map_err(|_| "the web identity token contains control characters".to_owned())?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
        Ok(())
    }
}

/// The audience of web identity tokens; `None` if none are requested.
pub(in crate::config) fn audience(reader: &mut Reader<'_>) -> Option<String> {
    reader.value(&CLICKSTACK_WEB_IDENTITY_AUDIENCE, |_, text| {
        match text.chars().count() {
            1..=1000 => Ok(text.to_owned()),
            _ => Err("must have 1 to 1000 characters".to_owned()),
        }
    })
}

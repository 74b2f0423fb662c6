//! The `basic` authenticator: user name and password in the `authorization` header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::aws::secrets::Values;
use crate::config::reader::raw_setting::RawSetting;
use crate::config::reader::{Reader, parse_choice};
use crate::environment::settings::ROTEL_OTLP_EXPORTER_AUTHENTICATOR;
use crate::http::{HeaderName, HeaderValue, header};

/// The settings as written. Intentionally without `Debug`: they contain keys.
#[derive(Clone)]
pub(super) struct BasicAuth {
    authenticator: RawSetting,
    user: RawSetting,
    password: RawSetting,
}

impl BasicAuth {
    /// Reads the variables that begin with `prefix`.
    pub(super) fn read(reader: &mut Reader<'_>, prefix: &str) -> Self {
        let variable = |parameter: &str| [format!("{prefix}_{parameter}")];
        let any = |_: &str, _: &str| Ok(());
        let settings = Self {
            authenticator: RawSetting::first(reader, &variable("AUTHENTICATOR"), |_, text| check(text)),
            user: RawSetting::first(reader, &variable("BASIC_AUTH_USERNAME"), any),
            password: RawSetting::first(reader, &variable("BASIC_AUTH_PASSWORD"), any),
        };
        let [user, password] = [&settings.user, &settings.password].map(|text| text.text.is_some());
        match settings.authenticator.text {
            Some(_) if !user => reader.warn(format!(
                "{}=basic has no user; set {}",
                settings.authenticator.variable, settings.user.variable
            )),
            None if user || password => reader.warn(format!(
                "{} has no effect without {}=basic",
                if user {
                    &settings.user.variable
                } else {
                    &settings.password.variable
                },
                settings.authenticator.variable
            )),
            _ => {}
        }
        settings
    }

    /// The header; `None` without this authenticator.
    pub(super) fn resolve(&self, values: &Values) -> Result<Option<(HeaderName, HeaderValue)>, String> {
        let text = |text: &str| Ok::<_, String>(text.to_owned());
        if self.authenticator.resolve(values, check)?.is_none() {
            return Ok(None);
        }
        let user = self.user.resolve(values, text)?.unwrap_or_default();
        let password = self.password.resolve(values, text)?.unwrap_or_default();
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        // Base64 is ASCII, so the conversion cannot fail.
        let Ok(mut value) = HeaderValue::try_from(format!("Basic {credentials}")) else {
            return Ok(None);
        };
        value.set_sensitive(true);
        Ok(Some((header::AUTHORIZATION, value)))
    }
}

fn check(text: &str) -> Result<(), String> {
    match parse_choice(&ROTEL_OTLP_EXPORTER_AUTHENTICATOR, text)? {
        "basic" => Ok(()),
        other => Err(format!("is {other}, which this extension does not support; use basic")),
    }
}

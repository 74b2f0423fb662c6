//! The OTLP exporter's trusted authorities and client certificate.

use super::names::Names;
use crate::aws::secrets::Values;
use crate::config::exporters::pem::pem_of;
use crate::config::reader::raw_setting::RawSetting;
use crate::config::reader::{Reader, parse_boolean};
use crate::http::{Identity, TlsOptions};

/// The settings as written. Intentionally without `Debug`: they contain keys.
#[derive(Clone)]
pub(super) struct TlsSettings {
    authorities: RawSetting,
    certificate: RawSetting,
    key: RawSetting,
    skip_verify: RawSetting,
}

impl TlsSettings {
    pub(super) fn read(reader: &mut Reader<'_>, names: &Names) -> Self {
        let mut pem = |what: &str, standard: &str| {
            let (file, text) = (format!("TLS_{what}_FILE"), format!("TLS_{what}_PEM"));
            RawSetting::first(reader, &names.of(&[&file, &text], Some(standard)), |_, _| Ok(()))
        };
        let settings = Self {
            authorities: pem("CA", "CERTIFICATE"),
            certificate: pem("CERT", "CLIENT_CERTIFICATE"),
            key: pem("KEY", "CLIENT_KEY"),
            skip_verify: RawSetting::first(reader, &names.of(&["TLS_SKIP_VERIFY"], None), |_, text| {
                parse_boolean(text).map(drop)
            }),
        };
        let alone = match (&settings.certificate.text, &settings.key.text) {
            (Some(_), None) => Some((&settings.certificate, "key", "KEY")),
            (None, Some(_)) => Some((&settings.key, "certificate", "CERT")),
            _ => None,
        };
        if let Some((given, missing, name)) = alone {
            reader.warn(format!(
                "{} is set without its {missing}; set {}_TLS_{name}_FILE too, until then no client certificate is sent",
                given.variable, names.prefix
            ));
        }
        if settings.skip_verify.text.as_deref().map(parse_boolean) == Some(Ok(true)) {
            reader.warn(format!(
                "{}=true: certificates are not verified, so any server can receive the telemetry and its key; set \
                 {}_TLS_CA_FILE instead",
                settings.skip_verify.variable, names.prefix
            ));
        }
        settings
    }

    pub(super) fn resolve(&self, values: &Values) -> Result<TlsOptions, String> {
        let pem = |text: &RawSetting| text.resolve(values, |filled| Ok::<_, String>(pem_of(&text.variable, filled)));
        let identity = pem(&self.certificate)?.zip(pem(&self.key)?);
        let skip_verify = self.skip_verify.resolve(values, parse_boolean)?;
        Ok(TlsOptions {
            authorities: pem(&self.authorities)?,
            identity: identity.map(|(certificate, key)| Identity { certificate, key }),
            skip_verify: skip_verify.unwrap_or(false),
        })
    }
}

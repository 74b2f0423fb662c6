//! One setting's text, which may contain secret references.

use std::fmt;

use super::Reader;
use crate::aws::secrets::{self, Values};
use crate::environment::settings::{self, Setting};

/// Whether a variable is one of OpenTelemetry's own, some of which have a different value syntax.
pub(in crate::config) fn is_standard(variable: &str) -> bool {
    variable.starts_with("OTEL_")
}

/// A setting as written. Intentionally without `Debug`: it may be a key.
#[derive(Clone)]
pub(in crate::config) struct RawSetting {
    pub(in crate::config) variable: String,
    pub(in crate::config) text: Option<String>,
}

impl RawSetting {
    /// Reads a setting; a value that `check` rejects is a warning and is treated as not set. A text with references can
    /// only be checked once its secrets are available.
    pub(in crate::config) fn read(
        reader: &mut Reader<'_>,
        setting: &'static Setting,
        check: impl Fn(&Setting, &str) -> Result<(), String>,
    ) -> Self {
        let text = reader.text(setting, check);
        let variable = setting.variable.to_owned();
        Self { variable, text }
    }

    /// Reads the first of several variables that has a valid value; `check` gets its name and value.
    pub(in crate::config) fn first(
        reader: &mut Reader<'_>,
        variables: &[String],
        check: impl Fn(&str, &str) -> Result<(), String>,
    ) -> Self {
        Self::first_checked(reader, variables, &check)
    }

    fn first_checked(
        reader: &mut Reader<'_>,
        variables: &[String],
        check: &dyn Fn(&str, &str) -> Result<(), String>,
    ) -> Self {
        for variable in variables {
            let Some(text) = reader.environment().get(variable) else {
                continue;
            };
            let checked = match secrets::holds_reference(text) {
                false => check(variable, text),
                true if is_standard(variable) => {
                    Err("refers to a secret, which only ROTEL_* settings can do".to_owned())
                }
                true => Ok(()),
            };
            match checked {
                Ok(()) => {
                    return Self {
                        variable: variable.clone(),
                        text: Some(text.to_owned()),
                    };
                }
                Err(reason) => {
                    let default = settings::find(variable).and_then(|setting| setting.default);
                    let instead = match default {
                        Some(default) => format!("using {default}"),
                        None => "ignored".to_owned(),
                    };
                    reader.warn(format!("{variable} {reason}; {instead}"));
                }
            }
        }
        Self {
            variable: variables.first().cloned().unwrap_or_default(),
            text: None,
        }
    }

    pub(in crate::config) fn holds_reference(&self) -> bool {
        self.text.as_deref().is_some_and(secrets::holds_reference)
    }

    /// The parsed text after its references are substituted; an error names the variable.
    pub(in crate::config) fn resolve<T, E: fmt::Display>(
        &self,
        values: &Values,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, String> {
        match self.substituted(values)? {
            Some(filled) => parse(filled.trim()).map(Some).map_err(|reason| self.error(&reason)),
            None => Ok(None),
        }
    }

    fn substituted(&self, values: &Values) -> Result<Option<String>, String> {
        let filled = self.text.as_ref().map(|text| values.substitute(text)).transpose();
        filled.map_err(|missing| self.error(&format_args!("needs {missing}")))
    }

    fn error(&self, reason: &dyn fmt::Display) -> String {
        format!("{} {reason}", self.variable)
    }
}

//! The values of secrets by reference.

use std::collections::BTreeMap;
use std::fmt;

use super::WebIdentityToken;
use super::reference::{Piece, Reference, pieces};

/// Resolved secrets. `Debug` shows the references, never a value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values {
    secrets: BTreeMap<String, String>,
    token: Option<WebIdentityToken>,
}

/// A reference without a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret {0}, which is not resolved")]
pub struct Missing(String);

impl Values {
    /// Line ends around a value, as left by editors and `echo`, are removed.
    pub(crate) fn insert(&mut self, reference: &Reference, value: &str) {
        let value = value.trim_matches(['\r', '\n']).to_owned();
        self.secrets.insert(reference.to_string(), value);
    }

    /// Adds the web identity token that exports use as their key.
    pub fn with_token(self, token: Option<WebIdentityToken>) -> Self {
        Self { token, ..self }
    }

    /// The web identity token, if there is one.
    pub fn token(&self) -> Option<&WebIdentityToken> {
        self.token.as_ref()
    }

    /// How many references have a value.
    pub fn len(&self) -> usize {
        self.secrets.len()
    }

    /// True when no reference was resolved.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// `text` with each reference replaced by its value; the first one without a value is the error.
    pub fn substitute(&self, text: &str) -> Result<String, Missing> {
        let mut filled = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Reference(reference) => match self.secrets.get(reference) {
                    Some(value) => filled.push_str(value),
                    None => return Err(Missing(reference.to_owned())),
                },
            }
        }
        Ok(filled)
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.secrets.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ARN: &str = "arn:aws:ssm:eu-central-1:1:parameter/key";

    fn values() -> Values {
        let mut values = Values::default();
        values.insert(&Reference::parse("V", ARN).unwrap(), "\nhidden ${x}\r\n");
        values
    }

    #[test]
    fn fills_references_and_leaves_the_rest() {
        let filled = values().substitute(&format!("a ${{{ARN}}} ${{HOME}} ${{{ARN}}}"));
        assert_eq!(filled.unwrap(), "a hidden ${x} ${HOME} hidden ${x}");
        assert_eq!(values().substitute(&format!("secret://{ARN}")).unwrap(), "hidden ${x}");
    }

    #[test]
    fn names_the_reference_that_is_missing() {
        let missing = values().substitute(&format!("${{{ARN}#other}}")).unwrap_err();
        assert_eq!(
            missing.to_string(),
            format!("the secret {ARN}#other, which is not resolved")
        );
    }

    #[test]
    fn shows_references_but_no_values() {
        assert_eq!(format!("{:?}", values()), format!("{{{ARN:?}}}"));
    }

    proptest! {
        #[test]
        fn leaves_text_without_references_alone(text in "[^$]{0,30}") {
            prop_assume!(!text.trim().starts_with("secret://"));
            prop_assert_eq!(Values::default().substitute(&text).unwrap(), text);
        }
    }
}

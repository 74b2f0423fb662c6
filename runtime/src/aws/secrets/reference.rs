//! References to secrets in settings: `${arn:…}` anywhere in a value, `secret://arn:…` as a whole value, both with an
//! optional `#key` into a JSON document.

use std::fmt;

const WHOLE: &str = "secret://";
const OPEN: &str = "${";
const ARN: &str = "arn:";

/// Why a string is not a [`Reference`]. Never repeats the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// Not of the two services' form.
    #[error(
        "is not an ARN of the form arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME \
         or arn:aws:ssm:REGION:ACCOUNT:parameter/NAME"
    )]
    NotAnArn,
    /// An ARN of some other service.
    #[error("names a service other than secretsmanager and ssm")]
    OtherService,
    /// Nothing after `#`.
    #[error("has nothing after its #")]
    EmptyKey,
}

/// The service that stores a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// AWS Secrets Manager, `secretsmanager` in ARNs.
    SecretsManager,
    /// Systems Manager Parameter Store, `ssm` in ARNs.
    ParameterStore,
}

/// One parsed reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: String,
    /// The service that stores the secret.
    pub service: Service,
    /// The region in which it is stored.
    pub region: String,
    /// The account that owns it.
    pub account: String,
    /// The secret's name, usually with its random suffix; the parameter's without a leading slash.
    pub name: String,
    /// The selected part of a JSON document: a top-level name, or a JSON pointer (`/a/0/b`).
    pub key: Option<String>,
    /// The environment variable that contains the reference.
    pub variable: String,
}

impl Reference {
    /// Parses `arn:…` with an optional `#key`.
    pub fn parse(variable: &str, text: &str) -> Result<Self, InvalidReference> {
        let (arn, key) = match text.split_once('#') {
            Some((_, "")) => return Err(InvalidReference::EmptyKey),
            Some((arn, key)) => (arn, Some(key.to_owned())),
            None => (text, None),
        };
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, partition, service, region, account, resource] = parts[..] else {
            return Err(InvalidReference::NotAnArn);
        };
        let (service, name) = match service {
            "secretsmanager" => (Service::SecretsManager, resource.strip_prefix("secret:")),
            "ssm" => (Service::ParameterStore, resource.strip_prefix("parameter/")),
            _ => return Err(InvalidReference::OtherService),
        };
        let name = name.filter(|name| !name.is_empty() && name.chars().all(is_name_character));
        let words = [partition, region].iter().all(|word| is_word(word));
        let digits = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
        match name {
            Some(name) if parts[0] == "arn" && words && digits => Ok(Self {
                partition: partition.to_owned(),
                service,
                region: region.to_owned(),
                account: account.to_owned(),
                name: name.to_owned(),
                key,
                variable: variable.to_owned(),
            }),
            _ => Err(InvalidReference::NotAnArn),
        }
    }

    /// The ARN, without the key.
    pub fn arn(&self) -> String {
        let (service, kind) = match self.service {
            Service::SecretsManager => ("secretsmanager", "secret:"),
            Service::ParameterStore => ("ssm", "parameter/"),
        };
        let Self {
            partition,
            region,
            account,
            name,
            ..
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{kind}{name}")
    }
}

/// As written between `${` and `}`.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn())?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, "#{key}"))
    }
}

/// Characters allowed in names of secrets and parameters; a colon precedes a parameter's version or label.
fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "/_+=.@-:".contains(character)
}

/// Partitions and regions become part of a host name, so only these characters are allowed.
fn is_word(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !word.is_empty() && word.bytes().all(plain)
}

/// A piece of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// The text of a reference, from `arn:` to before the closing brace.
    Reference(&'a str),
}

/// Splits a value into pieces, in order; `${…}` without an ARN is literal text.
pub(super) fn pieces(value: &str) -> Vec<Piece<'_>> {
    if let Some(whole) = value.trim().strip_prefix(WHOLE) {
        return vec![Piece::Reference(whole)];
    }
    let (mut pieces, mut rest) = (Vec::new(), value);
    while let Some((before, inside, after)) = next_reference(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Reference(inside));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn next_reference(value: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = value[from..].find(OPEN).map(|at| at + from) {
        let inside = &value[open + OPEN.len()..];
        if inside.starts_with(ARN) {
            let (inside, after) = inside.split_once('}')?;
            return Some((&value[..open], inside, after));
        }
        from = open + OPEN.len();
    }
    None
}

/// The references in the value of `variable`, in order; an invalid one is an error that does not repeat it.
pub fn find_references(variable: &str, value: &str) -> Vec<Result<Reference, InvalidReference>> {
    let references = pieces(value).into_iter().filter_map(|piece| match piece {
        Piece::Reference(text) => Some(Reference::parse(variable, text)),
        Piece::Text(_) => None,
    });
    references.collect()
}

/// True if part of the value requires fetching a secret.
pub fn holds_reference(value: &str) -> bool {
    pieces(value).iter().any(|piece| matches!(piece, Piece::Reference(_)))
}

/// True if the value is one reference and nothing else.
pub fn is_reference(value: &str) -> bool {
    matches!(pieces(value.trim())[..], [Piece::Reference(_)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:team/key-a1B2c3";
    const PARAMETER: &str = "arn:aws-cn:ssm:cn-north-1:1:parameter/team/key:3";

    fn parsed(text: &str) -> Reference {
        Reference::parse("V", text).unwrap()
    }

    fn found(value: &str) -> Vec<String> {
        find_references("V", value)
            .into_iter()
            .map(|reference| reference.unwrap().to_string())
            .collect()
    }

    #[test]
    fn takes_a_secrets_arn_apart() {
        let reference = parsed(&format!("{SECRET}#token"));
        assert_eq!(reference.partition, "aws");
        assert_eq!(reference.service, Service::SecretsManager);
        assert_eq!(reference.region, "eu-central-1");
        assert_eq!(reference.account, "123456789012");
        assert_eq!(reference.name, "team/key-a1B2c3");
        assert_eq!(reference.key.as_deref(), Some("token"));
        assert_eq!(reference.variable, "V");
        assert_eq!(reference.arn(), SECRET);
    }

    #[test]
    fn takes_a_parameters_arn_apart() {
        let reference = parsed(PARAMETER);
        assert_eq!(
            (reference.service, reference.name.as_str()),
            (Service::ParameterStore, "team/key:3")
        );
        assert_eq!((reference.arn().as_str(), reference.key), (PARAMETER, None));
    }

    #[test]
    fn finds_references_anywhere_in_a_value() {
        let value = format!("a=${{{SECRET}}},b=x ${{{PARAMETER}#/a/0}} y");
        assert_eq!(found(&value), [SECRET.to_owned(), format!("{PARAMETER}#/a/0")]);
        assert_eq!(found(&format!(" secret://{SECRET}#k ")), [format!("{SECRET}#k")]);
        assert!(found("${HOME} $x ${arn:not closed").is_empty());
        assert_eq!(found(&format!("${{HOME}}${{{SECRET}}}")), [SECRET]);
    }

    #[test]
    fn tells_a_whole_reference_from_a_part() {
        assert!(is_reference(&format!("${{{SECRET}}}")) && is_reference(&format!("secret://{SECRET}")));
        assert!(!is_reference(&format!("x${{{SECRET}}}")) && !is_reference("x") && !is_reference(""));
        assert!(holds_reference(&format!("x${{{SECRET}}}")) && !holds_reference("${x}"));
    }

    #[test]
    fn says_why_a_text_is_no_reference() {
        let reason = |text: &str| Reference::parse("V", text).unwrap_err();
        assert_eq!(reason("arn:aws:s3:::bucket"), InvalidReference::OtherService);
        assert_eq!(reason(&format!("{SECRET}#")), InvalidReference::EmptyKey);
        for text in [
            "",
            "arn:aws:ssm",
            "arn:aws:ssm:eu-central-1:1:document/x",
            "arn:aws:ssm:eu-central-1:1:parameter/",
            "arn:aws:secretsmanager::1:secret:x",
            "arn:aws:secretsmanager:a.example/:1:secret:x",
            "arn:aws:secretsmanager:eu-central-1:me:secret:x",
            "arn:aws:secretsmanager:eu-central-1:1:secret:a b",
            "xrn:aws:secretsmanager:eu-central-1:1:secret:x",
        ] {
            assert_eq!(reason(text), InvalidReference::NotAnArn, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", wrapped in "(\\$\\{|secret://)?arn:\\PC*") {
            find_references("V", &text);
            find_references("V", &wrapped);
        }

        #[test]
        fn reads_back_what_it_shows(
            service in prop_oneof![Just("secretsmanager:eu-x-1:1:secret:"), Just("ssm:eu-x-1:1:parameter/")],
            name in "[a-zA-Z0-9/_+=.@-]{1,30}",
            key in prop::option::of("[^}#]{1,10}"),
        ) {
            let text = format!("arn:aws:{service}{name}{}", key.map(|key| format!("#{key}")).unwrap_or_default());
            prop_assert_eq!(parsed(&text).to_string(), text.clone());
            prop_assert_eq!(found(&format!("before ${{{text}}} after")), [text]);
        }
    }
}

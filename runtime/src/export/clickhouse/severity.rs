//! The severity that ClickStack's collector stores for a log record.

use std::borrow::Cow;

use super::fields::Fields;

/// A severity's number and name; 0 and an empty name mean none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Severity<'a> {
    /// OpenTelemetry's `SeverityNumber`.
    pub number: i32,
    /// Its name.
    pub text: Cow<'a, str>,
}

struct Level {
    name: &'static str,
    number: i32,
    words: &'static [&'static str],
}

/// The collector tries one level after the other, so if a text contains several, the last in this list wins.
const LEVELS: [Level; 6] = [
    level("fatal", 21, &["alert", "crit", "emerg", "fatal"]),
    level("error", 17, &["error", "err"]),
    level("warn", 13, &["warn", "notice"]),
    level("info", 9, &["info"]),
    level("debug", 5, &["debug", "dbug"]),
    level("trace", 1, &["trace"]),
];
const INFO: &Level = &LEVELS[3];

/// Attributes that may contain a severity; the first one with text is used.
const ATTRIBUTES: [&str; 7] = [
    "level",
    "Level",
    "LEVEL",
    "severity",
    "Severity",
    "SEVERITY",
    "log.level",
];

/// Number of bytes of the body that are searched for a word.
const SEARCHED: usize = 256;

const fn level(name: &'static str, number: i32, words: &'static [&'static str]) -> Level {
    Level { name, number, words }
}

/// A severity that the sender set is kept; otherwise it is taken from an attribute, otherwise from the first level's
/// word in the body, otherwise it is info. The name is in lower case.
pub fn resolve<'a>(sent: Severity<'a>, attributes: &Fields<'a>, body: &str) -> Severity<'a> {
    let severity = match sent.number != 0 || !sent.text.is_empty() {
        true => sent,
        false => from_attributes(attributes).unwrap_or_else(|| of_level(from_body(body))),
    };
    Severity {
        number: severity.number,
        text: lower_case(severity.text),
    }
}

fn lower_case(text: Cow<'_, str>) -> Cow<'_, str> {
    // The usual names need no allocation.
    match LEVELS.iter().find(|level| level.name.eq_ignore_ascii_case(&text)) {
        Some(level) => Cow::Borrowed(level.name),
        None => Cow::Owned(text.to_lowercase()),
    }
}

fn of_level(level: &'static Level) -> Severity<'static> {
    Severity {
        number: level.number,
        text: Cow::Borrowed(level.name),
    }
}

fn from_attributes<'a>(attributes: &Fields<'a>) -> Option<Severity<'a>> {
    ATTRIBUTES.iter().find_map(|name| {
        let (_, field) = attributes.iter().find(|(known, _)| known == name)?;
        let text = field.as_str().filter(|text| !text.is_empty())?;
        Some(Severity {
            number: level_of(text).number,
            text: Cow::Borrowed(text),
        })
    })
}

fn level_of(text: &str) -> &'static Level {
    let holds = |word: &&str| (0..text.len()).any(|at| begins_with(&text.as_bytes()[at..], word));
    let mut levels = LEVELS.iter().rev();
    levels.find(|level| level.words.iter().any(holds)).unwrap_or(INFO)
}

/// The level whose word comes first; words are only found where a word can begin. "info" is not one of them: it is the
/// default.
fn from_body(body: &str) -> &'static Level {
    let bytes = &body.as_bytes()[..body.len().min(SEARCHED)];
    let mut within_word = false;
    for (at, byte) in bytes.iter().enumerate() {
        if !within_word {
            let found = LEVELS.iter().find(|level| {
                let mut words = level.words.iter();
                level.number != INFO.number && words.any(|word| begins_with(&bytes[at..], word))
            });
            if let Some(level) = found {
                return level;
            }
        }
        within_word = byte.is_ascii_alphanumeric() || *byte == b'_';
    }
    INFO
}

fn begins_with(bytes: &[u8], word: &str) -> bool {
    bytes
        .get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::clickhouse::fields::Field;

    fn resolved(number: i32, text: &str, attributes: &[(&'static str, &str)], body: &str) -> (i32, String) {
        let fields = attributes
            .iter()
            .map(|(name, text)| (Cow::Borrowed(*name), Field::Text(text)))
            .collect();
        let sent = Severity {
            number,
            text: Cow::Borrowed(text),
        };
        let severity = resolve(sent, &fields, body);
        (severity.number, severity.text.into_owned())
    }

    fn of(number: i32, text: &str) -> (i32, String) {
        (number, text.to_owned())
    }

    #[test]
    fn what_the_sender_set_stays_in_lower_case() {
        assert_eq!(resolved(13, "WARN", &[("level", "error")], "error"), of(13, "warn"));
        assert_eq!(resolved(9, "", &[], "error"), of(9, ""));
        assert_eq!(resolved(0, "Grün ÄRGER", &[], ""), of(0, "grün ärger"));
    }

    #[test]
    fn attributes_come_before_the_body() {
        assert_eq!(resolved(0, "", &[("level", "WARNING")], "error"), of(13, "warning"));
        assert_eq!(resolved(0, "", &[("log.level", "loud")], "error"), of(9, "loud"));
        assert_eq!(
            resolved(0, "", &[("severity", "Error"), ("level", "")], ""),
            of(17, "error")
        );
        // Several in a text: the last in the collector's list.
        assert_eq!(
            resolved(0, "", &[("level", "fatal error trace")], ""),
            of(1, "fatal error trace")
        );
    }

    #[test]
    fn the_first_word_of_the_body_counts() {
        for (body, expected) in [
            ("[ERROR] and a warning", of(17, "error")),
            ("Warning: fatal", of(13, "warn")),
            ("critical", of(21, "fatal")),
            ("errand", of(17, "error")),
            ("no terror, my_error", of(9, "info")),
            ("info then debug", of(5, "debug")),
            ("ünotice", of(13, "warn")),
            ("dbug", of(5, "debug")),
            ("", of(9, "info")),
        ] {
            assert_eq!(resolved(0, "", &[], body), expected, "{body}");
        }
        let late = |filler: usize| format!("{} error", ".".repeat(filler));
        assert_eq!(resolved(0, "", &[], &late(250)), of(17, "error"));
        // Only four bytes of it are searched, of which three are a different word.
        assert_eq!(resolved(0, "", &[], &late(251)), of(17, "error"));
        assert_eq!(resolved(0, "", &[], &late(253)), of(9, "info"));
    }
}

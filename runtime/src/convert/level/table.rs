//! Which severity a name, a letter or a number stands for: the levels of `log_formats.json`, compiled in by
//! `build/formats.rs`.

use crate::record::Severity;

/// Where a level name is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Also as the first word of a line, in capitals.
    Word,
    /// In the position that a layout has for it: after a time, in brackets. Sentences may also begin with such words.
    Layout,
    /// Only as the value of a field.
    Field,
}

include!(concat!(env!("OUT_DIR"), "/levels.rs"));

/// The longest level name of the table.
const LONGEST_LEVEL: usize = 16;

/// Severity and use of a level name, ignoring case, surrounding spaces or brackets, and Go's steps (`INFO+2`) after it.
pub fn level(name: &str) -> Option<(Severity, Use)> {
    // The form in which Lambda's runtimes write it.
    if let Some(found) = level_of(name) {
        return Some(found);
    }
    let name = name.trim_matches([' ', '[', ']']);
    let name = match name.split_once(['+', '-']) {
        Some((name, steps)) if !steps.is_empty() && steps.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => name,
    };
    let mut buffer = [0; LONGEST_LEVEL];
    let capitals = buffer.get_mut(..name.len())?;
    capitals.copy_from_slice(name.as_bytes());
    capitals.make_ascii_uppercase();
    level_of(std::str::from_utf8(capitals).ok()?)
}

/// The severity that a level name stands for, in any position for levels.
pub fn severity(name: &str) -> Option<Severity> {
    level(name).map(|(severity, _)| severity)
}

/// The severity of a single letter, as Ruby's Logger, glog and Serilog's `u1` write it.
pub fn letter(letter: u8) -> Option<Severity> {
    Some(match letter.to_ascii_uppercase() {
        b'T' | b'V' => Severity::Trace,
        b'D' => Severity::Debug,
        b'I' => Severity::Info,
        b'W' => Severity::Warn,
        b'E' => Severity::Error,
        b'F' | b'C' => Severity::Fatal,
        _ => return None,
    })
}

/// The severity of a number. Without its own scale it is pino's, or Monolog's from 100 on; numbers below 8 are
/// syslog's, which only a record with a message can mean (`is_record`).
pub fn number(scale: Option<Scale>, number: i64, is_record: bool) -> Option<Severity> {
    let scale = match (scale, number) {
        (None | Some(Scale::Google), 0..8) if is_record => Scale::Syslog,
        (None | Some(Scale::Google | Scale::Dotnet), 10..70) => Scale::Pino,
        (None, _) => Scale::Monolog,
        (Some(scale), _) => scale,
    };
    number_of(scale, number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_names() {
        for (name, severity) in [
            ("warning", Severity::Warn),
            ("Critical", Severity::Fatal),
            ("ERROR+4", Severity::Error),
            ("INFO-2", Severity::Info),
            ("error    ", Severity::Error),
            ("  WARN", Severity::Warn),
            ("[crit]", Severity::Fatal),
        ] {
            assert_eq!(level(name).map(|(found, _)| found), Some(severity), "{name}");
        }
        for name in [
            "loud",
            "ERROR-",
            "ERROR-4b7one",
            "INFO+2+2",
            "",
            "a name that is longer than every level",
        ] {
            assert_eq!(level(name), None, "{name}");
        }
    }

    #[test]
    fn level_numbers() {
        assert_eq!(number(None, 50, false), Some(Severity::Error));
        assert_eq!(number(None, 35, false), Some(Severity::Info));
        assert_eq!(number(None, 3, true), Some(Severity::Error));
        assert_eq!(number(None, 3, false), None);
        assert_eq!(number(None, 400, false), Some(Severity::Error));
        assert_eq!(number(Some(Scale::Google), 400, false), Some(Severity::Warn));
        assert_eq!(number(Some(Scale::Python), 30, false), Some(Severity::Warn));
        assert_eq!(number(Some(Scale::Dotnet), 4, true), Some(Severity::Error));
        assert_eq!(number(Some(Scale::Otel), 17, true), Some(Severity::Error));
        assert_eq!(number(None, 8, true), None);
    }
}

//! Time and level at the beginning of a bare text line, as loggers without Lambda's layout write them.

use crate::record::Severity;
use crate::timestamp;

/// No more words than these are looked at.
const WORDS: usize = 6;

/// Level names that sentences begin with, too.
const WORDS_TOO: [&str; 7] = ["ALL", "ALERT", "CONFIG", "FINE", "NOTICE", "SILLY", "VERBOSE"];

/// Finds both: `2026-03-04 05:06:07 76e7df99-… ERROR Orders:12 - …` (log4j), `time=… level=WARN msg=…` (slog, logfmt),
/// `2026-03-04T05:06:07Z  INFO orders: …`, `ERROR: …`, `[main] WARN …`. A level is written in capitals, alone or in
/// logfmt's field; a word that is neither time, id nor level ends the search.
pub fn find(line: &str) -> (Option<u64>, Severity) {
    if ["time=", "level=", "ts="].iter().any(|start| line.starts_with(start)) {
        return logfmt(line);
    }
    let mut time = None;
    for word in line.split([' ', '\t']).filter(|word| !word.is_empty()).take(WORDS) {
        if let Some(level) = level_of(word) {
            return (time, level);
        }
        time = time.or_else(|| timestamp::parse(word));
        let is_number = word
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || b"-:./,TZ+[]()".contains(&byte));
        let is_bracketed = word.starts_with('[') && word.ends_with(']');
        if !(is_bracketed || (is_number && word.contains(|c: char| c.is_ascii_digit()))) {
            break;
        }
    }
    (None, Severity::Unspecified)
}

/// Capitals, perhaps in brackets or with a colon after them.
fn level_of(word: &str) -> Option<Severity> {
    let name = word.trim_end_matches(':').trim_start_matches('[').trim_end_matches(']');
    let is_written_so = name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_written_so && !WORDS_TOO.contains(&name))
        .then(|| Severity::from_name(name))
        .flatten()
}

fn logfmt(line: &str) -> (Option<u64>, Severity) {
    let (mut time, mut severity) = (None, None);
    for word in line.split(' ').take(WORDS) {
        match word.split_once('=') {
            Some(("time" | "ts", value)) => time = time.or_else(|| timestamp::parse(value.trim_matches('"'))),
            Some(("level", value)) => severity = severity.or_else(|| Severity::from_name(value.trim_matches('"'))),
            _ => {}
        }
    }
    match severity {
        Some(severity) => (time, severity),
        None => (None, Severity::Unspecified),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_usual_layouts() {
        let time = timestamp::parse("2026-03-04T05:06:07.089Z");
        for (line, expected) in [
            (
                "2026-03-04 05:06:07 76e7df99-7363-43f0-b967-4462a4be3b5d ERROR Orders:12 - no stock",
                (None, Severity::Error),
            ),
            (
                "05:06:07.089 [main] WARN com.example.Orders - low",
                (None, Severity::Warn),
            ),
            ("2026-03-04T05:06:07.089Z  INFO orders: started", (time, Severity::Info)),
            (
                "time=2026-03-04T05:06:07.089Z level=ERROR+4 msg=\"no stock\" sku=a",
                (time, Severity::Error),
            ),
            ("level=warn msg=low", (None, Severity::Warn)),
            ("ERROR: no stock", (None, Severity::Error)),
            ("[DEBUG] x", (None, Severity::Debug)),
            (
                "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
                (None, Severity::Fatal),
            ),
            ("2026/03/04 05:06:07 order 7", (None, Severity::Unspecified)),
            ("ALL done", (None, Severity::Unspecified)),
            ("Error in it", (None, Severity::Unspecified)),
            ("an ERROR", (None, Severity::Unspecified)),
            ("time=soon msg=x", (None, Severity::Unspecified)),
            ("", (None, Severity::Unspecified)),
        ] {
            assert_eq!(find(line), expected, "{line}");
        }
    }
}

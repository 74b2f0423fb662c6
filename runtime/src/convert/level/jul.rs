//! java.util.logging's records, whose level is on their second line.

use super::table;
use crate::record::Severity;

/// `Nov 29, 2026 9:36:03 AM shop.Orders pick`: java.util.logging's first line.
pub fn is_jul_heading(line: &str) -> bool {
    let mut words = line.split([' ', '\u{202f}']).filter(|word| !word.is_empty());
    let (Some(month), Some(day), Some(year), Some(clock)) = (words.next(), words.next(), words.next(), words.next())
    else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    month.len() == 3
        && day.strip_suffix(',').is_some_and(digits)
        && digits(year.trim_end_matches(','))
        && clock.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
        && matches!(words.next(), Some("AM" | "PM"))
        && words.next().is_some()
}

/// The level of java.util.logging's second line: `SEVERE: message`.
pub fn jul_level(line: &str) -> Option<Severity> {
    let (name, _) = line.split_once(": ")?;
    let in_capitals = name.bytes().all(|byte| byte.is_ascii_uppercase());
    in_capitals.then(|| table::severity(name)).flatten()
}

//! Layouts in which more than a name determines the level, and text that contains a level's name without having that
//! level.

use super::words::Word;
use crate::record::Severity;

/// `(node:7) [DEP0040] DeprecationWarning: …` and `/var/task/app.py:7: DeprecationWarning: …`: warnings of the
/// interpreters.
pub fn warning(line: &str) -> Option<Severity> {
    let (_, rest) = line
        .split_once(") ")
        .filter(|_| line.starts_with('('))
        .or_else(|| line.split_once(": "))?;
    let rest = rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
        .map_or(rest, |(_, rest)| rest);
    let name = rest.split([':', ' ']).next()?;
    let is_class = name.ends_with("Warning") && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_class && rest[name.len()..].starts_with(": ")).then_some(Severity::Warn)
}

/// `ERROR: 0, WARN: 3` counts levels.
pub fn is_count(text: &str, rest: &str) -> bool {
    let rest = rest.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = &rest[digits..];
    text.ends_with(':') && digits > 0 && (after.is_empty() || after.starts_with([',', ';', '/']))
}

/// `Orders.Handler[0]`, to the end of the line: category and event id of .NET's console formatter.
pub fn is_category(rest: &str) -> bool {
    let line = rest.trim().lines().next().unwrap_or_default();
    line.strip_suffix(']')
        .and_then(|line| line.rsplit_once('['))
        .is_some_and(|(category, id)| {
            !category.is_empty() && !category.contains(' ') && !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())
        })
}

/// `error: none`, `errors: 0, error: 0`: a report about errors, not an error.
pub fn says_nothing(rest: &str) -> bool {
    let rest = rest.trim_start();
    let end = rest.find([' ', ',', ';']).unwrap_or(rest.len());
    let first = &rest[..end];
    let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_number && !rest[end..].starts_with(' '))
        || ["none", "null", "false", "undefined", "nil", "n/a"].contains(&&*first.to_ascii_lowercase())
}

/// `PHP Fatal error:  …`, `PHP Warning:  …`; `NOTICE: PHP message: …` has a level of its own.
pub fn php(word: &Word<'_>, place: usize) -> Option<Severity> {
    if word.text != "PHP" || place > 3 {
        return None;
    }
    let (name, _) = word.rest.trim_start().split_once(':')?;
    php_level(name)
}

/// `Warning: … in /var/task/oven.php on line 3`: the same as PHP displays it.
pub fn displayed_by_php(line: &str) -> Option<Severity> {
    // Most lines end differently, which is cheap to check.
    let is_numbered = line.bytes().next_back()?.is_ascii_digit()
        && line.rsplit_once(" on line ").is_some_and(|(before, number)| {
            before.contains(" in ") && number.bytes().all(|byte| byte.is_ascii_digit())
        });
    let (name, _) = is_numbered.then(|| line.split_once(": ")).flatten()?;
    php_level(name)
}

fn php_level(name: &str) -> Option<Severity> {
    Some(match name {
        "Fatal error" | "Parse error" | "Core error" | "Compile error" => Severity::Fatal,
        "Recoverable fatal error" => Severity::Error,
        "Warning" | "Core warning" | "Compile warning" => Severity::Warn,
        "Notice" | "Deprecated" | "Strict Standards" => Severity::Info,
        _ => return None,
    })
}

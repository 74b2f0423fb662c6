//! Time and level at the beginning of a bare text line, as written by loggers without Lambda's layout.

pub(super) mod jul;
pub(super) mod shapes;
pub(super) mod table;
mod words;

use crate::record::Severity;
use crate::timestamp;
use jul::{is_jul_heading, jul_level};
use shapes::{displayed_by_php, is_category, is_count, php, says_nothing, warning};
use table::Use;
use words::{Word, has_time, is_clock, is_date, is_name, is_number, words};

/// The maximum number of words that are examined.
const WORDS: usize = 8;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// What the words before a level have shown.
#[derive(Debug, Default, Clone, Copy)]
struct Before {
    time: Option<u64>,
    /// There was a time or a number: a logger wrote this line.
    timed: bool,
    /// The time has the format of Python's logging and log4j: `05:06:07,089`.
    pythonic: bool,
    /// There was a group in brackets.
    bracketed: bool,
    /// The severity of a syslog priority, `<11>`.
    priority: Severity,
}

/// Finds both: `2026-03-04 05:06:07 76e7df99-… ERROR Orders:12 - …` (log4j), `2026-03-04T05:06:07Z  INFO orders: …`
/// (tracing), `[05:06:07 ERR] …` (Serilog), `… | ERROR | …` (loguru), `ERROR:root:…` (Python), `[main] WARN …`. A level
/// is a name of the table in the place that layouts have for it; a word that is neither time, id nor level ends the
/// search, so that sentences about levels have none.
pub fn find(line: &str) -> (Option<u64>, Severity) {
    if !may_have_level(line) {
        return (None, Severity::Unspecified);
    }
    if line.starts_with("(node:") || line.starts_with('/') {
        return (None, warning(line).unwrap_or_default());
    }
    if let Some(severity) = displayed_by_php(line) {
        return (None, severity);
    }
    let mut before = Before::default();
    for (place, word) in words(line).take(WORDS).enumerate() {
        if let Some(level) = level_of(&word, place, before) {
            return (before.time, level);
        }
        if !skip(&word, place, &mut before) {
            break;
        }
    }
    if is_month(line) {
        return (None, of_second_line(line).unwrap_or_default());
    }
    let time = before.time.filter(|_| before.priority != Severity::Unspecified);
    (time, before.priority)
}

/// java.util.logging writes its level on the second line.
fn of_second_line(line: &str) -> Option<Severity> {
    let (first, rest) = line.split_once('\n')?;
    is_jul_heading(first).then(|| jul_level(rest)).flatten()
}

/// Whether the text is only what loggers put before a message: times, levels, ids, names in brackets.
pub fn is_prefix(text: &str) -> bool {
    let mut before = Before::default();
    words(text).enumerate().all(|(place, word)| {
        place < WORDS && (level_of(&word, place, before).is_some() || skip(&word, place, &mut before))
    })
}

/// Most lines begin with a lower-case letter or a sentence: they are rejected at once.
fn may_have_level(line: &str) -> bool {
    let mut bytes = line.bytes().skip_while(|byte| matches!(byte, b' ' | b'\t'));
    match (bytes.next(), bytes.next()) {
        (Some(b'0'..=b'9' | b'[' | b'(' | b'<' | b'|'), _) => true,
        (Some(b'/'), _) => line.contains(".py:"),
        (Some(first), Some(second)) if first.is_ascii_uppercase() => {
            second.is_ascii_uppercase()
                || second.is_ascii_digit()
                || is_month(line)
                || line.starts_with("PHP ")
                || displayed_by_php(line).is_some()
        }
        (Some(first), Some(_)) if first.is_ascii_lowercase() => {
            let name = line.trim_start().bytes().take_while(u8::is_ascii_lowercase).count();
            line.trim_start().as_bytes().get(name) == Some(&b':')
        }
        _ => false,
    }
}

fn is_month(word: &str) -> bool {
    word.get(..3).is_some_and(|month| MONTHS.contains(&month))
}

/// Skips a word that may precede a level; false if it cannot.
fn skip(word: &Word<'_>, place: usize, before: &mut Before) -> bool {
    let text = word.text;
    if let Some(bracket) = word.bracket {
        if bracket == b'<' && place == 0 {
            before.priority = priority(text).unwrap_or_default();
        }
        before.time = before.time.or_else(|| timestamp::parse(text));
        before.timed |= has_time(text);
        before.bracketed = true;
        return true;
    }
    before.time = before.time.or_else(|| timestamp::parse(text));
    if is_number(text) || is_clock(text) {
        before.timed = true;
        before.pythonic |= text.len() == 12 && text.as_bytes()[8] == b',';
        return true;
    }
    let is_zone = matches!(text, "AM" | "PM" | "UTC" | "GMT" | "Z" | "CET" | "CEST");
    let is_line = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'-' | b':')) || matches!(text, "—" | "–");
    if is_line || (before.timed && is_zone) || (place == 0 && is_month(text) && text.len() <= 4) {
        return true;
    }
    before.timed && is_name(text) && (is_set_apart(word) || (before.pythonic && is_before_level(word)))
}

/// A logger's name after a time of Python's logging, followed by a level and delimited only by spaces.
fn is_before_level(word: &Word<'_>) -> bool {
    words(word.rest)
        .next()
        .is_some_and(|next| next.bracket.is_none() && capitals(next.text, Use::Word).is_some())
}

/// A logger's name before a level: a delimiter follows it.
fn is_set_apart(word: &Word<'_>) -> bool {
    let rest = word.rest.trim_start_matches(' ');
    word.text.ends_with(':') || rest.starts_with(['|', '[', '\t']) || rest.starts_with("- ")
}

/// Severity of syslog's `<facility * 8 + severity>`, which systemd accepts on standard error as well.
fn priority(text: &str) -> Option<Severity> {
    let number: i64 = text.parse().ok().filter(|number| (0..192).contains(number))?;
    table::number(Some(table::Scale::Syslog), number % 8, true)
}

fn level_of(word: &Word<'_>, place: usize, before: Before) -> Option<Severity> {
    match word.bracket {
        Some(b'(') | Some(b'<') => capitals(word.text, Use::Layout),
        Some(_) => in_brackets(word, place, before),
        None => bare(word, place, before),
    }
}

/// `[ERROR]`, `[error    ]`, `[05:06:07 ERR]`, `[2026-03-04T05:06:07Z ERROR orders]`, `[ERROR orders]`.
fn in_brackets(word: &Word<'_>, place: usize, before: Before) -> Option<Severity> {
    let text = word.text;
    if let Some((severity, usage)) = table::level(text) {
        let is_tag = usage != Use::Word && !before.timed && text.bytes().any(|byte| byte.is_ascii_lowercase());
        return (usage != Use::Field && !is_tag).then_some(severity);
    }
    let mut inner = words(text).filter(|word| word.text != "-");
    let first = inner.next()?;
    if has_time(first.text) || is_date(first.text) {
        return inner.take(3).find_map(|word| behind_time(&word));
    }
    if let [letter] = text.as_bytes() {
        return table::letter(*letter).filter(|_| before.timed && letter.is_ascii_uppercase());
    }
    // Tornado: `[E 260304 05:06:07 web:7] …`.
    if let [letter] = first.text.as_bytes() {
        let is_timed = inner.next().is_some_and(|word| is_number(word.text))
            && inner.next().is_some_and(|word| has_time(word.text));
        return table::letter(*letter).filter(|_| place == 0 && is_timed);
    }
    (place == 0 && !word.text.contains(':'))
        .then(|| capitals(first.text, Use::Word))
        .flatten()
}

/// A level after a time in brackets: in capitals, before a slash (Celery's `ERROR/MainProcess`), or capitalised as the
/// last word (Serilog's `{Level}`).
fn behind_time(word: &Word<'_>) -> Option<Severity> {
    let name = word.text.split('/').next()?;
    let titled = || {
        let is_title = name.starts_with(|c: char| c.is_ascii_uppercase()) && word.rest.is_empty();
        let found = table::level(name).filter(|(_, usage)| is_title && *usage == Use::Word);
        found.map(|(severity, _)| severity)
    };
    capitals(name, Use::Layout).or_else(titled)
}

/// A level in capitals, with at most this use.
fn capitals(name: &str, most: Use) -> Option<Severity> {
    let letters = name.trim_end_matches(':');
    let is_written_so = letters.len() > 2 && letters.bytes().all(|byte| byte.is_ascii_uppercase());
    let (severity, usage) = is_written_so.then(|| table::level(letters)).flatten()?;
    (usage == Use::Word || (usage == Use::Layout && most == Use::Layout)).then_some(severity)
}

fn bare(word: &Word<'_>, place: usize, before: Before) -> Option<Severity> {
    let text = word.text;
    let first = text.as_bytes().first()?;
    if first.is_ascii_lowercase() {
        return lowercase(word, place, before);
    }
    if !first.is_ascii_uppercase() {
        return None;
    }
    let most = if before.timed || before.bracketed {
        Use::Layout
    } else {
        Use::Word
    };
    if let Some(severity) = name_with_steps(text).and_then(|name| capitals(name, most)) {
        return (!is_count(text, word.rest)).then_some(severity);
    }
    if let Some((name, rest)) = text.split_once([':', '[', '(']) {
        // `ERROR:root:…` (Python's default), `ERRO[0000]` (logrus).
        let is_logger = text.as_bytes()[name.len()] == b':' && rest.contains(':');
        let is_seconds = rest
            .strip_suffix([']', ')'])
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        return (is_logger || is_seconds).then(|| capitals(name, Use::Word)).flatten();
    }
    single_letter(word, place, before).or_else(|| php(word, place))
}

/// Go's slog writes levels between the names as `INFO+2`.
fn name_with_steps(text: &str) -> Option<&str> {
    match text.split_once(['+', '-']) {
        Some((name, steps)) => steps.bytes().all(|byte| byte.is_ascii_digit()).then_some(name),
        None => Some(text),
    }
}

/// Lower-case levels are recognised with a colon or bar after them (`error: …` of winston, `fail: Orders[0]` of .NET's
/// console) or between tabs (zap's console); after a time also if a logger's name with a colon follows (Swift).
fn lowercase(word: &Word<'_>, place: usize, before: Before) -> Option<Severity> {
    let text = word.text;
    if !text.ends_with(':') && !word.delimited && before.time.is_none() {
        return None;
    }
    if let Some((channel, level)) = text.strip_suffix(':').and_then(|name| name.rsplit_once('.')) {
        // Monolog: `[time] app.ERROR: …`.
        let is_channel = before.timed && before.bracketed && is_name(channel);
        return is_channel.then(|| capitals(level, Use::Layout)).flatten();
    }
    let name = text.trim_end_matches(':');
    let (severity, usage) = table::level(name).filter(|_| name.bytes().all(|byte| byte.is_ascii_lowercase()))?;
    let has_colon = name.len() < text.len();
    // Longer ones begin sentences: `information: see below`; `panic: …` begins Go's stack trace.
    let is_first = place == 0 && has_colon && name.len() <= 8 && name != "panic";
    if is_first && is_category(word.rest) {
        return Some(severity);
    }
    let is_placed = before.timed || before.bracketed;
    let is_between = before.timed && word.delimited && word.rest.starts_with(['\t', '|', ' ']) && place > 0;
    let next = words(word.rest).next();
    let has_logger = before.time.is_some() && next.is_some_and(|next| next.text.ends_with(':') && is_name(next.text));
    let counts = match usage {
        Use::Word => (has_colon && (is_placed || is_first)) || is_between || has_logger,
        Use::Layout => is_placed && has_colon || is_between,
        Use::Field => false,
    };
    (counts && !says_nothing(word.rest)).then_some(severity)
}

/// `E0304 05:06:07.089      7 orders.go:12] …` (glog), `time E [7:main] Orders -- …` (semantic_logger).
fn single_letter(word: &Word<'_>, place: usize, before: Before) -> Option<Severity> {
    let bytes = word.text.as_bytes();
    let severity = table::letter(*bytes.first()?)?;
    let is_glog = place == 0
        && bytes.len() == 5
        && bytes[1..].iter().all(u8::is_ascii_digit)
        && words(word.rest).next().is_some_and(|next| has_time(next.text));
    let is_between = word.delimited && word.rest.trim_start_matches(' ').starts_with('|');
    let is_alone = before.timed && bytes.len() == 1 && (word.rest.starts_with(" [") || is_between);
    (is_glog || is_alone).then_some(severity)
}

#[cfg(test)]
mod tests;

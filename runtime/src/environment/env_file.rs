//! Files of `NAME=value` lines, such as the one named by `ROTEL_ENV_FILE`.
//!
//! `export` before a name, comments, single and double quotes (also over several lines) and backslashes have the same
//! meaning as in a shell. `${NAME}` is replaced by the variable, first the environment's, then one from an earlier
//! line, otherwise by nothing; not inside single quotes and not after a backslash. `${arn:…}` is kept, as a reference
//! to a secret.

use std::collections::BTreeMap;
use std::fmt;

/// Each variable can contain an earlier one several times, so without a limit a short file could fill the memory.
const LONGEST_VALUE: usize = 64 * 1024;

/// The contents of a file.
#[derive(Default)]
pub struct EnvFile {
    /// The variables of the valid lines, in order; the last one with a name is used.
    pub variables: Vec<(String, String)>,
    /// The invalid lines.
    pub problems: Vec<Problem>,
}

/// A line that is ignored. Never repeats the line, which may contain a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} {}; ignored", self.line, self.reason)
    }
}

/// Parses a whole file; `${NAME}` is looked up in `environment` first.
pub fn parse(text: &str, environment: &BTreeMap<String, String>) -> EnvFile {
    let mut file = EnvFile::default();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    while !rest.is_empty() {
        let lookup = |name: &str| {
            let earlier = || {
                file.variables
                    .iter()
                    .rev()
                    .find(|(known, _)| known == name)
                    .map(|(_, value)| value)
            };
            environment.get(name).or_else(earlier).cloned().unwrap_or_default()
        };
        let first_line = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let length = match statement(rest, first_line, lookup) {
            Ok(None) => first_line,
            Ok(Some((name, value, length))) => {
                file.variables.push((name, value));
                length
            }
            Err(reason) => {
                file.problems.push(Problem { line, reason });
                first_line
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    file
}

type Statement = (String, String, usize);

/// Name, value and length of the statement at the beginning of `text`; `None` for an empty line or a comment.
fn statement(
    text: &str,
    first_line: usize,
    lookup: impl Fn(&str) -> String,
) -> Result<Option<Statement>, &'static str> {
    let line = &text[..first_line];
    if line.trim().is_empty() || line.trim_start().starts_with('#') {
        return Ok(None);
    }
    let equals = line.find('=').ok_or("has no = between name and value")?;
    let name = line[..equals].trim();
    let name = match name.strip_prefix("export") {
        Some(exported) if exported.starts_with([' ', '\t']) => exported.trim_start(),
        _ => name,
    };
    let letters = |character: char| character.is_ascii_alphanumeric() || "_.".contains(character);
    if name.is_empty() || !name.chars().all(letters) || name.starts_with(|first: char| first.is_ascii_digit()) {
        return Err("has no name before its =");
    }
    let start = equals + 1;
    let mut scanner = Scanner::new(&text[start..], lookup);
    scanner.scan()?;
    Ok(Some((name.to_owned(), scanner.value, start + scanner.at)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

/// Reads one value, up to and including its line end.
struct Scanner<'a, F> {
    text: &'a str,
    at: usize,
    value: String,
    /// White space outside quotes is only kept if something follows.
    blanks: String,
    quote: Quote,
    lookup: F,
}

impl<'a, F: Fn(&str) -> String> Scanner<'a, F> {
    fn new(text: &'a str, lookup: F) -> Self {
        Self {
            text,
            at: 0,
            value: String::new(),
            blanks: String::new(),
            quote: Quote::None,
            lookup,
        }
    }

    fn scan(&mut self) -> Result<(), &'static str> {
        let mut begun = false;
        while let Some(character) = self.next() {
            match (self.quote, character) {
                (Quote::None, '\n') => return Ok(()),
                (Quote::None, '#') if !self.blanks.is_empty() => {
                    self.at = self.text[self.at..]
                        .find('\n')
                        .map_or(self.text.len(), |end| self.at + end);
                }
                (Quote::None, ' ' | '\t' | '\r') => self.blanks.push(character),
                _ => {
                    let blanks = std::mem::take(&mut self.blanks);
                    if begun {
                        self.value.push_str(&blanks);
                    }
                    begun = true;
                    self.take(character);
                    if self.value.len() > LONGEST_VALUE {
                        return Err("has a value longer than 64 KiB");
                    }
                }
            }
        }
        match self.quote {
            Quote::None => Ok(()),
            Quote::Single | Quote::Double => Err("has a quote that is not closed"),
        }
    }

    fn next(&mut self) -> Option<char> {
        let character = self.text[self.at..].chars().next()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn take(&mut self, character: char) {
        match (self.quote, character) {
            (Quote::None, '\'') => self.quote = Quote::Single,
            (Quote::None, '"') => self.quote = Quote::Double,
            (Quote::Single, '\'') | (Quote::Double, '"') => self.quote = Quote::None,
            (Quote::None | Quote::Double, '\\') => self.escaped(),
            (Quote::None | Quote::Double, '$') => self.substituted(),
            (_, other) => self.value.push(other),
        }
    }

    /// A backslash before a character without a special meaning is literal.
    fn escaped(&mut self) {
        match self.text[self.at..].chars().next() {
            Some('n') => self.value.push('\n'),
            Some(special @ ('\\' | '\'' | '"' | '$' | '#' | ' ')) => self.value.push(special),
            _ => return self.value.push('\\'),
        }
        self.at += 1;
    }

    fn substituted(&mut self) {
        let rest = &self.text[self.at..];
        let inside = rest
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
            .map(|(inside, _)| inside);
        match inside.filter(|inside| !inside.contains('\n')) {
            Some(inside) => {
                self.at += inside.len() + 2;
                if inside.starts_with("arn:") {
                    self.value.extend(["${", inside, "}"]);
                } else {
                    self.value.push_str(&(self.lookup)(inside));
                }
            }
            None => self.value.push('$'),
        }
    }
}

#[cfg(test)]
mod tests;

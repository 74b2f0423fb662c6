//! Files of `NAME=value` lines, as `ROTEL_ENV_FILE` names one.
//!
//! `export` before a name, comments, single and double quotes (also over several lines) and backslashes mean what they
//! mean to a shell. `${NAME}` is replaced by the variable, first the environment's, then one of an earlier line, else by
//! nothing; not inside single quotes and not after a backslash. `${arn:…}` stays, as a reference to a secret.

use std::collections::BTreeMap;
use std::fmt;

/// Each variable can hold an earlier one several times, so that without a bound a short file could fill the memory.
const LONGEST_VALUE: usize = 64 * 1024;

/// What a file holds.
#[derive(Default)]
pub struct EnvFile {
    /// The good lines' variables, in order; a later one of the same name counts.
    pub variables: Vec<(String, String)>,
    /// The bad lines.
    pub problems: Vec<Problem>,
}

/// A line that is left out. Never repeats the line, which may hold a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} {}; it is left out", self.line, self.reason)
    }
}

/// Parses a whole file; `environment` is what `${NAME}` looks in first.
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

/// Name, value and length of the statement at the beginning of `text`; none for an empty line or a comment.
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
        return Err("has no variable name before its =");
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

/// Reads one value; stands behind its line end afterwards.
struct Scanner<'a, F> {
    text: &'a str,
    at: usize,
    value: String,
    /// White space outside quotes counts only if something follows.
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

    /// A backslash before anything without a special meaning is itself.
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Vec<(String, String)> {
        let file = parse(text, &BTreeMap::from([("HOME".to_owned(), "/home".to_owned())]));
        assert_eq!(file.problems, []);
        file.variables
    }

    fn value(text: &str) -> String {
        let mut variables = parsed(&format!("A={text}\nB=next\n"));
        assert_eq!(variables.pop().unwrap(), ("B".to_owned(), "next".to_owned()));
        variables.pop().unwrap().1
    }

    #[test]
    fn reads_names_comments_and_empty_lines() {
        let text = "\u{feff}# comment\n\n A = 1 \r\nexport B=2 # comment\n  # C=3\nexporter=4\nD=";
        let expected = [("A", "1"), ("B", "2"), ("exporter", "4"), ("D", "")];
        assert_eq!(
            parsed(text),
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn reads_quotes() {
        assert_eq!(value(r#""a # b""#), "a # b");
        assert_eq!(value(r#"'a "b" ${HOME} \n' # c"#), r#"a "b" ${HOME} \n"#);
        assert_eq!(value(r#""a\n\"b\" \\ \x""#), "a\n\"b\" \\ \\x");
        assert_eq!(value("\"two\nlines\""), "two\nlines");
        assert_eq!(value(r#"a" b "'c'"#), "a b c");
        assert_eq!(value("Bearer abc"), "Bearer abc");
        assert_eq!(value("a#b"), "a#b");
        assert_eq!(value("''"), "");
    }

    #[test]
    fn substitutes_variables() {
        assert_eq!(value("${HOME}/x"), "/home/x");
        assert_eq!(value(r#""${HOME}/${NOT_SET}x""#), "/home/x");
        assert_eq!(value(r"\${HOME}"), "${HOME}");
        assert_eq!(value("$HOME costs 5$ ${open"), "$HOME costs 5$ ${open");
        assert_eq!(parsed("X=1\nX=2\nY=${X}")[2].1, "2");
        assert_eq!(parsed("HOME=mine\nY=${HOME}")[1].1, "/home");
    }

    #[test]
    fn leaves_references_to_secrets() {
        let reference = "${arn:aws:ssm:eu-central-1:1:parameter/key#a}";
        assert_eq!(
            value(&format!("Authorization={reference}")),
            format!("Authorization={reference}")
        );
        assert_eq!(value(&format!("\"{reference}\"")), reference);
        assert_eq!(value("secret://arn:x#key"), "secret://arn:x#key");
    }

    #[test]
    fn variables_that_multiply_are_bounded() {
        let doubled: String = (0..60).map(|n| format!("A{}=${{A{n}}}${{A{n}}}\n", n + 1)).collect();
        let file = parse(&format!("A0=0123456789abcdef\n{doubled}Z=1\n"), &BTreeMap::new());
        assert!(file.variables.iter().all(|(_, value)| value.len() <= LONGEST_VALUE));
        assert_eq!(file.problems[0].line, 14);
        assert_eq!(file.problems[0].reason, "has a value longer than 64 KiB");
        assert_eq!(file.variables.last().unwrap().0, "Z");
    }

    #[test]
    fn reports_bad_lines_by_number_and_keeps_the_rest() {
        let file = parse("A=\"two\nlines\"\nnothing\n=x\n1X=2\nB='open\nC=3\n", &BTreeMap::new());
        let lines: Vec<_> = file
            .problems
            .iter()
            .map(|problem| (problem.line, problem.reason))
            .collect();
        let name = "has no variable name before its =";
        let quote = "has a quote that is not closed";
        assert_eq!(
            lines,
            [(3, "has no = between name and value"), (4, name), (5, name), (6, quote)]
        );
        let names: Vec<_> = file.variables.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["A", "C"]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(\\PC|\n|\r|\\$\\{|'|\"|\\\\|=){0,60}") {
            parse(&text, &BTreeMap::new());
        }

        #[test]
        fn gives_back_what_single_quotes_hold(text in "[^']{0,40}") {
            prop_assert_eq!(value(&format!("'{text}'")), text);
        }

        #[test]
        fn gives_back_plain_lines(pairs in prop::collection::vec(("[A-Z_][A-Z0-9_]{0,8}", "[a-zA-Z0-9:/.,=+@-]{0,20}"), 0..6)) {
            let text: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            prop_assert_eq!(parsed(&text.join("\n")), pairs);
        }
    }
}

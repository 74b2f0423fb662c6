//! Generates the tables of log levels and JSON fields as Rust `match` expressions, which compare a name by its length
//! and bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

/// The functions `level_of` and `number_of` of `log_formats.json`.
pub fn levels(formats: &Value) -> Result<String, String> {
    let mut code = String::new();
    names_of_levels(&formats["levels"], &mut code)?;
    numbers(&formats["numbers"], &mut code)?;
    Ok(code)
}

/// The functions `role_of` and `exact_role_of` of `log_formats.json`.
pub fn fields(formats: &Value) -> Result<String, String> {
    let mut code = String::new();
    roles(&formats["fields"], "role_of", &mut code)?;
    roles(&formats["exact"], "exact_role_of", &mut code)?;
    Ok(code)
}

fn list<'a>(value: &'a Value, what: &str) -> Result<&'a Vec<Value>, String> {
    value
        .as_array()
        .ok_or_else(|| format!("log_formats.json: {what} must be a list"))
}

fn text<'a>(entry: &'a Value, field: &str) -> Result<&'a str, String> {
    entry[field]
        .as_str()
        .ok_or_else(|| format!("log_formats.json: {field} is missing in {entry}"))
}

/// `FATAL` as the variant `Fatal`.
fn variant(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().into_iter();
    first.chain(letters.map(|letter| letter.to_ascii_lowercase())).collect()
}

/// The names of an entry; each name may occur once.
fn names<'a>(entry: &'a Value, seen: &mut BTreeSet<String>) -> Result<Vec<&'a str>, String> {
    text(entry, "source")?;
    let mut names = Vec::new();
    for name in list(&entry["names"], "names")? {
        let name = name.as_str().ok_or("log_formats.json: a name must be a string")?;
        if !seen.insert(name.to_owned()) {
            return Err(format!("log_formats.json: {name} is there twice"));
        }
        names.push(name);
    }
    Ok(names)
}

/// The body of a function that looks up `name`: by its length first, since a `match` compares strings one after another.
fn lookup(entries: &[(Vec<&str>, String)], code: &mut String) -> Result<(), String> {
    let mut by_length: BTreeMap<usize, Vec<(&str, &str)>> = BTreeMap::new();
    for (names, value) in entries {
        for name in names {
            by_length.entry(name.len()).or_default().push((name, value));
        }
    }
    put(code, "Some(match name.len() {")?;
    for (length, arms) in by_length {
        let arms: String = arms
            .iter()
            .map(|(name, value)| format!("{name:?} => {value},\n"))
            .collect();
        put(code, &format!("{length} => match name {{ {arms} _ => return None }},"))?;
    }
    put(code, "_ => return None,\n})}")
}

fn put(code: &mut String, line: &str) -> Result<(), String> {
    writeln!(code, "{line}").map_err(|error| error.to_string())
}

fn names_of_levels(entries: &Value, code: &mut String) -> Result<(), String> {
    put(
        code,
        "/// Severity and use of a level name in capitals.\nfn level_of(name: &str) -> Option<(Severity, Use)> {",
    )?;
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for entry in list(entries, "levels")? {
        let (severity, usage) = (
            variant(text(entry, "severity")?),
            variant(&capitals(text(entry, "use")?)),
        );
        found.push((
            names(entry, &mut seen)?,
            format!("(Severity::{severity}, Use::{usage})"),
        ));
    }
    lookup(&found, code)
}

fn capitals(name: &str) -> String {
    name.to_ascii_uppercase()
}

fn numbers(entries: &Value, code: &mut String) -> Result<(), String> {
    let mut arms = String::new();
    let mut scales = String::new();
    for entry in list(entries, "numbers")? {
        let scale = variant(&capitals(text(entry, "scale")?));
        let source = text(entry, "source")?;
        put(&mut scales, &format!("/// {source}\n{scale},"))?;
        let steps = list(&entry["from"], "from")?;
        let below = entry["below"]
            .as_i64()
            .ok_or("log_formats.json: below must be a number")?;
        let start = |step: &Value| step[0].as_i64().ok_or("log_formats.json: a step needs a number");
        for (at, step) in steps.iter().enumerate() {
            let end = match steps.get(at + 1) {
                Some(next) => start(next)?,
                None => below,
            };
            let name = step[1].as_str().ok_or("log_formats.json: a step needs a severity")?;
            let arm = format!(
                "(Scale::{scale}, {}..{end}) => Severity::{},",
                start(step)?,
                variant(name)
            );
            put(&mut arms, &arm)?;
        }
    }
    put(
        code,
        &format!(
            "/// A scale of numeric levels.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Scale {{ {scales} }}"
        ),
    )?;
    put(
        code,
        &format!(
            "fn number_of(scale: Scale, number: i64) -> Option<Severity> {{ Some(match (scale, number) {{ {arms} _ => return None, }})}}"
        ),
    )
}

/// If an object has several names for a role, the first in the list takes precedence.
fn roles(entries: &Value, function: &str, code: &mut String) -> Result<(), String> {
    put(
        code,
        &format!(
            "/// Role, rank and scale of a field.\nfn {function}(name: &str) -> Option<(Role, u8, Option<Scale>)> {{"
        ),
    )?;
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for (rank, entry) in list(entries, "fields")?.iter().enumerate() {
        let scale = match entry["scale"].as_str() {
            Some(scale) => format!("Some(Scale::{})", variant(&capitals(scale))),
            None => "None".to_owned(),
        };
        let role = text(entry, "role")?;
        found.push((names(entry, &mut seen)?, format!("(Role::{role}, {rank}, {scale})")));
    }
    lookup(&found, code)
}

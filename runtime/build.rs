//! Turns the repository's `settings.json` and `log_formats.json` into the tables that the extension is compiled with.

#[path = "build/formats.rs"]
mod formats;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

fn main() -> Result<(), String> {
    let source = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../settings.json");
    println!("cargo:rerun-if-changed={}", source.display());
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build/formats.rs");
    write_formats()?;
    let text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    let settings: Vec<Value> = serde_json::from_str(&text).map_err(|error| format!("settings.json: {error}"))?;
    write("settings.rs", &table(&settings)?)
}

fn write(file: &str, code: &str) -> Result<(), String> {
    let target = PathBuf::from(variable("OUT_DIR")?).join(file);
    fs::write(&target, code).map_err(|error| format!("{}: {error}", target.display()))
}

/// The tables of levels and fields, see `convert/level/table.rs` and `convert/roles.rs`.
fn write_formats() -> Result<(), String> {
    let source = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("log_formats.json");
    println!("cargo:rerun-if-changed={}", source.display());
    let text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    let formats: Value = serde_json::from_str(&text).map_err(|error| format!("log_formats.json: {error}"))?;
    write("levels.rs", &formats::levels(&formats)?)?;
    write("fields.rs", &formats::fields(&formats)?)
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}

/// A constant for each setting that the extension reads, all exact names, and the patterns that match any name.
fn table(settings: &[Value]) -> Result<String, String> {
    let (mut constants, mut all, mut open) = (String::new(), String::new(), String::new());
    for setting in settings {
        // The tracing layers read some; the extension only knows their names.
        let is_read = setting["supported"] == Value::Bool(true) && setting["readBy"].is_null();
        let fields = fields(setting)?;
        if let Some(name) = setting["variable"].as_str() {
            if is_read {
                let doc = text(setting, "doc")?;
                writeln!(
                    constants,
                    "#[doc = {doc:?}]\npub const {name}: Setting = Setting {{ variable: {name:?}, {fields} }};"
                )
                .map_err(|error| error.to_string())?;
            }
            for variable in std::iter::once(name).chain(aliases(setting)) {
                writeln!(all, "Setting {{ variable: {variable:?}, {fields} }},").map_err(|error| error.to_string())?;
            }
            continue;
        }
        for variable in expand(text(setting, "pattern")?) {
            let list = if variable.contains('{') { &mut open } else { &mut all };
            writeln!(list, "Setting {{ variable: {variable:?}, {fields} }},").map_err(|error| error.to_string())?;
        }
    }
    Ok(format!(
        "{constants}\
         /// Every setting with a fixed variable name, alternatives spelled out.\npub const ALL: &[Setting] = &[\n{all}];\n\
         /// Patterns with open places such as `{{NAME}}`.\npub const PATTERNS: &[Setting] = &[\n{open}];\n"
    ))
}

fn text<'a>(setting: &'a Value, field: &str) -> Result<&'a str, String> {
    setting[field]
        .as_str()
        .ok_or_else(|| format!("settings.json: {field} is missing in {setting}"))
}

fn strings<'a>(setting: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    setting[field]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn aliases(setting: &Value) -> impl Iterator<Item = &str> {
    strings(setting, "aliases")
}

/// The Rust fields for a setting under any of its names.
fn fields(setting: &Value) -> Result<String, String> {
    let default = match &setting["default"] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let values: Vec<&str> = strings(setting, "values").collect();
    let kind = text(setting, "type")?;
    let flag = |field: &str| setting[field] == Value::Bool(true);
    Ok(format!(
        "kind: {kind:?}, default: {default:?}, values: &{values:?}, secret: {}, supported: {}",
        flag("secret"),
        flag("supported")
    ))
}

/// `A_{B|C}` becomes `A_B` and `A_C`; a placeholder such as `{NAME}` is kept.
fn expand(pattern: &str) -> Vec<String> {
    let mut from = 0;
    while let Some(open) = pattern[from..].find('{').map(|at| at + from) {
        let Some(close) = pattern[open..].find('}').map(|at| at + open) else {
            break;
        };
        let place = &pattern[open + 1..close];
        if place.contains('|') {
            let (before, after) = (&pattern[..open], &pattern[close + 1..]);
            return place
                .split('|')
                .flat_map(|choice| expand(&format!("{before}{choice}{after}")))
                .collect();
        }
        from = close;
    }
    vec![pattern.to_owned()]
}

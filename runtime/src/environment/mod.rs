//! The environment variables that the extension reads.

pub mod env_file;
pub mod settings;

use std::collections::BTreeMap;
use std::{env, fmt, fs};

/// Environment variables by name. `Debug` shows the names only, since values contain keys.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(pub BTreeMap<String, String>);

impl Environment {
    /// The process's own; a variable that is not UTF-8 is ignored.
    pub fn from_process() -> Self {
        let text = |text: std::ffi::OsString| text.into_string().ok();
        let mut variables = BTreeMap::new();
        variables.extend(env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))));
        Self(variables)
    }

    /// Adds the variables of the file that `ROTEL_ENV_FILE` names; they take precedence. A file that cannot be read and
    /// each invalid line is a warning.
    pub fn with_env_file(mut self, warnings: &mut Vec<String>) -> Self {
        let variable = settings::ROTEL_ENV_FILE.variable;
        let Some(path) = self.get(variable) else {
            return self;
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                warnings.push(format!("{variable}: {path} cannot be read ({error}); ignored"));
                return self;
            }
        };
        let file = env_file::parse(&text, &self.0);
        warnings.extend(
            file.problems
                .iter()
                .map(|problem| format!("{variable}: {path}, {problem}")),
        );
        self.0.extend(file.variables);
        self
    }

    /// The value without surrounding white space; an empty one is treated as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// Names and trimmed values of all variables that are set and begin with `prefix`.
    pub(super) fn starting_with(&self, prefix: &'static str) -> impl Iterator<Item = (&str, &str)> {
        let set = self.0.range(prefix.to_owned()..);
        let of_prefix = set.take_while(move |(name, _)| name.starts_with(prefix));
        of_prefix.filter_map(|(name, _)| Some((name.as_str(), self.get(name)?)))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(
            variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        )
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn with_file(text: &str, other: &[(&str, &str)]) -> (Environment, Vec<String>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let path = file.path().to_str().unwrap();
        let mut environment = Environment::from([("ROTEL_ENV_FILE", path)]);
        environment.0.extend(
            other
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let mut warnings = Vec::new();
        let environment = environment.with_env_file(&mut warnings);
        (environment, warnings)
    }

    #[test]
    fn lets_the_file_override_the_environment() {
        let (environment, warnings) = with_file("A=file\nC=${B}\n", &[("A", "process"), ("B", "process")]);
        assert_eq!(environment.get("A"), Some("file"));
        assert_eq!(environment.get("B"), Some("process"));
        assert_eq!(environment.get("C"), Some("process"));
        assert!(warnings.is_empty());
    }

    #[test]
    fn warns_of_bad_lines_by_number_and_keeps_the_good_ones() {
        let (environment, warnings) = with_file("A=1\nhidden-key-material\nB=2\n", &[]);
        assert_eq!((environment.get("A"), environment.get("B")), (Some("1"), Some("2")));
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].starts_with("ROTEL_ENV_FILE: /"), "{warnings:?}");
        assert!(warnings[0].contains("line 2"), "{warnings:?}");
        assert!(!warnings[0].contains("hidden"), "{warnings:?}");
    }

    #[test]
    fn warns_of_a_missing_file_and_keeps_the_environment() {
        let mut warnings = Vec::new();
        let environment = Environment::from([("ROTEL_ENV_FILE", "/not/there.env"), ("A", "1")]);
        let environment = environment.with_env_file(&mut warnings);
        assert_eq!(environment.get("A"), Some("1"));
        assert!(warnings[0].contains("/not/there.env cannot be read"), "{warnings:?}");
    }

    #[test]
    fn shows_names_but_no_values() {
        assert_eq!(format!("{:?}", Environment::from([("KEY", "hidden")])), r#"{"KEY"}"#);
    }

    #[test]
    fn takes_an_empty_value_for_none() {
        assert_eq!(Environment::from([("A", " ")]).get("A"), None);
    }
}

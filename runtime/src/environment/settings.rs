//! The table of settings, generated from `settings.json`, and the search in it.

/// One setting from `settings.json`.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable; in [`PATTERNS`] with placeholders such as `{NAME}`.
    pub variable: &'static str,
    /// The type's name in `settings.json`.
    pub kind: &'static str,
    /// The default as text, if there is one.
    pub default: Option<&'static str>,
    /// The values of an enumeration.
    pub values: &'static [&'static str],
    /// True if the value is or may contain a secret.
    pub secret: bool,
    /// False if it is a setting of Rotel's without effect.
    pub supported: bool,
}

include!(concat!(env!("OUT_DIR"), "/settings.rs"));

/// Maximum edit distance between an unknown name and the one that was probably meant.
const NEAR: usize = 5;

/// The setting of that name.
pub fn find(variable: &str) -> Option<&'static Setting> {
    ALL.iter()
        .find(|setting| setting.variable == variable)
        .or_else(|| PATTERNS.iter().find(|setting| matches(setting.variable, variable)))
}

/// The supported, or at least known, name that is most similar to an unknown one.
pub fn nearest(variable: &str) -> Option<&'static str> {
    ALL.iter()
        .map(|setting| {
            (
                strsim::osa_distance(setting.variable, variable),
                !setting.supported,
                setting,
            )
        })
        .filter(|(distance, ..)| *distance <= NEAR)
        .min_by_key(|(distance, unsupported, _)| (*distance, *unsupported))
        .map(|(.., setting)| setting.variable)
}

/// True when `name` has the pattern's fixed parts in order and something in each placeholder.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else {
        return pattern == name;
    };
    let (Some(name), Some((_, after))) = (name.strip_prefix(before), rest.split_once('}')) else {
        return false;
    };
    name.char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .chain([name.len()])
        .any(|end| end > 0 && matches(after, &name[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_exact_names_alternatives_and_aliases() {
        assert!(find("ROTEL_OTLP_EXPORTER_ENDPOINT").unwrap().supported);
        assert!(find("OTEL_RESOURCE_ATTRIBUTES").unwrap().supported);
        let path = find("ROTEL_OTLP_RECEIVER_LOGS_HTTP_PATH").unwrap();
        assert!(path.supported);
        assert!(find("ROTEL_OTLP_EXPORTER_METRICS_RETRY_MAX_BACKOFF").is_some());
        assert!(find("ROTEL_OTLP_EXPORTER_METRICS_RETRY_BACKOFF").is_none());
        assert!(find("ROTEL_NOT_THERE").is_none());
    }

    #[test]
    fn knows_open_patterns() {
        assert_eq!(
            find("ROTEL_EXPORTER_MINE_ENDPOINT").unwrap().variable,
            "ROTEL_EXPORTER_{NAME}_{PARAM}"
        );
        assert!(find("ROTEL_KAFKA_BROKERS").is_some());
        assert!(find("ROTEL_KAFKA_").is_none());
        assert!(matches("A_{X}_B", "A_X_Y_B"));
        assert!(!matches("A_{X}_B", "A__B"));
        assert!(!matches("A_{X}_B", "A_é"));
    }

    #[test]
    fn finds_what_was_probably_meant() {
        assert_eq!(
            nearest("ROTEL_OTLP_EXPORTER_ENPOINT"),
            Some("ROTEL_OTLP_EXPORTER_ENDPOINT")
        );
        assert_eq!(nearest("ROTEL_OTLP_EXPORTER_HEADERS"), None);
        assert_eq!(nearest("ROTEL_SOMETHING_ELSE_ALTOGETHER"), None);
    }

    #[test]
    fn holds_a_default_that_is_among_the_values() {
        for setting in ALL.iter().filter(|setting| setting.kind == "enum") {
            assert!(!setting.values.is_empty(), "{}", setting.variable);
            assert!(
                setting.default.is_none_or(|default| setting.values.contains(&default)),
                "{}",
                setting.variable
            );
        }
    }

    #[test]
    fn has_known_types_only() {
        let kinds = [
            "string",
            "url",
            "enum",
            "boolean",
            "duration",
            "integer",
            "address",
            "path",
            "keyValueList",
        ];
        for setting in ALL.iter().chain(PATTERNS) {
            assert!(kinds.contains(&setting.kind), "{}: {}", setting.variable, setting.kind);
        }
    }

    #[test]
    fn has_no_name_twice() {
        let mut names: Vec<_> = ALL.iter().chain(PATTERNS).map(|setting| setting.variable).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}

//! Looks a `#key` up in a secret that is a JSON document.

use serde_json::Value;

/// The value at `key`: a JSON pointer if it begins with `/`, otherwise a name at the top level. Strings are returned as
/// they are, numbers, booleans, lists and objects as JSON. Errors never repeat the document.
pub(super) fn select(document: &str, key: &str) -> Result<String, &'static str> {
    let document: Value = serde_json::from_str(document).map_err(|_| {
        "it is not a JSON document, but the reference \
                                                                      has a #key"
    })?;
    // A name may also begin with a slash.
    let found = document
        .get(key)
        .or_else(|| document.pointer(key).filter(|_| key.starts_with('/')));
    match found {
        None => Err("its JSON document has no such key"),
        Some(Value::Null) => Err("the key's value is null"),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Ok(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str =
        r#"{"key":"hidden","port":8443,"on":true,"none":null,"a":{"b":["x",{"c/d":1.5}]},"/odd":"o"}"#;

    #[test]
    fn takes_any_type() {
        assert_eq!(select(DOCUMENT, "key").unwrap(), "hidden");
        assert_eq!(select(DOCUMENT, "port").unwrap(), "8443");
        assert_eq!(select(DOCUMENT, "on").unwrap(), "true");
        assert_eq!(select(DOCUMENT, "a").unwrap(), r#"{"b":["x",{"c/d":1.5}]}"#);
        assert_eq!(select(DOCUMENT, "/odd").unwrap(), "o");
    }

    #[test]
    fn follows_a_json_pointer() {
        assert_eq!(select(DOCUMENT, "/a/b/0").unwrap(), "x");
        assert_eq!(select(DOCUMENT, "/a/b/1/c~1d").unwrap(), "1.5");
    }

    #[test]
    fn says_what_is_wrong_without_the_document() {
        assert!(select(DOCUMENT, "none").unwrap_err().contains("null"));
        assert!(select(DOCUMENT, "a/b").unwrap_err().contains("no such key"));
        assert!(select(r#"["x"]"#, "0").unwrap_err().contains("no such key"));
        assert_eq!(
            select("hidden", "key").unwrap_err(),
            "it is not a JSON document, but the reference has a #key"
        );
    }
}

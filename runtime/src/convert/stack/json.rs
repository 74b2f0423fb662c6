//! JSON objects that are printed indented, with one event per line.

/// The longest text before an object.
const LONGEST_PREFIX: usize = 256;

/// Whether the line may open an object or a list: by itself, or after a prefix of a logger or a person. The following
/// lines show whether it does.
pub fn opens(line: &str) -> bool {
    let line = line.trim_end();
    line.len() <= LONGEST_PREFIX && line.ends_with(['{', '[']) && !line.ends_with("[[")
}

/// The nesting depth after the next line; `None` if it is not a line of JSON. Ruby prints an empty line in an empty
/// list.
pub fn depth_after(line: &str, depth: u16) -> Option<u16> {
    let text = line.trim();
    let Some(first) = text.bytes().next() else {
        return Some(depth);
    };
    let is_word = ["true", "false", "null", "NaN", "Infinity"]
        .iter()
        .any(|word| text.starts_with(word));
    if !(b"\"{}[]-0123456789".contains(&first) || is_word) {
        return None;
    }
    let (mut depth, mut in_text, mut escaped) = (depth, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth = depth.checked_add(1)?,
            b'}' | b']' if !in_text => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (!in_text).then_some(depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_objects() {
        for line in ["{", "[", "{  ", "2026/11/29 09:36:03 {", "INFO {", "Received event: {"] {
            assert!(opens(line), "{line}");
        }
        for line in ["}", "{}", "[[", ""] {
            assert!(!opens(line), "{line}");
        }
        assert_eq!(depth_after("  \"a\": [{\"b\": \"}\"},", 1), Some(2));
        assert_eq!(depth_after("}", 1), Some(0));
        assert_eq!(depth_after("", 2), Some(2));
        for line in ["  a: 1,", "hello", "\"open", "}}"] {
            assert_eq!(depth_after(line, 1), None, "{line}");
        }
    }
}

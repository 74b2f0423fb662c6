//! A source file as identifiers and punctuation, without comments, literals and test-only code.

/// The tokens of a file: identifiers whole, `::` whole, other punctuation by character.
pub fn tokens(source: &str) -> Vec<String> {
    without_tests(lexed(source))
}

fn lexed(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = skipped(rest);
        if skipped > 0 {
            rest = &rest[skipped..];
            continue;
        }
        let length = match first {
            'a'..='z' | 'A'..='Z' | '_' => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        found.push(rest[..length].to_owned());
        rest = &rest[length..];
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The length of the text before the next token: space, a comment, a literal, a lifetime.
fn skipped(rest: &str) -> usize {
    let end_of = |start: usize, end: &str| rest[start..].find(end).map_or(rest.len(), |at| start + at + end.len());
    let bytes = rest.as_bytes();
    match bytes[0] {
        byte if byte.is_ascii_whitespace() => 1,
        b'/' if rest.starts_with("//") => end_of(2, "\n"),
        b'/' if rest.starts_with("/*") => end_of(2, "*/"),
        b'0'..=b'9' => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
        b'"' => quoted(bytes, 1, b'"'),
        b'b' if rest.starts_with("b\"") => quoted(bytes, 2, b'"'),
        b'b' if rest.starts_with("b'") => quoted(bytes, 2, b'\''),
        b'r' | b'b' => {
            let prefix = rest.trim_start_matches('b').strip_prefix('r').unwrap_or("");
            let hashes = prefix.len() - prefix.trim_start_matches('#').len();
            let start = rest.len() - prefix.len() + hashes + 1;
            match prefix.as_bytes().get(hashes) {
                Some(b'"') => end_of(start, &format!("\"{}", "#".repeat(hashes))),
                _ => 0,
            }
        }
        b'\'' => {
            let mut after = rest[1..].chars();
            match (after.next(), after.next()) {
                (Some('\\'), _) | (_, Some('\'')) => quoted(bytes, 1, b'\''),
                (Some(c), _) if is_word(c) => 1 + rest[1..].find(|c| !is_word(c)).unwrap_or(0),
                _ => quoted(bytes, 1, b'\''),
            }
        }
        _ => 0,
    }
}

/// The end of a literal whose content begins at `at`.
fn quoted(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            byte if *byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Skips each item after `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    const MARKS: [&[&str]; 2] = [
        &["#", "[", "cfg", "(", "test"],
        &["#", "[", "cfg", "(", "all", "(", "test"],
    ];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_marked = MARKS.iter().any(|mark| {
            let here = tokens[at..].iter().take(mark.len()).map(String::as_str);
            here.eq(mark.iter().copied())
        });
        if is_marked {
            let attribute = tokens[at..].iter().position(|token| token == "]").unwrap_or(0);
            at = end_of_item(&tokens, at + attribute + 1);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// The position after the item that begins at `at`: after its `;` or its block.
fn end_of_item(tokens: &[String], mut at: usize) -> usize {
    let mut depth = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" | "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" if depth == 1 => return at + 1,
            "}" => depth -= 1,
            ";" | "," if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

#[test]
fn only_code_that_ships_is_read() {
    let source = r##"
        //! use crate::comment;
        /* use crate::block; */
        fn f<'a>(x: &'a str) -> char { let _ = (r#"crate::raw "quoted""#, "crate::\"string", b"crate::x"); '"' }
        #[cfg(test)]
        mod tests { use crate::inline; fn g() {} }
        #[cfg(all(test, target_os = "linux"))]
        mod linux { use crate::inline; }
        #[cfg(test)]
        mod tests;
        use crate::real;
    "##;
    let tokens = tokens(source).join(" ");
    assert!(tokens.ends_with("use crate :: real ;"), "{tokens}");
    assert_eq!(tokens.matches("crate").count(), 1, "{tokens}");
}

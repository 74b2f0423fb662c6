//! References to secrets in values.

use clickstack_extension::aws::secrets::{Reference, Values, find_references, holds_reference, is_reference};

pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = find_references("V", &text);
    assert_eq!(holds_reference(&text), !found.is_empty());
    assert!(!is_reference(&text) || found.len() == 1);
    for reference in found.into_iter().flatten() {
        let shown = reference.to_string();
        assert!(text.contains(&shown));
        assert_eq!(Reference::parse("V", &shown).as_ref(), Ok(&reference));
        if !shown.contains('}') {
            assert_eq!(find_references("V", &format!("x ${{{shown}}} y")), [Ok(reference)]);
        }
    }
    // Without a value the text is unchanged or the reference is reported; a partly substituted value is never returned.
    match Values::default().substitute(&text) {
        Ok(filled) => assert!(filled == text && !holds_reference(&text)),
        Err(_) => assert!(holds_reference(&text)),
    }
}

//! Entries with unique names.

use std::collections::HashMap;

/// Objects with more entries than this are deduplicated once, at their end.
const MANY: usize = 64;

/// Named entries in their order. OTLP forbids duplicate attributes ("Attribute Collections" of the specification's
/// common part), JSON only discourages them (RFC 8259, section 4), and zap and zerolog write a field again when it is
/// set again. As in every JSON library, the last value is used.
pub struct Unique<K, V> {
    entries: Vec<(K, V)>,
    /// A bit for each kind of name seen so far, so that most names need no search.
    seen: u64,
}

impl<K: AsRef<str>, V> Unique<K, V> {
    /// None yet, with room for some.
    pub fn with_capacity(capacity: usize) -> Self {
        Unique {
            entries: Vec::with_capacity(capacity),
            seen: 0,
        }
    }

    /// Adds an entry. One of the same name is replaced in its place.
    pub fn push(&mut self, key: K, value: V) {
        let bit = bit(key.as_ref());
        let may_be_known = self.seen & bit > 0 && self.entries.len() <= MANY;
        self.seen |= bit;
        let mut entries = self.entries.iter_mut();
        match may_be_known.then(|| entries.find(|(known, _)| known.as_ref() == key.as_ref())) {
            Some(Some(known)) => known.1 = value,
            _ => self.entries.push((key, value)),
        }
    }

    /// The entries, each name once.
    pub fn finish(mut self) -> Vec<(K, V)> {
        if self.entries.len() > MANY {
            self.drop_repeated();
        }
        self.entries
    }

    fn drop_repeated(&mut self) {
        let mut last: HashMap<&str, usize> = HashMap::with_capacity(self.entries.len());
        for (at, (key, _)) in self.entries.iter().enumerate() {
            last.insert(key.as_ref(), at);
        }
        if last.len() == self.entries.len() {
            return;
        }
        let entries = self.entries.iter().enumerate();
        let kept: Vec<bool> = entries
            .map(|(at, (key, _))| last.get(key.as_ref()) == Some(&at))
            .collect();
        let mut kept = kept.into_iter();
        self.entries.retain(|_| kept.next().unwrap_or(true));
    }
}

/// A bit that is equal for equal names.
fn bit(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let ends = [bytes.first(), bytes.last()].map(|byte| byte.copied().map_or(0, usize::from));
    1 << ((bytes.len() + 7 * ends[0] + 13 * ends[1]) % 64)
}

/// Keeps the last entry of each name.
pub fn unique<K: AsRef<str>, V>(entries: Vec<(K, V)>) -> Vec<(K, V)> {
    let mut unique = Unique::with_capacity(entries.len());
    for (key, value) in entries {
        unique.push(key, value);
    }
    unique.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_last_counts_in_the_place_of_the_first() {
        let entries = vec![("a", 1), ("b", 2), ("a", 3), ("ab", 4), ("b", 5)];
        assert_eq!(unique(entries), [("a", 3), ("b", 5), ("ab", 4)]);
    }

    proptest! {
        #[test]
        fn each_name_once_with_its_last_value(names in prop::collection::vec("[ab]{0,3}|[a-z]{1,4}", 0..200)) {
            let entries: Vec<(String, usize)> = names.into_iter().enumerate().map(|(at, name)| (name, at)).collect();
            let expected: BTreeMap<String, usize> = entries.iter().cloned().collect();
            let result = unique(entries);
            prop_assert_eq!(result.len(), expected.len());
            prop_assert_eq!(result.into_iter().collect::<BTreeMap<_, _>>(), expected);
        }
    }
}

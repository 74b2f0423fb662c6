//! Env files: invalid lines are reported by number, valid ones are used, and their values can be serialised again.

use std::collections::BTreeMap;

use clickstack_extension::environment::env_file::parse;

/// The maximum length of a variable: references to earlier ones can expand exponentially.
const LONGEST_VALUE: usize = 64 * 1024;

pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let environment = BTreeMap::from([("HOME".to_owned(), "/home".to_owned())]);
    let file = parse(&text, &environment);
    let lines = text.split('\n').count();
    assert!(file.variables.len() + file.problems.len() <= lines);
    assert!(file.problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
    assert!(file.problems.is_sorted_by_key(|problem| problem.line));
    assert!(file.variables.iter().all(|(_, value)| value.len() <= LONGEST_VALUE));
    let plain: Vec<_> = file
        .variables
        .into_iter()
        .filter(|(_, value)| !value.contains('\''))
        .collect();
    let written: String = plain
        .iter()
        .map(|(name, value)| format!("{name}='{value}'\n"))
        .collect();
    let again = parse(&written, &environment);
    assert!(again.problems.is_empty(), "{:?}", again.problems);
    assert_eq!(again.variables, plain);
}

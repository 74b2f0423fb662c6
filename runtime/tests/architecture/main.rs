//! The layout of the source: which module may import which, and where tests are.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod imports;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use imports::{Crate, Module};

/// Tests with more lines than this need a separate file.
const INLINE: usize = 100;

/// For each name, the names that it needs.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Every source file, by its path below `src`, with its text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let list = if path.is_dir() { &mut folders } else { &mut files };
            list.push(path);
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let named = files.iter().map(|file| {
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        (name, fs::read_to_string(file).unwrap())
    });
    named.collect()
}

/// `http/client.rs` is `["http", "client"]`, `http/mod.rs` `["http"]`.
fn module_of(file: &str) -> Module {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let parts = path.split('/').filter(|part| *part != "lib");
    parts.map(str::to_owned).collect()
}

/// Whether only tests compile a file.
fn is_of_tests(file: &str) -> bool {
    let module = module_of(file);
    module.iter().any(|part| part == "tests" || part == "testing")
}

/// The imports between files that ship; `main.rs` starts them all.
fn imports() -> BTreeMap<Module, BTreeSet<Module>> {
    let sources = sources();
    let shipped = sources
        .iter()
        .filter(|(file, _)| file != "main.rs" && !is_of_tests(file));
    Crate::new(shipped.map(|(file, source)| (module_of(file), source.as_str()))).imports()
}

/// The list of `src/lib.rs` in its order: a module, and what it may import.
fn allowed() -> Vec<(String, BTreeSet<String>)> {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let list = source.split("//! ```text\n").nth(1).expect("lib.rs has the list");
    let lines = list
        .lines()
        .map_while(|line| line.strip_prefix("//! "))
        .filter(|line| *line != "```");
    let read = lines.map(|line| {
        let (module, others) = line.split_once('→').unwrap_or_else(|| panic!("no arrow in {line}"));
        let others = others
            .split_whitespace()
            .filter(|other| *other != "–")
            .map(str::to_owned);
        (module.trim().to_owned(), others.collect())
    });
    read.collect()
}

/// The imports between the entries of one folder: its files, and its folders as a whole.
fn arrows_within(folder: &[String], imports: &BTreeMap<Module, BTreeSet<Module>>) -> Arrows {
    let mut arrows = Arrows::new();
    let inside = |module: &Module| module.len() > folder.len() && module.starts_with(folder);
    for (module, others) in imports.iter().filter(|(module, _)| inside(module)) {
        let from = arrows.entry(module[folder.len()].clone()).or_default();
        let others = others.iter().filter(|other| inside(other));
        from.extend(
            others
                .map(|other| other[folder.len()].clone())
                .filter(|other| *other != module[folder.len()]),
        );
    }
    arrows
}

/// A cycle from a name back to itself, if there is one.
fn circle(arrows: &Arrows) -> Option<Vec<String>> {
    fn search(at: &str, arrows: &Arrows, way: &mut Vec<String>, done: &mut BTreeSet<String>) -> bool {
        if let Some(start) = way.iter().position(|step| step == at) {
            way.drain(..start);
            way.push(at.to_owned());
            return true;
        }
        if !done.contains(at) {
            way.push(at.to_owned());
            if arrows
                .get(at)
                .into_iter()
                .flatten()
                .any(|next| search(next, arrows, way, done))
            {
                return true;
            }
            way.pop();
            done.insert(at.to_owned());
        }
        false
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|start| {
        let mut way = Vec::new();
        search(start, arrows, &mut way, &mut done).then_some(way)
    })
}

#[test]
fn modules_import_what_they_may() {
    let allowed = allowed();
    let found = arrows_within(&[], &imports());
    let (mut wrong, mut unused) = (Vec::new(), Vec::new());
    for (module, others) in &found {
        let may = allowed.iter().find(|(name, _)| name == module);
        let may = &may
            .unwrap_or_else(|| panic!("{module} is not in the list of src/lib.rs"))
            .1;
        wrong.extend(others.difference(may).map(|other| format!("{module} → {other}")));
        unused.extend(may.difference(others).map(|other| format!("{module} → {other}")));
    }
    assert_eq!(wrong, Vec::<String>::new(), "not allowed by src/lib.rs");
    assert_eq!(
        unused,
        Vec::<String>::new(),
        "allowed by src/lib.rs, but nobody needs it"
    );
    assert_eq!(found.len(), allowed.len(), "modules in the list that are no more");
}

#[test]
fn the_list_leads_downwards() {
    let list = allowed();
    assert!(list.len() > 10);
    for (index, (module, others)) in list.iter().enumerate() {
        let lower: BTreeSet<String> = list[index + 1..].iter().map(|(name, _)| name.clone()).collect();
        let upward: Vec<&String> = others.difference(&lower).collect();
        assert!(
            upward.is_empty(),
            "{module} → {upward:?}: must stand above what it imports"
        );
    }
}

#[test]
fn no_files_import_in_a_circle() {
    let of_files = imports().into_iter().map(|(module, others)| {
        let others = others.iter().map(|other| other.join("::"));
        (module.join("::"), others.collect())
    });
    assert_eq!(circle(&of_files.collect()), None);
}

#[test]
fn no_folders_import_in_a_circle() {
    let imports = imports();
    for folder in imports.keys() {
        assert_eq!(
            circle(&arrows_within(folder, &imports)),
            None,
            "in {}",
            folder.join("::")
        );
    }
}

#[test]
fn circles_are_found() {
    let arrows = |list: &[(&str, &[&str])]| -> Arrows {
        let arrows = list.iter().map(|(from, to)| {
            let to = to.iter().map(|name| (*name).to_owned());
            ((*from).to_owned(), to.collect())
        });
        arrows.collect()
    };
    assert_eq!(circle(&arrows(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])])), None);
    let found = circle(&arrows(&[("a", &["b"]), ("b", &["c"]), ("c", &["d"]), ("d", &["b"])]));
    assert_eq!(found.unwrap(), ["b", "c", "d", "b"]);
}

/// Tests of `x.rs` are its last item, `mod tests`: inline, or where they are long in `x/tests.rs`, parts of it in
/// `x/tests/`. What they share with others is in a `testing.rs`.
#[test]
fn tests_stand_where_they_belong() {
    let mut wrong = Vec::new();
    for (file, source) in sources() {
        let mut say = |what: &str| wrong.push(format!("{file}: {what}"));
        if source.contains("#[path") {
            say("#[path] hides where a module is");
        }
        if file.trim_end_matches(".rs").ends_with("_tests") || file.ends_with("_testing.rs") {
            say("tests of x.rs are x/tests.rs");
        }
        if is_of_tests(&file) {
            continue;
        }
        let lines: Vec<&str> = source.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let only_tests = at > 0 && lines[at - 1].starts_with("#[cfg(") && lines[at - 1].contains("test");
            let Some((_, name)) = line.split_once("mod ").filter(|_| only_tests && !line.starts_with(' ')) else {
                continue;
            };
            match name {
                "testing;" => {}
                "tests;" if at + 1 == lines.len() => {}
                "tests {" if lines.len() - at > INLINE => say("long tests have a file of their own"),
                "tests {" if lines[at..].iter().position(|line| *line == "}") == Some(lines.len() - at - 1) => {}
                _ => say(&format!("mod {name} must be tests, at the end, or testing")),
            }
        }
        if !source.contains("#[cfg(") && source.contains("#[test]") {
            say("a test outside of mod tests");
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

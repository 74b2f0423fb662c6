//! Finds which file uses something that another file defines.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::tokens;

/// A module by its path below the crate, such as `["http", "client"]`; the crate's root is empty.
pub type Module = Vec<String>;

/// The modules of a crate, by their paths.
pub struct Crate {
    modules: BTreeMap<Module, File>,
}

#[derive(Default)]
struct File {
    /// Imports: the name, and the path that it refers to.
    uses: BTreeMap<String, Vec<String>>,
    /// Modules that are imported with a glob.
    globs: Vec<Vec<String>>,
    /// Every other path of at least two segments.
    paths: BTreeSet<Vec<String>>,
}

impl Crate {
    /// Reads source files, each given with its module.
    pub fn new<'a>(files: impl IntoIterator<Item = (Module, &'a str)>) -> Self {
        let modules = files.into_iter().map(|(module, source)| (module, File::read(source)));
        Self {
            modules: modules.collect(),
        }
    }

    /// For each module, the others that define what it uses.
    pub fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let imports = self.modules.iter().map(|(module, file)| {
            let named = file.uses.values().chain(&file.paths);
            let defining = named.filter_map(|path| self.defining(module, path, 0));
            let globs = file.globs.iter().filter_map(|path| self.module(module, path));
            let others = defining.chain(globs).filter(|other| other != module);
            (module.clone(), others.collect())
        });
        imports.collect()
    }

    /// The module that defines the target of a path; `None` for a module itself and for other crates.
    fn defining(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        assert!(depth < 20, "{path:?} of {from:?} leads back to itself");
        let (mut at, rest) = self.start(from, path, depth)?;
        for (index, name) in rest.iter().enumerate() {
            let child: Module = at.iter().chain([name]).cloned().collect();
            if self.modules.contains_key(&child) {
                at = child;
                continue;
            }
            let Some(used) = self.modules[&at].uses.get(name).filter(|_| at != *from || index > 0) else {
                return Some(at);
            };
            let onward: Vec<String> = used.iter().chain(&rest[index + 1..]).cloned().collect();
            return self.defining(&at, &onward, depth + 1).or(Some(at));
        }
        None
    }

    /// The module that a path names.
    fn module(&self, from: &Module, path: &[String]) -> Option<Module> {
        let (at, rest) = self.start(from, path, 0)?;
        let module: Module = at.iter().chain(rest.iter()).cloned().collect();
        self.modules.contains_key(&module).then_some(module)
    }

    /// The start of a path, and the rest of it.
    fn start(&self, from: &Module, path: &[String], depth: usize) -> Option<(Module, Vec<String>)> {
        let (first, rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Module::new(),
            "self" => from.clone(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            name => {
                let child: Module = from.iter().chain([first]).cloned().collect();
                if self.modules.contains_key(&child) {
                    return Some((child, rest.to_vec()));
                }
                assert!(depth < 20, "{path:?} of {from:?} leads back to itself");
                let used = self.modules[from]
                    .uses
                    .get(name)
                    .filter(|used| used.first() != Some(first))?;
                let onward: Vec<String> = used.iter().chain(rest).cloned().collect();
                return self.start(from, &onward, depth + 1);
            }
        };
        let mut rest = rest;
        while let [first, more @ ..] = rest {
            if first != "super" {
                break;
            }
            at.pop()?;
            rest = more;
        }
        Some((at, rest.to_vec()))
    }
}

impl File {
    fn read(source: &str) -> Self {
        let tokens = tokens(source);
        let mut file = Self::default();
        let mut at = 0;
        while at < tokens.len() {
            at = match tokens[at].as_str() {
                "use" => file.read_use(&tokens, at + 1, &[]) + 1,
                word if is_name(word) => file.read_path(&tokens, at),
                _ => at + 1,
            };
        }
        file
    }

    /// Parses a `use` tree from `at`; returns the position of its end.
    fn read_use(&mut self, tokens: &[String], mut at: usize, before: &[String]) -> usize {
        let mut path = before.to_vec();
        loop {
            match tokens[at].as_str() {
                "::" => at += 1,
                "*" => {
                    self.globs.push(path);
                    return at + 1;
                }
                "{" => {
                    at += 1;
                    while tokens[at] != "}" {
                        at = self.read_use(tokens, at, &path);
                        at += usize::from(tokens[at] == ",");
                    }
                    return at + 1;
                }
                "as" => {
                    self.uses.insert(tokens[at + 1].clone(), path);
                    return at + 2;
                }
                "self" if !path.is_empty() => at += 1,
                name if is_name(name) => {
                    path.push(name.to_owned());
                    at += 1;
                }
                _ => {
                    if let Some(name) = path.last().cloned() {
                        self.uses.insert(name, path);
                    }
                    return at;
                }
            }
        }
    }

    fn read_path(&mut self, tokens: &[String], mut at: usize) -> usize {
        let mut path = vec![tokens[at].clone()];
        while tokens.get(at + 1).is_some_and(|next| next == "::")
            && tokens.get(at + 2).is_some_and(|name| is_name(name))
        {
            path.push(tokens[at + 2].clone());
            at += 2;
        }
        if path.len() > 1 {
            self.paths.insert(path);
        }
        at + 1
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

#[test]
fn uses_paths_facades_and_globs_lead_to_the_file_that_defines() {
    let files = [
        ("", ""),
        (
            "app",
            "use crate::http::{self, Client as Sender, error::Error}; fn f() -> http::Request { self::g() }",
        ),
        (
            "http",
            "mod client; mod error; pub use client::{Client, Request}; pub use hyper::Method;",
        ),
        (
            "http::client",
            "use super::error::*; fn f(reason: error::Reason) -> crate::record::Log {}",
        ),
        ("http::error", "pub struct Error; mod inner { }"),
        ("record", "mod log; pub use log::Log;"),
        (
            "record::log",
            "pub struct Log; use std::rc::Rc; fn f() -> super::Method {}",
        ),
        ("grpc", "use crate::http::Method; use crate::http;"),
    ];
    let module = |name: &str| {
        name.split("::")
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let files = files.map(|(name, source)| (module(name), source));
    let found = Crate::new(files).imports();
    let of = |name: &str| -> Vec<String> { found[&module(name)].iter().map(|other| other.join("::")).collect() };
    assert_eq!(of("app"), ["http::client", "http::error"]);
    assert_eq!(of("http"), ["http::client"]);
    assert_eq!(of("http::client"), ["http::error", "record::log"]);
    assert_eq!(of("record::log"), ["record"]);
    assert_eq!(of("grpc"), ["http"], "what another crate defines is the facade's");
}

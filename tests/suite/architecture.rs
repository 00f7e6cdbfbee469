//! The structure of `src/`, read from its `use` lines and inline paths: rooms depend in one direction, each library stays
//! behind its wall, and no modules of one folder depend on each other in a circle.
//!
//! A dependency between two modules is counted between the two children of their closest common ancestor, so that every
//! folder is checked by itself. A module and its own ancestors are not counted: a child belongs to its parent. A name that
//! a `mod.rs` re-exports counts as its origin.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, each allowed to name those after it only.
const ROOMS: [&str; 14] = [
    "command",
    "http",
    "openapi",
    "endpoints",
    "records",
    "jobs",
    "access",
    "schema",
    "fields",
    "telemetry",
    "config",
    "config_file",
    "database",
    "clock",
];

/// Rooms that any other may name and that name none: pure functions on text.
const LEAVES: [&str; 1] = ["duration"];

/// Crates, and the only room that may name each.
const WALLS: [(&str, &str); 4] = [
    ("rocket", "http"),
    ("rusqlite", "database"),
    ("refinery", "database"),
    ("refinery_core", "database"),
];

type Module = Vec<String>;

#[test]
fn rooms_depend_on_the_rooms_below_them_only() {
    let sources = Sources::read();
    let mut wrong = Vec::new();
    for (from, to, path) in sources.dependencies() {
        let (Some(from_room), Some(to_room)) = (from.first(), to.first()) else {
            continue;
        };
        if from_room == to_room || LEAVES.contains(&to_room.as_str()) {
            continue;
        }
        let level = |room: &str| ROOMS.iter().position(|known| *known == room);
        match (level(from_room), level(to_room)) {
            (Some(above), Some(below)) if above < below => {}
            _ => wrong.push(format!("{} names {path}", from.join("/"))),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_library_is_named_behind_its_wall_only() {
    let mut wrong = Vec::new();
    for (module, text) in &Sources::read().modules {
        for (library, room) in WALLS {
            let names = text
                .match_indices(&format!("{library}::"))
                .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if names && module.first().map(String::as_str) != Some(room) {
                wrong.push(format!("{} names {library}", module.join("/")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_modules_of_a_folder_depend_on_each_other_in_a_circle() {
    let mut folders: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let sources = Sources::read();
    for (from, to, _) in sources.dependencies() {
        let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
        if shared == from.len() || shared == to.len() {
            continue;
        }
        let folder = folders.entry(from[..shared].to_vec()).or_default();
        folder
            .entry(from[shared].clone())
            .or_default()
            .insert(to[shared].clone());
    }
    let circles: Vec<_> = folders
        .iter()
        .filter_map(|(folder, graph)| Some((folder.join("/"), circle(graph)?)))
        .collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_circle_and_a_nested_use_are_recognised() {
    let graph: BTreeMap<String, BTreeSet<String>> = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]
        .into_iter()
        .map(|(from, to)| (from.to_owned(), BTreeSet::from([to.to_owned()])))
        .collect();
    assert_eq!(circle(&graph).map(|found| found.len()), Some(3));
    assert_eq!(
        expanded("super::{self, a::{B, c as d}, e}"),
        ["super::self", "super::a::B", "super::a::c", "super::e"]
    );
}

/// The modules of `src/` without comments and unit tests, and the paths that each names.
struct Sources {
    modules: BTreeMap<Module, String>,
    paths: BTreeMap<Module, Vec<String>>,
}

impl Sources {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        rust_files(&root, &mut files);
        let mut modules = BTreeMap::new();
        for file in files {
            let relative = file.strip_prefix(&root).unwrap().with_extension("");
            let mut module: Module = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            if module.last().is_some_and(|last| last == "mod") {
                module.pop();
            }
            let is_test = module.iter().any(|part| part == "tests");
            if is_test || module == ["lib"] || module == ["main"] {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code: Vec<&str> = text
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default())
                .collect();
            modules.insert(module, code.join("\n"));
        }
        let paths = modules
            .iter()
            .map(|(module, text)| (module.clone(), paths_in(text)))
            .collect();
        Self { modules, paths }
    }

    /// Each dependency: the module that names, the module named, and the path as written.
    fn dependencies(&self) -> Vec<(Module, Module, String)> {
        let mut found = Vec::new();
        for (module, paths) in &self.paths {
            for path in paths {
                match self.resolve(module, path, 0) {
                    Some(named) if named != *module && !named.is_empty() => {
                        found.push((module.clone(), named, path.clone()));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// The module that a path leads to, through re-exports.
    fn resolve(&self, from: &Module, path: &str, depth: usize) -> Option<Module> {
        let mut segments = path.split("::").peekable();
        let mut module = match segments.peek() {
            Some(&"crate") => Module::new(),
            Some(&("self" | "super")) => from.clone(),
            Some(first) if self.is_module(&child(from, first)) => from.clone(),
            _ => return None,
        };
        while let Some(segment) = segments.peek() {
            match *segment {
                "crate" | "self" => {}
                "super" => drop(module.pop()),
                name if self.is_module(&child(&module, name)) => module.push(name.to_owned()),
                _ => break,
            }
            segments.next();
        }
        let item = segments.next();
        let reexport = item.filter(|_| depth < 5).and_then(|item| {
            let paths = self.paths.get(&module)?;
            let origin = paths.iter().find(|path| path.rsplit("::").next() == Some(item))?;
            self.resolve(&module, origin, depth + 1)
        });
        Some(reexport.unwrap_or(module))
    }

    fn is_module(&self, module: &Module) -> bool {
        self.modules.keys().any(|known| known.starts_with(module))
    }
}

fn child(module: &Module, name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The paths of `use` declarations, expanded, and the inline paths that begin with `crate`, `self` or `super`.
fn paths_in(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let (before, after) = rest.split_at(at);
        let starts_a_line = before.rsplit('\n').next().is_some_and(|line| {
            let line = line.trim();
            line.is_empty() || line.starts_with("pub")
        });
        let end = after.find(';').unwrap_or(after.len());
        if starts_a_line {
            paths.extend(expanded(&after[4..end]));
            rest = &after[end..];
        } else {
            rest = &after[4..];
        }
    }
    for root in ["crate::", "self::", "super::"] {
        for (at, _) in text.match_indices(root) {
            let is_inside = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            let path: String = text[at..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
                .collect();
            if !is_inside {
                paths.push(path.trim_end_matches(':').to_owned());
            }
        }
    }
    paths
}

/// `a::{b, c::{d, e as f}}` as `a::b`, `a::c::d`, `a::c::e`.
fn expanded(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, body)) = tree.split_once('{') else {
        let name = tree.split(" as ").next().unwrap_or_default();
        return vec![name.trim().to_owned()];
    };
    let body = body.strip_suffix('}').unwrap_or(body);
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for letter in body.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match letter {
            ',' if depth == 0 => parts.push(String::new()),
            letter => parts.last_mut().unwrap().push(letter),
        }
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts
        .flat_map(|part| expanded(&format!("{}{part}", prefix.trim())))
        .collect()
}

/// The nodes of some circle.
fn circle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let reaches = |from: &String, to: &String| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = graph.get(from).into_iter().flatten().collect();
        while let Some(node) = open.pop() {
            if node == to {
                return true;
            }
            if seen.insert(node) {
                open.extend(graph.get(node).into_iter().flatten());
            }
        }
        false
    };
    let start = graph.keys().find(|node| reaches(node, node))?;
    Some(
        graph
            .keys()
            .filter(|node| reaches(start, node) && reaches(node, start))
            .cloned()
            .collect(),
    )
}

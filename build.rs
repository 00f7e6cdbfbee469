//! Prepares the pages for embedding: joins the modules of `static/` into few files, compresses each, and names the set
//! by a hash of its contents. Cargo also runs it, and so the macro that embeds migrations, when a migration is added.
//!
//! A bundle is a module with everything it imports, each in a scope of its own, in the order of dependency. `app.js` is
//! one; each module that `app.js` imports with `import("./…")` is another, without what `app.js` holds already. The files
//! of `static/` run unbundled as well. They keep to these forms, at the beginning of a line, each on one line:
//! `import { a, b as c } from "./x.js";`, `import * as x from "./x.js";`, `export const`, `export class`,
//! `export function`, `export async function`. No module has import cycles. Lines lose their indentation and comments
//! that begin a line are left out, so no text may depend on either.

#![allow(clippy::print_stdout)] // how a build script speaks to cargo
#![allow(clippy::expect_used, clippy::panic)] // what is wrong here ends the build and says why

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The bundle that the document loads.
const ENTRY: &str = "app.js";
/// A classic script, which must run where modules do not.
const CLASSIC: &str = "boot.js";
/// Modules that are served as they are.
const VENDOR: &str = "vendor/";

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=static");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the folder")).join("static");
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder"));
    let files = served(read(&root, &root));
    let hash = hash(&files);
    let pages = target.join("pages");
    // A file that is gone from `static/` must not stay embedded.
    let _ = fs::remove_dir_all(&pages);
    for (path, text) in &files {
        let text = match path.ends_with(".html") {
            true => text.replace("\"static/", &format!("\"static/{hash}/")),
            false => text.clone(),
        };
        let packed = pages.join(path);
        fs::create_dir_all(packed.parent().expect("a folder")).expect("the folder is made");
        fs::write(&packed, gzip(&text)).expect("the file is written");
    }
    println!("cargo::rustc-env=SOCLE_PAGES_HASH={hash}");
}

/// Every file of a folder by its path under `root`, but those that only people read.
fn read(root: &Path, folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(read(root, &path));
        } else if path.extension().is_some_and(|extension| extension != "md") {
            let name = path
                .strip_prefix(root)
                .expect("a path below")
                .to_string_lossy()
                .replace('\\', "/");
            files.insert(name, fs::read_to_string(&path).expect("text"));
        }
    }
    files
}

/// What is served, by its path.
fn served(files: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let modules: BTreeMap<_, _> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".js") && *path != CLASSIC && !path.starts_with(VENDOR))
        .map(|(path, text)| (path.as_str(), Module::parse(path, text)))
        .collect();
    let mut served: BTreeMap<String, String> = files
        .iter()
        .filter(|(path, _)| !modules.contains_key(path.as_str()) && !path.starts_with("css/"))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect();
    let first = closure(&modules, ENTRY);
    for entry in modules.get(ENTRY).map(|module| &module.lazy).into_iter().flatten() {
        let rest: Vec<_> = closure(&modules, entry)
            .into_iter()
            .filter(|path| !first.contains(path))
            .collect();
        served.insert(entry.clone(), bundle(&modules, &rest, entry));
    }
    served.insert(ENTRY.to_owned(), bundle(&modules, &first, ENTRY));
    if let Some(style) = served.get_mut("style.css") {
        *style = joined_style(style, &files);
    }
    if let Some(boot) = served.get_mut(CLASSIC) {
        *boot = plain(boot);
    }
    served
}

/// One module of `static/`, taken apart.
struct Module {
    /// Paths that it imports, each with the names it gives to what it takes from there.
    imports: Vec<(String, String)>,
    /// Paths that it imports when they are needed.
    lazy: Vec<String>,
    exports: Vec<String>,
    body: String,
}

impl Module {
    fn parse(path: &str, text: &str) -> Self {
        let mut module = Self {
            imports: Vec::new(),
            lazy: Vec::new(),
            exports: Vec::new(),
            body: String::new(),
        };
        for line in plain(text).lines() {
            if let Some((names, from)) = line
                .strip_prefix("import ")
                .and_then(|rest| rest.split_once(" from \""))
            {
                let names = match names.strip_prefix("* as ") {
                    Some(name) => name.to_owned(),
                    None => names.replace(" as ", ": "),
                };
                module
                    .imports
                    .push((resolved(path, from.trim_end_matches("\";")), names));
                continue;
            }
            let declaration = line.strip_prefix("export ");
            if let Some(declaration) = declaration {
                let words = declaration.strip_prefix("async ").unwrap_or(declaration);
                let name = ["function ", "const ", "class "]
                    .iter()
                    .find_map(|word| words.strip_prefix(word));
                let name = name.unwrap_or_else(|| panic!("{path}: {line}"));
                let end = name
                    .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .expect("a name ends");
                module.exports.push(name.split_at(end).0.to_owned());
            }
            for piece in line.split("import(\"").skip(1) {
                assert!(path == ENTRY, "{path}: only {ENTRY} imports when needed");
                let from = piece.split('"').next().expect("a path");
                module.lazy.push(resolved(path, from));
            }
            module.body.push_str(declaration.unwrap_or(line));
            module.body.push('\n');
        }
        module
    }
}

/// The path of what a module at `path` names.
fn resolved(path: &str, from: &str) -> String {
    let mut parts: Vec<_> = path.split('/').collect();
    parts.pop();
    for part in from.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A module and all that it imports, each after what it needs.
fn closure(modules: &BTreeMap<&str, Module>, entry: &str) -> Vec<String> {
    fn visit(modules: &BTreeMap<&str, Module>, path: &str, open: &mut Vec<String>, done: &mut Vec<String>) {
        if path.starts_with(VENDOR) || done.iter().any(|known| known == path) {
            return;
        }
        assert!(
            !open.iter().any(|known| known == path),
            "a cycle of imports: {open:?} and {path}"
        );
        open.push(path.to_owned());
        let module = modules
            .get(path)
            .unwrap_or_else(|| panic!("{open:?}: there is no {path}"));
        for (from, _) in &module.imports {
            visit(modules, from, open, done);
        }
        open.pop();
        done.push(path.to_owned());
    }
    let mut done = Vec::new();
    visit(modules, entry, &mut Vec::new(), &mut done);
    done
}

fn bundle(modules: &BTreeMap<&str, Module>, paths: &[String], entry: &str) -> String {
    let mut text = String::new();
    let up = "../".repeat(entry.matches('/').count());
    if entry == ENTRY {
        text.push_str("const $ = Object.create(null);\nexport { $ };\n");
    } else {
        writeln!(text, "import {{ $ }} from \"./{up}{ENTRY}\";").expect("a string takes it");
    }
    let imports = paths
        .iter()
        .filter_map(|path| modules.get(path.as_str()))
        .flat_map(|module| &module.imports);
    let mut vendor: Vec<_> = imports
        .map(|(path, _)| path)
        .filter(|path| path.starts_with(VENDOR))
        .collect();
    vendor.sort();
    vendor.dedup();
    for (index, path) in vendor.iter().enumerate() {
        writeln!(
            text,
            "import * as v{index} from \"./{up}{path}\";\n$[{path:?}] ??= v{index};"
        )
        .expect("a string takes it");
    }
    for path in paths {
        let Some(module) = modules.get(path.as_str()) else {
            continue;
        };
        writeln!(text, "$[{path:?}] ??= (() => {{").expect("a string takes it");
        for (from, names) in &module.imports {
            writeln!(text, "const {names} = $[{from:?}];").expect("a string takes it");
        }
        writeln!(
            text,
            "{}return {{ {} }};\n}})();",
            module.body,
            module.exports.join(", ")
        )
        .expect("a string takes it");
    }
    if let Some(module) = modules.get(entry).filter(|_| entry != ENTRY) {
        writeln!(text, "export const {{ {} }} = $[{entry:?}];", module.exports.join(", ")).expect("a string takes it");
    }
    text
}

/// The style sheet with those that it imports in their places.
fn joined_style(style: &str, files: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    for line in style.lines() {
        match line.strip_prefix("@import \"") {
            Some(rest) => {
                let path = rest.trim_end_matches("\";");
                text.push_str(&plain(files.get(path).unwrap_or_else(|| panic!("there is no {path}"))));
            }
            None => text.push_str(&plain(line)),
        }
    }
    text
}

/// A script or style sheet without indentation, empty lines and comments that begin a line.
fn plain(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim_start) {
        in_comment |= line.starts_with("/*");
        if in_comment {
            in_comment = !line.contains("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn hash(files: &BTreeMap<String, String>) -> String {
    let mut hasher = Sha256::new();
    for (path, text) in files {
        hasher.update(format!("{path} {}\n{text}", text.len()));
    }
    hasher.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes it");
        text
    })
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

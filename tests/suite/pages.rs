//! How the files of the pages are served, and what they say in each language.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::browser::Browser;
use crate::server::{Server, Setup};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Every file that the document names, by its address.
pub(crate) fn files_of_the_page(server: &Server) -> Vec<String> {
    let page = server.get_as("/", BROWSER).is(200).text();
    let mut files: Vec<_> = page
        .split('"')
        .filter(|piece| piece.starts_with("static/"))
        .map(|file| format!("/{file}"))
        .collect();
    files.sort();
    files.dedup();
    assert!(files.len() > 3, "{files:?}");
    files
}

/// The address of a file of the pages.
fn address_of(server: &Server, name: &str) -> String {
    let files = files_of_the_page(server);
    let style = files
        .iter()
        .find(|file| file.ends_with("/style.css"))
        .expect("a style sheet");
    style.replace("style.css", name)
}

#[test]
fn a_browser_gets_the_page_and_anything_else_gets_json() {
    let server = Server::start();
    let page = server.get_as("/", BROWSER).is(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text().contains("<title>Socle</title>"));
    assert!(page.header("vary").contains("Accept,"), "{}", page.header("vary"));

    let other = server.get("/").is(200);
    assert!(other.header("content-type").starts_with("application/json"));
    assert!(other.json()["version"].is_string());
}

#[test]
fn a_page_may_only_load_from_where_it_came() {
    let server = Server::start();
    let page = server.get_as("/", BROWSER).is(200);
    let policy = page.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let text = page.text();
    for forbidden in ["http://", "https://", "<style", " style=", "onclick"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn every_file_of_the_page_is_served_as_what_it_is_and_may_be_kept() {
    let server = Server::start();
    for file in files_of_the_page(&server) {
        let answer = server.get(&file).is(200);
        let expected = match file.rsplit_once('.').expect("an extension").1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml; charset=utf-8",
            other => panic!("{other}"),
        };
        assert_eq!(answer.header("content-type"), expected, "{file}");
        assert!(answer.header("cache-control").contains("immutable"), "{file}");
    }
    let icon = server.get("/favicon.ico").is(200);
    assert!(icon.header("content-type").starts_with("image/"));
    assert_eq!(icon.header("cache-control"), "no-cache");
}

#[test]
fn a_file_that_a_browser_has_already_is_not_sent_again() {
    let server = Server::start();
    for path in ["/".to_owned(), address_of(&server, "app.js")] {
        let first = server.get_as(&path, BROWSER).is(200);
        let tag = first.header("etag");
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is not a strong tag");
        for held in [
            tag.clone(),
            format!("\"other\", {tag}"),
            format!("W/{tag}"),
            "*".to_owned(),
        ] {
            let again = server.request("GET", &path, &[("Accept", BROWSER), ("If-None-Match", &held)], b"");
            assert_eq!(again.header("etag"), tag);
            assert!(again.is(304).body.is_empty());
        }
        server
            .request(
                "GET",
                &path,
                &[("Accept", BROWSER), ("If-None-Match", "\"other\"")],
                b"",
            )
            .is(200);
    }
}

#[test]
fn files_are_compressed_for_those_who_take_it() {
    let server = Server::start();
    let style = address_of(&server, "style.css");
    let get = |accepted: &str| {
        let answer = server
            .request("GET", &style, &[("Accept-Encoding", accepted)], b"")
            .is(200);
        assert!(answer.header("vary").contains("Accept-Encoding"));
        answer
    };
    let plain = get("identity");
    assert_eq!(plain.header("content-encoding"), "");
    for accepted in ["gzip", "br, GZIP;q=0.5", "*"] {
        let packed = get(accepted);
        assert_eq!(packed.header("content-encoding"), "gzip", "{accepted}");
        assert!(packed.body.len() < plain.body.len() / 2);
        assert_ne!(packed.header("etag"), plain.header("etag"));
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(packed.body.as_slice())
            .read_to_end(&mut unpacked)
            .expect("gzip");
        assert_eq!(unpacked, plain.body);
    }
    for refused in ["br", "gzip;q=0, *", "gzip;q=0.0", "*;q=0"] {
        assert_eq!(get(refused).header("content-encoding"), "", "{refused}");
    }
}

#[test]
fn nothing_else_lies_beside_the_files() {
    let server = Server::start();
    for path in [
        "/static/",
        "/static/app.js",
        "/static/none.js",
        "/static/.git",
        "/static/000000000000/app.js",
    ] {
        server.get(path).is(404);
    }
    for name in ["", "index.html", "none.js", "core/api.js", "vendor/README.md"] {
        server.get(&address_of(&server, name)).is(404);
    }
    for target in [
        "/static/../Cargo.toml",
        "/static/..%2fCargo.toml",
        "/static/%2e%2e/Cargo.toml",
    ] {
        let mut wire = server.raw_connection();
        assert!(wire.write(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()));
        let reply = wire.answer().expect("an answer");
        assert!((400..500).contains(&reply.status), "{target}: {}", reply.status);
    }
}

#[test]
fn a_browser_gets_a_page_where_nothing_is_and_a_program_gets_json() {
    let server = Server::start();
    for (path, root) in [("/nothing", "\"./static/"), ("/a/b/", "\"../../static/")] {
        let page = server.get_as(path, BROWSER).is(404);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.header("content-security-policy").contains("script-src 'self'"));
        assert!(page.text().contains(root), "{path}: {}", page.text());
        let answer = server.get(path).is(404);
        assert!(answer.json()["detail"].is_string());
    }
}

#[test]
fn files_do_not_count_against_the_rate_limit() {
    let server = Setup::new().env("RATE_LIMIT", "10/h").start();
    let style = address_of(&server, "style.css");
    for _ in 0..30 {
        server.get(&style).is(200);
    }
}

#[test]
fn the_first_view_is_small() {
    let server = Server::start();
    let mut files = files_of_the_page(&server);
    files.push(address_of(&server, "messages/fr.js"));
    files.push("/".to_owned());
    let headers = [("Accept", BROWSER), ("Accept-Encoding", "gzip")];
    let bytes: usize = files
        .iter()
        .map(|file| server.request("GET", file, &headers, b"").is(200).body.len())
        .sum();
    assert!(bytes < 55_000, "{bytes} bytes in {files:?}");
    // Beside these a first view asks for `/`, `/api/`, jobs by state and the rows of its table.
    assert!(files.len() <= 8, "{files:?}");
}

/// The keys of the messages of a language.
fn message_keys(language: &str) -> BTreeSet<String> {
    let path = folder().join(format!("messages/{language}.js"));
    let text = std::fs::read_to_string(path).expect("messages");
    let keys = text
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split_once("\": "));
    keys.map(|(key, _)| key.to_owned()).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static")
}

/// Every module of the pages but those of others and the messages.
fn modules(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("vendor") && !path.ends_with("messages") {
            found.extend(modules(&path));
        } else if path.extension().is_some_and(|extension| extension == "js") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_message_is_there_in_every_language() {
    let english = message_keys("en");
    assert_eq!(english, message_keys("fr"));
    for module in modules(&folder()) {
        let text = std::fs::read_to_string(&module).expect("a module");
        for call in ["t(\"", "rich(\""] {
            for (at, _) in text.match_indices(call) {
                let is_name = text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '.');
                let key = text[at + call.len()..].split('"').next().expect("a key");
                assert!(is_name || english.contains(key), "{}: {key}", module.display());
            }
        }
    }
}

/// The console's entries except failed loads, which a refused form leaves by design.
pub(crate) fn complaints(browser: &Browser) -> Vec<serde_json::Value> {
    let mut entries = browser.console();
    entries.retain(|entry| entry["source"] != "network");
    entries
}

#[test]
#[ignore = "needs Chromium"]
fn a_lost_script_is_said() {
    let server = Server::start();
    let browser = Browser::start();
    browser.devtools("Network.enable", serde_json::json!({}));
    browser.devtools(
        "Network.setBlockedURLs",
        serde_json::json!({"urls": ["*/vendor/preact.js"]}),
    );
    browser.open(&server.url("/"));
    browser.wait_until("document.querySelector('#lost button') !== null");
    browser.devtools("Network.setBlockedURLs", serde_json::json!({"urls": []}));
    browser.click("#lost button");
    browser.wait_until("document.querySelector('#tables a') !== null");
    assert_eq!(
        browser.value("document.getElementById('lost')"),
        serde_json::Value::Null
    );
}

#[test]
#[ignore = "needs Chromium"]
fn strangers_cause_no_line_in_the_console() {
    let server = Setup::new()
        .env("ADMIN_LOGIN", "ada")
        .env("ADMIN_PASSWORD", "correct horse battery")
        .start();
    let browser = Browser::start();
    for path in ["/", "/?table=items", "/?page=api", "/?page=health"] {
        browser.open(&server.url(path));
        browser.wait_until("document.querySelector('#title') !== null && document.querySelector('#tables a') !== null");
    }
    assert_eq!(browser.console(), Vec::<serde_json::Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_page_loads_again_and_again_under_a_strict_rate_limit() {
    let server = Setup::new().env("RATE_LIMIT", "60/m").start();
    let browser = Browser::start();
    for _ in 0..4 {
        browser.open(&server.url("/?table=items"));
        browser.wait_until("document.querySelector('.empty') !== null");
    }
    assert_eq!(browser.console(), Vec::<serde_json::Value>::new());
}

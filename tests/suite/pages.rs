//! The pages: how their files are served, and what a person can do with tables and rows in a real browser.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use serde_json::json;

use crate::browser::Browser;
use crate::server::{Server, Setup};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Every file that the page loads, as its own text names them.
fn files_of_the_page(server: &Server) -> Vec<String> {
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
fn every_file_of_the_page_is_served_as_what_it_is() {
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
        assert_eq!(answer.header("cache-control"), "no-cache", "{file}");
    }
    assert!(
        server
            .get("/favicon.ico")
            .is(200)
            .header("content-type")
            .starts_with("image/")
    );
}

#[test]
fn what_is_preloaded_is_what_the_modules_import() {
    let server = Server::start();
    let files = files_of_the_page(&server);
    let modules: BTreeSet<_> = files.into_iter().filter(|file| file.ends_with(".js")).collect();
    let mut imported = BTreeSet::from(["/static/app.js".to_owned()]);
    for file in &modules {
        let text = server.get(file).is(200).text();
        let folder = Path::new(file).parent().expect("a folder");
        for line in text.lines().filter(|line| line.starts_with("import ")) {
            let name = line.split('"').nth(1).expect("a module's name");
            let path = match name.strip_prefix("../") {
                Some(above) => folder.parent().expect("a folder").join(above),
                None => folder.join(name.strip_prefix("./").expect("a relative name")),
            };
            imported.insert(path.display().to_string());
        }
    }
    assert_eq!(modules, imported);
}

#[test]
fn a_file_that_a_browser_has_already_is_not_sent_again() {
    let server = Server::start();
    for path in ["/", "/static/app.js"] {
        let first = server.get_as(path, BROWSER).is(200);
        let tag = first.header("etag");
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is not a strong tag");
        for held in [
            tag.clone(),
            format!("\"other\", {tag}"),
            format!("W/{tag}"),
            "*".to_owned(),
        ] {
            let again = server.request("GET", path, &[("Accept", BROWSER), ("If-None-Match", &held)], b"");
            assert_eq!(again.header("etag"), tag);
            assert!(again.is(304).body.is_empty());
        }
        server
            .request("GET", path, &[("Accept", BROWSER), ("If-None-Match", "\"other\"")], b"")
            .is(200);
    }
}

#[test]
fn files_are_compressed_for_those_who_take_it() {
    let server = Server::start();
    let get = |accepted: &str| {
        let answer = server
            .request("GET", "/static/style.css", &[("Accept-Encoding", accepted)], b"")
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
    for path in ["/static/", "/static/index.html", "/static/none.js", "/static/.git"] {
        server.get(path).is(404);
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

/// The console's entries except failed loads, which a refused form leaves by design.
pub(crate) fn complaints(browser: &Browser) -> Vec<serde_json::Value> {
    let mut entries = browser.console();
    entries.retain(|entry| entry["source"] != "network");
    entries
}

#[test]
#[ignore = "needs Chromium"]
fn a_person_adds_a_row_and_is_told_what_is_wrong_at_the_field() {
    let server = Setup::new().env("APP_TITLE", "Bibliothèque").start();
    let browser = Browser::start();
    browser.open(&server.url("/"));
    browser.wait_until("document.title === 'items – Bibliothèque'");
    browser.wait_until("document.getElementById('health').innerText.trim() === 'Healthy'");
    browser.wait_until("document.getElementById('view').innerText.includes('curl -X POST')");

    browser.click("#add-open");
    browser.click("#add-save");
    browser.wait_until(
        "document.querySelector('[aria-invalid] ~ .error:not([hidden])')?.innerText === 'This field is required.'",
    );
    assert_eq!(
        browser.value("document.activeElement.labels[0].firstChild.textContent"),
        "Name"
    );
    assert_eq!(server.rows("/api/items/"), Vec::<serde_json::Value>::new());

    browser.type_into("#add-form [aria-invalid]", "كتاب <b>one</b>");
    browser.click("#add-save");
    browser.wait_until("document.querySelector('tr.added')?.innerText.includes('كتاب <b>one</b>') === true");
    assert_eq!(browser.value("document.getElementById('add').open"), false);
    assert_eq!(
        browser.value("document.querySelector('tr.added a').getAttribute('href')"),
        "api/items/1/"
    );
    assert_eq!(server.get("/api/items/1/").is(200).json()["name"], "كتاب <b>one</b>");
    assert_eq!(complaints(&browser), Vec::<serde_json::Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn every_view_has_an_address_and_the_back_button_returns_to_it() {
    let server = Server::start();
    let rows: Vec<_> = (1..=60).map(|n| json!({"name": format!("item {n:02}")})).collect();
    server.post("/api/items/", rows.into()).is(201);
    let browser = Browser::start();
    let first_row = |name: &str| {
        browser.wait_until(&format!(
            "document.querySelector('tbody tr')?.innerText.includes('{name}') === true"
        ));
    };
    browser.open(&server.url("/"));
    first_row("item 01");
    browser.click("#page-next");
    first_row("item 26");
    browser.click("#sort-name");
    browser.wait_until("document.querySelector('[aria-sort]')?.getAttribute('aria-sort') === 'ascending'");
    browser.click("#sort-name");
    first_row("item 60");
    browser.type_into("#search", "05");
    first_row("item 05");
    let address = browser.value("location.href");
    assert_eq!(
        browser.value("location.search"),
        "?table=items&search=05&ordering=-name"
    );

    browser.back();
    first_row("item 60");
    browser.back();
    browser.back();
    first_row("item 26");
    browser.open(address.as_str().expect("an address"));
    first_row("item 05");
    assert_eq!(browser.value("document.getElementById('search').value"), "05");
    assert_eq!(complaints(&browser), Vec::<serde_json::Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn integers_beyond_two_to_the_53_go_in_and_out_of_the_page_unharmed() {
    let table = "CREATE TABLE readings (id INTEGER PRIMARY KEY, reading INTEGER NOT NULL, extra JSON);";
    let server = Setup::new().migration("V1__readings.sql", table).start();
    let browser = Browser::start();
    browser.open(&server.url("/?table=readings"));
    browser.click("#add-open");
    browser.type_into("#add-0", "9223372036854775807");
    browser.type_into("#add-1", "{\"n\": 9007199254740993}");
    browser.click("#add-save");
    browser.wait_until("document.querySelector('tr.added') !== null");
    let shown = browser.value("document.querySelector('tr.added').innerText");
    let shown = shown.as_str().expect("a text");
    assert!(
        shown.contains("9223372036854775807") && shown.contains("9007199254740993"),
        "{shown}"
    );
    let stored = server.get("/api/readings/1/").is(200).text();
    assert!(
        stored.contains("9223372036854775807") && stored.contains("9007199254740993"),
        "{stored}"
    );
    assert_eq!(complaints(&browser), Vec::<serde_json::Value>::new());
}

//! Every view of the pages, in a real browser: nothing for axe-core to find, nothing that moves, nothing in the console;
//! light and dark, wide and narrow, in each language.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::server::{Server, Setup};

const PASSWORD: &str = "correct horse battery";
/// Views by their address, and the element that stands there when the view does.
const VIEWS: [(&str, &str); 15] = [
    ("/", ".tiles"),
    ("/?table=items", ":is(.grid tbody tr, .cards li)"),
    ("/?table=items&row=1", "#row-part dl"),
    ("/?table=empty", ".empty"),
    ("/?table=nothing", ".empty"),
    ("/?page=jobs", "#view .list tbody tr"),
    ("/?page=schedules", "#view .list tbody tr"),
    ("/?page=api", ".operation"),
    ("/?page=health", "#view dl"),
    ("/?page=tokens", "#token-new"),
    ("/?page=accounts", "#account-new"),
    ("/?page=audit", "#view .list tbody tr"),
    ("/?page=password", "#password-form"),
    ("/?page=sign-in", "#sign-in-form"),
    ("/?page=nothing", ".empty"),
];
/// Shifts of the layout that no input caused, summed up before anything of the page runs.
const WATCH: &str = "window.shift = 0; new PerformanceObserver((list) => { \
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value; \
    }).observe({ type: 'layout-shift', buffered: true });";

fn filled() -> Server {
    let schedule = "[[schedules]]\nname = \"nightly\"\nkind = \"uppercase\"\npayload = { text = \"tick\" }\ncron = \"0 7 * * 1-5\"\n";
    let setup = Setup::new()
        .env("ADMIN_LOGIN", "ada")
        .env("ADMIN_PASSWORD", PASSWORD)
        .migration(
            "V1__empty.sql",
            "CREATE TABLE empty (id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
        );
    std::fs::write(setup.config_dir().join("socle.toml"), schedule).expect("the file");
    setup.start()
}

/// Signs in, and leaves rows and a job behind.
fn signed_in(browser: &Browser, server: &Server) {
    browser.open(&server.url("/?page=sign-in"));
    browser.type_into("#sign-in-0", "ada");
    browser.type_into("#sign-in-1", PASSWORD);
    browser.click("#sign-in-save");
    browser.wait_until("document.querySelector('#account-button') !== null");
    for (path, body) in [
        (
            "api/items/",
            json!([{"name": "<b>one</b>"}, {"name": "two", "description": "with words"}]),
        ),
        ("api/jobs/", json!({"kind": "resize", "payload": {}})),
    ] {
        let send = format!(
            "fetch('{path}', {{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, body: JSON.stringify({body}) }}).then((answer) => answer.status)"
        );
        assert!(browser.resolved(&send).as_u64().is_some_and(|status| status < 300));
    }
}

fn axe() -> String {
    let home = std::env::var("HOME").unwrap_or_default();
    let usual = format!("{home}/.cache/socle-ci/npm/node_modules/axe-core/axe.min.js");
    let path = std::env::var("AXE_CORE").unwrap_or(usual);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn speak(browser: &Browser, language: &str) {
    browser.value(&format!("localStorage.setItem('socle:language', '\"{language}\"')"));
}

#[test]
#[ignore = "needs Chromium and axe-core"]
fn axe_finds_nothing_on_any_view() {
    let server = filled();
    let axe = axe();
    let browser = Browser::start();
    signed_in(&browser, &server);
    let mut found = Vec::new();
    for (language, width, scheme) in [
        ("en", 1280, "light"),
        ("fr", 390, "dark"),
        ("fr", 1280, "dark"),
        ("en", 390, "light"),
    ] {
        speak(&browser, language);
        browser.looks(width, scheme);
        for (path, there) in VIEWS {
            browser.open(&server.url(path));
            browser.wait_until(&format!("document.querySelector(\"{there}\") !== null"));
            browser.inject(&axe);
            let violations = browser.resolved(
                "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`))",
            );
            let overflow = browser.value("document.documentElement.scrollWidth > innerWidth + 1");
            if violations != json!([]) || overflow == true {
                found.push(format!("{path} {language} {width} {scheme}: {violations} {overflow}"));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn nothing_moves_and_nothing_complains_on_any_view() {
    let server = filled();
    let browser = Browser::start();
    signed_in(&browser, &server);
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH}));
    let mut found = Vec::new();
    for width in [1280, 390] {
        browser.looks(width, "light");
        for (path, there) in VIEWS {
            browser.open(&server.url(path));
            browser.wait_until(&format!("document.querySelector(\"{there}\") !== null"));
            browser.wait_until("[...document.querySelectorAll('#tables .count')].every((count) => count.innerText !== '') || innerWidth < 400");
            let shift = browser.value("window.shift").as_f64().expect("a number");
            if shift >= 0.02 {
                found.push(format!("{path} {width}: {shift:.4}"));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(browser.console(), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_call_is_tried_a_schedule_and_a_token_are_created_in_each_language() {
    let server = filled();
    let browser = Browser::start();
    signed_in(&browser, &server);
    for language in ["en", "fr"] {
        speak(&browser, language);
        browser.open(&server.url("/?page=api&tag=items"));
        browser.click(".operation summary");
        browser.click(".operation .try button");
        browser.wait_until("document.querySelector('.answer strong')?.innerText === '200'");
        browser.wait_until("document.querySelector('.answer pre').innerText.includes('<b>one</b>')");

        browser.open(&server.url("/?page=schedules"));
        browser.click("#schedule-new");
        browser.type_into("#dialog-0", language);
        browser.type_into("#dialog-3", "0 7 * * 1-5");
        browser.click("#dialog-save");
        browser.wait_until(&format!("document.querySelector('#pause-{language}') !== null"));
        browser.click(&format!("#run-{language}"));
        browser.wait_until("document.querySelector('#status a') !== null");
        browser.click(&format!("#remove-{language}"));
        browser.click("#dialog-save.grave");
        browser.wait_until(&format!("document.querySelector('#pause-{language}') === null"));

        browser.open(&server.url("/?page=tokens"));
        browser.click("#token-new");
        browser.type_into("#dialog-0", "nightly");
        browser.click("#dialog-save");
        browser.wait_until("document.querySelector('#new-token pre') !== null");
    }
}

#[test]
#[ignore = "needs Chromium"]
fn one_goes_anywhere_with_the_keyboard_and_reads_the_language_of_the_browser() {
    let server = Server::start();
    let browser = Browser::start();
    browser.open(&server.url("/"));
    speak(&browser, "fr");
    browser.open(&server.url("/"));
    browser.wait_until("document.querySelector('#title')?.innerText === 'Vue d’ensemble'");
    assert_eq!(browser.value("document.documentElement.lang"), "fr");
    browser.type_into("body", "\u{E009}k");
    browser.wait_until("document.querySelector('#go-to')?.open === true");
    browser.press("item");
    browser.press("\u{E007}");
    browser.wait_until("location.search === '?table=items'");
    browser.wait_until("document.querySelector('.empty')?.innerText.includes('Aucune ligne') === true");
    assert_eq!(browser.console(), Vec::<Value>::new());
}

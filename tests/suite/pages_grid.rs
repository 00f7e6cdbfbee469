//! The grid and the open row, in a real browser: looking for rows, changing, adding and deleting them, with the keyboard
//! alone, in each language.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pages::complaints;
use crate::server::{Server, Setup};

const TABLES: &str = "
    CREATE TABLE departments (code TEXT PRIMARY KEY, name VARCHAR(100) NOT NULL);
    CREATE TABLE towns (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL, department TEXT REFERENCES departments(code),
        population INTEGER CHECK (population >= 0), noted TEXT, extra JSON);
    CREATE TABLE links (a INTEGER, b INTEGER, PRIMARY KEY (a, b));
    CREATE VIEW notes AS SELECT id, noted FROM towns;";
const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";
const ESCAPE: &str = "\u{E00C}";
const DOWN: &str = "\u{E015}";
const RIGHT: &str = "\u{E014}";

/// Towns 1 to `count`, with departments and names that have accents.
fn towns(count: i64) -> Server {
    let server = Setup::new()
        .env("ITEMS", "on")
        .migration("V1__towns.sql", TABLES)
        .start();
    let departments = json!([{"code": "35", "name": "Ille-et-Vilaine"}, {"code": "75", "name": "Paris"}]);
    server.post("/api/departments/", departments).is(201);
    let rows: Vec<_> = (1..=count)
        .map(|n| {
            let department = if n % 2 == 0 { "35" } else { "75" };
            json!({"name": format!("Saint-Étienne {n:03}"), "department": department, "population": n * 1000})
        })
        .collect();
    server.post("/api/towns/", rows.into()).is(201);
    server
}

fn wait_for_row(browser: &Browser, text: &str) {
    let text = Value::from(text);
    browser.wait_until(&format!(
        "document.querySelector('.grid tbody tr')?.innerText.includes({text}) === true"
    ));
}

fn wait_for_count(browser: &Browser, text: &str) {
    browser.wait_until(&format!(
        "document.getElementById('row-count')?.innerText.startsWith('{text}') === true"
    ));
}

/// The cell of a row and a column, both counted from 1 as ARIA counts them, without the column that selects.
fn cell(row: usize, column: usize) -> String {
    format!("tr[aria-rowindex='{}'] td[aria-colindex='{}']", row + 1, column + 1)
}

fn text_of(browser: &Browser, selector: &str) -> String {
    let text = browser.value(&format!("document.querySelector(\"{selector}\")?.innerText ?? ''"));
    text.as_str().expect("a text").trim().to_owned()
}

/// Opens a view in a language.
fn open_in(browser: &Browser, server: &Server, language: &str, path: &str) {
    browser.open(&server.url("/"));
    browser.value(&format!("localStorage.setItem('socle:language', '\"{language}\"')"));
    browser.open(&server.url(path));
    browser.wait_until(&format!("document.documentElement.lang === '{language}'"));
}

#[test]
#[ignore = "needs Chromium"]
fn a_link_is_exactly_the_view() {
    let server = towns(60);
    let browser = Browser::start();
    browser.open(&server.url("/?table=towns"));
    wait_for_row(&browser, "Saint-Étienne 001");
    browser.click("#sort-name");
    browser.wait_until("document.querySelector('[aria-sort]')?.getAttribute('aria-sort') === 'ascending'");
    browser.click("#sort-name");
    wait_for_row(&browser, "Saint-Étienne 060");
    browser.type_into("#search", "etienne 05");
    wait_for_row(&browser, "Saint-Étienne 059");
    wait_for_count(&browser, "11 ");
    browser.click("#filter");
    browser.type_into("#filter-column", "population");
    browser.type_into("#filter-operator", "above");
    browser.type_into("#filter-value input", "55000");
    browser.click("#filter-apply");
    wait_for_count(&browser, "4 ");
    assert_eq!(text_of(&browser, ".chip span"), "Population above 55,000");
    assert_eq!(
        browser.value("location.search"),
        "?table=towns&population__gt=55000&search=etienne+05&ordering=-name"
    );
    let address = browser.value("location.href");

    browser.back();
    wait_for_count(&browser, "11 ");
    browser.back();
    wait_for_count(&browser, "60 ");
    wait_for_row(&browser, "Saint-Étienne 060");
    browser.open(address.as_str().expect("an address"));
    wait_for_count(&browser, "4 ");
    assert_eq!(browser.value("document.getElementById('search').value"), "etienne 05");
    browser.click(".chip button");
    wait_for_count(&browser, "11 ");
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn rows_are_changed_and_added_with_the_keyboard_alone() {
    for language in ["en", "fr"] {
        let server = towns(3);
        let browser = Browser::start();
        open_in(&browser, &server, language, "/?table=towns");
        wait_for_row(&browser, "Saint-Étienne 001");
        browser.click(&cell(1, 2));
        browser.press(DOWN);
        browser.press("Rennes");
        browser.press(ENTER);
        browser.wait_until("document.querySelector('#status').innerText !== ''");
        assert_eq!(server.get("/api/towns/2/").is(200).json()["name"], "Rennes");
        // The keyboard is in the row below.
        browser.press(RIGHT);
        browser.press(RIGHT);
        browser.press("-5");
        browser.press(ENTER);
        browser.wait_until("document.querySelector('.cell-error')?.innerText.includes('0') === true");
        assert_eq!(server.get("/api/towns/3/").is(200).json()["population"], 3000);
        browser.press(ESCAPE);
        browser.wait_until("document.activeElement.getAttribute('role') === 'gridcell'");

        browser.press(DOWN);
        for name in ["Vitré", "Fougères"] {
            browser.wait_until("document.activeElement.closest('tr')?.classList.contains('draft') === true");
            browser.press("\u{E011}"); // Home
            browser.press(RIGHT);
            browser.press(name);
            browser.press(TAB);
            browser.wait_until("document.activeElement.closest('td')?.ariaColIndex === '4'");
            browser.press(ENTER);
            let name = Value::from(name);
            browser.wait_until(&format!(
                "document.querySelector('.grid').innerText.includes({name}) && document.querySelector('.draft').innerText.includes({name}) === false"
            ));
        }
        assert_eq!(server.rows("/api/towns/").len(), 5);
        assert_eq!(complaints(&browser), Vec::<Value>::new());
    }
}

#[test]
#[ignore = "needs Chromium"]
fn a_form_says_what_is_wrong_at_the_field_and_keeps_text_as_text() {
    let server = Setup::new().env("APP_TITLE", "Bibliothèque").start();
    let browser = Browser::start();
    browser.open(&server.url("/?table=items"));
    browser.wait_until("document.title === 'items – Bibliothèque'");
    browser.wait_until("document.querySelector('.empty')?.innerText.includes('curl -X POST') === true");
    browser.click("#add-open");
    browser.click("#add-save");
    browser.wait_until("document.querySelector('#add-0-error')?.innerText === 'This field is required.'");
    browser.wait_until("document.activeElement.id === 'add-0'");
    assert_eq!(server.rows("/api/items/"), Vec::<Value>::new());

    browser.type_into("#add-0", "كتاب <img src=x onerror=alert(1)>");
    browser.click("#add-save");
    wait_for_row(&browser, "كتاب <img src=x onerror=alert(1)>");
    assert_eq!(browser.value("document.querySelector('dialog[open]')"), Value::Null);
    assert_eq!(browser.value("document.querySelector('img[src=x]')"), Value::Null);
    browser.click("#row-1");
    browser.wait_until("document.querySelector('#row-title')?.innerText.includes('<img') === true");
    assert_eq!(complaints(&browser), Vec::<Value>::new());
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
    wait_for_row(&browser, "9,223,372,036,854,775,807");
    wait_for_row(&browser, "9007199254740993");
    let stored = server.get("/api/readings/1/").is(200).text();
    assert!(
        stored.contains("9223372036854775807") && stored.contains("9007199254740993"),
        "{stored}"
    );
    browser.click("#row-1");
    browser.click("#tab-json");
    browser.wait_until("document.querySelector('#row-part pre')?.innerText.includes('9223372036854775807') === true");
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_row_is_edited_duplicated_and_deleted_in_its_panel() {
    for language in ["en", "fr"] {
        let server = towns(3);
        let browser = Browser::start();
        open_in(&browser, &server, language, "/?table=towns");
        browser.click("#row-2");
        browser.click("#row-edit");
        browser.type_into("#row-0", " bis");
        browser.click("#row-save");
        browser.wait_until("document.querySelector('#row-title')?.innerText.includes('002 bis') === true");
        assert_eq!(
            server.get("/api/towns/2/").is(200).json()["name"],
            "Saint-Étienne 002 bis"
        );
        browser.click("#row-next");
        browser.wait_until("location.search.includes('row=3')");
        browser.click("#row-duplicate");
        browser.click("#add-save");
        wait_for_count(&browser, "4 ");
        browser.wait_until("document.querySelector('dialog[open]') === null");
        browser.click("#row-delete");
        browser.click("#dialog-save");
        wait_for_count(&browser, "3 ");
        browser.wait_until("document.getElementById('row-panel') === null");
        server.get("/api/towns/3/").is(404);
        assert_eq!(server.get("/api/towns/4/").is(200).json()["name"], "Saint-Étienne 003");
        assert_eq!(complaints(&browser), Vec::<Value>::new());
    }
}

#[test]
#[ignore = "needs Chromium"]
fn references_are_followed_both_ways() {
    let server = towns(4);
    let browser = Browser::start();
    browser.open(&server.url("/?table=towns"));
    wait_for_row(&browser, "Paris");
    browser.click(&format!("{} a", cell(2, 3)));
    browser.wait_until("document.querySelector('#row-title')?.innerText.includes('Ille-et-Vilaine') === true");
    browser.click("#tab-related");
    browser.click(".related h3 a");
    wait_for_count(&browser, "2 ");
    assert_eq!(browser.value("location.search"), "?table=towns&department=35");
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn many_rows_are_one_scroll_and_one_may_jump() {
    let server = towns(5000);
    let browser = Browser::start();
    browser.open(&server.url("/?table=towns"));
    wait_for_row(&browser, "Saint-Étienne 001");
    browser.type_into("#row-jump", &format!("4321{ENTER}"));
    browser.wait_until("document.activeElement.closest('tr')?.innerText.includes('4321') === true");
    assert_eq!(
        browser.value("document.activeElement.closest('tr').ariaRowIndex"),
        "4322"
    );
    assert_eq!(
        browser.value("document.querySelectorAll('.grid tbody tr').length < 80"),
        true
    );
    browser.value("document.querySelector('.grid-scroll').scrollTop = 2000 * 32");
    browser.wait_until("document.querySelector('.grid').innerText.includes('Saint-Étienne 2010')");
    let top = "document.querySelector('.grid thead th').getBoundingClientRect().top - document.querySelector('.grid-scroll').getBoundingClientRect().top";
    assert_eq!(browser.value(&format!("Math.abs({top}) < 1")), true, "the header stays");
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn rows_that_are_selected_get_a_value_and_are_deleted() {
    let server = towns(4);
    let browser = Browser::start();
    browser.open(&server.url("/?table=towns"));
    wait_for_row(&browser, "Saint-Étienne 001");
    for row in [2, 3] {
        browser.click(&format!("tr[aria-rowindex='{}'] input[type=checkbox]", row + 1));
    }
    browser.click("#selection-set");
    browser.type_into("#dialog-2", "7");
    browser.click("#dialog-save");
    browser
        .wait_until("document.querySelector('dialog[open]') === null && document.querySelector('.selection') === null");
    assert_eq!(
        server.column("/api/towns/", "population"),
        [json!(1000), json!(7), json!(7), json!(4000)]
    );
    for row in [2, 3] {
        browser.click(&format!("tr[aria-rowindex='{}'] input[type=checkbox]", row + 1));
    }
    browser.click("#selection-delete");
    browser.click("#dialog-save.grave");
    wait_for_count(&browser, "2 ");
    assert_eq!(server.ids("/api/towns/"), [1, 4]);
}

#[test]
#[ignore = "needs Chromium"]
fn rows_are_pasted_from_a_spreadsheet_in_one_request() {
    let server = towns(1);
    let browser = Browser::start();
    browser.open(&server.url("/?table=towns"));
    wait_for_row(&browser, "Saint-Étienne 001");
    let paste = |text: &str| {
        browser.click(&cell(1, 2));
        browser.inject(&format!(
            "const data = new DataTransfer(); data.setData('text/plain', {}); \
             document.activeElement.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }}));",
            Value::from(text)
        ));
    };
    paste("Rennes\t35\t222485\nBrest\t35\t-1");
    browser.click("#dialog-save");
    browser.wait_until("document.querySelector('#dialog-problem')?.innerText.includes('population') === true");
    assert_eq!(server.ids("/api/towns/"), [1]);
    browser.click("#dialog-cancel");
    browser.wait_until("document.querySelector('dialog[open]') === null");
    paste("population\tname\n222485\t\"Rennes \"\"la rouge\"\"\"\n140064\tBrest\n");
    browser.click("#dialog-save");
    wait_for_count(&browser, "3 ");
    assert_eq!(
        server.get("/api/towns/2/").is(200).json()["name"],
        "Rennes \"la rouge\""
    );
}

#[test]
#[ignore = "needs Chromium"]
fn what_only_looks_like_a_day_is_shown_as_it_is() {
    let server = towns(1);
    server.patch("/api/towns/1/", json!({"noted": "2026-02-30"})).is(200);
    let browser = Browser::start();
    browser.open(&server.url("/?table=notes"));
    wait_for_row(&browser, "2026-02-30");
    browser.wait_until("document.getElementById('table-note')?.innerText === 'read-only'");
    assert_eq!(browser.value("document.getElementById('add-open')"), Value::Null);
}

#[test]
#[ignore = "needs Chromium"]
fn rows_with_composite_keys_have_names_of_their_own() {
    let server = towns(1);
    server
        .post("/api/links/", json!([{"a": 1, "b": 1}, {"a": 1, "b": 2}]))
        .is(201);
    let browser = Browser::start();
    browser.open(&server.url("/?table=links"));
    browser.wait_until("document.querySelectorAll('.row-link').length === 2");
    assert_eq!(
        browser.value("[...document.querySelectorAll('.row-link')].map((link) => link.ariaLabel)"),
        json!(["1,1", "1,2"])
    );
    browser.click(&format!("{} a", cell(2, 1)));
    browser.wait_until("document.querySelector('#row-title')?.innerText.includes('1,2') === true");
}

#[test]
#[ignore = "needs Chromium"]
fn sorting_leaves_a_wide_table_where_it_is_and_its_key_in_sight() {
    let columns: String = (0..40).map(|n| format!(", column_number_{n} TEXT")).collect();
    let table = format!("CREATE TABLE wide (id INTEGER PRIMARY KEY{columns});");
    let server = Setup::new().migration("V1__wide.sql", &table).start();
    server
        .post(
            "/api/wide/",
            json!([{"column_number_30": "b"}, {"column_number_30": "a"}]),
        )
        .is(201);
    let browser = Browser::start();
    browser.open(&server.url("/?table=wide"));
    browser.wait_until("document.querySelectorAll('.row-link').length === 2");
    browser.value("document.querySelector('.grid-scroll').scrollLeft = 3000");
    browser.wait_until("document.querySelector('.grid-scroll').scrollLeft === 3000");
    // WebDriver would scroll to what it clicks.
    browser.value("document.getElementById('sort-column_number_30').click() ?? true");
    browser.wait_until("document.querySelector('.row-link').id === 'row-2'");
    assert_eq!(browser.value("document.querySelector('.grid-scroll').scrollLeft"), 3000);
    let key = "document.querySelector('td.key').getBoundingClientRect().left - document.querySelector('.grid-scroll').getBoundingClientRect().left";
    assert_eq!(browser.value(&format!("{key} < 40")), true);
}

#[test]
#[ignore = "needs Chromium"]
fn a_table_shows_none_of_anothers_rows_and_a_failure_once() {
    let server = towns(3);
    let browser = Browser::start();
    browser.open(&server.url("/?table=towns"));
    wait_for_row(&browser, "Saint-Étienne 001");
    let network = |offline: bool| {
        browser.devtools("Network.enable", json!({}));
        let conditions = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        browser.devtools("Network.emulateNetworkConditions", conditions);
    };
    network(true);
    browser.click("#tables a[href='?table=departments']");
    browser.wait_until("document.querySelector('#title').innerText === 'departments'");
    browser.wait_until("document.querySelector('#health-problem') !== null");
    assert_eq!(browser.value("document.querySelector('.grid')"), Value::Null);
    assert_eq!(browser.value("document.querySelectorAll('main .problem').length"), 1);
    network(false);
    wait_for_row(&browser, "Ille-et-Vilaine");
    browser.wait_until(
        "document.querySelector('#health-problem') === null && document.querySelector('.problem') === null",
    );
}

#[test]
#[ignore = "needs Chromium"]
fn what_is_typed_while_a_cell_is_saved_goes_into_the_next() {
    let server = towns(3);
    let browser = Browser::start();
    browser.open(&server.url("/?table=towns"));
    wait_for_row(&browser, "Saint-Étienne 001");
    browser.click(&cell(1, 2));
    browser.devtools("Network.enable", json!({}));
    let slow = json!({"offline": false, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.devtools("Network.emulateNetworkConditions", slow);
    browser.press(&format!("Rennes{ENTER}Brest{ENTER}"));
    browser.wait_until("document.activeElement.value === 'Brest'");
    browser.press(ENTER);
    let names = || server.column("/api/towns/", "name");
    crate::server::eventually("both are saved", || (names()[..2] == ["Rennes", "Brest"]).then_some(()));
}

#[test]
#[ignore = "needs Chromium"]
fn a_range_of_cells_is_copied_as_a_spreadsheet_takes_it() {
    let server = towns(3);
    let browser = Browser::start();
    browser.open(&server.url("/?table=towns"));
    wait_for_row(&browser, "Saint-Étienne 001");
    browser.click(&cell(1, 2));
    browser.press(&format!("\u{E008}{DOWN}{RIGHT}"));
    browser.wait_until("document.querySelectorAll('.in-range').length === 4");
    let copied = "(() => { const data = new DataTransfer(); \
        document.activeElement.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true })); \
        return data.getData('text/plain'); })()";
    assert_eq!(browser.value(copied), "Saint-Étienne 001\t75\nSaint-Étienne 002\t35");
}

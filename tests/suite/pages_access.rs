//! The pages of access, in a real browser: signing in and out, what each role is offered, tokens, accounts, the audit,
//! and sessions that end.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pages::complaints;
use crate::server::{Server, Setup};

const PASSWORD: &str = "correct horse battery";

/// The administrator `ada`, made at the start.
fn with_ada(setup: Setup) -> Setup {
    setup.env("ADMIN_LOGIN", "ada").env("ADMIN_PASSWORD", PASSWORD)
}

fn closed() -> Server {
    with_ada(Setup::new()).start()
}

/// A token of the administrator's, for what tests do beside the browser.
fn token(server: &Server) -> String {
    let credentials = json!({"username": "ada", "password": PASSWORD});
    let answer = server.post("/api/auth/token/", credentials).is(200).json();
    format!("Bearer {}", answer["token"].as_str().expect("a token"))
}

/// Does something as the administrator.
fn as_admin(server: &Server, method: &str, path: &str, body: Value) -> Value {
    let headers = [
        ("Authorization", token(server)),
        ("Content-Type", "application/json".to_owned()),
    ];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let body = match method {
        "POST" | "PATCH" => body.to_string(),
        _ => String::new(),
    };
    let answer = server.request(method, path, &headers, body.as_bytes());
    assert!((200..300).contains(&answer.status), "{} {}", answer.what, answer.text());
    match answer.body.is_empty() {
        true => Value::Null,
        false => answer.json(),
    }
}

fn add_account(server: &Server, name: &str, role: &str) {
    let account = json!({"username": name, "password": PASSWORD, "role": role});
    as_admin(server, "POST", "/api/auth/users/", account);
}

/// Fills in the form to sign in that is shown.
fn sign_in(browser: &Browser, name: &str, password: &str) {
    browser.type_into("#sign-in-0", name);
    browser.type_into("#sign-in-1", password);
    browser.click("#sign-in-save");
}

fn wait_for_text(browser: &Browser, selector: &str, text: &str) {
    let text = Value::from(text);
    browser.wait_until(&format!(
        "document.querySelector('{selector}')?.innerText.includes({text}) === true"
    ));
}

fn wait_for_search(browser: &Browser, search: &str) {
    browser.wait_until(&format!("location.search === {}", Value::from(search)));
}

fn is_absent(browser: &Browser, id: &str) -> bool {
    browser.value(&format!("document.getElementById('{id}')")) == Value::Null
}

#[test]
#[ignore = "needs Chromium"]
fn an_open_server_says_so_and_how_to_close_it() {
    let setup = Setup::new();
    let server = setup.start();
    let browser = Browser::start();
    browser.open(&server.url("/"));
    wait_for_text(&browser, "#open-pill", "Open to everyone");
    assert!(is_absent(&browser, "sign-in-link"));
    browser.click("#open-more");
    wait_for_text(&browser, "dialog[open]", "socle user add NAME --role admin");
    browser.open(&server.url("/?page=sign-in"));
    wait_for_text(&browser, "#view", "socle user add NAME --role admin");
    assert_eq!(complaints(&browser), Vec::<Value>::new());

    // Another process on the same file makes the administrator; the page hears of it by itself.
    browser.open(&server.url("/"));
    let _other = with_ada(setup).start();
    browser.wait_until("document.getElementById('sign-in-link') !== null");
    assert!(is_absent(&browser, "open-pill"));
}

#[test]
#[ignore = "needs Chromium"]
fn a_person_signs_in_adds_a_row_and_signs_out() {
    let server = closed();
    let browser = Browser::start();
    browser.open(&server.url("/?table=items"));
    wait_for_text(&browser, "#table-note", "sign in to change rows");
    assert!(is_absent(&browser, "add-open"));

    browser.click("#sign-in-link");
    sign_in(&browser, "ada", "wrong horse");
    wait_for_text(
        &browser,
        "#sign-in-problem",
        "Unable to log in with provided credentials.",
    );
    assert_eq!(browser.value("document.getElementById('sign-in-0').value"), "ada");
    browser.value("document.getElementById('sign-in-1').value = ''");
    sign_in(&browser, "", PASSWORD);
    wait_for_search(&browser, "?table=items");
    wait_for_text(&browser, "#status", "You are signed in as ada.");
    assert_eq!(browser.value("document.cookie"), "");

    browser.click("#add-open");
    browser.type_into("#add-0", "by ada");
    browser.click("#add-save");
    wait_for_text(&browser, ".grid tbody", "by ada");

    browser.open(&server.url("/?table=items"));
    wait_for_text(&browser, "#account-button", "ada");
    browser.click("#account-button");
    browser.click("#sign-out");
    wait_for_text(&browser, "#status", "You are signed out.");
    browser.wait_until("document.getElementById('sign-in-link') !== null");
    browser.click("#tables a");
    wait_for_text(&browser, "#table-note", "sign in to change rows");
    assert!(is_absent(&browser, "add-open"));
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_viewer_is_offered_no_form_and_reads_why() {
    let server = closed();
    add_account(&server, "vi", "viewer");
    as_admin(&server, "POST", "/api/jobs/", json!({"kind": "resize", "payload": {}}));
    let browser = Browser::start();
    browser.open(&server.url("/?page=sign-in&next=%3Ftable%3Ditems"));
    sign_in(&browser, "vi", PASSWORD);
    wait_for_text(&browser, "#table-note", "your role, viewer, may not change this table");
    assert!(is_absent(&browser, "add-open"));

    browser.click("#work a");
    wait_for_text(
        &browser,
        "#view .notice",
        "Your role, viewer, may look at jobs but not ask for any.",
    );
    wait_for_text(&browser, "#view tbody", "resize");
    assert_eq!(
        browser.value("document.querySelector('#view tbody button')"),
        Value::Null
    );
    browser.click("#account-button");
    wait_for_text(&browser, "#account-menu", "Tokens");
    assert_eq!(
        browser.value("document.getElementById('account-menu').innerText.includes('Accounts')"),
        false
    );
    browser.open(&server.url("/?page=accounts"));
    wait_for_text(&browser, "#view", "You do not have permission to perform this action.");
}

#[test]
#[ignore = "needs Chromium"]
fn a_token_is_shown_once_works_and_is_revoked() {
    let server = closed();
    let browser = Browser::start();
    browser.open(&server.url("/?page=tokens"));
    wait_for_text(&browser, "#view .notice", "What you asked for needs a sign-in.");
    sign_in(&browser, "ada", PASSWORD);
    wait_for_search(&browser, "?page=tokens");
    browser.click("#token-new");
    browser.type_into("#dialog-0", "nightly import");
    browser.click("#dialog-save");
    wait_for_text(&browser, "#new-token", "it is not shown again");
    let shown = browser.value("document.querySelector('#new-token pre').innerText");
    let bearer = format!("Bearer {}", shown.as_str().expect("a token"));
    let me = |status| {
        server
            .request("GET", "/api/auth/me/", &[("Authorization", &bearer)], b"")
            .is(status)
    };
    assert_eq!(me(200).json()["role"], "admin");

    browser.open(&server.url("/?page=tokens"));
    wait_for_text(&browser, "#view tbody", "nightly import");
    assert_eq!(
        browser.value("document.documentElement.innerHTML.includes('socle_')"),
        false
    );
    browser.click("#view td.actions button");
    browser.click("#dialog-save.grave");
    wait_for_text(&browser, "#status", "The token “nightly import” is revoked.");
    me(401);
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_session_that_ends_leads_to_signing_in_and_back_with_what_was_typed() {
    let server = closed();
    let browser = Browser::start();
    browser.open(&server.url("/?page=sign-in&next=%3Ftable%3Ditems%26ordering%3D-name"));
    sign_in(&browser, "ada", PASSWORD);
    wait_for_search(&browser, "?table=items&ordering=-name");
    browser.click("#add-open");
    browser.type_into("#add-0", "typed before the end");

    // As an administrator's change of the password does it to every session.
    let ada = as_admin(&server, "GET", "/api/auth/users/", Value::Null)[0]["id"].clone();
    let password = json!({"password": "another horse battery"});
    as_admin(&server, "PATCH", &format!("/api/auth/users/{ada}/"), password);
    browser.click("#add-save");
    wait_for_text(&browser, "#view .notice", "Your session has ended.");
    sign_in(&browser, "ada", "another horse battery");
    wait_for_search(&browser, "?table=items&ordering=-name");
    browser.click("#add-open");
    browser.click("#add-save");
    wait_for_text(&browser, ".grid tbody", "typed before the end");
}

#[test]
#[ignore = "needs Chromium"]
fn an_address_elsewhere_is_no_way_back_from_signing_in() {
    let server = closed();
    let browser = Browser::start();
    browser.open(&server.url("/?page=sign-in&next=%2F%2Fexample.org%2F"));
    sign_in(&browser, "ada", PASSWORD);
    wait_for_text(&browser, "#status", "You are signed in as ada.");
    assert_eq!(browser.value("location.href"), server.url("/"));
}

#[test]
#[ignore = "needs Chromium"]
fn too_many_attempts_are_told_how_long_to_wait() {
    let server = closed();
    let browser = Browser::start();
    browser.open(&server.url("/?page=sign-in"));
    browser.wait_until("document.getElementById('sign-in-save') !== null");
    let wrong = json!({"username": "ada", "password": "wrong horse"});
    while server.post("/api/auth/token/", wrong.clone()).status != 429 {}
    sign_in(&browser, "ada", PASSWORD);
    wait_for_text(&browser, "#sign-in-problem", "Wait ");
    browser.wait_until("/^Wait \\d+ s$/.test(document.getElementById('sign-in-save').innerText)");
}

#[test]
#[ignore = "needs Chromium"]
fn an_administrator_manages_accounts_and_reads_what_happened() {
    let server = closed();
    let browser = Browser::start();
    browser.open(&server.url("/?page=accounts"));
    sign_in(&browser, "ada", PASSWORD);
    browser.click("#account-new");
    browser.type_into("#dialog-0", "ed");
    browser.type_into("#dialog-3", "short");
    browser.click("#dialog-save");
    wait_for_text(&browser, "#dialog-3-error", "This password is too short.");
    browser.type_into("#dialog-3", " but now longer");
    browser.click("#dialog-save");
    wait_for_text(&browser, "#status", "The account ed is created.");
    wait_for_text(&browser, "#view tbody", "ed");

    browser.click("#remove-1");
    browser.click("#dialog-save");
    browser.wait_until("document.querySelector('#dialog-problem') !== null");
    browser.click("#dialog-cancel");
    browser.wait_until("document.querySelector('dialog[open]') === null");
    browser.click("#remove-2");
    browser.click("#dialog-save");
    wait_for_text(&browser, "#status", "The account ed is deleted.");

    browser.open(&server.url("/?page=audit"));
    wait_for_text(&browser, "#view tbody", "Account deleted");
    wait_for_text(&browser, "#view tbody", "Signed in");
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_person_changes_the_password() {
    let server = closed();
    let browser = Browser::start();
    browser.open(&server.url("/?page=password"));
    sign_in(&browser, "ada", PASSWORD);
    wait_for_search(&browser, "?page=password");
    browser.type_into("#password-0", "wrong horse");
    browser.type_into("#password-1", "another horse battery");
    browser.click("#password-save");
    browser.wait_until("document.getElementById('password-0-error') !== null");
    browser.value("document.getElementById('password-0').value = ''");
    browser.type_into("#password-0", PASSWORD);
    browser.click("#password-save");
    wait_for_text(&browser, "#status", "Your password is changed.");
    wait_for_text(&browser, "#account-button", "ada");
    let credentials = json!({"username": "ada", "password": "another horse battery"});
    server.post("/api/auth/token/", credentials).is(200);
}

//! The pages of jobs, in a real browser: a text submitted and followed to its result, the list kept current, jobs called
//! off and tried again.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::pages::complaints;
use crate::server::{Server, Setup, eventually};

/// A kind that nothing here does: its jobs stay as they are until a test takes them.
fn waiting_job(server: &Server) -> String {
    let made = server
        .post("/api/jobs/", json!({"kind": "resize", "payload": {}}))
        .is(202);
    made.json()["job_id"].as_str().expect("a job's name").to_owned()
}

/// Takes the one job of that kind, as a worker; gives its lease.
fn take(server: &Server) -> Value {
    server
        .post("/api/jobs/claim", json!({"kinds": ["resize"]}))
        .is(200)
        .json()
}

#[test]
#[ignore = "needs Chromium"]
fn a_person_submits_a_text_and_sees_it_in_capitals() {
    let server = Server::start();
    let browser = Browser::start();
    browser.open(&server.url("/"));
    browser.click("#work a");
    browser.click("#text-open");
    browser.type_into("#submit-0", "bonjour le monde");
    browser.click("#submit-save");
    browser.wait_until("location.search.startsWith('?page=job&id=')");
    browser.wait_until("document.querySelector('#result pre')?.innerText === 'BONJOUR LE MONDE'");
    assert_eq!(browser.value("document.querySelector('.badge').innerText"), "done");
    assert_eq!(complaints(&browser), Vec::<Value>::new());

    browser.back();
    browser.wait_until("document.querySelector('#view tbody')?.innerText.includes('BONJOUR LE MONDE') === true");
}

#[test]
#[ignore = "needs Chromium"]
fn a_text_that_is_none_is_refused_at_the_field() {
    let server = Server::start();
    let browser = Browser::start();
    browser.open(&server.url("/?page=jobs"));
    browser.click("#text-open");
    browser.click("#submit-save");
    browser.wait_until("document.querySelector('#submit-0-error')?.innerText === 'This field may not be blank.'");
}

#[test]
#[ignore = "needs Chromium"]
fn a_job_is_followed_while_its_worker_reports() {
    let server = Server::start();
    let id = waiting_job(&server);
    let browser = Browser::start();
    browser.open(&server.url(&format!("/?page=job&id={id}")));
    browser.wait_until("document.querySelector('.badge')?.innerText === 'queued'");

    let lease = take(&server)["lease_token"].clone();
    browser.wait_until("document.querySelector('.state .badge').innerText === 'processing'");
    let progress = json!({"lease_token": lease, "progress": {"done": 3, "total": 4, "message": "<b>nearly</b>"}});
    server.post(&format!("/api/jobs/{id}/heartbeat"), progress).is(200);
    browser.wait_until("document.querySelector('.state').innerText.includes('3 of 4, <b>nearly</b>')");
    assert_eq!(browser.value("document.querySelector('progress').value"), 0.75);

    let error = json!({"lease_token": lease, "error": "no such image", "retry": false});
    server.post(&format!("/api/jobs/{id}/fail"), error).is(200);
    browser.wait_until("document.querySelector('#error')?.innerText.includes('no such image') === true");
    browser.click("#job-retry");
    browser.wait_until("document.querySelector('.badge').innerText === 'queued'");
    browser.click("#job-cancel");
    browser.wait_until("document.querySelector('.badge').innerText === 'cancelled'");
    assert_eq!(
        server.get(&format!("/api/jobs/{id}")).is(200).json()["status"],
        "cancelled"
    );
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_job_is_followed_where_streams_do_not_come_through() {
    let server = Server::start();
    let id = waiting_job(&server);
    let browser = Browser::start();
    browser.open(&server.url("/?page=jobs"));
    browser.wait_until("document.querySelector('#view tbody a') !== null");
    // As behind a proxy that answers streams with an error.
    browser.value(
        "(window.EventSource = class extends EventTarget { \
            static CLOSED = 2; readyState = 2; close() {} \
            constructor() { super(); setTimeout(() => this.dispatchEvent(new Event('error'))); } \
        }) && true",
    );
    browser.click("#view tbody a");
    browser.wait_until("document.querySelector('.badge')?.innerText === 'queued'");
    let lease = take(&server)["lease_token"].clone();
    let done = json!({"lease_token": lease, "result": {"width": 640}});
    server.post(&format!("/api/jobs/{id}/complete"), done).is(200);
    browser.wait_until("document.querySelector('#result pre')?.innerText === '{\\n  \"width\": 640\\n}'");
}

#[test]
#[ignore = "needs Chromium"]
fn the_list_is_kept_current_and_shows_one_state_of_many_pages() {
    let server = Setup::new().env("ROLES", "api,pages").start();
    for n in 0..30 {
        server.post("/api/jobs/", json!({"text": format!("text {n}")})).is(202);
    }
    let browser = Browser::start();
    browser.open(&server.url("/?page=jobs"));
    let rows = |count: usize| {
        browser.wait_until(&format!(
            "document.querySelectorAll('#view tbody tr').length === {count}"
        ));
    };
    rows(25);
    assert_eq!(
        browser.value("document.querySelector('#jobs-queued .count').innerText"),
        "30"
    );
    browser.click("#page-next");
    rows(5);
    browser.back();
    rows(25);

    // Without a word from the person: what happens elsewhere appears.
    waiting_job(&server);
    browser.wait_until("document.querySelector('#view tbody tr').innerText.includes('resize')");
    browser.click("#view td.actions button");
    browser.wait_until("document.querySelector('#jobs-cancelled .count').innerText === '1'");
    browser.click("#jobs-cancelled");
    rows(1);
    browser.click("#jobs-failed");
    browser.wait_until("document.querySelector('#view').innerText.includes('No such jobs.')");
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn schedules_are_listed_and_lead_to_their_last_job() {
    let schedules =
        "[[schedules]]\nname = \"often\"\nkind = \"uppercase\"\npayload = { text = \"tick\" }\nevery = \"1s\"\n";
    let setup = Setup::new();
    std::fs::write(setup.config_dir().join("socle.toml"), schedules).expect("the file");
    let server = setup.start();
    let done = || server.get("/api/jobs/counts").is(200).json()["done"].as_u64();
    eventually("a tick", || done().filter(|count| *count > 0));
    let browser = Browser::start();
    browser.open(&server.url("/?page=schedules"));
    browser.wait_until("document.querySelector('#view tbody')?.innerText.includes('every 1s') === true");
    browser.click("#view tbody a[href*=job]");
    browser.wait_until("document.querySelector('#result pre')?.innerText === 'TICK'");
    assert_eq!(complaints(&browser), Vec::<Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn what_is_selected_in_the_list_stays_selected_while_it_is_kept_current() {
    let server = Setup::new().env("ROLES", "api,pages").start();
    waiting_job(&server);
    let browser = Browser::start();
    browser.open(&server.url("/?page=jobs"));
    browser.wait_until("document.querySelector('#view tbody')?.innerText.includes('resize') === true");
    browser.value("getSelection().selectAllChildren(document.querySelector('#view tbody td:nth-child(2)')) ?? true");
    waiting_job(&server);
    browser.wait_until("document.querySelectorAll('#view tbody tr').length === 2");
    assert_eq!(browser.value("getSelection().toString().trim()"), "resize");
}

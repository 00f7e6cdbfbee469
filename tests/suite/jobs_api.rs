//! Jobs over HTTP for those who submit them: submit, read, cancel, retry.

use serde_json::{Value, json};

use crate::jobs_client::{time_from_now, verb, with_lease};
use crate::server::{Server, Setup};

/// A server without workers of its own: jobs wait.
pub(crate) fn without_workers() -> Server {
    Server::with(|setup| setup.env("ROLES", "api,pages"))
}

#[test]
fn bonjour_le_monde_becomes_capitals() {
    let server = Server::start();
    let answer = server.post("/jobs", json!({"text": "bonjour le monde"})).is(202);
    let submitted = answer.json();
    let id = submitted["job_id"].as_str().expect("a name");
    assert_eq!(submitted, json!({"job_id": id, "status": "queued"}));
    assert_eq!(answer.location(), format!("/jobs/{id}"));
    let job = server.job_once(id, "done");
    assert_eq!(job["result"], "BONJOUR LE MONDE");
    assert_eq!(
        (&job["kind"], &job["attempts"], &job["error"]),
        (&json!("uppercase"), &json!(1), &Value::Null)
    );
    for time in ["created_at", "started_at", "updated_at", "finished_at"] {
        assert!(
            job[time].as_str().is_some_and(|time| time.ends_with('Z')),
            "{time}: {job}"
        );
    }
    server.get("/healthz").is(200);
    assert_eq!(server.get("/jobs/").is(200).json()[0]["job_id"], id);
}

#[test]
fn capitals_are_those_of_unicode() {
    let server = Server::start();
    for (text, capitals) in [
        ("straße", "STRASSE"),
        ("ﬁn", "FIN"),
        ("ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
        ("élève ŉ", "ÉLÈVE ʼN"),
        ("\u{390}", "\u{399}\u{308}\u{301}"),
        ("日本 🎉 123", "日本 🎉 123"),
        ("line\nbreak \u{0} \"quoted\"", "LINE\nBREAK \u{0} \"QUOTED\""),
    ] {
        let id = server.submit(json!({ "text": text }));
        assert_eq!(server.job_once(&id, "done")["result"], capitals, "{text}");
    }
}

#[test]
fn a_job_can_be_asked_for_by_form_and_under_either_address() {
    let server = Server::start();
    let form = server.send(
        "POST",
        "/jobs/",
        "application/x-www-form-urlencoded",
        b"text=d%C3%A9j%C3%A0+vu",
    );
    let id = form.is(202).json()["job_id"].as_str().expect("a name").to_owned();
    assert_eq!(server.job_once(&id, "done")["result"], "DÉJÀ VU");
    let answer = server
        .post("/api/jobs/", json!({"kind": "uppercase", "payload": {"text": "a"}}))
        .is(202);
    assert!(answer.location().starts_with("/api/jobs/"));
    assert_eq!(server.get(&answer.location()).is(200).json()["kind"], "uppercase");
    let raw = server.send(
        "POST",
        "/jobs",
        "application/json",
        br#"{"text": "a", "priority": 3, "max_attempts": 1}"#,
    );
    let id = raw.is(202).json()["job_id"].as_str().expect("a name").to_owned();
    let job = server.job(&id);
    assert_eq!((&job["priority"], &job["max_attempts"]), (&json!(3), &json!(1)));
}

#[test]
fn what_is_wrong_with_a_job_is_said_by_field_all_at_once() {
    let server = without_workers();
    let wrong = |job: Value| server.post("/jobs", job).is(400).json();
    assert_eq!(
        wrong(json!({"text": ""})),
        json!({"text": ["This field may not be blank."]})
    );
    assert_eq!(wrong(json!({})), json!({"text": ["This field is required."]}));
    assert_eq!(
        wrong(json!({"text": null})),
        json!({"text": ["This field may not be null."]})
    );
    assert_eq!(wrong(json!({"text": 7})), json!({"text": ["Not a valid string."]}));
    assert_eq!(
        wrong(json!({"payload": {"text": "a", "size": 1}}))["size"][0],
        "This kind of job has no such field. Fields: text."
    );
    let several = wrong(json!({
        "kind": "re size", "priority": 101, "max_attempts": "many", "run_at": "tomorrow", "unique_key": 7, "colour": "red",
    }));
    let mut fields: Vec<_> = several.as_object().expect("fields").keys().cloned().collect();
    fields.sort();
    assert_eq!(
        fields,
        ["colour", "kind", "max_attempts", "priority", "run_at", "unique_key"]
    );
    assert!(
        several["colour"][0]
            .as_str()
            .is_some_and(|said| said.contains("unique_key"))
    );
    assert!(wrong(json!({"text": "a", "payload": {"text": "a"}}))["payload"].is_array());
    assert!(wrong(json!({"kind": "resize", "text": "a"}))["text"].is_array());
    assert!(wrong(json!([{"text": "a"}]))["non_field_errors"].is_array());
    server.send("POST", "/jobs", "application/json", b"{\"text\"").is(400);
    server.send("POST", "/jobs", "text/plain", b"text").is(415);
    assert!(server.post("/jobs?text=a", json!({"text": "a"})).is(400).json()["text"].is_array());
    let lone = server.send(
        "POST",
        "/jobs",
        "application/json",
        br#"{"kind": "k", "payload": "\ud800"}"#,
    );
    assert!(lone.is(400).json()["payload"].is_array());
    assert_eq!(server.counts()["queued"], 0);
}

#[test]
fn a_payload_has_a_size_and_so_have_results() {
    let server = Server::with(|setup| setup.env("ROLES", "api").env("MAX_BODY", "4MiB"));
    let text = |size: usize| json!({"kind": "big", "payload": "x".repeat(size)});
    let refused = server.post("/jobs", text(256 * 1024 - 1)).is(413).json();
    assert!(
        refused["detail"]
            .as_str()
            .is_some_and(|said| said.contains("262145") && said.contains("262144"))
    );
    server.submit(text(256 * 1024 - 2));
    let claimed = server.claim("big").expect("the job");
    let result = |size: usize| with_lease(&claimed, json!({"result": "x".repeat(size)}));
    let complete = verb(&claimed, "complete");
    server.post(&complete, result((1 << 20) - 1)).is(413);
    let checkpoint = with_lease(&claimed, json!({"checkpoint": "x".repeat(300_000)}));
    server.post(&verb(&claimed, "heartbeat"), checkpoint).is(413);
    server.post(&complete, result((1 << 20) - 2)).is(200);
    let long = server.submit(json!({"kind": "long", "payload": null}));
    let claimed = server.claim("long").expect("the job");
    let error = with_lease(&claimed, json!({"error": "é".repeat(10_000), "retry": false}));
    server.post(&verb(&claimed, "fail"), error).is(200);
    assert_eq!(
        server.job(&long)["error"].as_str().map(|error| error.chars().count()),
        Some(4096)
    );
}

#[test]
fn a_queued_job_is_cancelled_and_may_be_tried_again() {
    let server = without_workers();
    let id = server.submit(json!({"text": "a"}));
    let address = format!("/jobs/{id}");
    let retry = format!("/jobs/{id}/retry/");
    server.post(&retry, json!({})).is(409);
    assert!(server.delete(&address).is(204).body.is_empty());
    server.delete(&address).is(204);
    assert_eq!(server.job(&id)["status"], "cancelled");
    let again = server.request("POST", &retry, &[], b"").is(202);
    assert_eq!(
        (again.json()["status"].as_str(), again.location()),
        (Some("queued"), address)
    );
    let missing = "/jobs/01a1fcf4-8aab-7d8c-9745-28bc1e682547";
    for answer in [
        server.get(missing),
        server.delete(missing),
        server.post(&format!("{missing}/retry"), json!({})),
        server.get("/jobs/7"),
        server.get("/jobs/7/events"),
        server.get(&format!("{missing}/nothing")),
    ] {
        assert_eq!(answer.is(404).json(), json!({"detail": "Not found."}));
    }
}

#[test]
fn a_running_job_is_cancelled_by_telling_its_worker() {
    let server = without_workers();
    let id = server.submit(json!({"kind": "slow"}));
    let claimed = server.claim("slow").expect("the job");
    let answer = server.delete(&format!("/jobs/{id}")).is(202).json();
    assert_eq!(
        answer,
        json!({"job_id": id, "status": "processing", "cancel_requested": true})
    );
    let beat = server
        .post(&verb(&claimed, "heartbeat"), with_lease(&claimed, json!({})))
        .is(200)
        .json();
    assert_eq!(beat["cancelled"], true);
    let failed = server.post(
        &verb(&claimed, "fail"),
        with_lease(&claimed, json!({"error": "stopped"})),
    );
    assert_eq!(failed.is(200).json()["status"], "cancelled");
    assert_eq!(server.job(&id)["error"], "stopped");
}

#[test]
fn a_second_job_with_the_same_unique_key_is_the_first_one() {
    let server = without_workers();
    let job = json!({"kind": "report", "unique_key": "2026-11"});
    let id = server.submit(job.clone());
    let again = server.post("/jobs", job.clone()).is(200);
    assert_eq!(again.json(), json!({"job_id": id, "status": "queued"}));
    assert_eq!(again.location(), format!("/jobs/{id}"));
    let claimed = server.claim("report").expect("the job");
    assert_eq!(server.post("/jobs", job.clone()).is(200).json()["status"], "processing");
    server
        .post(&verb(&claimed, "complete"), with_lease(&claimed, json!({})))
        .is(200);
    assert_ne!(server.submit(job), id);
}

#[test]
fn a_job_cannot_use_the_unique_key_of_a_schedule() {
    let server = without_workers();
    let job = json!({"kind": "report", "unique_key": "schedule:nightly"});
    let refused = server.post("/jobs", job).is(400).json();
    assert_eq!(
        refused,
        json!({"unique_key": ["Keys that begin with \"schedule:\" belong to schedules."]})
    );
}

#[test]
fn a_job_may_wait_for_its_time() {
    let server = Server::start();
    let soon = time_from_now(700);
    let id = server.submit(json!({"text": "later", "run_at": soon}));
    let job = server.job(&id);
    assert_eq!((&job["status"], &job["run_at"]), (&json!("queued"), &json!(soon)));
    let job = server.job_once(&id, "done");
    let started = job["started_at"].as_str().expect("a time");
    assert!(started >= soon.as_str(), "{started} is before {soon}");
}

#[test]
fn finished_jobs_are_kept_for_the_retention_time() {
    let server = Server::with(|setup| setup.env("JOB_RETENTION", "1s"));
    let done = server.submit(json!({"text": "a"}));
    let failed = server.submit(json!({"kind": "fails", "max_attempts": 1}));
    let claimed = server.claim("fails").expect("the job");
    server
        .post(&verb(&claimed, "fail"), with_lease(&claimed, json!({"error": "no"})))
        .is(200);
    assert_eq!(server.job_once(&done, "done")["result"], "A");
    crate::server::eventually("the done one goes", || {
        (server.get(&format!("/jobs/{done}")).status == 404).then_some(())
    });
    assert_eq!(server.job(&failed)["status"], "failed");
    assert_eq!(server.counts()["done"], 0);
    crate::server::eventually("the failed one goes, later", || {
        (server.get(&format!("/jobs/{failed}")).status == 404).then_some(())
    });
}

#[test]
fn methods_that_an_address_does_not_have_are_named() {
    let server = without_workers();
    let id = server.submit(json!({"text": "a"}));
    for (method, path, allow) in [
        ("PUT", "/jobs/".to_owned(), "GET, POST, HEAD, OPTIONS"),
        ("PATCH", format!("/api/jobs/{id}"), "GET, DELETE, HEAD, OPTIONS"),
        ("GET", "/jobs/claim".to_owned(), "POST, OPTIONS"),
        ("GET", format!("/jobs/{id}/retry"), "POST, OPTIONS"),
        ("POST", format!("/jobs/{id}/events/"), "GET, HEAD, OPTIONS"),
        ("DELETE", "/jobs/counts".to_owned(), "GET, HEAD, OPTIONS"),
    ] {
        assert_eq!(
            server.request(method, &path, &[], b"").is(405).header("allow"),
            allow,
            "{method} {path}"
        );
        assert_eq!(server.options(&path).is(200).header("allow"), allow, "{path}");
    }
    assert!(server.head(&format!("/jobs/{id}")).is(200).body.is_empty());
    server.get_as("/jobs/", "text/html").is(406);
    let problem = server.get_as("/jobs/7", "application/problem+json").is(404);
    assert_eq!(problem.header("content-type"), "application/problem+json");
}

#[test]
fn a_process_runs_the_parts_it_is_told_to() {
    let setup = Setup::new();
    let api = setup.clone().env("ROLES", "api").start();
    let pages = setup.clone().env("ROLES", "pages").start();
    let worker = setup.clone().env("ROLES", "worker").start();
    for server in [&api, &pages, &worker] {
        server.get("/health").is(200);
        server.get("/readyz").is(200);
    }
    let html = |server: &Server| server.get_as("/", "text/html").header("content-type");
    assert!(html(&pages).starts_with("text/html"));
    assert!(html(&api).starts_with("application/json") && html(&worker).starts_with("application/json"));
    api.get("/favicon.ico").is(404);
    pages.get("/favicon.ico").is(200);
    for server in [&pages, &worker] {
        for path in [
            "/api/",
            "/api/items/",
            "/api/openapi.json",
            "/jobs",
            "/jobs/",
            "/api/jobs/",
        ] {
            server.get(path).is(404);
            server.post(path, json!({})).is(404);
        }
    }
    let id = api.submit(json!({"text": "across"}));
    assert_eq!(api.job_once(&id, "done")["result"], "ACROSS");
}

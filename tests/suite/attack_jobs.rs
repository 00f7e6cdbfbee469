//! Jobs of a closed server: what strangers and lesser roles may not do, and that only the lease's token holds a lease.

use serde_json::{Value, json};

use crate::roles_fixture::ServerWithRoles;

/// A job that waits for a worker of one's own.
#[track_caller]
fn waiting(closed: &ServerWithRoles) -> String {
    let job = json!({"kind": "resize", "payload": {"width": 10}});
    let made = closed.as_role("editor", "POST", "/api/jobs/", &job).is(202);
    made.json()["job_id"].as_str().expect("an id").to_owned()
}

#[track_caller]
fn status_of(closed: &ServerWithRoles, id: &str) -> String {
    let job = closed
        .as_role("viewer", "GET", &format!("/api/jobs/{id}/"), &Value::Null)
        .is(200);
    job.json()["status"].as_str().expect("a status").to_owned()
}

#[test]
fn a_lease_is_held_by_its_token_alone() {
    let closed = ServerWithRoles::start();
    let id = waiting(&closed);
    let claimed = closed
        .as_role(
            "worker",
            "POST",
            "/api/jobs/claim",
            &json!({"kinds": ["resize"], "lease": "1m"}),
        )
        .is(200)
        .json();
    let token = claimed["lease_token"].as_str().expect("a lease").to_owned();
    let shown = closed
        .as_role("admin", "GET", &format!("/api/jobs/{id}/"), &Value::Null)
        .is(200);
    let listed = closed.as_role("admin", "GET", "/api/jobs/", &Value::Null).is(200);
    assert!(
        !shown.text().contains(&token) && !listed.text().contains(&token),
        "the lease is shown"
    );
    let other = waiting(&closed);
    closed
        .as_role(
            "worker",
            "POST",
            "/api/jobs/claim",
            &json!({"kinds": ["resize"], "lease": "1m"}),
        )
        .is(200);
    for verb in ["heartbeat", "complete", "fail"] {
        for (job, lease) in [
            (&id, json!("x")),
            (&id, json!("")),
            (&id, Value::Null),
            (&id, json!(0)),
            (&other, json!(token)),
        ] {
            let body = json!({"lease_token": lease, "result": 1, "error": "x"});
            let body = match verb {
                "heartbeat" => json!({"lease_token": lease}),
                "complete" => json!({"lease_token": lease, "result": 1}),
                _ => json!({"lease_token": body["lease_token"], "error": "x"}),
            };
            let path = format!("/api/jobs/{job}/{verb}");
            let answer = closed.as_role("worker", "POST", &path, &body).refused();
            assert!(!answer.text().contains(&token), "{}", answer.text());
        }
        closed
            .as_role("worker", "POST", &format!("/api/jobs/{id}/{verb}"), &json!({}))
            .refused();
    }
    assert_eq!(status_of(&closed, &id), "processing");
    assert_eq!(status_of(&closed, &other), "processing");
}

#[test]
fn other_sites_cannot_submit_or_cancel_jobs() {
    let server = crate::server::Server::start();
    let job = server
        .post("/jobs/", json!({"kind": "resize", "payload": {}}))
        .is(202)
        .json();
    let id = job["job_id"].as_str().expect("an id");
    let evil = ("Origin", "https://evil.example");
    for path in [
        "/jobs/".to_owned(),
        "/api/jobs/".to_owned(),
        "/jobs/claim".to_owned(),
        format!("/jobs/{id}/retry"),
        format!("/jobs/{id}/fail"),
    ] {
        for kind in ["application/x-www-form-urlencoded", "text/plain"] {
            let answer = server.request("POST", &path, &[evil, ("Content-Type", kind)], b"text=x&kind=resize");
            assert_eq!(answer.status, 403, "{path} {kind}: {}", answer.text());
        }
        server.request("POST", &path, &[evil], b"").is(403);
    }
    assert_eq!(server.get(&format!("/jobs/{id}")).is(200).json()["status"], "queued");
}

//! Jobs over HTTP for workers: claim, heartbeat, complete, fail, and what happens when a lease expires.

use std::time::Duration;

use serde_json::{Value, json};

use crate::jobs_api::without_workers;
use crate::jobs_client::{verb, with_lease};
use crate::server::{Server, eventually};

#[test]
fn a_worker_claims_a_job_shows_its_progress_and_completes_it() {
    let server = without_workers();
    let id = server.submit(json!({"kind": "resize", "payload": {"width": 100, "exact": 12345678901234567890_u64}}));
    let claimed = server.claim("resize").expect("the job");
    assert_eq!(
        (&claimed["job_id"], &claimed["kind"], &claimed["attempt"]),
        (&json!(id), &json!("resize"), &json!(1))
    );
    assert_eq!(
        claimed["payload"],
        json!({"width": 100, "exact": 12345678901234567890_u64})
    );
    assert!(claimed["lease_token"].as_str().is_some_and(|token| token.len() >= 22));
    assert!(
        claimed["lease_until"]
            .as_str()
            .is_some_and(|until| until.ends_with('Z'))
    );
    assert!(server.claim("resize").is_none(), "one job, one worker");
    let job = server.job(&id);
    assert_eq!((&job["status"], &job["attempts"]), (&json!("processing"), &json!(1)));
    assert!(
        !job.to_string().contains("lease"),
        "nobody else learns the token: {job}"
    );

    let beat = |further| server.post(&verb(&claimed, "heartbeat"), with_lease(&claimed, further));
    let token = claimed["lease_token"].as_str().expect("a token");
    let wordy = format!(
        "{{\"lease_token\": \"{token}\", \"progress\": {{ \"done\": 1{}}} }}",
        ",\n  \"done\": 2".repeat(1000)
    );
    server
        .send(
            "POST",
            &verb(&claimed, "heartbeat"),
            "application/json",
            wordy.as_bytes(),
        )
        .is(200);
    let kept = server.get(&format!("/jobs/{id}")).is(200).text();
    assert!(kept.contains("\"progress\":{\"done\":2}"), "{kept}");
    for progress in [json!(0.5), json!({"done": 3, "total": 10, "message": "trois sur dix"})] {
        let answer = beat(json!({"progress": progress, "lease": "1m"})).is(200).json();
        assert_eq!(
            (&answer["status"], &answer["cancelled"]),
            (&json!("processing"), &json!(false))
        );
        assert_eq!(server.job(&id)["progress"], progress);
    }
    for wrong in [
        json!(1.5),
        json!("half"),
        json!({"done": -1}),
        json!({"step": 1}),
        json!([1, 2]),
    ] {
        assert!(
            beat(json!({"progress": wrong})).is(400).json()["progress"].is_array(),
            "{wrong}"
        );
    }
    let done = server.post(
        &verb(&claimed, "complete"),
        with_lease(&claimed, json!({"result": {"ok": [1, null]}})),
    );
    assert_eq!(done.is(200).json(), json!({"job_id": id, "status": "done"}));
    assert_eq!(server.job(&id)["result"], json!({"ok": [1, null]}));
    // The answer to the first may have been lost.
    server
        .post(&verb(&claimed, "complete"), with_lease(&claimed, json!({})))
        .is(200);
    assert_eq!(server.job(&id)["result"], json!({"ok": [1, null]}));
}

#[test]
fn an_expired_lease_gives_the_job_to_another_and_the_first_may_not_complete_it() {
    let server = without_workers();
    let id = server.submit(json!({"kind": "slow"}));
    let late = server
        .claim_with(json!({"kinds": ["slow"], "lease": "1s"}))
        .expect("the job");
    let next = server
        .claim_with(json!({"kinds": ["slow"], "wait": "30s"}))
        .expect("the job, once the lease is over");
    assert_eq!((&next["job_id"], &next["attempt"]), (&json!(id), &json!(2)));
    for (name, further) in [
        ("complete", json!({"result": "late"})),
        ("fail", json!({"error": "late"})),
        ("heartbeat", json!({})),
    ] {
        let said = server
            .post(&verb(&late, name), with_lease(&late, further))
            .is(409)
            .json();
        assert!(
            said["detail"].as_str().is_some_and(|said| said.contains("lease")),
            "{name}: {said}"
        );
    }
    server
        .post(
            &verb(&next, "complete"),
            with_lease(&next, json!({"result": "in time"})),
        )
        .is(200);
    assert_eq!(server.job(&id)["result"], "in time");
}

#[test]
fn heartbeats_keep_a_lease_for_longer_than_it_was_asked_for() {
    let server = without_workers();
    server.submit(json!({"kind": "slow"}));
    let claimed = server
        .claim_with(json!({"kinds": ["slow"], "lease": "2s"}))
        .expect("the job");
    for _ in 0..10 {
        std::thread::sleep(Duration::from_millis(400));
        server
            .post(&verb(&claimed, "heartbeat"), with_lease(&claimed, json!({})))
            .is(200);
    }
    server
        .post(&verb(&claimed, "complete"), with_lease(&claimed, json!({})))
        .is(200);
}

#[test]
fn a_job_that_fails_is_tried_again_later_until_its_attempts_are_over() {
    let server = without_workers();
    let id = server.submit(json!({"kind": "flaky", "max_attempts": 3}));
    for attempt in 1..=3 {
        let claimed = server
            .claim_with(json!({"kinds": ["flaky"], "wait": "30s"}))
            .expect("the job");
        assert_eq!(claimed["attempt"], attempt);
        let failed = server.post(
            &verb(&claimed, "fail"),
            with_lease(&claimed, json!({"error": format!("no {attempt}")})),
        );
        let failed = failed.is(200).json();
        let expected = if attempt < 3 { "queued" } else { "failed" };
        assert_eq!(failed["status"], expected);
        assert_eq!(server.job(&id)["error"], format!("no {attempt}"));
    }
    let job = server.job(&id);
    assert_eq!((&job["status"], &job["attempts"]), (&json!("failed"), &json!(3)));
    server.post(&format!("/jobs/{id}/retry"), json!({})).is(202);
    let claimed = server.claim("flaky").expect("the job, once more");
    assert_eq!(claimed["attempt"], 4);
    let hopeless = with_lease(&claimed, json!({"error": "never", "retry": false}));
    assert_eq!(
        server.post(&verb(&claimed, "fail"), hopeless).is(200).json()["status"],
        "failed"
    );
}

#[test]
fn the_last_attempt_fails_the_job_when_its_lease_expires() {
    let server = without_workers();
    let id = server.submit(json!({"kind": "fatal", "max_attempts": 1}));
    server
        .claim_with(json!({"kinds": ["fatal"], "lease": "1s"}))
        .expect("the job");
    let job = server.job_once(&id, "failed");
    assert!(
        job["error"].as_str().is_some_and(|error| error.contains("lease")),
        "{job}"
    );
}

#[test]
fn a_checkpoint_is_there_for_the_next_attempt() {
    let server = without_workers();
    server.submit(json!({"kind": "long"}));
    let claimed = server.claim("long").expect("the job");
    assert_eq!(claimed["checkpoint"], Value::Null);
    server
        .post(
            &verb(&claimed, "heartbeat"),
            with_lease(&claimed, json!({"checkpoint": {"line": 7}})),
        )
        .is(200);
    server
        .post(
            &verb(&claimed, "fail"),
            with_lease(&claimed, json!({"error": "tripped"})),
        )
        .is(200);
    let next = server
        .claim_with(json!({"kinds": ["long"], "wait": "30s"}))
        .expect("the job");
    assert_eq!(next["checkpoint"], json!({"line": 7}));
}

#[test]
fn several_jobs_of_several_kinds_are_claimed_in_one_go_in_their_order() {
    let server = without_workers();
    let job = |kind: &str, priority: i64| server.submit(json!({"kind": kind, "priority": priority}));
    let [a, b, c, _other] = [job("a", 0), job("b", 5), job("a", 0), job("c", 100)];
    let claimed = server
        .claim_with(json!({"kinds": ["a", "b"], "count": 10}))
        .expect("jobs");
    let names: Vec<_> = claimed
        .as_array()
        .expect("a list")
        .iter()
        .map(|job| &job["job_id"])
        .collect();
    assert_eq!(names, [&json!(b), &json!(a), &json!(c)]);
    assert!(server.claim_with(json!({"kinds": ["a", "b"], "count": 10})).is_none());
    for job in claimed.as_array().expect("a list") {
        server.post(&verb(job, "complete"), with_lease(job, json!({}))).is(200);
    }
}

#[test]
fn what_is_wrong_with_a_claim_is_said_by_field() {
    let server = without_workers();
    let wrong = |claim: Value| server.post("/jobs/claim", claim).is(400).json();
    assert_eq!(wrong(json!({})), json!({"kinds": ["This field is required."]}));
    for (claim, field) in [
        (json!({"kinds": []}), "kinds"),
        (json!({"kinds": "resize"}), "kinds"),
        (json!({"kinds": [7]}), "kinds"),
        (json!({"kinds": vec!["k"; 33]}), "kinds"),
        (json!({"kinds": ["k"], "lease": "0s"}), "lease"),
        (json!({"kinds": ["k"], "lease": "2h"}), "lease"),
        (json!({"kinds": ["k"], "wait": "61s"}), "wait"),
        (json!({"kinds": ["k"], "wait": "long"}), "wait"),
        (json!({"kinds": ["k"], "count": 0}), "count"),
        (json!({"kinds": ["k"], "count": 101}), "count"),
        (json!({"kinds": ["k"], "speed": 1}), "speed"),
    ] {
        assert!(wrong(claim.clone())[field].is_array(), "{claim}");
    }
    let form = server.send(
        "POST",
        "/jobs/claim",
        "application/x-www-form-urlencoded",
        b"kinds=a,+b&wait=0&lease=5",
    );
    assert_eq!(form.is(204).body, b"");
    server.submit(json!({"kind": "k"}));
    let claimed = server
        .claim_with(json!({"kinds": ["k"], "lease": 5, "wait": 0}))
        .expect("the job");
    let said = server
        .post(&verb(&claimed, "complete"), json!({"result": 1}))
        .is(400)
        .json();
    assert_eq!(said, json!({"lease_token": ["This field is required."]}));
    let said = server.post(
        &verb(&claimed, "fail"),
        with_lease(&claimed, json!({"retry": "perhaps", "why": 1})),
    );
    assert!(said.json()["retry"].is_array() && said.is(400).json()["why"].is_array());
}

#[test]
fn a_lease_that_runs_out_while_the_server_is_away_is_seen_at_its_start() {
    let mut server = without_workers();
    let id = server.submit(json!({"kind": "slow"}));
    server
        .claim_with(json!({"kinds": ["slow"], "lease": "1s"}))
        .expect("the job");
    server.kill();
    let server: Server = server.setup.start();
    let next = eventually("the job is free again", || server.claim("slow"));
    assert_eq!((&next["job_id"], &next["attempt"]), (&json!(id), &json!(2)));
}

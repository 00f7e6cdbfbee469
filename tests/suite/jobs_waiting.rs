//! Claims that wait for a job: woken at once in the same process and soon in another, served in order, and dropped when
//! the client disconnects.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::jobs_api::without_workers;
use crate::jobs_client::time_from_now;
use crate::server::{Server, Setup, eventually};

/// Claims with patience on a thread of its own; gives what came and how long it took.
fn wait<'s>(
    scope: &'s thread::Scope<'s, '_>,
    server: &'s Server,
    kind: &'s str,
    patience: &'s str,
) -> thread::ScopedJoinHandle<'s, (Option<Value>, Instant)> {
    scope.spawn(move || {
        let claimed = server.claim_with(json!({"kinds": [kind], "wait": patience}));
        (claimed, Instant::now())
    })
}

/// Long enough for a claim that was sent to be waiting.
fn settle() {
    thread::sleep(Duration::from_millis(300));
}

#[test]
fn a_claim_waits_as_long_as_it_was_asked_to() {
    let server = without_workers();
    let began = Instant::now();
    assert!(server.claim_with(json!({"kinds": ["k"], "wait": "1s"})).is_none());
    let took = began.elapsed();
    assert!(
        (Duration::from_secs(1)..Duration::from_secs(10)).contains(&took),
        "{took:?}"
    );
}

#[test]
fn a_waiting_claim_has_a_new_job_at_once() {
    let server = without_workers();
    thread::scope(|scope| {
        let waiting = wait(scope, &server, "k", "30s");
        settle();
        let other = wait(scope, &server, "other", "1s");
        let began = Instant::now();
        let id = server.submit(json!({"kind": "k"}));
        let (claimed, at) = waiting.join().expect("the worker");
        assert_eq!(claimed.expect("the job")["job_id"], id);
        let took = at.duration_since(began);
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert!(other.join().expect("the other worker").0.is_none());
    });
}

#[test]
fn a_waiting_claim_has_a_job_of_another_process_soon() {
    let setup = Setup::new().env("ROLES", "api");
    let (one, other) = (setup.start(), setup.start());
    let mut times = Vec::new();
    for _ in 0..9 {
        thread::scope(|scope| {
            let waiting = wait(scope, &other, "k", "30s");
            settle();
            let id = one.submit(json!({"kind": "k"}));
            let submitted = Instant::now();
            let (claimed, at) = waiting.join().expect("the worker");
            assert_eq!(claimed.expect("the job")["job_id"], id);
            times.push(at.saturating_duration_since(submitted));
        });
    }
    times.sort();
    // It looks every 100 ms; the rest is a machine that is busy with other tests.
    assert!(times[4] < Duration::from_millis(400), "{times:?}");
}

#[test]
fn workers_that_wait_are_served_in_their_order_and_each_job_once() {
    let server = without_workers();
    thread::scope(|scope| {
        let (sender, served) = mpsc::channel();
        for number in 0..4 {
            let (server, sender) = (&server, sender.clone());
            scope.spawn(move || {
                let claimed = server.claim_with(json!({"kinds": ["k"], "wait": "30s"}));
                sender
                    .send((number, claimed.expect("a job")["job_id"].clone()))
                    .expect("the test waits");
            });
            settle();
        }
        for number in 0..4 {
            let id = server.submit(json!({"kind": "k"}));
            assert_eq!(served.recv_timeout(Duration::from_secs(30)), Ok((number, json!(id))));
        }
    });
}

#[test]
fn a_waiting_claim_takes_a_job_when_its_run_at_is_reached() {
    let server = without_workers();
    let id = server.submit(json!({"kind": "k", "run_at": time_from_now(1_500)}));
    assert!(server.claim("k").is_none());
    let began = Instant::now();
    let claimed = server
        .claim_with(json!({"kinds": ["k"], "wait": "30s"}))
        .expect("the job");
    assert_eq!(claimed["job_id"], id);
    assert!(
        (Duration::from_millis(500)..Duration::from_secs(6)).contains(&began.elapsed()),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_job_is_not_lost_with_a_worker_that_disconnects() {
    let server = without_workers();
    let body = json!({"kinds": ["k"], "wait": "30s"}).to_string();
    let mut connection = server.raw_connection();
    assert!(connection.write(
        format!(
            "POST /jobs/claim HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .as_bytes()
    ));
    settle();
    drop(connection);
    // Whether the server has seen it go or not: the job is free again as soon as it has.
    let id = server.submit(json!({"kind": "k"}));
    let began = Instant::now();
    let claimed = eventually("another worker has the job", || server.claim("k"));
    assert_eq!(claimed["job_id"], id);
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "it waited for a lease: {:?}",
        began.elapsed()
    );
}

#[test]
fn waiting_claims_do_not_delay_shutdown() {
    let mut server = without_workers();
    let mut connection = server.raw_connection();
    let body = json!({"kinds": ["k"], "wait": "60s"}).to_string();
    let head = format!(
        "POST /jobs/claim HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    assert!(connection.write(&[head.as_bytes(), body.as_bytes()].concat()));
    settle();
    server.stop_within(Duration::from_secs(15)).success();
    assert_eq!(connection.answer().expect("an answer").status, 204);
}

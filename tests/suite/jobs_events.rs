//! The server-sent events of a job.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::jobs_api::without_workers;
use crate::jobs_client::{verb, with_lease};
use crate::server::{Server, TIMEOUT};

/// The events of a stream, one after another.
struct Events {
    lines: std::io::Lines<BufReader<TcpStream>>,
    head: Vec<String>,
}

impl Events {
    fn of(server: &Server, path: &str, headers: &str) -> Self {
        use std::io::Write as _;
        let mut stream = TcpStream::connect(server.address).expect("a connection");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a bound");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut lines = BufReader::new(stream).lines();
        let head = lines.by_ref().map(|line| line.expect("a line of the head"));
        let head = head.take_while(|line| !line.is_empty()).collect();
        Self { lines, head }
    }

    /// The next event's name and data; nothing at the end.
    fn next(&mut self) -> Option<(String, Value)> {
        let (mut id, mut data) = (String::new(), String::new());
        loop {
            // Lines of the chunks' lengths are none of an event.
            let line = self.lines.next()?.expect("a line in time");
            if let Some(found) = line.strip_prefix("id: ") {
                id = found.to_owned();
            } else if let Some(found) = line.strip_prefix("data: ") {
                data.push_str(found);
            } else if line.is_empty() && !data.is_empty() {
                return Some((id, serde_json::from_str(&data).expect("a job")));
            } else if line == "0" {
                return None;
            }
        }
    }
}

#[test]
fn the_events_of_a_job_begin_with_its_current_state_and_stop_at_its_end() {
    let server = without_workers();
    let id = server.submit(json!({"kind": "k"}));
    let mut events = Events::of(&server, &format!("/jobs/{id}/events"), "");
    assert!(events.head[0].contains("200"));
    assert!(
        events
            .head
            .iter()
            .any(|line| line.eq_ignore_ascii_case("content-type: text/event-stream"))
    );
    assert_eq!(events.next().expect("an event").1["status"], "queued");
    let claimed = server.claim("k").expect("the job");
    assert_eq!(events.next().expect("an event").1["status"], "processing");
    server
        .post(
            &verb(&claimed, "heartbeat"),
            with_lease(&claimed, json!({"progress": 0.25})),
        )
        .is(200);
    assert_eq!(events.next().expect("an event").1["progress"], 0.25);
    let result = with_lease(&claimed, json!({"result": "two\nlines"}));
    server.post(&verb(&claimed, "complete"), result).is(200);
    let (last, job) = events.next().expect("an event");
    assert_eq!((&job["status"], &job["result"]), (&json!("done"), &json!("two\nlines")));
    assert_eq!(events.next().map(|(_, job)| job), None, "the stream ends with the job");

    // A browser asks again, and is told that there is no more.
    let path = format!("/jobs/{id}/events");
    let again = server.request("GET", &path, &[("Last-Event-ID", &last)], b"");
    assert!(again.is(204).body.is_empty());
    let anew = server.get_as(&format!("/jobs/{id}"), "text/event-stream").is(200);
    assert!(anew.text().contains("\"done\""), "{}", anew.text());
}

#[test]
fn the_events_of_a_job_that_another_process_does_are_seen_as_well() {
    let server = without_workers();
    let id = server.submit(json!({"text": "ailleurs"}));
    let mut events = Events::of(&server, &format!("/api/jobs/{id}"), "Accept: text/event-stream\r\n");
    assert_eq!(events.next().expect("an event").1["status"], "queued");
    let _worker = server.setup.clone().env("ROLES", "worker").start();
    let last = std::iter::from_fn(|| events.next()).last().expect("events");
    assert_eq!(
        (&last.1["status"], &last.1["result"]),
        (&json!("done"), &json!("AILLEURS"))
    );
}

#[test]
fn a_result_with_line_breaks_between_its_parts_is_one_event() {
    let server = without_workers();
    let id = server.submit(json!({"kind": "k"}));
    let claimed = server.claim("k").expect("the job");
    let body = format!(
        "{{\"lease_token\": {}, \"result\": {{\r\n  \"a\":\n1}}}}",
        claimed["lease_token"]
    );
    server
        .send("POST", &verb(&claimed, "complete"), "application/json", body.as_bytes())
        .is(200);
    let mut events = Events::of(&server, &format!("/jobs/{id}/events"), "");
    assert_eq!(events.next().expect("an event").1["result"], json!({"a": 1}));
}

#[test]
fn event_streams_are_bounded_and_do_not_delay_shutdown() {
    let mut server = without_workers();
    let id = server.submit(json!({"kind": "k"}));
    let path = format!("/jobs/{id}/events");
    let mut streams: Vec<_> = (0..256).map(|_| Events::of(&server, &path, "")).collect();
    for stream in &mut streams {
        stream.next().expect("an event");
    }
    let refused = server.get(&path).is(503);
    assert!(!refused.header("retry-after").is_empty());
    streams.truncate(255);
    crate::server::eventually("a place comes free", || {
        let mut stream = Events::of(&server, &path, "");
        stream.head[0].contains("200").then(|| stream.next().expect("an event"))
    });
    server.stop_within(Duration::from_secs(15)).success();
}

#[test]
fn the_events_of_an_unknown_job_are_404() {
    let server = without_workers();
    server.get("/jobs/01a1fcf4-8aab-7d8c-9745-28bc1e682547/events").is(404);
    let id = server.submit(json!({"kind": "k"}));
    assert!(server.head(&format!("/jobs/{id}/events")).is(200).body.is_empty());
}

//! Lists and counts of jobs.

use serde_json::{Value, json};

use crate::jobs_api::without_workers;
use crate::server::Server;

fn names(answer: &crate::client::Answer) -> Vec<Value> {
    let jobs = answer.json();
    let jobs = jobs.as_array().expect("a list").iter();
    jobs.map(|job| job["job_id"].clone()).collect()
}

/// Ten jobs, the newest first: uppercase ones and others by turns, the last two cancelled.
fn ten_jobs(server: &Server) -> Vec<String> {
    let job = |number| match number % 2 {
        0 => json!({"text": "a"}),
        _ => json!({"kind": "resize"}),
    };
    let mut ids: Vec<String> = (0..10).map(|number| server.submit(job(number))).collect();
    ids.reverse();
    for id in &ids[..2] {
        server.delete(&format!("/jobs/{id}")).is(204);
    }
    ids
}

#[test]
fn the_newest_come_first_page_by_page() {
    let server = without_workers();
    let ids = ten_jobs(&server);
    assert_eq!(names(&server.get("/jobs/").is(200)), ids);
    for base in ["/jobs/", "/api/jobs"] {
        let (mut found, mut path) = (Vec::new(), Some(format!("{base}?limit=4")));
        while let Some(next) = path {
            let page = server.get(&next).is(200);
            assert_eq!(page.header("x-total-count"), "10");
            assert!(page.link("first").is_some_and(|first| first.starts_with(base)));
            found.extend(names(&page));
            path = page.link("next");
        }
        assert_eq!(found, ids);
    }
    let last = ids.last().expect("ten jobs");
    let behind = server.get(&format!("/jobs/?after={last}")).is(200);
    assert_eq!((behind.json(), behind.link("next")), (json!([]), None));
}

#[test]
fn lists_are_of_a_kind_and_a_status() {
    let server = without_workers();
    let ids = ten_jobs(&server);
    let list = |query: &str| server.get(&format!("/jobs/{query}")).is(200);
    assert_eq!(names(&list("?status=cancelled")), ids[..2]);
    let resize: Vec<_> = ids.iter().step_by(2).cloned().collect();
    assert_eq!(names(&list("?kind=resize")), resize);
    let both = list("?kind=resize&status=queued&limit=2");
    assert_eq!(names(&both), resize[1..3]);
    assert_eq!(both.header("x-total-count"), "4");
    let next = both.link("next").expect("a next page");
    assert_eq!(names(&server.get(&next).is(200)), resize[3..]);
    assert_eq!(list("?kind=nothing").json(), json!([]));
}

#[test]
fn what_a_list_does_not_know_is_named() {
    let server = without_workers();
    for (query, field) in [
        ("?status=sleeping", "status"),
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?limit=ten", "limit"),
        ("?after=7", "after"),
        ("?colour=red", "colour"),
        ("?kind=a&kind=b", "kind"),
    ] {
        let said = server.get(&format!("/jobs/{query}")).is(400).json();
        assert!(
            said[field][0].as_str().is_some_and(|said| !said.is_empty()),
            "{query}: {said}"
        );
    }
    let missing = server.get("/jobs/?after=01a1fcf4-8aab-7d8c-9745-28bc1e682547").is(404);
    assert_eq!(missing.json(), json!({"detail": "Invalid cursor"}));
    server.get("/jobs/?kind=%ff").is(400);
}

#[test]
fn jobs_are_counted_by_status_and_kind() {
    let server = without_workers();
    ten_jobs(&server);
    server.claim("resize").expect("a job");
    let counts = server.counts();
    let expected = json!({"queued": 7, "processing": 1, "done": 0, "failed": 0, "cancelled": 2});
    for (status, count) in expected.as_object().expect("counts") {
        assert_eq!(&counts[status], count, "{status}");
    }
    assert_eq!(counts["kinds"]["resize"]["queued"], 3);
    assert_eq!(
        counts["kinds"]["uppercase"],
        json!({"queued": 4, "processing": 0, "done": 0, "failed": 0, "cancelled": 1})
    );
}

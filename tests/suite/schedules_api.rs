//! Schedules over the API: administrators create, change and delete them; whoever may read jobs reads them.

use serde_json::{Value, json};

use crate::accounts_fixture::{ADMIN, closed};
use crate::client::Answer;
use crate::roles_fixture::ServerWithRoles;
use crate::server::{Server, eventually};

const ALL: &str = "/api/jobs/schedules/";
const FILE: &str = "[[schedules]]\nname = 'written'\nkind = 'k'\nevery = '1h'\n";

/// A closed server with a schedule of `socle.toml`, and its administrator.
struct Schedules {
    server: Server,
    admin: String,
}

impl Schedules {
    fn start() -> Self {
        let server = closed().socle_toml(FILE).start();
        let admin = server.bearer_of(ADMIN);
        Self { server, admin }
    }

    #[track_caller]
    fn request(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.server.request_as(&self.admin, method, path, body.clone())
    }

    #[track_caller]
    fn make(&self, schedule: Value) -> Answer {
        self.request("POST", ALL, &schedule)
    }

    #[track_caller]
    fn change(&self, name: &str, change: Value) -> Answer {
        self.request("PATCH", &format!("{ALL}{name}/"), &change)
    }

    #[track_caller]
    fn schedule(&self, name: &str) -> Value {
        self.request("GET", &format!("{ALL}{name}/"), &Value::Null)
            .is(200)
            .json()
    }
}

#[test]
fn a_schedule_is_made_shown_changed_and_removed() {
    let closed = Schedules::start();
    let made = closed.make(json!({
        "name": "nightly", "kind": "report", "payload": {"of": "yesterday"}, "cron": "30 2 * * *", "timezone": "Europe/Paris",
    }));
    let made = made.is(201);
    assert_eq!(made.location(), "/api/jobs/schedules/nightly");
    let shown = made.json();
    assert_eq!(
        closed.request("GET", &made.location(), &Value::Null).is(200).json(),
        shown
    );
    assert_eq!(
        (&shown["source"], &shown["unique"], &shown["max_attempts"]),
        (&json!("api"), &json!(true), &json!(5))
    );
    assert_eq!(shown["next"].as_array().map(Vec::len), Some(5));

    let changed = closed
        .change("nightly", json!({"every": "90m", "priority": 3}))
        .is(200)
        .json();
    for (field, value) in [
        ("cron", Value::Null),
        ("timezone", Value::Null),
        ("every", json!("1h30m")),
        ("priority", json!(3)),
        ("payload", json!({"of": "yesterday"})),
    ] {
        assert_eq!(changed[field], value, "{field}");
    }
    let back = closed.change("nightly", json!({"cron": "@daily"})).is(200).json();
    assert_eq!(
        (&back["every"], &back["cron"], &back["timezone"]),
        (&Value::Null, &json!("@daily"), &json!("UTC"))
    );
    let moved = closed
        .change("nightly", json!({"timezone": "Asia/Tokyo"}))
        .is(200)
        .json();
    assert!(moved["next_at"].as_str().unwrap().contains("T15:00:00Z"), "{moved}");
    // What was shown can be sent back as it is.
    assert_eq!(
        closed.change("nightly", moved.clone()).is(200).json()["next_at"],
        moved["next_at"]
    );
    let paused = closed.change("nightly", json!({"enabled": false})).is(200).json();
    assert_eq!((&paused["next_at"], &paused["next"]), (&Value::Null, &json!([])));

    closed
        .request("DELETE", "/jobs/schedules/nightly", &Value::Null)
        .is(204);
    closed.request("GET", "/jobs/schedules/nightly", &Value::Null).is(404);
    closed
        .request("DELETE", "/jobs/schedules/nightly", &Value::Null)
        .is(404);
    closed.change("nightly", json!({})).is(404);
}

#[test]
fn a_schedule_that_was_made_ticks_and_one_that_was_removed_does_not() {
    let closed = Schedules::start();
    closed
        .make(json!({"name": "pulse", "kind": "uppercase", "payload": {"text": "ß"}, "every": "1s"}))
        .is(201);
    let count = || {
        closed
            .request("GET", "/jobs/?kind=uppercase&status=done", &Value::Null)
            .is(200)
            .json()
            .as_array()
            .map_or(0, Vec::len)
    };
    eventually("two ticks", || (count() >= 2).then_some(()));
    assert!(closed.schedule("pulse")["last_job_id"].is_string());
    closed.request("DELETE", "/jobs/schedules/pulse", &Value::Null).is(204);
    let left = closed
        .request("GET", "/jobs/?kind=uppercase", &Value::Null)
        .is(200)
        .json()
        .as_array()
        .map_or(0, Vec::len);
    std::thread::sleep(std::time::Duration::from_millis(2_200));
    assert_eq!(count(), left);
}

#[test]
fn what_is_wrong_is_told_by_field_all_at_once() {
    let closed = Schedules::start();
    let everything = json!({
        "name": "a b", "kind": 7, "cron": "61 * * * *", "timezone": 1, "priority": "high", "max_attempts": 0, "unique": "maybe",
        "corn": "* * * * *",
    });
    let said = closed.make(everything).is(400).json();
    for field in [
        "name",
        "kind",
        "cron",
        "timezone",
        "priority",
        "max_attempts",
        "unique",
        "corn",
    ] {
        assert!(said[field].is_array(), "{field}: {said}");
    }
    for (schedule, field, words) in [
        (json!({"kind": "k", "every": "1h"}), "name", "This field is required."),
        (json!({"name": "a", "every": "1h"}), "kind", "This field is required."),
        (json!({"name": "a", "kind": "k"}), "cron", "Give \"cron\""),
        (
            json!({"name": "a", "kind": "k", "cron": "@daily", "every": "1h"}),
            "every",
            "not both",
        ),
        (
            json!({"name": "a", "kind": "k", "cron": "0 0 31 2 *"}),
            "cron",
            "never run",
        ),
        (
            json!({"name": "a", "kind": "k", "every": "1h", "timezone": "UTC"}),
            "timezone",
            "Only \"cron\"",
        ),
        (
            json!({"name": "a", "kind": "k", "cron": "@daily", "timezone": "Mars/Olympus"}),
            "timezone",
            "no such time zone",
        ),
        (json!({"name": "a", "kind": "uppercase", "every": "1h"}), "payload", ""),
        (
            json!({"name": "written", "kind": "k", "every": "1h"}),
            "name",
            "schedule with this name already exists.",
        ),
        (json!([{"name": "a"}]), "non_field_errors", "Expected an object"),
    ] {
        let said = closed.make(schedule).is(400).json();
        assert_eq!(said.as_object().map(serde_json::Map::len), Some(1), "{said}");
        assert!(
            said[field][0].as_str().is_some_and(|said| said.contains(words)),
            "{field}: {said}"
        );
    }
    let large = json!({"name": "a", "kind": "k", "every": "1h", "payload": "x".repeat(17_000)});
    closed.make(large).is(413);
    closed.make(json!({"name": "b", "kind": "k", "every": "1h"})).is(201);
    let renamed = closed.change("b", json!({"name": "c"})).is(400).json();
    assert!(
        renamed["name"][0].as_str().unwrap().contains("keeps its name"),
        "{renamed}"
    );
    closed.change("b", json!({"every": null})).is(400);
    assert_eq!(closed.schedule("b")["every"], "1h");
}

#[test]
fn what_the_file_says_is_changed_in_the_file() {
    let closed = Schedules::start();
    let refused = closed.change("written", json!({"enabled": false})).is(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("socle.toml"), "{refused}");
    closed
        .request("DELETE", "/jobs/schedules/written", &Value::Null)
        .is(409);
    assert_eq!(closed.schedule("written")["enabled"], true);
}

#[test]
fn a_name_in_the_file_that_the_api_has_taken_leaves_a_running_server_as_it_was() {
    let closed = Schedules::start();
    closed.make(json!({"name": "mine", "kind": "k", "every": "1h"})).is(201);
    let both = "[[schedules]]\nname = 'mine'\nkind = 'other'\nevery = '2h'\n";
    closed.server.setup.write_socle_toml(both);
    eventually("the log says so", || {
        closed.server.output().contains("was made over the API").then_some(())
    });
    assert_eq!(closed.schedule("mine")["kind"], "k");
    assert_eq!(closed.schedule("written")["source"], "file");
}

#[test]
fn strangers_see_nothing_of_a_closed_server_and_others_what_their_role_allows() {
    let closed = ServerWithRoles::with(|setup| setup.socle_toml(FILE));
    closed.server.get(ALL).is(401);
    closed.server.get("/jobs/schedules/written").is(401);
    closed.server.get("/jobs/schedules/nothing").is(401);
    let new = json!({"name": "a", "kind": "k", "every": "1h"});
    closed.server.post(ALL, new.clone()).is(401);
    for role in ["viewer", "worker", "editor"] {
        let ask = |method: &str, path: &str, body: &Value| closed.as_role(role, method, path, body);
        ask("GET", ALL, &Value::Null).is(200);
        ask("GET", "/jobs/schedules/written", &Value::Null).is(200);
        ask("POST", ALL, &new).is(403);
        ask("PATCH", "/jobs/schedules/written", &json!({})).is(403);
        ask("DELETE", "/jobs/schedules/written", &Value::Null).is(403);
    }
}

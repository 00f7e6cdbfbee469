//! Schedules of `socle.toml`: their ticks, in one process and in several, and changes of the file.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::process::Process;
use crate::server::{Server, Setup, eventually};

const EVERY_SECOND: &str = "[[schedules]]\nname = 'pulse'\nkind = 'beat'\nevery = '1s'\nunique = false\n";

fn setup(schedules: &str) -> Setup {
    Setup::new().socle_toml(schedules)
}

fn schedule(server: &Server, name: &str) -> Value {
    server.get(&format!("/api/jobs/schedules/{name}/")).is(200).json()
}

fn names(server: &Server) -> Vec<String> {
    let all = server.rows("/api/jobs/schedules/");
    all.iter()
        .map(|schedule| schedule["name"].as_str().expect("a name").to_owned())
        .collect()
}

fn jobs(server: &Server, kind: &str) -> Vec<Value> {
    server.rows(&format!("/api/jobs/?kind={kind}&limit=1000"))
}

fn moment(value: &Value) -> i64 {
    let text = value.as_str().expect("a moment");
    text.parse::<Timestamp>().expect("RFC 3339").as_millisecond()
}

/// Asserts that no second has two jobs, counted from when the schedule was made, and gives how many there are.
#[track_caller]
fn each_once(server: &Server) -> usize {
    let anchor = moment(&schedule(server, "pulse")["created_at"]);
    let jobs = jobs(server, "beat");
    let seconds: Vec<i64> = jobs
        .iter()
        .map(|job| (moment(&job["created_at"]) - anchor).div_euclid(1000))
        .collect();
    let once: BTreeSet<i64> = seconds.iter().copied().collect();
    assert_eq!(once.len(), seconds.len(), "a tick had two jobs: {seconds:?}");
    seconds.len()
}

#[track_caller]
fn wait_for(server: &Server, count: usize) {
    eventually(&format!("{count} jobs"), || {
        (jobs(server, "beat").len() >= count).then_some(())
    });
}

#[test]
fn two_processes_make_one_job_of_each_tick_even_if_one_is_killed() {
    let setup = setup(EVERY_SECOND);
    let mut first = setup.start();
    let mut second = setup.start();
    wait_for(&second, 3);
    each_once(&second);
    first.kill();
    let before = jobs(&second, "beat").len();
    wait_for(&second, before + 2);
    each_once(&second);
    // Nobody is there for a few ticks: they are one.
    second.kill();
    let down = Instant::now();
    thread::sleep(Duration::from_millis(3_500));
    let restarted = Timestamp::now().as_millisecond();
    let third = setup.start();
    wait_for(&third, before + 4);
    each_once(&third);
    let missed = jobs(&third, "beat").into_iter().filter(|job| {
        let created = moment(&job["created_at"]);
        created >= restarted && created < restarted + 1_000
    });
    let missed = missed.count();
    assert!(
        (1..=2).contains(&missed),
        "{missed} jobs right after {:?} down",
        down.elapsed()
    );
}

#[test]
fn a_schedule_is_shown_with_what_it_asks_for_and_its_next_ticks() {
    let server = setup(
        "[[schedules]]\nname = 'nightly'\nkind = 'report'\npayload = { of = 'yesterday', pages = [1, 2] }\ncron = '30  2 * * *'\n\
         timezone = 'europe/paris'\npriority = 5\nmax_attempts = 2\n\
         [[schedules]]\nname = 'hourly'\nkind = 'uppercase'\npayload = { text = 'é' }\nevery = '60m'\nenabled = false\n",
    )
    .start();
    let shown = schedule(&server, "nightly");
    for (field, value) in [
        ("kind", json!("report")),
        ("payload", json!({"of": "yesterday", "pages": [1, 2]})),
        ("cron", json!("30 2 * * *")),
        ("every", Value::Null),
        ("timezone", json!("Europe/Paris")),
        ("priority", json!(5)),
        ("max_attempts", json!(2)),
        ("unique", json!(true)),
        ("enabled", json!(true)),
        ("source", json!("file")),
        ("last_at", Value::Null),
        ("last_job_id", Value::Null),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let next = shown["next"].as_array().expect("the next ticks");
    assert_eq!(next.len(), 5);
    assert_eq!(moment(&next[0]), moment(&shown["next_at"]));
    for tick in next {
        let tick = tick.as_str().unwrap();
        assert!(
            tick.contains("T02:30:00+0") || tick.contains("T03:00:00+02:00"),
            "{tick}"
        );
    }
    let hourly = schedule(&server, "hourly");
    assert_eq!((&hourly["every"], &hourly["timezone"]), (&json!("1h"), &Value::Null));
    assert_eq!((&hourly["next_at"], &hourly["next"]), (&Value::Null, &json!([])));
    assert_eq!(names(&server), ["hourly", "nightly"]);
    assert!(server.rows("/jobs/schedules")[0].get("next").is_none());
    server.get("/jobs/schedules/daily").is(404);
    server.get("/jobs/schedules/nightly/x").is(404);
    let said = server.setup.run(&["jobs", "schedules"]).success().out;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(
        lines[1].contains("hourly") && lines[1].contains("every 1h") && lines[1].contains("paused"),
        "{said}"
    );
    assert!(
        lines[2].contains("30 2 * * * Europe/Paris") && lines[2].contains("report"),
        "{said}"
    );
}

#[test]
fn while_a_job_waits_the_next_ticks_are_left_out_unless_they_are_wanted() {
    let both = format!("{EVERY_SECOND}[[schedules]]\nname = 'alone'\nkind = 'single'\nevery = '1s'\n");
    let server = setup(&both).start();
    wait_for(&server, 3);
    let waiting = jobs(&server, "single");
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["unique_key"], "schedule:alone");
    let shown = eventually("a tick that was left out", || {
        let shown = schedule(&server, "alone");
        (moment(&shown["last_at"]) > moment(&waiting[0]["created_at"])).then_some(shown)
    });
    assert_eq!(shown["last_job_id"], waiting[0]["job_id"]);
    server
        .delete(&format!("/jobs/{}", waiting[0]["job_id"].as_str().unwrap()))
        .is(204);
    eventually("the next job", || (jobs(&server, "single").len() == 2).then_some(()));
}

#[test]
fn the_jobs_of_a_schedule_are_done_like_any_other() {
    let server = setup(
        "[[schedules]]\nname = 'shout'\nkind = 'uppercase'\nevery = '1s'\n[schedules.payload]\ntext = 'bonjour le monde'\n",
    )
    .start();
    let done = eventually("two jobs that are done", || {
        let done = server.rows("/jobs/?kind=uppercase&status=done");
        (done.len() >= 2).then_some(done)
    });
    assert_eq!(done[0]["result"], "BONJOUR LE MONDE");
}

#[test]
fn schedules_tick_where_there_are_workers() {
    let setup = setup(EVERY_SECOND).env("ROLES", "api,pages");
    let server = setup.start();
    assert_eq!(names(&server), Vec::<String>::new());
    let mut worker = Process::start(setup.command(&["worker"]));
    wait_for(&server, 2);
    each_once(&server);
    nix::sys::signal::kill(worker.pid(), nix::sys::signal::Signal::SIGTERM).unwrap();
    worker.wait().success();
}

#[test]
fn a_changed_file_changes_the_schedules_of_a_running_server() {
    let server = setup(
        "[[schedules]]\nname = 'a'\nkind = 'k'\nevery = '1h'\n[[schedules]]\nname = 'b'\nkind = 'k'\nevery = '1h'\n",
    )
    .start();
    let write = |text: &str| server.setup.write_socle_toml(text);
    let kept = schedule(&server, "a")["next_at"].clone();
    write(
        "[[schedules]]\nname = 'a'\nkind = 'other'\nevery = '1h'\n[[schedules]]\nname = 'c'\nkind = 'beat'\nevery = '1s'\nunique = false\n",
    );
    eventually("the file is followed", || (names(&server) == ["a", "c"]).then_some(()));
    let changed = schedule(&server, "a");
    assert_eq!((&changed["kind"], &changed["next_at"]), (&json!("other"), &kept));
    wait_for(&server, 1);
    // A mistake changes nothing, and says where it is.
    write("[[schedules]]\nname = 'a'\nkind = 'other'\ncron = '61 * * * *'\n");
    eventually("the mistake is told", || {
        server
            .output()
            .contains("line 4: \\\"schedules.cron\\\": ")
            .then_some(())
            .or_else(|| server.output().contains("line 4: \"schedules.cron\": ").then_some(()))
    });
    assert!(
        server.output().contains("the schedules stay as they were"),
        "{}",
        server.output()
    );
    assert_eq!(names(&server), ["a", "c"]);
    write("");
    eventually("no schedule is left", || names(&server).is_empty().then_some(()));
}

#[test]
fn a_restart_with_the_same_file_keeps_the_place_in_the_row_of_ticks() {
    let setup = setup("[[schedules]]\nname = 'a'\nkind = 'k'\nevery = '1h'\n");
    let mut server = setup.start();
    let before = schedule(&server, "a");
    server.stop().success();
    assert_eq!(schedule(&setup.start(), "a"), before);
    let setup = setup.socle_toml("[[schedules]]\nname = 'a'\nkind = 'k'\nevery = '2h'\n");
    let after = schedule(&setup.start(), "a");
    assert!(moment(&after["next_at"]) > moment(&before["next_at"]));
    let without = setup.without("CONFIG_DIR").start();
    assert_eq!(names(&without), ["a"], "a process without CONFIG_DIR knows of no file");
}

#[test]
fn a_mistake_in_a_schedule_stops_the_start_with_its_line() {
    for (lines, said) in [
        (
            "name = 'a b'\nkind = 'k'\nevery = '1h'",
            "line 2: \"schedules.name\": Use letters",
        ),
        (
            "name = 'a'\nkind = 'no kind'\nevery = '1h'",
            "line 3: \"schedules.kind\": Use letters",
        ),
        (
            "name = 'a'\nkind = 'k'",
            "line 1: \"schedules.cron\": Give \"cron\", such as",
        ),
        (
            "name = 'a'\nkind = 'k'\ncron = '* * *'",
            "line 4: \"schedules.cron\": Give five fields",
        ),
        (
            "name = 'a'\nkind = 'k'\n\ncron = '0 25 * * *'",
            "line 5: \"schedules.cron\": \"25\" is no hour: it takes 0-23",
        ),
        (
            "name = 'a'\nkind = 'k'\ncron = '0 0 30 2 *'",
            "line 4: \"schedules.cron\": There is no such day",
        ),
        (
            "name = 'a'\nkind = 'k'\ncron = '@daily'\ntimezone = 'Paris'",
            "line 5: \"schedules.timezone\": There is no such time zone",
        ),
        (
            "name = 'a'\nkind = 'k'\nevery = 'often'",
            "line 4: \"schedules.every\": Give a duration from 1s to 366d",
        ),
        (
            "name = 'a'\nkind = 'k'\nevery = '1h'\npriority = 1000",
            "line 5: \"schedules.priority\": Ensure this value is",
        ),
        (
            "name = 'a'\nkind = 'uppercase'\nevery = '1h'\npayload = {}",
            "line 5: \"schedules.payload\": text: This field is required.",
        ),
        (
            "name = 'a'\nkind = 'k'\nevery = '1h'\nevry = 1",
            "line 5: unknown key \"schedules.evry\"; allowed: name, kind",
        ),
        (
            "name = 'a'\nkind = 'k'\nevery = '1h'\n[[schedules]]\nkind = 'k'\nname = 'a'\nevery = '1h'",
            "line 7: a schedule named \"a\" stands on line 2 already",
        ),
    ] {
        let setup = setup(&format!("[[schedules]]\n{lines}\n"));
        for (command, roles) in [(&[][..], "api,pages,worker"), (&[], "api"), (&["worker"], "worker")] {
            let ended = setup.clone().env("ROLES", roles).run(command).failure();
            let line = ended.err.trim_end();
            assert_eq!(line.lines().count(), 1, "{}", ended.output());
            assert!(line.contains("socle.toml") && line.contains(said), "{lines}: {line}");
        }
    }
}

#[test]
fn a_name_that_was_taken_over_the_api_stops_the_start() {
    let setup = setup("");
    setup.start();
    setup.sql(
        "INSERT INTO _schedules (name, source, kind, payload, every, priority, max_attempts, is_unique, is_enabled, \
                 anchor, created_at, updated_at) VALUES ('mine', 'api', 'k', 'null', '1h', 0, 1, 1, 1, 0, 0, 0)",
    );
    let setup = setup.socle_toml("[[schedules]]\nkind = 'k'\nname = 'mine'\nevery = '1h'\n");
    let line = setup.run(&[]).failure().err;
    assert!(
        line.contains("line 3: a schedule named \"mine\" was made over the API"),
        "{line}"
    );
}

#[test]
fn while_the_server_is_open_anyone_may_look_and_nobody_may_change() {
    let server = setup("[[schedules]]\nname = 'a'\nkind = 'k'\nevery = '1h'\n").start();
    let refused = server
        .post("/jobs/schedules/", json!({"name": "b", "kind": "k", "every": "1h"}))
        .is(401);
    assert!(refused.text().contains("socle user add"), "{}", refused.text());
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    server.patch("/jobs/schedules/a", json!({"enabled": false})).is(401);
    server.delete("/jobs/schedules/a").is(401);
    assert_eq!(names(&server), ["a"]);
    for (address, allow) in [
        ("/jobs/schedules", "GET, POST, HEAD, OPTIONS"),
        ("/api/jobs/schedules/a/", "GET, PATCH, DELETE, HEAD, OPTIONS"),
    ] {
        assert_eq!(server.options(address).is(200).header("allow"), allow);
        assert_eq!(server.put(address, json!({})).is(405).header("allow"), allow);
        server.head(address).is(200);
        server.get_as(address, "text/html").is(406);
        server.get(&format!("{address}?x=1")).is(400);
    }
}

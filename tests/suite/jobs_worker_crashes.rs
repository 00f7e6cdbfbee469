//! Workers that are killed while they work: every job is still done once. `SOCLE_TEST_JOBS` sets how many jobs there
//! are; 100,000 is the full size, the default a small one.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::jobs_api::without_workers;
use crate::process::Process;
use crate::server::Server;

/// A log of every attempt, written by triggers: when it began, the end of its lease, when and how it ended. An attempt
/// number that is given twice violates the primary key, which fails the claim.
const ATTEMPT_LOG: &str = "
    CREATE TABLE _attempts (
        job TEXT, attempt INTEGER, began INTEGER, until INTEGER, ended INTEGER, how TEXT, PRIMARY KEY (job, attempt)
    );
    CREATE TRIGGER _attempts_began AFTER UPDATE OF state ON _jobs WHEN NEW.state = 'processing' AND OLD.state = 'queued'
    BEGIN
        INSERT INTO _attempts VALUES (NEW.id, NEW.attempts, NEW.started_at, NEW.lease_until, NULL, NULL);
    END;
    CREATE TRIGGER _attempts_renewed AFTER UPDATE OF lease_until ON _jobs
        WHEN NEW.state = 'processing' AND OLD.state = 'processing'
    BEGIN
        UPDATE _attempts SET until = NEW.lease_until WHERE job = NEW.id AND attempt = NEW.attempts;
    END;
    CREATE TRIGGER _attempts_ended AFTER UPDATE OF state ON _jobs WHEN OLD.state = 'processing'
    BEGIN
        UPDATE _attempts SET ended = NEW.updated_at, how = NEW.state WHERE job = NEW.id AND attempt = NEW.attempts;
    END;";

fn how_many(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(otherwise)
}

fn count(server: &Server, sql: &str) -> usize {
    usize::try_from(server.query_integer(sql)).expect("a count")
}

/// Asserts that every job was done by exactly one attempt, and that no two attempts at a job had it at once.
fn attempts_are_consistent(server: &Server, jobs: usize) {
    let none = |what: &str, sql: &str| assert_eq!(count(server, sql), 0, "{what}");
    assert_eq!(count(server, "SELECT count(*) FROM _jobs WHERE state = 'done'"), jobs);
    assert_eq!(count(server, "SELECT count(*) FROM _attempts WHERE how = 'done'"), jobs);
    none(
        "jobs done twice",
        "SELECT count(*) FROM (SELECT job FROM _attempts WHERE how = 'done' GROUP BY job HAVING count(*) > 1)",
    );
    none(
        "attempts that have no end",
        "SELECT count(*) FROM _attempts WHERE ended IS NULL",
    );
    none(
        "attempts that began before the one before them had ended",
        "SELECT count(*) FROM _attempts AS next JOIN _attempts AS last ON last.job = next.job AND last.attempt < next.attempt \
         WHERE next.began < last.ended",
    );
    none(
        "attempts that ended well after their lease",
        "SELECT count(*) FROM _attempts WHERE how = 'done' AND ended >= until",
    );
    none(
        "attempts that are not numbered one after another",
        "SELECT count(*) FROM (SELECT job FROM _attempts GROUP BY job HAVING min(attempt) <> 1 OR max(attempt) <> count(*))",
    );
}

/// Kills one of the workers, a different one each time another `share` of the jobs is done, until all of them are; says
/// how many that were.
fn kill_until_drained(
    server: &Server,
    jobs: usize,
    share: usize,
    workers: &mut [Process],
    start: impl Fn() -> Process,
) -> usize {
    let deadline = Instant::now() + Duration::from_secs(900);
    let mut killed = 0;
    let mut next = 1;
    loop {
        thread::sleep(Duration::from_millis(5));
        let counts = server.counts();
        if counts["done"] == jobs {
            return killed;
        }
        assert!(Instant::now() < deadline, "it is never done: {counts}");
        // Of what is left nothing may be running yet; killing those who wait would prove nothing.
        let done = counts["done"].as_u64().expect("a number") as usize;
        if counts["queued"] == 0 || done < next {
            continue;
        }
        next = done + share;
        let place = killed * 7 / 3 % workers.len();
        workers[place].child.kill().expect("a worker to kill");
        workers[place].wait();
        workers[place] = start();
        killed += 1;
    }
}

#[test]
fn every_job_is_done_once_while_workers_are_killed() {
    let jobs = how_many("SOCLE_TEST_JOBS", 2_000);
    let server = without_workers();
    server.sql(ATTEMPT_LOG);
    server.submit_many(jobs);
    let start = || server.setup.start_worker();
    let began = Instant::now();
    let mut workers = [start(), start()];
    let killed = kill_until_drained(&server, jobs, jobs / 20, &mut workers, start);
    let took = began.elapsed();
    attempts_are_consistent(&server, jobs);
    let wrong = "SELECT count(*) FROM _jobs WHERE result <> upper(json_quote(json_extract(payload, '$.text')))";
    assert_eq!(count(&server, wrong), 0, "results that are not the text in capitals");
    let again = count(&server, "SELECT count(*) FROM _attempts WHERE how <> 'done'");
    println!("{jobs} jobs, {killed} workers killed, {again} attempts lost with them, {took:.1?}");
    assert!(killed > 0);
}

/// A worker of 4 threads that notes each attempt in a file of its own before it says that the job is done.
const NOTING: &str = r#"
import json, os, sys, threading, urllib.request
def call(path, **body):
    request = urllib.request.Request(sys.argv[1] + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or "null")
notes = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def work():
    while True:
        try:
            for job in call("/jobs/claim", kinds=["note"], lease="3s", wait="20s", count=20) or []:
                os.write(notes, f"{job['job_id']} {job['attempt']}\n".encode())
                call(f"/jobs/{job['job_id']}/complete", lease_token=job["lease_token"], result=job["attempt"])
        except OSError:
            pass
for _ in range(2):
    threading.Thread(target=work).start()
print("working on jobs", flush=True)
"#;

#[test]
#[ignore = "needs python3"]
fn what_workers_of_another_language_do_is_done_once_for_each_attempt() {
    let jobs = how_many("SOCLE_TEST_JOBS", 2_000) / 5;
    let server = without_workers();
    server.sql(ATTEMPT_LOG);
    let mut connection = server.raw_connection();
    for number in 0..jobs {
        let job = json!({"kind": "note", "payload": number, "max_attempts": 20});
        assert_eq!(connection.post("/jobs", &job).expect("an answer").status, 202);
    }
    let notes = server.setup.home().join("notes");
    let start = || {
        let mut command = Command::new("python3");
        command
            .args(["-c", NOTING, &format!("http://{}", server.address)])
            .arg(&notes)
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let worker = Process::start(command);
        crate::server::eventually("a worker that works", || {
            worker.output().contains("working").then_some(())
        });
        worker
    };
    let mut workers = [start(), start()];
    let killed = kill_until_drained(&server, jobs, jobs / 10, &mut workers, start);
    attempts_are_consistent(&server, jobs);
    let noted = std::fs::read_to_string(notes).expect("the notes");
    let mut lines: Vec<&str> = noted.lines().collect();
    let all = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), all, "an attempt was noted twice");
    for row in server.query("SELECT id || ' ' || result FROM _jobs") {
        let attempt = row[0].as_str().expect("a job and an attempt");
        assert!(
            lines.binary_search(&attempt).is_ok(),
            "{attempt} completed its job without a note"
        );
    }
    println!("{jobs} jobs, {killed} workers killed, {} attempts noted", all);
}

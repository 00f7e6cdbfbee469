//! The built-in workers: in the server, as `socle worker`, in several processes, stopped and killed.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{self, Signal};
use serde_json::json;

use crate::jobs_api::without_workers;
use crate::process::Process;
use crate::server::{Server, Setup, eventually_within};

impl Setup {
    /// Starts `socle worker` and waits until it works.
    #[track_caller]
    pub(crate) fn start_worker(&self) -> Process {
        let worker = Process::start(self.command(&["worker"]));
        crate::server::eventually("a worker that works", || {
            worker.output().contains("working on jobs").then_some(())
        });
        worker
    }
}

impl Server {
    /// Asks for so many jobs, `text 0` and so on, over a few connections that stay open.
    pub(crate) fn submit_many(&self, count: usize) {
        const CONNECTIONS: usize = 4;
        thread::scope(|scope| {
            for first in 0..CONNECTIONS {
                scope.spawn(move || {
                    let mut connection = self.raw_connection();
                    for number in (first..count).step_by(CONNECTIONS) {
                        let job = json!({"text": format!("text {number}"), "max_attempts": 20});
                        let reply = connection.post("/jobs", &job).expect("an answer");
                        assert_eq!(reply.status, 202, "{}", reply.text());
                    }
                });
            }
        });
    }

    /// Waits until every job is done.
    #[track_caller]
    pub(crate) fn drained(&self, patience: Duration, count: usize) {
        eventually_within(patience, "every job is done", || {
            (self.counts()["done"] == count).then_some(())
        });
    }
}

#[test]
fn a_separate_worker_process_does_the_jobs_of_a_server() {
    let server = without_workers();
    let early = server.submit(json!({"text": "before"}));
    let mut worker = server.setup.start_worker();
    let late = server.submit(json!({"text": "after"}));
    assert_eq!(server.job_once(&early, "done")["result"], "BEFORE");
    assert_eq!(server.job_once(&late, "done")["result"], "AFTER");
    signal::kill(worker.pid(), Signal::SIGTERM).expect("the worker takes a signal");
    let ended = worker.wait().success();
    assert!(
        ended.out.contains("SIGTERM") && ended.out.contains("stopped"),
        "{}",
        ended.output()
    );
}

#[test]
fn ten_thousand_queued_jobs_survive_a_crash_and_a_restart() {
    const COUNT: usize = 10_000;
    let mut server = without_workers();
    server.submit_many(COUNT);
    server.kill();
    let server = server.setup.clone().env("ROLES", "api,worker").start();
    server.drained(Duration::from_secs(180), COUNT);
    let counts = server.counts();
    assert_eq!(
        (&counts["queued"], &counts["failed"]),
        (&json!(0), &json!(0)),
        "{counts}"
    );
}

#[test]
fn a_worker_that_stops_gives_back_every_lease() {
    let server = without_workers();
    server.submit_many(2_000);
    for _ in 0..3 {
        let mut worker = server.setup.start_worker();
        thread::sleep(Duration::from_millis(60));
        signal::kill(worker.pid(), Signal::SIGTERM).expect("the worker takes a signal");
        worker.wait().success();
        assert_eq!(server.counts()["processing"], 0);
    }
    let _worker = server.setup.start_worker();
    server.drained(Duration::from_secs(120), 2_000);
}

#[test]
fn two_servers_share_the_work_and_each_shows_all_of_it() {
    let setup = Setup::new();
    let (one, other) = (setup.start(), setup.start());
    one.submit_many(1_000);
    other.submit_many(1_000);
    one.drained(Duration::from_secs(120), 2_000);
    assert_eq!(other.counts()["done"], 2_000);
    let attempts = setup.query_integer("SELECT sum(attempts - forgiven) FROM _jobs");
    assert_eq!(attempts, 2_000, "none was done twice");
}

#[test]
fn an_idle_process_uses_almost_no_processor_time() {
    let server = Server::start();
    let id = server.submit(json!({"text": "a"}));
    server.job_once(&id, "done");
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.pid())).expect("the process's times");
        let (_, fields) = stat.rsplit_once(") ").expect("fields behind the name");
        let fields: Vec<u64> = fields.split(' ').filter_map(|field| field.parse().ok()).collect();
        // utime and stime; the state before them is no number.
        fields[10] + fields[11]
    };
    thread::sleep(Duration::from_secs(1));
    let (before, began) = (ticks(), Instant::now());
    thread::sleep(Duration::from_secs(5));
    let used = (ticks() - before) as f64 / 100.0 / began.elapsed().as_secs_f64();
    assert!(used < 0.03, "{:.1} % of a processor", used * 100.0);
}

#[test]
#[ignore = "needs python3"]
fn the_worker_of_the_example_counts_words_and_may_be_killed() {
    let server = without_workers();
    let worker = || {
        let mut command = Command::new("python3");
        command
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/jobs/worker.py"))
            .env("SOCLE", format!("http://{}", server.address))
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        Process::start(command)
    };
    let mut first = worker();
    let id = server.submit(json!({"kind": "words", "payload": {"text": "to be or not to be"}}));
    let job = server.job_once(&id, "done");
    assert_eq!(job["result"], json!({"to": 2, "be": 2, "or": 1, "not": 1}));
    let wrong = server.submit(json!({"kind": "words", "payload": {"words": "none"}}));
    assert!(
        server.job_once(&wrong, "failed")["error"]
            .as_str()
            .is_some_and(|error| error.contains("KeyError"))
    );

    // Long enough to be killed in: it says how far it is every thousand lines.
    let long = json!({"kind": "words", "payload": {"text": "a\n".repeat(85_000)}});
    let id = server.submit(long);
    crate::server::eventually("it is under way", || {
        let job = server.job(&id);
        assert_ne!(job["status"], "done", "it was too fast to be killed");
        (job["progress"]["done"].as_u64() > Some(0)).then_some(())
    });
    first.child.kill().expect("it is there to kill");
    let _second = worker();
    let job = server.job_once(&id, "done");
    assert_eq!((&job["result"], &job["attempts"]), (&json!({"a": 85_000}), &json!(2)));
}

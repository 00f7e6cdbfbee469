//! Clients that keep asking while something happens to the server, and remember everything they were promised.
//!
//! Half of them keep their connection, half connect anew each time; half write, half read. No request is ever retried:
//! what fails, fails the test. A write counts as promised once its 201 has arrived, and must then be seen by whoever
//! answers next, in this process or another.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::shell::unique_name;
use crate::site::Site;

/// How many clients of each of the four kinds there are.
const CLIENTS: usize = 2;

/// What a client waits between two requests: together they ask some 400 times a second.
const PACE: Duration = Duration::from_millis(15);

/// Clients at work.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Record>>,
}

/// What clients saw.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) requests: usize,
    pub(crate) failures: Vec<String>,
    /// The names of the items whose creation was answered with 201.
    pub(crate) promised: Vec<String>,
    pub(crate) slowest: Duration,
}

impl Load {
    pub(crate) fn start(address: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut clients = Vec::new();
        let run = unique_name();
        for number in 0..CLIENTS {
            for (kind, connect) in [
                ("kept", Site::new as fn(&str) -> Site),
                ("fresh", Site::without_keep_alive),
            ] {
                let (writer, reader) = (
                    Client::new(connect(address), &stop),
                    Client::new(connect(address), &stop),
                );
                let name = format!("{run}-{kind}-{number}");
                clients.push(thread::spawn(move || writer.writes(&name)));
                clients.push(thread::spawn(move || reader.reads()));
            }
        }
        Self { stop, clients }
    }

    /// Lets them finish what they are at, and checks every promise against the table as `site` shows it.
    #[track_caller]
    pub(crate) fn finish(self, while_what: &str, site: &Site) -> Record {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Record::default();
        for client in self.clients {
            let record = client.join().expect("a client");
            all.requests += record.requests;
            all.failures.extend(record.failures);
            all.promised.extend(record.promised);
            all.slowest = all.slowest.max(record.slowest);
        }
        let mut stored: HashMap<String, usize> = HashMap::new();
        let rows = site.get("/api/items/?fields=name").is(200).json();
        for row in rows.as_array().expect("a list") {
            *stored
                .entry(row["name"].as_str().expect("a name").to_owned())
                .or_default() += 1;
        }
        let lost: Vec<_> = all.promised.iter().filter(|name| !stored.contains_key(*name)).collect();
        let twice: Vec<_> = stored.iter().filter(|(_, times)| **times > 1).collect();
        eprintln!(
            "{while_what}: {} requests, {} failed, {} writes promised, {} lost, slowest answer {} ms",
            all.requests,
            all.failures.len(),
            all.promised.len(),
            lost.len(),
            all.slowest.as_millis(),
        );
        assert!(lost.is_empty(), "{while_what}: promised and not there: {lost:?}");
        assert!(twice.is_empty(), "{while_what}: stored more than once: {twice:?}");
        assert!(all.requests > 100, "{while_what}: too little load to say anything");
        all
    }
}

impl Record {
    /// Asserts that no request failed.
    #[track_caller]
    pub(crate) fn without_a_failure(self) {
        let some: Vec<_> = self.failures.iter().take(20).collect();
        assert!(
            some.is_empty(),
            "{} of {} requests failed: {some:#?}",
            self.failures.len(),
            self.requests
        );
    }
}

/// One client, one thread.
struct Client {
    site: Site,
    started: Instant,
    stop: Arc<AtomicBool>,
    record: Record,
}

impl Client {
    fn new(site: Site, stop: &Arc<AtomicBool>) -> Self {
        Self {
            site,
            started: Instant::now(),
            stop: Arc::clone(stop),
            record: Record::default(),
        }
    }

    fn goes_on(&self) -> bool {
        thread::sleep(PACE);
        !self.stop.load(Ordering::Relaxed)
    }

    /// Makes items, and reads each back at once.
    fn writes(mut self, name: &str) -> Record {
        for number in 0.. {
            if !self.goes_on() {
                break;
            }
            let name = format!("{name}-{number}");
            let Some(row) = self.asks("POST", "/api/items/", Some(json!({"name": name})), 201) else {
                continue;
            };
            self.record.promised.push(name);
            self.asks("GET", &format!("/api/items/{}/", row["id"]), None, 200);
        }
        self.record
    }

    /// Reads the newest items.
    fn reads(mut self) -> Record {
        while self.goes_on() {
            self.asks("GET", "/api/items/?ordering=-id&limit=20", None, 200);
        }
        self.record
    }

    fn asks(&mut self, method: &str, path: &str, body: Option<Value>, status: u16) -> Option<Value> {
        let asked = Instant::now();
        let answer = self.site.try_ask(method, path, body.as_ref());
        self.record.requests += 1;
        self.record.slowest = self.record.slowest.max(asked.elapsed());
        match answer {
            Ok(answer) if answer.status == status => Some(answer.json()),
            Ok(answer) => self.failed(format!("{method} {path}: {} {}", answer.status, answer.text())),
            Err(error) => self.failed(format!("{method} {path}: {error}")),
        }
    }

    fn failed(&mut self, what: String) -> Option<Value> {
        let at = self.started.elapsed().as_secs_f32();
        self.record.failures.push(format!("after {at:.1} s: {what}"));
        None
    }
}

//! An answered write survives the death of the process.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::raw_connection::RawConnection;
use crate::server::{Setup, eventually};

const ROUNDS: usize = 50;
const THREADS: usize = 32;
const INSERTS: usize = 10_000;

/// Offers this thread's share of the inserts on one connection, and gives those that were answered: id and name.
fn offer(mut connection: RawConnection, round: usize, thread: usize, answered: &AtomicUsize) -> Vec<(i64, String)> {
    let mut kept = Vec::new();
    for n in 0..INSERTS / THREADS {
        let name = format!("{round}-{thread}-{n}");
        let Some(reply) = connection.post("/api/items/", &json!({"name": name})) else {
            break;
        };
        assert_eq!(reply.status, 201, "{}", reply.text());
        kept.push((reply.json()["id"].as_i64().expect("an id"), name));
        answered.fetch_add(1, Ordering::Relaxed);
    }
    kept
}

/// One life of the server: inserts from every thread, and its end in the middle of them.
fn live_and_die(setup: &Setup, round: usize) -> Vec<(i64, String)> {
    let mut server = setup.start();
    let answered = AtomicUsize::new(0);
    let pid = nix::unistd::Pid::from_raw(i32::try_from(server.pid()).expect("a process id"));
    let kept = thread::scope(|scope| {
        let answered = &answered;
        let connections: Vec<RawConnection> = (0..THREADS).map(|_| server.raw_connection()).collect();
        let offers = connections.into_iter().enumerate();
        let offers: Vec<_> = offers
            .map(|(thread, connection)| scope.spawn(move || offer(connection, round, thread, answered)))
            .collect();
        eventually("an insert is answered", || {
            (answered.load(Ordering::Relaxed) > 0).then_some(())
        });
        // The moment is the experiment: another one in every round.
        thread::sleep(Duration::from_millis((round * 53 % 120) as u64));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("the process takes a signal");
        offers
            .into_iter()
            .flat_map(|offer| offer.join().expect("a client"))
            .collect()
    });
    server.wait();
    kept
}

#[test]
fn every_answered_insert_survives_a_kill_and_none_is_there_twice() {
    let setup = Setup::new();
    let mut in_the_middle = 0;
    for round in 0..ROUNDS {
        let answered = live_and_die(&setup, round);
        in_the_middle += usize::from(answered.len() < INSERTS / THREADS * THREADS);

        setup.assert_sound();
        let rows = setup.query(&format!("SELECT id, name FROM items WHERE name LIKE '{round}-%'"));
        let kept: HashMap<&Value, &Value> = rows.iter().map(|row| (&row[0], &row[1])).collect();
        for (id, name) in &answered {
            assert_eq!(
                kept.get(&json!(id)),
                Some(&&json!(name)),
                "round {round}: an answered insert is lost"
            );
        }
        let names: HashSet<&Value> = kept.values().copied().collect();
        assert_eq!(names.len(), rows.len(), "round {round}: a row is there twice");
    }
    assert!(
        in_the_middle > ROUNDS * 3 / 4,
        "only {in_the_middle} of {ROUNDS} kills came in the middle"
    );
}

#[test]
fn a_bulk_insert_cut_by_a_kill_is_there_whole_or_not_at_all() {
    let setup = Setup::new();
    for round in 0..10 {
        let mut server = setup.start();
        let rows: Vec<_> = (0..5000).map(|n| json!({"name": format!("{round}-{n}")})).collect();
        let body = json!(rows);
        let answered = thread::scope(|scope| {
            let mut connection = server.raw_connection();
            let offer = scope.spawn(move || {
                connection
                    .post("/api/items/", &body)
                    .is_some_and(|reply| reply.status == 201)
            });
            thread::sleep(Duration::from_millis(round * 7));
            server.kill();
            offer.join().expect("a client")
        });
        let kept = setup.query_integer(&format!("SELECT count(*) FROM items WHERE name LIKE '{round}-%'"));
        assert!(
            kept == 5000 || (kept == 0 && !answered),
            "round {round}: {kept} rows, answered: {answered}"
        );
    }
}

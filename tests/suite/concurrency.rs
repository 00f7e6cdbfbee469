//! Many clients on one server, and several servers on one database file.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Server, Setup, eventually};
use crate::tables::NOTES;

#[test]
fn two_servers_that_start_together_on_an_empty_file_both_serve() {
    for _ in 0..5 {
        let setup = Setup::new().tables(NOTES);
        let servers: Vec<Server> = thread::scope(|scope| {
            let starts: Vec<_> = (0..3).map(|_| scope.spawn(|| setup.start())).collect();
            starts
                .into_iter()
                .map(|start| start.join().expect("a server"))
                .collect()
        });
        let made = servers[0].post("/api/notes/", json!({"name": "one"})).is(201).json();
        for server in &servers {
            assert_eq!(server.get("/api/notes/").is(200).json(), json!([made]));
            server.get("/readyz").is(200);
        }
    }
}

#[test]
fn a_write_answered_by_one_server_is_seen_by_the_other() {
    let one = Setup::new().start();
    let other = one.setup.start();
    for n in 1..=50 {
        let (writer, reader) = if n % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let row = writer
            .post("/api/items/", json!({"name": format!("n{n}")}))
            .is(201)
            .json();
        assert_eq!(reader.get(&format!("/api/items/{n}/")).is(200).json(), row);
    }
}

#[test]
fn two_servers_write_one_file_at_the_same_time() {
    let one = Setup::new().start();
    let other = one.setup.start();
    let (threads, inserts) = (8, 150);
    thread::scope(|scope| {
        for server in [&one, &other] {
            for thread in 0..threads {
                scope.spawn(move || {
                    let mut connection = server.raw_connection();
                    for n in 0..inserts {
                        let body = json!({"name": format!("{}-{thread}-{n}", server.pid())});
                        let reply = connection.post("/api/items/", &body).expect("an answer");
                        assert_eq!(reply.status, 201, "{}", reply.text());
                    }
                });
            }
        }
    });
    let names = one.column("/api/items/", "name");
    assert_eq!(names.len(), 2 * threads * inserts);
    assert_eq!(
        names.iter().map(ToString::to_string).collect::<HashSet<_>>().len(),
        names.len()
    );
    assert_eq!(names, other.column("/api/items/", "name"));
}

#[test]
fn migrate_beside_a_running_server_gives_it_the_new_table() {
    let server = Server::start();
    server.get("/api/notes/").is(404);
    let beside = server.setup.clone().tables(NOTES);
    beside.run(&["migrate"]).success();
    let migrated = Instant::now();
    eventually("the table is offered", || {
        (server.get("/api/notes/").status == 200).then_some(())
    });
    // One second is promised; a machine busy with other tests is given more.
    assert!(
        migrated.elapsed() < Duration::from_secs(5),
        "it took {:?}",
        migrated.elapsed()
    );
    server.post("/api/notes/", json!({"name": "n"})).is(201);
    assert!(server.get("/api/").json()["notes"].is_string());
    assert!(server.get("/api/openapi.json").json()["paths"]["/api/notes/"].is_object());

    let more = beside.migration(
        "V2__more.sql",
        "ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';",
    );
    more.run(&["migrate"]).success();
    eventually("the column is offered", || {
        (server.rows("/api/notes/")[0]["colour"] == "red").then_some(())
    });
    assert_eq!(
        server.patch("/api/notes/1/", json!({"colour": "blue"})).is(200).json()["colour"],
        "blue"
    );
}

#[test]
fn of_many_inserts_of_one_unique_value_exactly_one_succeeds() {
    let server = Server::with_tables(NOTES);
    let made: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = server.raw_connection();
                    let mut made = 0;
                    for n in 0..50 {
                        let reply = connection
                            .post("/api/notes/", &json!({"name": format!("n{n}")}))
                            .expect("an answer");
                        match reply.status {
                            201 => made += 1,
                            status => {
                                assert_eq!(status, 400, "{}", reply.text());
                                assert_eq!(reply.json(), json!({"name": ["notes with this name already exists."]}));
                            }
                        }
                    }
                    made
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("a client")).sum()
    });
    assert_eq!(made, 50);
    assert_eq!(server.rows("/api/notes/").len(), 50);
}

#[test]
fn a_list_is_a_consistent_snapshot_while_others_write() {
    let server = Server::with_tables(NOTES);
    let rows: Vec<_> = (0..2000).map(|n| json!({"name": format!("n{n}")})).collect();
    server.post("/api/notes/", json!(rows)).is(201);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..20 {
                let rows: Vec<_> = (0..100).map(|n| json!({"name": format!("more {round} {n}")})).collect();
                server.post("/api/notes/", json!(rows)).is(201);
            }
        });
        while !writer.is_finished() {
            let count = server.rows("/api/notes/").len();
            assert_eq!(count % 100, 0, "a list holds a part of a bulk insert");
        }
    });
    assert_eq!(server.rows("/api/notes/").len(), 4000);
}

#[test]
fn a_writer_in_another_process_is_waited_for() {
    let server = Server::start();
    let held = server.setup.begin("INSERT INTO items (name) VALUES ('held')");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| server.post("/api/items/", json!({"name": "waited"})));
        server.get("/api/items/").is(200);
        thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished(), "it did not wait");
        held.commit();
        waiting.join().expect("a client").is(201);
    });
    assert_eq!(server.column("/api/items/", "name"), ["held", "waited"]);
}

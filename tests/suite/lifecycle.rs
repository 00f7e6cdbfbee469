//! Start and shutdown: signals, requests in flight, and what prevents a start.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;

use crate::raw_connection::RawConnection;
use crate::server::{Server, Setup, eventually};

/// A `POST` of which everything but the end of the body is sent, and that end.
fn half_a_post(server: &Server) -> (RawConnection, &'static [u8]) {
    let mut connection = server.raw_connection();
    let sent = connection.write(
        b"POST /api/items/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\
          Expect: 100-continue\r\n\r\n",
    );
    // The server says so when it has begun to read the body.
    assert_eq!(connection.any_answer().expect("an interim answer").status, 100);
    assert!(sent && connection.write(b"{\"name\": \"in f"));
    (connection, b"light\"}")
}

fn wait_until_not_ready(server: &Server) {
    eventually("the server is not ready", || {
        let ready = server.try_request("GET", "/readyz", &[], b"");
        (ready.map_or(503, |answer| answer.status) == 503).then_some(())
    });
}

#[test]
fn sigterm_and_sigint_stop_the_server_cleanly_and_leave_one_file() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut server = Server::start();
        server.post("/api/items/", json!({"name": "kept"})).is(201);
        server.signal(signal);
        server.wait().success();
        let log = server.setup.home().join("socle.db-wal");
        assert!(
            std::fs::metadata(&log).map_or(0, |file| file.len()) == 0,
            "{signal}: the log is not checkpointed"
        );
        assert_eq!(server.query_integer("SELECT count(*) FROM items"), 1);
    }
}

#[test]
fn a_request_in_flight_is_finished_before_shutdown() {
    for delay in ["0s", "500ms"] {
        let mut server = Server::with(|setup| setup.env("SHUTDOWN_DELAY", delay));
        let (mut connection, rest) = half_a_post(&server);
        server.signal(Signal::SIGTERM);
        wait_until_not_ready(&server);
        assert!(connection.write(rest));
        let reply = connection.answer().expect("the answer");
        assert_eq!(
            (reply.status, &reply.json()["name"]),
            (201, &json!("in flight")),
            "{}",
            reply.text()
        );
        server.wait().success();
        assert_eq!(server.setup.start().column("/api/items/", "name"), ["in flight"]);
    }
}

#[test]
fn during_the_shutdown_delay_the_server_is_not_ready_and_still_answers() {
    let mut server = Server::with(|setup| setup.env("SHUTDOWN_DELAY", "40s"));
    server.signal(Signal::SIGTERM);
    wait_until_not_ready(&server);
    let ready = server.get("/readyz").is(503).json();
    assert_ne!(ready["status"], "ok");
    server.get("/livez").is(200);
    server.post("/api/items/", json!({"name": "late"})).is(201);
    assert!(!server.has_exited());
    server.kill();
}

#[test]
fn an_unfinished_request_is_dropped_after_the_shutdown_grace() {
    let mut server = Server::with(|setup| setup.env("SHUTDOWN_GRACE", "1s"));
    let (mut connection, _) = half_a_post(&server);
    server.stop_within(Duration::from_secs(15)).success();
    assert!(connection.is_closed_by_the_server());
    assert!(server.setup.start().rows("/api/items/").is_empty());
}

#[test]
fn idle_connections_do_not_delay_shutdown() {
    let mut server = Server::with(|setup| setup.env("SHUTDOWN_GRACE", "50s"));
    let mut connections: Vec<_> = (0..20).map(|_| server.raw_connection()).collect();
    for connection in connections.iter_mut().take(10) {
        assert!(connection.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        assert_eq!(connection.answer().expect("an answer").status, 200);
    }
    server.stop_within(Duration::from_secs(20)).success();
}

#[test]
fn a_second_signal_ends_the_server_at_once() {
    let mut server = Server::with(|setup| setup.env("SHUTDOWN_DELAY", "50s").env("SHUTDOWN_GRACE", "50s"));
    let (_connection, _) = half_a_post(&server);
    server.signal(Signal::SIGTERM);
    wait_until_not_ready(&server);
    let began = Instant::now();
    server.signal(Signal::SIGTERM);
    server.wait();
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "it took {:?}",
        began.elapsed()
    );
}

/// Starts what must not start, and gives the one line that says why.
#[track_caller]
fn refusal(setup: &Setup) -> String {
    let ended = setup.run(&[]).failure();
    let line = ended.err.lines().last().unwrap_or_default().to_owned();
    assert!(!line.is_empty(), "it gave no reason: {}", ended.output());
    assert!(
        !line.contains("Error {") && !line.contains("Os {"),
        "the reason is not for people: {line}"
    );
    line
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let line = refusal(&Setup::new().env("PORT", &port));
    assert!(line.contains(&port) && line.contains("PORT"), "{line}");
}

#[test]
fn a_file_that_is_no_database_is_named_and_left_as_it_is() {
    let setup = Setup::new();
    let text = "This is a letter, not a database.\n".repeat(300);
    std::fs::write(setup.database(), &text).expect("the letter");
    let line = refusal(&setup);
    assert!(line.contains(&setup.database().display().to_string()), "{line}");
    assert_eq!(std::fs::read_to_string(setup.database()).expect("the letter"), text);
}

#[test]
fn a_database_that_cannot_be_made_is_named() {
    let setup = Setup::new();
    std::fs::write(setup.home().join("file"), "in the way").expect("a file");
    let below_a_file = setup.home().join("file/socle.db");
    for path in [
        below_a_file.as_path(),
        setup.config_dir().as_path(),
        std::path::Path::new("/proc/socle/socle.db"),
    ] {
        let line = refusal(&setup.clone().env("DATABASE_URL", &format!("sqlite:{}", path.display())));
        assert!(
            line.contains(&path.display().to_string()) || line.contains(&path.parent().unwrap().display().to_string())
        );
        assert!(line.contains("DATABASE_URL"), "{line}");
    }
}

#[test]
fn a_database_from_a_newer_socle_is_not_touched() {
    let mut server = Server::start();
    server.stop().success();
    server.sql(
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
         VALUES (999, 'from_the_future', '2030-01-01T00:00:00Z', '1')",
    );
    let line = refusal(&server.setup);
    assert!(line.contains("newer") && line.contains("999"), "{line}");
}

/// Writes until the disk is full, then has it relieved, and sees that nothing was lost.
fn lives_through_a_full_disk(server: &mut Server, relieve: impl FnOnce(&Server)) {
    let long = json!({"name": "n", "description": "x".repeat(20_000)});
    let mut kept = 0;
    let refused = loop {
        let answer = server.post("/api/items/", long.clone());
        if answer.status != 201 {
            break answer;
        }
        kept += 1;
        assert!(kept < 2000, "the disk is never full");
    };
    assert!(
        refused.is(503).json()["detail"]
            .as_str()
            .is_some_and(|detail| !detail.is_empty())
    );
    assert!(kept > 0);
    assert_eq!(server.ids("/api/items/?fields=id").len(), kept);
    assert!(!server.has_exited());

    relieve(server);
    eventually("a row is written again", || {
        (server.post("/api/items/", long.clone()).status == 201).then_some(())
    });
    assert_eq!(server.ids("/api/items/?fields=id").len(), kept + 1);
    server.stop().success();
}

#[test]
fn files_that_may_not_grow_turn_writes_into_503_until_they_may() {
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -S -f 2048; exec \"$@\"", "sh"];
    let mut server = Setup::new().through(&limited).start();
    lives_through_a_full_disk(&mut server, |server| {
        let pid = server.pid().to_string();
        let raised = std::process::Command::new("prlimit")
            .args(["--pid", &pid, "--fsize=unlimited:unlimited"])
            .status();
        assert!(raised.expect("prlimit starts").success());
    });
}

#[test]
#[ignore = "needs to mount a tmpfs in a namespace of its own"]
fn a_full_disk_turns_writes_into_503_until_there_is_room() {
    let setup = Setup::new();
    let small = setup.home().join("small");
    std::fs::create_dir(&small).expect("a mount point");
    let mount = "mount -t tmpfs -o size=4m tmpfs \"$0\" && head -c 2500000 /dev/zero > \"$0/ballast\" && exec \"$@\"";
    let url = format!("sqlite:{}", small.join("socle.db").display());
    let place = small.display().to_string();
    let mut server = setup
        .env("DATABASE_URL", &url)
        .through(&["unshare", "-rm", "sh", "-c", mount, &place])
        .start();
    lives_through_a_full_disk(&mut server, |server| {
        let ballast = format!("/proc/{}/root{}/ballast", server.pid(), small.display());
        std::fs::remove_file(ballast).expect("the ballast goes");
    });
}

//! Slow, stalled, malformed and excessive clients: each is bounded, and the others are served.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::raw_connection::RawConnection;
use crate::server::{Server, eventually, eventually_within};
use crate::tables::ENDLESS;

/// Asserts that an ordinary client is served as ever.
#[track_caller]
fn serves(server: &Server) {
    let made = server.post("/api/items/", json!({"name": "ordinary"})).is(201);
    server.get(&made.location()).is(200);
    server.get("/api/items/?limit=1&ordering=-id").is(200);
    server.get("/readyz").is(200);
}

/// How long a slow client may stay: what its request may take and what a connection may rest after it, and some more.
const LONGEST: Duration = Duration::from_secs(240);

/// Writes the beginning of a request, then a little at a time, until the server has had enough.
fn drip(mut connection: RawConnection, first: &[u8], drop: &[u8]) {
    connection.read_at_most(Duration::from_millis(1));
    let mut alive = connection.write(first);
    let what = String::from_utf8_lossy(&[first, drop].join(&b"..."[..])).into_owned();
    eventually_within(LONGEST, &format!("this client is let go: {what:?}"), || {
        thread::sleep(Duration::from_millis(100));
        alive = alive && !connection.is_closed_by_the_server() && connection.write(drop);
        (!alive).then_some(())
    });
}

#[test]
fn slow_senders_are_disconnected_and_others_are_served() {
    let server = Server::start();
    let body = b"POST /api/items/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{\"name\": \"";
    thread::scope(|scope| {
        let (server, mut ended) = (&server, Vec::new());
        for _ in 0..20 {
            ended.push(scope.spawn(|| {
                drip(
                    server.raw_connection(),
                    b"GET /api/items/ HTTP/1.1\r\nHost: x\r\nX-Slow: ",
                    b"a",
                )
            }));
            ended.push(scope.spawn(|| drip(server.raw_connection(), b"GET /api/items/ HTTP/1.1\r\nHost: x\r\n", b"")));
            ended.push(scope.spawn(|| drip(server.raw_connection(), body, b"a")));
            ended.push(scope.spawn(|| drip(server.raw_connection(), body, b"")));
        }
        for _ in 0..50 {
            serves(server);
        }
        for client in ended {
            client.join().expect("a client that was let go");
        }
    });
    serves(&server);
}

#[test]
fn a_body_that_stops_arriving_is_answered_408() {
    let server = Server::start();
    let mut connection = server.raw_connection();
    assert!(connection.write(
        b"POST /api/items/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{\"name\": \"half of it"
    ));
    let reply = connection.answer().expect("an answer");
    assert_eq!(reply.status, 408, "{}", reply.text());
    assert!(reply.json()["detail"].is_string());
}

#[test]
fn stalled_readers_are_disconnected_and_others_are_served() {
    let server = Server::with_tables(ENDLESS);
    let mut stopped: Vec<_> = (0..64).map(|_| server.raw_connection()).collect();
    for connection in &mut stopped {
        assert!(connection.write(b"GET /api/endless/ HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    eventually("the readers are connected", || {
        (server.open_sockets() >= 64).then_some(())
    });
    for _ in 0..50 {
        serves(&server);
    }
    eventually_within(LONGEST, "the readers are let go", || {
        (server.open_sockets() < 32).then_some(())
    });
    drop(stopped);
}

#[test]
fn five_hundred_idle_connections_do_not_block_others() {
    let server = Server::start();
    let mut idle: Vec<_> = (0..500).map(|_| server.raw_connection()).collect();
    for connection in idle.iter_mut().step_by(2) {
        assert!(connection.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(connection.answer().expect("an answer").status, 200);
    }
    for _ in 0..20 {
        serves(&server);
    }
}

#[test]
fn malformed_requests_are_refused_and_others_are_served() {
    let server = Server::start();
    let noise: Vec<u8> = (0..20_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let long_name = format!("GET / HTTP/1.1\r\nHost: x\r\n{}: y\r\n\r\n", "n".repeat(100_000));
    let many: String = (0..5000).map(|n| format!("X-{n}: y\r\n")).collect();
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n");
    let long_path = format!(
        "GET /api/items/?name={} HTTP/1.1\r\nHost: x\r\n\r\n",
        "n".repeat(1_000_000)
    );
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "y".repeat(5_000_000));
    let post = "POST /api/items/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let bodies = [
        format!("{post}Content-Length: -1\r\n\r\n{{}}"),
        format!("{post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{{}}    "),
        format!("{post}Content-Length: 99999999999999999999999\r\n\r\n{{}}"),
        format!("{post}Content-Length: two\r\n\r\n{{}}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{{}}\r\n0\r\n\r\n"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{{}}\r\n"),
        format!("{post}Transfer-Encoding: gzip, nonsense\r\n\r\n{{}}"),
    ];
    let mut requests: Vec<&[u8]> = vec![
        b"\0",
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\nHost",
        b"\xff\xfe\xfd\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
    ];
    requests.extend([
        &noise[..],
        long_name.as_bytes(),
        many.as_bytes(),
        long_path.as_bytes(),
        huge.as_bytes(),
    ]);
    requests.extend(bodies.iter().map(String::as_bytes));
    for request in requests {
        let shown = String::from_utf8_lossy(&request[..request.len().min(120)]).into_owned();
        // To close without a word is an answer too.
        let status = server.raw_and_no_more(request).map_or(400, |reply| reply.status);
        assert!(
            (400..500).contains(&status) || matches!(status, 501 | 505),
            "{shown:?} was answered {status}"
        );
        serves(&server);
    }
}

#[test]
fn unknown_methods_are_refused() {
    let server = Server::start();
    for method in ["BREW", "get", "PROPFIND", "TRACE", "CONNECT", "X"] {
        let reply = server.raw(format!("{method} /api/items/ HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        let status = reply.map_or(400, |reply| reply.status);
        assert!(
            matches!(status, 400 | 404 | 405 | 501),
            "{method} was answered {status}"
        );
    }
    serves(&server);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Server::start();
    let mut connection = server.raw_connection();
    let mut requests = String::new();
    for n in 1..=20 {
        let body = format!("{{\"name\": \"n{n}\"}}");
        let head = "POST /api/items/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length:";
        requests += &format!(
            "{head} {}\r\n\r\n{body}GET /api/items/{n}/ HTTP/1.1\r\nHost: x\r\n\r\n",
            body.len()
        );
    }
    assert!(connection.write(requests.as_bytes()));
    for n in 1..=20 {
        for status in [201, 200] {
            let reply = connection.answer().expect("an answer");
            assert_eq!((reply.status, &reply.json()["name"]), (status, &json!(format!("n{n}"))));
        }
    }
}

#[test]
fn a_refused_body_does_not_become_the_next_request() {
    let server = Server::with(|setup| setup.env("MAX_BODY", "1KiB"));
    let hidden = "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200);
    server.post("/api/items/", json!({"name": "kept"})).is(201);
    for (path, kind) in [
        ("/api/items/", "application/json"),
        ("/api/items/", "text/xml"),
        ("/api/none/", "application/json"),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            hidden.len()
        );
        let reply = server.raw([head.as_bytes(), hidden.as_bytes()].concat().as_slice());
        assert!(
            reply.is_none_or(|reply| (400..500).contains(&reply.status)),
            "{kind} at {path}"
        );
    }
    server.get("/api/items/1/").is(200);
}

#[test]
fn invalid_percent_encodings_are_refused() {
    let server = Server::start();
    serves(&server);
    for target in [
        "/api/items/%zz/",
        "/api/items/%",
        "/api/%ff/",
        "/api/items/%00/",
        "/api/items/1%00/",
        "/%c0%ae%c0%ae/",
    ] {
        let reply = server.raw_get(target).expect("an answer");
        assert!(
            matches!(reply.status, 400 | 404),
            "{target} was answered {} {}",
            reply.status,
            reply.text()
        );
    }
    for query in ["name=%ff", "name=%zz", "%ff=1", "search=%c3%28"] {
        let reply = server.raw_get(&format!("/api/items/?{query}")).expect("an answer");
        assert_eq!(reply.status, 400, "{query} was answered {}", reply.text());
    }
}

#[test]
fn path_traversal_reaches_no_file() {
    let server = Server::start();
    serves(&server);
    for target in [
        "/../../../../etc/passwd",
        "/static/../../../etc/passwd",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "//etc/passwd",
        "/static//etc/passwd",
        "/etc/passwd",
        "/socle.db",
        "/api/../socle.db",
        "/.git/config",
        "/api/items/..%2f..%2fsocle.db",
        "file:///etc/passwd",
    ] {
        if let Some(reply) = server.raw_get(target) {
            assert!(
                (400..500).contains(&reply.status),
                "{target} was answered {} {}",
                reply.status,
                reply.text()
            );
        }
    }
}

#[test]
fn http_1_0_and_unusual_requests_are_answered() {
    let server = Server::start();
    serves(&server);
    let status = |bytes: &[u8]| server.raw(bytes).map(|reply| reply.status);
    assert_eq!(status(b"GET /api/items/ HTTP/1.0\r\n\r\n"), Some(200));
    assert_eq!(
        status(b"GET http://localhost/api/items/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Some(200)
    );
    let chunked =
        b"POST /api/items/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
        8\r\n{\"name\":\r\n5;ext=1\r\n\"abc\"\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n";
    assert_eq!(status(chunked), Some(201));
    let expecting = b"POST /api/items/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\
        Expect: 100-continue\r\n\r\n{\"name\":\"e\"}";
    assert_eq!(status(expecting), Some(201));
}

//! Request smuggling: ambiguous framing, truncated bodies, malformed header lines, and headers that are too large.

use serde_json::json;

use crate::server::Server;

/// What an attacker would like to have done in another's name.
const HIDDEN: &str = "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\n\r\n";
const POST: &str = "POST /api/items/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const CHUNKS: &str = "c\r\n{\"name\":\"a\"}\r\n0\r\n\r\n";

fn with_a_row() -> Server {
    let server = Server::start();
    server.post("/api/items/", json!({"name": "kept"})).is(201);
    server
}

/// The statuses answered on one connection, until the server closes it.
#[track_caller]
fn statuses(server: &Server, request: &str) -> Vec<u16> {
    let mut connection = server.raw_connection();
    let _ = connection.write(request.as_bytes());
    let mut statuses = Vec::new();
    while let Some(reply) = connection.answer() {
        statuses.push(reply.status);
    }
    statuses
}

#[test]
fn a_request_with_two_framings_is_the_last_of_its_connection() {
    let server = with_a_row();
    let whole = CHUNKS.len() + HIDDEN.len();
    for framing in [
        format!("Content-Length: {whole}\r\nTransfer-Encoding: chunked\r\n"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {whole}\r\n"),
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n".to_owned(),
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n".to_owned(),
    ] {
        let answered = statuses(&server, &format!("{POST}{framing}\r\n{CHUNKS}{HIDDEN}"));
        assert!(
            matches!(answered.as_slice(), [] | [201 | 400]),
            "{framing:?}: {answered:?}"
        );
        server.get("/api/items/1/").is(200);
    }
}

#[test]
fn a_transfer_encoding_other_than_chunked_is_refused_and_ends_the_connection() {
    let server = with_a_row();
    for framing in [
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: \x0bchunked",
        "Transfer-Encoding:",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked",
        " Transfer-Encoding: chunked",
        "Transfer-Encoding:\r\n chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nTransfer-encoding: cow",
        "X: y\rTransfer-Encoding: chunked",
    ] {
        let answered = statuses(&server, &format!("{POST}{framing}\r\n\r\n{CHUNKS}{HIDDEN}"));
        assert!(matches!(answered.as_slice(), [] | [400]), "{framing:?}: {answered:?}");
    }
    // HTTP/1.0 has no chunks.
    let old = POST.replace("HTTP/1.1", "HTTP/1.0");
    let answered = statuses(
        &server,
        &format!("{old}Transfer-Encoding: chunked\r\n\r\n{CHUNKS}{HIDDEN}"),
    );
    assert!(matches!(answered.as_slice(), [] | [400]), "{answered:?}");
    assert_eq!(server.column("/api/items/", "name"), ["kept"]);
}

#[test]
fn a_content_length_that_is_not_a_plain_number_is_refused_and_ends_the_connection() {
    let server = with_a_row();
    for length in [
        "+12",
        "-0",
        "12, 12",
        "12, 13",
        "0x0c",
        "1 2",
        "12.0",
        "12;",
        "",
        "18446744073709551628",
        "12\r\nContent-Length: 13",
        "\r\n 12",
    ] {
        let request = format!("{POST}Content-Length: {length}\r\n\r\n{{\"name\":\"a\"}}{HIDDEN}");
        let answered = statuses(&server, &request);
        assert!(matches!(answered.as_slice(), [] | [400]), "{length:?}: {answered:?}");
    }
    assert_eq!(server.column("/api/items/", "name"), ["kept"]);
}

#[test]
fn malformed_chunks_are_refused_and_nothing_of_them_is_used() {
    let server = with_a_row();
    let long = format!("c;{}", "x".repeat(100_000));
    for size in [
        " c",
        "0xc",
        "+c",
        "-c",
        "c\n",
        "c;x=\"\n\"",
        "10000000000000000c",
        "",
        "g",
        &long,
    ] {
        let request =
            format!("{POST}Transfer-Encoding: chunked\r\n\r\n{size}\r\n{{\"name\":\"a\"}}\r\n0\r\n\r\n{HIDDEN}");
        let answered = statuses(&server, &request);
        assert!(matches!(answered.as_slice(), [] | [400]), "{size:.20?}: {answered:?}");
    }
    for chunks in [
        "5\r\n{\"name\":\"a\"}\r\n0\r\n\r\n",
        "c\r\n{\"name\":\"a\"}0\r\n\r\n",
        "c\n{\"name\":\"a\"}\n0\n\n",
        "c\r\n{\"name\":\"a\"}\r\nzz\r\n\r\n",
    ] {
        let request = format!("{POST}Transfer-Encoding: chunked\r\n\r\n{chunks}{HIDDEN}");
        let answered = statuses(&server, &request);
        assert!(matches!(answered.as_slice(), [] | [400]), "{chunks:?}: {answered:?}");
    }
    assert_eq!(server.column("/api/items/", "name"), ["kept"]);
}

#[test]
fn trailers_change_nothing() {
    let server = with_a_row();
    let request = format!(
        "{POST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nc\r\n{{\"name\":\"a\"}}\r\n0\r\n\
         Host: evil.example\r\nContent-Length: 90\r\nX-Request-Id: smuggled\r\n\r\n"
    );
    let reply = server.raw(request.as_bytes()).expect("an answer");
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_ne!(reply.header("x-request-id"), "smuggled");
}

#[test]
fn a_body_on_a_method_without_one_is_never_read_as_a_request() {
    let server = with_a_row();
    for line in [
        "GET /api/none/",
        "GET /api/items/",
        "HEAD /api/items/9/",
        "OPTIONS /api/items/",
        "DELETE /api/items/9/",
        "PUT /livez",
        "BREW /api/items/",
    ] {
        let length = HIDDEN.len();
        for (framing, body) in [
            (format!("Content-Length: {length}"), HIDDEN.to_owned()),
            (
                "Transfer-Encoding: chunked".to_owned(),
                format!("{length:x}\r\n{HIDDEN}\r\n0\r\n\r\n"),
            ),
        ] {
            let request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{framing}\r\n\r\n{body}");
            let mut connection = server.raw_connection();
            let _ = connection.write(request.as_bytes());
            assert!(connection.is_closed_by_the_server(), "{line}");
        }
    }
    server.get("/api/items/1/").is(200);
}

#[test]
fn a_truncated_body_is_refused() {
    let server = with_a_row();
    let form = "POST /api/items/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    for (framing, body) in [
        ("Content-Length: 9", "name=abc"),
        ("Content-Length: 12", "name=abc"),
        ("Content-Length: 14", "name=abc"),
        ("Content-Length: 40", "name=abc"),
        ("Content-Length: 40", "name=abcdefghijklmnopq"),
        ("Transfer-Encoding: chunked", "8\r\nname=abc"),
        ("Transfer-Encoding: chunked", "8\r\nname=abc\r\n"),
        ("Transfer-Encoding: chunked", "8\r\nname=abc\r\n5\r\nde"),
        ("Transfer-Encoding: chunked", "8\r\nname=abc\r\nzz\r\n"),
        ("Transfer-Encoding: chunked", "20\r\nname=abcdefghijklmnopq"),
    ] {
        let request = format!("{form}{framing}\r\n\r\n{body}");
        let status = server
            .raw_and_no_more(request.as_bytes())
            .map_or(400, |reply| reply.status);
        assert_eq!(status, 400, "{framing} {body:?}");
    }
    assert_eq!(server.column("/api/items/", "name"), ["kept"]);
}

#[test]
fn folded_split_and_malformed_header_lines_are_refused() {
    let server = with_a_row();
    for head in [
        "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\n evil.example\r\n",
        "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\nX-A: a\r\n\tb\r\n",
        "DELETE /api/items/1/ HTTP/1.1\r\n Host: x\r\nHost: y\r\n",
        "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n",
        "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n",
        "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\nX-A\r\n",
        "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\n: b\r\n",
        "DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\nX-É: b\r\n",
        "DELETE /api/items/1/ HTTP/1.1\r\nHost : x\r\n",
        "DELETE  /api/items/1/ HTTP/1.1\r\nHost: x\r\n",
        "DELETE\t/api/items/1/\tHTTP/1.1\r\nHost: x\r\n",
        " DELETE /api/items/1/ HTTP/1.1\r\nHost: x\r\n",
        "DELETE /api/items/1/ http/1.1\r\nHost: x\r\n",
        "DELETE /api/items/1/ HTTP/1.2\r\nHost: x\r\n",
        "DELETE /api/items/1/ HTTP/2.0\r\nHost: x\r\n",
        "DELETE /api/items/1/\r\nHost: x\r\n",
        "DELETE /api/items/1/ HTTP/1.1 x\r\nHost: x\r\n",
    ] {
        let answered = statuses(&server, &format!("{head}\r\n"));
        assert!(matches!(answered.as_slice(), [] | [400]), "{head:?}: {answered:?}");
    }
    server.get("/api/items/1/").is(200);
}

#[test]
fn headers_with_underscores_are_not_taken_for_those_with_hyphens() {
    let server = Server::with(|setup| setup.env("TRUSTED_PROXIES", "127.0.0.1"));
    let reply = server
        .raw(
            b"GET /api/ HTTP/1.1\r\nHost: socle.example\r\nX_Forwarded_Proto: https\r\nX_Forwarded_Host: evil.example\r\n\
            Transfer_Encoding: chunked\r\nContent_Length: 5\r\nConnection: close\r\n\r\n",
        )
        .expect("an answer");
    assert_eq!(reply.json(), json!({"items": "http://socle.example/api/items/"}));
}

#[test]
fn headers_too_many_or_too_large_are_refused_and_the_rest_is_served() {
    let server = with_a_row();
    let many: String = (0..5000).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = |name: &str| format!("{name}: {}\r\n", "y".repeat(2_000_000));
    for (line, headers) in [
        ("GET /api/items/", many),
        ("GET /api/items/", long("X-Long")),
        ("GET /api/items/", long("Cookie")),
        ("GET /api/items/", long("Authorization")),
        ("GET /api/items/", long("X-Forwarded-For")),
        (&format!("GET /api/items/?{}", "n".repeat(100_000)), String::new()),
        (&format!("GET /{}", "n".repeat(100_000)), String::new()),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        let status = server
            .raw_and_no_more(request.as_bytes())
            .map_or(431, |reply| reply.status);
        assert!(matches!(status, 400 | 414 | 431), "{:.60}: {status}", request);
        server.get("/api/items/1/").is(200);
    }
}

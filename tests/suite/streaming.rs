//! Lists of any length in constant memory, read no faster than the client takes them.

use std::io::Read;
use std::time::Duration;

use crate::server::{Server, Setup, eventually};
use crate::tables::{ENDLESS, numbered_rows};

const ROWS: usize = 1_000_000;
/// In KiB.
const ALLOWED: u64 = 16 * 1024;

fn numbers() -> Server {
    let setup = Setup::new().tables(&numbered_rows(ROWS));
    setup.run(&["migrate"]).success();
    let server = setup.start();
    server.get("/api/numbers/?limit=10").is(200);
    server
}

/// Reads an answer to its end without keeping it: how often `mark` occurs, the last bytes, and the peak of memory.
fn measure(server: &Server, path: &str, mark: u8) -> (usize, Vec<u8>, u64) {
    let response = server.agent.get(server.url(path)).call().expect("an answer");
    assert_eq!(response.status().as_u16(), 200);
    let mut reader = response.into_body().into_with_config().limit(u64::MAX).reader();
    let (mut count, mut last, mut peak, mut piece) = (0, Vec::new(), 0, vec![0; 256 * 1024]);
    loop {
        let length = reader.read(&mut piece).expect("the rest of the answer");
        if length == 0 {
            return (count, last, peak);
        }
        count += piece[..length].iter().filter(|&&byte| byte == mark).count();
        last = piece[length.saturating_sub(20)..length].to_vec();
        peak = peak.max(server.memory("VmRSS"));
    }
}

#[test]
fn a_list_of_a_million_rows_takes_little_memory_in_every_format() {
    let server = numbers();
    let idle = server.memory("VmRSS");
    for (path, mark, expected, end) in [
        ("/api/numbers/", b'{', ROWS, "}]"),
        ("/api/numbers/?ordering=-id", b'{', ROWS, "}]"),
        ("/api/numbers/?format=csv", b'\n', ROWS + 1, "\n"),
        ("/api/numbers/?format=ndjson&id__gt=500000", b'\n', ROWS / 2, "}\n"),
        ("/api/numbers/?search=row+number", b'{', ROWS, "}]"),
    ] {
        let (count, last, peak) = measure(&server, path, mark);
        let last = String::from_utf8_lossy(&last).into_owned();
        assert_eq!(count, expected, "{path}");
        assert!(last.trim_end_matches('\r').ends_with(end), "{path} ends with {last:?}");
        assert!(peak < idle + ALLOWED, "{path}: {idle} KiB idle, {peak} KiB at the peak");
    }
}

#[test]
fn a_million_rows_are_paged_by_key_in_little_memory() {
    let server = numbers();
    let idle = server.memory("VmRSS");
    let mut next = Some("/api/numbers/?limit=1000&after=990000".to_owned());
    let mut count = 0;
    while let Some(path) = next {
        let page = server.get(&path).is(200);
        count += page.json().as_array().map_or(0, Vec::len);
        next = page.link("next");
    }
    assert_eq!(count, 10_000);
    assert!(server.memory("VmRSS") < idle + ALLOWED);
}

/// Processor time that the server has used, in ticks of the clock.
fn ticks(server: &Server) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.pid())).expect("the process's figures");
    let (_, figures) = stat.rsplit_once(") ").expect("a name in brackets");
    let figures: Vec<u64> = figures
        .split(' ')
        .skip(11)
        .take(2)
        .map(|figure| figure.parse().expect("a figure"))
        .collect();
    figures.iter().sum()
}

#[test]
fn a_disconnected_client_stops_its_query() {
    let server = Server::with_tables(ENDLESS);
    for path in ["/api/endless/", "/api/endless/?format=csv", "/api/endless/?i__lt=0"] {
        for _ in 0..4 {
            let mut connection = server.raw_connection();
            assert!(connection.write(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()));
            connection.read_at_most(Duration::from_millis(200));
            connection.read(1000);
        }
    }
    eventually("the server rests", || {
        let before = ticks(&server);
        std::thread::sleep(Duration::from_millis(500));
        (ticks(&server) - before <= 5).then_some(())
    });
    server.get("/readyz").is(200);
}

#[test]
fn a_query_that_never_ends_is_answered() {
    let server = Server::with_tables(ENDLESS);
    server.head("/api/endless/").is(200);
    // The rows are found soon; counting all of them has no end.
    std::thread::scope(|scope| {
        let server = &server;
        for path in [
            "/api/endless/?limit=2",
            "/api/endless/?ordering=-i&limit=1",
            "/api/endless/?i__lt=0",
        ] {
            scope.spawn(move || {
                let answer = server.get(path);
                assert!(
                    matches!(answer.status, 200 | 400 | 503),
                    "{path} answered {}",
                    answer.text()
                );
            });
        }
        server.get("/api/items/").is(200);
    });
    server.get("/api/items/").is(200);
}

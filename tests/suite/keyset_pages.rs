//! Keyset pagination over columns of every type: each row once, in the order of the whole list, in both directions.

use serde_json::{Value, json};

use crate::server::Server;
use crate::tables::SAMPLES;

/// Follows `next` to the end and gives the ids in the order met.
#[track_caller]
fn walk(server: &Server, table: &str, ordering: &str, limit: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut next = Some(format!("/api/{table}/?ordering={ordering}&limit={limit}&after="));
    while let Some(path) = next {
        let page = server.get(&path).is(200);
        let Value::Array(rows) = page.json() else {
            panic!("{path} is not a list")
        };
        ids.extend(rows.iter().map(|row| row["id"].as_i64().expect("an id")));
        assert!(ids.len() < 200, "{path} leads in circles");
        next = page.link("next");
    }
    ids
}

#[track_caller]
fn walks_like_the_list(server: &Server, table: &str, columns: &[&str]) {
    for column in columns {
        for sign in ["", "-"] {
            let ordering = format!("{sign}{column}");
            let whole = server.ids(&format!("/api/{table}/?ordering={ordering}"));
            for limit in [1, 2, 3, 5] {
                assert_eq!(
                    walk(server, table, &ordering, limit),
                    whole,
                    "{table} by {ordering}, {limit} at a time"
                );
            }
        }
    }
}

#[test]
fn keyset_pages_cover_columns_of_every_type() {
    let server = Server::with_tables(SAMPLES);
    let words = ["", "é", "É", "e\u{301}", "a\0b", "a"];
    let decimals = [
        "12345678901234567890.5",
        "9.5",
        "10",
        "-0.001",
        "12345678901234567890.25",
    ];
    let row = |n: usize| {
        json!({
            "whole": 9_007_199_254_740_990_i64 + (n % 5) as i64,
            "number": (n % 4) as f64 * 0.1 + 0.2,
            "words": words[n % 6],
            "flag": n.is_multiple_of(2),
            "day": format!("2026-01-{:02}", n % 3 + 1),
            "moment": format!("2026-01-01T00:00:00.{:06}Z", n % 3),
            "price": format!("{}.50", n % 4),
            "exact": decimals[n % 5],
            "ident": format!("0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f{:02x}", 40 - n)
        })
    };
    let mut rows: Vec<Value> = (0..13).map(row).collect();
    rows.insert(4, json!({}));
    rows.push(json!({}));
    server.post("/api/samples/", Value::from(rows)).is(201);
    let columns = [
        "whole", "number", "words", "flag", "day", "moment", "price", "exact", "ident",
    ];
    walks_like_the_list(&server, "samples", &columns);
    walks_like_the_list(&server, "samples", &["flag,-day,price", "exact,-words"]);
    assert_eq!(
        server
            .column("/api/samples/?ordering=exact&exact__isnull=false&fields=exact", "exact")
            .first(),
        Some(&json!("-0.001"))
    );
}

#[test]
fn keyset_pages_cover_values_of_mixed_types() {
    let server = Server::with_tables("CREATE TABLE mixed (id INTEGER PRIMARY KEY, v, whole INTEGER, moment TIMESTAMP);
             INSERT INTO mixed (v, whole, moment) VALUES
                (5, 'text', 'nonsense'), ('5', 5, 5), (5.0, 5.5, '2026-01-01 00:00:00'), (x'35', x'35', NULL),
                (NULL, NULL, 1700000000), ('a', 'a', x'00'), (9007199254740993, 9007199254740993, '2026-01-01T00:00:00Z'),
                (9007199254740992.0, -1, '2026-01-01 00:00:00'), (1e300, 1e300, ''), ('', '', NULL);");
    walks_like_the_list(&server, "mixed", &["v", "whole", "moment"]);
}

#[test]
fn keyset_pages_follow_the_collation_of_the_column() {
    let server = Server::with_tables("CREATE TABLE words (id INTEGER PRIMARY KEY, loose TEXT COLLATE NOCASE, ended TEXT COLLATE RTRIM);
             INSERT INTO words (loose, ended) VALUES ('b', 'x '), ('A', 'x'), ('a', 'x  '), ('B', 'w'), ('a', ''), ('C', ' ');");
    walks_like_the_list(&server, "words", &["loose", "ended"]);
}

#[test]
fn a_view_without_a_key_is_paged_by_offset() {
    let server = Server::with_tables("CREATE VIEW shown AS SELECT id, name FROM items;");
    let rows: Vec<Value> = (0..7).map(|n| json!({"name": format!("n{n}")})).collect();
    server.post("/api/items/", Value::from(rows)).is(201);
    let mut ids = Vec::new();
    let mut next = Some("/api/shown/?ordering=-id&limit=3".to_owned());
    while let Some(path) = next {
        let page = server.get(&path).is(200);
        ids.extend(
            page.json()
                .as_array()
                .expect("a list")
                .iter()
                .map(|row| row["id"].as_i64().expect("an id")),
        );
        assert!(ids.len() <= 7, "{path} leads in circles");
        next = page.link("next");
    }
    assert_eq!(ids, [7, 6, 5, 4, 3, 2, 1]);
}

//! Lists: ordering, pages by offset and by key, and the links between pages.

use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::Server;
use crate::tables::{TASKS, TEXT_AND_COMPOSITE_KEYS};

fn tasks() -> Server {
    Server::with_tables(TASKS)
}

#[test]
fn rows_come_in_the_order_of_the_key_unless_asked_otherwise() {
    let server = tasks();
    for (query, expected) in [
        ("", [1, 2, 3, 4, 5, 6, 7]),
        ("?ordering=-id", [7, 6, 5, 4, 3, 2, 1]),
        ("?ordering=title", [7, 6, 5, 4, 3, 2, 1]),
        ("?ordering=rank,title", [5, 2, 6, 3, 4, 1, 7]),
        ("?ordering=rank", [2, 5, 3, 6, 1, 4, 7]),
        ("?ordering=-rank,-title", [7, 1, 4, 3, 6, 2, 5]),
        ("?ordering=due,-title", [3, 5, 7, 2, 4, 6, 1]),
        ("?ordering=cost,id", [3, 7, 6, 2, 5, 1, 4]),
    ] {
        assert_eq!(server.ids(&format!("/api/tasks/{query}")), expected, "{query}");
    }
}

#[test]
fn an_unknown_column_in_ordering_is_refused_with_the_ones_there_are() {
    let server = tasks();
    for ordering in ["colour", "-colour", "rank,colour", "--rank", "rank;", "rank%20desc"] {
        let errors = server.get(&format!("/api/tasks/?ordering={ordering}")).is(400).json();
        let said = errors["ordering"][0]
            .as_str()
            .unwrap_or_else(|| panic!("{ordering} answered {errors}"));
        assert!(said.contains("title") && said.contains("rank"), "{said}");
    }
}

#[test]
fn limit_and_offset_cut_a_page_and_the_total_is_told() {
    let server = tasks();
    for (query, expected) in [
        ("limit=2", &[1, 2][..]),
        ("limit=2&offset=2", &[3, 4]),
        ("limit=2&offset=6", &[7]),
        ("limit=2&offset=7", &[]),
        ("limit=2&offset=700", &[]),
        ("limit=0", &[]),
        ("limit=100", &[1, 2, 3, 4, 5, 6, 7]),
        ("limit=3&ordering=-id", &[7, 6, 5]),
    ] {
        let answer = server.get(&format!("/api/tasks/?{query}")).is(200);
        let ids: Vec<_> = answer
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_i64().unwrap())
            .collect();
        assert_eq!(ids, expected, "{query}");
        assert_eq!(answer.header("x-total-count"), "7", "{query}");
    }
    assert_eq!(server.ids("/api/tasks/?offset=5"), [6, 7]);
    let whole = server.get("/api/tasks/").is(200);
    assert_eq!(
        (whole.header("x-total-count"), whole.header("link")),
        (String::new(), String::new())
    );
}

#[test]
fn a_limit_or_offset_that_is_no_count_is_refused_and_so_is_one_given_twice() {
    let server = tasks();
    for (query, parameter) in [
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=1&offset=-1", "offset"),
        ("offset=x", "offset"),
        ("limit=1&limit=2", "limit"),
        ("ordering=id&ordering=-id", "ordering"),
        ("search=a&search=b", "search"),
        ("fields=id&fields=title", "fields"),
        ("format=json&format=csv", "format"),
    ] {
        let errors = server.get(&format!("/api/tasks/?{query}")).is(400).json();
        assert!(errors[parameter][0].is_string(), "{query} answered {errors}");
    }
}

#[test]
fn links_lead_to_the_first_previous_next_and_last_page() {
    let server = tasks();
    let page = server
        .get("/api/tasks/?ordering=-id&limit=3&offset=3&rank__isnull=false")
        .is(200);
    assert_eq!(server.ids(&page.link("first").expect("first")), [7, 6, 4]);
    assert_eq!(server.ids(&page.link("prev").expect("prev")), [7, 6, 4]);
    assert_eq!(page.link("next"), None);
    let first = server
        .get("/api/tasks/?ordering=-id&limit=3&rank__isnull=false")
        .is(200);
    assert_eq!(first.link("prev"), None);
    assert_eq!(server.ids(&first.link("next").expect("next")), [3, 1]);
    assert_eq!(server.ids(&first.link("last").expect("last")), [3, 1]);
}

#[test]
fn links_keep_what_was_asked_and_lead_through_everything_once() {
    let server = tasks();
    for query in [
        "?limit=2",
        "?limit=3&ordering=-rank",
        "?limit=1&title__ne=c",
        "?limit=7",
        "?limit=8&fields=id",
    ] {
        let unpaged = query
            .split('&')
            .filter(|part| !part.contains("limit"))
            .collect::<Vec<_>>()
            .join("&");
        assert_eq!(
            walk(&server, query),
            server.ids(&format!("/api/tasks/?{unpaged}")),
            "{query}"
        );
    }
}

#[test]
fn after_continues_behind_the_row_it_names() {
    let server = tasks();
    assert_eq!(server.ids("/api/tasks/?after=3"), [4, 5, 6, 7]);
    assert_eq!(server.ids("/api/tasks/?after=3&limit=2"), [4, 5]);
    assert_eq!(server.ids("/api/tasks/?after=7&limit=2"), [0; 0]);
    assert_eq!(server.ids("/api/tasks/?after=3&limit=2&ordering=-id"), [2, 1]);
    assert_eq!(server.ids("/api/tasks/?after=&limit=2"), [1, 2]);
    server.delete("/api/tasks/3/").is(204);
    assert_eq!(server.ids("/api/tasks/?after=3&limit=2"), [4, 5]);
    assert!(server.get("/api/tasks/?after=nonsense&limit=2").is(404).json()["detail"].is_string());
}

#[test]
fn keyset_pages_show_every_row_once_in_any_order() {
    let server = tasks();
    let orders = [
        "id",
        "-id",
        "rank",
        "-rank",
        "rank,-due",
        "-rank,due",
        "-due,-rank,title",
        "title",
        "cost",
        "-cost,due",
    ];
    for ordering in orders {
        let whole = server.ids(&format!("/api/tasks/?ordering={ordering}"));
        for limit in 1..=7 {
            let query = format!("?ordering={ordering}&limit={limit}&after=");
            assert_eq!(walk(&server, &query), whole, "{query}");
        }
    }
    let filtered = server.ids("/api/tasks/?ordering=-due&rank__isnull=false");
    assert_eq!(
        walk(&server, "?ordering=-due&limit=2&after=&rank__isnull=false"),
        filtered
    );
}

#[test]
fn keyset_pages_are_not_moved_by_rows_that_come_and_go() {
    let server = tasks();
    let first = server.get("/api/tasks/?ordering=title&limit=3&after=").is(200);
    server.post("/api/tasks/", json!({"title": "aa"})).is(201);
    server.delete("/api/tasks/5/").is(204);
    let next = first.link("next").expect("next");
    assert_eq!(server.ids(&next), [4, 3, 2]);
}

#[test]
fn a_forged_cursor_is_refused() {
    let server = tasks();
    let real = server
        .get("/api/tasks/?ordering=title&limit=2&after=")
        .is(200)
        .link("next")
        .expect("next");
    for other in [
        "ordering=title&after=x",
        "ordering=title&after=%00",
        "ordering=-rank&after=%F0%9F%98%80",
    ] {
        assert!(
            server.get(&format!("/api/tasks/?limit=2&{other}")).is(404).json()["detail"].is_string(),
            "{other}"
        );
    }
    // One for another order means nothing in this one.
    let cursor = real
        .split(['?', '&'])
        .find(|part| part.starts_with("after="))
        .expect("a cursor")
        .to_owned();
    server
        .get(&format!("/api/tasks/?limit=2&ordering=rank,due&{cursor}"))
        .is(404);
}

#[test]
fn keyset_pages_work_on_text_keys_and_composite_keys() {
    let server = Server::with_tables(TEXT_AND_COMPOSITE_KEYS);
    for (table, name) in [("words", "word"), ("pairs", "a"), ("pairs", "b")] {
        let whole = server.column(&format!("/api/{table}/"), name);
        let mut seen = Vec::new();
        let mut next = Some(format!("/api/{table}/?limit=2&after="));
        while let Some(path) = next {
            let page = server.get(&path).is(200);
            seen.extend(page.json().as_array().unwrap().iter().map(|row| row[name].clone()));
            assert!(seen.len() <= whole.len(), "{seen:?}");
            next = page.link("next");
        }
        assert_eq!(seen, whole);
    }
}

/// Follows `next` from this query to the end, and gives the ids in the order met.
#[track_caller]
fn walk(server: &Server, query: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut next = Some(format!("/api/tasks/{query}"));
    while let Some(path) = next {
        let page: Answer = server.get(&path).is(200);
        let Value::Array(rows) = page.json() else {
            panic!("{path} is not a list")
        };
        ids.extend(rows.iter().map(|row| row["id"].as_i64().expect("an id")));
        assert!(ids.len() <= 7, "{path} leads in circles: {ids:?}");
        next = page.link("next");
    }
    ids
}

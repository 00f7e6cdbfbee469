//! The formats of lists and rows: JSON, CSV and NDJSON; `fields` and `expand`.

use serde_json::{Value, json};

use crate::server::Server;
use crate::tables::BOOKS;

fn books() -> Server {
    Server::with_tables(BOOKS)
}

/// Reads CSV as RFC 4180 has it.
fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    assert!(
        !quoted && field.is_empty() && record.is_empty(),
        "the last line is not ended: {text:?}"
    );
    records
}

#[test]
fn csv_has_a_line_of_names_and_a_line_for_each_row() {
    let server = books();
    let by_parameter = server.get("/api/books/?format=csv").is(200);
    assert!(
        by_parameter.header("content-type").starts_with("text/csv"),
        "{}",
        by_parameter.header("content-type")
    );
    assert_eq!(
        server.get_as("/api/books/", "text/csv").is(200).text(),
        by_parameter.text()
    );
    assert_eq!(
        csv(&by_parameter.text()),
        [
            ["id", "title", "author_id", "editor_id", "price", "sold", "tags"],
            ["1", "Chéri", "1", "", "9.90", "true", "[\"a\",\"b\"]"],
            ["2", "Line\nbreak", "2", "1", "", "false", ""],
            ["3", " =1+1; \"quoted\", ", "", "", "12.00", "", "{\"k\":1}"],
        ]
    );
}

#[test]
fn csv_of_nothing_is_the_line_of_names() {
    let server = books();
    assert_eq!(csv(&server.get("/api/books/?id=99&format=csv").is(200).text()).len(), 1);
}

#[test]
fn ndjson_has_a_row_on_each_line() {
    let server = books();
    let answer = server.get_as("/api/books/", "application/x-ndjson").is(200);
    assert!(answer.header("content-type").starts_with("application/x-ndjson"));
    let rows: Vec<Value> = answer
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect();
    assert_eq!(Value::from(rows), server.get("/api/books/").json());
    assert!(answer.text().ends_with('\n'));
    assert_eq!(server.get("/api/books/?format=ndjson").is(200).text(), answer.text());
    assert_eq!(server.get("/api/books/?format=ndjson&id=99").is(200).text(), "");
}

#[test]
fn every_format_is_paged_filtered_and_ordered_alike() {
    let server = books();
    let answer = server
        .get("/api/books/?format=csv&ordering=-id&limit=1&fields=id")
        .is(200);
    assert_eq!(csv(&answer.text()), [["id"], ["3"]]);
    assert_eq!(answer.header("x-total-count"), "3");
    let next = answer.link("next").expect("next");
    assert_eq!(csv(&server.get(&next).is(200).text()), [["id"], ["2"]]);
}

#[test]
fn the_accept_header_picks_a_format_and_the_parameter_wins() {
    let server = books();
    for (accept, expected) in [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/*", "application/json"),
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "application/json",
        ),
        ("text/csv", "text/csv"),
        ("text/csv;q=0.5, application/json;q=0.9", "application/json"),
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("image/png, application/x-ndjson;q=0.1", "application/x-ndjson"),
        ("application/json;q=0, */*;q=0.1", "text/csv"),
    ] {
        let kind = server.get_as("/api/books/", accept).is(200).header("content-type");
        // What refuses JSON and takes anything else may be given either of the others.
        let fits = kind.starts_with(expected) || accept.contains("q=0,") && kind.starts_with("application/x-ndjson");
        assert!(fits, "{accept} was given {kind}");
    }
    let won = server.get_as("/api/books/?format=json", "text/csv").is(200);
    assert!(won.header("content-type").starts_with("application/json"));
    assert!(
        won.header("vary").to_lowercase().contains("accept"),
        "Vary: {}",
        won.header("vary")
    );
}

#[test]
fn a_format_that_there_is_not_is_refused_with_those_there_are() {
    let server = books();
    let errors = server.get("/api/books/?format=xml").is(400).json();
    let said = errors["format"][0].as_str().unwrap_or_else(|| panic!("{errors}"));
    assert!(
        ["json", "csv", "ndjson"].iter().all(|known| said.contains(known)),
        "{said}"
    );
}

#[test]
fn fields_names_the_columns_to_answer() {
    let server = books();
    assert_eq!(
        server.get("/api/books/?fields=id&id=1").is(200).json(),
        json!([{"id": 1}])
    );
    let row = server.get("/api/books/?fields=title,id&id=1").is(200).json();
    assert_eq!(row, json!([{"id": 1, "title": "Chéri"}]));
    assert_eq!(
        server.get("/api/books/1/?fields=title").is(200).json(),
        json!({"title": "Chéri"})
    );
    let errors = server.get("/api/books/?fields=id,colour").is(400).json();
    let said = errors["fields"][0].as_str().unwrap_or_else(|| panic!("{errors}"));
    assert!(said.contains("colour") && said.contains("title"), "{said}");
}

#[test]
fn expand_puts_the_row_in_the_place_of_its_key() {
    let server = books();
    let rows = server.get("/api/books/?expand=author_id").is(200).json();
    assert_eq!(rows[0]["author_id"], json!({"id": 1, "name": "Colette"}));
    assert_eq!(rows[0]["editor_id"], json!(null));
    assert_eq!(rows[1]["author_id"]["name"], "Émile, Z. \"Zola\"");
    assert_eq!(rows[1]["editor_id"], json!(1));
    assert_eq!(rows[2]["author_id"], json!(null));

    let both = server.get("/api/books/2/?expand=author_id,editor_id").is(200).json();
    assert_eq!(
        (&both["author_id"]["id"], &both["editor_id"]["name"]),
        (&json!(2), &json!("Colette"))
    );
    let some = server
        .get("/api/books/?expand=author_id&fields=author_id&id=1")
        .is(200)
        .json();
    assert_eq!(some, json!([{"author_id": {"id": 1, "name": "Colette"}}]));
    assert_eq!(
        server.ids("/api/books/?expand=author_id&author_id=2&ordering=-title"),
        [2]
    );
}

#[test]
fn expand_of_what_is_no_foreign_key_is_refused_with_those_there_are() {
    let server = books();
    for name in ["title", "author", "authors", "id", "author_id.name"] {
        let errors = server.get(&format!("/api/books/?expand={name}")).is(400).json();
        let said = errors["expand"][0].as_str().unwrap_or_else(|| panic!("{errors}"));
        assert!(said.contains("author_id") && said.contains("editor_id"), "{said}");
    }
}

#[test]
fn csv_spreads_an_expanded_row_over_columns() {
    let server = books();
    let records = csv(&server
        .get("/api/books/?expand=author_id&fields=id,author_id&format=csv")
        .is(200)
        .text());
    assert_eq!(
        records,
        [
            ["id", "author_id.id", "author_id.name"],
            ["1", "1", "Colette"],
            ["2", "2", "Émile, Z. \"Zola\""],
            ["3", "", ""],
        ]
    );
}

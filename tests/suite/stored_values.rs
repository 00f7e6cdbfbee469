//! Values that were stored by SQL, not by a client: answered in the forms of their column's type.

use serde_json::json;

use crate::server::Server;
use crate::tables::SAMPLES;

#[test]
fn values_written_by_sql_are_answered_in_the_same_forms() {
    let server = Server::with(|setup| {
        setup.tables(SAMPLES).migration(
            "V2__rows.sql",
            "INSERT INTO samples (whole, number, words, flag, day, moment, exact, price, data, ident, bytes) VALUES
                (1, 2, 'text', 1, '2026-01-31', datetime('2026-01-31 12:00:00'), 22.5, 3, '{\"a\": [1]}',
                 '0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A', x'000102');
             INSERT INTO samples (flag, moment) VALUES (0, CURRENT_TIMESTAMP);",
        )
    });
    let row = server.get("/api/samples/1/").is(200).json();
    assert_eq!(row["number"].as_f64(), Some(2.0));
    assert_eq!((&row["flag"], &row["day"]), (&json!(true), &json!("2026-01-31")));
    assert_eq!(row["moment"], "2026-01-31T12:00:00Z");
    assert_eq!((&row["exact"], &row["price"]), (&json!("22.5"), &json!("3.00")));
    assert_eq!((&row["data"], &row["bytes"]), (&json!({"a": [1]}), &json!("AAEC")));
    let second = server.get("/api/samples/2/").is(200).json();
    assert_eq!(second["flag"], json!(false));
    assert!(
        second["moment"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(),
        "{second}"
    );
}

#[test]
fn values_of_the_wrong_type_for_their_column_are_still_answered() {
    let server = Server::with(|setup| {
        setup.tables(SAMPLES).migration(
            "V2__odd.sql",
            "INSERT INTO samples (whole, number, words, flag, day, moment, exact, price, data, ident, bytes) VALUES
                ('many', 'much', x'ff00', 'perhaps', 'someday', 'once', 'about', 'dear', '{broken', 'nobody', 'text'),
                (1e300, 9e999, 5, 7, 20000, 1700000000, 1e300, 0.125, 12, x'00', 1.5);",
        )
    });
    for path in [
        "/api/samples/1/",
        "/api/samples/2/",
        "/api/samples/",
        "/api/samples/?ordering=-moment",
    ] {
        let answer = server.get(path).is(200);
        assert!(answer.json().is_object() || answer.json().is_array(), "{path}");
    }
    assert_eq!(server.get("/api/samples/1/").json()["whole"], "many");
    assert!(server.get("/api/samples/?format=csv").is(200).text().contains("many"));
}

#[test]
fn a_column_without_a_type_takes_and_gives_any_json_scalar() {
    let server = Server::with_tables("CREATE TABLE free (id INTEGER PRIMARY KEY, v);");
    for value in [json!("text"), json!(5), json!(1.5), json!(null)] {
        let row = server.post("/api/free/", json!({"v": value})).is(201);
        assert_eq!(row.json()["v"], value);
        assert_eq!(server.get(&row.location()).json()["v"], value);
    }
}

#[test]
fn a_value_has_one_wire_form_in_every_format() {
    let server = Server::with(|setup| {
        setup.migration("V1__samples.sql", SAMPLES).migration(
            "V2__odd.sql",
            "INSERT INTO samples (flag, day, moment, exact, price, data, ident, bytes) VALUES
                (7, '2026-01-31', 1769860800, '12345678901234567.89', 0.5, '{\"a\":
 1}', '0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a', 'text'),
                (0, '2026-02-30', 1769860800.25, 1e300, 3, 12, x'00', x'000102');",
        )
    });
    let expected = [
        json!({
            "flag": true, "day": "2026-01-31", "moment": "2026-01-31T12:00:00Z", "price": "0.50", "data": {"a": 1},
            "ident": "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a", "bytes": "dGV4dA==",
        }),
        json!({
            "flag": false, "day": "2026-02-30", "moment": "2026-01-31T12:00:00.250000Z", "price": "3.00", "data": 12,
            "ident": "AA==", "bytes": "AAEC",
        }),
    ];
    let fields = "?fields=flag,day,moment,price,data,ident,bytes";
    let rows = server.get(&format!("/api/samples/{fields}")).is(200).json();
    assert_eq!(rows, json!(expected));
    let lines = server
        .get(&format!("/api/samples/{fields}&format=ndjson"))
        .is(200)
        .text();
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, expected);
    assert_eq!(
        server.get(&format!("/api/samples/{fields}&format=csv")).is(200).text(),
        "flag,day,moment,price,data,ident,bytes\r\n\
         true,2026-01-31,2026-01-31T12:00:00Z,0.50,\"{\"\"a\"\":\n 1}\",0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a,dGV4dA==\r\n\
         false,2026-02-30,2026-01-31T12:00:00.250000Z,3.00,12,AA==,AAEC\r\n"
    );
}

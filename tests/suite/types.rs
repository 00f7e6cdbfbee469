//! Each type of column: what it accepts, what it refuses, and that values are answered as they were sent.

use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::Server;
use crate::tables::SAMPLES;

fn samples() -> Server {
    Server::with_tables(SAMPLES)
}

/// Inserts a JSON text as it is, so that numbers reach the server digit by digit.
fn insert(server: &Server, column: &str, literal: &str) -> Answer {
    server.send(
        "POST",
        "/api/samples/",
        "application/json",
        format!("{{\"{column}\":{literal}}}").as_bytes(),
    )
}

/// What was sent as `literal` comes back as `expected`, at once and later.
#[track_caller]
fn comes_back(server: &Server, column: &str, literal: &str, expected: &str) {
    let created = insert(server, column, literal);
    assert_eq!(created.status, 201, "{column}: {literal} answered {}", created.text());
    let later = server.get(&created.location()).is(200);
    assert_eq!(created.text(), later.text());
    let wanted = format!("\"{column}\":{expected}");
    let answered = later.text();
    let at = answered
        .find(&wanted)
        .unwrap_or_else(|| panic!("{literal} came back in {answered}, not as {wanted}"));
    assert!(
        answered[at + wanted.len()..].starts_with([',', '}']),
        "{wanted} is cut short in {answered}"
    );
}

#[track_caller]
fn is_refused(server: &Server, column: &str, literal: &str, message: &str) {
    let answer = insert(server, column, literal);
    assert_eq!(answer.status, 400, "{column}: {literal} answered {}", answer.text());
    let errors = answer.json();
    let said = errors[column][0]
        .as_str()
        .unwrap_or_else(|| panic!("{column}: {literal} answered {errors}"));
    assert!(said.contains(message), "{column}: {literal} answered {said}");
    assert_eq!(errors.as_object().map(serde_json::Map::len), Some(1), "{errors}");
}

#[test]
fn values_come_back_as_they_went_in() {
    let server = samples();
    for (column, literals) in [
        (
            "whole",
            &[
                "0",
                "-1",
                "9007199254740993",
                "9223372036854775807",
                "-9223372036854775808",
            ][..],
        ),
        ("number", &["0.1", "-1.5", "123456.789", "0.30000000000000004"]),
        (
            "words",
            &[
                r#""""#,
                r#""plain""#,
                r#""it's \"quoted\"; DROP TABLE samples; -- \\ %_""#,
                r#""a\nb\tc""#,
                r#""007""#,
            ],
        ),
        (
            "words",
            &[
                r#""👩‍👩‍👧 ∑ ñ""#,
                r#""مرحبا بالعالم""#,
                r#""שלום \u200f!""#,
                r#""e\u0301""#,
                r#""null""#,
                r#""  padded  ""#,
            ],
        ),
        ("short", &[r#""ééééé""#, r#""😀😀😀😀😀""#, r#""""#]),
        ("flag", &["true", "false"]),
        ("day", &[r#""2024-02-29""#, r#""0001-01-01""#, r#""9999-12-31""#]),
        (
            "moment",
            &[
                r#""2026-01-31T12:00:00Z""#,
                r#""2026-01-31T12:00:00.123456Z""#,
                r#""1969-12-31T23:59:59Z""#,
            ],
        ),
        (
            "exact",
            &[
                r#""22.5""#,
                r#""7""#,
                r#""-0.001""#,
                r#""12345678901234567890.123456789""#,
                r#""9007199254740993""#,
            ],
        ),
        (
            "price",
            &[r#""0.10""#, r#""1.00""#, r#""-12345678.90""#, r#""99999999.99""#],
        ),
        ("ident", &[r#""0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a""#]),
        ("bytes", &[r#""AAECAw==""#, r#""""#, r#""/+8=""#]),
        (
            "data",
            &[
                "[]",
                "{}",
                "true",
                "0",
                r#""text""#,
                "9007199254740993",
                r#"{"z":1,"a":[null,{"é":"😀"}]}"#,
            ],
        ),
    ] {
        for literal in literals {
            let value: Value = serde_json::from_str(literal).unwrap();
            let sent = insert(&server, column, literal);
            assert_eq!(sent.status, 201, "{column}: {literal} answered {}", sent.text());
            for answer in [server.get(&sent.location()).is(200), sent] {
                assert_eq!(answer.json()[column], value, "{column}: {literal}");
            }
        }
    }
}

#[test]
fn values_that_can_be_written_in_several_ways_come_back_in_one() {
    let server = samples();
    for (column, literal, expected) in [
        ("whole", "1.0", "1"),
        ("exact", "22.5", "\"22.5\""),
        ("exact", "12345678901234567890.123", "\"12345678901234567890.123\""),
        ("price", "5", "\"5.00\""),
        ("price", r#""0.1""#, "\"0.10\""),
        ("moment", r#""2026-01-31T14:00:00+02:00""#, "\"2026-01-31T12:00:00Z\""),
        ("moment", r#""2026-01-01T00:30:00+01:00""#, "\"2025-12-31T23:30:00Z\""),
        ("moment", r#""2026-01-31T12:00:00""#, "\"2026-01-31T12:00:00Z\""),
        (
            "ident",
            r#""0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A""#,
            "\"0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a\"",
        ),
        (
            "ident",
            r#""urn:uuid:0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a""#,
            "\"0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a\"",
        ),
        ("data", "12345678901234567890123", "12345678901234567890123"),
        ("whole", "9007199254740993", "9007199254740993"),
    ] {
        comes_back(&server, column, literal, expected);
    }
}

#[test]
fn a_text_with_a_nul_inside_is_whole() {
    let server = samples();
    let text = "before\0after";
    let row = server.post("/api/samples/", json!({"words": text})).is(201);
    assert_eq!(row.json()["words"], text);
    assert_eq!(server.get(&row.location()).json()["words"], text);
    assert_eq!(server.ids("/api/samples/?words=before%00after"), [1]);
}

#[test]
fn a_real_is_answered_as_the_same_double() {
    let server = samples();
    for number in [1.0, -0.0, 5e-324, 1.7976931348623157e308, 1e21, 0.1 + 0.2, 1e-7] {
        let row = server.post("/api/samples/", json!({"number": number})).is(201).json();
        assert_eq!(row["number"].as_f64(), Some(number));
    }
}

#[test]
fn null_is_a_value_of_every_optional_column() {
    let server = samples();
    let columns = [
        "whole", "number", "words", "short", "flag", "day", "moment", "exact", "price", "data", "ident", "bytes",
    ];
    let nulls: Value = columns.iter().map(|&column| (column.to_owned(), Value::Null)).collect();
    let row = server.post("/api/samples/", nulls).is(201).json();
    assert_eq!(row, server.get("/api/samples/1/").json());
    for column in columns {
        assert_eq!(row.get(column), Some(&Value::Null), "{column}");
    }
}

#[test]
fn what_is_not_a_value_of_the_type_is_refused_by_name() {
    let server = samples();
    for (column, message, literals) in [
        (
            "whole",
            "A valid integer is required.",
            &["\"1\"", "1.5", "true", "[]", "{}", "\"\""][..],
        ),
        ("whole", "", &["9223372036854775808", "-9223372036854775809", "1e30"]),
        (
            "number",
            "A valid number is required.",
            &["\"1.5\"", "true", "[]", "\"NaN\"", "\"Infinity\""],
        ),
        ("words", "Not a valid string.", &["1", "true", "[]", "{}", "1.5"]),
        (
            "short",
            "Ensure this field has no more than 5 characters.",
            &["\"abcdef\"", "\"éééééé\""],
        ),
        (
            "flag",
            "Must be a valid boolean.",
            &["1", "0", "\"true\"", "\"\"", "[]"],
        ),
        (
            "day",
            "",
            &[
                "\"2023-02-29\"",
                "\"2024-2-9\"",
                "\"2024-13-01\"",
                "\"2024-00-10\"",
                "\"20240101\"",
                "5",
                "\"\"",
            ],
        ),
        (
            "day",
            "",
            &["\"2024-01-01T00:00:00Z\"", "\"0000-00-00\"", "\"today\"", "true"],
        ),
        (
            "moment",
            "",
            &[
                "\"2026-02-30T00:00:00Z\"",
                "\"2026-01-01T25:00:00Z\"",
                "\"2026-01-01T00:61:00Z\"",
                "\"now\"",
            ],
        ),
        (
            "moment",
            "",
            &["1700000000", "\"\"", "\"2026-01-01T00:00:00+25:00\"", "true"],
        ),
        (
            "exact",
            "A valid number is required.",
            &[
                "\"NaN\"",
                "\"Infinity\"",
                "\"1,5\"",
                "\"\"",
                "\"0x10\"",
                "true",
                "[]",
                "\" 1\"",
            ],
        ),
        ("price", "2 decimal places", &["\"1.234\"", "0.001"]),
        ("price", "", &["\"123456789.00\"", "1e20"]),
        (
            "ident",
            "Must be a valid UUID.",
            &["\"nonsense\"", "5", "\"0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1\"", "\"\""],
        ),
        (
            "ident",
            "Must be a valid UUID.",
            &["\"0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1g\"", "true"],
        ),
        ("bytes", "", &["\"!!!\"", "\"AAECAw\"", "5", "\"AA==AA==\"", "[0]"]),
    ] {
        for literal in literals {
            is_refused(&server, column, literal, message);
        }
    }
    assert_eq!(server.get("/api/samples/").json(), json!([]));
}

#[test]
fn numbers_outside_the_json_grammar_are_refused() {
    let server = samples();
    for literal in ["NaN", "Infinity", "-Infinity", "1.", ".5", "01", "+1", "0x10", "1_000"] {
        let answer = insert(&server, "number", literal).is(400);
        assert!(
            answer.json()["detail"]
                .as_str()
                .is_some_and(|text| text.starts_with("JSON parse error - ")),
            "{literal}"
        );
    }
    insert(&server, "number", "1e400").is(400);
    for column in ["words", "data", "ident"] {
        insert(&server, column, "\"half a pair: \\ud800\"").is(400);
    }
    insert(&server, "exact", "1e100000").is(400);
}

//! What is encoded and decoded is the same value, and what other programs wrote is read leniently.

use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef as Stored};

use super::{decode, encode};
use crate::database::{Decimal, Value, ValueRef, ValueType};

fn kept(value: &Value) -> Owned {
    match encode(value) {
        ToSqlOutput::Borrowed(stored) => stored.try_into().unwrap(),
        ToSqlOutput::Owned(owned) => owned,
        _ => Owned::Null,
    }
}

fn decimal(text: &str) -> Value {
    Value::Decimal(Decimal::parse(text).unwrap())
}

#[test]
fn every_value_comes_back_as_it_went_in() {
    let cases = [
        (ValueType::Boolean, Value::Boolean(true), Owned::Integer(1)),
        (
            ValueType::Timestamp,
            Value::Timestamp("2026-01-31T12:00:00Z".parse().unwrap()),
            Owned::Text("2026-01-31 12:00:00".into()),
        ),
        (
            ValueType::Timestamp,
            Value::Timestamp("0000-01-01T00:00:00.25Z".parse().unwrap()),
            Owned::Text("0000-01-01 00:00:00.250000".into()),
        ),
        (
            ValueType::Date,
            Value::Date("2024-02-29".parse().unwrap()),
            Owned::Text("2024-02-29".into()),
        ),
        (
            ValueType::Uuid,
            Value::Uuid("0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A".parse().unwrap()),
            Owned::Text("0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a".into()),
        ),
        (ValueType::Json, Value::Json("[1]".into()), Owned::Text("[1]".into())),
        (ValueType::Bytes, Value::Bytes(vec![0]), Owned::Blob(vec![0])),
        (ValueType::Text, Value::Text("1".into()), Owned::Text("1".into())),
    ];
    for (kind, value, stored) in cases {
        assert_eq!(kept(&value), stored);
        assert_eq!(decode((&stored).into(), kind).to_value(), value);
    }
}

#[test]
fn every_decimal_comes_back_as_it_went_in() {
    for text in [
        "0",
        "22.5",
        "-0.01",
        "12345678901234567.89",
        "-98765432109876543210.0123456789",
        "9223372036854775807",
        "9223372036854775808",
        "0.1",
        "0.000000000000000000001",
        "100000000000000000000000",
    ] {
        let stored = kept(&decimal(text));
        assert_eq!(
            decode((&stored).into(), ValueType::Decimal).to_value(),
            decimal(text),
            "{text}"
        );
    }
    assert_eq!(kept(&decimal("7.00")), Owned::Integer(7));
    assert_eq!(kept(&decimal("22.50")), Owned::Real(22.5));
    assert_eq!(
        kept(&decimal("12345678901234567.89")),
        Owned::Blob(b"12345678901234567.89".to_vec())
    );
}

#[test]
fn a_json_number_keeps_its_digits() {
    let json = |text: &str| kept(&Value::Json(text.into()));
    assert_eq!(json("12"), Owned::Integer(12));
    assert_eq!(json("1.50"), Owned::Blob(b"1.50".to_vec()));
    assert_eq!(json("\"12\""), Owned::Text("\"12\"".into()));
}

#[test]
fn what_is_in_no_form_of_its_type_is_read_as_it_is_stored() {
    let text = |text: &'static str| Stored::Text(text.as_bytes());
    for (kind, stored) in [
        (ValueType::Boolean, text("perhaps")),
        (ValueType::Decimal, text("about")),
        (ValueType::Decimal, Stored::Real(f64::INFINITY)),
        (ValueType::Timestamp, text("yesterday, at noon or so")),
        (ValueType::Timestamp, text("2026-01-31 12:00:00\"")),
        (ValueType::Timestamp, Stored::Integer(i64::MAX)),
        (ValueType::Date, text("2026-02-30")),
        (ValueType::Uuid, text("0192F0C1-2B3C-7D4E-8F5A-6B7C8D9E0F1A")),
        (ValueType::Json, Stored::Blob(b"\xff")),
    ] {
        assert_eq!(decode(stored, kind), super::stored(stored), "{stored:?}");
    }
}

#[test]
fn moments_of_other_programs_are_understood() {
    let moment = |stored| decode(stored, ValueType::Timestamp).to_value();
    let noon = Value::Timestamp("2026-01-31T12:00:00Z".parse().unwrap());
    for text in [
        "2026-01-31 12:00:00.000",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00Z",
        "2026-01-31 13:00:00+01:00",
    ] {
        assert_eq!(moment(Stored::Text(text.as_bytes())), noon, "{text}");
    }
    assert_eq!(moment(Stored::Integer(1_769_860_800)), noon);
    assert_eq!(moment(Stored::Real(1_769_860_800.0)), noon);
    assert!(matches!(
        decode(Stored::Text(b"text"), ValueType::Bytes),
        ValueRef::Bytes(b"text")
    ));
}

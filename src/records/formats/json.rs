//! Rows as JSON objects, written straight from the database's values: every digit of a 64-bit integer, exact decimals as
//! strings, documents embedded.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;

use super::{Field, Shape};
use crate::database::{Row, ValueRef};
use crate::schema::{ColumnType, decimal, time};

/// A row as an object.
pub fn write_row(row: &Row<'_, '_>, shape: &Shape, out: &mut Vec<u8>) {
    let mut place = 0;
    write_fields(row, &shape.fields, &mut place, out);
}

fn write_fields(row: &Row<'_, '_>, fields: &[Field], place: &mut usize, out: &mut Vec<u8>) {
    out.push(b'{');
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(field.json_key.as_bytes());
        let value = row.get(*place);
        *place += 1;
        match &field.expanded {
            None => write_value(value, field.kind, out),
            Some(fields) => {
                let is_there = row.get(*place) != ValueRef::Null;
                *place += 1;
                if is_there {
                    write_fields(row, fields, place, out);
                } else {
                    *place += fields.len();
                    write_value(value, field.kind, out);
                }
            }
        }
    }
    out.push(b'}');
}

/// A value in its wire form.
pub fn write_value(value: ValueRef<'_>, kind: ColumnType, out: &mut Vec<u8>) {
    match (value, kind) {
        (ValueRef::Null, _) => out.extend_from_slice(b"null"),
        (ValueRef::Integer(number), ColumnType::Boolean) => {
            out.extend_from_slice(if number == 0 { b"false" } else { b"true" });
        }
        (value, ColumnType::Decimal { places, .. }) => write_text(decimal::write(value, places).as_bytes(), out),
        (ValueRef::Text(text) | ValueRef::Blob(text), ColumnType::Json)
            if serde_json::from_slice::<IgnoredAny>(text).is_ok() =>
        {
            out.extend_from_slice(text);
        }
        (ValueRef::Text(text), ColumnType::Timestamp) => {
            let start = out.len() + 1;
            out.push(b'"');
            time::write_timestamp(text, out);
            out.push(b'"');
            let end = out.len() - 1;
            // A moment that a user's own SQL wrote may hold anything at all.
            if out.get(start..end).is_some_and(needs_care) {
                out.truncate(start - 1);
                write_text(text, out);
            }
        }
        (ValueRef::Integer(seconds), ColumnType::Timestamp) => write_moment(seconds as f64, value, out),
        (ValueRef::Real(seconds), ColumnType::Timestamp) => write_moment(seconds, value, out),
        (ValueRef::Integer(number), _) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        (ValueRef::Real(number), _) => write_real(number, out),
        (ValueRef::Text(text), ColumnType::Blob) => write_text(STANDARD.encode(text).as_bytes(), out),
        (ValueRef::Text(text), _) => write_text(text, out),
        (ValueRef::Blob(bytes), _) => write_text(STANDARD.encode(bytes).as_bytes(), out),
    }
}

fn write_moment(seconds: f64, value: ValueRef<'_>, out: &mut Vec<u8>) {
    match time::write_seconds(seconds) {
        Some(moment) => write_text(moment.as_bytes(), out),
        None => write_value(value, ColumnType::Any, out),
    }
}

/// JSON has no infinities; SQL can make them (`9e999`), and they are answered as null.
fn write_real(number: f64, out: &mut Vec<u8>) {
    if number.is_finite() {
        out.extend_from_slice(ryu::Buffer::new().format_finite(number).as_bytes());
    } else {
        out.extend_from_slice(b"null");
    }
}

/// A JSON string. Bytes that are not UTF-8 are replaced.
pub fn write_text(text: &[u8], out: &mut Vec<u8>) {
    if !needs_care(text) && text.is_ascii() {
        out.push(b'"');
        out.extend_from_slice(text);
        out.push(b'"');
        return;
    }
    // Writing into memory does not fail.
    let _ = match std::str::from_utf8(text) {
        Ok(text) => serde_json::to_writer(&mut *out, text),
        Err(_) => serde_json::to_writer(&mut *out, &String::from_utf8_lossy(text)),
    };
}

/// Whether a byte of the text cannot stand in a JSON string as it is.
fn needs_care(text: &[u8]) -> bool {
    text.iter().fold(false, |found, byte| {
        found | (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\')
    })
}

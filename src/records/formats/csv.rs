//! Rows as CSV (RFC 4180): CRLF, quotes where they are needed, an empty field for null.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Field, Shape};
use crate::database::{Row, ValueRef};
use crate::schema::{ColumnType, decimal, time};

/// The line of names. Fields of expanded rows are named `author_id.name`.
pub fn write_names(shape: &Shape, out: &mut Vec<u8>) {
    let mut first = true;
    let mut name = |name: &str, out: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        write_field(name.as_bytes(), out);
    };
    for field in &shape.fields {
        match &field.expanded {
            None => name(&field.name, out),
            Some(inner) => inner
                .iter()
                .for_each(|inner| name(&format!("{}.{}", field.name, inner.name), out)),
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// A row as a line.
pub fn write_row(row: &Row<'_, '_>, shape: &Shape, out: &mut Vec<u8>) {
    let mut place = 0;
    let mut first = true;
    let mut value = |value: ValueRef<'_>, field: &Field, out: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        write_value(value, field.kind, out);
    };
    for field in &shape.fields {
        match &field.expanded {
            None => value(row.get(place), field, out),
            Some(inner) => {
                place += 1;
                for inner in inner {
                    place += 1;
                    value(row.get(place), inner, out);
                }
            }
        }
        place += 1;
    }
    out.extend_from_slice(b"\r\n");
}

fn write_value(value: ValueRef<'_>, kind: ColumnType, out: &mut Vec<u8>) {
    match (value, kind) {
        (ValueRef::Null, _) => {}
        (ValueRef::Integer(number), ColumnType::Boolean) => {
            out.extend_from_slice(if number == 0 { b"false" } else { b"true" });
        }
        (value, ColumnType::Decimal { places, .. }) => write_field(decimal::write(value, places).as_bytes(), out),
        (ValueRef::Text(text), ColumnType::Timestamp) => {
            let mut moment = Vec::with_capacity(text.len() + 1);
            time::write_timestamp(text, &mut moment);
            write_field(&moment, out);
        }
        (ValueRef::Integer(number), _) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        (ValueRef::Real(number), _) if number.is_finite() => {
            out.extend_from_slice(ryu::Buffer::new().format_finite(number).as_bytes());
        }
        (ValueRef::Real(_), _) => {}
        (ValueRef::Blob(text), ColumnType::Json) => write_field(text, out),
        (ValueRef::Text(text), _) => write_field(text, out),
        (ValueRef::Blob(bytes), _) => out.extend_from_slice(STANDARD.encode(bytes).as_bytes()),
    }
}

/// An empty text is written in quotes, which tells it from null.
fn write_field(text: &[u8], out: &mut Vec<u8>) {
    let is_plain = !text.is_empty()
        && memchr::memchr3(b',', b'"', b'\n', text).is_none()
        && memchr::memchr2(b'\r', b';', text).is_none();
    if is_plain {
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    for part in text.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(part);
        if part.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
}

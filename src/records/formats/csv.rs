//! Rows as CSV (RFC 4180): CRLF, quotes where they are needed, an empty field for null.

use super::value::{self, ValueFormat};
use super::{Field, Shape};
use crate::database::Row;

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
    let mut next = 0;
    let mut is_first = true;
    let mut write = |index: usize, field: &Field| {
        if !std::mem::take(&mut is_first) {
            out.push(b',');
        }
        value::write::<CsvFormat>(row.decode(index, field.kind.value_type()), field.kind, out);
    };
    for field in &shape.fields {
        match &field.expanded {
            None => write(next, field),
            Some(inner) => {
                next += 1;
                for inner in inner {
                    next += 1;
                    write(next, inner);
                }
            }
        }
        next += 1;
    }
    out.extend_from_slice(b"\r\n");
}

/// CSV's own quotes.
struct CsvFormat;

impl ValueFormat for CsvFormat {
    fn null(_: &mut Vec<u8>) {}

    fn literal(out: &mut Vec<u8>, text: &[u8]) {
        out.extend_from_slice(text);
    }

    fn plain(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        let start = out.len();
        write(out);
        if out.len() == start {
            write_field(b"", out);
        }
    }

    fn text(out: &mut Vec<u8>, text: &[u8]) {
        write_field(text, out);
    }

    fn document(out: &mut Vec<u8>, json: &str) {
        write_field(json.as_bytes(), out);
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

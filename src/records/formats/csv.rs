//! Rows as CSV (RFC 4180): CRLF, quotes where they are needed, an empty field for null.

use super::value::{self, ValueFormat};
use crate::database::Row;
use crate::records::selection::Selection;
use crate::schema::Column;

/// The line of names. Columns of expanded rows are named `author_id.name`.
pub fn write_names(selection: &Selection, out: &mut Vec<u8>) {
    let mut is_first = true;
    for field in &selection.fields {
        let Some(column) = selection.table.columns.get(field.column) else {
            continue;
        };
        match &field.expanded {
            None => {
                separate(&mut is_first, out);
                write_field(column.name.as_bytes(), out);
            }
            Some(join) => {
                for inner in &join.table.columns {
                    separate(&mut is_first, out);
                    write_field(format!("{}.{}", column.name, inner.name).as_bytes(), out);
                }
            }
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// A row as a line.
pub fn write_row(row: &Row<'_, '_>, selection: &Selection, out: &mut Vec<u8>) {
    let mut next = 0;
    let mut is_first = true;
    let mut write = |index: usize, column: &Column| {
        separate(&mut is_first, out);
        value::write::<CsvFormat>(row.decode(index, column.kind.value_type()), column.kind, out);
    };
    for field in &selection.fields {
        let Some(column) = selection.table.columns.get(field.column) else {
            continue;
        };
        match &field.expanded {
            None => write(next, column),
            Some(join) => {
                // The field's own value and the referenced column come first.
                next += 1;
                for inner in &join.table.columns {
                    next += 1;
                    write(next, inner);
                }
            }
        }
        next += 1;
    }
    out.extend_from_slice(b"\r\n");
}

fn separate(is_first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::take(is_first) {
        out.push(b',');
    }
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

/// A field, in quotes where it needs them. An empty text is quoted, which distinguishes it from null.
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

//! Rows as JSON objects, written straight from the database's values: every digit of a 64-bit integer, exact decimals as
//! strings, documents embedded.

use serde::de::IgnoredAny;

use super::value::{self, ValueFormat};
use crate::database::{Row, ValueRef};
use crate::records::selection::Selection;
use crate::schema::{Column, Table};

/// A row as an object.
pub fn write_row(row: &Row<'_, '_>, selection: &Selection, out: &mut Vec<u8>) {
    let mut next = 0;
    let mut opening = b'{';
    for field in &selection.fields {
        let Some(column) = selection.table.columns.get(field.column) else {
            continue;
        };
        out.push(std::mem::replace(&mut opening, b','));
        out.extend_from_slice(column.json_key.as_bytes());
        let own = next;
        next += 1;
        if let Some(join) = &field.expanded {
            let first = next + 1;
            let is_there = row.get(next) != ValueRef::Null;
            next = first + join.table.columns.len();
            if is_there {
                write_columns(row, &join.table, first, out);
                continue;
            }
        }
        write_value(row, own, column, out);
    }
    close(opening, out);
}

/// A row that has every column of a table, as an object.
pub fn write_table_row(row: &Row<'_, '_>, table: &Table, out: &mut Vec<u8>) {
    write_columns(row, table, 0, out);
}

/// All columns of a table, which stand in the row from `first` on.
fn write_columns(row: &Row<'_, '_>, table: &Table, first: usize, out: &mut Vec<u8>) {
    let mut opening = b'{';
    for (index, column) in table.columns.iter().enumerate() {
        out.push(std::mem::replace(&mut opening, b','));
        out.extend_from_slice(column.json_key.as_bytes());
        write_value(row, first + index, column, out);
    }
    close(opening, out);
}

fn write_value(row: &Row<'_, '_>, index: usize, column: &Column, out: &mut Vec<u8>) {
    value::write::<JsonFormat>(row.decode(index, column.kind.value_type()), column.kind, out);
}

/// Ends an object whose next field would have begun with `opening`.
fn close(opening: u8, out: &mut Vec<u8>) {
    if opening == b'{' {
        out.push(opening);
    }
    out.push(b'}');
}

/// JSON's own quotes and escapes.
struct JsonFormat;

impl ValueFormat for JsonFormat {
    fn null(out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }

    fn literal(out: &mut Vec<u8>, text: &[u8]) {
        out.extend_from_slice(text);
    }

    fn plain(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        out.push(b'"');
        write(out);
        out.push(b'"');
    }

    fn text(out: &mut Vec<u8>, text: &[u8]) {
        write_text(text, out);
    }

    fn document(out: &mut Vec<u8>, json: &str) {
        if serde_json::from_str::<IgnoredAny>(json).is_err() {
            return write_text(json.as_bytes(), out);
        }
        let start = out.len();
        out.extend_from_slice(json.as_bytes());
        // Line ends can stand between the parts of a document only, where a space means the same. A row is one line.
        if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_some() {
            let written = out.iter_mut().skip(start);
            written
                .filter(|byte| matches!(byte, b'\n' | b'\r'))
                .for_each(|byte| *byte = b' ');
        }
    }
}

/// A JSON string. Bytes that are not UTF-8 are replaced.
fn write_text(text: &[u8], out: &mut Vec<u8>) {
    if !needs_escape(text) && text.is_ascii() {
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

/// Whether a byte of the text must be escaped in a JSON string.
fn needs_escape(text: &[u8]) -> bool {
    text.iter().fold(false, |found, byte| {
        found | (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\')
    })
}

//! Rows as JSON objects, written straight from the database's values: every digit of a 64-bit integer, exact decimals as
//! strings, documents embedded.

use super::value::{self, ValueFormat};
use super::{Field, Shape};
use crate::database::{Row, ValueRef};

/// A row as an object.
pub fn write_row(row: &Row<'_, '_>, shape: &Shape, out: &mut Vec<u8>) {
    write_fields(row, &shape.fields, &mut 0, out);
}

fn write_fields(row: &Row<'_, '_>, fields: &[Field], next: &mut usize, out: &mut Vec<u8>) {
    out.push(b'{');
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(field.json_key.as_bytes());
        let own = *next;
        *next += 1;
        if let Some(fields) = &field.expanded {
            let is_there = row.get(*next) != ValueRef::Null;
            *next += 1;
            if is_there {
                write_fields(row, fields, next, out);
                continue;
            }
            *next += fields.len();
        }
        value::write::<JsonFormat>(row.decode(own, field.kind.value_type()), field.kind, out);
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

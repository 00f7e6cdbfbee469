//! Columns of the tables of accounts, read from rows.

use super::Role;
use crate::database::{Error, Row, ValueRef};

pub(super) fn optional_integer(row: &Row<'_, '_>, column: usize) -> Option<i64> {
    match row.get(column) {
        ValueRef::Integer(number) => Some(number),
        _ => None,
    }
}

pub(super) fn integer(row: &Row<'_, '_>, column: usize) -> i64 {
    optional_integer(row, column).unwrap_or_default()
}

pub(super) fn optional_text(row: &Row<'_, '_>, column: usize) -> Option<String> {
    match row.get(column) {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

pub(super) fn text(row: &Row<'_, '_>, column: usize) -> String {
    optional_text(row, column).unwrap_or_default()
}

pub(super) fn role(row: &Row<'_, '_>, column: usize) -> Result<Role, Error> {
    let word = text(row, column);
    word.parse()
        .map_err(|_| Error::Other(format!("\"{word}\" is not a role")))
}

//! A row of a result: its values as the engine holds them, and typed getters for the tables that Socle itself defines.

use std::borrow::Cow;

use rusqlite::types::ValueRef as SqliteRef;

use crate::database::ValueRef;

/// A row, valid until the next one is read. Columns are numbered from 0 in the order of the statement.
pub struct Row<'r, 's> {
    row: &'r rusqlite::Row<'s>,
}

impl<'r, 's> Row<'r, 's> {
    pub(super) fn new(row: &'r rusqlite::Row<'s>) -> Self {
        Self { row }
    }

    /// The value of a column; NULL beyond the last.
    pub fn get(&self, column: usize) -> ValueRef<'r> {
        match self.raw(column) {
            SqliteRef::Integer(value) => ValueRef::Integer(value),
            SqliteRef::Real(value) => ValueRef::Real(value),
            SqliteRef::Text(value) => ValueRef::Text(value),
            SqliteRef::Blob(value) => ValueRef::Blob(value),
            SqliteRef::Null => ValueRef::Null,
        }
    }

    /// The integer of a column; 0 when it holds none.
    pub fn integer(&self, column: usize) -> i64 {
        self.optional_integer(column).unwrap_or_default()
    }

    /// The integer of a column; `None` when it holds none.
    pub fn optional_integer(&self, column: usize) -> Option<i64> {
        match self.raw(column) {
            SqliteRef::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// Whether a column holds true: an integer other than 0.
    pub fn boolean(&self, column: usize) -> bool {
        self.integer(column) != 0
    }

    /// The text of a column; empty when it holds none.
    pub fn text(&self, column: usize) -> String {
        self.optional_text(column).unwrap_or_default()
    }

    /// The text of a column; `None` when it holds none.
    pub fn optional_text(&self, column: usize) -> Option<String> {
        self.borrowed_text(column).map(Cow::into_owned)
    }

    /// The text of a column without a copy; `None` when it holds none. Bytes that are not UTF-8 are replaced.
    pub fn borrowed_text(&self, column: usize) -> Option<Cow<'r, str>> {
        match self.raw(column) {
            SqliteRef::Text(bytes) => Some(String::from_utf8_lossy(bytes)),
            _ => None,
        }
    }

    fn raw(&self, column: usize) -> SqliteRef<'r> {
        self.row.get_ref(column).unwrap_or(SqliteRef::Null)
    }
}

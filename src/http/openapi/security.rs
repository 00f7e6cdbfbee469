//! Who may do what: the credentials there are, and the role that an operation asks for.

use serde_json::{Value as Json, json};

use crate::access::{Level, Rules};
use crate::schema::Table;

/// Who may do what with the tables.
#[derive(Debug, Clone, Copy)]
pub struct Rights<'r> {
    /// The rules of the tables.
    pub rules: &'r Rules,
    /// Whether there are no accounts and no tokens.
    pub is_open: bool,
}

impl Rights<'_> {
    /// `security` of reading a table, when not anyone may.
    pub(super) fn reading(&self, table: &Table) -> Option<Json> {
        Self::asking_for(self.rules.reading(&table.name))
    }

    /// `security` of writing a table, when not anyone may.
    pub(super) fn writing(&self, table: &Table) -> Option<Json> {
        Self::asking_for(self.rules.writing(&table.name, self.is_open))
    }

    /// `security` of what only such callers may do. OpenAPI lets the role be named beside the scheme.
    pub(super) fn asking_for(level: Level) -> Option<Json> {
        (level > Level::Public).then(|| json!([{ "bearer": [level.name()] }]))
    }
}

/// `components/securitySchemes`.
pub(super) fn schemes() -> Json {
    json!({ "bearer": {
        "type": "http", "scheme": "bearer",
        "description": "A token: `Authorization: Bearer TOKEN`, or `Token TOKEN` as Django REST framework has it.",
    } })
}

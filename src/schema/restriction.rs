//! Restricted schemas: what is removed from a schema for one kind of reader. Answers that are made from a restricted schema
//! can neither show nor name what is not in it.

use std::collections::HashMap;
use std::sync::Arc;

use super::check::Check;
use super::column::{Column, ServerManaged};
use super::table::{ForeignKey, Table};
use super::{Reader, Schema};
use crate::database::dialect;

/// What one kind of reader does not see. Names of tables and columns are compared as SQLite does: without regard to ASCII
/// case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Restriction {
    /// By the table's name in lower case.
    tables: HashMap<String, TableRestriction>,
}

/// What is removed from a table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableRestriction {
    /// All of it.
    Whole,
    /// Some columns, and the right to write some others.
    Columns {
        /// Columns that are removed.
        hidden: Vec<String>,
        /// Columns that can only be read.
        read_only: Vec<String>,
    },
}

impl Restriction {
    /// Adds the restriction of a table.
    pub fn cut(&mut self, table: &str, cut: TableRestriction) {
        self.tables.insert(table.to_ascii_lowercase(), cut);
    }

    fn of(&self, table: &Table) -> Option<&TableRestriction> {
        self.tables.get(&table.name.to_ascii_lowercase())
    }
}

/// One version of the schema: whole, and as each kind of reader sees it.
#[derive(Default)]
pub(super) struct SchemaByReader {
    pub(super) whole: Arc<Schema>,
    seen: Vec<Arc<Schema>>,
}

impl SchemaByReader {
    pub(super) fn new(whole: Arc<Schema>, restrictions: &[Restriction]) -> Self {
        let seen = restrictions.iter().map(|restriction| whole.restricted(restriction));
        Self {
            seen: seen.collect(),
            whole,
        }
    }

    /// What a reader sees; a reader without a restriction sees nothing.
    pub(super) fn of(&self, reader: Reader) -> Arc<Schema> {
        self.seen.get(reader.0).cloned().unwrap_or_default()
    }
}

impl Schema {
    /// The schema without what a restriction removes. Tables that it leaves unchanged are shared.
    pub fn restricted(self: &Arc<Self>, restriction: &Restriction) -> Arc<Self> {
        if !self.tables().any(|table| restriction.of(table).is_some()) {
            return self.clone();
        }
        let tables = self.tables.iter().filter_map(|table| match restriction.of(table) {
            None => Some(table.clone()),
            Some(TableRestriction::Whole) => None,
            Some(TableRestriction::Columns { hidden, read_only }) => Some(Arc::new(without(table, hidden, read_only))),
        });
        Arc::new(Self::of(self.version, tables.collect()))
    }
}

/// The table without some of its columns, and without its rules that mention one of them, which the database still
/// enforces.
fn without(table: &Table, hidden: &[String], read_only: &[String]) -> Table {
    let is_named = |names: &[String], column: &Column| names.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
    let (gone, left): (Vec<_>, Vec<_>) = table
        .columns
        .iter()
        .enumerate()
        .partition(|(_, column)| is_named(hidden, column));
    let index = |old: usize| left.iter().position(|(index, _)| *index == old);
    let indexes = |old: &[usize]| old.iter().map(|old| index(*old)).collect::<Option<Vec<_>>>();

    let columns = left.iter().map(|(_, column)| Column {
        server_managed: column
            .server_managed
            .or(is_named(read_only, column).then_some(ServerManaged::ReadOnly)),
        ..(*column).clone()
    });
    let times = gone.iter().filter(|(_, column)| {
        matches!(
            column.server_managed,
            Some(ServerManaged::Created | ServerManaged::Updated)
        )
    });
    // Part of a key does not identify a row.
    let key = indexes(&table.key).unwrap_or_default();
    let foreign_keys = table.foreign_keys.iter().filter_map(|key| {
        Some(ForeignKey {
            columns: indexes(&key.columns)?,
            ..key.clone()
        })
    });
    let checks = table.checks.iter().filter_map(|check| {
        let rules = check.rules.iter().map(|(old, rule)| Some((index(*old)?, rule.clone())));
        Some(Check {
            columns: indexes(&check.columns)?,
            rules: rules.collect::<Option<_>>()?,
            ..check.clone()
        })
    });
    Table {
        columns: columns.collect(),
        hidden_timestamps: times.map(|(_, column)| (*column).clone()).collect(),
        has_generated_key: table.has_generated_key && !key.is_empty(),
        key,
        unique: table.unique.iter().filter_map(|columns| indexes(columns)).collect(),
        foreign_keys: foreign_keys.collect(),
        checks: checks.collect(),
        // A hidden column may have the name of the row number.
        has_rowid: table.has_rowid
            && !gone
                .iter()
                .any(|(_, column)| column.name.eq_ignore_ascii_case(dialect::ROW_NUMBER)),
        name: table.name.clone(),
        ident: table.ident.clone(),
        mentions: table.mentions.clone(),
        ..*table
    }
}

#[cfg(test)]
mod tests;

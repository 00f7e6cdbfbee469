//! Which tables there are and what their columns take, read from the database and never declared twice.
//!
//! `records` plans against this; `http` describes it. It makes no SQL statement and knows no HTTP.

pub mod catalog;
pub mod check;
pub mod column;
pub mod column_type;
mod input;
pub mod restriction;
pub mod rule;
pub mod sql_tokens;
pub mod table;
pub mod time;

pub use catalog::Catalog;
pub use check::Check;
pub use column::{Column, Ident, ServerManaged};
pub use column_type::ColumnType;
pub use restriction::{Restriction, TableRestriction};
pub use rule::Rule;
pub use table::{ForeignKey, Table};

use std::collections::HashMap;
use std::sync::Arc;

use crate::database::table_info::TableInfo;

/// Addresses under `/api/` that are Socle's own.
pub const RESERVED: [&str; 5] = ["auth", "docs", "events", "jobs", "openapi.json"];

/// A kind of reader, by the index of its restriction among those of a [`Catalog`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader(pub usize);

/// The tables served, at one version of the database's schema: all of them, or those that one kind of reader sees.
#[derive(Debug, Default)]
pub struct Schema {
    /// SQLite's `schema_version` when this was read.
    pub version: i64,
    /// Tables that cannot be served, with the reason.
    pub unserved: Vec<(String, &'static str)>,
    /// Tables of which some changes fail whatever the data, with the engine's reason.
    pub broken: Vec<(String, String)>,
    tables: Vec<Arc<Table>>,
    by_path: HashMap<String, usize>,
}

impl Schema {
    /// The schema that the database's own description amounts to.
    pub fn from_table_info(version: i64, info: &[TableInfo]) -> Self {
        let (mut unserved, mut broken) = (Vec::new(), Vec::new());
        let mut tables = Vec::new();
        for table in info.iter().filter(|table| !is_system(&table.name)) {
            if RESERVED.contains(&table.name.as_str()) {
                let reason = "its name is one of Socle's own addresses; give it a path of its own or rename it";
                unserved.push((table.name.clone(), reason));
            } else if table.columns.is_empty() {
                unserved.push((
                    table.name.clone(),
                    "its columns cannot be read; is a table that it shows gone?",
                ));
            } else {
                if let Some(reason) = &table.broken {
                    broken.push((table.name.clone(), reason.clone()));
                }
                tables.push(Arc::new(Table::from_table_info(table, info)));
            }
        }
        Self {
            unserved,
            broken,
            ..Self::of(version, tables)
        }
    }

    fn of(version: i64, tables: Vec<Arc<Table>>) -> Self {
        let indexes = tables.iter().enumerate();
        Self {
            version,
            unserved: Vec::new(),
            broken: Vec::new(),
            by_path: indexes.map(|(index, table)| (table.name.clone(), index)).collect(),
            tables,
        }
    }

    /// The table served at `/api/{path}/`.
    pub fn at_path(&self, path: &str) -> Option<&Arc<Table>> {
        self.by_path.get(path).and_then(|index| self.tables.get(*index))
    }

    /// The table with this SQL name, which SQLite compares without regard to ASCII case.
    pub fn named(&self, name: &str) -> Option<&Arc<Table>> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// Every table served, by name.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().map(Arc::as_ref)
    }

    /// The tables with foreign keys that point to `table`, with those keys.
    pub fn references_to<'s>(&'s self, table: &'s Table) -> impl Iterator<Item = (&'s Table, &'s ForeignKey)> {
        self.tables().flat_map(move |child| {
            let pointing = child
                .foreign_keys
                .iter()
                .filter(|key| key.table.eq_ignore_ascii_case(&table.name));
            pointing.map(move |key| (child, key))
        })
    }
}

/// Tables that are never served: SQLite's, refinery's, and those whose name begins with an underscore.
fn is_system(name: &str) -> bool {
    name.starts_with('_') || name.starts_with("sqlite_") || name.starts_with("refinery_")
}

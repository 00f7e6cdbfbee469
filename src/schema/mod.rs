//! Which tables there are and what their columns take, read from the database and never declared twice.
//!
//! `records` plans against this; `http` describes it. It knows the database's facts but no SQL statement and no HTTP.

pub mod catalog;
pub mod check;
pub mod column;
pub mod column_type;
pub mod decimal;
pub mod input;
pub mod rule;
pub mod sql_tokens;
pub mod table;
pub mod time;

pub use catalog::Catalog;
pub use check::Check;
pub use column::{Column, Ident, Kept};
pub use column_type::ColumnType;
pub use input::Input;
pub use rule::Rule;
pub use table::{ForeignKey, Table};

use std::collections::HashMap;

use crate::database::facts::TableFacts;

/// Addresses under `/api/` that are Socle's own.
pub const RESERVED: [&str; 5] = ["auth", "docs", "events", "jobs", "openapi.json"];

/// The tables served, at one version of the database's schema.
#[derive(Debug, Default)]
pub struct Schema {
    /// SQLite's `schema_version` when this was read.
    pub version: i64,
    /// Tables that cannot be served, with the reason.
    pub unserved: Vec<(String, &'static str)>,
    /// Tables of which some changes fail whatever the data, with the engine's reason.
    pub broken: Vec<(String, String)>,
    tables: Vec<Table>,
    by_path: HashMap<String, usize>,
}

impl Schema {
    /// What the database's facts amount to.
    pub fn from_facts(version: i64, facts: &[TableFacts]) -> Self {
        let mut schema = Self {
            version,
            ..Self::default()
        };
        for table in facts.iter().filter(|table| !is_system(&table.name)) {
            if RESERVED.contains(&table.name.as_str()) {
                let reason = "its name is one of Socle's own addresses; give it a path of its own or rename it";
                schema.unserved.push((table.name.clone(), reason));
            } else if table.columns.is_empty() {
                schema.unserved.push((
                    table.name.clone(),
                    "its columns cannot be read; is a table that it shows gone?",
                ));
            } else {
                if let Some(reason) = &table.broken {
                    schema.broken.push((table.name.clone(), reason.clone()));
                }
                schema.by_path.insert(table.name.clone(), schema.tables.len());
                schema.tables.push(Table::from_facts(table, facts));
            }
        }
        schema
    }

    /// The table served at `/api/{path}/`.
    pub fn at_path(&self, path: &str) -> Option<&Table> {
        self.by_path.get(path).and_then(|place| self.tables.get(*place))
    }

    /// The table with this SQL name, which SQLite compares without regard to ASCII case.
    pub fn named(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// Every table served, by name.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter()
    }

    /// The tables with foreign keys that point to `table`, with those keys.
    pub fn references_to<'s>(&'s self, table: &'s Table) -> impl Iterator<Item = (&'s Table, &'s ForeignKey)> {
        self.tables.iter().flat_map(move |child| {
            let pointing = child
                .foreign_keys
                .iter()
                .filter(|key| key.table.eq_ignore_ascii_case(&table.name));
            pointing.map(move |key| (child, key))
        })
    }
}

/// Tables that are nobody's business: SQLite's, refinery's, and those whose name says so.
fn is_system(name: &str) -> bool {
    name.starts_with('_') || name.starts_with("sqlite_") || name.starts_with("refinery_")
}

//! A table or view as the API offers it.

use std::collections::HashSet;

use super::check::{self, Check};
use super::column::{Column, Ident};
use super::sql_tokens::tokens;
use crate::database::table_info::TableInfo;

/// A table or view.
#[derive(Debug, Clone)]
pub struct Table {
    /// The SQL name, which is also its address: `/api/{name}/`.
    pub name: String,
    /// The name, quoted for SQL.
    pub ident: Ident,
    /// Whether it can only be read.
    pub is_view: bool,
    /// Names of the tables that a view mentions.
    pub mentions: Vec<String>,
    /// Whether rows have the engine's own row number, which gives tables without a key an order.
    pub has_rowid: bool,
    /// Whether triggers may change a row after it is written.
    pub has_triggers: bool,
    /// Columns, in their declared order.
    pub columns: Vec<Column>,
    /// `created_at` and `updated_at` where a restriction hides them: the server sets them all the same. Their indexes
    /// follow those of `columns`.
    pub hidden_timestamps: Vec<Column>,
    /// Indexes of the primary key's columns, in the key's order; empty when there is none.
    pub key: Vec<usize>,
    /// Whether the engine generates the key (SQLite: an INTEGER PRIMARY KEY).
    pub has_generated_key: bool,
    /// Indexes of the columns of each UNIQUE rule, the primary key's among them.
    pub unique: Vec<Vec<usize>>,
    /// References to other tables.
    pub foreign_keys: Vec<ForeignKey>,
    /// CHECK rules.
    pub checks: Vec<Check>,
}

/// A reference to a row of another table.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// Indexes of the referencing columns.
    pub columns: Vec<usize>,
    /// The referenced table.
    pub table: String,
    /// The referenced columns.
    pub references: Vec<String>,
}

impl Table {
    pub(super) fn from_table_info(info: &TableInfo, all: &[TableInfo]) -> Self {
        let mut key: Vec<(u32, usize)> = Vec::new();
        for (index, column) in info.columns.iter().enumerate() {
            if column.key > 0 {
                key.push((column.key, index));
            }
        }
        key.sort_unstable();
        let key: Vec<usize> = key.into_iter().map(|(_, index)| index).collect();
        let has_generated_key = info.has_rowid
            && key.len() == 1
            && key.iter().all(|index| {
                info.columns
                    .get(*index)
                    .is_some_and(|c| c.declared.eq_ignore_ascii_case("INTEGER"))
            });
        let mut columns: Vec<Column> = info
            .columns
            .iter()
            .map(|column| Column::from_table_info(column, has_generated_key && column.key > 0))
            .collect();
        let checks = check::read(&info.sql, &columns);
        for check in &checks {
            for (index, rule) in &check.rules {
                if let Some(column) = columns.get_mut(*index) {
                    column.rules.push(rule.clone());
                }
            }
        }
        let index_of = |name: &String| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let indexes = |names: &[String]| names.iter().map(index_of).collect::<Option<Vec<_>>>();
        let foreign_keys = info.foreign_keys.iter().filter_map(|key| {
            let references = match key.references.is_empty() {
                false => key.references.clone(),
                true => primary_key_of(&key.table, all),
            };
            let columns = indexes(&key.columns)?;
            (columns.len() == references.len()).then(|| ForeignKey {
                columns,
                table: key.table.clone(),
                references,
            })
        });
        let mut unique: Vec<Vec<usize>> = info.unique.iter().filter_map(|names| indexes(names)).collect();
        if !key.is_empty() && !has_generated_key && !unique.contains(&key) {
            unique.push(key.clone());
        }
        Self {
            foreign_keys: foreign_keys.collect(),
            unique,
            name: info.name.clone(),
            ident: Ident::quote(&info.name),
            is_view: info.is_view,
            mentions: if info.is_view {
                mentioned(&info.sql, all)
            } else {
                Vec::new()
            },
            has_rowid: info.has_rowid,
            has_triggers: info.has_triggers,
            key,
            has_generated_key,
            checks,
            columns,
            hidden_timestamps: Vec::new(),
        }
    }

    /// The column with this name, as declared.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }

    /// Every column that a statement may write, with its index: the visible ones, then the hidden timestamps.
    pub fn written_columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().chain(&self.hidden_timestamps).enumerate()
    }

    /// The column with this index, hidden timestamps included.
    pub fn at(&self, index: usize) -> Option<&Column> {
        let hidden = || self.hidden_timestamps.get(index.checked_sub(self.columns.len())?);
        self.columns.get(index).or_else(hidden)
    }

    /// The primary key's columns.
    pub fn key_columns(&self) -> impl Iterator<Item = &Column> + Clone {
        self.key.iter().filter_map(|index| self.columns.get(*index))
    }

    /// The foreign key that consists of this column alone.
    pub fn foreign_key_of(&self, index: usize) -> Option<&ForeignKey> {
        self.foreign_keys.iter().find(|key| key.columns == [index])
    }

    /// Whether rows have an address: `/api/{table}/{key}/`.
    pub fn has_rows_with_addresses(&self) -> bool {
        !self.key.is_empty() && !self.is_view
    }

    /// Whether rows can be added, changed and deleted.
    pub fn is_writable(&self) -> bool {
        self.has_rows_with_addresses()
    }

    /// The name as a title: `stock_moves` is "Stock moves".
    pub fn title(&self) -> String {
        super::column::label(&self.name)
    }
}

/// The tables whose names are among the tokens of a statement. A text or column of the same name counts as well.
fn mentioned(sql: &str, all: &[TableInfo]) -> Vec<String> {
    let words = tokens(sql);
    let names = words.iter().filter_map(|word| word.kind.name());
    let names: HashSet<String> = names.map(str::to_ascii_lowercase).collect();
    let named = all.iter().map(|info| &info.name);
    named
        .filter(|name| names.contains(&name.to_ascii_lowercase()))
        .cloned()
        .collect()
}

fn primary_key_of(table: &str, all: &[TableInfo]) -> Vec<String> {
    let found = all.iter().find(|info| info.name.eq_ignore_ascii_case(table));
    let mut key: Vec<_> = found
        .iter()
        .flat_map(|info| &info.columns)
        .filter(|column| column.key > 0)
        .collect();
    key.sort_by_key(|column| column.key);
    key.into_iter().map(|column| column.name.clone()).collect()
}

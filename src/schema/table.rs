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
    /// Whether SQLite numbers its rows, which gives tables without a key an order.
    pub has_rowid: bool,
    /// Whether triggers may change a row after it is written.
    pub has_triggers: bool,
    /// Columns, in their declared order.
    pub columns: Vec<Column>,
    /// `created_at` and `updated_at` where a restriction hides them: the server keeps them all the same. Their places
    /// follow those of the columns.
    pub unseen_times: Vec<Column>,
    /// Places of the primary key's columns, in the key's order; empty when there is none.
    pub key: Vec<usize>,
    /// Whether SQLite makes the key (an INTEGER PRIMARY KEY).
    pub key_is_made: bool,
    /// Places of the columns of each UNIQUE rule, the primary key's among them.
    pub unique: Vec<Vec<usize>>,
    /// References to other tables.
    pub foreign_keys: Vec<ForeignKey>,
    /// CHECK rules.
    pub checks: Vec<Check>,
}

/// A reference to a row of another table.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// Places of the referencing columns.
    pub columns: Vec<usize>,
    /// The referenced table.
    pub table: String,
    /// The referenced columns.
    pub references: Vec<String>,
}

impl Table {
    pub(super) fn from_table_info(info: &TableInfo, all: &[TableInfo]) -> Self {
        let mut key: Vec<(u32, usize)> = Vec::new();
        for (place, column) in info.columns.iter().enumerate() {
            if column.key > 0 {
                key.push((column.key, place));
            }
        }
        key.sort_unstable();
        let key: Vec<usize> = key.into_iter().map(|(_, place)| place).collect();
        let key_is_made = info.has_rowid
            && key.len() == 1
            && key.iter().all(|place| {
                info.columns
                    .get(*place)
                    .is_some_and(|c| c.declared.eq_ignore_ascii_case("INTEGER"))
            });
        let mut columns: Vec<Column> = info
            .columns
            .iter()
            .map(|column| Column::from_table_info(column, key_is_made && column.key > 0))
            .collect();
        let checks = check::read(&info.sql, &columns);
        for check in &checks {
            for (place, rule) in &check.rules {
                if let Some(column) = columns.get_mut(*place) {
                    column.rules.push(rule.clone());
                }
            }
        }
        let place_of = |name: &String| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let places = |names: &[String]| names.iter().map(place_of).collect::<Option<Vec<_>>>();
        let foreign_keys = info.foreign_keys.iter().filter_map(|key| {
            let references = match key.references.is_empty() {
                false => key.references.clone(),
                true => primary_key_of(&key.table, all),
            };
            let columns = places(&key.columns)?;
            (columns.len() == references.len()).then(|| ForeignKey {
                columns,
                table: key.table.clone(),
                references,
            })
        });
        let mut unique: Vec<Vec<usize>> = info.unique.iter().filter_map(|names| places(names)).collect();
        if !key.is_empty() && !key_is_made && !unique.contains(&key) {
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
            key_is_made,
            checks,
            columns,
            unseen_times: Vec::new(),
        }
    }

    /// The column with this name, as declared.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == name)
    }

    /// Every column that a statement may write with its place: those there are to see, then the unseen ones.
    pub fn written_columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().chain(&self.unseen_times).enumerate()
    }

    /// The column at a place, unseen ones included.
    pub fn at(&self, place: usize) -> Option<&Column> {
        let unseen = || self.unseen_times.get(place.checked_sub(self.columns.len())?);
        self.columns.get(place).or_else(unseen)
    }

    /// The primary key's columns.
    pub fn key_columns(&self) -> impl Iterator<Item = &Column> + Clone {
        self.key.iter().filter_map(|place| self.columns.get(*place))
    }

    /// The foreign key of one column, when that column is all of it.
    pub fn foreign_key_of(&self, place: usize) -> Option<&ForeignKey> {
        self.foreign_keys.iter().find(|key| key.columns == [place])
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

/// The tables whose names are words of a statement. One that only a text or column is named for may be among them.
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

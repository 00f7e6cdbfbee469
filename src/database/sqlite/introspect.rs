//! Introspection: tables and views, from `sqlite_schema` and pragma functions.

use std::collections::HashMap;

use super::Session;
use crate::database::table_info::{ColumnInfo, ForeignKeyInfo, TableInfo};
use crate::database::{Error, Statement, Value};

const TABLES: &str = "SELECT l.name, l.type, l.wr, coalesce(s.sql, ''), \
    EXISTS (SELECT 1 FROM sqlite_schema t WHERE t.type = 'trigger' AND t.tbl_name = l.name) FROM pragma_table_list l \
    JOIN sqlite_schema s ON s.name = l.name AND s.type IN ('table', 'view') \
    WHERE l.schema = 'main' AND l.type IN ('table', 'view', 'virtual') ORDER BY l.name";
const COLUMNS: &str = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid";
const REFERENCES: &str = "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?) ORDER BY id, seq";
const INDEXES: &str = "SELECT i.name, c.name FROM pragma_index_list(?) i JOIN pragma_index_xinfo(i.name) c \
    WHERE i.\"unique\" AND NOT i.partial AND c.key ORDER BY i.seq, c.seqno";

/// Every table and view of the file with the schema version, in one snapshot.
pub(super) fn tables(session: &Session<'_>) -> Result<(i64, Vec<TableInfo>), Error> {
    session.snapshot(|| {
        let version = session.first(&Statement::plain("PRAGMA schema_version"), |row| {
            Ok::<_, Error>(row.integer(0))
        })?;
        let mut tables = Vec::new();
        session.query(&Statement::plain(TABLES), |row| {
            tables.push(TableInfo {
                name: row.text(0),
                is_view: row.text(1) == "view",
                has_rowid: row.text(1) == "table" && row.integer(2) == 0,
                has_triggers: row.boolean(4),
                sql: row.text(3),
                columns: Vec::new(),
                foreign_keys: Vec::new(),
                unique: Vec::new(),
                broken: None,
            });
            Ok::<_, Error>(())
        })?;
        for table in &mut tables {
            // A view of a missing table cannot be described; without columns it is not served.
            table.columns = columns(session, &table.name).unwrap_or_default();
            table.foreign_keys = foreign_keys(session, &table.name)?;
            table.unique = unique(session, &table.name)?;
            table.broken = broken(session, table);
        }
        Ok((version.unwrap_or(0), tables))
    })
}

fn columns(session: &Session<'_>, table: &str) -> Result<Vec<ColumnInfo>, Error> {
    let mut columns = Vec::new();
    session.query(&about(COLUMNS, table), |row| {
        let hidden = row.integer(5);
        // 1 is a virtual table's hidden column; 2 and 3 are generated ones.
        if hidden != 1 {
            columns.push(ColumnInfo {
                name: row.text(0),
                declared: row.text(1),
                not_null: row.boolean(2),
                default: row.optional_text(3),
                key: row.integer(4) as u32,
                generated: hidden > 1,
            });
        }
        Ok::<_, Error>(())
    })?;
    Ok(columns)
}

fn foreign_keys(session: &Session<'_>, table: &str) -> Result<Vec<ForeignKeyInfo>, Error> {
    let mut keys: Vec<(i64, ForeignKeyInfo)> = Vec::new();
    session.query(&about(REFERENCES, table), |row| {
        let id = row.integer(0);
        if keys.last().is_none_or(|(last, _)| *last != id) {
            keys.push((
                id,
                ForeignKeyInfo {
                    columns: Vec::new(),
                    table: row.text(1),
                    references: Vec::new(),
                },
            ));
        }
        if let Some((_, key)) = keys.last_mut() {
            key.columns.push(row.text(2));
            key.references.extend(row.optional_text(3));
        }
        Ok::<_, Error>(())
    })?;
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

fn unique(session: &Session<'_>, table: &str) -> Result<Vec<Vec<String>>, Error> {
    let mut order = Vec::new();
    let mut indexes: HashMap<String, Option<Vec<String>>> = HashMap::new();
    session.query(&about(INDEXES, table), |row| {
        let name = row.text(0);
        let columns = indexes.entry(name.clone()).or_insert_with(|| {
            order.push(name);
            Some(Vec::new())
        });
        // A part that is an expression has no column name: the whole index is left out.
        match (row.optional_text(1), columns.as_mut()) {
            (None, _) => *columns = None,
            (Some(column), Some(known)) => known.push(column),
            _ => {}
        }
        Ok::<_, Error>(())
    })?;
    Ok(order
        .into_iter()
        .filter_map(|name| indexes.remove(&name).flatten())
        .collect())
}

/// SQLite's message when some kind of change cannot be compiled: only then does it resolve what triggers and references
/// name.
fn broken(session: &Session<'_>, table: &TableInfo) -> Option<String> {
    if table.is_view || table.columns.iter().all(|column| column.key == 0) {
        return None;
    }
    let name = quoted(&table.name);
    let assigned: Vec<String> = table
        .columns
        .iter()
        .filter(|column| !column.generated)
        .map(|column| format!("{0} = {0}", quoted(&column.name)))
        .collect();
    let changes = [
        format!("INSERT INTO {name} DEFAULT VALUES"),
        format!("UPDATE {name} SET {}", assigned.join(", ")),
        format!("DELETE FROM {name}"),
    ];
    changes
        .iter()
        .find_map(|change| session.compile(change).err())
        .map(|error| match error {
            Error::SchemaChanged(message) | Error::Other(message) => message,
            other => other.to_string(),
        })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn about(sql: &'static str, table: &str) -> Statement {
    Statement::new(sql, [Value::from(table)])
}

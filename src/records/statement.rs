//! SQL text of reads and writes of rows, which is made nowhere else. Identifiers come from the schema, quoted; values are
//! bound. What one engine alone understands comes from `database::dialect`.

mod clauses;

use std::fmt::Write;

use super::plan::ListPlan;
use super::selection::Selection;
use crate::database::{Statement, Value};
use crate::schema::{Check, ForeignKey, Ident, Table};
use clauses::{SqlBuilder, and, comma, filtered, ordered, push_column, push_ident};

/// The rows of a list.
pub fn list(plan: &ListPlan) -> Statement {
    let mut statement = select(&plan.selection);
    filtered(plan, true, &mut statement);
    ordered(plan, &mut statement);
    if plan.limit.is_some() || plan.offset > 0 {
        statement.sql.push_str(" LIMIT ? OFFSET ?");
        let limit = plan.limit.map_or(i64::MAX, |limit| limit as i64);
        statement.values.push(Value::Integer(limit));
        statement.values.push(Value::Integer(plan.offset as i64));
    }
    statement.into()
}

/// How many rows a list has, whatever the page.
pub fn count(plan: &ListPlan) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT count(*) FROM {} AS t", plan.selection.table.ident));
    filtered(plan, false, &mut statement);
    statement.into()
}

/// The order's values of the last row of a page of `limit` rows, and whether another follows: two rows, one, or none.
pub fn page_end(plan: &ListPlan, limit: u64) -> Statement {
    let table = &plan.selection.table;
    let mut statement = SqlBuilder::new("SELECT ");
    for (index, term) in plan.order.iter().enumerate() {
        comma(index, &mut statement.sql);
        push_column(table, term.column, &mut statement.sql);
    }
    from(table, &mut statement.sql);
    filtered(plan, true, &mut statement);
    ordered(plan, &mut statement);
    statement.sql.push_str(" LIMIT 2 OFFSET ?");
    statement.values.push(Value::Integer(
        plan.offset.saturating_add(limit.saturating_sub(1)).min(i64::MAX as u64) as i64,
    ));
    statement.into()
}

/// One row, whose key is to be bound.
pub fn row(selection: &Selection) -> String {
    let mut sql = select(selection).sql;
    by_key(&selection.table, &mut sql);
    sql
}

/// All columns of one row, whose key is to be bound.
pub fn whole_row(table: &Table) -> String {
    let mut sql = String::with_capacity(256);
    sql.push_str("SELECT ");
    for index in 0..table.columns.len() {
        comma(index, &mut sql);
        push_column(table, index, &mut sql);
    }
    from(table, &mut sql);
    by_key(table, &mut sql);
    sql
}

/// A new row with values of these columns, which is given back.
pub fn insert(table: &Table, columns: &[usize]) -> String {
    let mut sql = String::with_capacity(256);
    sql.push_str("INSERT INTO ");
    sql.push_str(table.ident.as_str());
    if columns.is_empty() {
        sql.push_str(" DEFAULT VALUES");
    } else {
        sql.push_str(" (");
        for (index, column) in columns.iter().enumerate() {
            comma(index, &mut sql);
            push_ident(table, *column, &mut sql);
        }
        sql.push_str(") VALUES (?");
        sql.extend(std::iter::repeat_n(", ?", columns.len() - 1));
        sql.push(')');
    }
    returning(table, &mut sql);
    sql
}

/// A change of one row, which is given back: values of `columns`, then the key, are to be bound; columns in `reset` are set
/// to their defaults.
pub fn update(table: &Table, columns: &[usize], reset: &[usize]) -> String {
    let mut sql = String::with_capacity(256);
    sql.push_str("UPDATE ");
    sql.push_str(table.ident.as_str());
    sql.push_str(" AS t SET ");
    for (index, column) in columns.iter().chain(reset).enumerate() {
        comma(index, &mut sql);
        push_ident(table, *column, &mut sql);
        match table.at(*column).and_then(|column| column.default.as_deref()) {
            // An expression of the schema's own.
            Some(default) if index >= columns.len() => {
                let _ = write!(sql, " = ({default})");
            }
            _ => sql.push_str(if index < columns.len() { " = ?" } else { " = NULL" }),
        }
    }
    by_key(table, &mut sql);
    returning(table, &mut sql);
    sql
}

/// The end of one row, whose key is to be bound.
pub fn delete(table: &Table) -> String {
    let mut sql = format!("DELETE FROM {} AS t", table.ident);
    by_key(table, &mut sql);
    sql
}

/// A row that has these values in these columns, other than the one with `except` as its key.
pub fn same_values(table: &Table, columns: &[usize], values: &[&Value], except: Option<&[Value]>) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT 1 FROM {} AS t WHERE ", table.ident));
    equal(table, columns, &mut statement.sql);
    statement.bind(values.iter().copied());
    if let Some(key) = except {
        statement.sql.push_str(" AND NOT (");
        equal(table, &table.key, &mut statement.sql);
        statement.sql.push(')');
        statement.bind(key);
    }
    statement.sql.push_str(" LIMIT 1");
    statement.into()
}

/// The row that a foreign key with these values points to.
pub fn referenced(key: &ForeignKey, values: &[&Value]) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT 1 FROM {} WHERE ", Ident::of_schema(&key.table)));
    for (index, column) in key.references.iter().enumerate() {
        and(index, &mut statement.sql);
        let _ = write!(statement.sql, "{} = ?", Ident::of_schema(column));
    }
    statement.bind(values.iter().copied());
    statement.sql.push_str(" LIMIT 1");
    statement.into()
}

/// A row of `child` whose foreign key points to the row of `table` with this key.
pub fn pointing_to(child: &Table, foreign: &ForeignKey, table: &Table, key: &[Value]) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT 1 FROM {} AS c, {} AS t", child.ident, table.ident));
    by_key(table, &mut statement.sql);
    statement.bind(key);
    for (column, reference) in foreign.columns.iter().zip(&foreign.references) {
        if let Some(column) = child.columns.get(*column) {
            let reference = Ident::of_schema(reference);
            let _ = write!(statement.sql, " AND c.{} = t.{reference}", column.ident);
        }
    }
    statement.sql.push_str(" LIMIT 1");
    statement.into()
}

/// Whether values meet a CHECK rule: 1, 0 or null.
pub fn check(table: &Table, check: &Check, values: &[(usize, &Value)]) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT ({}) FROM (SELECT ", check.expression));
    for (index, (column, _)) in values.iter().enumerate() {
        comma(index, &mut statement.sql);
        statement.sql.push_str("? AS ");
        push_ident(table, *column, &mut statement.sql);
    }
    statement.bind(values.iter().map(|(_, value)| *value));
    let _ = write!(statement.sql, ") AS {}", table.ident);
    statement.into()
}

fn select(selection: &Selection) -> SqlBuilder {
    let table = &selection.table;
    let mut sql = String::with_capacity(256);
    sql.push_str("SELECT ");
    for (index, field) in selection.fields.iter().enumerate() {
        comma(index, &mut sql);
        push_column(table, field.column, &mut sql);
        if let Some(join) = &field.expanded {
            let _ = write!(sql, ", j{index}.{}", join.on);
            for column in &join.table.columns {
                let _ = write!(sql, ", j{index}.{}", column.ident);
            }
        }
    }
    from(table, &mut sql);
    for (index, field) in selection.fields.iter().enumerate() {
        if let Some(join) = &field.expanded {
            let referenced = &join.table.ident;
            let _ = write!(sql, " LEFT JOIN {referenced} AS j{index} ON j{index}.{} = ", join.on);
            push_column(table, field.column, &mut sql);
        }
    }
    SqlBuilder::new(sql)
}

fn from(table: &Table, sql: &mut String) {
    sql.push_str(" FROM ");
    sql.push_str(table.ident.as_str());
    sql.push_str(" AS t");
}

fn by_key(table: &Table, sql: &mut String) {
    sql.push_str(" WHERE ");
    equal(table, &table.key, sql);
}

/// That columns equal values, which are to be bound.
fn equal(table: &Table, columns: &[usize], sql: &mut String) {
    for (index, column) in columns.iter().enumerate() {
        and(index, sql);
        push_column(table, *column, sql);
        sql.push_str(" = ?");
    }
}

fn returning(table: &Table, sql: &mut String) {
    sql.push_str(" RETURNING ");
    for index in 0..table.columns.len() {
        comma(index, sql);
        push_ident(table, index, sql);
    }
}

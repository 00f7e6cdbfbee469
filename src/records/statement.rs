//! The only place where SQL text is made. Identifiers come from the schema, quoted; values are bound.

mod clauses;

use std::fmt::Write;

use super::plan::{ListPlan, Selection};
use crate::database::{Statement, Value};
use crate::schema::{Check, ForeignKey, Ident, Table};
use clauses::{SqlBuilder, and, comma, filtered, ordered, push_column, push_ident};

/// What a column is set to.
#[derive(Debug, Clone, PartialEq)]
pub enum Assign {
    /// A bound value.
    Value(Value),
    /// The column's default, an SQL expression of the schema's own.
    Default(String),
}

/// The rows of a list.
pub fn list(table: &Table, plan: &ListPlan) -> Statement {
    let mut statement = select(table, &plan.selection);
    filtered(table, plan, true, &mut statement);
    ordered(table, &plan.order, &mut statement);
    if plan.limit.is_some() || plan.offset > 0 {
        statement.sql.push_str(" LIMIT ? OFFSET ?");
        statement
            .values
            .push(Value::Integer(plan.limit.map_or(-1, |limit| limit as i64)));
        statement.values.push(Value::Integer(plan.offset as i64));
    }
    statement.into()
}

/// How many rows a list has, whatever the page.
pub fn count(table: &Table, plan: &ListPlan) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT count(*) FROM {} AS t", table.ident));
    filtered(table, plan, false, &mut statement);
    statement.into()
}

/// The order's values of the last row of a page of `limit` rows, and whether another follows: two rows, one, or none.
pub fn page_end(table: &Table, plan: &ListPlan, limit: u64) -> Statement {
    let mut statement = SqlBuilder::new("SELECT ");
    for (index, term) in plan.order.iter().enumerate() {
        comma(index, &mut statement.sql);
        push_column(table, term.column, &mut statement.sql);
    }
    let _ = write!(statement.sql, " FROM {} AS t", table.ident);
    filtered(table, plan, true, &mut statement);
    ordered(table, &plan.order, &mut statement);
    statement.sql.push_str(" LIMIT 2 OFFSET ?");
    statement.values.push(Value::Integer(
        plan.offset.saturating_add(limit.saturating_sub(1)).min(i64::MAX as u64) as i64,
    ));
    statement.into()
}

/// One row.
pub fn row(table: &Table, selection: &Selection, key: &[Value]) -> Statement {
    let mut statement = select(table, selection);
    by_key(table, key, &mut statement);
    statement.into()
}

/// A new row, which is given back.
pub fn insert(table: &Table, values: &[(usize, Value)]) -> Statement {
    let mut statement = SqlBuilder::new(format!("INSERT INTO {}", table.ident));
    if values.is_empty() {
        statement.sql.push_str(" DEFAULT VALUES");
    } else {
        statement.sql.push_str(" (");
        for (index, (column, value)) in values.iter().enumerate() {
            comma(index, &mut statement.sql);
            push_ident(table, *column, &mut statement.sql);
            statement.values.push(value.clone());
        }
        statement.sql.push_str(") VALUES (?");
        statement.sql.push_str(&", ?".repeat(values.len() - 1));
        statement.sql.push(')');
    }
    returning(table, &mut statement);
    statement.into()
}

/// A change of one row, which is given back.
pub fn update(table: &Table, key: &[Value], changes: &[(usize, Assign)]) -> Statement {
    let mut statement = SqlBuilder::new(format!("UPDATE {} AS t SET ", table.ident));
    for (index, (column, assign)) in changes.iter().enumerate() {
        comma(index, &mut statement.sql);
        push_ident(table, *column, &mut statement.sql);
        match assign {
            Assign::Value(value) => {
                statement.sql.push_str(" = ?");
                statement.values.push(value.clone());
            }
            Assign::Default(expression) => {
                let _ = write!(statement.sql, " = ({expression})");
            }
        }
    }
    by_key(table, key, &mut statement);
    returning(table, &mut statement);
    statement.into()
}

/// The end of one row.
pub fn delete(table: &Table, key: &[Value]) -> Statement {
    let mut statement = SqlBuilder::new(format!("DELETE FROM {} AS t", table.ident));
    by_key(table, key, &mut statement);
    statement.into()
}

/// A row that has these values in these columns, other than the one with `except` as its key.
pub fn same_values(table: &Table, columns: &[usize], values: &[Value], except: Option<&[Value]>) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT 1 FROM {} AS t WHERE ", table.ident));
    for (index, (column, value)) in columns.iter().zip(values).enumerate() {
        and(index, &mut statement.sql);
        push_column(table, *column, &mut statement.sql);
        statement.sql.push_str(" = ?");
        statement.values.push(value.clone());
    }
    if let Some(key) = except {
        statement.sql.push_str(" AND NOT (");
        for (index, (column, value)) in table.key.iter().zip(key).enumerate() {
            and(index, &mut statement.sql);
            push_column(table, *column, &mut statement.sql);
            statement.sql.push_str(" = ?");
            statement.values.push(value.clone());
        }
        statement.sql.push(')');
    }
    statement.sql.push_str(" LIMIT 1");
    statement.into()
}

/// The row that a foreign key with these values points to.
pub fn referenced(key: &ForeignKey, values: &[Value]) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT 1 FROM {} WHERE ", Ident::of_schema(&key.table)));
    for (index, (column, value)) in key.references.iter().zip(values).enumerate() {
        and(index, &mut statement.sql);
        let _ = write!(statement.sql, "{} = ?", Ident::of_schema(column));
        statement.values.push(value.clone());
    }
    statement.sql.push_str(" LIMIT 1");
    statement.into()
}

/// A row of `child` whose foreign key points to the row of `table` with this key.
pub fn pointing_to(child: &Table, foreign: &ForeignKey, table: &Table, key: &[Value]) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT 1 FROM {} AS c, {} AS t", child.ident, table.ident));
    by_key(table, key, &mut statement);
    for (column, reference) in foreign.columns.iter().zip(&foreign.references) {
        if let Some(column) = child.columns.get(*column) {
            let _ = write!(
                statement.sql,
                " AND c.{} = t.{}",
                column.ident,
                Ident::of_schema(reference)
            );
        }
    }
    statement.sql.push_str(" LIMIT 1");
    statement.into()
}

/// Whether values meet a CHECK rule: 1, 0 or null.
pub fn check(table: &Table, check: &Check, values: &[(usize, Value)]) -> Statement {
    let mut statement = SqlBuilder::new(format!("SELECT ({}) FROM (SELECT ", check.expression));
    for (index, (column, value)) in values.iter().enumerate() {
        comma(index, &mut statement.sql);
        statement.sql.push_str("? AS ");
        push_ident(table, *column, &mut statement.sql);
        statement.values.push(value.clone());
    }
    let _ = write!(statement.sql, ") AS {}", table.ident);
    statement.into()
}

fn select(table: &Table, selection: &Selection) -> SqlBuilder {
    let mut sql = String::with_capacity(128);
    sql.push_str("SELECT ");
    for (index, (column, join)) in selection.columns.iter().zip(&selection.joins).enumerate() {
        comma(index, &mut sql);
        push_column(table, *column, &mut sql);
        if let Some(join) = join {
            let _ = write!(sql, ", j{index}.{}", join.on);
            for column in &join.columns {
                let _ = write!(sql, ", j{index}.{column}");
            }
        }
    }
    let _ = write!(sql, " FROM {} AS t", table.ident);
    for (index, (column, join)) in selection.columns.iter().zip(&selection.joins).enumerate() {
        if let Some(join) = join {
            let _ = write!(sql, " LEFT JOIN {} AS j{index} ON j{index}.{} = ", join.table, join.on);
            push_column(table, *column, &mut sql);
        }
    }
    SqlBuilder::new(sql)
}

fn by_key(table: &Table, key: &[Value], statement: &mut SqlBuilder) {
    statement.sql.push_str(" WHERE ");
    for (index, (column, value)) in table.key.iter().zip(key).enumerate() {
        and(index, &mut statement.sql);
        push_column(table, *column, &mut statement.sql);
        statement.sql.push_str(" = ?");
        statement.values.push(value.clone());
    }
}

fn returning(table: &Table, statement: &mut SqlBuilder) {
    statement.sql.push_str(" RETURNING ");
    for index in 0..table.columns.len() {
        comma(index, &mut statement.sql);
        push_ident(table, index, &mut statement.sql);
    }
}

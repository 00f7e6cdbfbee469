//! WHERE and ORDER BY: conditions, the start of a page, and the comparison of decimals.

use std::fmt::Write;

use crate::database::dialect::{self, TextMatch};
use crate::database::{Statement, Value};
use crate::records::filter::Condition;
use crate::records::plan::{ListPlan, Term};
use crate::schema::{ColumnType, Table};

/// A statement whose text is being written.
pub(super) struct SqlBuilder {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl SqlBuilder {
    pub(super) fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            values: Vec::new(),
        }
    }

    /// Adds copies of values for the parameters written last.
    pub(super) fn bind<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        self.values.extend(values.into_iter().cloned());
    }
}

impl From<SqlBuilder> for Statement {
    fn from(builder: SqlBuilder) -> Self {
        Self::new(builder.sql, builder.values)
    }
}

pub(super) fn filtered(plan: &ListPlan, with_page: bool, statement: &mut SqlBuilder) {
    let table = &plan.selection.table;
    let mut count = 0;
    for condition in &plan.conditions {
        statement.sql.push_str(if count == 0 { " WHERE " } else { " AND " });
        push_condition(table, condition, statement);
        count += 1;
    }
    if let (true, Some(values)) = (with_page, &plan.after) {
        statement.sql.push_str(if count == 0 { " WHERE " } else { " AND " });
        push_after(table, &plan.order, values, statement);
    }
}

fn push_condition(table: &Table, condition: &Condition, statement: &mut SqlBuilder) {
    let SqlBuilder { sql, values } = statement;
    match condition {
        Condition::Compare(column, operator, value) => {
            let is_order = !matches!(*operator, "=" | "IS DISTINCT FROM");
            push_comparable(table, *column, is_order, sql);
            let _ = write!(sql, " {operator} ");
            push_bound(table, *column, is_order, sql);
            values.push(value.clone());
        }
        Condition::Match(column, kind, text) => push_text_match(table, *column, *kind, text, statement),
        Condition::OneOf(column, options) => {
            push_column(table, *column, sql);
            sql.push_str(" IN (?");
            sql.push_str(&", ?".repeat(options.len().saturating_sub(1)));
            sql.push(')');
            values.extend(options.iter().cloned());
        }
        Condition::Between(column, low, high) => {
            push_comparable(table, *column, true, sql);
            sql.push_str(" BETWEEN ");
            push_bound(table, *column, true, sql);
            sql.push_str(" AND ");
            push_bound(table, *column, true, sql);
            values.extend([low.clone(), high.clone()]);
        }
        Condition::IsNull(column, is_null) => {
            push_column(table, *column, sql);
            sql.push_str(if *is_null { " IS NULL" } else { " IS NOT NULL" });
        }
        Condition::Search(columns, words) if columns.is_empty() || words.is_empty() => sql.push('0'),
        Condition::Search(columns, words) => {
            for (index, word) in words.iter().enumerate() {
                and(index, &mut statement.sql);
                statement.sql.push('(');
                for (index, column) in columns.iter().enumerate() {
                    if index > 0 {
                        statement.sql.push_str(" OR ");
                    }
                    push_text_match(table, *column, TextMatch::Search, word, statement);
                }
                statement.sql.push(')');
            }
        }
    }
}

fn push_text_match(table: &Table, column: usize, kind: TextMatch, text: &str, statement: &mut SqlBuilder) {
    let bound = dialect::push_text_match(&mut statement.sql, kind, |sql| push_column(table, column, sql));
    let values = std::iter::repeat_with(|| Value::from(text));
    statement.values.extend(values.take(bound));
}

/// Rows after the one with these values. NULL comes first when a term ascends and last when it descends.
fn push_after(table: &Table, order: &[Term], bounds: &[Value], statement: &mut SqlBuilder) {
    let Some(((term, rest), (bound, bounds))) = order.split_first().zip(bounds.split_first()) else {
        statement.sql.push('0');
        return;
    };
    let SqlBuilder { sql, values } = statement;
    sql.push('(');
    match (bound, term.descending) {
        (Value::Null, false) => {
            push_column(table, term.column, sql);
            sql.push_str(" IS NOT NULL");
        }
        (Value::Null, true) => sql.push('0'),
        (bound, descending) => {
            push_comparable(table, term.column, true, sql);
            sql.push_str(if descending { " < " } else { " > " });
            push_bound(table, term.column, true, sql);
            values.push(bound.clone());
            if descending && table.columns.get(term.column).is_none_or(|column| !column.not_null) {
                sql.push_str(" OR ");
                push_column(table, term.column, sql);
                sql.push_str(" IS NULL");
            }
        }
    }
    if !rest.is_empty() {
        sql.push_str(" OR (");
        push_column(table, term.column, sql);
        sql.push_str(" IS NOT DISTINCT FROM ? AND ");
        values.push(bound.clone());
        push_after(table, rest, bounds, statement);
        statement.sql.push(')');
    }
    statement.sql.push(')');
}

pub(super) fn ordered(plan: &ListPlan, statement: &mut SqlBuilder) {
    let (table, order) = (&plan.selection.table, &plan.order);
    let sql = &mut statement.sql;
    for (index, term) in order.iter().enumerate() {
        sql.push_str(if index == 0 { " ORDER BY " } else { ", " });
        push_comparable(table, term.column, true, sql);
        if term.descending {
            sql.push_str(" DESC");
        }
    }
    // Without a key, the engine's own row number keeps pages apart, unless a column has taken its name.
    let is_free = |name: &str| {
        !table
            .columns
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(name))
    };
    if table.key.is_empty() && table.has_rowid && is_free(dialect::ROW_NUMBER) {
        sql.push_str(if order.is_empty() { " ORDER BY t." } else { ", t." });
        sql.push_str(dialect::ROW_NUMBER);
    }
}

/// Whether a column's values are compared by a key made of them, since the engine's own comparison is not exact.
fn has_decimal_key(table: &Table, column: usize) -> bool {
    let kind = table.columns.get(column).map(|column| column.kind);
    matches!(kind, Some(ColumnType::Decimal { digits, .. }) if dialect::needs_decimal_key(digits))
}

fn push_comparable(table: &Table, column: usize, is_order: bool, sql: &mut String) {
    match is_order && has_decimal_key(table, column) {
        true => dialect::push_decimal_key(sql, |sql| push_column(table, column, sql)),
        false => push_column(table, column, sql),
    }
}

fn push_bound(table: &Table, column: usize, is_order: bool, sql: &mut String) {
    match is_order && has_decimal_key(table, column) {
        true => dialect::push_decimal_key(sql, |sql| sql.push('?')),
        false => sql.push('?'),
    }
}

pub(super) fn push_column(table: &Table, column: usize, sql: &mut String) {
    sql.push_str("t.");
    push_ident(table, column, sql);
}

pub(super) fn push_ident(table: &Table, column: usize, sql: &mut String) {
    if let Some(column) = table.at(column) {
        sql.push_str(column.ident.as_str());
    }
}

pub(super) fn comma(index: usize, sql: &mut String) {
    if index > 0 {
        sql.push_str(", ");
    }
}

pub(super) fn and(index: usize, sql: &mut String) {
    if index > 0 {
        sql.push_str(" AND ");
    }
}

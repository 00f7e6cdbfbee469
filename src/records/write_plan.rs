//! Writes checked against the schema: every name is resolved, every value has its column's type, and only the data is left
//! to fail.

use std::sync::Arc;

use super::statement;
use crate::database::Value;
use crate::schema::{Schema, Table};

/// Writes of one or more rows of one table, to be executed together in one transaction.
pub(super) struct WritePlan {
    /// The schema that the plan was checked against, by which a refusal is explained.
    pub schema: Arc<Schema>,
    /// The table.
    pub table: Arc<Table>,
    /// What is done, row by row.
    pub rows: Vec<RowWrite>,
    /// Whether the rows came as an array, so that the answer and the errors are arrays as well.
    pub is_array: bool,
    /// SQL text that the rows refer to. Rows that set the same columns share one, which the engine compiles once.
    statements: Vec<String>,
}

/// What is done to one row.
pub(super) struct RowWrite {
    /// Whether it is added, changed or deleted.
    pub action: Action,
    statement: usize,
    columns: Vec<usize>,
    /// The values of `columns`, then those of the key.
    values: Vec<Value>,
}

/// A kind of write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// A new row.
    Insert,
    /// Other values for columns of a row that is there.
    Update,
    /// An update that sets no column: the row is read, so that the answer is the same.
    Read,
    /// The end of a row.
    Delete,
}

/// Values with the indexes of their columns.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Indexes of columns, each once.
    pub columns: Vec<usize>,
    /// Their values.
    pub values: Vec<Value>,
}

impl Given {
    /// Room for the values of `count` columns.
    pub fn with_capacity(count: usize) -> Self {
        Self {
            columns: Vec::with_capacity(count),
            values: Vec::with_capacity(count),
        }
    }

    /// Adds the value of a column that has none yet.
    pub fn push(&mut self, column: usize, value: Value) {
        self.columns.push(column);
        self.values.push(value);
    }

    /// The columns with their values.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.columns.iter().copied().zip(&self.values)
    }
}

impl RowWrite {
    /// The columns that are set, with their values.
    pub fn given(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.columns.iter().copied().zip(&self.values)
    }

    /// The values of the key of the row that is there; none for a new one.
    pub fn key(&self) -> &[Value] {
        self.values.get(self.columns.len()..).unwrap_or_default()
    }

    /// The values to bind, in the order of the statement's parameters.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

impl WritePlan {
    /// A plan that writes nothing yet.
    pub fn new(schema: &Arc<Schema>, table: &Arc<Table>, is_array: bool) -> Self {
        Self {
            schema: schema.clone(),
            table: table.clone(),
            rows: Vec::new(),
            is_array,
            statements: Vec::new(),
        }
    }

    /// The SQL text of a row's write.
    pub fn sql(&self, row: &RowWrite) -> &str {
        self.statements.get(row.statement).map_or("", String::as_str)
    }

    /// Adds a row.
    pub fn insert(&mut self, given: Given) {
        let last = self.rows.last();
        let is_same = last.is_some_and(|row| row.action == Action::Insert && row.columns == given.columns);
        if !is_same {
            self.statements.push(statement::insert(&self.table, &given.columns));
        }
        self.push(Action::Insert, given, Vec::new());
    }

    /// Changes a row. Columns in `reset` are set to their defaults.
    pub fn update(&mut self, given: Given, reset: &[usize], key: Vec<Value>) {
        let action = match given.columns.is_empty() && reset.is_empty() {
            true => Action::Read,
            false => Action::Update,
        };
        self.statements.push(match action {
            Action::Read => statement::whole_row(&self.table),
            _ => statement::update(&self.table, &given.columns, reset),
        });
        self.push(action, given, key);
    }

    /// Deletes a row.
    pub fn delete(&mut self, key: Vec<Value>) {
        self.statements.push(statement::delete(&self.table));
        self.push(Action::Delete, Given::default(), key);
    }

    /// Adds a row that is written by the last statement.
    fn push(&mut self, action: Action, given: Given, key: Vec<Value>) {
        let Given { columns, mut values } = given;
        values.extend(key);
        self.rows.push(RowWrite {
            action,
            statement: self.statements.len().saturating_sub(1),
            columns,
            values,
        });
    }
}

//! The execution of write plans: the one place through which every row that a client writes passes.
//!
//! It runs inside the writer's transaction, so that whatever is done beside a row is committed with it or not at all. It may
//! run more than once for one plan, and has no effect outside the database.

use super::error::Error;
use super::formats::json;
use super::row_errors::RowErrors;
use super::selection::Selection;
use super::write_plan::{Action, RowWrite, WritePlan};
use super::{address, diagnose, statement};
use crate::database::{self, Session, Value};
use crate::fields::{FieldErrors, NON_FIELD};

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The row, or an array of rows, as JSON; empty for a deletion.
    pub json: Vec<u8>,
    /// The key of the row, as text for an address, when it is one row that is there.
    pub key: Option<String>,
}

/// Executes a plan: all of its rows or, when any is refused, none.
pub(super) fn execute(session: &Session<'_>, plan: &WritePlan) -> Result<Written, Error> {
    let mut json = Vec::with_capacity(256);
    let mut key = None;
    if plan.is_array {
        array(session, plan, &mut json)?;
    } else {
        for row in &plan.rows {
            key = execute_row(session, plan, row, &mut json)?;
        }
    }
    Ok(Written { json, key })
}

fn array(session: &Session<'_>, plan: &WritePlan, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut errors = RowErrors::default();
    out.push(b'[');
    for row in &plan.rows {
        let start = out.len();
        if start > 1 {
            out.push(b',');
        }
        if errors.record(execute_row(session, plan, row, out))?.is_none() {
            out.truncate(start);
        }
    }
    out.push(b']');
    errors.finish()
}

/// Writes one row and appends it as JSON. Returns its key unless it is one of an array.
fn execute_row(
    session: &Session<'_>,
    plan: &WritePlan,
    row: &RowWrite,
    out: &mut Vec<u8>,
) -> Result<Option<String>, Error> {
    if row.action == Action::Delete {
        return delete(session, plan, row).map(|()| None);
    }
    match written(session, plan, row, out) {
        Ok(Some(key)) => Ok(key),
        Ok(None) => Err(nothing_written(session, plan, row)),
        Err(error) => Err(explain(session, plan, row, error)),
    }
}

/// Writes one row and appends it; `None` when the statement wrote none.
fn written(
    session: &Session<'_>,
    plan: &WritePlan,
    row: &RowWrite,
    out: &mut Vec<u8>,
) -> Result<Option<Option<String>>, database::Error> {
    let table = &plan.table;
    let start = out.len();
    let mut key = Vec::new();
    let written = session.first_of(plan.sql(row), row.values(), |found| {
        json::write_table_row(found, table, out);
        if table.has_triggers {
            key = table.key.iter().map(|index| found.get(*index).to_value()).collect();
        }
        Ok::<_, database::Error>((!plan.is_array).then(|| address::of_row(found, table)))
    })?;
    // RETURNING gives a row as it was before AFTER triggers: where there are any, it is read again.
    if table.has_triggers && written.is_some() {
        session.first_of(&statement::whole_row(table), &key, |found| {
            out.truncate(start);
            json::write_table_row(found, table, out);
            Ok::<_, database::Error>(())
        })?;
    }
    Ok(written)
}

fn delete(session: &Session<'_>, plan: &WritePlan, row: &RowWrite) -> Result<(), Error> {
    // A refusal is explained after the rollback, by a reader: the tables that refer to this one may be large.
    match session.execute_of(plan.sql(row), row.values())? {
        0 if plan.table.has_triggers && is_there(session, plan, row.key())? => Err(Error::Conflict(
            "The row cannot be deleted: a trigger of the table keeps it.".into(),
        )),
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Why a statement wrote no row: there is none with this key, or a trigger prevented it.
fn nothing_written(session: &Session<'_>, plan: &WritePlan, row: &RowWrite) -> Error {
    if row.action == Action::Insert {
        return database::Error::Refused("A trigger of the table left the row out.".into()).into();
    }
    match plan.table.has_triggers && row.action == Action::Update {
        true => match is_there(session, plan, row.key()) {
            Ok(true) => FieldErrors::one(NON_FIELD, "A trigger of the table left the row as it was.").into(),
            Ok(false) => Error::NotFound,
            Err(error) => error,
        },
        false => Error::NotFound,
    }
}

fn is_there(session: &Session<'_>, plan: &WritePlan, key: &[Value]) -> Result<bool, Error> {
    let found = session.first_of(&statement::whole_row(&plan.table), key, |_| Ok::<_, Error>(()))?;
    Ok(found.is_some())
}

/// The database's refusal of a row, by field.
fn explain(session: &Session<'_>, plan: &WritePlan, row: &RowWrite, error: database::Error) -> Error {
    let (schema, table) = (&plan.schema, &plan.table);
    match row.action {
        Action::Insert => diagnose::refusal(session, schema, table, &row.given().collect::<Vec<_>>(), None, error),
        Action::Delete => diagnose::deletion(session, schema, table, row.key(), error),
        Action::Update | Action::Read => {
            let selection = Selection::all(table);
            match diagnose::current(session, &selection, row.key()) {
                Ok(Some(current)) => {
                    let values = diagnose::merged(row.given(), &current);
                    diagnose::refusal(session, schema, table, &values, Some(row.key()), error)
                }
                _ => error.into(),
            }
        }
    }
}

/// A refusal that came after the rows were written, by field or by row: of a deletion, or of references that the engine
/// checks when it commits. Other errors stay as they are.
pub(super) fn explain_commit(session: &Session<'_>, plan: &WritePlan, error: database::Error) -> Error {
    match plan.rows.as_slice() {
        [row] if !plan.is_array => explain(session, plan, row, error),
        rows => {
            let broken = |row: &RowWrite| {
                let values: Vec<_> = row.given().collect();
                diagnose::values(
                    session,
                    &plan.schema,
                    &plan.table,
                    &values,
                    None,
                    &FieldErrors::default(),
                )
            };
            match rows.iter().map(broken).collect::<Vec<_>>() {
                errors if errors.iter().all(FieldErrors::is_empty) => error.into(),
                errors => Error::Rows(errors),
            }
        }
    }
}

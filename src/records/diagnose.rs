//! The database's refusals by field.
//!
//! The database stops at the first rule that is broken and does not always say which. A refused row is therefore checked
//! against every rule of its table, so that one answer reports everything that is wrong. This is only done after a refusal.

use super::error::Error;
use super::formats::value;
use super::selection::Selection;
use super::statement;
use crate::database::{self, Constraint, Session, Statement, Value, ValueRef};
use crate::fields::{FieldErrors, NON_FIELD, message};
use crate::schema::{Check, Schema, Table};

/// The message for a rule that has no name, or none that the reader may see.
const BROKEN_RULE: &str = "This breaks a rule of the table.";

/// Values with the indexes of their columns.
type Values<'v> = [(usize, &'v Value)];

/// All values of the row with this key, as the database keeps them.
pub(super) fn current(
    session: &Session<'_>,
    selection: &Selection,
    key: &[Value],
) -> Result<Option<Vec<Value>>, Error> {
    session.first_of(&statement::row(selection), key, |row| {
        Ok((0..selection.fields.len())
            .map(|index| row.get(index).to_value())
            .collect())
    })
}

/// The row that an update would have made of the current one.
pub(super) fn merged<'v>(
    given: impl Iterator<Item = (usize, &'v Value)>,
    current: &'v [Value],
) -> Vec<(usize, &'v Value)> {
    let mut values: Vec<_> = given.collect();
    let given = values.len();
    for (index, value) in current.iter().enumerate() {
        let is_given = values.iter().take(given).any(|(of_given, _)| *of_given == index);
        if !is_given {
            values.push((index, value));
        }
    }
    values
}

/// Every rule that these values break, except for fields that are known to be wrong.
pub(super) fn values(
    session: &Session<'_>,
    schema: &Schema,
    table: &Table,
    values: &Values<'_>,
    except: Option<&[Value]>,
    known: &FieldErrors,
) -> FieldErrors {
    let mut errors = FieldErrors::default();
    unique(session, table, values, except, &mut errors);
    foreign_keys(session, schema, table, values, &mut errors);
    for check in &table.checks {
        if check.columns.iter().all(|column| value_of(values, *column).is_some())
            && fails(session, table, check, values)
        {
            broken_check(table, check, &mut errors);
        }
    }
    errors.0.retain(|(field, _)| !known.has(field));
    errors
}

/// The database's refusal of a row, by field.
pub(super) fn refusal(
    session: &Session<'_>,
    schema: &Schema,
    table: &Table,
    row: &Values<'_>,
    except: Option<&[Value]>,
    error: database::Error,
) -> Error {
    let constraint = match error {
        database::Error::Constraint(constraint) => constraint,
        database::Error::Refused(message) => return FieldErrors::one(NON_FIELD, message).into(),
        other => return other.into(),
    };
    let mut errors = values(session, schema, table, row, except, &FieldErrors::default());
    if errors.is_empty() {
        first_refusal(table, constraint, &mut errors);
    }
    errors.into()
}

/// The database's refusal to delete a row.
pub(super) fn deletion(
    session: &Session<'_>,
    schema: &Schema,
    table: &Table,
    key: &[Value],
    error: database::Error,
) -> Error {
    match error {
        database::Error::Constraint(Constraint::ForeignKey) => {
            let pointing = schema.references_to(table).filter(|(child, foreign)| {
                finds(session, &statement::pointing_to(child, foreign, table, key)) == Some(true)
            });
            let tables: Vec<_> = pointing.map(|(child, _)| child.name.as_str()).collect();
            Error::Conflict(match tables.is_empty() {
                true => "The row cannot be deleted: other rows point to it.".into(),
                false => format!("The row cannot be deleted: rows of {} point to it.", tables.join(", ")),
            })
        }
        database::Error::Constraint(_) => {
            Error::Conflict("The row cannot be deleted: a rule of the table keeps it.".into())
        }
        database::Error::Refused(message) => Error::Conflict(message),
        other => other.into(),
    }
}

fn value_of<'v>(values: &Values<'v>, column: usize) -> Option<&'v Value> {
    let mut values = values.iter();
    values.find(|(index, _)| *index == column).map(|(_, value)| *value)
}

/// The values of several columns, when all are known and none is null: what is null breaks no rule between rows.
fn values_of<'v>(values: &Values<'v>, columns: &[usize]) -> Option<Vec<&'v Value>> {
    let found = columns
        .iter()
        .map(|column| value_of(values, *column).filter(|value| **value != Value::Null));
    found.collect()
}

/// Whether a statement finds a row; `None` when it cannot be run.
fn finds(session: &Session<'_>, statement: &Statement) -> Option<bool> {
    let found = session.first(statement, |_| Ok::<_, database::Error>(()));
    found.ok().map(|found| found.is_some())
}

fn unique(
    session: &Session<'_>,
    table: &Table,
    values: &Values<'_>,
    except: Option<&[Value]>,
    errors: &mut FieldErrors,
) {
    for columns in &table.unique {
        let Some(wanted) = values_of(values, columns) else {
            continue;
        };
        if finds(session, &statement::same_values(table, columns, &wanted, except)) == Some(true) {
            taken(table, columns, errors);
        }
    }
}

fn taken(table: &Table, columns: &[usize], errors: &mut FieldErrors) {
    let names: Vec<_> = columns
        .iter()
        .filter_map(|index| table.columns.get(*index))
        .map(|c| c.name.as_str())
        .collect();
    match names.as_slice() {
        [name] => errors.add(*name, message::taken(&table.name, name)),
        names => errors.add(
            NON_FIELD,
            format!("The fields {} must make a unique set.", names.join(", ")),
        ),
    }
}

fn foreign_keys(session: &Session<'_>, schema: &Schema, table: &Table, values: &Values<'_>, errors: &mut FieldErrors) {
    for key in &table.foreign_keys {
        let Some(wanted) = values_of(values, &key.columns) else {
            continue;
        };
        if finds(session, &statement::referenced(key, &wanted)) != Some(false) {
            continue;
        }
        let own_row = schema.named(&key.table).is_some_and(|referenced| {
            // A row may point to itself as it is written.
            let names = key.references.iter();
            let columns: Option<Vec<_>> = names.map(|name| table.column(name).map(|(index, _)| index)).collect();
            referenced.name == table.name
                && columns.and_then(|columns| values_of(values, &columns)).as_ref() == Some(&wanted)
        });
        let names: Vec<_> = key
            .columns
            .iter()
            .filter_map(|index| table.columns.get(*index))
            .collect();
        match (names.as_slice(), wanted.as_slice()) {
            _ if own_row => {}
            ([column], [value]) => {
                let shown = value::to_text(value.as_ref(), column.kind);
                errors.add(&column.name, format!("Invalid pk \"{shown}\" - object does not exist."));
            }
            _ => {
                let names: Vec<_> = names.iter().map(|column| column.name.as_str()).collect();
                errors.add(
                    NON_FIELD,
                    format!("The fields {} point to a row that does not exist.", names.join(", ")),
                );
            }
        }
    }
}

fn fails(session: &Session<'_>, table: &Table, check: &Check, values: &Values<'_>) -> bool {
    let mentioned: Vec<_> = values
        .iter()
        .filter(|(column, _)| check.columns.contains(column))
        .copied()
        .collect();
    if mentioned.is_empty() {
        return false;
    }
    let statement = statement::check(table, check, &mentioned);
    let answer = session.first(&statement, |row| {
        Ok::<_, database::Error>(matches!(row.get(0), ValueRef::Integer(0)) || row.get(0) == ValueRef::Real(0.0))
    });
    matches!(answer, Ok(Some(true)))
}

fn broken_check(table: &Table, check: &Check, errors: &mut FieldErrors) {
    let names: Vec<_> = check
        .columns
        .iter()
        .filter_map(|index| table.columns.get(*index))
        .map(|c| c.name.as_str())
        .collect();
    let message = match (&check.name, names.as_slice()) {
        (Some(rule), _) => format!("This breaks the rule \"{rule}\"."),
        (None, [_] | []) => "This value is not allowed.".to_owned(),
        (None, names) => format!("The values of {} do not fit together.", names.join(", ")),
    };
    match names.as_slice() {
        [name] => errors.add(*name, message),
        _ => errors.add(NON_FIELD, message),
    }
}

/// The rule that the database named, when no rule of the table was found to be broken. A name that the table does not have
/// belongs to another table, which a trigger wrote to, or to a column that the reader does not see: it is not repeated.
fn first_refusal(table: &Table, constraint: Constraint, errors: &mut FieldErrors) {
    match constraint {
        Constraint::Unique(names) => {
            let columns = names.iter().map(|name| table.column(name).map(|(index, _)| index));
            match columns.collect::<Option<Vec<_>>>() {
                Some(columns) => taken(table, &columns, errors),
                None => errors.add(NON_FIELD, BROKEN_RULE),
            }
        }
        Constraint::NotNull(name) if table.column(&name).is_some() => errors.add(name, message::NULL),
        Constraint::Type(name) if table.column(&name).is_some() => {
            errors.add(name, "This value has a type that the column does not take.");
        }
        Constraint::NotNull(_) | Constraint::Type(_) => errors.add(NON_FIELD, BROKEN_RULE),
        Constraint::Check(message) => {
            let found = table
                .checks
                .iter()
                .find(|check| check.name.as_ref() == Some(&message) || check.expression == message);
            match found {
                Some(check) => broken_check(table, check, errors),
                None => errors.add(NON_FIELD, BROKEN_RULE),
            }
        }
        Constraint::ForeignKey => errors.add(NON_FIELD, "A reference points to a row that does not exist."),
    }
}

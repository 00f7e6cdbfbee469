//! What the database refused, told by field.
//!
//! The database stops at the first rule that is broken and does not always say which. A refused row is therefore held
//! against every rule of its table, so that all that is wrong is said at once. This is only ever done after a refusal.

use super::error::Error;
use super::formats;
use super::plan::Selection;
use super::statement;
use crate::database::{self, Constraint, Session, Value, ValueRef};
use crate::fields::{FieldErrors, NON_FIELD, message};
use crate::schema::{Check, Schema, Table};

/// Said of a rule that has no name to be told.
const BROKEN_RULE: &str = "This breaks a rule of the table.";

/// All values of a row that is there.
pub(super) fn current(session: &Session<'_>, table: &Table, key: &[Value]) -> Result<Option<Vec<Value>>, Error> {
    let statement = statement::row(table, &Selection::all(table), key);
    session.first(&statement, |row| {
        Ok((0..table.columns.len())
            .map(|place| row.get(place).to_value())
            .collect())
    })
}

/// The row that it would have become.
pub(super) fn merged(given: &[(usize, Value)], current: Vec<Value>) -> Vec<(usize, Value)> {
    let is_given = |place: usize| given.iter().any(|(of_given, _)| *of_given == place);
    let rest = current.into_iter().enumerate().filter(|(place, _)| !is_given(*place));
    given.iter().cloned().chain(rest).collect()
}

/// Every rule that these values break, except for fields that are known to be wrong.
pub(super) fn values(
    session: &Session<'_>,
    schema: &Schema,
    table: &Table,
    values: &[(usize, Value)],
    except: Option<&[Value]>,
    known: &FieldErrors,
) -> FieldErrors {
    let mut errors = FieldErrors::default();
    unique(session, table, values, except, &mut errors);
    foreign_keys(session, schema, table, values, &mut errors);
    for check in &table.checks {
        if check.columns.iter().all(|place| value_of(values, *place).is_some()) && fails(session, table, check, values)
        {
            broken_check(table, check, &mut errors);
        }
    }
    errors.0.retain(|(field, _)| !known.has(field));
    errors
}

/// The database's refusal of a row, told by field.
pub(super) fn refusal(
    session: &Session<'_>,
    schema: &Schema,
    table: &Table,
    row: &[(usize, Value)],
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
                let statement = statement::pointing_to(child, foreign, table, key);
                session
                    .first(&statement, |_| Ok::<_, database::Error>(()))
                    .is_ok_and(|found| found.is_some())
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

fn value_of(values: &[(usize, Value)], place: usize) -> Option<&Value> {
    values
        .iter()
        .find(|(of_value, _)| *of_value == place)
        .map(|(_, value)| value)
}

/// The values of several columns, when all are known and none is null: what is null breaks no rule between rows.
fn values_of(values: &[(usize, Value)], places: &[usize]) -> Option<Vec<Value>> {
    let found = places
        .iter()
        .map(|place| value_of(values, *place).filter(|value| **value != Value::Null).cloned());
    found.collect()
}

fn unique(
    session: &Session<'_>,
    table: &Table,
    values: &[(usize, Value)],
    except: Option<&[Value]>,
    errors: &mut FieldErrors,
) {
    for columns in &table.unique {
        let Some(wanted) = values_of(values, columns) else {
            continue;
        };
        let statement = statement::same_values(table, columns, &wanted, except);
        if session
            .first(&statement, |_| Ok::<_, database::Error>(()))
            .is_ok_and(|found| found.is_some())
        {
            taken(table, columns, errors);
        }
    }
}

fn taken(table: &Table, columns: &[usize], errors: &mut FieldErrors) {
    let names: Vec<_> = columns
        .iter()
        .filter_map(|place| table.columns.get(*place))
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

fn foreign_keys(
    session: &Session<'_>,
    schema: &Schema,
    table: &Table,
    values: &[(usize, Value)],
    errors: &mut FieldErrors,
) {
    for key in &table.foreign_keys {
        let Some(wanted) = values_of(values, &key.columns) else {
            continue;
        };
        let statement = statement::referenced(key, &wanted);
        if !session
            .first(&statement, |_| Ok::<_, database::Error>(()))
            .is_ok_and(|found| found.is_none())
        {
            continue;
        }
        let own_row = schema.named(&key.table).is_some_and(|referenced| {
            // A row may point to itself as it is written.
            let places: Option<Vec<_>> = key
                .references
                .iter()
                .map(|name| table.column(name).map(|(place, _)| place))
                .collect();
            referenced.name == table.name
                && places.and_then(|places| values_of(values, &places)) == Some(wanted.clone())
        });
        let names: Vec<_> = key
            .columns
            .iter()
            .filter_map(|place| table.columns.get(*place))
            .collect();
        match (names.as_slice(), wanted.as_slice()) {
            _ if own_row => {}
            ([column], [value]) => {
                let shown = formats::value::to_text(value.as_ref(), column.kind);
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

fn fails(session: &Session<'_>, table: &Table, check: &Check, values: &[(usize, Value)]) -> bool {
    let mentioned: Vec<_> = values
        .iter()
        .filter(|(place, _)| check.columns.contains(place))
        .cloned()
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
        .filter_map(|place| table.columns.get(*place))
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

/// What the database itself said, when looking into it found nothing. A name that the table does not have is another
/// table's, which a trigger wrote to, or one that the reader does not see: it is not repeated.
fn first_refusal(table: &Table, constraint: Constraint, errors: &mut FieldErrors) {
    match constraint {
        Constraint::Unique(names) => {
            let places = names.iter().map(|name| table.column(name).map(|(place, _)| place));
            match places.collect::<Option<Vec<_>>>() {
                Some(places) => taken(table, &places, errors),
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

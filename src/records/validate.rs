//! Validation of the fields of a body by the columns of a table, before the database sees any of them.

use jiff::Timestamp;

use super::write_plan::Given;
use crate::database::Value;
use crate::fields::{FieldErrors, Fields, message};
use crate::schema::{ServerManaged, Table};

/// The outcome of validation.
pub(super) struct Validated {
    /// The values of the valid ones.
    pub given: Given,
    /// What is wrong with the others.
    pub errors: FieldErrors,
}

/// Validates the fields that a client gave. With a `key` they change the row that has it.
pub(super) fn validate(table: &Table, fields: &Fields<'_>, key: Option<&[Value]>, partial: bool) -> Validated {
    let mut inputs = vec![None; table.columns.len()];
    let mut errors = FieldErrors::default();
    for (name, input) in fields {
        match table.column(name).and_then(|(index, _)| inputs.get_mut(index)) {
            Some(slot) => *slot = Some(input),
            None if !errors.is_full() => {
                let writable = table.columns.iter().filter(|column| column.is_writable());
                let known: Vec<_> = writable.map(|column| column.name.as_str()).collect();
                errors.add(name.as_ref(), message::unknown_field_of("table", &known));
            }
            None => {}
        }
    }
    let mut given = Given::with_capacity(table.columns.len());
    for (index, (column, input)) in table.columns.iter().zip(inputs).enumerate() {
        let in_key = key.and_then(|key| Some((table.key.iter().position(|of_key| *of_key == index)?, key)));
        match input {
            _ if !column.is_writable() => {}
            Some(input) => match column.accept(input) {
                Ok(value) => match in_key.and_then(|(part, key)| key.get(part)) {
                    None => given.push(index, value),
                    Some(current) if *current == value => {}
                    Some(_) => errors.add(&column.name, "A row's key cannot be changed."),
                },
                Err(messages) => messages
                    .into_iter()
                    .for_each(|message| errors.add(&column.name, message)),
            },
            None if column.is_required() && !partial && in_key.is_none() => {
                errors.add(&column.name, message::REQUIRED);
            }
            None => {}
        }
    }
    Validated { given, errors }
}

/// What a PUT does with the columns that it does not give: those with a default are returned, to be set to it; the others
/// are given NULL.
pub(super) fn to_reset(table: &Table, given: &mut Given) -> Vec<usize> {
    let mut reset = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        if column.is_writable() && !column.in_key && !given.columns.contains(&index) {
            match column.default {
                Some(_) => reset.push(index),
                None => given.push(index, Value::Null),
            }
        }
    }
    reset
}

/// Sets `created_at` of a new row and `updated_at` of every row, where the table has them.
pub(super) fn set_timestamps(table: &Table, given: &mut Given, now: Timestamp, is_new: bool) {
    for (index, column) in table.written_columns() {
        let is_set = match column.server_managed {
            Some(ServerManaged::Created) => is_new,
            Some(ServerManaged::Updated) => true,
            _ => false,
        };
        if is_set {
            given.push(index, Value::Timestamp(now));
        }
    }
}

//! The fields of a body held against the columns of a table, before the database sees any of them.

use jiff::Timestamp;

use super::statement::Assign;
use crate::database::Value;
use crate::fields::{FieldErrors, Fields, message};
use crate::schema::{ServerManaged, Table};

/// Values by the places of their columns.
pub(super) type Values = Vec<(usize, Value)>;

/// Fields held against the columns.
pub(super) struct Validated {
    /// The good ones, as the columns keep them.
    pub values: Values,
    /// What is wrong with the others.
    pub errors: FieldErrors,
}

/// The fields that a client gave, against the columns. With a `key` the row is there already.
pub(super) fn validate(table: &Table, fields: &Fields<'_>, key: Option<&[Value]>, partial: bool) -> Validated {
    let mut given = vec![None; table.columns.len()];
    let mut errors = FieldErrors::default();
    for (name, input) in fields {
        match table.column(name).and_then(|(place, _)| given.get_mut(place)) {
            Some(slot) => *slot = Some(input),
            None if !errors.is_full() => {
                let writable = table.columns.iter().filter(|column| column.is_writable());
                let known: Vec<_> = writable.map(|column| column.name.as_str()).collect();
                errors.add(name.as_ref(), message::unknown_field_of("table", &known));
            }
            None => {}
        }
    }
    let mut values = Vec::with_capacity(table.columns.len());
    for (place, (column, input)) in table.columns.iter().zip(given).enumerate() {
        let in_key = key.and_then(|key| Some((table.key.iter().position(|of_key| *of_key == place)?, key)));
        match input {
            _ if !column.is_writable() => {}
            Some(input) => match column.accept(input) {
                Ok(value) => match in_key.and_then(|(index, key)| key.get(index)) {
                    None => values.push((place, value)),
                    Some(current) if *current == value => {}
                    Some(_) => errors.add(&column.name, "A row's key cannot be changed."),
                },
                Err(message) => message
                    .into_iter()
                    .for_each(|message| errors.add(&column.name, message)),
            },
            None if column.is_required() && !partial && in_key.is_none() => {
                errors.add(&column.name, message::REQUIRED);
            }
            None => {}
        }
    }
    Validated { values, errors }
}

/// What a checked PUT or PATCH sets.
pub(super) fn changes(table: &Table, values: Values, partial: bool, now: Timestamp) -> Vec<(usize, Assign)> {
    let mut values = values;
    if !(partial && values.is_empty()) {
        set_timestamps(table, &mut values, now, false);
    }
    let mut changes: Vec<(usize, Assign)> = Vec::with_capacity(table.columns.len());
    for (place, column) in table.written_columns() {
        if let Some(found) = values.iter().position(|(of_value, _)| *of_value == place) {
            changes.push((place, Assign::Value(values.swap_remove(found).1)));
        } else if !partial && column.is_writable() && !column.in_key {
            changes.push((
                place,
                match &column.default {
                    Some(default) => Assign::Default(default.clone()),
                    None => Assign::Value(Value::Null),
                },
            ));
        }
    }
    changes
}

/// `created_at` and `updated_at`, which the server keeps.
pub(super) fn set_timestamps(table: &Table, values: &mut Values, now: Timestamp, is_new: bool) {
    for (place, column) in table.written_columns() {
        let is_kept = match column.kept {
            Some(ServerManaged::Created) => is_new,
            Some(ServerManaged::Updated) => true,
            _ => false,
        };
        if is_kept {
            values.push((place, Value::Timestamp(now)));
        }
    }
}

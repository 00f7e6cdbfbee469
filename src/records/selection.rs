//! What rows consist of: the selected columns of a table, and the referenced rows that are written in their place.

use std::sync::Arc;

use super::request::ListRequest;
use crate::fields::FieldErrors;
use crate::schema::{Ident, Schema, Table};

/// Wrong names that one answer lists.
const MAX_MESSAGES: usize = 10;

/// The columns of a statement's rows. Each field is one of them; an expanded one is followed by the referenced column,
/// which is NULL when there is no such row, and by all columns of the referenced row.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The table.
    pub table: Arc<Table>,
    /// The fields, in the order of the statement's columns.
    pub fields: Vec<Field>,
}

/// A selected column.
#[derive(Debug, Clone)]
pub struct Field {
    /// Index of the column in its table.
    pub column: usize,
    /// The row to be written in its place.
    pub expanded: Option<Box<Join>>,
}

/// A referenced row.
#[derive(Debug, Clone)]
pub struct Join {
    /// Its table.
    pub table: Arc<Table>,
    /// The referenced column.
    pub on: Ident,
}

impl Selection {
    /// Every column, nothing expanded.
    pub fn all(table: &Arc<Table>) -> Self {
        Self {
            table: table.clone(),
            fields: (0..table.columns.len()).map(Field::of).collect(),
        }
    }

    /// What `fields=` and `expand=` ask for.
    ///
    /// # Errors
    /// Names that the table does not have.
    pub fn new(schema: &Schema, table: &Arc<Table>, request: &ListRequest) -> Result<Self, FieldErrors> {
        if request.fields.is_none() && request.expand.is_empty() {
            return Ok(Self::all(table));
        }
        let mut errors = FieldErrors::default();
        let mut fields: Vec<Field> = match &request.fields {
            None => (0..table.columns.len()).map(Field::of).collect(),
            Some(names) => resolve_fields(table, names, &mut errors),
        };
        for name in &request.expand {
            if has_enough(&errors) {
                break;
            }
            let Some((column, referenced, on)) = expandable(schema, table, name) else {
                errors.add("expand", not_expandable(schema, table, name));
                continue;
            };
            let join = Some(Box::new(Join {
                table: referenced.clone(),
                on: Ident::of_schema(on),
            }));
            match fields.iter_mut().find(|field| field.column == column) {
                Some(field) => field.expanded = join,
                None => fields.push(Field { column, expanded: join }),
            }
        }
        if errors.is_empty() {
            Ok(Self {
                table: table.clone(),
                fields,
            })
        } else {
            Err(errors)
        }
    }
}

impl Field {
    fn of(column: usize) -> Self {
        Self { column, expanded: None }
    }
}

/// The columns that `expand=` can follow: foreign keys of one column, to a column of a table that the reader sees.
pub fn expandable_names<'s>(schema: &'s Schema, table: &'s Table) -> impl Iterator<Item = &'s str> {
    let names = table.columns.iter().map(|column| column.name.as_str());
    names.filter(move |name| expandable(schema, table, name).is_some())
}

fn expandable<'s>(schema: &'s Schema, table: &'s Table, name: &str) -> Option<(usize, &'s Arc<Table>, &'s str)> {
    let (index, _) = table.column(name)?;
    let key = table.foreign_key_of(index)?;
    let (referenced, on) = (schema.named(&key.table)?, key.references.first()?);
    let mut columns = referenced.columns.iter();
    let is_there = columns.any(|column| column.name.eq_ignore_ascii_case(on));
    is_there.then_some((index, referenced, on.as_str()))
}

fn not_expandable(schema: &Schema, table: &Table, name: &str) -> String {
    let known: Vec<_> = expandable_names(schema, table).collect();
    match known.is_empty() {
        true => format!("\"{name}\" is not a foreign key. This table has none."),
        false => format!("\"{name}\" is not a foreign key. Allowed: {}.", known.join(", ")),
    }
}

fn resolve_fields(table: &Table, names: &[String], errors: &mut FieldErrors) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::with_capacity(names.len());
    for name in names {
        if has_enough(errors) {
            break;
        }
        match table.column(name) {
            Some((index, _)) if fields.iter().any(|field| field.column == index) => {}
            Some((index, _)) => fields.push(Field::of(index)),
            None => errors.add(
                "fields",
                format!("Unknown field \"{name}\". Allowed: {}.", names_of(table)),
            ),
        }
    }
    if names.is_empty() {
        errors.add(
            "fields",
            format!("Name at least one field. Allowed: {}.", names_of(table)),
        );
    }
    fields
}

fn has_enough(errors: &FieldErrors) -> bool {
    errors.0.iter().any(|(_, messages)| messages.len() >= MAX_MESSAGES)
}

/// The names of a table's columns, for a message.
pub(super) fn names_of(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
    names.join(", ")
}

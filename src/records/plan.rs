//! A list or row request checked against the schema: every name resolved, nothing left to fail but the data.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::cursor;
use super::error::Error;
use super::filter::{self, Condition};
use super::formats::{Field, Shape};
use super::request::ListRequest;
use crate::database::Value;
use crate::fields::FieldErrors;
use crate::schema::{ColumnType, Ident, Schema, Table};

/// Words that one search looks for.
const MAX_WORDS: usize = 20;

/// Unknown names that are told of.
const MAX_COMPLAINTS: usize = 10;

/// What to select: the shape of the rows, and the tables that expanded fields come from.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Places of the columns, in the order of the shape's fields.
    pub columns: Vec<usize>,
    /// For each column, the row to be written in its place.
    pub joins: Vec<Option<Join>>,
    /// How the rows are written.
    pub shape: Arc<Shape>,
}

/// A referenced row.
#[derive(Debug, Clone)]
pub struct Join {
    /// Its table.
    pub table: Ident,
    /// The referenced column.
    pub on: Ident,
    /// Its columns.
    pub columns: Vec<Ident>,
}

/// A term of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Place of the column.
    pub column: usize,
    /// Whether it descends.
    pub descending: bool,
}

/// A list, ready to be put into SQL.
#[derive(Debug, Clone)]
pub struct ListPlan {
    /// What each row consists of.
    pub selection: Selection,
    /// What the rows must meet, all of it.
    pub conditions: Vec<Condition>,
    /// The order, ending with the key.
    pub order: Vec<Term>,
    /// The values of the order's terms behind which the page starts.
    pub after: Option<Vec<Value>>,
    /// Whether pages go by key rather than by number: `after=` was given, if only to start.
    pub by_key: bool,
    /// At most so many rows.
    pub limit: Option<u64>,
    /// Leave out so many first.
    pub offset: u64,
}

impl ListPlan {
    /// Checks a request against a table.
    ///
    /// # Errors
    /// Everything in it that the table does not have; [`Error::InvalidCursor`].
    pub fn new(schema: &Schema, table: &Table, request: &ListRequest) -> Result<Self, Error> {
        let mut errors = FieldErrors::default();
        let selection = Selection::new(schema, table, request).unwrap_or_else(|found| {
            errors.0.extend(found.0);
            Selection::all(table)
        });
        let mut conditions = filter::resolve(table, &request.filters).unwrap_or_else(|found| {
            errors.0.extend(found.0);
            Vec::new()
        });
        if let Some(words) = &request.search {
            match words.split_whitespace().nth(MAX_WORDS) {
                None => conditions.push(search(table, words)),
                Some(_) => errors.add("search", format!("At most {MAX_WORDS} words are taken.")),
            }
        }
        let order = order(table, &request.ordering).unwrap_or_else(|message| {
            errors.add("ordering", message);
            Vec::new()
        });
        if request.after.is_some() && table.key.is_empty() {
            errors.add("after", "Rows of this table have no key to go by; use offset.");
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let after = match &request.after {
            Some(text) if !text.is_empty() => Some(after(table, &order, text)?),
            _ => None,
        };
        Ok(Self {
            selection,
            conditions,
            order,
            after,
            by_key: request.after.is_some(),
            limit: request.limit,
            offset: request.offset.unwrap_or(0),
        })
    }
}

impl Selection {
    /// Every column, nothing expanded.
    pub fn all(table: &Table) -> Self {
        Self {
            columns: (0..table.columns.len()).collect(),
            joins: table.columns.iter().map(|_| None).collect(),
            shape: Arc::new(Shape::of(table)),
        }
    }

    /// What `fields=` and `expand=` ask for.
    ///
    /// # Errors
    /// Names that the table does not have.
    pub fn new(schema: &Schema, table: &Table, request: &ListRequest) -> Result<Self, FieldErrors> {
        if request.fields.is_none() && request.expand.is_empty() {
            return Ok(Self::all(table));
        }
        let mut errors = FieldErrors::default();
        let mut columns = match &request.fields {
            None => (0..table.columns.len()).collect(),
            Some(names) => resolve_fields(table, names, &mut errors),
        };
        let mut joins: Vec<Option<Join>> = columns.iter().map(|_| None).collect();
        let mut fields: Vec<Field> = columns.iter().filter_map(|place| Field::of(table, *place)).collect();
        for name in &request.expand {
            if errors.0.iter().any(|(_, message)| message.len() >= MAX_COMPLAINTS) {
                break;
            }
            let Some((place, referenced, on)) = expandable(schema, table, name) else {
                let known: Vec<_> = expandable_names(schema, table).collect();
                errors.add(
                    "expand",
                    match known.is_empty() {
                        true => format!("\"{name}\" is not a foreign key. This table has none."),
                        false => format!("\"{name}\" is not a foreign key. Allowed: {}.", known.join(", ")),
                    },
                );
                continue;
            };
            let position = columns.iter().position(|column| *column == place).unwrap_or_else(|| {
                columns.push(place);
                joins.push(None);
                fields.extend(Field::of(table, place));
                columns.len() - 1
            });
            if let (Some(join), Some(field)) = (joins.get_mut(position), fields.get_mut(position)) {
                *join = Some(Join {
                    table: referenced.ident.clone(),
                    on: Ident::of_schema(on),
                    columns: referenced.columns.iter().map(|column| column.ident.clone()).collect(),
                });
                field.expanded = Some(Shape::of(referenced).fields);
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            columns,
            joins,
            shape: Arc::new(Shape { fields }),
        })
    }
}

/// The columns that `expand=` can follow: foreign keys of one column, to a column of a table that are both there to see.
pub fn expandable_names<'s>(schema: &'s Schema, table: &'s Table) -> impl Iterator<Item = &'s str> {
    let names = table.columns.iter().map(|column| column.name.as_str());
    names.filter(move |name| expandable(schema, table, name).is_some())
}

fn expandable<'s>(schema: &'s Schema, table: &'s Table, name: &str) -> Option<(usize, &'s Table, &'s str)> {
    let (place, _) = table.column(name)?;
    let key = table.foreign_key_of(place)?;
    let (referenced, on) = (schema.named(&key.table)?, key.references.first()?);
    let mut columns = referenced.columns.iter();
    let is_there = columns.any(|column| column.name.eq_ignore_ascii_case(on));
    is_there.then_some((place, referenced, on.as_str()))
}

fn resolve_fields(table: &Table, names: &[String], errors: &mut FieldErrors) -> Vec<usize> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        if errors.0.iter().any(|(_, message)| message.len() >= MAX_COMPLAINTS) {
            break;
        }
        match table.column(name) {
            Some((place, _)) if columns.contains(&place) => {}
            Some((place, _)) => columns.push(place),
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
    columns
}

fn names_of(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
    names.join(", ")
}

fn search(table: &Table, words: &str) -> Condition {
    let texts = table.columns.iter().enumerate().filter(|(_, column)| {
        matches!(
            column.kind,
            ColumnType::Text { .. } | ColumnType::Uuid | ColumnType::Any
        )
    });
    let columns = texts.map(|(place, _)| place).collect();
    Condition::Search(columns, words.split_whitespace().map(str::to_owned).collect())
}

fn order(table: &Table, names: &[String]) -> Result<Vec<Term>, String> {
    let mut order: Vec<Term> = Vec::new();
    for name in names {
        let (bare, descending) = match name.strip_prefix('-') {
            // A column may begin with a hyphen itself.
            Some(rest) if table.column(name).is_none() => (rest, true),
            _ => (name.as_str(), false),
        };
        let (column, _) = table
            .column(bare)
            .ok_or_else(|| format!("Unknown field \"{bare}\". Allowed: {}.", names_of(table)))?;
        if !order.iter().any(|term| term.column == column) {
            order.push(Term { column, descending });
        }
    }
    for column in &table.key {
        if !order.iter().any(|term| term.column == *column) {
            order.push(Term {
                column: *column,
                descending: false,
            });
        }
    }
    Ok(order)
}

/// The values behind which a page starts: those of a cursor, or a key when the list goes by the key alone.
fn after(table: &Table, order: &[Term], text: &str) -> Result<Vec<Value>, Error> {
    if let Some(values) = cursor::decode(text) {
        return (values.len() == order.len())
            .then_some(values)
            .ok_or(Error::InvalidCursor);
    }
    if order.iter().map(|term| term.column).ne(table.key.iter().copied()) {
        return Err(Error::InvalidCursor);
    }
    // A query is decoded already; only the parts of a composite key are encoded once more, for their commas.
    let found = match table.key.len() {
        1 => key_values(table, vec![Cow::Borrowed(text)]),
        _ => key(table, text),
    };
    found.map_err(|_| Error::InvalidCursor)
}

/// The values of a key as it stands in an address: percent-encoded, the parts of a composite one separated by commas.
///
/// # Errors
/// [`Error::NotFound`] when no row can have such a key.
pub fn key(table: &Table, segment: &str) -> Result<Vec<Value>, Error> {
    let parts = match table.key.len() {
        1 => vec![segment],
        _ => segment.split(',').collect(),
    };
    let decoded = parts
        .into_iter()
        .map(|part| percent_decode_str(part).decode_utf8().map_err(|_| Error::NotFound));
    key_values(table, decoded.collect::<Result<_, _>>()?)
}

fn key_values(table: &Table, parts: Vec<Cow<'_, str>>) -> Result<Vec<Value>, Error> {
    if parts.len() != table.key.len() {
        return Err(Error::NotFound);
    }
    let values = table.key_columns().zip(parts).map(|(column, text)| {
        let value = filter::one(column, &text).map_err(|_| Error::NotFound)?;
        // One row, one address: 01 and 1.0 are no other names of 1.
        match &value {
            Value::Integer(number) if column.kind == ColumnType::Integer && number.to_string() != text => {
                Err(Error::NotFound)
            }
            _ => Ok(value),
        }
    });
    values.collect()
}

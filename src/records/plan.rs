//! Reads checked against the schema: every name is resolved, and only the data is left to fail.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::cursor;
use super::error::Error;
use super::filter::{self, Condition};
use super::request::ListRequest;
use super::selection::{Selection, names_of};
use crate::database::Value;
use crate::fields::FieldErrors;
use crate::schema::{ColumnType, Schema, Table};

/// Words that one search looks for.
const MAX_WORDS: usize = 20;

/// A term of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Index of the column.
    pub column: usize,
    /// Whether it descends.
    pub descending: bool,
}

/// A read of one row.
#[derive(Debug)]
pub struct RowPlan {
    /// The table, and what the row consists of.
    pub selection: Selection,
    /// The values of the primary key.
    pub key: Vec<Value>,
}

/// A read of a list.
#[derive(Debug)]
pub struct ListPlan {
    /// The table, and what each row consists of.
    pub selection: Selection,
    /// Conditions that every row meets.
    pub conditions: Vec<Condition>,
    /// The order, ending with the key.
    pub order: Vec<Term>,
    /// The page starts after the row with these values of the order's terms.
    pub after: Option<Vec<Value>>,
    /// Whether `after=` was given, if only empty: pages go by key rather than by number.
    pub by_key: bool,
    /// Rows at most.
    pub limit: Option<u64>,
    /// Rows left out first.
    pub offset: u64,
}

impl RowPlan {
    /// Checks a request against a table.
    ///
    /// # Errors
    /// Everything in it that the table does not have; [`Error::NotFound`] when no row can have such a key.
    pub fn new(schema: &Schema, table: &Arc<Table>, key: &str, request: &ListRequest) -> Result<Self, Error> {
        Ok(Self {
            selection: Selection::new(schema, table, request)?,
            key: self::key(table, key)?,
        })
    }
}

impl ListPlan {
    /// Checks a request against a table.
    ///
    /// # Errors
    /// Everything in it that the table does not have; [`Error::InvalidCursor`].
    pub fn new(schema: &Schema, table: &Arc<Table>, request: &ListRequest) -> Result<Self, Error> {
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

fn search(table: &Table, words: &str) -> Condition {
    let texts = table.columns.iter().enumerate().filter(|(_, column)| {
        matches!(
            column.kind,
            ColumnType::Text { .. } | ColumnType::Uuid | ColumnType::Any
        )
    });
    let columns = texts.map(|(index, _)| index).collect();
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

/// The values after which a page starts: those of a cursor, or a key when the list goes by the key alone.
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
        1 => key_values(table, std::iter::once(Ok(Cow::Borrowed(text)))),
        _ => key(table, text),
    };
    found.map_err(|_| Error::InvalidCursor)
}

/// The values of a key as it stands in an address: percent-encoded, the parts of a composite one separated by commas.
///
/// # Errors
/// [`Error::NotFound`] when no row can have such a key.
pub fn key(table: &Table, segment: &str) -> Result<Vec<Value>, Error> {
    let decode = |part| percent_decode_str(part).decode_utf8().map_err(|_| Error::NotFound);
    match table.key.len() {
        1 => key_values(table, std::iter::once(decode(segment))),
        _ => key_values(table, segment.split(',').map(decode)),
    }
}

fn key_values<'t>(
    table: &Table,
    mut parts: impl Iterator<Item = Result<Cow<'t, str>, Error>>,
) -> Result<Vec<Value>, Error> {
    let mut values = Vec::with_capacity(table.key.len());
    for column in table.key_columns() {
        let text = parts.next().ok_or(Error::NotFound)??;
        let value = filter::one(column, &text).map_err(|_| Error::NotFound)?;
        // A row has one address: 01 and 1.0 do not stand for 1.
        match &value {
            Value::Integer(number)
                if column.kind == ColumnType::Integer && itoa::Buffer::new().format(*number) != text =>
            {
                return Err(Error::NotFound);
            }
            _ => values.push(value),
        }
    }
    match parts.next() {
        None => Ok(values),
        Some(_) => Err(Error::NotFound),
    }
}

//! Filters: `field=value` and `field__lookup=value`, resolved against a table's columns.

use std::borrow::Cow;

use super::request::PARAMETERS;
use crate::database::Value;
use crate::database::dialect::TextMatch;
use crate::fields::{FieldErrors, Input, message};
use crate::schema::{Column, ColumnType, Table};

/// Every lookup there is.
pub const LOOKUPS: [&str; 14] = [
    "exact",
    "ne",
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "in",
    "gt",
    "gte",
    "lt",
    "lte",
    "range",
];

/// The lookup of every column.
const IS_NULL: &str = "isnull";

/// Filters in one request, values in one `in`, and values in all: within the limits of SQLite.
const MAX_FILTERS: usize = 500;
const MAX_VALUES: usize = 1000;
const MAX_BOUND: usize = 10_000;

/// A condition on the rows of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The column compared with a value by an SQL operator.
    Compare(usize, &'static str, Value),
    /// The column's text compared with this text.
    Match(usize, TextMatch, String),
    /// The column is one of these.
    OneOf(usize, Vec<Value>),
    /// The column lies between these, both included.
    Between(usize, Value, Value),
    /// The column is, or is not, null.
    IsNull(usize, bool),
    /// Each word is found in one of the columns.
    Search(Vec<usize>, Vec<String>),
}

/// The lookups that apply to a column.
pub fn lookups_of(column: &Column) -> impl Iterator<Item = &'static str> {
    let kind = column.kind;
    let applies = move |lookup: &str| match lookup {
        "exact" | "ne" | "in" => kind != ColumnType::Json,
        "gt" | "gte" | "lt" | "lte" | "range" => kind.is_ordered(),
        _ => kind.is_textual(),
    };
    LOOKUPS
        .into_iter()
        .filter(move |lookup| applies(lookup))
        .chain([IS_NULL])
}

/// Resolves the filters of a request.
///
/// # Errors
/// Every parameter that names no column, a lookup that its column does not have, or a value not of its type.
pub fn resolve(table: &Table, filters: &[(String, String)]) -> Result<Vec<Condition>, FieldErrors> {
    let mut conditions = Vec::with_capacity(filters.len());
    let mut errors = FieldErrors::default();
    if let Some((parameter, _)) = filters.get(MAX_FILTERS) {
        return Err(FieldErrors::one(
            parameter,
            format!("At most {MAX_FILTERS} filters are taken."),
        ));
    }
    for (parameter, value) in filters {
        match condition(table, parameter, value) {
            Ok(condition) => conditions.push(condition),
            Err(message) => errors.add(parameter, message),
        }
    }
    let listed = |condition: &Condition| match condition {
        Condition::OneOf(_, values) => values.len(),
        _ => 2,
    };
    if conditions.iter().map(listed).sum::<usize>() > MAX_BOUND {
        errors.add("detail", format!("At most {MAX_BOUND} values are taken in all."));
    }
    if errors.is_empty() { Ok(conditions) } else { Err(errors) }
}

fn condition(table: &Table, parameter: &str, value: &str) -> Result<Condition, String> {
    // A column may have `__` in its own name: the longest column name wins.
    if let Some((index, column)) = table.column(parameter) {
        return exact(index, column, value);
    }
    let mut cut = parameter.len();
    while let Some(before) = parameter.get(..cut).and_then(|part| part.rfind("__")) {
        if let Some((index, column)) = parameter.get(..before).and_then(|name| table.column(name)) {
            let lookup = parameter.get(before + 2..).unwrap_or("");
            return looked_up(index, column, lookup, value);
        }
        cut = before;
    }
    let columns = table.columns.iter().map(|column| column.name.as_str());
    let allowed: Vec<&str> = PARAMETERS.into_iter().chain(columns).collect();
    Err(message::unknown_parameter(&allowed))
}

fn exact(index: usize, column: &Column, value: &str) -> Result<Condition, String> {
    looked_up(index, column, "exact", value)
}

fn looked_up(index: usize, column: &Column, lookup: &str, value: &str) -> Result<Condition, String> {
    let Some(lookup) = lookups_of(column).find(|known| *known == lookup) else {
        let allowed: Vec<_> = lookups_of(column).collect();
        return Err(format!("Unknown lookup \"{lookup}\". Allowed: {}.", allowed.join(", ")));
    };
    let matched = |kind| Ok(Condition::Match(index, kind, value.to_owned()));
    let operator = match lookup {
        "exact" => "=",
        "ne" => "IS DISTINCT FROM",
        "gt" => ">",
        "gte" => ">=",
        "lt" => "<",
        "lte" => "<=",
        "in" => return Ok(Condition::OneOf(index, many(column, value)?)),
        "range" => {
            let bounds = <[Value; 2]>::try_from(many(column, value)?);
            let [low, high] = bounds.map_err(|_| "Two values with a comma between them are required.".to_owned())?;
            return Ok(Condition::Between(index, low, high));
        }
        "isnull" => {
            let truth = ColumnType::Boolean.parse(&Input::Text(Cow::Borrowed(value)))?;
            return Ok(Condition::IsNull(index, truth == Value::Boolean(true)));
        }
        "startswith" => return matched(TextMatch::StartsWith),
        "contains" => return matched(TextMatch::Contains),
        "icontains" => return matched(TextMatch::ContainsAnyCase),
        "istartswith" => return matched(TextMatch::StartsWithAnyCase),
        "endswith" => return matched(TextMatch::EndsWith),
        _ => return matched(TextMatch::EqualAnyCase),
    };
    Ok(Condition::Compare(index, operator, one(column, value)?))
}

pub(super) fn one(column: &Column, value: &str) -> Result<Value, String> {
    match column.kind {
        // In a column without a type, what looks like a number is compared as one.
        ColumnType::Any => Ok(value
            .parse()
            .map(Value::Integer)
            .or_else(|_| value.parse().map(Value::Real))
            .unwrap_or(Value::from(value))),
        kind => kind.parse(&Input::Text(Cow::Borrowed(value))),
    }
}

fn many(column: &Column, value: &str) -> Result<Vec<Value>, String> {
    if value.split(',').nth(MAX_VALUES).is_some() {
        return Err(format!("At most {MAX_VALUES} values are taken."));
    }
    value.split(',').map(|part| one(column, part)).collect()
}

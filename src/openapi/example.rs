//! Examples of rows, made from types and rules: always the same, and always valid.

use serde_json::{Map, Value as Json, json};

use super::purpose::Purpose;
use crate::schema::{Column, ColumnType, Rule, Schema, Table};

const SECOND: &str = "2026-01-31T12:00:00Z";

/// A row as it is answered.
pub(super) fn row(schema: &Schema, table: &Table) -> Json {
    let columns = table.columns.iter().enumerate();
    Json::Object(
        columns
            .map(|(place, column)| (column.name.clone(), of_column(schema, table, place, column)))
            .collect(),
    )
}

/// A body that adds, replaces or changes a row. What could be refused for a reason that types and plain rules do not
/// show is left out where it may be.
pub(super) fn body(schema: &Schema, table: &Table, purpose: Purpose) -> Json {
    let mut body = Map::new();
    for (place, column) in table.columns.iter().enumerate() {
        let is_fixed = purpose != Purpose::New && column.in_key;
        let is_required = column.is_required() && purpose != Purpose::Change;
        if column.is_writable() && !is_fixed && (is_required || is_understood(table, place)) {
            body.insert(column.name.clone(), of_column(schema, table, place, column));
        }
    }
    Json::Object(body)
}

/// Whether no reference or rule but plain ones speaks of the column.
fn is_understood(table: &Table, place: usize) -> bool {
    let is_in_rule = table
        .checks
        .iter()
        .any(|check| check.rules.is_empty() && check.columns.contains(&place));
    let is_reference = table.foreign_keys.iter().any(|key| key.columns.contains(&place));
    !is_in_rule && !is_reference
}

/// A value of a column; of a reference, a value of the column that it points to.
fn of_column(schema: &Schema, table: &Table, place: usize, column: &Column) -> Json {
    let referenced = table.foreign_key_of(place).and_then(|key| {
        let other = schema.named(&key.table).filter(|other| other.name != table.name)?;
        Some(other.column(key.references.first()?)?.1)
    });
    of_values(referenced.filter(|_| column.rules.is_empty()).unwrap_or(column))
}

fn of_values(column: &Column) -> Json {
    match column.kind {
        ColumnType::Text { max } => json!(text(column, max)),
        ColumnType::Integer => match column.choices().and_then(<[String]>::first) {
            Some(choice) => choice.parse::<i64>().map_or(Json::Null, Json::from),
            None => json!(number(&column.rules, 1.0, 1.0) as i64),
        },
        ColumnType::Real => match column.choices().and_then(<[String]>::first) {
            Some(choice) => choice.parse::<f64>().map_or(Json::Null, Json::from),
            None => json!(number(&column.rules, 1.5, 0.5)),
        },
        ColumnType::Boolean => json!(true),
        ColumnType::Date => json!(
            column
                .choices()
                .and_then(<[String]>::first)
                .map_or("2026-01-31", String::as_str)
        ),
        ColumnType::Timestamp => json!(SECOND),
        ColumnType::Decimal { digits, places } => json!(decimal(column, digits, places)),
        ColumnType::Json => json!({ "key": "value" }),
        ColumnType::Uuid => json!("019c1390-dc00-7000-8000-000000000001"),
        ColumnType::Blob => json!("U29jbGU="),
        ColumnType::Any => json!("text"),
    }
}

/// The column's name, as long as it must be and no longer than it may.
fn text(column: &Column, max: Option<u32>) -> String {
    if let Some(choice) = column.choices().and_then(<[String]>::first) {
        return choice.clone();
    }
    let (mut least, mut most) = (0, max.map_or(usize::MAX, |max| max as usize));
    for rule in &column.rules {
        match rule {
            Rule::MinLength(bound) => least = least.max(usize::try_from(*bound).unwrap_or(usize::MAX)),
            Rule::MaxLength(bound) => most = most.min(usize::try_from(*bound).unwrap_or(usize::MAX)),
            _ => {}
        }
    }
    let label = column.label();
    // A rule may ask for more than anyone wants to read; such an example would be of no use.
    let least = least.clamp(label.chars().count(), 1000);
    label.chars().cycle().take(least.min(most)).collect()
}

/// The usual number, or the nearest that the bounds let through.
fn number(rules: &[Rule], usual: f64, step: f64) -> f64 {
    let least = rules.iter().filter_map(|rule| match rule {
        Rule::Min(bound) => Some((bound / step).ceil() * step),
        Rule::ExclusiveMin(bound) => Some(((bound / step).floor() + 1.0) * step),
        _ => None,
    });
    let most = rules.iter().filter_map(|rule| match rule {
        Rule::Max(bound) => Some((bound / step).floor() * step),
        Rule::ExclusiveMax(bound) => Some(((bound / step).ceil() - 1.0) * step),
        _ => None,
    });
    least.fold(most.fold(usual, f64::min), f64::max)
}

fn decimal(column: &Column, digits: Option<u32>, places: Option<u32>) -> String {
    if let Some(choice) = column.choices().and_then(<[String]>::first) {
        return choice.clone();
    }
    let places = places.unwrap_or(2) as usize;
    let (usual, step) = match digits {
        // No digit before the point.
        Some(digits) if digits as usize <= places => (0.0, 0.5),
        _ if places == 0 => (9.0, 1.0),
        _ => (9.5, 0.5),
    };
    format!("{:.places$}", number(&column.rules, usual, step))
}

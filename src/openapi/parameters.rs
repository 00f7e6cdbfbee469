//! The parameters of lists and rows: filters by column and lookup, and those that shape the answer.

use serde_json::{Value as Json, json};

use super::names::{self, Named};
use super::value::{self, Place};
use crate::records::filter::lookups_of;
use crate::records::request::PARAMETERS;
use crate::records::selection::expandable_names;
use crate::schema::{Column, ColumnType, Schema, Table};

/// The name of the key in the path of a row.
pub(super) fn key_name(table: &Table) -> &str {
    let mut key = table.key_columns();
    match (key.next(), key.next()) {
        (Some(only), None) if names::is_plain(&only.name) => &only.name,
        _ => "key",
    }
}

/// The key of a row in a path.
pub(super) fn key(table: &Table) -> Json {
    let mut key = table.key_columns();
    let (description, schema) = match (key.next(), key.next()) {
        (Some(only), None) => (
            format!("`{}` of the row.", only.name),
            value::of_kind(only.kind, Place::Query),
        ),
        _ => {
            let names: Vec<_> = table.key_columns().map(|column| column.name.as_str()).collect();
            let message = format!(
                "{} of the row, with commas between them; a comma inside a value is `%2C`.",
                names.join(", ")
            );
            (message, json!({ "type": "string" }))
        }
    };
    json!({ "name": key_name(table), "in": "path", "required": true, "description": description, "schema": schema })
}

/// The parameters of a list.
pub(super) fn of_list(schema: &Schema, table: &Table) -> Vec<Json> {
    let mut parameters = vec![shared("limit"), shared("offset")];
    if !table.key.is_empty() {
        parameters.push(shared("after"));
    }
    parameters.push(ordering(table));
    if table.columns.iter().any(|column| column.kind.is_textual()) {
        parameters.push(shared("search"));
    }
    parameters.push(fields(table));
    parameters.extend(expand(schema, table));
    parameters.push(shared("format"));
    parameters.extend(filters(table));
    parameters
}

/// The parameters of a row.
pub(super) fn of_row(schema: &Schema, named: &Named<'_>) -> Vec<Json> {
    let format = json!({
        "name": "format", "in": "query", "description": "A row is answered as JSON.",
        "schema": { "type": "string", "enum": ["json"] },
    });
    std::iter::once(fields(named.table))
        .chain(expand(schema, named.table))
        .chain([format])
        .collect()
}

fn shared(name: &str) -> Json {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// A parameter of values with commas between them.
fn list(name: &str, description: &str, items: Json) -> Json {
    json!({
        "name": name, "in": "query", "description": description, "style": "form", "explode": false,
        "schema": { "type": "array", "items": items, "minItems": 1 },
    })
}

/// The columns that can be named in a list: a comma cannot.
fn names_of(table: &Table) -> impl Iterator<Item = &str> {
    table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| !name.contains(','))
}

fn ordering(table: &Table) -> Json {
    let both = names_of(table).flat_map(|name| [name.to_owned(), format!("-{name}")]);
    let message =
        "Columns to order by, `-` before those that descend. Rows that are equal come in the order of the key.";
    list(
        "ordering",
        message,
        json!({ "type": "string", "enum": both.collect::<Vec<_>>() }),
    )
}

fn fields(table: &Table) -> Json {
    list(
        "fields",
        "Only these columns.",
        json!({ "type": "string", "enum": names_of(table).collect::<Vec<_>>() }),
    )
}

fn expand(schema: &Schema, table: &Table) -> Option<Json> {
    let names: Vec<_> = expandable_names(schema, table)
        .filter(|name| !name.contains(','))
        .collect();
    let message = "Foreign keys in whose place the row they point to is written.";
    (!names.is_empty()).then(|| list("expand", message, json!({ "type": "string", "enum": names })))
}

/// `column=` and `column__lookup=` for every lookup that the column has.
fn filters(table: &Table) -> Vec<Json> {
    let mut filters = Vec::new();
    for column in &table.columns {
        // A column that bears the name of a parameter is filtered as `limit__exact`.
        if !PARAMETERS.contains(&column.name.as_str()) {
            filters.extend(
                lookups_of(column)
                    .find(|lookup| *lookup == "exact")
                    .map(|_| filter(column, &column.name, "exact")),
            );
        }
        for lookup in lookups_of(column) {
            let name = format!("{}__{lookup}", column.name);
            // A column of that very name comes first.
            if table.column(&name).is_none() {
                filters.push(filter(column, &name, lookup));
            }
        }
    }
    filters
}

fn filter(column: &Column, name: &str, lookup: &str) -> Json {
    let value = value::of_kind(column.kind, Place::Query);
    let message = match lookup {
        "exact" => "Equal to this.",
        "ne" => "Not equal to this, or null.",
        "gt" => "Greater than this.",
        "gte" => "This or greater.",
        "lt" => "Less than this.",
        "lte" => "This or less.",
        "iexact" => "Equal to this, whatever the case.",
        "contains" => "Contains this.",
        "icontains" => "Contains this, whatever the case.",
        "startswith" => "Begins with this.",
        "istartswith" => "Begins with this, whatever the case.",
        "endswith" => "Ends with this.",
        "isnull" => "Null, or not.",
        "in" => return list(name, "One of these.", value),
        "range" => {
            // A value cannot hold a comma here: there would be three.
            let is_text = matches!(column.kind, ColumnType::Text { .. } | ColumnType::Any);
            let value = if is_text {
                json!({ "type": "string", "pattern": "^[^,]*$" })
            } else {
                value
            };
            let mut range = list(name, "From the first to the second, both included.", value);
            range["schema"]["minItems"] = json!(2);
            range["schema"]["maxItems"] = json!(2);
            return range;
        }
        _ => "Matches this.",
    };
    let schema = match lookup {
        "exact" | "ne" | "gt" | "gte" | "lt" | "lte" => value,
        "isnull" => json!({ "type": "boolean" }),
        _ => json!({ "type": "string" }),
    };
    json!({ "name": name, "in": "query", "description": message, "schema": schema })
}

//! The schemas of a table's rows: as they are answered, and as bodies give them.

use serde_json::{Map, Value as Json, json};

use super::example;
use super::names::Named;
use super::purpose::Purpose;
use super::value::{self, Place};
use crate::endpoints::schema::reference;
use crate::records::selection::expandable_names;
use crate::schema::{Column, ColumnType, Schema, ServerManaged, Table};

const PLACES: [Place; 3] = [Place::Json, Place::Form, Place::Multipart];

/// The name of a table's body schema. Those that would be alike share one.
pub(super) fn body(named: &Named<'_>, purpose: Purpose, place: Place) -> String {
    let has_own_key = named.table.key_columns().any(Column::is_writable);
    let part = match purpose {
        Purpose::Replace if has_own_key => "replacement",
        Purpose::New | Purpose::Replace => "new",
        Purpose::Change => "change",
    };
    let differ = |one: Place, other: Place| {
        let mut columns = named.table.columns.iter();
        columns.any(|column| given_column(column, one) != given_column(column, other))
    };
    let form = match place {
        Place::Multipart if differ(Place::Multipart, Place::Form) => ".multipart",
        Place::Multipart | Place::Form if differ(Place::Form, Place::Json) => ".form",
        _ => "",
    };
    named.component(&format!("{part}{form}"))
}

/// The component of what GET answers: rows as `fields` and `expand` shape them.
pub(super) fn selection(named: &Named<'_>) -> String {
    named.component("selection")
}

/// All schemas of a table.
pub(super) fn schemas(schema: &Schema, tables: &[Named<'_>], named: &Named<'_>) -> Map<String, Json> {
    let table = named.table;
    let mut schemas = Map::new();
    if table.is_writable() {
        schemas.insert(named.component(""), row(schema, table));
    }
    schemas.insert(selection(named), selected(schema, tables, table));
    if table.is_writable() {
        for (purpose, place) in Purpose::ALL
            .into_iter()
            .flat_map(|purpose| PLACES.map(|place| (purpose, place)))
        {
            let name = body(named, purpose, place);
            schemas
                .entry(name)
                .or_insert_with(|| given(schema, table, purpose, place));
        }
    }
    schemas
}

/// A whole row.
fn row(schema: &Schema, table: &Table) -> Json {
    let properties = table
        .columns
        .iter()
        .map(|column| (column.name.clone(), answered(column)));
    json!({
        "title": table.title(),
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "required": table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
        "example": example::row(schema, table),
    })
}

/// A row of which some fields may be left out, and foreign keys be rows.
fn selected(schema: &Schema, tables: &[Named<'_>], table: &Table) -> Json {
    let mut properties: Map<_, _> = table
        .columns
        .iter()
        .map(|column| (column.name.clone(), answered(column)))
        .collect();
    for name in expandable_names(schema, table) {
        let referenced = table
            .column(name)
            .and_then(|(place, _)| schema.named(&table.foreign_key_of(place)?.table));
        let referenced = tables
            .iter()
            .find(|named| referenced.is_some_and(|table| table.name == named.table.name));
        if let (Some(referenced), Some(property)) = (referenced, properties.get_mut(name)) {
            *property = json!({ "anyOf": [property, reference(&selection(referenced))] });
        }
    }
    json!({
        "title": table.title(),
        "description": "Every field, or those named in `fields`.",
        "type": "object",
        "properties": properties,
        "example": example::row(schema, table),
    })
}

fn answered(column: &Column) -> Json {
    let mut property = value::of_column(column, Place::Answer);
    if !column.is_writable() {
        property["readOnly"] = json!(true);
    }
    property
}

/// A body.
fn given(schema: &Schema, table: &Table, purpose: Purpose, place: Place) -> Json {
    let is_fixed = |column: &Column| purpose != Purpose::New && column.in_key && column.is_writable();
    let is_required = |column: &&Column| purpose != Purpose::Change && column.is_required() && !is_fixed(column);
    let properties = table.columns.iter().enumerate().map(|(index, column)| {
        let mut property = given_column(column, place);
        if let Some(message) = remark(schema, table, index, column, is_fixed(column)) {
            property["description"] = json!(message);
        }
        if is_fixed(column) {
            property["readOnly"] = json!(true);
        } else if let Some(default) = default(column).filter(|_| purpose != Purpose::Change) {
            property["default"] = default;
        }
        (column.name.clone(), property)
    });
    let mut body = json!({
        "title": table.title(),
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
        "example": example::body(schema, table, purpose),
    });
    let required: Vec<&str> = table
        .columns
        .iter()
        .filter(is_required)
        .map(|column| column.name.as_str())
        .collect();
    if !required.is_empty() {
        body["required"] = json!(required);
    }
    body
}

/// A column in a body. For one that the server keeps, whatever is sent is ignored; in a form, where everything is text,
/// it can be nothing else.
fn given_column(column: &Column, place: Place) -> Json {
    match place {
        _ if column.is_writable() => value::of_column(column, place),
        Place::Json => json!({ "readOnly": true }),
        _ => json!({}),
    }
}

/// What a column's schema does not say by itself.
fn remark(schema: &Schema, table: &Table, place: usize, column: &Column, is_fixed: bool) -> Option<String> {
    Some(match column.server_managed {
        Some(ServerManaged::Key) => "The row's number, given by the server.".into(),
        Some(ServerManaged::Generated) => "Computed from other columns.".into(),
        Some(ServerManaged::Created) => "When the row was added.".into(),
        Some(ServerManaged::Updated) => "When the row was last changed.".into(),
        Some(ServerManaged::ReadOnly) => "Not for clients to write.".into(),
        None if is_fixed => "A row's key cannot be changed.".into(),
        // Only tables that are served may be named.
        None => format!(
            "The key of a row of `{}`.",
            schema.named(&table.foreign_key_of(place)?.table)?.name
        ),
    })
}

/// The default, when its SQL is a plain value that JSON has as well.
fn default(column: &Column) -> Option<Json> {
    let sql = column.default.as_deref().filter(|_| column.is_writable())?;
    let text = sql
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .map(|text| text.replace("''", "'"));
    match column.kind {
        ColumnType::Text { .. } => text.map(Json::from),
        ColumnType::Integer => sql.parse::<i64>().ok().map(Json::from),
        ColumnType::Real => sql
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(Json::from),
        ColumnType::Boolean => match sql.to_ascii_uppercase().as_str() {
            "1" | "TRUE" => Some(json!(true)),
            "0" | "FALSE" => Some(json!(false)),
            _ => None,
        },
        _ => None,
    }
}

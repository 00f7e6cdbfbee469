//! What a table takes, as Django REST framework's OPTIONS answers do.

use serde_json::{Map, Value as Json, json};

use crate::schema::{Column, ColumnType, Kept, Rule, Table};

/// The answer to OPTIONS on a table, or on a row of it.
pub fn options(table: &Table, of_row: bool) -> Json {
    let mut answer = json!({
        "name": table.title(),
        "description": "",
        "renders": ["application/json", "text/csv", "application/x-ndjson"],
        "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
        "key": table.key_columns().map(|column| column.name.as_str()).collect::<Vec<_>>(),
    });
    if of_row {
        answer["renders"] = json!(["application/json"]);
    }
    if table.is_writable() {
        let method = if of_row { "PUT" } else { "POST" };
        let fields: Map<String, Json> = table
            .columns
            .iter()
            .map(|column| (column.name.clone(), field(table, column, of_row)))
            .collect();
        answer["actions"] = json!({ method: fields });
    }
    answer
}

fn field(table: &Table, column: &Column, of_row: bool) -> Json {
    let is_fixed = of_row && column.in_key;
    let mut field = json!({
        "type": type_name(column),
        "required": column.is_required() && !is_fixed,
        "read_only": !column.is_writable() || is_fixed,
        "label": column.label(),
    });
    if !column.not_null {
        field["allow_null"] = json!(true);
    }
    if let ColumnType::Text { max: Some(max) } = column.kind {
        field["max_length"] = json!(max);
    }
    if let ColumnType::Decimal {
        digits: Some(digits),
        places,
    } = column.kind
    {
        field["max_digits"] = json!(digits);
        field["decimal_places"] = json!(places);
    }
    for rule in &column.rules {
        match rule {
            Rule::OneOf(choices) => {
                let choices = choices
                    .iter()
                    .map(|choice| json!({ "value": choice, "display_name": choice }));
                field["choices"] = choices.collect();
            }
            Rule::Min(bound) => field["min_value"] = json!(bound),
            Rule::Max(bound) => field["max_value"] = json!(bound),
            Rule::MinLength(least) => field["min_length"] = json!(least),
            Rule::MaxLength(most) => field["max_length"] = json!(most),
            Rule::Above(_) | Rule::Below(_) => {}
        }
    }
    if let Some(key) = table
        .column(&column.name)
        .and_then(|(place, _)| table.foreign_key_of(place))
    {
        field["references"] = json!(key.table);
    }
    field
}

/// Django REST framework's name for what a column holds.
fn type_name(column: &Column) -> &'static str {
    match column.kind {
        _ if column.choices().is_some() => "choice",
        _ if column.kept == Some(Kept::Key) => "integer",
        ColumnType::Integer => "integer",
        ColumnType::Real => "float",
        ColumnType::Decimal { .. } => "decimal",
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::Timestamp => "datetime",
        ColumnType::Json => "nested object",
        ColumnType::Text { .. } => "string",
        ColumnType::Uuid | ColumnType::Blob | ColumnType::Any => "field",
    }
}

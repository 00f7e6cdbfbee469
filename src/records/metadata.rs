//! The description of a table in answers to OPTIONS, in the form of Django REST framework's.

use serde_json::{Map, Value as Json, json};

use crate::schema::{Column, ColumnType, Rule, Schema, ServerManaged, Table};

/// The answer to OPTIONS on a table, or on a row of it; as there, actions are listed only for callers who may do them.
pub fn options(schema: &Schema, table: &Table, of_row: bool, may_write: bool) -> Json {
    let renders: &[&str] = match of_row {
        true => &["application/json"],
        false => &["application/json", "text/csv", "application/x-ndjson"],
    };
    let mut answer = Map::new();
    answer.insert("name".into(), json!(table.title()));
    answer.insert("description".into(), json!(""));
    answer.insert("renders".into(), json!(renders));
    answer.insert(
        "parses".into(),
        json!([
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data"
        ]),
    );
    let key: Vec<_> = table.key_columns().map(|column| column.name.as_str()).collect();
    answer.insert("key".into(), json!(key));
    // Described to readers and of views too: what a value is does not depend on who may change it.
    let columns = table
        .columns
        .iter()
        .map(|column| (column.name.clone(), field(schema, table, column, of_row)));
    answer.insert("columns".into(), Json::Object(columns.collect()));
    if table.is_writable() && may_write {
        let method = if of_row { "PUT" } else { "POST" };
        let fields = table
            .columns
            .iter()
            .map(|column| (column.name.clone(), field(schema, table, column, of_row)));
        answer.insert("actions".into(), json!({ method: fields.collect::<Map<_, _>>() }));
    }
    Json::Object(answer)
}

fn field(schema: &Schema, table: &Table, column: &Column, of_row: bool) -> Json {
    let is_fixed = of_row && column.in_key;
    let mut field = Map::new();
    let mut set = |name: &str, value: Json| field.insert(name.to_owned(), value);
    set("type", json!(type_name(column)));
    set("required", json!(column.is_required() && !is_fixed));
    set("read_only", json!(!column.is_writable() || is_fixed));
    set("label", json!(column.label()));
    if !column.not_null {
        set("allow_null", json!(true));
    }
    match column.kind {
        ColumnType::Text { max: Some(max) } => {
            set("max_length", json!(max));
        }
        ColumnType::Decimal {
            digits: Some(digits),
            places,
        } => {
            set("max_digits", json!(digits));
            set("decimal_places", json!(places));
        }
        _ => {}
    }
    for rule in &column.rules {
        match rule {
            Rule::OneOf(choices) => {
                let choices = choices
                    .iter()
                    .map(|choice| json!({ "value": choice, "display_name": choice }));
                set("choices", choices.collect())
            }
            Rule::Min(bound) => set("min_value", number(*bound)),
            Rule::Max(bound) => set("max_value", number(*bound)),
            Rule::MinLength(least) => set("min_length", json!(least)),
            Rule::MaxLength(most) => set("max_length", json!(most)),
            Rule::ExclusiveMin(_) | Rule::ExclusiveMax(_) => None,
        };
    }
    let index = table.column(&column.name).map(|(index, _)| index);
    let key = index.and_then(|index| table.foreign_key_of(index));
    // Only a table that the reader sees is named.
    if let Some(referenced) = key.and_then(|key| schema.named(&key.table)) {
        set("references", json!(referenced.name));
    }
    Json::Object(field)
}

/// A bound as people write it: 10, not 10.0.
fn number(bound: f64) -> Json {
    let whole = bound as i64;
    if whole as f64 == bound {
        json!(whole)
    } else {
        json!(bound)
    }
}

/// Django REST framework's name for what a column holds.
fn type_name(column: &Column) -> &'static str {
    match column.kind {
        _ if column.choices().is_some() => "choice",
        _ if column.server_managed == Some(ServerManaged::Key) => "integer",
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

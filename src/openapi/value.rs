//! What a column holds, as JSON Schema (draft 2020-12, OpenAPI 3.1's own): as it is answered, as a body may give it, and
//! as a query may.

use serde_json::{Value as Json, json};

use crate::schema::{Column, ColumnType, Rule};

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In an answer.
    Answer,
    /// In a JSON body.
    Json,
    /// In a form, where everything is text and an empty field means null.
    Form,
    /// In a multipart form, where bytes are a file.
    Multipart,
    /// In a query.
    Query,
}

/// Base64 (RFC 4648, section 4), padded, the bits that pad zero.
const BASE64: &str = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

/// The schema of a column's values in an answer or a body, its rules and NULL among them.
pub(super) fn of_column(column: &Column, place: Place) -> Json {
    let mut schema = of_kind(column.kind, place);
    if place != Place::Answer {
        if let ColumnType::Text { max: Some(max) } = column.kind {
            schema["maxLength"] = json!(max);
        }
        if let ColumnType::Decimal { digits, places } = column.kind {
            schema = decimal(digits, places, &column.rules, place);
        }
    }
    match choices(column) {
        Some(choices) => schema["enum"] = choices,
        None => apply_rules(&mut schema, column, place),
    }
    match (column.not_null, place) {
        (true, _) | (_, Place::Query) => schema,
        (false, Place::Form | Place::Multipart) => or_empty(schema, column.kind),
        (false, _) => or_null(schema),
    }
}

/// The schema of a type's values, whatever a column's own rules are.
pub(super) fn of_kind(kind: ColumnType, place: Place) -> Json {
    let answered = place == Place::Answer;
    let is_form = matches!(place, Place::Form | Place::Multipart);
    match kind {
        ColumnType::Text { .. } => json!({ "type": "string" }),
        ColumnType::Integer if answered => json!({ "type": "integer", "format": "int64" }),
        ColumnType::Integer => {
            json!({ "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX })
        }
        ColumnType::Real if answered => json!({ "type": ["number", "null"], "format": "double" }),
        ColumnType::Real => json!({ "type": "number", "format": "double" }),
        ColumnType::Boolean if is_form => json!({ "anyOf": [
            { "type": "boolean" },
            { "enum": ["1", "0", "on", "off", "yes", "no", "t", "f", "y", "n"] },
        ] }),
        ColumnType::Boolean => json!({ "type": "boolean" }),
        ColumnType::Date => json!({ "type": "string", "format": "date" }),
        ColumnType::Timestamp => json!({ "type": "string", "format": "date-time" }),
        ColumnType::Decimal { .. } if place == Place::Query => json!({ "type": "number" }),
        ColumnType::Decimal { .. } => {
            json!({ "type": "string", "format": "decimal", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" })
        }
        ColumnType::Uuid => json!({ "type": "string", "format": "uuid" }),
        ColumnType::Blob if place == Place::Multipart => {
            json!({ "type": "string", "contentMediaType": "application/octet-stream" })
        }
        ColumnType::Blob if answered => json!({ "type": "string", "contentEncoding": "base64" }),
        ColumnType::Blob => json!({ "type": "string", "contentEncoding": "base64", "pattern": BASE64 }),
        ColumnType::Json if is_form => json!({ "type": "string", "contentMediaType": "application/json" }),
        ColumnType::Json => json!({ "type": ["object", "array", "string", "number", "boolean"] }),
        ColumnType::Any if place == Place::Json || answered => json!({ "type": ["string", "number", "boolean"] }),
        ColumnType::Any => json!({ "type": "string" }),
    }
}

/// DECIMAL(p, s): text, or in JSON a number, of so many digits.
fn decimal(digits: Option<u32>, places: Option<u32>, rules: &[Rule], place: Place) -> Json {
    let is_negative_refused = rules
        .iter()
        .any(|rule| matches!(rule, Rule::Min(bound) | Rule::ExclusiveMin(bound) if *bound >= 0.0));
    let sign = if is_negative_refused { "" } else { "-?" };
    let mut number = json!({ "type": "number" });
    let pattern = match digits {
        None => format!("^{sign}[0-9]+(\\.[0-9]+)?$"),
        Some(digits) => {
            let places = places.unwrap_or(0);
            let whole = digits.saturating_sub(places);
            // Beyond what doubles tell apart, the text alone says it.
            if digits <= 300 {
                let beyond = 10_f64.powi(whole as i32);
                number["multipleOf"] = number_of(10_f64.powi(-(places as i32)));
                number["exclusiveMinimum"] = number_of(-beyond);
                number["exclusiveMaximum"] = number_of(beyond);
            }
            let whole = if whole == 0 {
                "0".to_owned()
            } else {
                format!("[0-9]{{1,{whole}}}")
            };
            let fraction = if places == 0 {
                String::new()
            } else {
                format!("(\\.[0-9]{{1,{places}}})?")
            };
            format!("^{sign}0*{whole}{fraction}$")
        }
    };
    let text = json!({ "type": "string", "format": "decimal", "pattern": pattern });
    match place {
        Place::Json => {
            bound(&mut number, rules);
            json!({ "anyOf": [text, number] })
        }
        _ => text,
    }
}

fn apply_rules(schema: &mut Json, column: &Column, place: Place) {
    match column.kind {
        ColumnType::Integer | ColumnType::Real => bound(schema, &column.rules),
        ColumnType::Text { .. } => {
            for rule in &column.rules {
                match rule {
                    Rule::MinLength(least) => schema["minLength"] = json!(least),
                    // SQLite counts up to the first NUL, so that a longer text may lie there.
                    Rule::MaxLength(most) if place != Place::Answer => {
                        let known = schema.get("maxLength").and_then(Json::as_u64);
                        schema["maxLength"] = json!(known.map_or(*most, |known| known.min(*most)));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// The tightest of the bounds that the rules set.
fn bound(schema: &mut Json, rules: &[Rule]) {
    let mut tighten = |keyword: &str, bound: f64, is_tighter: fn(&f64, &f64) -> bool| {
        let known = schema.get(keyword).and_then(Json::as_f64);
        if bound.is_finite() && known.is_none_or(|known| is_tighter(&bound, &known)) {
            schema[keyword] = number_of(bound);
        }
    };
    for rule in rules {
        match rule {
            Rule::Min(least) => tighten("minimum", *least, f64::gt),
            Rule::ExclusiveMin(least) => tighten("exclusiveMinimum", *least, f64::gt),
            Rule::Max(most) => tighten("maximum", *most, f64::lt),
            Rule::ExclusiveMax(most) => tighten("exclusiveMaximum", *most, f64::lt),
            Rule::OneOf(_) | Rule::MinLength(_) | Rule::MaxLength(_) => {}
        }
    }
}

/// The values that a CHECK lists, typed as the column is.
fn choices(column: &Column) -> Option<Json> {
    let typed = |choice: &String| match column.kind {
        ColumnType::Text { .. } | ColumnType::Date | ColumnType::Uuid => Some(json!(choice)),
        ColumnType::Integer => choice.parse::<i64>().ok().map(Json::from),
        ColumnType::Real => choice.parse::<f64>().ok().map(number_of),
        _ => None,
    };
    column.choices()?.iter().map(typed).collect()
}

/// A number without a fraction is written as one.
fn number_of(number: f64) -> Json {
    let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
    if is_whole { json!(number as i64) } else { json!(number) }
}

/// The same, or null.
pub(super) fn or_null(mut schema: Json) -> Json {
    if let Some(Json::Array(choices)) = schema.get_mut("enum") {
        choices.push(Json::Null);
    }
    if let Some(Json::Array(alternatives)) = schema.get_mut("anyOf") {
        alternatives.push(json!({ "type": "null" }));
    }
    if let Some(kind) = schema.get_mut("type") {
        let mut kinds = match kind.take() {
            Json::Array(kinds) => kinds,
            one => vec![one],
        };
        if !kinds.iter().any(|name| name == "null") {
            kinds.push(json!("null"));
        }
        *kind = Json::Array(kinds);
    }
    schema
}

/// The same, or an empty form field, which means null unless the column holds text.
fn or_empty(schema: Json, kind: ColumnType) -> Json {
    match kind {
        ColumnType::Text { .. } | ColumnType::Blob | ColumnType::Any => schema,
        _ => json!({ "anyOf": [schema, { "const": "" }] }),
    }
}

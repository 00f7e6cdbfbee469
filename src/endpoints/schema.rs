//! Parts of JSON Schemas (draft 2020-12) that descriptions of endpoints share.

use serde_json::{Value as Json, json};

/// A reference to a schema among the document's components.
pub fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An array of such components.
pub(super) fn list_of(name: &str) -> Json {
    json!({ "type": "array", "items": reference(name) })
}

/// An object all of whose properties are required.
pub(super) fn object(properties: Json) -> Json {
    let names = properties
        .as_object()
        .into_iter()
        .flat_map(|properties| properties.keys());
    let names: Vec<_> = names.cloned().collect();
    json!({ "type": "object", "properties": properties, "required": names })
}

/// A body: an object without further properties, of which these are required.
pub(super) fn fields(properties: Json, required: &[&str]) -> Json {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A text.
pub(super) fn text() -> Json {
    json!({ "type": "string" })
}

/// A text, or null.
pub(super) fn nullable_text() -> Json {
    json!({ "type": ["string", "null"] })
}

/// A point in time.
pub(super) fn timestamp() -> Json {
    json!({ "type": "string", "format": "date-time" })
}

/// A point in time, or null.
pub(super) fn nullable_timestamp() -> Json {
    json!({ "type": ["string", "null"], "format": "date-time" })
}

/// A 64-bit number that a row is addressed by.
pub(super) fn id() -> Json {
    json!({ "type": "integer", "format": "int64" })
}

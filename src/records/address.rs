//! Keys as they stand in addresses.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::formats::json;
use crate::database::ValueRef;
use crate::schema::ColumnType;

/// All but RFC 3986's unreserved characters.
const IN_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A key's value, percent-encoded so that it can be one segment of a path, or a part of one between commas.
pub fn encode(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => utf8_percent_encode(&String::from_utf8_lossy(text), IN_SEGMENT).to_string(),
        other => {
            let mut out = Vec::new();
            json::write_value(other, ColumnType::Any, &mut out);
            let text = String::from_utf8_lossy(&out);
            utf8_percent_encode(text.trim_matches('"'), IN_SEGMENT).to_string()
        }
    }
}

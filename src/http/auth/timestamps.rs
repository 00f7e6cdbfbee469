//! Times of accounts and tokens, as answers write them.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// A time in milliseconds since 1970, as RFC 3339.
pub fn timestamp(milliseconds: i64) -> Json {
    Timestamp::from_millisecond(milliseconds).map_or(Json::Null, |time| json!(time.to_string()))
}

/// The same, or null.
pub fn nullable_timestamp(milliseconds: Option<i64>) -> Json {
    milliseconds.map_or(Json::Null, timestamp)
}

//! Cursors of keyset pages: the values of the order's columns in a page's last row, as opaque text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use crate::database::{Decimal, Value};

/// First character of a cursor, which tells it from a plain key.
const MARK: &str = "~";

/// Values as a cursor.
pub fn encode(values: &[Value]) -> String {
    let values: Vec<Json> = values.iter().map(to_json).collect();
    format!("{MARK}{}", URL_SAFE_NO_PAD.encode(Json::from(values).to_string()))
}

/// The values of a cursor; nothing when the text was not made by [`encode`].
pub fn decode(text: &str) -> Option<Vec<Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(MARK)?).ok()?;
    let values: Vec<Json> = serde_json::from_slice(&bytes).ok()?;
    values.into_iter().map(from_json).collect()
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(truth) => Json::from(*truth),
        Value::Integer(number) => Json::from(*number),
        // Bits, since JSON has no infinities and text may round.
        Value::Real(number) => json!({ "r": number.to_bits() }),
        Value::Decimal(decimal) => json!({ "n": decimal.as_str() }),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Bytes(bytes) => json!({ "b": URL_SAFE_NO_PAD.encode(bytes) }),
        Value::Timestamp(moment) => json!({ "t": moment.to_string() }),
        Value::Date(date) => json!({ "d": date.to_string() }),
        Value::Uuid(uuid) => json!({ "u": uuid.to_string() }),
        Value::Json(document) => json!({ "j": document }),
    }
}

fn from_json(value: Json) -> Option<Value> {
    match value {
        Json::Null => Some(Value::Null),
        Json::Bool(truth) => Some(Value::Boolean(truth)),
        Json::Number(number) => number.as_i64().map(Value::Integer),
        Json::String(text) => Some(Value::Text(text)),
        Json::Object(object) if object.len() == 1 => {
            let (tag, content) = object.into_iter().next()?;
            match (tag.as_str(), content) {
                ("r", Json::Number(bits)) => bits.as_u64().map(|bits| Value::Real(f64::from_bits(bits))),
                ("n", Json::String(text)) => Decimal::parse(&text).map(Value::Decimal),
                ("b", Json::String(text)) => URL_SAFE_NO_PAD.decode(text).ok().map(Value::Bytes),
                ("t", Json::String(text)) => text.parse().ok().map(Value::Timestamp),
                ("d", Json::String(text)) => text.parse().ok().map(Value::Date),
                ("u", Json::String(text)) => text.parse().ok().map(Value::Uuid),
                ("j", Json::String(text)) => Some(Value::Json(text)),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Value, decode, encode};

    #[test]
    fn a_cursor_gives_back_its_values() {
        let values = vec![
            Value::Null,
            Value::Integer(i64::MIN),
            Value::Real(0.1),
            Value::Text("É\0".into()),
            Value::Bytes(vec![0, 255]),
            Value::Boolean(true),
            Value::Json("{\"a\":1}".into()),
            Value::Decimal(Decimal::parse("-12345678901234567890.5").unwrap()),
            Value::Timestamp("2026-01-31T12:00:00.25Z".parse().unwrap()),
            Value::Date("2026-01-31".parse().unwrap()),
            Value::Uuid("0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a".parse().unwrap()),
        ];
        assert_eq!(decode(&encode(&values)), Some(values));
        for bad in ["", "7", "~", "~!!", "~e30"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}

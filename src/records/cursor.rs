//! Where a keyset page ends: the values that its order goes by, of its last row.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use crate::database::Value;

/// Marks a cursor made here; a plain key has no such first letter by chance and these bytes behind it.
const MARK: &str = "~";

/// Values as text that a client hands back unread.
pub fn encode(values: &[Value]) -> String {
    let values: Vec<Json> = values
        .iter()
        .map(|value| match value {
            Value::Null => Json::Null,
            Value::Integer(number) => Json::from(*number),
            // Bits, since text would round or need care for infinities.
            Value::Real(number) => serde_json::json!({ "r": number.to_bits() }),
            Value::Text(text) => Json::from(text.as_str()),
            Value::Blob(bytes) => serde_json::json!({ "b": URL_SAFE_NO_PAD.encode(bytes) }),
        })
        .collect();
    format!("{MARK}{}", URL_SAFE_NO_PAD.encode(Json::from(values).to_string()))
}

/// The values of a cursor; nothing when the text was not made by [`encode`].
pub fn decode(text: &str) -> Option<Vec<Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(MARK)?).ok()?;
    let values: Vec<Json> = serde_json::from_slice(&bytes).ok()?;
    values
        .into_iter()
        .map(|value| match value {
            Json::Null => Some(Value::Null),
            Json::Number(number) => number.as_i64().map(Value::Integer),
            Json::String(text) => Some(Value::Text(text)),
            Json::Object(object) => match (object.get("r"), object.get("b")) {
                (Some(bits), None) => bits.as_u64().map(|bits| Value::Real(f64::from_bits(bits))),
                (None, Some(bytes)) => URL_SAFE_NO_PAD.decode(bytes.as_str()?).ok().map(Value::Blob),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Value, decode, encode};

    #[test]
    fn a_cursor_gives_back_its_values() {
        let values = vec![
            Value::Null,
            Value::Integer(i64::MIN),
            Value::Real(0.1),
            Value::Text("É\0".into()),
            Value::Blob(vec![0, 255]),
        ];
        assert_eq!(decode(&encode(&values)), Some(values));
        for bad in ["", "7", "~", "~!!", "~e30"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}

//! Validation of one value: from what a client sends to a value of the column's type, or to what is wrong with it in Django
//! REST framework's words.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use super::column::Column;
use super::column_type::ColumnType;
use super::time;
use crate::database::{Decimal, Value};
use crate::fields::{Input, message, text};

impl Column {
    /// The value of this column that `input` stands for.
    ///
    /// # Errors
    /// Everything that is wrong with it, a sentence each.
    pub fn accept(&self, input: &Input<'_>) -> Result<Value, Vec<String>> {
        if is_null(input, self.kind) {
            return match self.not_null {
                true => Err(vec![message::NULL.into()]),
                false => Ok(Value::Null),
            };
        }
        let value = self.kind.parse(input).map_err(|message| vec![message])?;
        let mut wrong = Vec::new();
        if self.in_key && value == Value::Text(String::new()) {
            // An empty key would leave the row without an address.
            wrong.push(message::BLANK.to_owned());
        }
        if let (ColumnType::Decimal { digits, places }, Some(text)) = (self.kind, number_text(input)) {
            // In JSON 7.50 and 7.5 are one number; in a string trailing zeros count as places.
            let text = match (input, text.split_once('.')) {
                (Input::Json(json), Some(_)) if !json.starts_with('"') && !json.contains(['e', 'E']) => {
                    text.trim_end_matches('0').trim_end_matches('.')
                }
                _ => text.as_ref(),
            };
            wrong.extend(Decimal::parse(text).and_then(|decimal| too_many_digits(&decimal, digits, places)));
        }
        if let (ColumnType::Text { max: Some(max) }, Value::Text(text)) = (self.kind, &value)
            && text.chars().count() > max as usize
        {
            wrong.push(message::max_length(max));
        }
        wrong.extend(self.rules.iter().filter_map(|rule| rule.validate(&value)));
        if wrong.is_empty() { Ok(value) } else { Err(wrong) }
    }
}

impl ColumnType {
    /// A value of this type, without regard to the rules of a column.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(self, input: &Input<'_>) -> Result<Value, String> {
        match self {
            Self::Text { .. } => text(input)
                .map(|text| Value::Text(text.into_owned()))
                .ok_or(message::NOT_A_STRING),
            Self::Integer => integer(input),
            Self::Real => real(input),
            Self::Boolean => boolean(input).map(Value::Boolean).ok_or(message::NOT_A_BOOLEAN),
            Self::Date => text(input)
                .and_then(|text| time::date(&text))
                .map(Value::Date)
                .ok_or(message::NOT_A_DATE),
            Self::Timestamp => text(input)
                .and_then(|text| time::timestamp(&text))
                .map(Value::Timestamp)
                .ok_or(message::NOT_A_DATETIME),
            Self::Decimal { .. } => number_text(input)
                .and_then(|text| Decimal::parse(&text))
                .map(Value::Decimal)
                .ok_or(message::NOT_A_NUMBER),
            Self::Uuid => text(input)
                .and_then(|text| Uuid::try_parse(&text).ok())
                .map(Value::Uuid)
                .ok_or(message::NOT_A_UUID),
            Self::Blob => match input {
                Input::Bytes(bytes) => Ok(Value::Bytes(bytes.to_vec())),
                other => {
                    let bytes = text(other).and_then(|text| STANDARD.decode(text.as_bytes()).ok());
                    bytes.map(Value::Bytes).ok_or(message::NOT_BASE64)
                }
            },
            Self::Json => json(input),
            Self::Any => any(input),
        }
        .map_err(str::to_owned)
    }
}

fn is_null(input: &Input<'_>, kind: ColumnType) -> bool {
    match input {
        Input::Json(json) => *json == "null",
        // A form has no null: an empty field means it, unless the column takes text.
        Input::Text(text) => {
            text.is_empty() && !matches!(kind, ColumnType::Text { .. } | ColumnType::Blob | ColumnType::Any)
        }
        Input::Bytes(_) => false,
    }
}

/// The digits of a number, from JSON or from text; spaces around text are dropped.
fn number_text<'a>(input: &'a Input<'a>) -> Option<Cow<'a, str>> {
    match input {
        Input::Json(json) if json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Some(Cow::Borrowed(json)),
        Input::Text(text) => Some(Cow::Borrowed(text.trim())),
        other => text(other),
    }
}

fn is_json_string(input: &Input<'_>) -> bool {
    matches!(input, Input::Json(json) if json.starts_with('"'))
}

fn integer(input: &Input<'_>) -> Result<Value, &'static str> {
    let digits = number_text(input)
        .filter(|_| !is_json_string(input))
        .ok_or(message::NOT_AN_INTEGER)?;
    if let Ok(number) = digits.parse::<i64>() {
        return Ok(Value::Integer(number));
    }
    // 1.0 and 1e3 are integers as well (JSON Schema says so); what remains is none, or too large.
    let decimal = Decimal::parse(&digits).filter(|decimal| !decimal.has_fraction());
    decimal
        .ok_or(message::NOT_AN_INTEGER)?
        .to_i64()
        .map(Value::Integer)
        .ok_or(message::TOO_LARGE)
}

/// How a number exceeds DECIMAL(`digits`, `places`), in Django REST framework's words.
fn too_many_digits(decimal: &Decimal, digits: Option<u32>, places: Option<u32>) -> Option<String> {
    let (whole, fraction) = (decimal.whole_digits(), decimal.places());
    let (digits, places) = (digits? as usize, places.unwrap_or(0) as usize);
    let before = digits.saturating_sub(places);
    if whole + fraction > digits.max(places) && fraction <= places && whole <= before {
        return Some(format!("Ensure that there are no more than {digits} digits in total."));
    }
    if fraction > places {
        return Some(format!("Ensure that there are no more than {places} decimal places."));
    }
    (whole > before).then(|| format!("Ensure that there are no more than {before} digits before the decimal point."))
}

fn real(input: &Input<'_>) -> Result<Value, &'static str> {
    let digits = number_text(input)
        .filter(|_| !is_json_string(input))
        .ok_or(message::NOT_A_NUMBER)?;
    let is_number = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
    match digits.parse::<f64>() {
        Ok(number) if is_number && number.is_finite() => Ok(Value::Real(number)),
        _ => Err(message::NOT_A_NUMBER),
    }
}

fn boolean(input: &Input<'_>) -> Option<bool> {
    match input {
        Input::Json("true") => Some(true),
        Input::Json("false") => Some(false),
        Input::Text(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "on" | "yes" | "t" | "y" => Some(true),
            "false" | "0" | "off" | "no" | "f" | "n" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn json(input: &Input<'_>) -> Result<Value, &'static str> {
    let text = match input {
        Input::Json(json) => Cow::Borrowed(*json),
        other => Cow::Owned(text(other).ok_or(message::NOT_JSON)?.trim().to_owned()),
    };
    // Parsed completely: half a surrogate pair or unbounded nesting would break clients that read the document.
    serde_json::from_str::<serde_json::Value>(&text).map_err(|_| message::NOT_JSON)?;
    Ok(Value::Json(text.into_owned()))
}

fn any(input: &Input<'_>) -> Result<Value, &'static str> {
    match input {
        Input::Bytes(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        Input::Json("true") => Ok(Value::Boolean(true)),
        Input::Json("false") => Ok(Value::Boolean(false)),
        Input::Json(json) if json.starts_with(['{', '[']) => {
            Err("Not a valid value: give a string, a number or a boolean.")
        }
        Input::Json(json) if json.starts_with('"') => text(input)
            .map(|t| Value::Text(t.into_owned()))
            .ok_or(message::NOT_A_STRING),
        Input::Text(text) => Ok(Value::Text(text.clone().into_owned())),
        Input::Json(_) => integer(input).or_else(|_| real(input)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, too_many_digits};

    #[test]
    fn precision_and_scale_are_held_to() {
        let wrong = |text| Decimal::parse(text).and_then(|decimal| too_many_digits(&decimal, Some(10), Some(2)));
        assert_eq!(wrong("12345678.90"), None);
        assert!(wrong("1.234").is_some_and(|message| message.contains("2 decimal places")));
        assert!(wrong("123456789").is_some_and(|message| message.contains("8 digits before")));
    }
}

//! From what a client sends to a value that a column keeps, or to what is wrong with it in Django REST framework's words.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::column::Column;
use super::column_type::ColumnType;
use super::decimal::Decimal;
use super::time;
use crate::database::Value;
use crate::fields::{Input, message, text};

impl Column {
    /// The value this column keeps for `input`.
    ///
    /// # Errors
    /// All that is wrong with it, a sentence each.
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
            // A row needs an address.
            wrong.push(message::BLANK.to_owned());
        }
        if let (ColumnType::Decimal { digits, places }, Some(text)) = (self.kind, number_text(input)) {
            // To JSON 7.50 and 7.5 are one number; in a string the places are part of what is said.
            let text = match (input, text.split_once('.')) {
                (Input::Json(json), Some(_)) if !json.starts_with('"') && !json.contains(['e', 'E']) => {
                    text.trim_end_matches('0').trim_end_matches('.')
                }
                _ => text.as_ref(),
            };
            wrong.extend(Decimal::parse(text).and_then(|decimal| decimal.validate(digits, places)));
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
    /// A value of this type, whatever the column's own rules are.
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
            Self::Boolean => boolean(input)
                .map(|truth| Value::Integer(truth.into()))
                .ok_or(message::NOT_A_BOOLEAN),
            Self::Date => {
                let date = text(input).filter(|text| time::is_real_date(text));
                date.map(|date| Value::Text(date.into_owned()))
                    .ok_or(message::NOT_A_DATE)
            }
            Self::Timestamp => {
                let moment = text(input).and_then(|text| time::parse_timestamp(&text));
                moment.map(Value::Text).ok_or(message::NOT_A_DATETIME)
            }
            Self::Decimal { .. } => {
                let decimal = number_text(input).and_then(|text| Decimal::parse(&text));
                decimal.map(|decimal| decimal.to_value()).ok_or(message::NOT_A_NUMBER)
            }
            Self::Uuid => text(input)
                .and_then(|text| uuid(&text))
                .map(Value::Text)
                .ok_or(message::NOT_A_UUID),
            Self::Blob => match input {
                Input::Bytes(bytes) => Ok(Value::Blob(bytes.to_vec())),
                other => {
                    let bytes = text(other).and_then(|text| STANDARD.decode(text.as_bytes()).ok());
                    bytes.map(Value::Blob).ok_or(message::NOT_BASE64)
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
        // A form cannot say null: an empty field that is no text means it.
        Input::Text(text) => {
            text.is_empty() && !matches!(kind, ColumnType::Text { .. } | ColumnType::Blob | ColumnType::Any)
        }
        Input::Bytes(_) => false,
    }
}

/// The digits of a number, from JSON or from text. Only what people type may have spaces around it.
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
    match Decimal::parse(&digits).map(|decimal| decimal.to_value()) {
        Some(Value::Integer(number)) => Ok(Value::Integer(number)),
        Some(Value::Real(number)) if number.fract() != 0.0 => Err(message::NOT_AN_INTEGER),
        Some(Value::Blob(digits)) if digits.contains(&b'.') => Err(message::NOT_AN_INTEGER),
        Some(_) => Err(message::TOO_LARGE),
        None => Err(message::NOT_AN_INTEGER),
    }
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

/// The forms of RFC 9562: hyphenated, plain, in braces, as a URN.
fn uuid(text: &str) -> Option<String> {
    let bare = text.strip_prefix("urn:uuid:").unwrap_or(text);
    let bare = bare
        .strip_prefix('{')
        .and_then(|inner| inner.strip_suffix('}'))
        .unwrap_or(bare);
    let hyphens: Vec<usize> = bare
        .bytes()
        .enumerate()
        .filter(|(_, byte)| *byte == b'-')
        .map(|(place, _)| place)
        .collect();
    let digits: String = bare
        .chars()
        .filter(|letter| *letter != '-')
        .collect::<String>()
        .to_ascii_lowercase();
    let shaped = hyphens.is_empty() || hyphens == [8, 13, 18, 23];
    if !shaped || digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let part = |from, to| digits.get(from..to).unwrap_or("");
    Some([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}

fn json(input: &Input<'_>) -> Result<Value, &'static str> {
    let text = match input {
        Input::Json(json) => Cow::Borrowed(*json),
        other => Cow::Owned(text(other).ok_or(message::NOT_JSON)?.trim().to_owned()),
    };
    // Read whole: a document with half a surrogate pair, or nested without end, would harm whoever reads it back.
    serde_json::from_str::<serde_json::Value>(&text).map_err(|_| message::NOT_JSON)?;
    // A bare number would be turned into an integer or a double by the column's affinity; as bytes it keeps its digits.
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    if let Some(number) = text
        .parse::<i64>()
        .ok()
        .filter(|number| is_number && number.to_string() == text)
    {
        return Ok(Value::Integer(number));
    }
    if let Some(number) = text
        .parse::<f64>()
        .ok()
        .filter(|number| is_number && number.to_string() == text)
    {
        return Ok(Value::Real(number));
    }
    Ok(match is_number {
        true => Value::Blob(text.into_owned().into_bytes()),
        false => Value::Text(text.into_owned()),
    })
}

fn any(input: &Input<'_>) -> Result<Value, &'static str> {
    match input {
        Input::Bytes(bytes) => Ok(Value::Blob(bytes.to_vec())),
        Input::Json("true") => Ok(Value::Integer(1)),
        Input::Json("false") => Ok(Value::Integer(0)),
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

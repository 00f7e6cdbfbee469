//! Reads the fields of a body, or the parameters of a query, by name and type. Everything that is wrong with them is
//! collected, so that one answer names it all.
//!
//! Rows of tables are read by their columns instead, in `records`.

use std::borrow::Cow;
use std::time::Duration;

use rocket::Request;
use rocket::http::Status;
use serde_json::value::RawValue;

use super::response::ApiError;
use crate::database::Value;
use crate::duration;
use crate::fields::{Body, BodyRows, FieldErrors, Fields, Input, NON_FIELD, message, text, urlencoded};
use crate::schema::{ColumnType, time};

/// The fields of a request, and what is wrong with them so far.
pub struct FieldReader<'b> {
    fields: Fields<'b>,
    /// What is wrong so far. [`FieldReader::finish`] turns it into the answer.
    pub errors: FieldErrors,
}

impl<'b> FieldReader<'b> {
    /// Reads a body that is one object or a form.
    ///
    /// # Errors
    /// 400 when it is not.
    pub fn of_body(body: &'b Body) -> Result<Self, ApiError> {
        match body.rows()? {
            BodyRows::One(fields) => Ok(Self {
                fields,
                errors: FieldErrors::default(),
            }),
            BodyRows::Many(_) => Err(FieldErrors::one(NON_FIELD, message::NOT_AN_OBJECT).into()),
        }
    }

    /// Reads a query, each of whose parameters must be one of `known` and may come once.
    ///
    /// # Errors
    /// 400 when it cannot be decoded.
    pub fn of_query(request: &'b Request<'_>, known: &[&str]) -> Result<Self, ApiError> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        let pairs = urlencoded::parse(query).map_err(|message| ApiError::new(Status::BadRequest, message))?;
        let mut reader = Self {
            fields: Vec::with_capacity(pairs.len().min(known.len())),
            errors: FieldErrors::default(),
        };
        for (name, value) in pairs {
            if reader.errors.is_full() {
                break;
            } else if !known.contains(&name.as_ref()) {
                reader.errors.add(name, message::unknown_parameter(known));
            } else if reader.has(&name) {
                reader.errors.add(name, message::REPEATED_PARAMETER);
            } else {
                reader.fields.push((name, Input::Text(value)));
            }
        }
        Ok(reader)
    }

    /// Refuses every field that is not one of `known`.
    pub fn only(&mut self, known: &[&str]) {
        for (name, _) in &self.fields {
            if !known.contains(&name.as_ref()) && !self.errors.is_full() {
                self.errors.add(name.as_ref(), message::unknown_field(known));
            }
        }
    }

    /// Whether the field is there, with a value or with null.
    pub fn has(&self, name: &str) -> bool {
        self.input(name).is_some()
    }

    /// The field's value by `read`. `None` when the field is absent or null, or `read` refuses it, which is noted.
    pub fn parsed<T, E: Into<String>>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Input<'b>) -> Result<T, E>,
    ) -> Option<T> {
        match read(self.value(name)?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.errors.add(name, message);
                None
            }
        }
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.parsed(name, owned_text)
    }

    /// A text that must be there and not be empty; empty when it is not, which is noted.
    pub fn required_text(&mut self, name: &str) -> String {
        let missing = match self.input(name) {
            None => message::REQUIRED,
            Some(Input::Json("null")) => message::NULL,
            Some(_) => match self.text(name) {
                Some(text) if text.is_empty() => message::BLANK,
                text => return text.unwrap_or_default(),
            },
        };
        self.errors.add(name, missing);
        String::new()
    }

    /// A text that may be taken away: `Some(None)` when the field is null.
    pub fn nullable_text(&mut self, name: &str) -> Option<Option<String>> {
        let text = self.text(name);
        self.has(name).then_some(text)
    }

    /// What a text that is not empty stands for.
    pub fn parsed_text<T, E: Into<String>>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(name).filter(|text| !text.is_empty())?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(message) => {
                self.errors.add(name, message);
                None
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub fn integer(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        self.parsed(name, |input| match ColumnType::Integer.parse(input)? {
            Value::Integer(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(message::range(least, most)),
        })
    }

    /// A parameter that is a whole number from `least` to `most`, without a sign or spaces.
    pub fn whole_number(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        self.parsed(name, |input| {
            let digits = text(input).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            let number = digits.and_then(|digits| digits.parse::<i64>().ok());
            number
                .filter(|number| (least..=most).contains(number))
                .ok_or_else(|| message::whole_number(least, most))
        })
    }

    /// True or false.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        self.parsed(name, |input| {
            ColumnType::Boolean
                .parse(input)
                .map(|value| value == Value::Boolean(true))
        })
    }

    /// A duration from `least` to `most`: `"30s"`, `"1m"`, or a number of seconds.
    pub fn duration(&mut self, name: &str, least: Duration, most: Duration) -> Option<Duration> {
        self.parsed(name, |input| {
            let duration = match ColumnType::Integer.parse(input) {
                Ok(Value::Integer(seconds)) => u64::try_from(seconds).ok().map(Duration::from_secs),
                _ => duration::parse_or_seconds(&text(input).unwrap_or_default()),
            };
            duration
                .filter(|duration| (least..=most).contains(duration))
                .ok_or_else(|| format!("Give {}.", duration::allowed(least, most)))
        })
    }

    /// A moment, in the forms that a TIMESTAMP column takes.
    pub fn timestamp(&mut self, name: &str) -> Option<jiff::Timestamp> {
        self.parsed(name, |input| {
            let text = text(input).ok_or(message::NOT_A_STRING)?;
            time::moment(&text).ok_or(message::NOT_A_DATETIME)
        })
    }

    /// Any JSON; in a form, a text that is JSON.
    pub fn json(&mut self, name: &str) -> Option<Box<RawValue>> {
        self.parsed(name, |input| {
            let json = match input {
                Input::Json(json) => (*json).to_owned(),
                other => owned_text(other)?,
            };
            // Parsed whole: JSON with half a surrogate pair, or nested without end, would harm its readers.
            serde_json::from_str::<serde_json::Value>(&json).map_err(|_| message::NOT_JSON)?;
            RawValue::from_string(json).map_err(|_| message::NOT_JSON)
        })
    }

    /// A list of texts; in a form, texts with commas between them. Empty when there is none, which is noted.
    pub fn required_texts(&mut self, name: &str) -> Vec<String> {
        if self.value(name).is_none() {
            self.errors.add(name, message::REQUIRED);
        }
        let texts = self.parsed(name, |input| match input {
            Input::Json(json) => serde_json::from_str(json).map_err(|_| message::NOT_A_LIST_OF_STRINGS),
            other => owned_text(other).map(|text| text.split(',').map(|part| part.trim().to_owned()).collect()),
        });
        texts.unwrap_or_default()
    }

    /// Some of the fields as one JSON object; texts of a form become strings.
    pub fn object(&mut self, names: &[&str]) -> Box<RawValue> {
        let mut object = serde_json::Map::new();
        for name in names {
            let Some(input) = self.input(name) else {
                continue;
            };
            let value = match input {
                Input::Json(json) => serde_json::from_str(json).map_err(|_| message::NOT_JSON),
                other => owned_text(other).map(serde_json::Value::String),
            };
            match value {
                Ok(value) => {
                    object.insert((*name).to_owned(), value);
                }
                Err(message) => self.errors.add(*name, message),
            }
        }
        serde_json::value::to_raw_value(&object).unwrap_or_default()
    }

    /// Ends reading.
    ///
    /// # Errors
    /// 400 with everything that is wrong.
    pub fn finish(self) -> Result<(), ApiError> {
        Ok(self.errors.into_result()?)
    }

    /// The field as it was sent. Of a name that comes twice the last value counts.
    fn input(&self, name: &str) -> Option<&Input<'b>> {
        let mut latest_first = self.fields.iter().rev();
        latest_first.find(|(known, _)| known == name).map(|(_, input)| input)
    }

    /// The field's value, unless it is null.
    fn value(&self, name: &str) -> Option<&Input<'b>> {
        self.input(name).filter(|input| !matches!(input, Input::Json("null")))
    }
}

fn owned_text(input: &Input<'_>) -> Result<String, &'static str> {
    text(input).map(Cow::into_owned).ok_or(message::NOT_A_STRING)
}

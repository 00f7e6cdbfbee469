//! The fields of a request about jobs, read one by one from JSON or a form. What is wrong is gathered, so that it is
//! all said at once.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::value::RawValue;

use super::ApiError;
use crate::clock::UnixMillis;
use crate::config;
use crate::database::Value;
use crate::records::FieldErrors;
use crate::records::body::{Body, BodyRows, Fields};
use crate::records::error::NON_FIELD;
use crate::schema::{ColumnType, Input, time};

/// Complaints about unknown fields; who sends more than that has mistaken the address.
const MAX_COMPLAINTS: usize = 100;

/// The fields of a request, and what is wrong with them.
pub(super) struct Reader<'b> {
    fields: Fields<'b>,
    /// What is wrong so far.
    pub(super) errors: FieldErrors,
}

impl<'b> Reader<'b> {
    /// The fields of a body that is one object.
    ///
    /// # Errors
    /// 400 when it is none.
    pub(super) fn new(body: &'b Body) -> Result<Self, ApiError> {
        match body.rows()? {
            BodyRows::One(fields) => Ok(Self {
                fields,
                errors: FieldErrors::default(),
            }),
            BodyRows::Many(_) => Err(FieldErrors::one(NON_FIELD, "Invalid data. Expected an object.").into()),
        }
    }

    /// Complains about every field that is not one of these.
    pub(super) fn only(&mut self, known: &[&str]) {
        for (name, _) in &self.fields {
            if !known.contains(&name.as_ref()) && self.errors.0.len() < MAX_COMPLAINTS {
                let message = format!("There is no such field. Fields: {}.", known.join(", "));
                self.errors.add(name.as_ref(), message);
            }
        }
    }

    /// What is given for a field; null is nothing.
    fn given(&self, name: &str) -> Option<&Input<'b>> {
        let (_, input) = self.fields.iter().rev().find(|(known, _)| known == name)?;
        (!matches!(input, Input::Json("null"))).then_some(input)
    }

    /// Whether there is such a field, be it null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    fn read<T>(&mut self, name: &str, read: impl FnOnce(&Input<'b>) -> Result<T, Cow<'static, str>>) -> Option<T> {
        match read(self.given(name)?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.errors.add(name, message);
                None
            }
        }
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.read(name, text)
    }

    /// A text that must be there.
    pub(super) fn required_text(&mut self, name: &str) -> Option<String> {
        if self.given(name).is_none() {
            self.errors.add(name, "This field is required.");
        }
        self.text(name)
    }

    /// A whole number within bounds.
    pub(super) fn integer(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        self.read(name, |input| match ColumnType::Integer.parse(input)? {
            Value::Integer(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("Ensure this value is from {least} to {most}.").into()),
        })
    }

    /// True or false.
    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.read(name, |input| Ok(ColumnType::Boolean.parse(input)? == Value::Integer(1)))
    }

    /// A length of time within bounds: `"30s"`, `"1m"`, or a number of seconds.
    pub(super) fn time(&mut self, name: &str, least: Duration, most: Duration) -> Option<Duration> {
        self.read(name, |input| {
            let time = match ColumnType::Integer.parse(input) {
                Ok(Value::Integer(seconds)) => u64::try_from(seconds).ok().map(Duration::from_secs),
                _ => config::time(&text(input).unwrap_or_default()),
            };
            let (shortest, longest) = (least.as_secs(), most.as_secs());
            time.filter(|time| (least..=most).contains(time))
                .ok_or_else(|| format!("A time from {shortest}s to {longest}s is required, such as \"30s\".").into())
        })
    }

    /// A moment, as tables take it.
    pub(super) fn moment(&mut self, name: &str) -> Option<UnixMillis> {
        const WRONG: &str = "Datetime has wrong format. Use one of these formats instead: \
                             YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
        self.read(name, |input| {
            let moment = time::moment(&text(input)?).ok_or(WRONG)?;
            Ok(moment.into())
        })
    }

    /// Any JSON; in a form, the text of it.
    pub(super) fn json(&mut self, name: &str) -> Option<Box<RawValue>> {
        self.read(name, |input| {
            const WRONG: &str = "Value must be valid JSON.";
            let json = match input {
                Input::Json(json) => (*json).to_owned(),
                other => text(other)?,
            };
            // Read whole: a document with half a surrogate pair, or nested without end, would harm whoever reads it.
            serde_json::from_str::<serde_json::Value>(&json).map_err(|_| WRONG)?;
            RawValue::from_string(json).map_err(|_| WRONG.into())
        })
    }

    /// Any JSON; in a form, words with commas between them become a list of strings.
    pub(super) fn json_or_text(&mut self, name: &str) -> Option<String> {
        self.read(name, |input| {
            Ok(match input {
                Input::Json(json) => (*json).to_owned(),
                other => text(other)?
                    .split(',')
                    .map(str::trim)
                    .collect::<serde_json::Value>()
                    .to_string(),
            })
        })
    }

    /// Some of the fields as one JSON object; texts of a form are strings.
    pub(super) fn object(&mut self, names: &[&str]) -> Box<RawValue> {
        let mut object = serde_json::Map::new();
        for name in names {
            let Some((_, input)) = self.fields.iter().rev().find(|(known, _)| known == name) else {
                continue;
            };
            let value = match input {
                Input::Json(json) => serde_json::from_str(json).map_err(|_| "Value must be valid JSON.".into()),
                other => text(other).map(serde_json::Value::String),
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

    /// Goes on only when nothing is wrong.
    ///
    /// # Errors
    /// Everything that is.
    pub(super) fn done(self) -> Result<(), ApiError> {
        match self.errors.is_empty() {
            true => Ok(()),
            false => Err(self.errors.into()),
        }
    }
}

fn text(input: &Input<'_>) -> Result<String, Cow<'static, str>> {
    const WRONG: &str = "Not a valid string.";
    let text = match input {
        Input::Json(json) if json.starts_with('"') => serde_json::from_str(json).ok(),
        Input::Json(_) => None,
        Input::Text(text) => Some(text.clone().into_owned()),
        Input::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    text.ok_or(WRONG.into())
}

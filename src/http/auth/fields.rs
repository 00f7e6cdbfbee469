//! The fields of a body: texts, each of a known name. Whatever else a body holds is refused by name.

use rocket::{Data, Request};

use crate::http::App;
use crate::http::body;
use crate::http::response::ApiError;
use crate::records::FieldErrors;
use crate::records::body::{Body, BodyRows};
use crate::records::error::NON_FIELD;
use crate::schema::Input;

/// Complaints about unknown fields in one body.
const MAX_COMPLAINTS: usize = 100;

/// What a body gives, and what is wrong with it so far.
pub struct Fields {
    given: Vec<(String, Option<String>)>,
    errors: FieldErrors,
}

impl Fields {
    /// Reads a body whose fields may only be those of `known`.
    ///
    /// # Errors
    /// When it cannot be read. Fields that are wrong are told by [`Fields::done`], with all that is found until then.
    pub async fn read(app: &App, request: &Request<'_>, data: Data<'_>, known: &[&str]) -> Result<Self, ApiError> {
        let body = body::body(app, request, data).await?;
        Self::of(&body, known)
    }

    fn of(body: &Body, known: &[&str]) -> Result<Self, ApiError> {
        let BodyRows::One(fields) = body.rows()? else {
            return Err(FieldErrors::one(NON_FIELD, "Invalid data. Expected an object.").into());
        };
        let mut read = Self {
            given: Vec::new(),
            errors: FieldErrors::default(),
        };
        for (name, input) in fields {
            if !known.contains(&name.as_ref()) {
                if read.errors.0.len() < MAX_COMPLAINTS {
                    let message = format!("There is no such field here. Fields: {}.", known.join(", "));
                    read.errors.add(name, message);
                }
                continue;
            }
            match text(&input) {
                Ok(text) => {
                    read.given.retain(|(other, _)| *other != name);
                    read.given.push((name.into_owned(), text));
                }
                Err(message) => read.errors.add(name, message),
            }
        }
        Ok(read)
    }

    /// A field that must be there and not be empty. When it is not, [`Fields::done`] says so.
    pub fn required(&mut self, name: &str) -> String {
        let message = match self.take(name) {
            Some(Some(text)) if !text.is_empty() => return text,
            _ if self.errors.has(name) => return String::new(),
            Some(Some(_)) => "This field may not be blank.",
            Some(None) => "This field may not be null.",
            None => "This field is required.",
        };
        self.errors.add(name, message);
        String::new()
    }

    /// A field that may be left out or null.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        self.take(name).flatten()
    }

    /// A field that may be left out: `Some("")` when it is null.
    pub fn nullable(&mut self, name: &str) -> Option<String> {
        self.take(name).map(Option::unwrap_or_default)
    }

    /// The value that a text stands for, when there is a text.
    pub fn parsed<T, E: Into<String>>(
        &mut self,
        name: &str,
        text: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(&text.filter(|text| !text.is_empty())?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.errors.add(name, message);
                None
            }
        }
    }

    /// Refuses the body when anything was wrong with it.
    ///
    /// # Errors
    /// 400 with every field that is.
    pub fn done(self) -> Result<(), ApiError> {
        match self.errors.is_empty() {
            true => Ok(()),
            false => Err(self.errors.into()),
        }
    }

    fn take(&mut self, name: &str) -> Option<Option<String>> {
        let place = self.given.iter().position(|(known, _)| known == name)?;
        Some(self.given.swap_remove(place).1)
    }
}

fn text(input: &Input<'_>) -> Result<Option<String>, &'static str> {
    match input {
        Input::Json("null") => Ok(None),
        Input::Json(json) => serde_json::from_str(json).map(Some).map_err(|_| "Not a valid string."),
        Input::Text(text) => Ok(Some(text.clone().into_owned())),
        Input::Bytes(_) => Err("Not a valid string."),
    }
}

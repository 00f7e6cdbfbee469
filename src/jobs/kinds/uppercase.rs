//! `uppercase`: converts a text to upper case by Unicode's rules ("ß" becomes "SS", "ﬁ" becomes "FI", "ς" becomes "Σ").

use serde_json::Value as Json;

use crate::fields::{FieldErrors, message};
use crate::jobs::{Context, Failure, Handler};

/// The handler of `uppercase`.
pub(super) struct Uppercase;

impl Handler for Uppercase {
    fn kind(&self) -> &'static str {
        "uppercase"
    }

    fn fields(&self) -> &'static [&'static str] {
        &["text"]
    }

    fn validate(&self, payload: &Json) -> Result<(), FieldErrors> {
        let message = match payload.get("text") {
            None => message::REQUIRED,
            Some(Json::Null) => message::NULL,
            Some(Json::String(text)) if text.is_empty() => message::BLANK,
            Some(Json::String(_)) => return Ok(()),
            Some(_) => message::NOT_A_STRING,
        };
        Err(FieldErrors::one("text", message))
    }

    fn run(&self, context: &Context) -> Result<Json, Failure> {
        let text = context.payload().get("text").and_then(Json::as_str);
        let text = text.ok_or_else(|| Failure::Final("The payload has no text.".to_owned()))?;
        Ok(Json::String(text.to_uppercase()))
    }
}

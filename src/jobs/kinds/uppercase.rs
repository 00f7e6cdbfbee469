//! `uppercase`: a text in capitals, by Unicode's rules ("ß" becomes "SS", "ﬁ" becomes "FI", "ς" becomes "Σ").

use serde_json::Value as Json;

use crate::jobs::{Context, Failure, Handler};
use crate::records::FieldErrors;

/// The handler of the kind.
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
            None => "This field is required.",
            Some(Json::Null) => "This field may not be null.",
            Some(Json::String(text)) if text.is_empty() => "This field may not be blank.",
            Some(Json::String(_)) => return Ok(()),
            Some(_) => "Not a valid string.",
        };
        Err(FieldErrors::one("text", message))
    }

    fn run(&self, context: &Context) -> Result<Json, Failure> {
        let text = context.payload().get("text").and_then(Json::as_str);
        let text = text.ok_or_else(|| Failure::Final("The payload has no text.".to_owned()))?;
        Ok(Json::String(text.to_uppercase()))
    }
}

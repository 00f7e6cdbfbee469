//! One value as it arrives, before any type is known.

use std::borrow::Cow;

/// A value as it arrives.
#[derive(Debug, Clone)]
pub enum Input<'a> {
    /// JSON text, valid by itself. Numbers keep their digits.
    Json(&'a str),
    /// A form field, a query parameter or part of an address.
    Text(Cow<'a, str>),
    /// An uploaded file.
    Bytes(&'a [u8]),
}

/// The text that a value is: a JSON string, a form field or a file of UTF-8. `None` for any other value.
pub fn text<'a>(input: &'a Input<'a>) -> Option<Cow<'a, str>> {
    match input {
        Input::Json(json) if json.starts_with('"') => serde_json::from_str::<String>(json).ok().map(Cow::Owned),
        Input::Json(_) => None,
        Input::Text(text) => Some(Cow::Borrowed(text)),
        Input::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

//! Request bodies: a JSON object or an array of objects, a form, a multipart form.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{FieldErrors, Input, NON_FIELD, message, urlencoded};

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BodyError {
    /// It is not what its type says.
    #[error("{0}")]
    Malformed(String),
    /// It is JSON, but neither an object nor an array of objects.
    #[error("{0}")]
    Fields(FieldErrors),
}

/// A body with its type.
pub enum Body {
    /// `application/json`
    Json(Vec<u8>),
    /// `application/x-www-form-urlencoded`
    Form(Vec<u8>),
    /// `multipart/form-data`, already taken apart: names, contents, and whether it is a file.
    Multipart(Vec<(String, Vec<u8>, bool)>),
}

/// The fields of one object. Of a name that comes twice the last value counts.
pub type Fields<'a> = Vec<(Cow<'a, str>, Input<'a>)>;

/// The rows of a body.
pub enum BodyRows<'a> {
    /// An object or a form.
    One(Fields<'a>),
    /// An array.
    Many(Vec<Result<Fields<'a>, FieldErrors>>),
}

impl Body {
    /// Reads a multipart body.
    ///
    /// # Errors
    /// [`BodyError::Malformed`] when it is none.
    pub async fn multipart(bytes: Vec<u8>, boundary: &str) -> Result<Self, BodyError> {
        let malformed = |error: multer::Error| BodyError::Malformed(format!("Multipart form parse error - {error}"));
        let whole = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(bytes))]);
        let mut form = multer::Multipart::new(whole, boundary);
        let mut fields = Vec::new();
        while let Some(field) = form.next_field().await.map_err(malformed)? {
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = field.file_name().is_some();
            fields.push((name, field.bytes().await.map_err(malformed)?.to_vec(), is_file));
        }
        Ok(Self::Multipart(fields))
    }

    /// Its rows.
    ///
    /// # Errors
    /// [`BodyError::Malformed`] when it is not what its type says.
    pub fn rows(&self) -> Result<BodyRows<'_>, BodyError> {
        match self {
            Self::Json(bytes) => json(bytes),
            Self::Form(bytes) => {
                let malformed = |message| BodyError::Malformed(format!("Form parse error - {message}"));
                let text = std::str::from_utf8(bytes).map_err(|_| malformed("It is not UTF-8.".to_owned()))?;
                let fields = urlencoded::parse(text).map_err(malformed)?.into_iter();
                Ok(BodyRows::One(
                    fields.map(|(name, value)| (name, Input::Text(value))).collect(),
                ))
            }
            Self::Multipart(fields) => {
                let fields = fields.iter().map(|(name, content, is_file)| {
                    let input = match std::str::from_utf8(content) {
                        Ok(text) if !is_file => Input::Text(Cow::Borrowed(text)),
                        _ => Input::Bytes(content),
                    };
                    (Cow::Borrowed(name.as_str()), input)
                });
                Ok(BodyRows::One(fields.collect()))
            }
        }
    }
}

fn json(bytes: &[u8]) -> Result<BodyRows<'_>, BodyError> {
    let malformed = |error: serde_json::Error| BodyError::Malformed(format!("JSON parse error - {error}"));
    let text =
        std::str::from_utf8(bytes).map_err(|_| BodyError::Malformed("JSON parse error - not valid UTF-8".into()))?;
    match text.trim_start_matches([' ', '\t', '\r', '\n']).as_bytes().first() {
        Some(b'{') => Ok(BodyRows::One(
            serde_json::from_str::<Object<'_>>(text).map_err(malformed)?.0,
        )),
        Some(b'[') => {
            let rows: Vec<&RawValue> = serde_json::from_str(text).map_err(malformed)?;
            let rows = rows.into_iter().map(|raw| match raw.get().starts_with('{') {
                true => serde_json::from_str::<Object<'_>>(raw.get())
                    .map(|object| Ok(object.0))
                    .map_err(malformed),
                false => Ok(Err(FieldErrors::one(NON_FIELD, message::NOT_AN_OBJECT))),
            });
            Ok(BodyRows::Many(rows.collect::<Result<_, _>>()?))
        }
        _ => match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Ok(_) => Err(BodyError::Fields(FieldErrors::one(
                NON_FIELD,
                message::NOT_AN_OBJECT_OR_ARRAY,
            ))),
            Err(error) => Err(malformed(error)),
        },
    }
}

/// A JSON object whose values keep their text.
struct Object<'a>(Fields<'a>);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut fields: super::body::Fields<'de> = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    fields.push((name, Input::Json(value.get())));
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

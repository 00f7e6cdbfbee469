//! The OpenAPI document as it is served: made again when the tables change.

use std::sync::{Arc, Mutex, PoisonError};

use rocket::http::Status;
use rocket::{Request, Response};

use super::{App, answer, openapi};

/// The document last made, with the version of the schema it speaks of.
#[derive(Default)]
pub struct Document(Mutex<Option<(i64, Arc<Vec<u8>>)>>);

impl Document {
    /// The document of the tables as they are.
    pub fn respond(&self, app: &App, _: &Request<'_>) -> Response<'static> {
        let schema = app.records.schema();
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let document = match made.as_ref() {
            Some((version, document)) if *version == schema.version => document.clone(),
            _ => {
                let document = openapi::document(&schema, &app.title, &app.version, None);
                let document = Arc::new(document.to_string().into_bytes());
                *made = Some((schema.version, document.clone()));
                document
            }
        };
        drop(made);
        answer::of_bytes(Status::Ok, "application/json", document.to_vec())
    }
}

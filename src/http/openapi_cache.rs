//! The OpenAPI document as it is served: made again when the tables or the rules change, once for each kind of reader
//! that sees other ones.

use std::sync::{Arc, Mutex, PoisonError};

use rocket::Response;
use rocket::http::Status;

use super::{App, openapi, response};
use crate::access::Policy;
use crate::schema::Schema;

/// Kinds of readers, each before and after there are accounts.
const MOST: usize = 8;

/// The documents last made.
#[derive(Default)]
pub struct OpenApiCache(Mutex<Vec<Made>>);

/// A document, and all that it was made from.
struct Made {
    schema: Arc<Schema>,
    rules: Arc<Policy>,
    is_open: bool,
    document: Arc<Vec<u8>>,
}

impl OpenApiCache {
    /// The document of the tables that a reader sees.
    pub fn respond(&self, app: &App, schema: &Arc<Schema>, is_open: bool) -> Response<'static> {
        let rules = app.rules.current();
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = made.iter().find(|made| {
            made.is_open == is_open && Arc::ptr_eq(&made.schema, schema) && Arc::ptr_eq(&made.rules, &rules)
        });
        let document = match known {
            Some(made) => made.document.clone(),
            None => {
                let rights = openapi::Rights { rules: &rules, is_open };
                let document = openapi::document(schema, &rights, &app.title, &app.version, None);
                let document = Arc::new(document.to_string().into_bytes());
                // What was made of other rules or of an older schema is asked for no more.
                made.retain(|made| Arc::ptr_eq(&made.rules, &rules) && made.schema.version == schema.version);
                made.truncate(MOST - 1);
                made.push(Made {
                    schema: schema.clone(),
                    rules,
                    is_open,
                    document: document.clone(),
                });
                document
            }
        };
        drop(made);
        response::of_bytes(Status::Ok, "application/json", document.to_vec())
    }
}

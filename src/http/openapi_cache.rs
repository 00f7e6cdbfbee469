//! The OpenAPI documents last served: made again when the tables or the policy change, one for each kind of reader that
//! reads other tables.

use std::sync::{Arc, Mutex, PoisonError};

use crate::access::Policy;
use crate::openapi::{self, Rights};
use crate::schema::Schema;

/// Documents kept: one for each kind of reader, before and after there are accounts.
const MAX_DOCUMENTS: usize = 8;

/// The documents last served.
#[derive(Default)]
pub struct OpenApiCache(Mutex<Vec<Entry>>);

/// A document, and all that it was made from.
struct Entry {
    schema: Arc<Schema>,
    policy: Arc<Policy>,
    is_open: bool,
    document: Arc<Vec<u8>>,
}

impl OpenApiCache {
    /// The document of the tables in `schema`, as JSON.
    pub fn document(
        &self,
        schema: &Arc<Schema>,
        policy: Arc<Policy>,
        is_open: bool,
        title: &str,
        version: &str,
    ) -> Arc<Vec<u8>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = entries.iter().find(|entry| {
            entry.is_open == is_open && Arc::ptr_eq(&entry.schema, schema) && Arc::ptr_eq(&entry.policy, &policy)
        });
        if let Some(entry) = known {
            return entry.document.clone();
        }
        let rights = Rights {
            policy: &policy,
            is_open,
        };
        let document = openapi::document(schema, &rights, title, version, None);
        let document = Arc::new(document.to_string().into_bytes());
        // Documents of an earlier policy or schema are not requested again.
        entries.retain(|entry| Arc::ptr_eq(&entry.policy, &policy) && entry.schema.version == schema.version);
        entries.truncate(MAX_DOCUMENTS - 1);
        entries.push(Entry {
            schema: schema.clone(),
            policy,
            is_open,
            document: document.clone(),
        });
        document
    }
}

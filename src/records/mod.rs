//! The main job: rows of any table, listed, read, written and described.
//!
//! A request goes one way: [`request`] (what is asked) → [`plan`] and `validate` (checked against the schema, every name
//! resolved) → [`statement`] (the only place where SQL text is made) → the database → [`formats`] (rows written out).
//! [`ScopedRecords`] holds the verbs that `http` and `command` call: they see no more than the reader they are for.

mod address;
mod change;
pub mod cursor;
mod diagnose;
pub mod error;
pub mod filter;
pub mod formats;
mod list;
pub mod metadata;
pub mod plan;
pub mod request;
mod row_errors;
mod statement;
mod validate;

use std::sync::Arc;

pub use change::Written;
pub use error::Error;
pub use formats::Format;
pub use list::{Chunks, Head, Listing, Rows, row_request};
pub use request::ListRequest;

use crate::database::{self, Database};
use crate::schema::{Catalog, Reader, Schema};

/// Rows of every table, over one database.
#[derive(Clone)]
pub struct Records {
    database: Database,
    catalog: Arc<Catalog>,
}

impl Records {
    /// Records of `database`, by the schema in `catalog`.
    pub fn new(database: Database, catalog: Arc<Catalog>) -> Self {
        Self { database, catalog }
    }

    /// The database behind.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The records as one kind of reader sees them now.
    pub fn seen_by(&self, reader: Reader) -> ScopedRecords<'_> {
        ScopedRecords {
            database: &self.database,
            catalog: &self.catalog,
            reader,
            schema: self.catalog.seen_by(reader),
        }
    }
}

/// Records as one kind of reader sees them, for the length of a request. Every verb is here, and none can reach what the
/// reader does not see.
pub struct ScopedRecords<'r> {
    database: &'r Database,
    catalog: &'r Arc<Catalog>,
    reader: Reader,
    schema: Arc<Schema>,
}

impl ScopedRecords<'_> {
    /// The schema that this request is checked against.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// After an error: the schema read again, as the reader sees it, when the database says that its tables are not those
    /// of the one used, so that the request can be planned once more.
    ///
    /// # Errors
    /// The error itself when that would not help. When the database misses a table and the schema is still the same, a
    /// reference or a trigger names one that is not there.
    async fn newer_schema(&self, error: Error) -> Result<Arc<Schema>, Error> {
        let Error::Database(database::Error::SchemaChanged(message)) = error else {
            return Err(error);
        };
        let (catalog, database) = (self.catalog.clone(), self.database.clone());
        let read = tokio::task::spawn_blocking(move || catalog.refresh(&database)).await;
        match read {
            Ok(Ok(schema)) if schema.version != self.schema.version => Ok(self.catalog.seen_by(self.reader)),
            _ => Err(Error::Database(database::Error::Other(message))),
        }
    }
}

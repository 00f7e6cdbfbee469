//! The main job: rows of any table, listed, read, written and described.
//!
//! A request goes one way: [`request`] (what is asked) → [`plan`] and [`body`] (checked against the schema, every name
//! resolved) → [`statement`] (the only place where SQL text is made) → the database → [`formats`] (rows written out).
//! [`Records`] holds the verbs that `http` and `command` call.

mod address;
pub mod body;
mod change;
mod checked;
pub mod cursor;
mod diagnose;
pub mod error;
pub mod filter;
pub mod formats;
mod list;
pub mod metadata;
pub mod plan;
pub mod request;
mod statement;
pub mod urlencoded;

use std::sync::Arc;

pub use change::Written;
pub use error::{Error, FieldErrors};
pub use formats::Format;
pub use list::{Chunks, Head, Listing, Rows, row_request};
pub use request::ListRequest;

use crate::database::Database;
use crate::schema::{Catalog, Schema};

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

    /// The schema that requests are checked against now.
    pub fn schema(&self) -> Arc<Schema> {
        self.catalog.current()
    }

    /// The database behind.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// After the database said that its tables are not those of the last schema: reads it again and says whether it
    /// differs, so that the request can be planned once more.
    async fn is_outdated(&self, error: &Error, seen: i64) -> bool {
        if !matches!(error, Error::Database(crate::database::Error::SchemaChanged(_))) {
            return false;
        }
        let (catalog, database) = (self.catalog.clone(), self.database.clone());
        let read = tokio::task::spawn_blocking(move || catalog.refresh(&database)).await;
        matches!(read, Ok(Ok(schema)) if schema.version != seen)
    }

    /// An answer after [`Records::is_outdated`] has said no: when the database misses a table and the schema is still the
    /// same, a reference or a trigger names one that is not there, and trying again would not help.
    fn settled<T>(answer: Result<T, Error>) -> Result<T, Error> {
        match answer {
            Err(Error::Database(crate::database::Error::SchemaChanged(said))) => {
                Err(Error::Database(crate::database::Error::Other(said)))
            }
            answer => answer,
        }
    }
}

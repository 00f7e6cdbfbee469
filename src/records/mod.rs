//! Rows of any table: listed, read, written and described.
//!
//! A read goes one way: [`request`] (what is asked) → [`plan`] (checked against the schema, every name resolved) →
//! [`statement`] (the only place where SQL text is made) → the database → [`formats`] (rows written out). A write goes
//! `validate` → `write_plan` → `execute`, inside the writer's transaction; `diagnose` explains what the database refuses.
//! [`ScopedRecords`] has the verbs: `read` and `write` implement them.

mod address;
pub mod cursor;
mod diagnose;
pub mod error;
mod execute;
pub mod filter;
pub mod formats;
pub mod metadata;
pub mod plan;
mod read;
pub mod request;
mod row_errors;
pub mod selection;
mod statement;
mod stream;
mod validate;
mod write;
mod write_plan;

use std::sync::Arc;

pub use error::Error;
pub use execute::Written;
pub use read::{Head, Listing, Rows, row_request};
pub use request::{Format, ListRequest};
pub use stream::Chunks;

use crate::database::{self, Database};
use crate::schema::{Catalog, Reader, Schema, Table};

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

    /// The database that holds them.
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

/// A request that has been checked against the schema.
trait Plan {
    /// What it gives.
    type Answer;

    /// Executes it.
    fn execute(self, records: &ScopedRecords<'_>) -> impl Future<Output = Result<Self::Answer, Error>> + Send;
}

/// Records as one kind of reader sees them, for the length of a request. No verb reaches what the reader does not see.
pub struct ScopedRecords<'r> {
    database: &'r Database,
    catalog: &'r Arc<Catalog>,
    reader: Reader,
    schema: Arc<Schema>,
}

impl ScopedRecords<'_> {
    /// The schema that this request is checked against. Tables given to the verbs come from it.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Plans a request on a table and executes the plan. When the database reports that its tables are not those of the
    /// schema, the schema is read again and, if it has changed, the request is planned and executed once more.
    async fn run<P: Plan>(
        &self,
        table: &Arc<Table>,
        plan: impl Fn(&Arc<Schema>, &Arc<Table>) -> Result<P, Error>,
    ) -> Result<P::Answer, Error> {
        let answer = match plan(&self.schema, table) {
            Ok(plan) => plan.execute(self).await,
            Err(error) => Err(error),
        };
        let Err(Error::Database(database::Error::SchemaChanged(message))) = answer else {
            return answer;
        };
        let schema = self.changed_schema(message).await?;
        let table = schema.at_path(&table.name).ok_or(Error::NotFound)?;
        // Rare, and boxed to keep the future of every request small.
        Box::pin(plan(&schema, table)?.execute(self)).await
    }

    /// The schema read again, as the reader sees it.
    ///
    /// # Errors
    /// When it is still the one that was used: a reference or a trigger of the database names a table that is not there.
    async fn changed_schema(&self, message: String) -> Result<Arc<Schema>, Error> {
        let (catalog, database) = (self.catalog.clone(), self.database.clone());
        let read = tokio::task::spawn_blocking(move || catalog.refresh(&database)).await;
        match read {
            Ok(Ok(schema)) if schema.version != self.schema.version => Ok(self.catalog.seen_by(self.reader)),
            _ => Err(Error::Database(database::Error::Other(message))),
        }
    }
}

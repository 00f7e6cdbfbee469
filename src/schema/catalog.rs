//! The schema as it is now: read once, and again whenever any process changes the tables.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::Schema;
use crate::database::{Database, Error};

/// The current schema, shared by everything that answers requests.
pub struct Catalog {
    current: ArcSwap<Schema>,
}

impl Catalog {
    /// Reads the schema.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn read(database: &Database) -> Result<Self, Error> {
        let (version, facts) = database.facts()?;
        Ok(Self {
            current: ArcSwap::from_pointee(Schema::from_facts(version, &facts)),
        })
    }

    /// The schema as last read.
    pub fn current(&self) -> Arc<Schema> {
        self.current.load_full()
    }

    /// Reads the schema again.
    ///
    /// # Errors
    /// When the database cannot be read; the last schema stays.
    pub fn refresh(&self, database: &Database) -> Result<Arc<Schema>, Error> {
        let (version, facts) = database.facts()?;
        let schema = Arc::new(Schema::from_facts(version, &facts));
        self.current.store(schema.clone());
        Ok(schema)
    }

    /// Follows the changes of other processes for as long as the database is open.
    pub async fn follow(self: Arc<Self>, database: Database) {
        let mut versions = database.versions();
        while versions.changed().await.is_ok() {
            if versions.borrow_and_update().schema == self.current.load().version {
                continue;
            }
            let (catalog, database) = (self.clone(), database.clone());
            let read = tokio::task::spawn_blocking(move || catalog.refresh(&database)).await;
            match read {
                Ok(Ok(schema)) => tracing::info!(
                    tables = schema.tables.len(),
                    "the schema has changed and was read again"
                ),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the schema has changed and could not be read; serving the last one")
                }
                Err(_) => tracing::error!("reading the schema panicked; serving the last one"),
            }
        }
    }
}

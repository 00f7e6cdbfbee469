//! The current schema: read at the start, and again whenever any process changes the tables.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use super::restriction::{Restriction, SchemaByReader};
use super::{Reader, Schema};
use crate::database::{Database, Error};

/// The current schema, shared by everything that answers requests.
pub struct Catalog {
    current: ArcSwap<SchemaByReader>,
    /// The restriction of each kind of reader. Locked while schemas are restricted, so that none is made from old ones.
    restrictions: Mutex<Vec<Restriction>>,
}

impl Catalog {
    /// Reads the schema. Until [`Catalog::restrict`] is called, no kind of reader sees anything.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn read(database: &Database) -> Result<Self, Error> {
        let (version, tables) = database.table_info()?;
        let schema = Arc::new(Schema::from_table_info(version, &tables));
        Ok(Self {
            current: ArcSwap::from_pointee(SchemaByReader::new(schema, &[])),
            restrictions: Mutex::default(),
        })
    }

    /// The whole schema as last read.
    pub fn current(&self) -> Arc<Schema> {
        self.current.load().whole.clone()
    }

    /// The schema as one kind of reader sees it, which was made when the schema was read.
    pub fn seen_by(&self, reader: Reader) -> Arc<Schema> {
        self.current.load().of(reader)
    }

    /// Sets the restriction of each kind of reader, in the order of their indexes, for the current schema and later ones.
    pub fn restrict(&self, restrictions: Vec<Restriction>) {
        let mut held = self.restrictions();
        *held = restrictions;
        self.current.store(Arc::new(SchemaByReader::new(self.current(), &held)));
    }

    /// Reads the schema again.
    ///
    /// # Errors
    /// When the database cannot be read; the last schema stays.
    pub fn refresh(&self, database: &Database) -> Result<Arc<Schema>, Error> {
        let (version, tables) = database.table_info()?;
        let schema = Arc::new(Schema::from_table_info(version, &tables));
        let held = self.restrictions();
        self.current.store(Arc::new(SchemaByReader::new(schema.clone(), &held)));
        Ok(schema)
    }

    /// Reads the schema again after each change by any process, for as long as the database is open.
    pub async fn follow(self: Arc<Self>, database: Database) {
        let mut versions = database.versions();
        while versions.changed().await.is_ok() {
            if versions.borrow_and_update().schema == self.current.load().whole.version {
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

    fn restrictions(&self) -> MutexGuard<'_, Vec<Restriction>> {
        self.restrictions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

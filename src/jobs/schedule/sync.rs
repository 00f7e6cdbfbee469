//! Makes the schedules in the database equal to those of `socle.toml`. Schedules of the API are not touched.

use std::collections::HashMap;

use super::store::{Schedule, Source};
use super::{Definition, Schedules, change, store};
use crate::database;

/// The numbers of changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Synced {
    /// New schedules.
    pub created: usize,
    /// Schedules with another definition.
    pub changed: usize,
    /// Schedules that the file no longer has.
    pub removed: usize,
}

impl Synced {
    /// Whether nothing changed.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SyncError {
    /// A schedule of this name was created over the API.
    #[error("a schedule named \"{0}\" was made over the API: give this one another name, or remove that one")]
    Taken(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] database::Error),
}

impl Schedules {
    /// Applies the schedules of the file, all or none. Several processes may do so at once.
    ///
    /// # Errors
    /// [`SyncError::Taken`], or the database's.
    pub async fn sync(&self, file: Vec<Definition>) -> Result<Synced, SyncError> {
        let now = self.jobs.now();
        let written = self.jobs.database.write(move |session| {
            let mut known: HashMap<String, Schedule> = store::all(session)?
                .into_iter()
                .map(|schedule| (schedule.name.clone(), schedule))
                .collect();
            let mut synced = Synced::default();
            for definition in &file {
                match known.remove(&definition.name) {
                    None => {
                        store::insert(session, definition, Source::File, now)?;
                        synced.created += 1;
                    }
                    Some(other) if other.source == Source::Api => return Err(SyncError::Taken(other.name)),
                    Some(same) if change::equals(&same, definition) => {}
                    Some(former) => {
                        change::update(session, &former, definition, now)?;
                        synced.changed += 1;
                    }
                }
            }
            for gone in known.into_values().filter(|schedule| schedule.source == Source::File) {
                store::delete(session, &gone.name)?;
                synced.removed += 1;
            }
            Ok(synced)
        });
        written.await
    }
}

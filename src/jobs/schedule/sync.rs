//! The schedules of `socle.toml`, brought into the database: new ones made, others changed, those that are gone removed.
//! What was made over the API is left alone.

use std::collections::HashMap;

use super::stored::{self, Schedule, Source};
use super::{Definition, Schedules, change};
use crate::database;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Synced {
    /// Schedules that were not there.
    pub made: usize,
    /// Schedules that said something else.
    pub changed: usize,
    /// Schedules that the file does not have any more.
    pub removed: usize,
}

impl Synced {
    /// Whether everything was as the file says.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SyncError {
    /// A schedule of this name was made over the API.
    #[error("a schedule named \"{0}\" was made over the API: give this one another name, or remove that one")]
    Taken(String),
    /// The database did not do it.
    #[error(transparent)]
    Database(#[from] database::Error),
}

impl Schedules {
    /// Makes the schedules of the file those of the database, all or none. Several processes may do so at once.
    ///
    /// # Errors
    /// [`SyncError::Taken`], or the database's.
    pub async fn sync(&self, file: Vec<Definition>) -> Result<Synced, SyncError> {
        let now = self.jobs.now();
        let written = self.jobs.database.write(move |session| {
            let mut known: HashMap<String, Schedule> = stored::all(session)?
                .into_iter()
                .map(|schedule| (schedule.name.clone(), schedule))
                .collect();
            let mut synced = Synced::default();
            for definition in &file {
                match known.remove(&definition.name) {
                    None => {
                        change::insert(session, definition, Source::File, now)?;
                        synced.made += 1;
                    }
                    Some(other) if other.source == Source::Api => return Err(SyncError::Taken(other.name)),
                    Some(same) if change::says_the_same(&same, definition) => {}
                    Some(former) => {
                        change::update(session, &former, definition, now)?;
                        synced.changed += 1;
                    }
                }
            }
            for gone in known.into_values().filter(|schedule| schedule.source == Source::File) {
                change::delete(session, &gone.name)?;
                synced.removed += 1;
            }
            Ok(synced)
        });
        written.await
    }
}

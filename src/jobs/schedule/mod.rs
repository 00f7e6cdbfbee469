//! Schedules: jobs that are submitted repeatedly at given times.
//!
//! [`Timing`] computes the next tick after a time and is pure. [`Schedules`] keeps schedules of `socle.toml` and of the API in
//! `_schedules`; [`Schedules::run`] submits their jobs, in every process that has workers, each tick once.

mod change;
mod cron;
mod definition;
mod file;
mod interval;
mod scheduler;
mod store;
mod sync;
#[cfg(test)]
mod tests;
mod tick;
mod timing;
mod timing_error;

pub use cron::Cron;
pub use definition::{Definition, KEYS_OF_SCHEDULES, ScheduleSpec};
pub use file::FileError;
pub use interval::Interval;
pub use store::{Schedule, Source};
pub use sync::{SyncError, Synced};
pub use tick::{Tick, Ticked};
pub use timing::Timing;
pub use timing_error::TimingError;

use super::{Error, Jobs};

/// The most schedules of a database.
pub const LIMIT: usize = 500;

/// The schedules of one database. Cheap to clone.
#[derive(Clone)]
pub struct Schedules {
    jobs: Jobs,
}

impl Schedules {
    /// The schedules that submit their jobs to this queue.
    pub fn new(jobs: Jobs) -> Self {
        Self { jobs }
    }

    /// Every schedule, by name.
    ///
    /// # Errors
    /// The database's.
    pub fn list(&self) -> Result<Vec<Schedule>, Error> {
        Ok(self.jobs.database.read(store::all)?)
    }

    /// The schedule of this name.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the database's.
    pub fn find(&self, name: &str) -> Result<Schedule, Error> {
        let found = self.jobs.database.read(|session| store::find(session, name))?;
        found.ok_or(Error::NotFound)
    }
}

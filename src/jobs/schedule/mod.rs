//! Schedules: jobs that are asked for again and again, by the clock.
//!
//! [`Timing`] is the pure core: given a moment, it says when the next tick is. [`Schedules`] keeps schedules in
//! `_schedules`, whether they come from `socle.toml` or over the API, and [`Schedules::run`] makes their jobs when they
//! tick: in every process that has workers, and each tick once.

mod change;
mod cron;
mod definition;
mod file;
mod interval;
mod scheduler;
mod stored;
mod sync;
#[cfg(test)]
mod tests;
mod tick;
mod timing;

pub use cron::Cron;
pub use definition::{Definition, KEYS_OF_SCHEDULES, ScheduleSpec};
pub use file::FileError;
pub use interval::Interval;
pub use stored::{Schedule, Source};
pub use sync::{SyncError, Synced};
pub use tick::{Tick, Ticked};
pub use timing::{Timing, TimingError};

use super::Jobs;

/// Schedules there may be.
pub const LIMIT: usize = 500;

/// The schedules of one database. Cheap to clone.
#[derive(Clone)]
pub struct Schedules {
    jobs: Jobs,
}

impl Schedules {
    /// The schedules that put their jobs into this queue.
    pub fn new(jobs: Jobs) -> Self {
        Self { jobs }
    }
}

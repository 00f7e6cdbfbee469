//! A schedule as stored in `_schedules` and as shown by the API.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{ScheduleSpec, Timing, TimingError};
use crate::clock::UnixMillis;

/// Where a schedule is defined, and so where it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In `socle.toml`.
    File,
    /// Over the API.
    Api,
}

impl Source {
    /// Its name in the database and in responses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Api => "api",
        }
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A schedule as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// What its jobs do.
    pub kind: String,
    /// What they are about.
    pub payload: Box<RawValue>,
    /// When, as a cron expression.
    pub cron: Option<String>,
    /// When, as a stretch of time.
    pub every: Option<String>,
    /// Whose clock the expression goes by.
    pub timezone: Option<String>,
    /// The priority of its jobs.
    pub priority: i64,
    /// Attempts before a job counts as failed.
    pub max_attempts: i64,
    /// Whether a tick is left out while the job of the last one is unfinished.
    pub unique: bool,
    /// Whether it ticks.
    pub enabled: bool,
    /// Where it is written down.
    pub source: Source,
    /// The next tick.
    pub next_at: Option<UnixMillis>,
    /// The last tick, as it was planned.
    pub last_at: Option<UnixMillis>,
    /// The job of the last tick, or the unfinished one that it was left out for.
    pub last_job_id: Option<String>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was changed last.
    pub updated_at: UnixMillis,
    /// Where `every` counts from.
    #[serde(skip)]
    pub(super) anchor: UnixMillis,
}

impl Schedule {
    /// When it ticks.
    ///
    /// # Errors
    /// When it was written by a Socle that knew of other expressions or zones than this one.
    pub fn timing(&self) -> Result<Timing, TimingError> {
        Timing::parse(self.cron.as_deref(), self.every.as_deref(), self.timezone.as_deref())
    }

    /// What it was made from.
    pub fn spec(&self) -> ScheduleSpec {
        ScheduleSpec {
            kind: self.kind.clone(),
            payload: self.payload.clone(),
            cron: self.cron.clone(),
            every: self.every.clone(),
            timezone: self.timezone.clone(),
            priority: self.priority,
            max_attempts: self.max_attempts,
            unique: self.unique,
            enabled: self.enabled,
        }
    }

    /// The next ticks in the schedule's time zone: RFC 3339 with its offset.
    pub fn next_ticks(&self, count: usize) -> Vec<String> {
        let (Some(first), Ok(timing)) = (self.next_at, self.timing()) else {
            return Vec::new();
        };
        let zone = timing.zone();
        let ticks = std::iter::successors(Some(first), |last| timing.next_after(*last, self.anchor));
        let shown = ticks
            .take(count)
            .filter_map(|tick| Timestamp::from_millisecond(tick.0).ok());
        shown
            .map(|tick| tick.display_with_offset(zone.to_offset(tick)).to_string())
            .collect()
    }
}

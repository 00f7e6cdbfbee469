//! A schedule as it is kept in `_schedules`, and as it is shown.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{ScheduleSpec, Schedules, Timing, TimingError};
use crate::clock::UnixMillis;
use crate::database::{self, Row, Session, Statement};
use crate::jobs::Error;
use crate::jobs::store::row::{json, time};

/// The columns that [`schedule`] reads, in its order.
pub(super) const COLUMNS: &str = "name, source, kind, payload, cron, every, timezone, priority, max_attempts, is_unique, \
     is_enabled, anchor, next_at, last_at, last_job, created_at, updated_at";

/// Where a schedule is written down, and so where it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In `socle.toml`.
    File,
    /// Here, over the API.
    Api,
}

impl Source {
    /// The word for it, in the database and in answers.
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
    pub fn draft(&self) -> ScheduleSpec {
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

    /// The next ticks, on the clock of its zone: RFC 3339 with that clock's offset.
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

impl Schedules {
    /// Every schedule, by name.
    ///
    /// # Errors
    /// The database's.
    pub fn list(&self) -> Result<Vec<Schedule>, Error> {
        Ok(self.jobs.database.read(all)?)
    }

    /// The schedule of this name.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the database's.
    pub fn find(&self, name: &str) -> Result<Schedule, Error> {
        let found = self.jobs.database.read(|session| find(session, name))?;
        found.ok_or(Error::NotFound)
    }
}

pub(super) fn all(session: &Session<'_>) -> Result<Vec<Schedule>, database::Error> {
    let sql = format!("SELECT {COLUMNS} FROM _schedules ORDER BY name");
    let mut found = Vec::new();
    session.query(&Statement::new(sql, []), |row| {
        found.push(schedule(row)?);
        Ok::<_, database::Error>(())
    })?;
    Ok(found)
}

pub(super) fn find(session: &Session<'_>, name: &str) -> Result<Option<Schedule>, database::Error> {
    let sql = format!("SELECT {COLUMNS} FROM _schedules WHERE name = ?1");
    session.first(&Statement::new(sql, [name.into()]), schedule)
}

/// A schedule, from the columns of [`COLUMNS`].
pub(super) fn schedule(row: &Row<'_, '_>) -> Result<Schedule, database::Error> {
    let source = row.text(1);
    let source = [Source::File, Source::Api]
        .into_iter()
        .find(|known| known.name() == source);
    let corrupt = |what: &str| database::Error::Corrupt(format!("a schedule has no {what}"));
    Ok(Schedule {
        name: row.text(0),
        source: source.ok_or_else(|| corrupt("source"))?,
        kind: row.text(2),
        payload: json(row, 3).ok_or_else(|| corrupt("payload"))?,
        cron: row.optional_text(4),
        every: row.optional_text(5),
        timezone: row.optional_text(6),
        priority: row.integer(7),
        max_attempts: row.integer(8),
        unique: row.boolean(9),
        enabled: row.boolean(10),
        anchor: UnixMillis(row.integer(11)),
        next_at: time(row, 12),
        last_at: time(row, 13),
        last_job_id: row.optional_text(14),
        created_at: UnixMillis(row.integer(15)),
        updated_at: UnixMillis(row.integer(16)),
    })
}

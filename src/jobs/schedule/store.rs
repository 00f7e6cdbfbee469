//! Schedules as rows of `_schedules`, and all SQL on that table: named functions that run in the session of their caller.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Definition, ScheduleSpec, Timing, TimingError};
use crate::clock::UnixMillis;
use crate::database::{self, Row, Session, Statement, Value};
use crate::jobs::JobId;
use crate::jobs::store::row::{json, time};

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

/// A stored schedule.
#[derive(Debug, Clone, Serialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The kind of its jobs.
    pub kind: String,
    /// Their payload.
    pub payload: Box<RawValue>,
    /// The timing as a cron expression.
    pub cron: Option<String>,
    /// The timing as an interval.
    pub every: Option<String>,
    /// The time zone of the cron expression.
    pub timezone: Option<String>,
    /// The priority of its jobs.
    pub priority: i64,
    /// Attempts before a job counts as failed.
    pub max_attempts: i64,
    /// Whether a tick is skipped while the job of the last one is unfinished.
    pub unique: bool,
    /// Whether it ticks.
    pub enabled: bool,
    /// Where it is defined.
    pub source: Source,
    /// The next tick.
    pub next_at: Option<UnixMillis>,
    /// When the last tick was due.
    pub last_at: Option<UnixMillis>,
    /// The job of the last tick, or the unfinished job for which it was skipped.
    pub last_job_id: Option<String>,
    /// When it was created.
    pub created_at: UnixMillis,
    /// When it was last changed.
    pub updated_at: UnixMillis,
    /// The time from which `every` counts.
    #[serde(skip)]
    pub(super) anchor: UnixMillis,
}

impl Schedule {
    /// Its parsed timing.
    ///
    /// # Errors
    /// When another version of Socle, with other expressions or time zones, has written it.
    pub fn timing(&self) -> Result<Timing, TimingError> {
        Timing::parse(self.cron.as_deref(), self.every.as_deref(), self.timezone.as_deref())
    }

    /// Its definition.
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

/// A query for the columns that [`schedule`] reads, in its order.
macro_rules! select {
    () => {
        "SELECT name, source, kind, payload, cron, every, timezone, priority, max_attempts, is_unique, is_enabled, \
         anchor, next_at, last_at, last_job, created_at, updated_at FROM _schedules"
    };
}

/// Every schedule, by name.
pub(super) fn all(session: &Session<'_>) -> Result<Vec<Schedule>, database::Error> {
    session.all(&Statement::plain(concat!(select!(), " ORDER BY name")), schedule)
}

/// The schedule of this name.
pub(super) fn find(session: &Session<'_>, name: &str) -> Result<Option<Schedule>, database::Error> {
    let sql = concat!(select!(), " WHERE name = ?1");
    session.first(&Statement::new(sql, [name.into()]), schedule)
}

/// At most `limit` schedules that are due, the earliest first.
pub(super) fn due(session: &Session<'_>, now: UnixMillis, limit: usize) -> Result<Vec<Schedule>, database::Error> {
    let sql = concat!(
        select!(),
        " WHERE next_at IS NOT NULL AND next_at <= ?1 ORDER BY next_at LIMIT ?2"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    session.all(&Statement::new(sql, [now.into(), limit.into()]), schedule)
}

/// When the next schedule is due.
pub(super) fn next_due(session: &Session<'_>) -> Result<Option<UnixMillis>, database::Error> {
    let first = Statement::plain("SELECT min(next_at) FROM _schedules WHERE next_at IS NOT NULL");
    let found = session.first(&first, |row| Ok::<_, database::Error>(time(row, 0)))?;
    Ok(found.flatten())
}

/// The number of schedules.
pub(super) fn count(session: &Session<'_>) -> Result<i64, database::Error> {
    let count = session.first(&Statement::plain("SELECT count(*) FROM _schedules"), |row| {
        Ok::<_, database::Error>(row.integer(0))
    })?;
    Ok(count.unwrap_or(0))
}

/// Writes a new schedule.
pub(super) fn insert(
    session: &Session<'_>,
    definition: &Definition,
    source: Source,
    now: UnixMillis,
) -> Result<(), database::Error> {
    let mut values = values(definition);
    values.extend([source.name().into(), now.into(), definition.next_after(now, now).into()]);
    let insert = Statement::new(
        "INSERT INTO _schedules (name, kind, payload, cron, every, timezone, priority, max_attempts, is_unique, is_enabled, \
             source, anchor, created_at, updated_at, next_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?12, ?13)",
        values,
    );
    session.execute(&insert).map(drop)
}

/// Writes a changed definition with its anchor and next tick.
pub(super) fn update(
    session: &Session<'_>,
    definition: &Definition,
    anchor: UnixMillis,
    next_at: Option<UnixMillis>,
    now: UnixMillis,
) -> Result<(), database::Error> {
    let mut values = values(definition);
    values.extend([anchor.into(), next_at.into(), now.into()]);
    let update = Statement::new(
        "UPDATE _schedules SET kind = ?2, payload = ?3, cron = ?4, every = ?5, timezone = ?6, priority = ?7, \
             max_attempts = ?8, is_unique = ?9, is_enabled = ?10, anchor = ?11, next_at = ?12, updated_at = ?13 \
         WHERE name = ?1",
        values,
    );
    session.execute(&update).map(drop)
}

/// Sets `next_at` if it is still `due`, and returns whether it was. Compare-and-set: the process that advances it owns the
/// tick.
pub(super) fn advance(
    session: &Session<'_>,
    name: &str,
    due: UnixMillis,
    next: Option<UnixMillis>,
) -> Result<bool, database::Error> {
    let advance = Statement::new(
        "UPDATE _schedules SET next_at = ?3, last_at = ?2 WHERE name = ?1 AND next_at = ?2",
        [name.into(), due.into(), next.into()],
    );
    Ok(session.execute(&advance)? > 0)
}

/// Records the job of the last tick.
pub(super) fn set_last_job(session: &Session<'_>, name: &str, job: JobId) -> Result<(), database::Error> {
    let last = "UPDATE _schedules SET last_job = ?2 WHERE name = ?1";
    session
        .execute(&Statement::new(last, [name.into(), job.into()]))
        .map(drop)
}

/// Deletes a schedule.
pub(super) fn delete(session: &Session<'_>, name: &str) -> Result<(), database::Error> {
    let delete = Statement::new("DELETE FROM _schedules WHERE name = ?1", [name.into()]);
    session.execute(&delete).map(drop)
}

/// The values of a definition for the columns from `name` to `is_enabled`.
fn values(definition: &Definition) -> Vec<Value> {
    let (spec, timing) = (&definition.spec, &definition.timing);
    vec![
        definition.name.as_str().into(),
        spec.kind.as_str().into(),
        spec.payload.get().into(),
        timing.cron().into(),
        timing.every().as_deref().into(),
        timing.zone_name().into(),
        spec.priority.into(),
        spec.max_attempts.into(),
        i64::from(spec.unique).into(),
        i64::from(spec.enabled).into(),
    ]
}

/// A schedule, from the columns of [`select`].
fn schedule(row: &Row<'_, '_>) -> Result<Schedule, database::Error> {
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

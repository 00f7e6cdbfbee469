//! A tick: the job of a schedule is written and its next tick set, in one transaction, by one process.

use super::Schedules;
use super::stored::{self, COLUMNS, Schedule};
use crate::clock::UnixMillis;
use crate::database::{self, Session, Statement, Value};
use crate::jobs::store::row::time;
use crate::jobs::{Error, JobId};

/// Schedules that one transaction serves, so that no write is long.
const BATCH: usize = 50;

/// What became of a schedule that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The schedule.
    pub name: String,
    /// When it was due. Ticks that were missed since then are in this one.
    pub due: UnixMillis,
    /// What it led to.
    pub ticked: Ticked,
}

/// What a tick led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticked {
    /// A new job.
    Job(JobId),
    /// Nothing: the job of an earlier tick is unfinished.
    LeftOut(JobId),
    /// Nothing: the queue does not take such a job, or the schedule cannot be read. It says why.
    Refused(String),
}

impl Schedules {
    /// When the next schedule is due.
    ///
    /// # Errors
    /// The database's.
    pub fn next_due(&self) -> Result<Option<UnixMillis>, database::Error> {
        let first = Statement::new("SELECT min(next_at) FROM _schedules WHERE next_at IS NOT NULL", []);
        let found = self
            .jobs
            .database
            .read(|session| session.first(&first, |row| Ok::<_, database::Error>(time(row, 0))));
        Ok(found?.flatten())
    }

    /// Makes the jobs of the schedules that are due at `now`, some of them if there are many: each tick once, whoever
    /// else does the same. A schedule that was due several times makes one job, and is due next after `now`.
    ///
    /// # Errors
    /// The database's; then no job was made.
    pub async fn tick(&self, now: UnixMillis) -> Result<Vec<Tick>, database::Error> {
        let schedules = self.clone();
        let ticks = self.jobs.database.write(move |session| {
            let mut ticks = Vec::new();
            for schedule in due(session, now)? {
                ticks.extend(schedules.tick_one(session, &schedule, now)?);
            }
            Ok::<_, database::Error>(ticks)
        });
        let ticks = ticks.await?;
        if ticks.iter().any(|tick| matches!(tick.ticked, Ticked::Job(_))) {
            self.jobs.announce();
        }
        Ok(ticks)
    }

    fn tick_one(
        &self,
        session: &Session<'_>,
        schedule: &Schedule,
        now: UnixMillis,
    ) -> Result<Option<Tick>, database::Error> {
        let Some(due) = schedule.next_at else {
            return Ok(None);
        };
        let (next, unreadable) = match schedule.timing() {
            Ok(timing) => (timing.next_after(now, schedule.anchor), None),
            Err(unfit) => (None, Some(unfit.to_string())),
        };
        // Whoever moves it on from where it was found has the tick.
        let advance = Statement::new(
            "UPDATE _schedules SET next_at = ?3, last_at = ?2 WHERE name = ?1 AND next_at = ?2",
            [
                schedule.name.as_str().into(),
                due.into(),
                next.map_or(Value::Null, Value::from),
            ],
        );
        if session.execute(&advance)? == 0 {
            return Ok(None);
        }
        let ticked = match unreadable {
            Some(message) => Ticked::Refused(message),
            None => self.ask_for_job(session, schedule, now)?,
        };
        if let Ticked::Job(id) | Ticked::LeftOut(id) = ticked {
            let last = "UPDATE _schedules SET last_job = ?2 WHERE name = ?1";
            session.execute(&Statement::new(last, [schedule.name.as_str().into(), id.into()]))?;
        }
        let name = schedule.name.clone();
        Ok(Some(Tick { name, due, ticked }))
    }

    fn ask_for_job(
        &self,
        session: &Session<'_>,
        schedule: &Schedule,
        now: UnixMillis,
    ) -> Result<Ticked, database::Error> {
        let enqueued = self
            .submission(&schedule.name, &schedule.draft(), now)
            .and_then(|submission| submission.enqueue(session));
        match enqueued {
            Ok(job) if job.is_new => Ok(Ticked::Job(job.id)),
            Ok(job) => Ok(Ticked::LeftOut(job.id)),
            Err(Error::Database(error)) => Err(error),
            Err(Error::Fields(errors)) => {
                let message = errors
                    .0
                    .into_iter()
                    .map(|(field, message)| format!("{field}: {}", message.join(" ")));
                Ok(Ticked::Refused(message.collect::<Vec<_>>().join("; ")))
            }
            Err(other) => Ok(Ticked::Refused(other.to_string())),
        }
    }
}

/// The schedules that are due, the longest first.
fn due(session: &Session<'_>, now: UnixMillis) -> Result<Vec<Schedule>, database::Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM _schedules WHERE next_at IS NOT NULL AND next_at <= ?1 ORDER BY next_at LIMIT {BATCH}"
    );
    let mut found = Vec::new();
    session.query(&Statement::new(sql, [now.into()]), |row| {
        found.push(stored::schedule(row)?);
        Ok::<_, database::Error>(())
    })?;
    Ok(found)
}

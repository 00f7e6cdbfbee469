//! Ticks: submits the job of a schedule that is due and sets its next tick, in one transaction, in one process.

use super::store::Schedule;
use super::{Schedules, store};
use crate::clock::UnixMillis;
use crate::database::{self, Session};
use crate::jobs::{Error, JobId};

/// The most schedules that tick in one transaction, which bounds the time of a write.
const BATCH: usize = 50;

/// A tick and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The schedule.
    pub name: String,
    /// When it was due. It stands for the ticks missed since then as well.
    pub due: UnixMillis,
    /// The result.
    pub ticked: Ticked,
}

/// The result of a tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticked {
    /// A new job.
    Job(JobId),
    /// Skipped: the job of an earlier tick is unfinished.
    Skipped(JobId),
    /// Failed: the queue refuses the job, or the schedule is invalid. Holds the reason.
    Refused(String),
}

impl Schedules {
    /// When the next schedule is due.
    ///
    /// # Errors
    /// The database's.
    pub fn next_due(&self) -> Result<Option<UnixMillis>, database::Error> {
        self.jobs.database.read(store::next_due)
    }

    /// Submits the jobs of schedules that are due at `now`, at most a batch of them. Each tick happens once, in whichever
    /// process advances it first. A schedule that was due several times submits one job and is next due after `now`.
    ///
    /// # Errors
    /// The database's; then no job was made.
    pub async fn tick(&self, now: UnixMillis) -> Result<Vec<Tick>, database::Error> {
        let schedules = self.clone();
        let ticks = self.jobs.database.write(move |session| {
            let mut ticks = Vec::new();
            for schedule in store::due(session, now, BATCH)? {
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
        let (next, invalid) = match schedule.timing() {
            Ok(timing) => (timing.next_after(now, schedule.anchor), None),
            Err(error) => (None, Some(error.to_string())),
        };
        if !store::advance(session, &schedule.name, due, next)? {
            return Ok(None);
        }
        let ticked = match invalid {
            Some(message) => Ticked::Refused(message),
            None => self.submit(session, schedule, now)?,
        };
        if let Ticked::Job(id) | Ticked::Skipped(id) = ticked {
            store::set_last_job(session, &schedule.name, id)?;
        }
        let name = schedule.name.clone();
        Ok(Some(Tick { name, due, ticked }))
    }

    fn submit(&self, session: &Session<'_>, schedule: &Schedule, now: UnixMillis) -> Result<Ticked, database::Error> {
        let enqueued = self
            .submission(&schedule.name, &schedule.spec(), now)
            .and_then(|submission| submission.enqueue(session));
        match enqueued {
            Ok(job) if job.is_new => Ok(Ticked::Job(job.id)),
            Ok(job) => Ok(Ticked::Skipped(job.id)),
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

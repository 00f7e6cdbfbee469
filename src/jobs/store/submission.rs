//! A validated job, written to the queue in the transaction that asks for it.

use super::row;
use crate::clock::UnixMillis;
use crate::database::{self, Session, Statement};
use crate::jobs::{Enqueued, Error, JobId, NewJob, State};

/// A validated job with its id. It may be written by a transaction that is run more than once.
#[derive(Debug, Clone)]
pub struct Submission {
    pub(in crate::jobs) id: JobId,
    pub(in crate::jobs) job: NewJob,
    pub(in crate::jobs) now: UnixMillis,
}

impl Submission {
    /// Writes the job in the session's transaction. While an unfinished job of the kind has the same unique key, returns
    /// that one and writes nothing. A partial unique index enforces this; that the job it conflicts with is still there when
    /// it is read relies on writes being serial.
    ///
    /// Call [`crate::jobs::Jobs::announce`] after the commit, so that workers look at once.
    ///
    /// # Errors
    /// The database's.
    pub fn enqueue(&self, session: &Session<'_>) -> Result<Enqueued, Error> {
        let Self { id, job, now } = self;
        let run_at = job.run_at.unwrap_or(*now).max(*now);
        let insert = Statement::new(
            "INSERT INTO _jobs (id, kind, is_due, priority, run_at, max_attempts, unique_key, created_at, updated_at, payload) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9) \
             ON CONFLICT (kind, unique_key) WHERE unique_key IS NOT NULL AND state IN ('queued', 'processing') DO NOTHING",
            [
                (*id).into(),
                job.kind.as_str().into(),
                i64::from(run_at <= *now).into(),
                job.priority.into(),
                run_at.into(),
                job.max_attempts.into(),
                job.unique_key.as_deref().into(),
                (*now).into(),
                job.payload.get().into(),
            ],
        );
        if session.execute(&insert)? > 0 {
            return Ok(Enqueued {
                id: *id,
                state: State::Queued,
                is_new: true,
            });
        }
        let select = Statement::new(
            "SELECT id, state FROM _jobs \
             WHERE kind = ?1 AND unique_key = ?2 AND unique_key IS NOT NULL AND state IN ('queued', 'processing')",
            [job.kind.as_str().into(), job.unique_key.as_deref().into()],
        );
        let existing = session.first(&select, |row| {
            Ok::<_, database::Error>(Enqueued {
                id: row::id(row, 0)?,
                state: row::state(row, 1)?,
                is_new: false,
            })
        })?;
        existing.ok_or(Error::NotFound)
    }
}

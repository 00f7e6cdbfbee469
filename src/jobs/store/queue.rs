//! Single jobs: finding, cancelling, queuing again.

use serde_json::value::RawValue;

use super::row::{self, job_columns};
use crate::clock::UnixMillis;
use crate::database::{self, Constraint, Session, Statement};
use crate::jobs::{Error, Job, JobId, State};

/// A job in its current state.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn find(session: &Session<'_>, id: JobId) -> Result<Option<Job>, database::Error> {
    let sql = concat!("SELECT ", job_columns!(), " FROM _jobs WHERE id = ?1");
    session.first(&Statement::new(sql, [id.into()]), row::job)
}

/// The payload of a job.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn payload(session: &Session<'_>, id: JobId) -> Result<Option<Box<RawValue>>, database::Error> {
    let select = Statement::new("SELECT payload FROM _jobs WHERE id = ?1", [id.into()]);
    let payload = session.first(&select, |row| Ok::<_, database::Error>(row::json(row, 0)))?;
    Ok(payload.flatten())
}

/// Cancels a job: at once when it is queued; when it runs, its worker is told at the next heartbeat.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when it has ended otherwise.
pub(in crate::jobs) fn cancel(session: &Session<'_>, id: JobId, now: UnixMillis) -> Result<State, Error> {
    let queued = Statement::new(
        "UPDATE _jobs SET state = 'cancelled', lease_token = NULL, updated_at = ?2, finished_at = ?2 \
         WHERE id = ?1 AND state = 'queued'",
        [id.into(), now.into()],
    );
    if session.execute(&queued)? > 0 {
        return Ok(State::Cancelled);
    }
    let running = Statement::new(
        "UPDATE _jobs SET cancel_at = coalesce(cancel_at, ?2), updated_at = ?2 WHERE id = ?1 AND state = 'processing'",
        [id.into(), now.into()],
    );
    if session.execute(&running)? > 0 {
        return Ok(State::Processing);
    }
    match state(session, id)?.ok_or(Error::NotFound)? {
        State::Cancelled => Ok(State::Cancelled),
        other => Err(Error::Conflict(format!("The job is {} already.", other.name()))),
    }
}

/// Queues a failed or cancelled job again with all its attempts. A partial unique index keeps two unfinished jobs from
/// having one key, whatever other writes run.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] in every other state, and when another unfinished job has its unique key.
pub(in crate::jobs) fn retry(session: &Session<'_>, id: JobId, now: UnixMillis) -> Result<State, Error> {
    let requeue = Statement::new(
        "UPDATE _jobs SET state = 'queued', is_due = 1, run_at = ?2, forgiven = attempts, cancel_at = NULL, \
             lease_token = NULL, progress = NULL, updated_at = ?2, finished_at = NULL \
         WHERE id = ?1 AND state IN ('failed', 'cancelled')",
        [id.into(), now.into()],
    );
    match session.execute(&requeue) {
        Ok(0) => {}
        Ok(_) => return Ok(State::Queued),
        Err(database::Error::Constraint(Constraint::Unique(_))) => {
            let message = "Another unfinished job of this kind has the same unique_key.";
            return Err(Error::Conflict(message.to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    let state = state(session, id)?.ok_or(Error::NotFound)?;
    Err(Error::Conflict(format!(
        "The job is {}. Only jobs that failed or were cancelled are tried again.",
        state.name()
    )))
}

/// The state of a job.
pub(super) fn state(session: &Session<'_>, id: JobId) -> Result<Option<State>, database::Error> {
    let select = Statement::new("SELECT state FROM _jobs WHERE id = ?1", [id.into()]);
    session.first(&select, |row| row::state(row, 0))
}

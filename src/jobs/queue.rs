//! The queue from the side of those who ask for jobs: one found, called off, or tried again.

use serde_json::value::RawValue;

use super::row::{self, SHOWN};
use super::{Error, Job, JobId, State};
use crate::clock::UnixMillis;
use crate::database::{self, Constraint, Session, Statement};

/// A job, as it is now.
///
/// # Errors
/// The database's.
pub(super) fn find(session: &Session<'_>, id: JobId) -> Result<Option<Job>, database::Error> {
    let sql = format!("SELECT {SHOWN} FROM _jobs WHERE id = ?1");
    session.first(&Statement::new(sql, [id.into()]), row::job)
}

/// The payload of a job.
///
/// # Errors
/// The database's.
pub(super) fn payload(session: &Session<'_>, id: JobId) -> Result<Option<Box<RawValue>>, database::Error> {
    let known = Statement::new("SELECT payload FROM _jobs WHERE id = ?1", [id.into()]);
    let payload = session.first(&known, |found| Ok::<_, database::Error>(row::json(found, 0)))?;
    Ok(payload.flatten())
}

/// Calls a job off: at once when nobody works on it, else by telling its worker at the next heartbeat.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when it has come to another end.
pub(super) fn cancel(session: &Session<'_>, id: JobId, now: UnixMillis) -> Result<State, Error> {
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

/// Puts a job that failed or was called off into the queue again, with all its attempts.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] in every other state, and when another job has its unique key by now.
pub(super) fn retry(session: &Session<'_>, id: JobId, now: UnixMillis) -> Result<State, Error> {
    let again = Statement::new(
        "UPDATE _jobs SET state = 'queued', is_due = 1, run_at = ?2, forgiven = attempts, cancel_at = NULL, \
             lease_token = NULL, progress = NULL, updated_at = ?2, finished_at = NULL \
         WHERE id = ?1 AND state IN ('failed', 'cancelled')",
        [id.into(), now.into()],
    );
    match session.execute(&again) {
        Ok(0) => {}
        Ok(_) => return Ok(State::Queued),
        Err(database::Error::Constraint(Constraint::Unique(_))) => {
            let said = "Another unfinished job of this kind has the same unique_key.";
            return Err(Error::Conflict(said.to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    let state = state(session, id)?.ok_or(Error::NotFound)?;
    Err(Error::Conflict(format!(
        "The job is {}. Only jobs that failed or were cancelled are tried again.",
        state.name()
    )))
}

fn state(session: &Session<'_>, id: JobId) -> Result<Option<State>, database::Error> {
    let known = Statement::new("SELECT state FROM _jobs WHERE id = ?1", [id.into()]);
    session.first(&known, |found| row::state(found, 0))
}

//! Leases: the exclusive, time-limited right of one worker to one attempt at one job.
//!
//! A lease is a job's id and a token that only its worker knows. Every statement on it requires the token, the state
//! `processing` and that the lease has not expired, so that a worker whose lease is lost changes nothing.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{queue, row, sqlite};
use crate::clock::UnixMillis;
use crate::database::{self, Row, Session, Statement, Value};
use crate::jobs::job::{ERROR_LIMIT, State};
use crate::jobs::{Error, JobId};

/// The right to one attempt at one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub id: JobId,
    /// The token of the attempt.
    pub token: String,
}

/// A worker's request for jobs.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The kinds the worker runs.
    pub kinds: Vec<String>,
    /// The most jobs to claim.
    pub count: u32,
    /// The length of the leases without a heartbeat, in milliseconds.
    pub lease_ms: i64,
    /// The token of the leases, unique to this claim.
    pub token: String,
}

/// A claimed job.
#[derive(Debug, Clone, Serialize)]
pub struct Claimed {
    /// Its id.
    pub job_id: JobId,
    /// Its kind.
    pub kind: String,
    /// Its payload.
    pub payload: Box<RawValue>,
    /// The number of this attempt, from 1.
    pub attempt: i64,
    /// Attempts before it counts as failed.
    pub max_attempts: i64,
    /// The checkpoint of an earlier attempt.
    pub checkpoint: Option<Box<RawValue>>,
    /// The token that heartbeats and the result must carry.
    pub lease_token: String,
    /// When the lease expires unless it is renewed.
    pub lease_until: UnixMillis,
    /// When the job was submitted.
    pub created_at: UnixMillis,
}

/// The content of a heartbeat.
#[derive(Debug, Clone, Default)]
pub struct Heartbeat {
    /// The progress of the attempt, as JSON.
    pub progress: Option<String>,
    /// The checkpoint from which another attempt would resume, as JSON.
    pub checkpoint: Option<String>,
    /// A new length of the lease in milliseconds; by default the one it has.
    pub lease_ms: Option<i64>,
}

/// The answer to a heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeartbeatReply {
    /// When the lease now expires.
    pub until: UnixMillis,
    /// Whether the job is to be cancelled.
    pub is_cancelled: bool,
}

/// The state of a job after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The job's state.
    pub state: State,
    /// When it may run again, if it is queued.
    pub run_at: UnixMillis,
    /// Its kind.
    pub kind: String,
    /// The duration of the attempt in milliseconds; `None` when its end had been reported before.
    pub took_ms: Option<i64>,
}

/// Claims the next jobs of some kinds, by priority, then time, then order of submission.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn claim(
    session: &Session<'_>,
    claim: &Claim,
    now: UnixMillis,
) -> Result<Vec<Claimed>, database::Error> {
    let until = now.plus(claim.lease_ms);
    let kinds = serde_json::Value::from(claim.kinds.as_slice()).to_string();
    let values = [
        claim.token.as_str().into(),
        until.into(),
        claim.lease_ms.into(),
        now.into(),
        kinds.into(),
        i64::from(claim.count).into(),
    ];
    // RETURNING gives rows in no particular order.
    let mut claimed = session.all(&Statement::new(sqlite::CLAIM, values), |row| {
        let order = (-row.integer(7), row.integer(8), row.integer(9));
        let job = Claimed {
            job_id: row::id(row, 0)?,
            kind: row.text(1),
            payload: row::json(row, 2).unwrap_or_default(),
            attempt: row.integer(3),
            max_attempts: row.integer(4),
            checkpoint: row::json(row, 5),
            created_at: UnixMillis(row.integer(6)),
            lease_token: claim.token.clone(),
            lease_until: until,
        };
        Ok::<_, database::Error>((order, job))
    })?;
    claimed.sort_by_key(|(order, _)| *order);
    Ok(claimed.into_iter().map(|(_, job)| job).collect())
}

impl Claimed {
    /// Its lease.
    pub fn lease(&self) -> Lease {
        Lease {
            id: self.job_id,
            token: self.lease_token.clone(),
        }
    }
}

/// The condition of every statement on a running attempt: `?1` the job, `?2` the token, `?3` now.
macro_rules! held {
    () => {
        " WHERE id = ?1 AND state = 'processing' AND lease_token = ?2 AND lease_until > ?3"
    };
}

/// The columns that [`outcome`] reads.
macro_rules! returning_outcome {
    () => {
        " RETURNING state, run_at, kind, started_at"
    };
}

impl Lease {
    /// Renews the lease and writes the content of the heartbeat.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`] when the job is gone.
    pub(in crate::jobs) fn renew(
        &self,
        session: &Session<'_>,
        heartbeat: &Heartbeat,
        now: UnixMillis,
    ) -> Result<HeartbeatReply, Error> {
        let sql = concat!(
            "UPDATE _jobs SET lease_ms = coalesce(?4, lease_ms), lease_until = ?3 + coalesce(?4, lease_ms), \
                 updated_at = CASE WHEN ?5 IS NULL THEN updated_at ELSE ?3 END, \
                 progress = coalesce(?5, progress), checkpoint = coalesce(?6, checkpoint)",
            held!(),
            " RETURNING lease_until, cancel_at"
        );
        let values = [
            heartbeat.lease_ms.into(),
            heartbeat.progress.as_deref().into(),
            heartbeat.checkpoint.as_deref().into(),
        ];
        let renewed = session.first(&self.statement(sql, now, values), |row| {
            Ok::<_, database::Error>(HeartbeatReply {
                until: UnixMillis(row.integer(0)),
                is_cancelled: row::time(row, 1).is_some(),
            })
        })?;
        renewed.map_or_else(|| Err(self.lost(session)?), Ok)
    }

    /// Completes the job with a result. Idempotent: a repetition with the same token, after a lost answer, succeeds.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`] when the job is gone.
    pub(in crate::jobs) fn complete(
        &self,
        session: &Session<'_>,
        result: &str,
        now: UnixMillis,
    ) -> Result<Outcome, Error> {
        let sql = concat!(
            "UPDATE _jobs SET state = 'done', result = ?4, error = NULL, checkpoint = NULL, updated_at = ?3, \
                 finished_at = ?3",
            held!(),
            returning_outcome!()
        );
        let statement = self.statement(sql, now, [result.into()]);
        match session.first(&statement, |row| outcome(row, now))? {
            Some(outcome) => Ok(outcome),
            None => self.reported_before(session, &[State::Done]),
        }
    }

    /// Fails the attempt. The job is queued again for the time that `retry_at` returns for its number of failures, unless
    /// that is `None` or no attempt is left; a job to be cancelled is cancelled. Idempotent, as [`Lease::complete`] is.
    ///
    /// Reads the number of failures before it writes: this relies on writes being serial.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`] when the job is gone.
    pub(in crate::jobs) fn fail(
        &self,
        session: &Session<'_>,
        error: &str,
        retry_at: impl FnOnce(i64) -> Option<UnixMillis>,
        now: UnixMillis,
    ) -> Result<Outcome, Error> {
        let select = concat!("SELECT attempts - forgiven, max_attempts FROM _jobs", held!());
        let attempts = session.first(&self.statement(select, now, []), |row| {
            Ok::<_, database::Error>((row.integer(0), row.integer(1)))
        })?;
        let Some((failures, max_attempts)) = attempts else {
            return self.reported_before(session, &[State::Queued, State::Failed, State::Cancelled]);
        };
        let retry_at = retry_at(failures).filter(|_| failures < max_attempts);
        let sql = concat!(
            "UPDATE _jobs SET state = CASE WHEN cancel_at IS NOT NULL THEN 'cancelled' WHEN ?4 IS NULL THEN 'failed' \
                 ELSE 'queued' END, \
                 is_due = CASE WHEN ?4 <= ?3 THEN 1 ELSE 0 END, run_at = coalesce(?4, run_at), error = ?5, \
                 updated_at = ?3, finished_at = CASE WHEN cancel_at IS NOT NULL OR ?4 IS NULL THEN ?3 END",
            held!(),
            returning_outcome!()
        );
        let error: String = error.chars().take(ERROR_LIMIT).collect();
        let statement = self.statement(sql, now, [retry_at.into(), error.into()]);
        let outcome = session.first(&statement, |row| outcome(row, now))?;
        outcome.ok_or(Error::NotFound)
    }

    /// Returns the unfinished job to the queue; the attempt does not count. A job to be cancelled is cancelled.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`] when the job is gone.
    pub(in crate::jobs) fn release(
        &self,
        session: &Session<'_>,
        heartbeat: &Heartbeat,
        now: UnixMillis,
    ) -> Result<Outcome, Error> {
        let sql = concat!(
            "UPDATE _jobs SET state = CASE WHEN cancel_at IS NULL THEN 'queued' ELSE 'cancelled' END, is_due = 1, \
                 forgiven = forgiven + 1, lease_token = NULL, progress = coalesce(?4, progress), \
                 checkpoint = coalesce(?5, checkpoint), updated_at = ?3, \
                 finished_at = CASE WHEN cancel_at IS NOT NULL THEN ?3 END",
            held!(),
            returning_outcome!()
        );
        let values = [
            heartbeat.progress.as_deref().into(),
            heartbeat.checkpoint.as_deref().into(),
        ];
        let released = session.first(&self.statement(sql, now, values), |row| outcome(row, now))?;
        released.map_or_else(|| Err(self.lost(session)?), Ok)
    }

    /// A statement on this lease, with the values of [`held`] and those that follow them.
    fn statement<const N: usize>(&self, sql: &'static str, now: UnixMillis, values: [Value; N]) -> Statement {
        let held = [self.id.into(), self.token.as_str().into(), now.into()];
        Statement::new(sql, held.into_iter().chain(values).collect::<Vec<_>>())
    }

    /// The outcome that this lease reported before, if the job is still in one of `states` and no other attempt began.
    fn reported_before(&self, session: &Session<'_>, states: &[State]) -> Result<Outcome, Error> {
        let select = Statement::new(
            "SELECT state, run_at, kind FROM _jobs WHERE id = ?1 AND lease_token = ?2",
            [self.id.into(), self.token.as_str().into()],
        );
        let reported = session.first(&select, |row| {
            Ok::<_, database::Error>(Outcome {
                state: row::state(row, 0)?,
                run_at: UnixMillis(row.integer(1)),
                kind: row.text(2),
                took_ms: None,
            })
        })?;
        let reported = reported.filter(|outcome| states.contains(&outcome.state));
        reported.map_or_else(|| Err(self.lost(session)?), Ok)
    }

    /// The error of a statement on this lease that changed no row.
    fn lost(&self, session: &Session<'_>) -> Result<Error, database::Error> {
        Ok(match queue::state(session, self.id)? {
            None => Error::NotFound,
            Some(state) => Error::Conflict(format!(
                "This lease is over. The job is {}, and what this attempt says of it no longer counts.",
                state.name()
            )),
        })
    }
}

/// Which of these jobs are running and to be cancelled.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn cancel_requested(session: &Session<'_>, jobs: &[JobId]) -> Result<Vec<JobId>, database::Error> {
    let jobs: serde_json::Value = jobs.iter().map(ToString::to_string).collect();
    let select = Statement::new(sqlite::CANCEL_REQUESTED, [jobs.to_string().into()]);
    session.all(&select, |row| row::id(row, 0))
}

fn outcome(row: &Row<'_, '_>, now: UnixMillis) -> Result<Outcome, database::Error> {
    let started_at = row::time(row, 3).unwrap_or(now);
    Ok(Outcome {
        state: row::state(row, 0)?,
        run_at: UnixMillis(row.integer(1)),
        kind: row.text(2),
        took_ms: Some(now.0.saturating_sub(started_at.0)),
    })
}

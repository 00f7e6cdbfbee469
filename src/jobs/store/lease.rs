//! Leases: for as long as it lasts, one attempt at one job belongs to one worker.
//!
//! A lease is the job's name and a token that only its worker knows. Every statement here names the state it leaves and
//! the token, and that the time is not over: whoever has lost the lease changes nothing.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{row, sqlite};
use crate::clock::UnixMillis;
use crate::database::{self, Session, Statement, Value};
use crate::jobs::job::{ERROR_LIMIT, State};
use crate::jobs::{Error, JobId};

/// A worker's right to one attempt at one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub id: JobId,
    /// What only the worker of this attempt knows.
    pub token: String,
}

/// What a worker asks for.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The kinds it can do.
    pub kinds: Vec<String>,
    /// Jobs at most.
    pub count: u32,
    /// For how long they are its own without a heartbeat, in milliseconds.
    pub lease_ms: i64,
    /// What it will prove with that they are its own: unlike any other claim's.
    pub token: String,
}

/// A job that a worker was given.
#[derive(Debug, Clone, Serialize)]
pub struct Claimed {
    /// Its public name.
    pub job_id: JobId,
    /// What kind of job it is.
    pub kind: String,
    /// What it is about.
    pub payload: Box<RawValue>,
    /// The number of this attempt, from 1.
    pub attempt: i64,
    /// Attempts before it counts as failed.
    pub max_attempts: i64,
    /// What an earlier attempt left to go on from.
    pub checkpoint: Option<Box<RawValue>>,
    /// What heartbeats and the result must carry.
    pub lease_token: String,
    /// When another worker may take it, unless a heartbeat comes before.
    pub lease_until: UnixMillis,
    /// When it was asked for.
    pub created_at: UnixMillis,
    /// Priority, run_at and place in the order of submission: what claims go by.
    #[serde(skip)]
    order: (i64, UnixMillis, i64),
}

/// What a heartbeat may bring along.
#[derive(Debug, Clone, Default)]
pub struct Heartbeat {
    /// How far the attempt is, as JSON.
    pub progress: Option<String>,
    /// What another attempt would go on from, as JSON.
    pub checkpoint: Option<String>,
    /// A new length of the lease, in milliseconds; otherwise it is renewed for as long as before.
    pub lease_ms: Option<i64>,
}

/// What a heartbeat is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeartbeatReply {
    /// How long the lease now lasts.
    pub until: UnixMillis,
    /// Whether the worker is asked to stop.
    pub is_cancelled: bool,
}

/// What an attempt led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Where the job stands now.
    pub state: State,
    /// When it may run again, if it may.
    pub run_at: UnixMillis,
    /// Its kind.
    pub kind: String,
    /// How long the attempt took, in milliseconds. Nothing when this had been said before.
    pub took_ms: Option<i64>,
}

/// Gives the worker the next jobs of its kinds: by priority, then by time, then by submission.
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
        kinds.as_str().into(),
        i64::from(claim.count).into(),
    ];
    let mut claimed = Vec::new();
    session.query(&Statement::new(sqlite::CLAIM, values), |found| {
        claimed.push(Claimed {
            job_id: row::id(found, 0)?,
            kind: found.text(1),
            payload: row::json(found, 2).unwrap_or_default(),
            attempt: found.integer(3),
            max_attempts: found.integer(4),
            checkpoint: row::json(found, 5),
            created_at: UnixMillis(found.integer(6)),
            lease_token: claim.token.clone(),
            lease_until: until,
            order: (-found.integer(7), UnixMillis(found.integer(8)), found.integer(9)),
        });
        Ok::<_, database::Error>(())
    })?;
    claimed.sort_by_key(|job| job.order);
    Ok(claimed)
}

impl Claimed {
    /// The worker's right to it.
    pub fn lease(&self) -> Lease {
        Lease {
            id: self.job_id,
            token: self.lease_token.clone(),
        }
    }
}

/// What every statement on a running attempt ends with; its first two values are the job and the token, the third the
/// time.
const HELD: &str = "WHERE id = ?1 AND state = 'processing' AND lease_token = ?2 AND lease_until > ?3";

impl Lease {
    /// Makes the lease last longer.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is lost, [`Error::NotFound`] when the job is.
    pub(in crate::jobs) fn renew(
        &self,
        session: &Session<'_>,
        heartbeat: &Heartbeat,
        now: UnixMillis,
    ) -> Result<HeartbeatReply, Error> {
        let sql = format!(
            "UPDATE _jobs SET lease_ms = coalesce(?4, lease_ms), lease_until = ?3 + coalesce(?4, lease_ms), \
                 updated_at = CASE WHEN ?5 IS NULL THEN updated_at ELSE ?3 END, \
                 progress = coalesce(?5, progress), checkpoint = coalesce(?6, checkpoint) {HELD} \
             RETURNING lease_until, cancel_at"
        );
        let further = [
            heartbeat.lease_ms.map_or(Value::Null, Value::from),
            heartbeat.progress.as_deref().into(),
            heartbeat.checkpoint.as_deref().into(),
        ];
        let renewed = session.first(&self.held(sql, now, further), |found| {
            Ok::<_, database::Error>(HeartbeatReply {
                until: UnixMillis(found.integer(0)),
                is_cancelled: row::time(found, 1).is_some(),
            })
        })?;
        match renewed {
            Some(renewed) => Ok(renewed),
            None => Err(self.lost(session)?),
        }
    }

    /// The job is done. Saying so again with the same token is answered as the first time, for an answer may be lost.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`] when the job is.
    pub(in crate::jobs) fn complete(
        &self,
        session: &Session<'_>,
        result: &str,
        now: UnixMillis,
    ) -> Result<Outcome, Error> {
        let sql = format!(
            "UPDATE _jobs SET state = 'done', result = ?4, error = NULL, checkpoint = NULL, updated_at = ?3, \
                 finished_at = ?3 {HELD} RETURNING {OUTCOME}"
        );
        let ended = session.first(&self.held(sql, now, [result.into()]), |found| outcome(found, now))?;
        match ended {
            Some(outcome) => Ok(outcome),
            None => self.said_before(session, &[State::Done]),
        }
    }

    /// The attempt failed: the job is tried again at `again`, unless that is never or it has no attempts left. One that
    /// was called off is cancelled. Saying so again is answered as the first time.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`] when the job is.
    pub(in crate::jobs) fn fail(
        &self,
        session: &Session<'_>,
        error: &str,
        again: impl FnOnce(i64) -> Option<UnixMillis>,
        now: UnixMillis,
    ) -> Result<Outcome, Error> {
        let counted = format!("SELECT attempts - forgiven, max_attempts FROM _jobs {HELD}");
        let counted = session.first(&self.held(counted, now, []), |found| {
            Ok::<_, database::Error>((found.integer(0), found.integer(1)))
        })?;
        let Some((failures, most)) = counted else {
            return self.said_before(session, &[State::Queued, State::Failed, State::Cancelled]);
        };
        let again = again(failures).filter(|_| failures < most);
        let sql = format!(
            "UPDATE _jobs SET state = CASE WHEN cancel_at IS NOT NULL THEN 'cancelled' WHEN ?4 IS NULL THEN 'failed' \
                 ELSE 'queued' END, \
                 is_due = coalesce(?4 <= ?3, 0), run_at = coalesce(?4, run_at), error = ?5, updated_at = ?3, \
                 finished_at = CASE WHEN cancel_at IS NOT NULL OR ?4 IS NULL THEN ?3 END {HELD} RETURNING {OUTCOME}"
        );
        let error: String = error.chars().take(ERROR_LIMIT).collect();
        let further = [again.map_or(Value::Null, Value::from), error.as_str().into()];
        let ended = session.first(&self.held(sql, now, further), |found| outcome(found, now))?;
        ended.ok_or(Error::NotFound)
    }

    /// The worker gives the job back unfinished, through no fault of the job: the attempt does not count. One that was
    /// called off is cancelled.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`] when the job is.
    pub(in crate::jobs) fn release(
        &self,
        session: &Session<'_>,
        heartbeat: &Heartbeat,
        now: UnixMillis,
    ) -> Result<Outcome, Error> {
        let sql = format!(
            "UPDATE _jobs SET state = CASE WHEN cancel_at IS NULL THEN 'queued' ELSE 'cancelled' END, is_due = 1, \
                 forgiven = forgiven + 1, lease_token = NULL, progress = coalesce(?4, progress), \
                 checkpoint = coalesce(?5, checkpoint), updated_at = ?3, \
                 finished_at = CASE WHEN cancel_at IS NOT NULL THEN ?3 END {HELD} RETURNING {OUTCOME}"
        );
        let further = [
            heartbeat.progress.as_deref().into(),
            heartbeat.checkpoint.as_deref().into(),
        ];
        let ended = session.first(&self.held(sql, now, further), |found| outcome(found, now))?;
        match ended {
            Some(outcome) => Ok(outcome),
            None => Err(self.lost(session)?),
        }
    }

    fn held<const N: usize>(&self, sql: String, now: UnixMillis, further: [Value; N]) -> Statement {
        let held = [self.id.into(), self.token.as_str().into(), now.into()];
        Statement::new(sql, held.into_iter().chain(further).collect::<Vec<_>>())
    }

    /// What an earlier answer to the same words was, if it was this worker who said them.
    fn said_before(&self, session: &Session<'_>, states: &[State]) -> Result<Outcome, Error> {
        let known = Statement::new(
            "SELECT state, run_at, kind FROM _jobs WHERE id = ?1 AND lease_token = ?2",
            [self.id.into(), self.token.as_str().into()],
        );
        let known = session.first(&known, |found| {
            Ok::<_, database::Error>(Outcome {
                state: row::state(found, 0)?,
                run_at: UnixMillis(found.integer(1)),
                kind: found.text(2),
                took_ms: None,
            })
        })?;
        match known.filter(|known| states.contains(&known.state)) {
            Some(known) => Ok(known),
            None => Err(self.lost(session)?),
        }
    }

    /// Why a statement on this lease changed nothing.
    fn lost(&self, session: &Session<'_>) -> Result<Error, database::Error> {
        let known = Statement::new("SELECT state FROM _jobs WHERE id = ?1", [self.id.into()]);
        let state = session.first(&known, |found| row::state(found, 0))?;
        Ok(match state {
            None => Error::NotFound,
            Some(state) => Error::Conflict(format!(
                "This lease is over. The job is {}, and what this attempt says of it no longer counts.",
                state.name()
            )),
        })
    }
}

/// Which of these jobs were called off while they run.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn cancel_requested(session: &Session<'_>, jobs: &[JobId]) -> Result<Vec<JobId>, database::Error> {
    let jobs: serde_json::Value = jobs.iter().map(ToString::to_string).collect();
    let mut found = Vec::new();
    session.query(
        &Statement::new(sqlite::CANCEL_REQUESTED, [jobs.to_string().as_str().into()]),
        |row| {
            found.push(row::id(row, 0)?);
            Ok::<_, database::Error>(())
        },
    )?;
    Ok(found)
}

/// What [`outcome`] reads.
const OUTCOME: &str = "state, run_at, kind, started_at";

fn outcome(found: &database::Row<'_, '_>, now: UnixMillis) -> Result<Outcome, database::Error> {
    let started = row::time(found, 3).unwrap_or(now);
    Ok(Outcome {
        state: row::state(found, 0)?,
        run_at: UnixMillis(found.integer(1)),
        kind: found.text(2),
        took_ms: Some(now.0.saturating_sub(started.0)),
    })
}

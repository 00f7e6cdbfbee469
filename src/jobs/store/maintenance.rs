//! Time-driven transitions of jobs. Every process makes them; the statements are guarded, so that a transition happens once.

use super::row;
use crate::clock::UnixMillis;
use crate::database::{self, Session, Statement};
use crate::jobs::State;

/// The most rows that one statement changes, which bounds the time of a write.
const BATCH: i64 = 500;
/// Failed jobs are kept this many times as long as other finished ones.
const FAILED_RETENTION: i64 = 7;

/// When the next transitions are due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::jobs) struct Upcoming {
    /// When the next delayed job is due or the next lease expires.
    pub next: Option<UnixMillis>,
    /// When the next finished job is past retention.
    pub sweep: Option<UnixMillis>,
}

/// The transitions made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::jobs) struct Transitions {
    /// Delayed jobs that became claimable.
    pub promoted: usize,
    /// Kinds of the jobs whose lease expired, with their new state.
    pub expired: Vec<(String, State)>,
}

/// Reads when the next transitions are due; `retention_ms` is how long finished jobs are kept.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn upcoming(session: &Session<'_>, retention_ms: i64) -> Result<Upcoming, database::Error> {
    let first = |sql: &'static str| -> Result<Option<UnixMillis>, database::Error> {
        let found = session.first(&Statement::plain(sql), |row| {
            Ok::<_, database::Error>(row::time(row, 0))
        })?;
        Ok(found.flatten())
    };
    let delayed = first("SELECT min(run_at) FROM _jobs WHERE state = 'queued' AND is_due = 0")?;
    let leased = first("SELECT min(lease_until) FROM _jobs WHERE state = 'processing'")?;
    let finished = first("SELECT min(finished_at) FROM _jobs WHERE state IN ('done', 'cancelled')")?;
    let failed = first("SELECT min(finished_at) FROM _jobs WHERE state = 'failed'")?;
    let finished = finished.map(|at| at.plus(retention_ms));
    let failed = failed.map(|at| at.plus(retention_ms.saturating_mul(FAILED_RETENTION)));
    Ok(Upcoming {
        next: delayed.into_iter().chain(leased).min(),
        sweep: finished.into_iter().chain(failed).min(),
    })
}

/// Promotes delayed jobs that are due and expires leases: such a job is queued again, failed after its last attempt, or
/// cancelled if that was requested.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn advance(session: &Session<'_>, now: UnixMillis) -> Result<Transitions, database::Error> {
    let promote = Statement::new(
        "UPDATE _jobs SET is_due = 1 WHERE state = 'queued' AND is_due = 0 AND seq IN ( \
             SELECT seq FROM _jobs WHERE state = 'queued' AND is_due = 0 AND run_at <= ?1 ORDER BY run_at LIMIT ?2)",
        [now.into(), BATCH.into()],
    );
    let promoted = session.execute(&promote)?;
    let expire = Statement::new(
        "UPDATE _jobs SET is_due = 1, lease_token = NULL, updated_at = ?1, \
             error = 'The worker of attempt ' || attempts || ' was not heard of until its lease ran out.', \
             state = CASE WHEN cancel_at IS NOT NULL THEN 'cancelled' \
                          WHEN attempts - forgiven >= max_attempts THEN 'failed' ELSE 'queued' END, \
             finished_at = CASE WHEN cancel_at IS NOT NULL OR attempts - forgiven >= max_attempts THEN ?1 END \
         WHERE state = 'processing' AND lease_until <= ?1 AND seq IN ( \
             SELECT seq FROM _jobs WHERE state = 'processing' AND lease_until <= ?1 ORDER BY lease_until LIMIT ?2) \
         RETURNING kind, state",
        [now.into(), BATCH.into()],
    );
    let expired = session.all(&expire, |row| {
        Ok::<_, database::Error>((row.text(0), row::state(row, 1)?))
    })?;
    Ok(Transitions { promoted, expired })
}

/// Deletes a batch of jobs past retention; returns whether more may be left.
///
/// # Errors
/// The database's.
pub(in crate::jobs) fn sweep(
    session: &Session<'_>,
    retention_ms: i64,
    now: UnixMillis,
) -> Result<bool, database::Error> {
    let delete = |sql: &'static str, retention_ms: i64| {
        session.execute(&Statement::new(sql, [now.plus(-retention_ms).into(), BATCH.into()]))
    };
    let finished = delete(
        "DELETE FROM _jobs WHERE seq IN ( \
             SELECT seq FROM _jobs WHERE state IN ('done', 'cancelled') AND finished_at <= ?1 \
             ORDER BY finished_at LIMIT ?2)",
        retention_ms,
    )?;
    let failed = delete(
        "DELETE FROM _jobs WHERE seq IN ( \
             SELECT seq FROM _jobs WHERE state = 'failed' AND finished_at <= ?1 ORDER BY finished_at LIMIT ?2)",
        retention_ms.saturating_mul(FAILED_RETENTION),
    )?;
    let full = BATCH as usize;
    Ok(finished >= full || failed >= full)
}

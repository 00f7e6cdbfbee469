//! What time brings: jobs whose hour has come, leases that ran out, finished jobs that nobody needs any more.
//!
//! Every process looks after all of it; the statements are guarded, so it does not matter which one comes first.

use super::State;
use super::row::{self};
use crate::clock::UnixMillis;
use crate::database::{self, Session, Statement};

/// Rows that one statement changes at most, so that no write is long.
const BATCH: i64 = 500;
/// Failed jobs are kept this many times as long as the others.
const FAILED_STAY: i64 = 7;

/// When there will be something to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Upcoming {
    /// When the next job's hour comes or the next lease runs out.
    pub next: Option<UnixMillis>,
    /// When the next finished job is to go.
    pub sweep: Option<UnixMillis>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MaintenanceResult {
    /// Jobs whose hour had come.
    pub promoted: usize,
    /// Kinds of the jobs whose lease had run out, and where they stand now.
    pub expired: Vec<(String, State)>,
}

/// When there will be something to do; `retention_ms` is how long finished jobs stay.
///
/// # Errors
/// The database's.
pub(super) fn agenda(session: &Session<'_>, retention_ms: i64) -> Result<Upcoming, database::Error> {
    let first = |sql: &'static str| -> Result<Option<UnixMillis>, database::Error> {
        let found = session.first(&Statement::plain(sql), |found| {
            Ok::<_, database::Error>(row::moment(found, 0))
        })?;
        Ok(found.flatten())
    };
    let delayed = first("SELECT min(run_at) FROM _jobs WHERE state = 'queued' AND is_due = 0")?;
    let leased = first("SELECT min(lease_until) FROM _jobs WHERE state = 'processing'")?;
    let finished = first("SELECT min(finished_at) FROM _jobs WHERE state IN ('done', 'cancelled')")?;
    let failed = first("SELECT min(finished_at) FROM _jobs WHERE state = 'failed'")?;
    let finished = finished.map(|at| at.plus(retention_ms));
    let failed = failed.map(|at| at.plus(retention_ms.saturating_mul(FAILED_STAY)));
    Ok(Upcoming {
        next: delayed.into_iter().chain(leased).min(),
        sweep: finished.into_iter().chain(failed).min(),
    })
}

/// Makes jobs claimable whose hour has come, and takes those back whose lease ran out: to be done again, or failed when
/// that was the last attempt, or cancelled when they were called off.
///
/// # Errors
/// The database's.
pub(super) fn advance(session: &Session<'_>, now: UnixMillis) -> Result<MaintenanceResult, database::Error> {
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
    let mut expired = Vec::new();
    session.query(&expire, |found| {
        expired.push((found.text(0), row::state(found, 1)?));
        Ok::<_, database::Error>(())
    })?;
    Ok(MaintenanceResult { promoted, expired })
}

/// Takes away a batch of finished jobs whose time is over, and says whether there may be more.
///
/// # Errors
/// The database's.
pub(super) fn sweep(session: &Session<'_>, retention_ms: i64, now: UnixMillis) -> Result<bool, database::Error> {
    let gone = |states: &str, stay: i64| {
        let sql = format!(
            "DELETE FROM _jobs WHERE seq IN ( \
                 SELECT seq FROM _jobs WHERE {states} AND finished_at <= ?1 ORDER BY finished_at LIMIT ?2)"
        );
        session.execute(&Statement::new(sql, [now.plus(-stay).into(), BATCH.into()]))
    };
    let finished = gone("state IN ('done', 'cancelled')", retention_ms)?;
    let failed = gone("state = 'failed'", retention_ms.saturating_mul(FAILED_STAY))?;
    let full = BATCH as usize;
    Ok(finished >= full || failed >= full)
}

//! Time-driven transitions: promotes delayed jobs, expires leases, deletes jobs past retention.
//!
//! The task sleeps until the next transition is due, and is woken by every change of the database, including those of
//! this process, because a change may bring a transition forward.

use std::time::Duration;

use super::Jobs;
use super::store::maintenance;
use crate::clock::UnixMillis;
use crate::database;

/// The longest sleep, in case the system's time is set forward.
const LONGEST: Duration = Duration::from_secs(60);
/// A pause after a change, so that one read covers several.
const SETTLING: Duration = Duration::from_millis(10);
/// A pause after the database failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
/// Sweeps in one retention period, and the bounds of the time between two in milliseconds: jobs are deleted in batches.
const SWEEPS_PER_RETENTION: i64 = 60;
const SWEEP_INTERVAL_MS: (i64, i64) = (50, 60_000);

/// Runs for as long as the database is open.
pub(super) async fn run(jobs: Jobs, retention: Duration) {
    let retention_ms = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    let (min, max) = SWEEP_INTERVAL_MS;
    let sweep_interval = (retention_ms / SWEEPS_PER_RETENTION).clamp(min, max);
    let mut work = jobs.shared.notifier.work();
    let mut swept = UnixMillis(0);
    loop {
        work.borrow_and_update();
        let sleep = match keep_up(&jobs, retention_ms, sweep_interval, &mut swept).await {
            Ok(Some(next)) => until(next, jobs.now()),
            Ok(None) => LONGEST,
            Err(database::Error::Closed) => return,
            Err(error) => {
                tracing::debug!(%error, "the maintenance of the queue failed; it tries again");
                FAILURE_PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            changed = work.changed() => match changed {
                Ok(()) => tokio::time::sleep(SETTLING.min(sleep)).await,
                Err(_) => return,
            },
        }
    }
}

/// Makes all transitions that are due; returns when the next one is.
async fn keep_up(
    jobs: &Jobs,
    retention_ms: i64,
    sweep_interval: i64,
    swept: &mut UnixMillis,
) -> Result<Option<UnixMillis>, database::Error> {
    loop {
        let upcoming = jobs
            .database
            .read(|session| maintenance::upcoming(session, retention_ms))?;
        let now = jobs.now();
        let sweep = upcoming.sweep.map(|due| due.max(swept.plus(sweep_interval)));
        if upcoming.next.is_some_and(|due| due <= now) {
            let transitions = jobs
                .database
                .write(move |session| maintenance::advance(session, now))
                .await?;
            for (kind, state) in transitions.expired {
                tracing::warn!(kind, now = state.name(), "the lease of a job ran out");
                jobs.shared.counters.count(&kind, |counts| counts.expired += 1);
            }
            jobs.announce();
        } else if sweep.is_some_and(|due| due <= now) {
            while jobs
                .database
                .write(move |session| maintenance::sweep(session, retention_ms, now))
                .await?
            {}
            *swept = now;
        } else {
            return Ok(upcoming.next.into_iter().chain(sweep).min());
        }
    }
}

fn until(next: UnixMillis, now: UnixMillis) -> Duration {
    let milliseconds = next.0.saturating_sub(now.0).max(1);
    Duration::from_millis(milliseconds.unsigned_abs()).min(LONGEST)
}

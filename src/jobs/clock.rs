//! The clock of the queue: does what time brings when its time has come, and sleeps until then.
//!
//! It is woken by every change of the database, this process's own included, for a change may bring the next hour
//! forward. While nothing changes and nothing is due it sleeps.

use std::time::Duration;

use super::{Jobs, due};
use crate::clock::UnixMillis;
use crate::database;

/// The longest sleep: the system's time may be set forward meanwhile.
const LONGEST: Duration = Duration::from_secs(60);
/// A pause after a change: where one is, there are more, and one look is enough for them.
const SETTLING: Duration = Duration::from_millis(10);
/// A pause after the database did not do what was to be done.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);
/// The part of the retention by which jobs may overstay, and its bounds in milliseconds: they go in batches.
const SWEEPS_IN_A_STAY: i64 = 60;
const BETWEEN_SWEEPS_MS: (i64, i64) = (50, 60_000);

/// Runs for as long as the database is open.
pub(super) async fn run(jobs: Jobs, retention: Duration) {
    let retention_ms = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    let (least, most) = BETWEEN_SWEEPS_MS;
    let between_sweeps = (retention_ms / SWEEPS_IN_A_STAY).clamp(least, most);
    let mut work = jobs.shared.notifier.work();
    let mut swept = UnixMillis(0);
    loop {
        work.borrow_and_update();
        let sleep = match keep_up(&jobs, retention_ms, between_sweeps, &mut swept).await {
            Ok(Some(next)) => until(next, jobs.now()),
            Ok(None) => LONGEST,
            Err(database::Error::Closed) => return,
            Err(error) => {
                tracing::debug!(%error, "the queue's clock could not look or write; it tries again");
                AFTER_A_FAILURE
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

/// Does all that is due and says when the next thing will be.
async fn keep_up(
    jobs: &Jobs,
    retention_ms: i64,
    between_sweeps: i64,
    swept: &mut UnixMillis,
) -> Result<Option<UnixMillis>, database::Error> {
    loop {
        let agenda = jobs.database.read(|session| due::agenda(session, retention_ms))?;
        let now = jobs.now();
        let sweep = agenda.sweep.map(|due| due.max(swept.plus(between_sweeps)));
        if agenda.next.is_some_and(|due| due <= now) {
            let advanced = jobs.database.write(move |session| due::advance(session, now)).await?;
            for (kind, state) in advanced.expired {
                tracing::warn!(kind, now = state.name(), "the lease of a job ran out");
                jobs.shared.counters.count(&kind, |of_kind| of_kind.expired += 1);
            }
            jobs.announce();
        } else if sweep.is_some_and(|due| due <= now) {
            while jobs
                .database
                .write(move |session| due::sweep(session, retention_ms, now))
                .await?
            {}
            *swept = now;
        } else {
            return Ok(agenda.next.into_iter().chain(sweep).min());
        }
    }
}

fn until(next: UnixMillis, now: UnixMillis) -> Duration {
    let milliseconds = next.0.saturating_sub(now.0).max(1);
    Duration::from_millis(milliseconds.unsigned_abs()).min(LONGEST)
}

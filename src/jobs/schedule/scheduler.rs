//! The scheduler: a task that sleeps until the next schedule is due and lets it tick.
//!
//! It is woken by every change of the database, because a change may bring the next tick forward.

use std::time::Duration;

use super::{Schedules, Tick, Ticked};
use crate::clock::UnixMillis;
use crate::database;

/// The longest sleep, in case the system's time is set forward.
const LONGEST: Duration = Duration::from_secs(60);
/// A pause after the database failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
/// A tick that is later than this, in milliseconds, is logged.
const LATE: i64 = 60_000;

impl Schedules {
    /// Runs the scheduler for as long as the database is open.
    pub async fn run(self) {
        let mut versions = self.jobs.database.versions();
        let mut is_failing = false;
        loop {
            versions.borrow_and_update();
            let sleep = match self.keep_up().await {
                Ok(next) => {
                    is_failing = false;
                    next.map_or(LONGEST, |next| until(next, self.jobs.now()))
                }
                Err(database::Error::Closed) => return,
                Err(error) => {
                    // Logged once, not at every retry.
                    if !std::mem::replace(&mut is_failing, true) {
                        tracing::warn!(%error, "schedules cannot tick; they are tried again, and no tick is lost");
                    }
                    tokio::time::sleep(FAILURE_PAUSE).await;
                    continue;
                }
            };
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                changed = versions.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Lets due schedules tick; returns when the next one is due.
    async fn keep_up(&self) -> Result<Option<UnixMillis>, database::Error> {
        loop {
            let (next, now) = (self.next_due()?, self.jobs.now());
            if next.is_none_or(|next| next > now) {
                return Ok(next);
            }
            for tick in self.tick(now).await? {
                log(&tick, now);
            }
        }
    }
}

fn log(tick: &Tick, now: UnixMillis) {
    let schedule = tick.name.as_str();
    let due = jiff::Timestamp::from_millisecond(tick.due.0).unwrap_or_default();
    match &tick.ticked {
        Ticked::Job(job) if now.0.saturating_sub(tick.due.0) > LATE => {
            tracing::info!(schedule, %due, %job, "a schedule was due while no scheduler ran: it has run once, now");
        }
        Ticked::Job(job) => tracing::debug!(schedule, %due, %job, "a schedule submitted a job"),
        Ticked::Skipped(job) => {
            tracing::debug!(schedule, %due, %job, "a tick was skipped: the job of an earlier one is unfinished");
        }
        Ticked::Refused(message) => tracing::error!(schedule, %due, message, "a schedule cannot submit its job"),
    }
}

fn until(next: UnixMillis, now: UnixMillis) -> Duration {
    let milliseconds = next.0.saturating_sub(now.0).max(1);
    Duration::from_millis(milliseconds.unsigned_abs()).min(LONGEST)
}

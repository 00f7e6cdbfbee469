//! The clock of schedules: sleeps until the next one is due, and lets it tick.
//!
//! It is woken by every change of the database, for a change may bring the next tick forward. While nothing changes and
//! nothing is due it sleeps.

use std::time::Duration;

use super::{Schedules, Tick, Ticked};
use crate::clock::UnixMillis;
use crate::database;

/// The longest sleep: the system's time may be set forward meanwhile.
const LONGEST: Duration = Duration::from_secs(60);
/// A pause after the database did not do what was to be done.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);
/// A tick that comes later than this is told in the log, in milliseconds.
const LATE: i64 = 60_000;

impl Schedules {
    /// Makes jobs by the clock, for as long as the database is open.
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
                    // Once, and not once a second, until it works again.
                    if !std::mem::replace(&mut is_failing, true) {
                        tracing::warn!(%error, "schedules cannot tick; they are tried again, and no tick is lost");
                    }
                    tokio::time::sleep(AFTER_A_FAILURE).await;
                    continue;
                }
            };
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                changed = versions.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Lets tick what is due, and says when the next one will be.
    async fn keep_up(&self) -> Result<Option<UnixMillis>, database::Error> {
        loop {
            let (next, now) = (self.next_due()?, self.jobs.now());
            if next.is_none_or(|next| next > now) {
                return Ok(next);
            }
            for tick in self.tick(now).await? {
                tell(&tick, now);
            }
        }
    }
}

fn tell(tick: &Tick, now: UnixMillis) {
    let schedule = tick.name.as_str();
    let due = jiff::Timestamp::from_millisecond(tick.due.0).unwrap_or_default();
    match &tick.ticked {
        Ticked::Job(job) if now.0.saturating_sub(tick.due.0) > LATE => {
            tracing::info!(schedule, %due, %job, "a schedule was due while nobody looked: it has run once, now");
        }
        Ticked::Job(job) => tracing::debug!(schedule, %due, %job, "a schedule has asked for a job"),
        Ticked::LeftOut(job) => {
            tracing::debug!(schedule, %due, %job, "a tick was left out: the job of an earlier one is unfinished");
        }
        Ticked::Refused(message) => tracing::error!(schedule, %due, message, "a schedule cannot ask for its job"),
    }
}

fn until(next: UnixMillis, now: UnixMillis) -> Duration {
    let milliseconds = next.0.saturating_sub(now.0).max(1);
    Duration::from_millis(milliseconds.unsigned_abs()).min(LONGEST)
}

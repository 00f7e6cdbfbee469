//! The operations on the queue that `http` and `command` call, each one read or one write.

use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::watch;

use super::job::{PAYLOAD_LIMIT, RESULT_LIMIT};
use super::metrics::{Gauges, KINDS, Snapshot};
use super::store::list::{Counts, Filter, Page};
use super::store::{lease, list, queue};
use super::{Claim, Claimed, Error, Heartbeat, HeartbeatReply, Job, JobId, Jobs, Lease, Outcome, State};
use super::{backoff, validation, wait_queue};
use crate::database::{self, CancelFlag, ReadSlot, Session};

/// The most kinds that counts are given for.
const MAX_KINDS: usize = 1000;

impl Jobs {
    /// A job in its current state.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it does not exist.
    pub fn find(&self, id: JobId) -> Result<Job, Error> {
        let found = self.database.read(|session| queue::find(session, id))?;
        found.ok_or(Error::NotFound)
    }

    /// The payload of a job, as JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it does not exist.
    pub fn payload(&self, id: JobId) -> Result<Box<RawValue>, Error> {
        let found = self.database.read(|session| queue::payload(session, id))?;
        found.ok_or(Error::NotFound)
    }

    /// A page of at most `limit` jobs older than `after`, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the job `after` does not exist.
    pub async fn page(&self, filter: Filter, after: Option<JobId>, limit: u32) -> Result<Page, Error> {
        self.read(move |session| list::page(session, &filter, after, limit))
            .await
    }

    /// The numbers of jobs by kind and state, of at most [`MAX_KINDS`] kinds.
    ///
    /// # Errors
    /// The database's.
    pub async fn counts(&self) -> Result<Counts, Error> {
        self.read(|session| Ok(list::counts(session, MAX_KINDS)?)).await
    }

    /// The figures of the queue for monitoring.
    ///
    /// # Errors
    /// The database's.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let now = self.now();
        let gauges = self.read(move |session| {
            let oldest = list::oldest(session, KINDS)?.into_iter();
            Ok(Gauges {
                depth: list::counts(session, KINDS)?,
                oldest_ms: oldest.map(|(kind, since)| (kind, now.since(since))).collect(),
            })
        });
        Ok(Snapshot {
            gauges: gauges.await?,
            counters: self.shared.counters.snapshot(),
        })
    }

    /// Changes whenever a job may have changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.notifier.changes()
    }

    /// The number of claims that wait at this process.
    pub fn waiting(&self) -> usize {
        self.shared.wait_queue.len()
    }

    /// Cancels a job: [`State::Cancelled`] when it was queued, else [`State::Processing`], and its worker is told at its
    /// next heartbeat.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when it has ended otherwise.
    pub async fn cancel(&self, id: JobId) -> Result<State, Error> {
        let now = self.now();
        let state = self.change(move |session| queue::cancel(session, id, now)).await?;
        // The workers of this process check whether it is one of theirs.
        self.announce();
        Ok(state)
    }

    /// Queues a failed or cancelled job again with all its attempts.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] in every other state.
    pub async fn retry(&self, id: JobId) -> Result<State, Error> {
        let now = self.now();
        let state = self.change(move |session| queue::retry(session, id, now)).await?;
        self.announce();
        Ok(state)
    }

    /// A new token, by which a worker proves that it holds a lease.
    pub fn lease_token(&self) -> String {
        format!("{:032x}", self.rng.bits())
    }

    /// Claims the next jobs of some kinds; while there are none, waits for them at most `timeout`.
    ///
    /// # Errors
    /// [`Error::Crowded`], or the database's.
    pub async fn claim(&self, claim: Claim, timeout: Duration) -> Result<Vec<Claimed>, Error> {
        if !timeout.is_zero() {
            return wait_queue::wait(self, claim, timeout).await;
        }
        if self
            .database
            .read(|session| list::ready(session, &claim.kinds))?
            .is_empty()
        {
            return Ok(Vec::new());
        }
        let now = self.now();
        let claimed = self
            .change(move |session| Ok(lease::claim(session, &claim, now)?))
            .await?;
        self.record_claimed(&claimed);
        Ok(claimed)
    }

    /// Renews a lease; the reply says whether the job is to be cancelled.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`], [`Error::TooLarge`].
    pub async fn heartbeat(&self, lease: Lease, heartbeat: Heartbeat) -> Result<HeartbeatReply, Error> {
        let size = heartbeat.checkpoint.as_ref().map_or(0, String::len);
        if size > PAYLOAD_LIMIT {
            return Err(validation::too_large("checkpoint", size, PAYLOAD_LIMIT));
        }
        let now = self.now();
        self.change(move |session| lease.renew(session, &heartbeat, now)).await
    }

    /// Completes an attempt with its result.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`], [`Error::TooLarge`].
    pub async fn complete(&self, lease: Lease, result: String) -> Result<Outcome, Error> {
        if result.len() > RESULT_LIMIT {
            return Err(validation::too_large("result", result.len(), RESULT_LIMIT));
        }
        let now = self.now();
        let outcome = self
            .change(move |session| lease.complete(session, &result, now))
            .await?;
        self.shared.counters.record(&outcome);
        Ok(outcome)
    }

    /// Fails an attempt; with `retry` it is tried again while attempts are left.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`].
    pub async fn fail(&self, lease: Lease, error: String, retry: bool) -> Result<Outcome, Error> {
        let (now, random) = (self.now(), self.rng.bits());
        let retry_at = move |failures| retry.then(|| now.plus(backoff::delay_ms(failures, random)));
        let outcome = self
            .change(move |session| lease.fail(session, &error, retry_at, now))
            .await?;
        self.shared.counters.record(&outcome);
        Ok(outcome)
    }

    /// Returns an unfinished job to the queue without counting the attempt.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`].
    pub async fn release(&self, lease: Lease, heartbeat: Heartbeat) -> Result<Outcome, Error> {
        let now = self.now();
        let outcome = self
            .change(move |session| lease.release(session, &heartbeat, now))
            .await?;
        self.announce();
        Ok(outcome)
    }

    pub(super) fn record_claimed(&self, claimed: &[Claimed]) {
        for job in claimed {
            self.shared.counters.count(&job.kind, |counts| counts.claimed += 1);
        }
        if !claimed.is_empty() {
            self.shared.notifier.changed();
        }
    }

    /// Reads on this thread, or on a thread of its own when that exceeds the budget of a short read.
    async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Session<'_>) -> Result<T, Error> + Send + Clone + 'static,
    ) -> Result<T, Error> {
        match self.database.read(work.clone()) {
            Err(Error::Database(database::Error::Interrupted)) => {
                self.database
                    .read_long(ReadSlot::Page, CancelFlag::default(), work)
                    .await
            }
            answer => answer,
        }
    }

    /// Writes, then notifies watchers.
    async fn change<T: Send + 'static>(
        &self,
        work: impl FnMut(&Session<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let done = self.database.write(work).await?;
        self.shared.notifier.changed();
        Ok(done)
    }
}

//! What `http` and `command` ask of the queue, each a read or a write of its own.

use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::watch;

use super::job::{PAYLOAD_LIMIT, RESULT_LIMIT};
use super::list::{Counts, Filter, Page};
use super::metrics::{Gauges, KINDS, Snapshot};
use super::{Claim, Claimed, Error, Heartbeat, HeartbeatReply, Job, JobId, Jobs, Lease, Outcome, State};
use super::{backoff, check, lease, list, queue, wait_queue};
use crate::database::{self, CancelFlag, ReadSlot, Session};

impl Jobs {
    /// A job, as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or no longer.
    pub fn find(&self, id: JobId) -> Result<Job, Error> {
        let found = self.database.read(|session| queue::find(session, id))?;
        found.ok_or(Error::NotFound)
    }

    /// The payload of a job, as JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or no longer.
    pub fn payload(&self, id: JobId) -> Result<Box<RawValue>, Error> {
        let found = self.database.read(|session| queue::payload(session, id))?;
        found.ok_or(Error::NotFound)
    }

    /// A page of at most `limit` jobs older than `after`, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no job `after`, or no longer.
    pub async fn page(&self, filter: Filter, after: Option<JobId>, limit: u32) -> Result<Page, Error> {
        self.read(move |session| list::page(session, &filter, after, limit))
            .await
    }

    /// How many jobs there are by kind and state; at most a thousand kinds.
    ///
    /// # Errors
    /// The database's.
    pub async fn counts(&self) -> Result<Counts, Error> {
        self.read(|session| Ok(list::counts(session, 1000)?)).await
    }

    /// Every figure that an operator may want to watch.
    ///
    /// # Errors
    /// The database's.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let now = self.now();
        let gauges = self.read(move |session| {
            let oldest = list::oldest(session, KINDS)?.into_iter();
            let age = |since: crate::clock::UnixMillis| now.0.saturating_sub(since.0).max(0).unsigned_abs();
            Ok(Gauges {
                depth: list::counts(session, KINDS)?,
                oldest_ms: oldest.map(|(kind, since)| (kind, age(since))).collect(),
            })
        });
        Ok(Snapshot {
            gauges: gauges.await?,
            counters: self.shared.counters.snapshot(),
        })
    }

    /// Changes whenever something about some job may be another than before.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.notifier.changes()
    }

    /// Workers that wait for jobs at this process.
    pub fn waiting(&self) -> usize {
        self.shared.waiting.len()
    }

    /// Calls a job off: [`State::Cancelled`] when nobody works on it, else [`State::Processing`], and its worker will be
    /// told.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when it has come to another end.
    pub async fn cancel(&self, id: JobId) -> Result<State, Error> {
        let now = self.now();
        let state = self.change(move |session| queue::cancel(session, id, now)).await?;
        // So that the workers of this process look whether it is one of theirs.
        self.announce();
        Ok(state)
    }

    /// Puts a job that failed or was called off into the queue again, with all its attempts.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] in every other state.
    pub async fn retry(&self, id: JobId) -> Result<State, Error> {
        let now = self.now();
        let state = self.change(move |session| queue::retry(session, id, now)).await?;
        self.announce();
        Ok(state)
    }

    /// What a claim will prove with that its jobs are its own.
    pub fn lease_token(&self) -> String {
        format!("{:032x}", self.rng.bits())
    }

    /// Gives a worker the next jobs of its kinds, waiting for some at most `patience`.
    ///
    /// # Errors
    /// [`Error::Crowded`], or the database's.
    pub async fn claim(&self, claim: Claim, patience: Duration) -> Result<Vec<Claimed>, Error> {
        if !patience.is_zero() {
            return wait_queue::wait(self, claim, patience).await;
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
        self.count_claimed(&claimed);
        Ok(claimed)
    }

    /// Renews a lease, and says whether the worker is asked to stop.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`], [`Error::TooLarge`].
    pub async fn heartbeat(&self, lease: Lease, heartbeat: Heartbeat) -> Result<HeartbeatReply, Error> {
        let size = heartbeat.checkpoint.as_ref().map_or(0, String::len);
        if size > PAYLOAD_LIMIT {
            return Err(check::too_large("checkpoint", size, PAYLOAD_LIMIT));
        }
        let now = self.now();
        self.change(move |session| lease.renew(session, &heartbeat, now)).await
    }

    /// Takes the result of an attempt.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`], [`Error::TooLarge`].
    pub async fn complete(&self, lease: Lease, result: String) -> Result<Outcome, Error> {
        if result.len() > RESULT_LIMIT {
            return Err(check::too_large("result", result.len(), RESULT_LIMIT));
        }
        let now = self.now();
        let outcome = self
            .change(move |session| lease.complete(session, &result, now))
            .await?;
        self.shared.counters.ended(&outcome);
        Ok(outcome)
    }

    /// Takes note that an attempt failed; `retry` says whether another may do better.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`].
    pub async fn fail(&self, lease: Lease, error: String, retry: bool) -> Result<Outcome, Error> {
        let (now, random) = (self.now(), self.rng.bits());
        let again = move |failures| retry.then(|| now.plus(backoff::wait_ms(failures, random)));
        let outcome = self
            .change(move |session| lease.fail(session, &error, again, now))
            .await?;
        self.shared.counters.ended(&outcome);
        Ok(outcome)
    }

    /// Takes a job back unfinished, through no fault of its own.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the lease is lost, [`Error::NotFound`].
    pub async fn give_back(&self, lease: Lease, heartbeat: Heartbeat) -> Result<Outcome, Error> {
        let now = self.now();
        let outcome = self
            .change(move |session| lease.give_back(session, &heartbeat, now))
            .await?;
        self.announce();
        Ok(outcome)
    }

    pub(super) fn count_claimed(&self, claimed: &[Claimed]) {
        for job in claimed {
            self.shared.counters.count(&job.kind, |of_kind| of_kind.claimed += 1);
        }
        if !claimed.is_empty() {
            self.shared.notifier.changed();
        }
    }

    /// A read that is short as a rule, and of any length if need be.
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

    /// A write after which those who watch are told.
    async fn change<T: Send + 'static>(
        &self,
        work: impl FnMut(&Session<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let done = self.database.write(work).await?;
        self.shared.notifier.changed();
        Ok(done)
    }
}

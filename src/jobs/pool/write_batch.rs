//! One write of the dispatcher: results, released jobs, renewed leases and a claim, in one transaction.

use crate::clock::UnixMillis;
use crate::database::{self, Session};
use crate::jobs::store::lease;
use crate::jobs::{Claim, Claimed, Heartbeat, HeartbeatReply, Lease, Outcome};
use crate::jobs::{Error, backoff};

/// The changes to write.
#[derive(Default, Clone)]
pub(super) struct WriteBatch {
    pub(super) results: Vec<(Lease, AttemptResult)>,
    pub(super) releases: Vec<(Lease, Heartbeat)>,
    pub(super) renewals: Vec<(Lease, Heartbeat)>,
    pub(super) claim: Option<Claim>,
}

/// How an attempt ended.
#[derive(Clone)]
pub(super) enum AttemptResult {
    /// With a result, as JSON.
    Done(String),
    /// With an error. `retry` holds the random bits of the backoff when the job may be tried again.
    Failed { error: String, retry: Option<u128> },
}

/// The answers to a batch, in its order. An attempt whose lease is lost has an error of its own.
pub(super) struct BatchReply {
    pub(super) outcomes: Vec<Result<Outcome, Error>>,
    pub(super) renewals: Vec<Result<HeartbeatReply, Error>>,
    pub(super) claimed: Vec<Claimed>,
}

impl WriteBatch {
    pub(super) fn is_empty(&self) -> bool {
        self.results.is_empty() && self.releases.is_empty() && self.renewals.is_empty() && self.claim.is_none()
    }

    /// Writes the batch. May be run more than once.
    ///
    /// # Errors
    /// The database's; then nothing is written.
    pub(super) fn write(&self, session: &Session<'_>, now: UnixMillis) -> Result<BatchReply, database::Error> {
        let outcomes = self.results.iter().map(|(lease, result)| match result {
            AttemptResult::Done(result) => lease.complete(session, result, now),
            AttemptResult::Failed { error, retry } => {
                let retry_at = |failures| retry.map(|random| now.plus(backoff::delay_ms(failures, random)));
                lease.fail(session, error, retry_at, now)
            }
        });
        let outcomes = outcomes.map(split_database_error).collect::<Result<_, _>>()?;
        for (lease, heartbeat) in &self.releases {
            // A lost lease leaves nothing to release.
            let _ = split_database_error(lease.release(session, heartbeat, now))?;
        }
        let renewals = self
            .renewals
            .iter()
            .map(|(lease, heartbeat)| lease.renew(session, heartbeat, now));
        Ok(BatchReply {
            outcomes,
            renewals: renewals.map(split_database_error).collect::<Result<_, _>>()?,
            claimed: match &self.claim {
                Some(claim) => lease::claim(session, claim, now)?,
                None => Vec::new(),
            },
        })
    }
}

/// Separates errors of the database, which fail the whole batch, from those of one attempt.
fn split_database_error<T>(answer: Result<T, Error>) -> Result<Result<T, Error>, database::Error> {
    match answer {
        Err(Error::Database(error)) => Err(error),
        answer => Ok(answer),
    }
}

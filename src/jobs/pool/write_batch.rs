//! One write of the keeper's: results, jobs given back, leases renewed and new jobs, together.

use crate::clock::UnixMillis;
use crate::database::{self, Session};
use crate::jobs::store::lease;
use crate::jobs::{Claim, Claimed, Heartbeat, HeartbeatReply, Lease, Outcome};
use crate::jobs::{Error, backoff};

/// What is to be written.
#[derive(Default, Clone)]
pub(super) struct WriteBatch {
    pub(super) ended: Vec<(Lease, AttemptResult)>,
    pub(super) given_back: Vec<(Lease, Heartbeat)>,
    pub(super) renewed: Vec<(Lease, Heartbeat)>,
    pub(super) claim: Option<Claim>,
}

/// How an attempt ended.
#[derive(Clone)]
pub(super) enum AttemptResult {
    /// With a result, as JSON.
    Done(String),
    /// Without one; the bits say how long to wait for the next attempt, if there is to be one.
    Failed { error: String, again: Option<u128> },
}

/// What came of a round. A job whose lease was lost is answered by an error of its own.
pub(super) struct Written {
    pub(super) ended: Vec<Result<Outcome, Error>>,
    pub(super) given_back: Vec<Result<Outcome, Error>>,
    pub(super) renewed: Vec<Result<HeartbeatReply, Error>>,
    pub(super) claimed: Vec<Claimed>,
}

impl WriteBatch {
    pub(super) fn is_empty(&self) -> bool {
        self.ended.is_empty() && self.given_back.is_empty() && self.renewed.is_empty() && self.claim.is_none()
    }

    /// Writes all of it. May be run more than once.
    pub(super) fn write(&self, session: &Session<'_>, now: UnixMillis) -> Result<Written, database::Error> {
        let ended = self.ended.iter().map(|(lease, ending)| match ending {
            AttemptResult::Done(result) => lease.complete(session, result, now),
            AttemptResult::Failed { error, again } => {
                let wait = |failures| again.map(|random| now.plus(backoff::wait_ms(failures, random)));
                lease.fail(session, error, wait, now)
            }
        });
        let ended = ended.map(fatal).collect::<Result<_, _>>()?;
        let given_back = self
            .given_back
            .iter()
            .map(|(lease, heartbeat)| lease.give_back(session, heartbeat, now));
        let given_back = given_back.map(fatal).collect::<Result<_, _>>()?;
        let renewed = self
            .renewed
            .iter()
            .map(|(lease, heartbeat)| lease.renew(session, heartbeat, now));
        Ok(Written {
            ended,
            given_back,
            renewed: renewed.map(fatal).collect::<Result<_, _>>()?,
            claimed: match &self.claim {
                Some(claim) => lease::claim(session, claim, now)?,
                None => Vec::new(),
            },
        })
    }
}

/// The database's errors concern the whole round; all others one job.
fn fatal<T>(answer: Result<T, Error>) -> Result<Result<T, Error>, database::Error> {
    match answer {
        Err(Error::Database(error)) => Err(error),
        answer => Ok(answer),
    }
}

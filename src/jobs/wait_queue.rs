//! The queue of claims that wait for jobs, first in, first out.
//!
//! One task serves all of them. Woken by new work or a new claim, it reads which of the kinds waited for have claimable jobs
//! and claims for the longest waiting in one write. Jobs claimed for a worker that has disconnected are released.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::store::{lease, list};
use super::{Claim, Claimed, Error, Heartbeat, Jobs};
use crate::database;

/// The most claims that wait at once.
const MAX_WAITERS: usize = 1024;
/// The most claims that are served by one write.
const MAX_PER_WRITE: usize = 64;
/// A pause after the database failed.
const FAILURE_PAUSE: Duration = Duration::from_millis(500);

/// The claims that wait, the longest waiting first.
#[derive(Default)]
pub(super) struct WaitQueue {
    waiters: Mutex<VecDeque<Waiter>>,
    added: Notify,
}

struct Waiter {
    claim: Claim,
    reply: oneshot::Sender<Vec<Claimed>>,
}

/// The receiving end of a waiter. Dropped before its reply is taken, it releases the jobs in the reply.
struct PendingReply<'j> {
    jobs: &'j Jobs,
    reply: oneshot::Receiver<Vec<Claimed>>,
}

impl Drop for PendingReply<'_> {
    fn drop(&mut self) {
        self.reply.close();
        if let Ok(claimed) = self.reply.try_recv() {
            release(self.jobs, claimed);
        }
    }
}

impl WaitQueue {
    /// The number of claims that wait.
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Waiter>> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove_disconnected(waiters: &mut VecDeque<Waiter>) {
        waiters.retain(|waiter| !waiter.reply.is_closed());
    }

    /// The kinds that are waited for.
    fn kinds(&self) -> Vec<String> {
        let mut waiters = self.lock();
        Self::remove_disconnected(&mut waiters);
        let kinds: BTreeSet<&String> = waiters.iter().flat_map(|waiter| &waiter.claim.kinds).collect();
        kinds.into_iter().cloned().collect()
    }

    /// Removes the longest waiting claims for one of these kinds, as many as one write serves.
    fn take(&self, ready: &[String]) -> Vec<Waiter> {
        let mut waiters = self.lock();
        let mut taken = Vec::new();
        let mut left = VecDeque::with_capacity(waiters.len());
        for waiter in waiters.drain(..) {
            let is_taken = taken.len() < MAX_PER_WRITE && waiter.claim.kinds.iter().any(|kind| ready.contains(kind));
            match is_taken {
                true => taken.push(waiter),
                false => left.push_back(waiter),
            }
        }
        *waiters = left;
        taken
    }

    /// Returns claims that got no job to the front, in their order.
    fn put_back(&self, unserved: Vec<Waiter>) {
        let mut waiters = self.lock();
        for waiter in unserved.into_iter().rev() {
            waiters.push_front(waiter);
        }
    }
}

/// Waits for jobs at most `timeout`; empty when none came.
///
/// # Errors
/// [`Error::Crowded`] when [`MAX_WAITERS`] claims wait already.
pub(super) async fn wait(jobs: &Jobs, claim: Claim, timeout: Duration) -> Result<Vec<Claimed>, Error> {
    let queue = &jobs.shared.wait_queue;
    let (reply, receiver) = oneshot::channel();
    {
        let mut waiters = queue.lock();
        WaitQueue::remove_disconnected(&mut waiters);
        if waiters.len() >= MAX_WAITERS {
            return Err(Error::Crowded("Too many workers are waiting. Try again."));
        }
        waiters.push_back(Waiter { claim, reply });
    }
    let mut pending = PendingReply { jobs, reply: receiver };
    queue.added.notify_one();
    match tokio::time::timeout(timeout, &mut pending.reply).await {
        Ok(claimed) => Ok(claimed.unwrap_or_default()),
        Err(_) => {
            pending.reply.close();
            Ok(pending.reply.try_recv().unwrap_or_default())
        }
    }
}

/// Serves waiting claims for as long as the database is open.
pub(super) async fn serve(jobs: Jobs) {
    let mut work = jobs.shared.notifier.work();
    loop {
        tokio::select! {
            () = jobs.shared.wait_queue.added.notified() => {}
            changed = work.changed() => if changed.is_err() { return },
        }
        loop {
            match serve_once(&jobs).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(database::Error::Closed) => return,
                Err(error) => {
                    tracing::debug!(%error, "waiting workers could not be served; they go on waiting");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
        }
    }
}

/// Serves claims for which there are jobs, with one write; returns whether it served any.
async fn serve_once(jobs: &Jobs) -> Result<bool, database::Error> {
    let queue = &jobs.shared.wait_queue;
    let kinds = queue.kinds();
    if kinds.is_empty() {
        return Ok(false);
    }
    let ready = jobs.database.read(|session| list::ready(session, &kinds))?;
    let waiters = queue.take(&ready);
    if waiters.is_empty() {
        return Ok(false);
    }
    let claims: Vec<Claim> = waiters.iter().map(|waiter| waiter.claim.clone()).collect();
    let now = jobs.now();
    let claimed = jobs.database.write(move |session| {
        let claimed = claims.iter().map(|claim| lease::claim(session, claim, now));
        claimed.collect::<Result<Vec<_>, database::Error>>()
    });
    let claimed = match claimed.await {
        Ok(claimed) => claimed,
        Err(error) => {
            queue.put_back(waiters);
            return Err(error);
        }
    };
    let mut has_served = false;
    let mut unserved = Vec::new();
    for (waiter, claimed) in waiters.into_iter().zip(claimed) {
        if claimed.is_empty() {
            unserved.push(waiter);
            continue;
        }
        has_served = true;
        jobs.record_claimed(&claimed);
        if let Err(claimed) = waiter.reply.send(claimed) {
            release(jobs, claimed);
        }
    }
    queue.put_back(unserved);
    Ok(has_served)
}

/// Releases jobs that were claimed for a worker that has disconnected.
fn release(jobs: &Jobs, claimed: Vec<Claimed>) {
    let jobs = jobs.clone();
    tokio::spawn(async move {
        for job in claimed {
            // A job that cannot be released now is claimable when its lease expires.
            let _ = jobs.release(job.lease(), Heartbeat::default()).await;
        }
    });
}

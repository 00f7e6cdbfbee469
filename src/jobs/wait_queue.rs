//! Workers that wait for jobs: in one line, the longest waiting first.
//!
//! One task serves them all. Woken by new work or a new worker, it asks which of the kinds that are waited for have jobs,
//! and claims for those who want them in a single write, in their order. A worker that has gone meanwhile leaves its
//! jobs to the next.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::store::{lease, list};
use super::{Claim, Claimed, Error, Jobs};
use crate::database;

/// Workers that may wait at once.
const PLACES: usize = 1024;
/// Workers that are served by one write.
const AT_ONCE: usize = 64;
/// A pause after the database did not say who could be served.
const AFTER_A_FAILURE: Duration = Duration::from_millis(500);

/// The line.
#[derive(Default)]
pub(super) struct WaitQueue {
    line: Mutex<VecDeque<Waiter>>,
    arrived: Notify,
}

struct Waiter {
    claim: Claim,
    answer: oneshot::Sender<Vec<Claimed>>,
}

/// A place in the line. Whoever leaves it early leaves what was claimed for it to others.
struct Place<'j> {
    jobs: &'j Jobs,
    answer: oneshot::Receiver<Vec<Claimed>>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.answer.close();
        if let Ok(claimed) = self.answer.try_recv() {
            release(self.jobs, claimed);
        }
    }
}

impl WaitQueue {
    fn line(&self) -> MutexGuard<'_, VecDeque<Waiter>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.line().len()
    }
}

/// Waits for jobs at most so long; nothing when none came.
///
/// # Errors
/// [`Error::Crowded`] when too many wait already.
pub(super) async fn wait(jobs: &Jobs, claim: Claim, patience: Duration) -> Result<Vec<Claimed>, Error> {
    let waiting = &jobs.shared.waiting;
    let (answer, receiver) = oneshot::channel();
    {
        let mut line = waiting.line();
        line.retain(|waiter| !waiter.answer.is_closed());
        if line.len() >= PLACES {
            return Err(Error::Crowded("Too many workers are waiting. Try again."));
        }
        line.push_back(Waiter { claim, answer });
    }
    let mut place = Place { jobs, answer: receiver };
    waiting.arrived.notify_one();
    match tokio::time::timeout(patience, &mut place.answer).await {
        Ok(claimed) => Ok(claimed.unwrap_or_default()),
        Err(_) => {
            place.answer.close();
            Ok(place.answer.try_recv().unwrap_or_default())
        }
    }
}

/// Serves those who wait, for as long as the database is open.
pub(super) async fn serve(jobs: Jobs) {
    let mut work = jobs.shared.notifier.work();
    loop {
        tokio::select! {
            () = jobs.shared.waiting.arrived.notified() => {}
            changed = work.changed() => if changed.is_err() { return },
        }
        loop {
            match serve_once(&jobs).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(database::Error::Closed) => return,
                Err(error) => {
                    tracing::debug!(%error, "waiting workers could not be served; they go on waiting");
                    tokio::time::sleep(AFTER_A_FAILURE).await;
                }
            }
        }
    }
}

/// Serves some of those who can be served, and says whether there may be more of them.
async fn serve_once(jobs: &Jobs) -> Result<bool, database::Error> {
    let wanted: BTreeSet<String> = {
        let mut line = jobs.shared.waiting.line();
        line.retain(|waiter| !waiter.answer.is_closed());
        line.iter().flat_map(|waiter| waiter.claim.kinds.clone()).collect()
    };
    if wanted.is_empty() {
        return Ok(false);
    }
    let wanted: Vec<String> = wanted.into_iter().collect();
    let ready = jobs.database.read(|session| list::ready(session, &wanted))?;
    let called = call(&jobs.shared.waiting, &ready);
    if called.is_empty() {
        return Ok(false);
    }
    let claims: Vec<Claim> = called.iter().map(|waiter| waiter.claim.clone()).collect();
    let now = jobs.now();
    let claimed = jobs.database.write(move |session| {
        let claimed = claims.iter().map(|claim| lease::claim(session, claim, now));
        claimed.collect::<Result<Vec<_>, database::Error>>()
    });
    let claimed = match claimed.await {
        Ok(claimed) => claimed,
        Err(error) => {
            put_back(&jobs.shared.waiting, called);
            return Err(error);
        }
    };
    let mut is_any_served = false;
    let mut unserved = Vec::new();
    for (waiter, claimed) in called.into_iter().zip(claimed) {
        if claimed.is_empty() {
            unserved.push(waiter);
            continue;
        }
        is_any_served = true;
        jobs.record_claimed(&claimed);
        if let Err(claimed) = waiter.answer.send(claimed) {
            release(jobs, claimed);
        }
    }
    put_back(&jobs.shared.waiting, unserved);
    Ok(is_any_served)
}

/// Takes those out of the line, from its front, who want one of these kinds.
fn call(waiting: &WaitQueue, ready: &[String]) -> Vec<Waiter> {
    let mut line = waiting.line();
    let mut called = Vec::new();
    let mut left = VecDeque::with_capacity(line.len());
    for waiter in line.drain(..) {
        let is_served = called.len() < AT_ONCE && waiter.claim.kinds.iter().any(|kind| ready.contains(kind));
        match is_served {
            true => called.push(waiter),
            false => left.push_back(waiter),
        }
    }
    *line = left;
    called
}

/// Those who got nothing come first again.
fn put_back(waiting: &WaitQueue, waiters: Vec<Waiter>) {
    let mut line = waiting.line();
    for waiter in waiters.into_iter().rev() {
        line.push_front(waiter);
    }
}

/// Leaves jobs to others that were claimed for a worker that has gone.
fn release(jobs: &Jobs, claimed: Vec<Claimed>) {
    let jobs = jobs.clone();
    tokio::spawn(async move {
        for job in claimed {
            // What cannot be given back now is free when its lease runs out.
            let _ = jobs.release(job.lease(), lease::Heartbeat::default()).await;
        }
    });
}

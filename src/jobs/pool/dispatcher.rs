//! The task between the queue and the threads: claims, renews, writes what came of jobs, and gives back what cannot be
//! done in time.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use super::prefetch_limit::PrefetchLimit;
use super::worker_threads::{Completion, Task, WorkerThreads};
use super::write_batch::{AttemptResult, WriteBatch, Written};
use crate::database;
use crate::jobs::context::{AttemptState, PendingUpdate};
use crate::jobs::job::RESULT_LIMIT;
use crate::jobs::store::{lease, list};
use crate::jobs::{Claim, Claimed, Context, Failure, Heartbeat, JobId, Jobs, Lease};

/// How long a job is this process's without a sign of life.
const LEASE: Duration = Duration::from_secs(15);
/// How often it gives one.
const RENEWAL: Duration = Duration::from_secs(5);
/// How often progress is written.
const PENDING_INTERVAL: Duration = Duration::from_millis(500);
/// How long a claimed job may wait for a thread before it is left to other processes.
const PATIENCE: Duration = Duration::from_millis(250);
/// A job that has run so long may be told that it was called off.
const LONG: Duration = Duration::from_millis(50);
/// A pause after the database did not do what was to be done.
const AFTER_A_FAILURE: Duration = Duration::from_millis(500);

pub(super) struct Dispatcher {
    jobs: Jobs,
    kinds: Vec<String>,
    worker_threads: WorkerThreads,
    reports: mpsc::UnboundedReceiver<Completion>,
    prefetch_limit: PrefetchLimit,
    held: HashMap<JobId, Held>,
    /// What is still to be written of jobs that are no longer held.
    unwritten: WriteBatch,
}

/// A job that this process has.
struct Held {
    lease: Lease,
    kind: String,
    state: Arc<AttemptState>,
    claimed: Instant,
    renewed: Instant,
}

impl Dispatcher {
    pub(super) fn new(
        jobs: Jobs,
        worker_threads: WorkerThreads,
        reports: mpsc::UnboundedReceiver<Completion>,
        workers: usize,
    ) -> Self {
        Self {
            kinds: jobs.handlers.iter().map(|handler| handler.kind().to_owned()).collect(),
            jobs,
            worker_threads,
            reports,
            prefetch_limit: PrefetchLimit::new(workers),
            held: HashMap::new(),
            unwritten: WriteBatch::default(),
        }
    }

    /// Keeps the workers busy until it is told to stop.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<Option<Duration>>) {
        let mut work = self.jobs.shared.notifier.work();
        let mut may_be_work = true;
        while stop.borrow().is_none() {
            while let Ok(report) = self.reports.try_recv() {
                self.note(report);
            }
            self.leave_what_waits();
            let room = self.prefetch_limit.room(self.held.len());
            if may_be_work && room > 0 {
                work.borrow_and_update();
                may_be_work = self.is_work_ready();
                if may_be_work {
                    self.unwritten.claim = Some(self.claim(room));
                }
            }
            self.renew(RENEWAL);
            if !self.unwritten.is_empty() {
                match self.write().await {
                    Ok(claimed) => may_be_work &= room == 0 || claimed == room,
                    Err(()) => tokio::time::sleep(AFTER_A_FAILURE).await,
                }
                continue;
            }
            let look = self.next_look();
            tokio::select! {
                Some(report) = self.reports.recv() => self.note(report),
                changed = work.changed() => match changed {
                    Ok(()) => {
                        may_be_work = true;
                        self.tell_the_cancelled();
                    }
                    Err(_) => return,
                },
                () = sleep_until(look) => {}
                _ = stop.wait_for(Option::is_some) => {}
            }
        }
        let patience = stop.borrow().unwrap_or_default();
        self.leave(patience).await;
    }

    /// Ends with nothing held: what was not begun goes back at once, what runs has its time.
    async fn leave(mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        for held in self.held.values() {
            held.state.is_stopping.store(true, Ordering::Relaxed);
        }
        let waiting = self.worker_threads.take_back();
        self.give_back(&waiting);
        loop {
            while let Ok(report) = self.reports.try_recv() {
                self.note(report);
            }
            let is_over = Instant::now() >= deadline;
            if is_over {
                let running: Vec<_> = self.held.keys().copied().collect();
                if !running.is_empty() {
                    tracing::warn!(
                        jobs = running.len(),
                        "jobs did not end in time: they go back to the queue"
                    );
                }
                self.give_back(&running);
            }
            self.renew(RENEWAL);
            if !self.unwritten.is_empty() && self.write().await.is_err() {
                if is_over {
                    return;
                }
                tokio::time::sleep(AFTER_A_FAILURE.min(deadline.saturating_duration_since(Instant::now()))).await;
                continue;
            }
            if self.held.is_empty() {
                return;
            }
            let look = self.next_look().map(|look| look.min(deadline));
            tokio::select! {
                Some(report) = self.reports.recv() => self.note(report),
                () = sleep_until(look) => {}
            }
        }
    }

    fn is_work_ready(&self) -> bool {
        let ready = self.jobs.database.read(|session| list::ready(session, &self.kinds));
        // When it cannot be read, the write will say why.
        ready.map_or(true, |ready| !ready.is_empty())
    }

    fn claim(&self, count: usize) -> Claim {
        Claim {
            kinds: self.kinds.clone(),
            count: u32::try_from(count).unwrap_or(u32::MAX),
            lease_ms: i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX),
            token: self.jobs.lease_token(),
        }
    }

    /// Takes note of what came of a job.
    fn note(&mut self, report: Completion) {
        self.prefetch_limit.took(report.took);
        // A job that was given back or taken away meanwhile is somebody else's.
        let Some(held) = self.held.remove(&report.id) else {
            return;
        };
        let ending = match report.result.map(|result| result.to_string()) {
            Ok(result) if result.len() > RESULT_LIMIT => AttemptResult::Failed {
                error: format!(
                    "The result has {} bytes as JSON; at most {RESULT_LIMIT} are kept.",
                    result.len()
                ),
                again: None,
            },
            Ok(result) => AttemptResult::Done(result),
            Err(Failure::Retry(error)) => AttemptResult::Failed {
                error,
                again: Some(self.jobs.rng.bits()),
            },
            Err(Failure::Final(error)) => AttemptResult::Failed { error, again: None },
            Err(Failure::Cancelled) => AttemptResult::Failed {
                error: "The job was cancelled.".to_owned(),
                again: None,
            },
            Err(Failure::Stopped) => {
                let heartbeat = heartbeat(&held.state);
                return self.unwritten.given_back.push((held.lease, heartbeat));
            }
        };
        if let AttemptResult::Failed { error, again } = &ending {
            let (job, kind, retry) = (held.lease.id, &held.kind, again.is_some());
            tracing::warn!(%job, kind, retry, "an attempt failed: {error}");
        }
        self.unwritten.ended.push((held.lease, ending));
    }

    /// Leaves jobs to other processes that have waited long for a thread here.
    fn leave_what_waits(&mut self) {
        let now = Instant::now();
        let is_late =
            |held: &Held| !held.state.is_begun.load(Ordering::Relaxed) && now.duration_since(held.claimed) >= PATIENCE;
        if self.worker_threads.are_full() && self.held.values().any(is_late) {
            let waiting = self.worker_threads.take_back();
            self.give_back(&waiting);
            self.prefetch_limit.stalled();
        }
    }

    fn give_back(&mut self, jobs: &[JobId]) {
        for held in jobs.iter().filter_map(|id| self.held.remove(id)) {
            // Whatever the handler still does, it is not this job's any more.
            held.state.is_cancelled.store(true, Ordering::Relaxed);
            self.unwritten.given_back.push((held.lease, heartbeat(&held.state)));
        }
    }

    /// Renews the leases that are due for it, and those with news to write.
    fn renew(&mut self, after: Duration) {
        let now = Instant::now();
        for held in self.held.values_mut() {
            let age = now.duration_since(held.renewed);
            if age >= after || (age >= PENDING_INTERVAL && pending(&held.state) != PendingUpdate::default()) {
                held.renewed = now;
                self.unwritten
                    .renewed
                    .push((held.lease.clone(), heartbeat(&held.state)));
            }
        }
    }

    /// Tells handlers that their jobs were called off.
    fn tell_the_cancelled(&self) {
        let long = self.held.values().filter(|held| held.claimed.elapsed() >= LONG);
        let running: Vec<JobId> = long.map(|held| held.lease.id).collect();
        if running.is_empty() {
            return;
        }
        // What cannot be read now is told with the next renewal.
        let cancel_requested = self
            .jobs
            .database
            .read(|session| lease::cancel_requested(session, &running));
        for held in cancel_requested.iter().flatten().filter_map(|id| self.held.get(id)) {
            held.state.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Writes what there is to write and begins what was claimed; says how many jobs that were. When the database does
    /// not do it, it is all still to be written.
    async fn write(&mut self) -> Result<usize, ()> {
        let round = Arc::new(std::mem::take(&mut self.unwritten));
        let (shared, now) = (round.clone(), self.jobs.now());
        match self
            .jobs
            .database
            .write(move |session| shared.write(session, now))
            .await
        {
            Ok(written) => {
                let claimed = written.claimed.len();
                self.written(&round, written);
                Ok(claimed)
            }
            Err(error) => {
                if !matches!(error, database::Error::Closed) {
                    tracing::warn!(%error, "the workers could not write; they try again");
                }
                self.unwritten = WriteBatch {
                    claim: None,
                    ..round.as_ref().clone()
                };
                Err(())
            }
        }
    }

    fn written(&mut self, round: &WriteBatch, written: Written) {
        for outcome in written.ended.iter().flatten() {
            self.jobs.shared.counters.ended(outcome);
        }
        for ((lease, _), renewed) in round.renewed.iter().zip(&written.renewed) {
            let is_lost = renewed.is_err();
            if let Some(held) = self.held.get(&lease.id)
                && renewed.as_ref().map_or(true, |renewed| renewed.is_cancelled)
            {
                held.state.is_cancelled.store(true, Ordering::Relaxed);
            }
            if is_lost {
                tracing::warn!(job = %lease.id, "the lease of a job was lost");
                self.held.remove(&lease.id);
            }
        }
        self.jobs.count_claimed(&written.claimed);
        self.begin(written.claimed);
        if !written.given_back.is_empty() {
            self.jobs.announce();
        } else if !written.ended.is_empty() || !written.renewed.is_empty() {
            self.jobs.shared.notifier.changed();
        }
    }

    fn begin(&mut self, claimed: Vec<Claimed>) {
        let now = Instant::now();
        let mut tasks = Vec::with_capacity(claimed.len());
        for job in claimed {
            let Some(handler) = self.jobs.handler(&job.kind) else {
                continue;
            };
            let parse = |json: &serde_json::value::RawValue| serde_json::from_str::<Json>(json.get()).ok();
            let (lease, state) = (job.lease(), Arc::<AttemptState>::default());
            tasks.push(Task {
                handler,
                context: Context {
                    jobs: self.jobs.clone(),
                    runtime: Handle::current(),
                    lease: lease.clone(),
                    attempt: job.attempt,
                    payload: parse(&job.payload).unwrap_or_default(),
                    checkpoint: job.checkpoint.as_deref().and_then(parse),
                    state: state.clone(),
                },
            });
            let held = Held {
                lease,
                kind: job.kind,
                state,
                claimed: now,
                renewed: now,
            };
            self.held.insert(job.job_id, held);
        }
        self.worker_threads.give(tasks);
    }

    /// When to look again although nothing happens; never while nothing is held.
    fn next_look(&self) -> Option<Instant> {
        let first = self.held.values().map(|held| held.renewed).min()?;
        let pause = match self.worker_threads.are_full() {
            true => PATIENCE,
            false => PENDING_INTERVAL,
        };
        Some((first + RENEWAL).min(Instant::now() + pause))
    }
}

async fn sleep_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

fn pending(state: &AttemptState) -> PendingUpdate {
    state.pending.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What a handler has said since the last time.
fn heartbeat(state: &AttemptState) -> Heartbeat {
    let news = std::mem::take(&mut *state.pending.lock().unwrap_or_else(PoisonError::into_inner));
    Heartbeat {
        progress: news.progress.map(|progress| progress.to_string()),
        checkpoint: news.checkpoint.map(|checkpoint| checkpoint.to_string()),
        lease_ms: None,
    }
}

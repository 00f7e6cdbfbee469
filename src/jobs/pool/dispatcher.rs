//! The task between the queue and the worker threads: claims jobs, renews their leases, writes results, and releases jobs
//! that cannot start soon.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use super::prefetch_limit::PrefetchLimit;
use super::worker_threads::{Completion, Task, WorkerThreads};
use super::write_batch::{AttemptResult, BatchReply, WriteBatch};
use crate::database;
use crate::jobs::context::AttemptState;
use crate::jobs::job::RESULT_LIMIT;
use crate::jobs::store::{lease, list};
use crate::jobs::{Claim, Claimed, Context, Failure, JobId, Jobs, Lease};

/// The length of a lease: a job of a process that dies is claimable again after this time.
const LEASE: Duration = Duration::from_secs(15);
/// The time between two renewals of a lease.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(5);
/// The time between two writes of a running job's progress or checkpoint.
const UPDATE_INTERVAL: Duration = Duration::from_millis(500);
/// How long a claimed job may wait for a thread before it is released to other processes.
const MAX_START_DELAY: Duration = Duration::from_millis(250);
/// Jobs held for less than this are not checked for a requested cancellation: most end before the read would pay.
const MIN_CANCEL_AGE: Duration = Duration::from_millis(50);
/// A pause after the database failed.
const FAILURE_PAUSE: Duration = Duration::from_millis(500);

/// The state of the task.
pub(super) struct Dispatcher {
    jobs: Jobs,
    kinds: Vec<String>,
    threads: WorkerThreads,
    completions: mpsc::UnboundedReceiver<Completion>,
    prefetch_limit: PrefetchLimit,
    held: HashMap<JobId, HeldJob>,
    /// The next write.
    batch: WriteBatch,
}

/// A job whose lease this process holds.
struct HeldJob {
    lease: Lease,
    kind: String,
    state: Arc<AttemptState>,
    claimed_at: Instant,
    renewed_at: Instant,
}

impl HeldJob {
    fn is_started(&self) -> bool {
        self.state.is_started.load(Ordering::Relaxed)
    }

    fn cancel(&self) {
        self.state.is_cancelled.store(true, Ordering::Relaxed);
    }
}

impl Dispatcher {
    pub(super) fn new(
        jobs: Jobs,
        threads: WorkerThreads,
        completions: mpsc::UnboundedReceiver<Completion>,
        workers: usize,
    ) -> Self {
        Self {
            kinds: jobs.handlers.iter().map(|handler| handler.kind().to_owned()).collect(),
            jobs,
            threads,
            completions,
            prefetch_limit: PrefetchLimit::new(workers),
            held: HashMap::new(),
            batch: WriteBatch::default(),
        }
    }

    /// Keeps the threads supplied until `stop` holds a grace period, then shuts down.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<Option<Duration>>) {
        let mut work = self.jobs.shared.notifier.work();
        let mut may_have_work = true;
        while stop.borrow().is_none() {
            self.record_completions();
            self.release_late();
            let wanted = self.prefetch_limit.to_claim(self.held.len());
            if may_have_work && wanted > 0 {
                work.borrow_and_update();
                may_have_work = self.has_ready_jobs();
                if may_have_work {
                    self.batch.claim = Some(self.claim(wanted));
                }
            }
            self.renew_leases();
            if !self.batch.is_empty() {
                match self.write().await {
                    Ok(claimed) => may_have_work &= wanted == 0 || claimed == wanted,
                    Err(()) => tokio::time::sleep(FAILURE_PAUSE).await,
                }
                continue;
            }
            let wake_at = self.next_wake();
            tokio::select! {
                Some(completion) = self.completions.recv() => self.record(completion),
                changed = work.changed() => match changed {
                    Ok(()) => {
                        may_have_work = true;
                        self.check_cancellations();
                    }
                    Err(_) => return,
                },
                () = sleep_until(wake_at) => {}
                _ = stop.wait_for(Option::is_some) => {}
            }
        }
        let grace = stop.borrow().unwrap_or_default();
        self.shut_down(grace).await;
    }

    /// Releases the jobs that have not started, waits for the others until the grace period is over, and releases the rest.
    async fn shut_down(mut self, grace: Duration) {
        let deadline = Instant::now() + grace;
        for held in self.held.values() {
            held.state.is_stopping.store(true, Ordering::Relaxed);
        }
        let unstarted = self.threads.clear();
        self.release(&unstarted);
        loop {
            self.record_completions();
            let is_over = Instant::now() >= deadline;
            if is_over {
                let running: Vec<_> = self.held.keys().copied().collect();
                if !running.is_empty() {
                    tracing::warn!(
                        jobs = running.len(),
                        "jobs did not end in time: they go back to the queue"
                    );
                }
                self.release(&running);
            }
            self.renew_leases();
            if !self.batch.is_empty() && self.write().await.is_err() {
                if is_over {
                    return;
                }
                tokio::time::sleep(FAILURE_PAUSE.min(deadline.saturating_duration_since(Instant::now()))).await;
                continue;
            }
            if self.held.is_empty() {
                return;
            }
            let wake_at = self.next_wake().map(|wake_at| wake_at.min(deadline));
            tokio::select! {
                Some(completion) = self.completions.recv() => self.record(completion),
                () = sleep_until(wake_at) => {}
            }
        }
    }

    fn has_ready_jobs(&self) -> bool {
        let ready = self.jobs.database.read(|session| list::ready(session, &self.kinds));
        // When the read fails, the write that follows reports the error.
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

    fn record_completions(&mut self) {
        while let Ok(completion) = self.completions.try_recv() {
            self.record(completion);
        }
    }

    /// Adds the result of a finished task to the batch. A job that is no longer held belongs to another attempt: its
    /// result is dropped.
    fn record(&mut self, completion: Completion) {
        self.prefetch_limit.record(completion.took);
        let Some(held) = self.held.remove(&completion.id) else {
            return;
        };
        let result = match completion.result.map(|result| result.to_string()) {
            Ok(result) if result.len() > RESULT_LIMIT => AttemptResult::Failed {
                error: format!(
                    "The result has {} bytes as JSON; at most {RESULT_LIMIT} are kept.",
                    result.len()
                ),
                retry: None,
            },
            Ok(result) => AttemptResult::Done(result),
            Err(Failure::Retry(error)) => AttemptResult::Failed {
                error,
                retry: Some(self.jobs.rng.bits()),
            },
            Err(Failure::Final(error)) => AttemptResult::Failed { error, retry: None },
            Err(Failure::Cancelled) => AttemptResult::Failed {
                error: "The job was cancelled.".to_owned(),
                retry: None,
            },
            Err(Failure::Stopped) => {
                let heartbeat = held.state.take_heartbeat();
                return self.batch.releases.push((held.lease, heartbeat));
            }
        };
        if let AttemptResult::Failed { error, retry } = &result {
            let (job, kind, retry) = (held.lease.id, &held.kind, retry.is_some());
            tracing::warn!(%job, kind, retry, "an attempt failed: {error}");
        }
        self.batch.results.push((held.lease, result));
    }

    /// Releases all jobs that wait for a thread once one of them has waited too long.
    fn release_late(&mut self) {
        let now = Instant::now();
        let is_late = |held: &HeldJob| !held.is_started() && now.duration_since(held.claimed_at) >= MAX_START_DELAY;
        if self.threads.has_backlog() && self.held.values().any(is_late) {
            let unstarted = self.threads.clear();
            self.release(&unstarted);
            self.prefetch_limit.record_stall();
        }
    }

    fn release(&mut self, jobs: &[JobId]) {
        for held in jobs.iter().filter_map(|id| self.held.remove(id)) {
            // Its handler may still run; what it does no longer counts.
            held.cancel();
            let heartbeat = held.state.take_heartbeat();
            self.batch.releases.push((held.lease, heartbeat));
        }
    }

    /// Adds to the batch the renewal of leases that are due for it, and of those with progress or a checkpoint to write.
    fn renew_leases(&mut self) {
        let now = Instant::now();
        for held in self.held.values_mut() {
            let age = now.duration_since(held.renewed_at);
            if age >= RENEWAL_INTERVAL || (age >= UPDATE_INTERVAL && held.state.has_pending()) {
                held.renewed_at = now;
                let heartbeat = held.state.take_heartbeat();
                self.batch.renewals.push((held.lease.clone(), heartbeat));
            }
        }
    }

    /// Tells handlers whose jobs are to be cancelled. When the read fails, they are told at the next renewal.
    fn check_cancellations(&self) {
        let long = |held: &&HeldJob| held.claimed_at.elapsed() >= MIN_CANCEL_AGE;
        let running: Vec<JobId> = self.held.values().filter(long).map(|held| held.lease.id).collect();
        if running.is_empty() {
            return;
        }
        let cancelled = self
            .jobs
            .database
            .read(|session| lease::cancel_requested(session, &running));
        let cancelled = cancelled.iter().flatten();
        cancelled.filter_map(|id| self.held.get(id)).for_each(HeldJob::cancel);
    }

    /// Writes the batch and starts the claimed jobs; returns how many. After an error all but the claim stays in the batch.
    async fn write(&mut self) -> Result<usize, ()> {
        let batch = Arc::new(std::mem::take(&mut self.batch));
        let (shared, now) = (batch.clone(), self.jobs.now());
        match self
            .jobs
            .database
            .write(move |session| shared.write(session, now))
            .await
        {
            Ok(reply) => {
                let claimed = reply.claimed.len();
                self.apply(&batch, reply);
                Ok(claimed)
            }
            Err(error) => {
                if !matches!(error, database::Error::Closed) {
                    tracing::warn!(%error, "the workers could not write; they try again");
                }
                self.batch = WriteBatch {
                    claim: None,
                    ..batch.as_ref().clone()
                };
                Err(())
            }
        }
    }

    /// Applies the answers to a batch to the held jobs, the counters and the notifier.
    fn apply(&mut self, batch: &WriteBatch, reply: BatchReply) {
        for outcome in reply.outcomes.iter().flatten() {
            self.jobs.shared.counters.record(outcome);
        }
        for ((lease, _), renewal) in batch.renewals.iter().zip(&reply.renewals) {
            let Some(held) = self.held.get(&lease.id) else {
                continue;
            };
            if renewal.as_ref().map_or(true, |renewed| renewed.is_cancelled) {
                held.cancel();
            }
            if renewal.is_err() {
                tracing::warn!(job = %lease.id, "the lease of a job was lost");
                self.held.remove(&lease.id);
            }
        }
        self.jobs.record_claimed(&reply.claimed);
        self.start(reply.claimed);
        if !batch.releases.is_empty() {
            self.jobs.announce();
        } else if !batch.results.is_empty() || !batch.renewals.is_empty() {
            self.jobs.shared.notifier.changed();
        }
    }

    fn start(&mut self, claimed: Vec<Claimed>) {
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
            let held = HeldJob {
                lease,
                kind: job.kind,
                state,
                claimed_at: now,
                renewed_at: now,
            };
            self.held.insert(job.job_id, held);
        }
        self.threads.push(tasks);
    }

    /// When to act next without an event; `None` while no job is held.
    fn next_wake(&self) -> Option<Instant> {
        let oldest = self.held.values().map(|held| held.renewed_at).min()?;
        let pause = match self.threads.has_backlog() {
            true => MAX_START_DELAY,
            false => UPDATE_INTERVAL,
        };
        Some((oldest + RENEWAL_INTERVAL).min(Instant::now() + pause))
    }
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

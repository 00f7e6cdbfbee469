//! The task between the queue and the threads: claims, renews, writes what came of jobs, and gives back what cannot be
//! done in time.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use super::hands::{Hands, Report, Task};
use super::pace::Pace;
use super::round::{Ending, Round, Written};
use crate::database;
use crate::jobs::context::{News, Reported};
use crate::jobs::job::RESULT_LIMIT;
use crate::jobs::{Beat, Claim, Claimed, Context, Failure, JobId, Jobs, Lease, lease, list};

/// How long a job is this process's without a sign of life.
const LEASE: Duration = Duration::from_secs(15);
/// How often it gives one.
const RENEWAL: Duration = Duration::from_secs(5);
/// How often progress is written.
const NEWS: Duration = Duration::from_millis(500);
/// How long a claimed job may wait for a thread before it is left to other processes.
const PATIENCE: Duration = Duration::from_millis(250);
/// A job that has run so long may be told that it was called off.
const LONG: Duration = Duration::from_millis(50);
/// A pause after the database did not do what was to be done.
const AFTER_A_FAILURE: Duration = Duration::from_millis(500);

pub(super) struct Keeper {
    jobs: Jobs,
    kinds: Vec<String>,
    hands: Hands,
    reports: mpsc::UnboundedReceiver<Report>,
    pace: Pace,
    held: HashMap<JobId, Held>,
    /// What is still to be written of jobs that are no longer held.
    unwritten: Round,
}

/// A job that this process has.
struct Held {
    lease: Lease,
    kind: String,
    reported: Arc<Reported>,
    claimed: Instant,
    renewed: Instant,
}

impl Keeper {
    pub(super) fn new(jobs: Jobs, hands: Hands, reports: mpsc::UnboundedReceiver<Report>, workers: usize) -> Self {
        Self {
            kinds: jobs.handlers.iter().map(|handler| handler.kind().to_owned()).collect(),
            jobs,
            hands,
            reports,
            pace: Pace::new(workers),
            held: HashMap::new(),
            unwritten: Round::default(),
        }
    }

    /// Keeps the workers busy until it is told to stop.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<Option<Duration>>) {
        let mut work = self.jobs.shared.wake.work();
        let mut may_be_work = true;
        while stop.borrow().is_none() {
            while let Ok(report) = self.reports.try_recv() {
                self.note(report);
            }
            self.leave_what_waits();
            let room = self.pace.room(self.held.len());
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
            held.reported.is_stopping.store(true, Ordering::Relaxed);
        }
        let waiting = self.hands.take_back();
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
    fn note(&mut self, report: Report) {
        self.pace.took(report.took);
        // A job that was given back or taken away meanwhile is somebody else's.
        let Some(held) = self.held.remove(&report.id) else {
            return;
        };
        let random = self.jobs.ambient.random;
        let ending = match report.result.map(|result| result.to_string()) {
            Ok(result) if result.len() > RESULT_LIMIT => Ending::Failed {
                error: format!(
                    "The result has {} bytes as JSON; at most {RESULT_LIMIT} are kept.",
                    result.len()
                ),
                again: None,
            },
            Ok(result) => Ending::Done(result),
            Err(Failure::Retry(error)) => Ending::Failed {
                error,
                again: Some(random()),
            },
            Err(Failure::Final(error)) => Ending::Failed { error, again: None },
            Err(Failure::Cancelled) => Ending::Failed {
                error: "The job was cancelled.".to_owned(),
                again: None,
            },
            Err(Failure::Stopped) => {
                let beat = beat(&held.reported);
                return self.unwritten.given_back.push((held.lease, beat));
            }
        };
        if let Ending::Failed { error, again } = &ending {
            let (job, kind, retry) = (held.lease.id, &held.kind, again.is_some());
            tracing::warn!(%job, kind, retry, "an attempt failed: {error}");
        }
        self.unwritten.ended.push((held.lease, ending));
    }

    /// Leaves jobs to other processes that have waited long for a thread here.
    fn leave_what_waits(&mut self) {
        let now = Instant::now();
        let is_late = |held: &Held| {
            !held.reported.is_begun.load(Ordering::Relaxed) && now.duration_since(held.claimed) >= PATIENCE
        };
        if self.hands.are_full() && self.held.values().any(is_late) {
            let waiting = self.hands.take_back();
            self.give_back(&waiting);
            self.pace.stalled();
        }
    }

    fn give_back(&mut self, jobs: &[JobId]) {
        for held in jobs.iter().filter_map(|id| self.held.remove(id)) {
            // Whatever the handler still does, it is not this job's any more.
            held.reported.is_cancelled.store(true, Ordering::Relaxed);
            self.unwritten.given_back.push((held.lease, beat(&held.reported)));
        }
    }

    /// Renews the leases that are due for it, and those with news to write.
    fn renew(&mut self, after: Duration) {
        let now = Instant::now();
        for held in self.held.values_mut() {
            let age = now.duration_since(held.renewed);
            if age >= after || (age >= NEWS && news(&held.reported) != News::default()) {
                held.renewed = now;
                self.unwritten.renewed.push((held.lease.clone(), beat(&held.reported)));
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
        let called_off = self.jobs.database.read(|session| lease::called_off(session, &running));
        for held in called_off.iter().flatten().filter_map(|id| self.held.get(id)) {
            held.reported.is_cancelled.store(true, Ordering::Relaxed);
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
                self.unwritten = Round {
                    claim: None,
                    ..round.as_ref().clone()
                };
                Err(())
            }
        }
    }

    fn written(&mut self, round: &Round, written: Written) {
        for outcome in written.ended.iter().flatten() {
            self.jobs.shared.counters.ended(outcome);
        }
        for ((lease, _), renewed) in round.renewed.iter().zip(&written.renewed) {
            let is_lost = renewed.is_err();
            if let Some(held) = self.held.get(&lease.id)
                && renewed.as_ref().map_or(true, |renewed| renewed.is_cancelled)
            {
                held.reported.is_cancelled.store(true, Ordering::Relaxed);
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
            self.jobs.shared.wake.changed();
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
            let (lease, reported) = (job.lease(), Arc::<Reported>::default());
            tasks.push(Task {
                handler,
                context: Context {
                    jobs: self.jobs.clone(),
                    runtime: Handle::current(),
                    lease: lease.clone(),
                    attempt: job.attempt,
                    payload: parse(&job.payload).unwrap_or_default(),
                    checkpoint: job.checkpoint.as_deref().and_then(parse),
                    reported: reported.clone(),
                },
            });
            let held = Held {
                lease,
                kind: job.kind,
                reported,
                claimed: now,
                renewed: now,
            };
            self.held.insert(job.job_id, held);
        }
        self.hands.give(tasks);
    }

    /// When to look again although nothing happens; never while nothing is held.
    fn next_look(&self) -> Option<Instant> {
        let first = self.held.values().map(|held| held.renewed).min()?;
        let pause = match self.hands.are_full() {
            true => PATIENCE,
            false => NEWS,
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

fn news(reported: &Reported) -> News {
    reported.news.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What a handler has said since the last time.
fn beat(reported: &Reported) -> Beat {
    let news = std::mem::take(&mut *reported.news.lock().unwrap_or_else(PoisonError::into_inner));
    Beat {
        progress: news.progress.map(|progress| progress.to_string()),
        checkpoint: news.checkpoint.map(|checkpoint| checkpoint.to_string()),
        lease_ms: None,
    }
}

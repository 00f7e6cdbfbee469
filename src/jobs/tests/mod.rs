//! The operations on jobs, at times that the tests choose.

mod attempts;
mod lists;
mod queue;

use std::path::PathBuf;

use serde_json::value::RawValue;
use tempfile::TempDir;

use super::store::list::{self, Filter};
use super::store::{lease, maintenance, queue as store_queue};
use super::{Claim, Claimed, Enqueued, Error, Heartbeat, Job, JobId, Jobs, Lease, NewJob, State};
use crate::clock::{Clock, Rng, UnixMillis};
use crate::database::migrations;
use crate::database::{self, Database, Options, Session, Synchronous};

/// A queue in a temporary folder, with a runtime to call it from.
pub(super) struct Fixture {
    pub(super) jobs: Jobs,
    pub(super) runtime: tokio::runtime::Runtime,
    folder: TempDir,
}

impl Fixture {
    pub(super) fn new(handlers: super::Handlers) -> Self {
        let folder = tempfile::tempdir().unwrap();
        migrations::apply(&path(&folder), None, |_| {}).unwrap();
        let database = open(&folder);
        let runtime = tokio::runtime::Builder::new_multi_thread();
        Self {
            jobs: Jobs::with_handlers(database, Clock::SYSTEM, Rng::SYSTEM, handlers),
            runtime: { runtime }.worker_threads(2).enable_all().build().unwrap(),
            folder,
        }
    }

    /// The same file, opened as another process would.
    pub(super) fn open_again(&self) -> Database {
        open(&self.folder)
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Session<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.runtime.block_on(self.jobs.database.write(work))
    }

    fn enqueue(&self, job: NewJob, now: i64) -> Enqueued {
        let submission = self.jobs.prepare(job, UnixMillis(now)).unwrap();
        self.write(move |session| submission.enqueue(session)).unwrap()
    }

    fn claim(&self, kinds: &[&str], count: u32, now: i64) -> Vec<Claimed> {
        let claim = Claim {
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            count,
            lease_ms: 1_000,
            token: self.jobs.lease_token(),
        };
        self.write(move |session| Ok(lease::claim(session, &claim, UnixMillis(now))?))
            .unwrap()
    }

    fn claim_one(&self, now: i64) -> Claimed {
        self.claim(&["work"], 1, now).pop().expect("a job to claim")
    }

    fn job(&self, id: JobId) -> Job {
        self.jobs.find(id).unwrap()
    }

    fn state(&self, id: JobId) -> State {
        self.job(id).status
    }

    fn complete(&self, lease: Lease, now: i64) -> Result<State, Error> {
        self.write(move |session| Ok(lease.complete(session, "\"result\"", UnixMillis(now))?.state))
    }

    /// A failure after which the job may run again 500 ms later, if at all.
    fn fail(&self, lease: Lease, now: i64) -> Result<State, Error> {
        self.write(move |session| {
            Ok(lease
                .fail(session, "broken", |_| Some(UnixMillis(now + 500)), UnixMillis(now))?
                .state)
        })
    }

    fn renew(&self, lease: Lease, now: i64) -> Result<lease::HeartbeatReply, Error> {
        self.write(move |session| lease.renew(session, &Heartbeat::default(), UnixMillis(now)))
    }

    fn cancel(&self, id: JobId, now: i64) -> Result<State, Error> {
        self.write(move |session| store_queue::cancel(session, id, UnixMillis(now)))
    }

    fn retry(&self, id: JobId, now: i64) -> Result<State, Error> {
        self.write(move |session| store_queue::retry(session, id, UnixMillis(now)))
    }

    fn advance(&self, now: i64) -> maintenance::Transitions {
        self.write(move |session| Ok(maintenance::advance(session, UnixMillis(now))?))
            .unwrap()
    }

    fn page(&self, filter: Filter, after: Option<JobId>, limit: u32) -> list::Page {
        self.runtime.block_on(self.jobs.page(filter, after, limit)).unwrap()
    }
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("socle.db")
}

fn open(folder: &TempDir) -> Database {
    Database::open(&Options {
        path: path(folder),
        synchronous: Synchronous::Normal,
    })
    .unwrap()
}

fn work() -> NewJob {
    NewJob::new("work", RawValue::from_string("{}".to_owned()).unwrap())
}

fn is_conflict<T: std::fmt::Debug>(answer: Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Conflict(_)))
}

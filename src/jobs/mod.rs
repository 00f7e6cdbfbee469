//! Durable jobs: a queue in the same database, its schedules, and the workers of the built-in kinds.
//!
//! A job is a row of `_jobs`, written in the transaction that asked for it ([`Submission::enqueue`]) and moved from one
//! state to the next by single guarded statements (`store`). [`Jobs`] is the interface for `http` and `command`; [`Pool`]
//! runs the built-in kinds; `maintenance` makes the time-driven transitions. Time and randomness are passed in as
//! [`Clock`] and [`Rng`].

mod backoff;
mod context;
mod error;
mod handler;
mod id;
pub mod job;
mod kinds;
mod maintenance;
pub mod metrics;
mod notifier;
mod pool;
mod queue;
pub mod schedule;
mod store;
#[cfg(test)]
mod tests;
mod validation;
mod wait_queue;

pub use context::Context;
pub use error::Error;
pub use handler::{Failure, Handler};
pub use id::JobId;
pub use job::{Enqueued, Job, NewJob, State};
pub use pool::Pool;
pub use store::lease::{Claim, Claimed, Heartbeat, HeartbeatReply, Lease, Outcome};
pub use store::list::{self, Filter, Page};
pub use store::submission::Submission;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Rng, UnixMillis};
use crate::database::Database;
use metrics::Counters;
use notifier::Notifier;
use wait_queue::WaitQueue;

/// A list of built-in kinds.
pub type Handlers = &'static [&'static dyn Handler];

/// The queue of one database. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Jobs {
    database: Database,
    clock: Clock,
    rng: Rng,
    handlers: Handlers,
    shared: Arc<Shared>,
}

/// State of this process beside the database: notifications, waiting claims and counters. Its loss loses no job.
#[derive(Default)]
struct Shared {
    notifier: Notifier,
    wait_queue: WaitQueue,
    counters: Counters,
}

impl Jobs {
    /// The queue in `database`, with the built-in kinds.
    pub fn new(database: Database, clock: Clock, rng: Rng) -> Self {
        Self::with_handlers(database, clock, rng, &kinds::HANDLERS)
    }

    fn with_handlers(database: Database, clock: Clock, rng: Rng, handlers: Handlers) -> Self {
        Self {
            database,
            clock,
            rng,
            handlers,
            shared: Arc::default(),
        }
    }

    /// Runs what the queue needs besides workers, for as long as the database is open: notifies this process's workers and
    /// watchers of changes by other processes, promotes delayed jobs, expires leases, and deletes finished jobs after
    /// `retention`.
    pub async fn run_maintenance(self, retention: Duration) {
        tokio::join!(
            self.shared.notifier.follow(&self.database),
            maintenance::run(self.clone(), retention),
            wait_queue::serve(self.clone()),
        );
    }

    /// The built-in kind with this name.
    pub fn handler(&self, kind: &str) -> Option<&'static dyn Handler> {
        self.handlers.iter().copied().find(|handler| handler.kind() == kind)
    }

    /// The kind of a job whose request names none.
    pub fn default_kind(&self) -> &'static str {
        self.handlers.first().map_or("", |handler| handler.kind())
    }

    /// Validates a job and gives it an id. Nothing is written yet: [`Submission::enqueue`] does that, in any transaction.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong, [`Error::TooLarge`].
    pub fn prepare(&self, job: NewJob, now: UnixMillis) -> Result<Submission, Error> {
        validation::new_job(&job, self.handler(&job.kind))?;
        let id = JobId::new(now, self.rng.bits());
        Ok(Submission { id, job, now })
    }

    /// Puts a job into the queue, in a transaction of its own.
    ///
    /// # Errors
    /// [`Error::Fields`], [`Error::TooLarge`], or the database's.
    pub async fn submit(&self, job: NewJob) -> Result<Enqueued, Error> {
        let submission = self.prepare(job, self.now())?;
        let kind = submission.job.kind.clone();
        let enqueued = self.database.write(move |session| submission.enqueue(session)).await?;
        if enqueued.is_new {
            self.shared.counters.count(&kind, |counts| counts.submitted += 1);
            self.announce();
        }
        Ok(enqueued)
    }

    /// Tells the workers of this process that a committed transaction may have queued jobs. Other processes, and this one
    /// without the call, notice within a fraction of a second.
    pub fn announce(&self) {
        self.shared.notifier.announce();
    }

    /// The current time.
    pub fn now(&self) -> UnixMillis {
        self.clock.now().into()
    }
}

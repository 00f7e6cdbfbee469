//! Work that outlives the request: a queue in the same database, its workers, and what watches over both.
//!
//! A job is a row of `_jobs`, written in the transaction that asked for it ([`Submission::enqueue`]) and moved from one
//! state to the next by single guarded statements (`queue`, `lease`). [`Jobs`] is the door for `http` and `command`.
//! Time and randomness come in through [`Ambient`].

mod check;
mod context;
mod error;
mod handler;
mod id;
pub mod job;
mod kinds;
mod lease;
mod moment;
mod queue;
mod row;
mod submission;
mod wake;

pub use context::Context;
pub use error::Error;
pub use handler::{Failure, Handler};
pub use id::JobId;
pub use job::{Enqueued, Job, NewJob, State};
pub use lease::{Beat, Claim, Claimed, Lease, Outcome, Renewed};
pub use moment::Moment;
pub use submission::Submission;

use std::sync::Arc;

use crate::database::Database;
use wake::Wake;

/// Where time and randomness come from.
#[derive(Debug, Clone, Copy)]
pub struct Ambient {
    /// The time.
    pub now: fn() -> Moment,
    /// 128 bits that nobody can guess.
    pub random: fn() -> u128,
}

/// The queue of one database. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Jobs {
    database: Database,
    ambient: Ambient,
    wake: Arc<Wake>,
}

impl Jobs {
    /// The queue in `database`.
    pub fn new(database: Database, ambient: Ambient) -> Self {
        Self {
            database,
            ambient,
            wake: Arc::default(),
        }
    }

    /// Checks a job that is asked for and gives it its name. Nothing is written yet: [`Submission::enqueue`] does that,
    /// in any transaction.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong, [`Error::TooLarge`].
    pub fn prepare(&self, job: NewJob, now: Moment) -> Result<Submission, Error> {
        check::new_job(&job)?;
        let id = JobId::new(now, (self.ambient.random)());
        Ok(Submission { id, job, now })
    }

    /// Puts a job into the queue, in a transaction of its own.
    ///
    /// # Errors
    /// [`Error::Fields`], [`Error::TooLarge`], or the database's.
    pub async fn submit(&self, job: NewJob) -> Result<Enqueued, Error> {
        let submission = self.prepare(job, self.now())?;
        let enqueued = self.database.write(move |session| submission.enqueue(session)).await?;
        self.announce();
        Ok(enqueued)
    }

    /// Tells the workers of this process that jobs may have been put into the queue by a transaction that is committed
    /// now. Those of other processes, and these if nobody calls this, notice within a fraction of a second.
    pub fn announce(&self) {
        self.wake.announce();
    }

    /// The time.
    pub fn now(&self) -> Moment {
        (self.ambient.now)()
    }
}

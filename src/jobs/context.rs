//! What a handler knows of its attempt, and how it reports back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};
use tokio::runtime::Handle;

use super::{Error, Heartbeat, Jobs, Lease};
use crate::database::{self, Session};

/// One attempt at a job, as its handler sees it.
pub struct Context {
    pub(super) jobs: Jobs,
    pub(super) runtime: Handle,
    pub(super) lease: Lease,
    pub(super) attempt: i64,
    pub(super) payload: Json,
    pub(super) checkpoint: Option<Json>,
    pub(super) state: Arc<AttemptState>,
}

/// What the handler's thread and the pool tell each other.
#[derive(Default)]
pub(super) struct AttemptState {
    /// What has not been written yet.
    pub(super) pending: Mutex<PendingUpdate>,
    /// A thread has begun with it.
    pub(super) is_begun: AtomicBool,
    /// The job was called off, or belongs to another attempt by now.
    pub(super) is_cancelled: AtomicBool,
    /// The process is stopping.
    pub(super) is_stopping: AtomicBool,
}

/// What a handler has to say beside its result.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct PendingUpdate {
    /// How far it is.
    pub(super) progress: Option<Json>,
    /// What another attempt would go on from.
    pub(super) checkpoint: Option<Json>,
}

impl Context {
    /// What the job is about.
    pub fn payload(&self) -> &Json {
        &self.payload
    }

    /// The number of this attempt, from 1.
    pub fn attempt(&self) -> i64 {
        self.attempt
    }

    /// What an earlier attempt left for this one.
    pub fn checkpoint(&self) -> Option<&Json> {
        self.checkpoint.as_ref()
    }

    /// Tells those who watch how far it is. Written within a second or so; the last word counts.
    pub fn progress(&self, done: u64, total: u64, message: &str) {
        let message: String = message.chars().take(super::job::MESSAGE_LIMIT).collect();
        self.pending().progress = Some(json!({ "done": done, "total": total, "message": message }));
    }

    /// Leaves something for another attempt, in case this one is cut off. Written within a second or so; use
    /// [`Context::write`] where it must agree with the work done.
    pub fn save(&self, checkpoint: Json) {
        self.pending().checkpoint = Some(checkpoint);
    }

    /// Whether the job was called off, or its lease lost. A handler that may take long asks now and then, and answers
    /// with [`super::Failure::Cancelled`].
    pub fn is_cancelled(&self) -> bool {
        self.state.is_cancelled.load(Ordering::Relaxed)
    }

    /// Whether the process is stopping. A handler that has left a checkpoint answers with [`super::Failure::Stopped`].
    pub fn is_stopping(&self) -> bool {
        self.state.is_stopping.load(Ordering::Relaxed)
    }

    /// Writes in one transaction that holds the lease: when the attempt has lost it, nothing is written. The
    /// checkpoint is kept with what was done. `work` may be run more than once, as [`database::Database::write`] says.
    ///
    /// # Errors
    /// `work`'s own; [`Error::Conflict`] when the lease is lost.
    pub fn write<T: Send + 'static>(
        &self,
        checkpoint: Option<Json>,
        mut work: impl FnMut(&Session<'_>) -> Result<T, database::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (lease, jobs, database) = (self.lease.clone(), self.jobs.clone(), self.jobs.database.clone());
        let heartbeat = Heartbeat {
            checkpoint: checkpoint.map(|checkpoint| checkpoint.to_string()),
            ..Default::default()
        };
        let written = database.write(move |session| {
            lease.renew(session, &heartbeat, jobs.now())?;
            Ok::<_, Error>(work(session)?)
        });
        self.runtime.block_on(written)
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, PendingUpdate> {
        self.state.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The interface of a handler to its attempt: payload, checkpoint, progress, cancellation, and writes under the lease.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value as Json, json};
use tokio::runtime::Handle;

use super::{Error, Heartbeat, Jobs, Lease};
use crate::database::{self, Session};

/// One attempt at a job.
pub struct Context {
    pub(super) jobs: Jobs,
    pub(super) runtime: Handle,
    pub(super) lease: Lease,
    pub(super) attempt: i64,
    pub(super) payload: Json,
    pub(super) checkpoint: Option<Json>,
    pub(super) state: Arc<AttemptState>,
}

/// The state that the handler's thread and the pool share.
#[derive(Default)]
pub(super) struct AttemptState {
    pending: Mutex<PendingUpdate>,
    /// Whether a thread has started the attempt.
    pub(super) is_started: AtomicBool,
    /// Whether the job is to be cancelled, or its lease is lost.
    pub(super) is_cancelled: AtomicBool,
    /// Whether the process is stopping.
    pub(super) is_stopping: AtomicBool,
}

/// Progress and checkpoint that are not written yet.
#[derive(Default)]
struct PendingUpdate {
    progress: Option<Json>,
    checkpoint: Option<Json>,
}

impl AttemptState {
    /// Whether there is progress or a checkpoint to write.
    pub(super) fn has_pending(&self) -> bool {
        let pending = self.pending();
        pending.progress.is_some() || pending.checkpoint.is_some()
    }

    /// Takes the progress and checkpoint to write, as the content of a heartbeat.
    pub(super) fn take_heartbeat(&self) -> Heartbeat {
        let pending = std::mem::take(&mut *self.pending());
        Heartbeat {
            progress: pending.progress.map(|progress| progress.to_string()),
            checkpoint: pending.checkpoint.map(|checkpoint| checkpoint.to_string()),
            lease_ms: None,
        }
    }

    fn pending(&self) -> MutexGuard<'_, PendingUpdate> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Context {
    /// The payload of the job.
    pub fn payload(&self) -> &Json {
        &self.payload
    }

    /// The number of this attempt, from 1.
    pub fn attempt(&self) -> i64 {
        self.attempt
    }

    /// The checkpoint of an earlier attempt.
    pub fn checkpoint(&self) -> Option<&Json> {
        self.checkpoint.as_ref()
    }

    /// Sets the progress that watchers of the job see. Written within about a second; only the latest is kept.
    pub fn progress(&self, done: u64, total: u64, message: &str) {
        let message: String = message.chars().take(super::job::MESSAGE_LIMIT).collect();
        self.state.pending().progress = Some(json!({ "done": done, "total": total, "message": message }));
    }

    /// Sets the checkpoint from which another attempt would resume. Written within about a second; use [`Context::write`]
    /// where it must be consistent with data.
    pub fn save(&self, checkpoint: Json) {
        self.state.pending().checkpoint = Some(checkpoint);
    }

    /// Whether the job is to be cancelled, or its lease is lost. A handler that may run long checks this regularly and
    /// then returns [`super::Failure::Cancelled`].
    pub fn is_cancelled(&self) -> bool {
        self.state.is_cancelled.load(Ordering::Relaxed)
    }

    /// Whether the process is stopping. A handler that has saved a checkpoint then returns [`super::Failure::Stopped`].
    pub fn is_stopping(&self) -> bool {
        self.state.is_stopping.load(Ordering::Relaxed)
    }

    /// Writes data and checkpoint in one transaction that also renews the lease; once the lease is lost, nothing is
    /// written. `work` may be run more than once, as with [`database::Database::write`].
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
}

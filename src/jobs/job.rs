//! Jobs: their limits and states, new jobs, and jobs as shown by the API.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::JobId;
use crate::clock::UnixMillis;

/// The largest payload and checkpoint, in bytes of JSON.
pub const PAYLOAD_LIMIT: usize = 256 * 1024;
/// The largest result, in bytes of JSON: upper case may take three times the bytes of a payload.
pub const RESULT_LIMIT: usize = 1024 * 1024;
/// The most characters of an error; longer ones are cut.
pub const ERROR_LIMIT: usize = 4096;
/// The most characters of the message in a progress; longer ones are cut.
pub const MESSAGE_LIMIT: usize = 1000;
/// The most characters of a kind and of a unique key.
pub const NAME_LIMIT: usize = 100;
/// The largest priority; the smallest is its negative.
pub const PRIORITY_LIMIT: i64 = 100;
/// The most attempts.
pub const ATTEMPTS_LIMIT: i64 = 100;
/// The default number of attempts.
pub const ATTEMPTS: i64 = 5;

/// The state of a job. `Queued` and `Processing` are unfinished; the others are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It waits for its `run_at` or for a worker.
    Queued,
    /// A worker holds its lease.
    Processing,
    /// It has a result.
    Done,
    /// Its last attempt failed.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl State {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Processing,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Its name in the database and in responses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it is final, unless the job is retried by hand.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A job to submit. [`super::Jobs::prepare`] validates it.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Its kind: a built-in one, or one that external workers claim.
    pub kind: String,
    /// Its payload, as JSON.
    pub payload: Box<RawValue>,
    /// Its priority, from -100 to 100; higher ones first.
    pub priority: i64,
    /// The earliest time to run it; by default now.
    pub run_at: Option<UnixMillis>,
    /// Attempts before it counts as failed, from 1 to 100.
    pub max_attempts: i64,
    /// While a job of this kind with this key is unfinished, no other is created.
    pub unique_key: Option<String>,
}

impl NewJob {
    /// A job with default options, to run at once.
    pub fn new(kind: impl Into<String>, payload: Box<RawValue>) -> Self {
        Self {
            kind: kind.into(),
            payload,
            priority: 0,
            run_at: None,
            max_attempts: ATTEMPTS,
            unique_key: None,
        }
    }
}

/// The result of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The job: the new one, or the unfinished one that has the unique key.
    pub id: JobId,
    /// Its state.
    pub state: State,
    /// Whether it is new.
    pub is_new: bool,
}

/// A job as shown by the API.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// Its id.
    pub job_id: JobId,
    /// Its kind.
    pub kind: String,
    /// Its state.
    pub status: State,
    /// The result of its handler or worker, once it is done.
    pub result: Option<Box<RawValue>>,
    /// The error of the last failed attempt.
    pub error: Option<String>,
    /// The progress of the last attempt: a number from 0 to 1, or `{"done", "total", "message"}`.
    pub progress: Option<Box<RawValue>>,
    /// Attempts started so far.
    pub attempts: i64,
    /// Attempts before it counts as failed.
    pub max_attempts: i64,
    /// Its priority; higher ones first.
    pub priority: i64,
    /// The key that no other unfinished job of its kind has, if any.
    pub unique_key: Option<String>,
    /// Whether a running job is to be cancelled.
    pub cancel_requested: bool,
    /// When it was submitted.
    pub created_at: UnixMillis,
    /// When it may run, or may run again.
    pub run_at: UnixMillis,
    /// When the last attempt started.
    pub started_at: Option<UnixMillis>,
    /// When it last changed.
    pub updated_at: UnixMillis,
    /// When it reached a final state.
    pub finished_at: Option<UnixMillis>,
    /// Its sequence number: the order of submission.
    #[serde(skip)]
    pub seq: i64,
}

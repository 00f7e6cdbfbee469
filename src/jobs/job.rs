//! What a job is: its states, what is asked for, and what is shown of it.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::JobId;
use crate::clock::UnixMillis;

/// The largest payload and checkpoint, as JSON text.
pub const PAYLOAD_LIMIT: usize = 256 * 1024;
/// The largest result, as JSON text: capitals of a full payload may take three times its room.
pub const RESULT_LIMIT: usize = 1024 * 1024;
/// Characters that are kept of an error.
pub const ERROR_LIMIT: usize = 4096;
/// Characters of the message in a progress.
pub const MESSAGE_LIMIT: usize = 1000;
/// Characters of a kind and of a unique key.
pub const NAME_LIMIT: usize = 100;
/// Priorities go from minus this to this.
pub const PRIORITY_LIMIT: i64 = 100;
/// Attempts at most, and unless asked otherwise.
pub const ATTEMPTS_LIMIT: i64 = 100;
/// Attempts unless asked otherwise.
pub const ATTEMPTS: i64 = 5;

/// Where a job stands. `Queued` and `Processing` are unfinished; the others are its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It waits for its time or for a worker.
    Queued,
    /// A worker has it.
    Processing,
    /// It has a result.
    Done,
    /// Its last attempt failed.
    Failed,
    /// It was called off.
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

    /// The word for it, in the database and in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state that bears this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more will happen by itself.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A job that is asked for, not checked yet. [`super::Jobs::prepare`] checks it.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Who is to do it: a built-in kind, or one that workers of your own claim.
    pub kind: String,
    /// What it is about, as JSON.
    pub payload: Box<RawValue>,
    /// Higher ones first, from -100 to 100.
    pub priority: i64,
    /// Not before this; at once when nothing is said.
    pub run_at: Option<UnixMillis>,
    /// Attempts before it counts as failed, from 1 to 100.
    pub max_attempts: i64,
    /// While a job of this kind with this key is unfinished, no other is made.
    pub unique_key: Option<String>,
}

impl NewJob {
    /// A job of a kind, to be done at once, with nothing special about it.
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

/// What became of a job that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The job: the new one, or the unfinished one that has the unique key.
    pub id: JobId,
    /// Where it stands.
    pub state: State,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// A job as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// Its public name.
    pub job_id: JobId,
    /// Who is to do it.
    pub kind: String,
    /// Where it stands.
    pub status: State,
    /// What its handler or worker gave back, once it is done.
    pub result: Option<Box<RawValue>>,
    /// What the last failure said.
    pub error: Option<String>,
    /// How far the last attempt got: a number from 0 to 1, or `{"done", "total", "message"}`.
    pub progress: Option<Box<RawValue>>,
    /// Attempts begun so far.
    pub attempts: i64,
    /// Attempts before it counts as failed.
    pub max_attempts: i64,
    /// Higher ones first.
    pub priority: i64,
    /// The key that no other unfinished job of its kind has.
    pub unique_key: Option<String>,
    /// Whether a running job was asked to stop.
    pub cancel_requested: bool,
    /// When it was asked for.
    pub created_at: UnixMillis,
    /// When it may run, or may run again.
    pub run_at: UnixMillis,
    /// When the last attempt began.
    pub started_at: Option<UnixMillis>,
    /// When anything about it changed last.
    pub updated_at: UnixMillis,
    /// When it came to its end.
    pub finished_at: Option<UnixMillis>,
    /// Its place in the order of submission; the cursor of lists.
    #[serde(skip)]
    pub seq: i64,
}

//! The interface of built-in kinds: a [`Handler`] validates payloads and runs jobs.

use serde_json::Value as Json;

use super::Context;
use crate::fields::FieldErrors;

/// A built-in kind of job. Adding one takes a file in `kinds/` and an entry in its list.
pub trait Handler: Send + Sync + 'static {
    /// The name of the kind.
    fn kind(&self) -> &'static str;

    /// The fields of its payload; a request may also give them beside `kind`.
    fn fields(&self) -> &'static [&'static str];

    /// Validates a payload before its job is accepted.
    ///
    /// # Errors
    /// The invalid fields.
    fn validate(&self, payload: &Json) -> Result<(), FieldErrors>;

    /// Runs an attempt and returns its result. It is called on a worker thread, where it may block. Delivery is at least
    /// once: it may be interrupted at any point and run again, by any process.
    ///
    /// # Errors
    /// Why the attempt has no result, which decides the next state of the job.
    fn run(&self, context: &Context) -> Result<Json, Failure>;
}

/// Why an attempt has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A transient error: the job is tried again while it has attempts left.
    Retry(String),
    /// A permanent error: the job fails.
    Final(String),
    /// The job is to be cancelled, as [`Context::is_cancelled`] told.
    Cancelled,
    /// The process is stopping: the job returns to the queue with its last checkpoint, and the attempt does not count.
    Stopped,
}

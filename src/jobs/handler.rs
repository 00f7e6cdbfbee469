//! The door through which built-in kinds come: a [`Handler`] says what a payload must be, and does the work.

use serde_json::Value as Json;

use super::Context;
use crate::fields::FieldErrors;

/// A kind of job that Socle does itself. Adding one is one file in `kinds/` and one line in its list.
pub trait Handler: Send + Sync + 'static {
    /// The kind.
    fn kind(&self) -> &'static str;

    /// The fields of its payload, which a request may also give beside `kind`.
    fn fields(&self) -> &'static [&'static str];

    /// Looks at a payload before the job is accepted.
    ///
    /// # Errors
    /// What is wrong, by field.
    fn validate(&self, payload: &Json) -> Result<(), FieldErrors>;

    /// Does the work and gives the result. Runs on a thread of its own, at least once for each job: it may be cut off
    /// at any point and begun again by another process.
    ///
    /// # Errors
    /// Why there is no result, and what is to become of the job.
    fn run(&self, context: &Context) -> Result<Json, Failure>;
}

/// Why an attempt has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Something that may be better later: the job is tried again while it has attempts left.
    Retry(String),
    /// Something that no other attempt would mend.
    Final(String),
    /// The job was called off, and the handler has noticed.
    Cancelled,
    /// The process is stopping: the job goes back to the queue, with its last checkpoint, and this attempt is forgiven.
    Stopped,
}

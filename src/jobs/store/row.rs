//! Reads rows of `_jobs` into jobs and their parts.

use serde_json::value::RawValue;

use crate::clock::UnixMillis;
use crate::database::{Error, Row, Value};
use crate::jobs::{Job, JobId, State};

/// The columns that [`job`] reads, in its order; a literal, so that statements with it are constants.
macro_rules! job_columns {
    () => {
        "seq, id, kind, state, priority, attempts, max_attempts, unique_key, cancel_at, progress, result, error, \
         created_at, run_at, started_at, updated_at, finished_at"
    };
}
pub(super) use job_columns;

impl From<JobId> for Value {
    fn from(id: JobId) -> Self {
        Self::Text(id.to_string())
    }
}

/// The time in a column, if any.
pub(in crate::jobs) fn time(row: &Row<'_, '_>, column: usize) -> Option<UnixMillis> {
    row.optional_integer(column).map(UnixMillis)
}

/// The JSON text in a column, which was validated when it was written.
pub(in crate::jobs) fn json(row: &Row<'_, '_>, column: usize) -> Option<Box<RawValue>> {
    RawValue::from_string(row.optional_text(column)?).ok()
}

pub(super) fn id(row: &Row<'_, '_>, column: usize) -> Result<JobId, Error> {
    let text = row.borrowed_text(column).unwrap_or_default();
    text.parse()
        .map_err(|()| Error::Corrupt(format!("\"{text}\" is no id of a job")))
}

pub(in crate::jobs) fn state(row: &Row<'_, '_>, column: usize) -> Result<State, Error> {
    let text = row.borrowed_text(column).unwrap_or_default();
    State::named(&text).ok_or_else(|| Error::Corrupt(format!("\"{text}\" is no state of a job")))
}

/// A job, from the columns of [`job_columns`].
pub(super) fn job(row: &Row<'_, '_>) -> Result<Job, Error> {
    Ok(Job {
        seq: row.integer(0),
        job_id: id(row, 1)?,
        kind: row.text(2),
        status: state(row, 3)?,
        priority: row.integer(4),
        attempts: row.integer(5),
        max_attempts: row.integer(6),
        unique_key: row.optional_text(7),
        cancel_requested: time(row, 8).is_some(),
        progress: json(row, 9),
        result: json(row, 10),
        error: row.optional_text(11),
        created_at: UnixMillis(row.integer(12)),
        run_at: UnixMillis(row.integer(13)),
        started_at: time(row, 14),
        updated_at: UnixMillis(row.integer(15)),
        finished_at: time(row, 16),
    })
}

//! Between rows of `_jobs` and what the rest of this room speaks of.

use serde_json::value::RawValue;

use super::{Job, JobId, State, UnixMillis};
use crate::database::{Error, Row, Statement, Value, ValueRef};

/// The columns that [`job`] reads, in its order.
pub(super) const SHOWN: &str = "seq, id, kind, state, priority, attempts, max_attempts, unique_key, cancel_at, \
     progress, result, error, created_at, run_at, started_at, updated_at, finished_at";

/// A statement with its values.
pub(super) fn statement(sql: impl Into<String>, values: impl Into<Vec<Value>>) -> Statement {
    Statement {
        sql: sql.into(),
        values: values.into(),
    }
}

impl From<UnixMillis> for Value {
    fn from(moment: UnixMillis) -> Self {
        Self::Integer(moment.0)
    }
}

impl From<JobId> for Value {
    fn from(id: JobId) -> Self {
        Self::Text(id.to_string())
    }
}

/// Text that may be missing.
pub(super) fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

pub(super) fn integer(row: &Row<'_, '_>, index: usize) -> i64 {
    match row.get(index) {
        ValueRef::Integer(number) => number,
        _ => 0,
    }
}

pub(super) fn moment(row: &Row<'_, '_>, index: usize) -> Option<UnixMillis> {
    match row.get(index) {
        ValueRef::Integer(number) => Some(UnixMillis(number)),
        _ => None,
    }
}

pub(super) fn text(row: &Row<'_, '_>, index: usize) -> Option<String> {
    match row.get(index) {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// JSON text, which was checked when it was written.
pub(super) fn json(row: &Row<'_, '_>, index: usize) -> Option<Box<RawValue>> {
    RawValue::from_string(text(row, index)?).ok()
}

pub(super) fn id(row: &Row<'_, '_>, index: usize) -> Result<JobId, Error> {
    let text = text(row, index).unwrap_or_default();
    text.parse()
        .map_err(|()| Error::Corrupt(format!("\"{text}\" is no name of a job")))
}

pub(super) fn state(row: &Row<'_, '_>, index: usize) -> Result<State, Error> {
    let text = text(row, index).unwrap_or_default();
    State::named(&text).ok_or_else(|| Error::Corrupt(format!("\"{text}\" is no state of a job")))
}

/// A job, from the columns of [`SHOWN`].
pub(super) fn job(row: &Row<'_, '_>) -> Result<Job, Error> {
    Ok(Job {
        seq: integer(row, 0),
        job_id: id(row, 1)?,
        kind: text(row, 2).unwrap_or_default(),
        status: state(row, 3)?,
        priority: integer(row, 4),
        attempts: integer(row, 5),
        max_attempts: integer(row, 6),
        unique_key: text(row, 7),
        cancel_requested: moment(row, 8).is_some(),
        progress: json(row, 9),
        result: json(row, 10),
        error: text(row, 11),
        created_at: UnixMillis(integer(row, 12)),
        run_at: UnixMillis(integer(row, 13)),
        started_at: moment(row, 14),
        updated_at: UnixMillis(integer(row, 15)),
        finished_at: moment(row, 16),
    })
}

//! The definition of a schedule, as given and as validated.

use serde_json::value::RawValue;

use super::{Schedules, Timing};
use crate::clock::UnixMillis;
use crate::fields::{FieldErrors, message};
use crate::jobs::{Error, NewJob, Submission, job};

/// The longest name.
const NAME_LIMIT: usize = 80;
/// The prefix of the unique keys of schedules' jobs, which other jobs may not use.
pub const KEYS_OF_SCHEDULES: &str = "schedule:";
/// The largest payload, as JSON text: all schedules fit into one answer.
const PAYLOAD_LIMIT: usize = 16 * 1024;

/// A schedule as given by a file or a request, not yet validated.
#[derive(Debug, Clone)]
pub struct ScheduleSpec {
    /// The kind of its jobs.
    pub kind: String,
    /// Their payload, as JSON.
    pub payload: Box<RawValue>,
    /// The timing as a cron expression.
    pub cron: Option<String>,
    /// The timing as an interval.
    pub every: Option<String>,
    /// The time zone of the cron expression.
    pub timezone: Option<String>,
    /// The priority of its jobs.
    pub priority: i64,
    /// Attempts before the job counts as failed.
    pub max_attempts: i64,
    /// Whether a tick is skipped while the job of the last one is unfinished.
    pub unique: bool,
    /// Whether it ticks at all.
    pub enabled: bool,
}

impl ScheduleSpec {
    /// A schedule with default options and without a timing.
    pub fn new(kind: impl Into<String>, payload: Box<RawValue>) -> Self {
        Self {
            kind: kind.into(),
            payload,
            cron: None,
            every: None,
            timezone: None,
            priority: 0,
            max_attempts: job::ATTEMPTS,
            unique: true,
            enabled: true,
        }
    }
}

/// A validated schedule.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// The definition as given.
    pub spec: ScheduleSpec,
    /// When it ticks.
    pub timing: Timing,
}

impl Definition {
    /// The first tick after `now`, if it is to tick.
    pub(super) fn next_after(&self, now: UnixMillis, anchor: UnixMillis) -> Option<UnixMillis> {
        self.timing.next_after(now, anchor).filter(|_| self.spec.enabled)
    }
}

impl Schedules {
    /// Validates a schedule.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong; [`Error::TooLarge`].
    pub fn check(&self, name: &str, spec: ScheduleSpec) -> Result<Definition, Error> {
        let mut errors = FieldErrors::default();
        if let Err(message) = check_name(name) {
            errors.add("name", message);
        }
        let size = spec.payload.get().len();
        if size > PAYLOAD_LIMIT {
            let message =
                format!("The payload of a schedule has {size} bytes as JSON; at most {PAYLOAD_LIMIT} are kept.");
            return Err(Error::TooLarge(message));
        }
        match self.submission(name, &spec, UnixMillis(0)) {
            Ok(_) => {}
            Err(Error::Fields(wrong)) => wrong.0.into_iter().for_each(|(field, message)| {
                message.into_iter().for_each(|message| match field.as_str() {
                    "kind" | "payload" | "priority" | "max_attempts" => errors.add(field.as_str(), message),
                    // Derived from the name, which is validated above.
                    "unique_key" => {}
                    inside => errors.add("payload", format!("{inside}: {message}")),
                });
            }),
            Err(other) => return Err(other),
        }
        let timing = Timing::parse(spec.cron.as_deref(), spec.every.as_deref(), spec.timezone.as_deref());
        match timing {
            Ok(timing) if errors.is_empty() => Ok(Definition {
                name: name.to_owned(),
                spec,
                timing,
            }),
            Ok(_) => Err(errors.into()),
            Err(error) => {
                errors.add(error.field, error.message);
                Err(errors.into())
            }
        }
    }

    /// The job that a tick submits.
    ///
    /// # Errors
    /// As [`crate::jobs::Jobs::prepare`].
    pub(super) fn submission(&self, name: &str, spec: &ScheduleSpec, now: UnixMillis) -> Result<Submission, Error> {
        let job = NewJob {
            priority: spec.priority,
            max_attempts: spec.max_attempts,
            unique_key: spec.unique.then(|| format!("{KEYS_OF_SCHEDULES}{name}")),
            ..NewJob::new(spec.kind.as_str(), spec.payload.clone())
        };
        self.jobs.prepare(job, now)
    }
}

/// Validates a name, which is part of addresses, keys and log lines.
fn check_name(name: &str) -> Result<(), String> {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-' | b'.');
    match name {
        "" => Err(message::BLANK.to_owned()),
        name if name.len() > NAME_LIMIT => Err(message::max_length(NAME_LIMIT)),
        name if !name.bytes().all(is_plain) || name.starts_with('.') => {
            Err("Use letters, digits and _ - . only, and no dot at the beginning.".to_owned())
        }
        _ => Ok(()),
    }
}

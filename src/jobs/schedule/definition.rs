//! What a schedule is to do and when: as it is given, and once it was checked.

use serde_json::value::RawValue;

use super::{Schedules, Timing};
use crate::clock::UnixMillis;
use crate::fields::{FieldErrors, message};
use crate::jobs::{Error, NewJob, Submission, job};

/// The longest name.
const NAME_LIMIT: usize = 80;
/// What the unique keys of schedules' jobs begin with, and nobody else's may.
pub const KEYS_OF_SCHEDULES: &str = "schedule:";
/// The largest payload, as JSON text: all schedules fit into one answer.
const PAYLOAD_LIMIT: usize = 16 * 1024;

/// A schedule as a file or a request gives it, not checked yet.
#[derive(Debug, Clone)]
pub struct ScheduleSpec {
    /// What the job is to do.
    pub kind: String,
    /// What it is about, as JSON.
    pub payload: Box<RawValue>,
    /// When, as a cron expression.
    pub cron: Option<String>,
    /// When, as a stretch of time.
    pub every: Option<String>,
    /// Whose clock the expression goes by.
    pub timezone: Option<String>,
    /// The job's priority.
    pub priority: i64,
    /// Attempts before the job counts as failed.
    pub max_attempts: i64,
    /// Whether a tick is left out while the job of the last one is unfinished.
    pub unique: bool,
    /// Whether it ticks at all.
    pub enabled: bool,
}

impl ScheduleSpec {
    /// A schedule of a kind with nothing special about it, and no timing yet.
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

/// A schedule that was checked.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What was given.
    pub draft: ScheduleSpec,
    /// When it ticks.
    pub timing: Timing,
}

impl Definition {
    /// The first tick after `now`, if it is to tick.
    pub(super) fn next_after(&self, now: UnixMillis, anchor: UnixMillis) -> Option<UnixMillis> {
        self.timing.next_after(now, anchor).filter(|_| self.draft.enabled)
    }
}

impl Schedules {
    /// Holds a schedule against all that it must be.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong; [`Error::TooLarge`].
    pub fn check(&self, name: &str, draft: ScheduleSpec) -> Result<Definition, Error> {
        let mut errors = FieldErrors::default();
        if let Err(message) = check_name(name) {
            errors.add("name", message);
        }
        let size = draft.payload.get().len();
        if size > PAYLOAD_LIMIT {
            let message =
                format!("The payload of a schedule has {size} bytes as JSON; at most {PAYLOAD_LIMIT} are kept.");
            return Err(Error::TooLarge(message));
        }
        match self.submission(name, &draft, UnixMillis(0)) {
            Ok(_) => {}
            Err(Error::Fields(wrong)) => wrong.0.into_iter().for_each(|(field, message)| {
                message.into_iter().for_each(|message| match field.as_str() {
                    "kind" | "payload" | "priority" | "max_attempts" => errors.add(field.as_str(), message),
                    // The name, which a unique key is made of, was looked at.
                    "unique_key" => {}
                    inside => errors.add("payload", format!("{inside}: {message}")),
                });
            }),
            Err(other) => return Err(other),
        }
        let timing = Timing::parse(draft.cron.as_deref(), draft.every.as_deref(), draft.timezone.as_deref());
        match timing {
            Ok(timing) if errors.is_empty() => Ok(Definition {
                name: name.to_owned(),
                draft,
                timing,
            }),
            Ok(_) => Err(errors.into()),
            Err(unfit) => {
                errors.add(unfit.field, unfit.message);
                Err(errors.into())
            }
        }
    }

    /// The job of a tick.
    ///
    /// # Errors
    /// As [`crate::jobs::Jobs::prepare`].
    pub(super) fn submission(&self, name: &str, draft: &ScheduleSpec, now: UnixMillis) -> Result<Submission, Error> {
        let job = NewJob {
            priority: draft.priority,
            max_attempts: draft.max_attempts,
            unique_key: draft.unique.then(|| format!("{KEYS_OF_SCHEDULES}{name}")),
            ..NewJob::new(draft.kind.as_str(), draft.payload.clone())
        };
        self.jobs.prepare(job, now)
    }
}

/// Whether a name can be one: it stands in addresses, in keys and in the log.
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

//! `[[schedules]]` of `socle.toml`: validates them and applies them to the database.
//!
//! At the start an invalid file is an error. Later it is logged, and the schedules stay as they were.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use serde_json::value::to_raw_value;

use tokio::sync::watch;

use super::{Definition, LIMIT, ScheduleSpec, Schedules, SyncError};
use crate::config_file::{ConfigError, ConfigFile, Located, ScheduleSection};
use crate::database;
use crate::jobs::Error;

/// A pause after the database failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Why the schedules of the file were not applied.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FileError {
    /// The file is invalid.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The database failed.
    #[error("{0}")]
    Database(#[from] database::Error),
}

impl Schedules {
    /// Makes the schedules in the database equal to those of the file, except those of the API. Without `CONFIG_DIR` there is
    /// no file, and nothing changes.
    ///
    /// # Errors
    /// The first error in the file, which may be a name that a schedule of the API has; the database's.
    pub async fn apply_file(&self, file: &ConfigFile) -> Result<(), FileError> {
        let definitions = self.of_file(file)?;
        if file.path.is_none() {
            return Ok(());
        }
        let synced = self.sync(definitions).await.map_err(|error| match error {
            SyncError::Taken(ref name) => FileError::Config(file.error_at(line_of_name(file, name), error.to_string())),
            SyncError::Database(error) => FileError::Database(error),
        })?;
        if !synced.is_empty() {
            let (made, changed, removed) = (synced.created, synced.changed, synced.removed);
            tracing::info!(
                made,
                changed,
                removed,
                "the schedules are as {} says",
                file.name().display()
            );
        }
        Ok(())
    }

    /// Applies each change of the file, for as long as the server runs.
    pub async fn follow(self, mut files: watch::Receiver<Arc<ConfigFile>>) {
        while files.changed().await.is_ok() {
            loop {
                let file = files.borrow_and_update().clone();
                match self.apply_file(&file).await {
                    Ok(()) => break,
                    Err(FileError::Config(error)) => {
                        tracing::error!("{error}; the schedules stay as they were");
                        break;
                    }
                    Err(FileError::Database(database::Error::Closed)) => return,
                    Err(FileError::Database(error)) => {
                        tracing::warn!(%error, "the schedules of the file could not be written; they are tried again");
                        tokio::time::sleep(FAILURE_PAUSE).await;
                    }
                }
            }
        }
    }

    /// Validates all schedules of the file; nothing is written.
    ///
    /// # Errors
    /// The first error, with its line.
    pub fn of_file(&self, file: &ConfigFile) -> Result<Vec<Definition>, ConfigError> {
        let mut lines = HashMap::new();
        let mut definitions = Vec::with_capacity(file.schedules.len());
        for section in &file.schedules {
            let Located { line, value: name } = &section.name;
            if let Some(first) = lines.insert(name.as_str(), *line) {
                let message =
                    format!("a schedule named \"{name}\" stands on line {first} already; allowed: each name once");
                return Err(file.error_at(*line, message));
            }
            if definitions.len() >= LIMIT {
                return Err(file.error_at(section.line, format!("allowed: at most {LIMIT} schedules")));
            }
            let definition = self.check(name, spec(section)).map_err(|error| {
                let (field, message) = first_wrong(error);
                let message = match field.as_str() {
                    "" => message,
                    field => format!("\"schedules.{field}\": {message}"),
                };
                file.error_at(line_of(section, &field), message)
            })?;
            definitions.push(definition);
        }
        Ok(definitions)
    }
}

/// The line of a schedule's name.
fn line_of_name(file: &ConfigFile, name: &str) -> Option<usize> {
    let section = file.schedules.iter().find(|section| section.name.value == name);
    section.map(|section| section.name.line)
}

fn spec(section: &ScheduleSection) -> ScheduleSpec {
    let text = |text: &Option<Located<String>>| text.as_ref().map(|text| text.value.clone());
    let payload = section.payload.as_ref().map_or(&Json::Null, |payload| &payload.value);
    // A value parsed from TOML can always be serialized.
    let payload = to_raw_value(payload).unwrap_or_default();
    let mut spec = ScheduleSpec::new(section.kind.value.as_str(), payload);
    spec.cron = text(&section.cron);
    spec.every = text(&section.every);
    spec.timezone = text(&section.timezone);
    spec.priority = section.priority.map_or(spec.priority, |located| located.value);
    spec.max_attempts = section.max_attempts.map_or(spec.max_attempts, |located| located.value);
    spec.unique = section.unique.map_or(spec.unique, |located| located.value);
    spec.enabled = section.enabled.map_or(spec.enabled, |located| located.value);
    spec
}

fn first_wrong(error: Error) -> (String, String) {
    match error {
        Error::Fields(errors) => {
            let first = errors.0.into_iter().next().unwrap_or_default();
            (first.0, first.1.join(" "))
        }
        Error::TooLarge(message) => ("payload".to_owned(), message),
        other => (String::new(), other.to_string()),
    }
}

fn line_of(section: &ScheduleSection, field: &str) -> usize {
    let line = match field {
        "name" => Some(section.name.line),
        "kind" => Some(section.kind.line),
        "payload" => section.payload.as_ref().map(|located| located.line),
        "cron" => section.cron.as_ref().map(|located| located.line),
        "every" => section.every.as_ref().map(|located| located.line),
        "timezone" => section.timezone.as_ref().map(|located| located.line),
        "priority" => section.priority.map(|located| located.line),
        "max_attempts" => section.max_attempts.map(|located| located.line),
        _ => None,
    };
    line.unwrap_or(section.line)
}

//! `[[schedules]]` of `socle.toml`: held against what a schedule must be, and brought into the database.
//!
//! At the start a mistake in it is an error. Later it is a line in the log, and the schedules stay as they were.

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

/// A pause after the database did not take what the file says.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);

/// Why the schedules of the file are not those of the database.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FileError {
    /// The file is wrong.
    #[error("{0}")]
    ConfigError(#[from] ConfigError),
    /// The database did not do it.
    #[error("{0}")]
    Database(#[from] database::Error),
}

impl Schedules {
    /// Makes the schedules of the file those of the database. Without `CONFIG_DIR` this process knows nothing of a file,
    /// and leaves all as it is.
    ///
    /// # Errors
    /// The first mistake, a name that was taken over the API among them; the database's.
    pub async fn apply_file(&self, file: &ConfigFile) -> Result<(), FileError> {
        let definitions = self.of_file(file)?;
        if file.path.is_none() {
            return Ok(());
        }
        let synced = self.sync(definitions).await.map_err(|error| match error {
            SyncError::Taken(ref name) => {
                FileError::ConfigError(file.error_at(line_of_name(file, name), error.to_string()))
            }
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

    /// Follows the changes of the file for as long as the server runs.
    pub async fn follow(self, mut files: watch::Receiver<Arc<ConfigFile>>) {
        while files.changed().await.is_ok() {
            loop {
                let file = files.borrow_and_update().clone();
                match self.apply_file(&file).await {
                    Ok(()) => break,
                    Err(FileError::ConfigError(mistake)) => {
                        tracing::error!("{mistake}; the schedules stay as they were");
                        break;
                    }
                    Err(FileError::Database(database::Error::Closed)) => return,
                    Err(FileError::Database(error)) => {
                        tracing::warn!(%error, "the schedules of the file could not be written; they are tried again");
                        tokio::time::sleep(AFTER_A_FAILURE).await;
                    }
                }
            }
        }
    }

    /// What the file wants, with every mistake in it found before anything is written.
    ///
    /// # Errors
    /// The first mistake, with its line.
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

/// The line on which the file names a schedule.
fn line_of_name(file: &ConfigFile, name: &str) -> Option<usize> {
    let section = file.schedules.iter().find(|section| section.name.value == name);
    section.map(|section| section.name.line)
}

fn spec(section: &ScheduleSection) -> ScheduleSpec {
    let text = |text: &Option<Located<String>>| text.as_ref().map(|text| text.value.clone());
    let payload = section.payload.as_ref().map_or(&Json::Null, |payload| &payload.value);
    // What came out of a file can always be written.
    let payload = to_raw_value(payload).unwrap_or_default();
    let mut spec = ScheduleSpec::new(section.kind.value.as_str(), payload);
    spec.cron = text(&section.cron);
    spec.every = text(&section.every);
    spec.timezone = text(&section.timezone);
    spec.priority = section.priority.map_or(spec.priority, |given| given.value);
    spec.max_attempts = section.max_attempts.map_or(spec.max_attempts, |given| given.value);
    spec.unique = section.unique.map_or(spec.unique, |given| given.value);
    spec.enabled = section.enabled.map_or(spec.enabled, |given| given.value);
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
        "payload" => section.payload.as_ref().map(|given| given.line),
        "cron" => section.cron.as_ref().map(|given| given.line),
        "every" => section.every.as_ref().map(|given| given.line),
        "timezone" => section.timezone.as_ref().map(|given| given.line),
        "priority" => section.priority.map(|given| given.line),
        "max_attempts" => section.max_attempts.map(|given| given.line),
        _ => None,
    };
    line.unwrap_or(section.line)
}

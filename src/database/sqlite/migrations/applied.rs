//! Applied migrations as recorded in the database, and the pending ones that follow from them.

use std::path::Path;

use rusqlite::Connection;

use super::files::{Files, MigrationFile};
use super::history::History;
use super::{MigrationError, State, Status, database_file};

/// A row of a history.
#[derive(Debug, Clone)]
pub(super) struct Applied {
    version: i32,
    name: String,
    when: String,
    checksum: u64,
}

impl Applied {
    fn file_name(&self) -> String {
        format!("V{}__{}.sql", self.version, self.name)
    }

    fn matches(&self, file: &MigrationFile) -> bool {
        self.checksum == file.migration.checksum() && self.name == file.migration.name()
    }
}

/// The rows of a history by number; none when its table does not exist yet.
pub(super) fn read(connection: &Connection, database: &Path, history: History) -> Result<Vec<Applied>, MigrationError> {
    let table = history.table();
    let exists = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    let exists: i64 = connection
        .query_row(exists, [table], |row| row.get(0))
        .map_err(|error| database_file::explain(database, &error))?;
    if exists == 0 {
        return Ok(Vec::new());
    }
    read_rows(connection, table).map_err(|error| match error {
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::SqlInputError { .. } => MigrationError::History {
            database: database.display().to_string(),
            table,
            message: error.to_string(),
        },
        other => database_file::explain(database, &other),
    })
}

fn read_rows(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Applied>> {
    let mut statement = connection.prepare(&format!(
        "SELECT version, name, applied_on, checksum FROM {table} ORDER BY version"
    ))?;
    let rows = statement.query_map([], |row| {
        let checksum: String = row.get(3)?;
        Ok(Applied {
            version: row.get(0)?,
            name: row.get(1)?,
            when: to_the_second(row.get(2)?),
            checksum: checksum.parse().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
            })?,
        })
    })?;
    rows.collect()
}

/// The time without its fraction of a second; a text of another form is unchanged.
fn to_the_second(when: String) -> String {
    match when.split_once('.') {
        Some((seconds, fraction)) if fraction.ends_with('Z') => format!("{seconds}Z"),
        _ => when,
    }
}

/// The pending migrations, in order.
///
/// # Errors
///
/// When an applied migration differs from its file, which was changed, renamed or removed or belongs to a newer version,
/// or when a number is missing.
pub(super) fn pending<'f>(
    connection: &Connection,
    database: &Path,
    files: &'f Files,
) -> Result<Vec<(History, &'f MigrationFile)>, MigrationError> {
    let mut pending = Vec::new();
    for history in History::ALL {
        let applied = read(connection, database, history)?;
        let known = files.of(history);
        for row in &applied {
            check(row, history, known, database, files.config_dir.as_deref())?;
        }
        let is_new = |file: &&MigrationFile| applied.iter().all(|row| row.version != file.migration.version());
        pending.extend(known.iter().filter(is_new).map(|file| (history, file)));
    }
    files.check_order()?;
    Ok(pending)
}

/// Compares an applied migration with the file of its number.
fn check(
    row: &Applied,
    history: History,
    known: &[MigrationFile],
    database: &Path,
    config_dir: Option<&str>,
) -> Result<(), MigrationError> {
    let file = known.iter().find(|file| file.migration.version() == row.version);
    match (file, history) {
        (Some(file), _) if row.matches(file) => Ok(()),
        (Some(file), History::BuiltIn) => Err(MigrationError::OtherBuild {
            database: database.display().to_string(),
            file: file.name.clone(),
        }),
        (None, History::BuiltIn) => Err(MigrationError::Newer {
            database: database.display().to_string(),
            file: row.file_name(),
            latest: known.last().map_or(0, |file| file.migration.version()),
        }),
        (Some(file), History::Config) if row.name != file.migration.name() => Err(MigrationError::Renamed {
            file: file.described.clone(),
            applied: row.file_name(),
            when: row.when.clone(),
        }),
        (Some(file), History::Config) => Err(MigrationError::Changed {
            file: file.described.clone(),
            when: row.when.clone(),
            next: known
                .last()
                .map_or(1, |file| file.migration.version().saturating_add(1)),
        }),
        (None, History::Config) => Err(MigrationError::Gone {
            file: row.file_name(),
            when: row.when.clone(),
            remedy: match config_dir {
                Some(folder) => format!("is no longer in {folder}: put it back"),
                None => "CONFIG_DIR is not set: set it to the folder that holds the file".to_owned(),
            },
        }),
    }
}

/// The status of each migration of a history, by number.
pub(super) fn statuses(history: History, files: &[MigrationFile], applied: &[Applied]) -> Vec<Status> {
    let status = |file: String, state| Status {
        file,
        built_in: history == History::BuiltIn,
        state,
    };
    let mut all: Vec<(i32, Status)> = Vec::new();
    for file in files {
        let version = file.migration.version();
        let state = match applied.iter().find(|row| row.version == version) {
            None => State::Pending,
            Some(row) if row.matches(file) => State::Applied(row.when.clone()),
            Some(row) => State::Changed(row.when.clone()),
        };
        all.push((version, status(file.name.clone(), state)));
    }
    for row in applied {
        if files.iter().all(|file| file.migration.version() != row.version) {
            all.push((row.version, status(row.file_name(), State::Missing(row.when.clone()))));
        }
    }
    all.sort_by_key(|(version, _)| *version);
    all.into_iter().map(|(_, status)| status).collect()
}

//! Migrations: the SQL files that create and change the tables, applied in order, each exactly once.
//!
//! There are two histories: the built-in files, embedded in the binary, and those of `CONFIG_DIR`. [`apply`] runs before
//! a server opens its database and by `socle migrate`; [`overview`] is `socle migrate --status`; [`Expected`] tells the
//! readiness probe whether the database still has the migrations that this process started with.
//!
//! [`files`] reads the files, [`applied`] the histories with the pending migrations that follow, [`database_file`] opens
//! and locks the database, and [`run`] applies one file in one transaction. Errors in names and numbers of files are found
//! before the database is changed.

mod applied;
mod database_file;
mod error;
mod files;
mod history;
mod run;
mod script;

use std::path::Path;

pub use error::MigrationError;
use files::Files;
use history::History;

use super::session::Session;
use crate::database::{Error, Statement};

/// The outcome of [`apply`].
#[derive(Debug, Clone)]
pub struct Report {
    /// The files that this call applied, in order.
    pub applied: Vec<String>,
    /// The migrations that the database has from now on.
    pub expected: Expected,
}

/// The migrations that were applied when a process started.
#[derive(Debug, Clone)]
pub struct Expected {
    latest: Vec<(History, i32)>,
}

/// The status of a migration, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The file, such as `V1__items.sql`.
    pub file: String,
    /// Whether it is built in rather than from `CONFIG_DIR`.
    pub built_in: bool,
    /// The state.
    pub state: State,
}

/// Whether a migration is applied, and whether its file is unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Applied at this time (RFC 3339, UTC).
    Applied(String),
    /// Applied at this time; the file was changed since.
    Changed(String),
    /// Applied at this time; the file is missing.
    Missing(String),
    /// Not applied yet.
    Pending,
}

/// All migrations, and the error that prevents applying the pending ones.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The built-in ones first, by number.
    pub migrations: Vec<Status>,
    /// The error that [`apply`] would return.
    pub problem: Option<MigrationError>,
}

/// Applies the pending migrations, each in a transaction of its own, and calls `each` with the name of each file. Creates
/// the database and its folders if they do not exist. A migration that fails changes nothing; those before it stay
/// applied. While another process migrates the database, waits for it.
///
/// # Errors
///
/// [`MigrationError`], whose text names the file and what to do.
pub fn apply(database: &Path, config_dir: Option<&Path>, mut each: impl FnMut(&str)) -> Result<Report, MigrationError> {
    let files = Files::read(config_dir)?;
    let mut applied = Vec::new();
    if !is_up_to_date(database, &files)? {
        database_file::create_folder(database)?;
        let _lock = database_file::lock(database)?;
        let mut new_file = database_file::NewFile::watch(database);
        let mut connection = database_file::open_or_create(database)?;
        for (history, file) in applied::pending(&connection, database, &files)? {
            run::apply(&mut connection, database, history, file)?;
            new_file.keep();
            each(&file.name);
            applied.push(file.name.clone());
        }
    }
    let expected = Expected { latest: files.latest() };
    Ok(Report { applied, expected })
}

/// Lists all migrations with their states. Changes nothing.
///
/// # Errors
///
/// When the files or the database cannot be read.
pub fn overview(database: &Path, config_dir: Option<&Path>) -> Result<Overview, MigrationError> {
    let files = Files::read(config_dir)?;
    let connection = database_file::open_existing(database)?;
    let mut migrations = Vec::new();
    for history in History::ALL {
        let applied = match &connection {
            Some(connection) => applied::read(connection, database, history)?,
            None => Vec::new(),
        };
        migrations.extend(applied::statuses(history, files.of(history), &applied));
    }
    let problem = match &connection {
        Some(connection) => applied::pending(connection, database, &files).err(),
        None => files.check_order().err(),
    };
    Ok(Overview { migrations, problem })
}

/// Whether the database exists and has no pending migrations. Takes no lock and writes nothing, since that is the case at
/// most starts.
fn is_up_to_date(database: &Path, files: &Files) -> Result<bool, MigrationError> {
    match database_file::open_existing(database)? {
        None => files.check_order().map(|()| false),
        Some(connection) => Ok(applied::pending(&connection, database, files)?.is_empty()),
    }
}

impl Expected {
    /// Whether the database holds every migration that this process started with. Files that came into `CONFIG_DIR`
    /// since do not count: they are applied by the next start or `socle migrate`, and until then nothing is wrong.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn holds(&self, session: &Session<'_>) -> Result<bool, Error> {
        for &(history, latest) in &self.latest {
            let sql = format!(
                "SELECT count(*) FROM {} WHERE version BETWEEN 1 AND {latest}",
                history.table()
            );
            match session.first(&Statement::plain(sql), |row| Ok::<_, Error>(row.integer(0))) {
                Ok(Some(count)) if count == i64::from(latest) => {}
                Ok(_) | Err(Error::SchemaChanged(_)) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;

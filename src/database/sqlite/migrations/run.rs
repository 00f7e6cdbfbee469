//! Applies one migration in one transaction: its statements, the check of foreign keys, and its row in the history.
//!
//! refinery decides what goes into the transaction; [`Driver`] executes it. refinery's own driver for rusqlite would let a
//! file end its transaction, and could not check foreign keys between the last statement and the commit.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use refinery::{Migrate, Migration, Runner, Target};
use refinery_core::traits::sync::{Query, Transaction};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::error::Line;
use super::files::MigrationFile;
use super::history::History;
use super::script::{self, Failure};
use super::{MigrationError, database_file};

/// Applies one file and adds it to the history, or changes nothing.
pub(super) fn apply(
    connection: &mut Connection,
    database: &Path,
    history: History,
    file: &MigrationFile,
) -> Result<(), MigrationError> {
    let guard = Guard::default();
    let hook = guard.clone();
    let hook = move |context: AuthContext<'_>| hook.authorize(&context);
    connection
        .authorizer(Some(hook))
        .map_err(|error| database_file::explain(database, &error))?;

    let mut runner = Runner::new(std::slice::from_ref(&file.migration))
        .set_grouped(true)
        .set_target(Target::Version(file.migration.version()));
    runner.set_migration_table_name(history.table());
    let mut driver = Driver {
        connection,
        database,
        history,
        file,
        guard,
    };
    let outcome = runner.run(&mut driver);

    connection
        .authorizer(None::<fn(AuthContext<'_>) -> Authorization>)
        .map_err(|error| database_file::explain(database, &error))?;
    match outcome {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.kind() {
            refinery::error::Kind::Connection(_, source) => source.downcast_ref::<MigrationError>().cloned(),
            _ => None,
        }
        .unwrap_or_else(|| MigrationError::Sql {
            file: file.described.clone(),
            line: Line(None),
            message: error.to_string(),
        })),
    }
}

/// refinery's driver for the connection while it applies one file.
struct Driver<'a> {
    connection: &'a mut Connection,
    database: &'a Path,
    history: History,
    file: &'a MigrationFile,
    guard: Guard,
}

impl Transaction for Driver<'_> {
    type Error = MigrationError;

    /// Runs refinery's statements, the text of the file and the INSERT into the history, in one transaction.
    fn execute<'q, T: Iterator<Item = &'q str>>(&mut self, queries: T) -> Result<usize, MigrationError> {
        let explain = |error: rusqlite::Error| database_file::explain(self.database, &error);
        let describe = |failure: Failure| describe(failure, self.file, self.database, &self.guard);
        let table = Self::assert_migrations_table_query(self.history.table());
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(explain)?;
        transaction.execute_batch(&table).map_err(explain)?;

        let mut count = 0;
        for query in queries {
            if Some(query) == self.file.migration.sql() {
                self.guard.set(Watch::On);
                script::run(&transaction, query).map_err(describe)?;
                self.guard.set(Watch::Off);
            } else {
                transaction.execute_batch(query).map_err(explain)?;
            }
            count += 1;
        }

        let broken = broken_references(&transaction).map_err(|error| describe(Failure::without_line(error)))?;
        if let Some(violation) = broken {
            transaction.rollback().map_err(explain)?;
            let before = broken_references(self.connection).map_err(explain)?;
            return Err(MigrationError::ForeignKeys {
                file: self.file.described.clone(),
                remedy: match before.as_ref() == Some(&violation) {
                    true => "it was so before this file; correct the rows in it or with another tool and start again",
                    false => "correct the rows in it and start again",
                },
                violation,
            });
        }
        transaction.commit().map_err(explain)?;
        Ok(count)
    }
}

impl Query<Vec<Migration>> for Driver<'_> {
    /// The applied migrations, of which refinery knows none: it is given one pending file.
    fn query(&mut self, _query: &str) -> Result<Vec<Migration>, MigrationError> {
        Ok(Vec::new())
    }
}

impl Migrate for Driver<'_> {
    /// Does nothing: the table of the history is created in the transaction of the file, so that a file that fails changes
    /// nothing.
    fn assert_migrations_table(&mut self, _table: &str) -> Result<usize, refinery::Error> {
        Ok(0)
    }
}

/// The authorizer that denies statements which would end the file's transaction or attach another database.
#[derive(Clone, Default)]
struct Guard(Arc<Mutex<Watch>>);

#[derive(Clone, Copy, Default)]
enum Watch {
    /// Socle's own statements run.
    #[default]
    Off,
    /// The file's statements run.
    On,
    /// The file contains this statement, which was denied.
    Refused(&'static str),
}

impl Guard {
    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, watch: Watch) {
        *self.watch() = watch;
    }

    fn authorize(&self, context: &AuthContext<'_>) -> Authorization {
        let mut watch = self.watch();
        if matches!(*watch, Watch::Off) {
            return Authorization::Allow;
        }
        let statement = match context.action {
            AuthAction::Transaction { .. } => "BEGIN, COMMIT, END or ROLLBACK",
            AuthAction::Attach { .. } => "ATTACH",
            AuthAction::Detach { .. } => "DETACH",
            _ => return Authorization::Allow,
        };
        *watch = Watch::Refused(statement);
        Authorization::Deny
    }
}

/// The migration error for a failed statement of a file.
fn describe(failure: Failure, file: &MigrationFile, database: &Path, guard: &Guard) -> MigrationError {
    let file = file.described.clone();
    let line = Line(failure.line);
    match (failure.code(), *guard.watch()) {
        (_, Watch::Refused(statement)) => MigrationError::Forbidden { file, line, statement },
        (Some(code), _) if is_about_the_database(code) => database_file::explain(database, &failure.error),
        _ => MigrationError::Sql {
            file,
            line,
            message: database_file::message(&failure.error),
        },
    }
}

/// Whether the error concerns the database or its disk rather than the statement.
fn is_about_the_database(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
    )
}

/// A description of the first row that violates a foreign key and the number of others; `None` without violations.
fn broken_references(connection: &Connection) -> rusqlite::Result<Option<String>> {
    /// Further rows that are counted.
    const MAX_COUNTED: usize = 1000;
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let (table, rowid, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let row = rowid.map_or_else(|| "a row".to_owned(), |rowid| format!("row {rowid}"));
    let mut more = 0;
    while more < MAX_COUNTED && rows.next()?.is_some() {
        more += 1;
    }
    let more = match more {
        0 => String::new(),
        MAX_COUNTED.. => format!(", and more than {MAX_COUNTED} others likewise"),
        _ => format!(", and {more} more likewise"),
    };
    Ok(Some(format!(
        "{row} of {table} refers to a row of {parent} that is not there{more}"
    )))
}

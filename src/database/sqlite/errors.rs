//! Translates SQLite's result codes and messages into [`Error`].

use rusqlite::ffi::{self, ErrorCode};

use crate::database::{Constraint, Error};

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(failure, message) => failed(failure, message.unwrap_or_default()),
            rusqlite::Error::SqlInputError { error, msg, .. } => failed(error, msg),
            other => Self::Other(other.to_string()),
        }
    }
}

fn failed(failure: ffi::Error, message: String) -> Error {
    match failure.code {
        ErrorCode::ConstraintViolation => constraint(failure.extended_code, message),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Busy,
        ErrorCode::DiskFull => Error::Full,
        ErrorCode::SystemIoFailure if no_room(failure.extended_code) => Error::Full,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => Error::ReadOnly,
        ErrorCode::OperationInterrupted => Error::Interrupted,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Error::Corrupt(message),
        ErrorCode::SchemaChanged => Error::SchemaChanged(message),
        ErrorCode::TooBig => Error::Refused("The value is too large.".into()),
        _ if message.starts_with("no such table")
            || message.starts_with("no such column")
            || message.contains(" has no column named ") =>
        {
            Error::SchemaChanged(message)
        }
        _ => Error::Other(message),
    }
}

/// SQLite reports a disk that fills up during some writes by one of these codes, not by SQLITE_FULL.
fn no_room(extended: i32) -> bool {
    matches!(
        extended,
        ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_TRUNCATE
    )
}

fn constraint(extended: i32, message: String) -> Error {
    let rest = message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest);
    Error::Constraint(match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            Constraint::Unique(rest.split(", ").map(column_of).collect())
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => Constraint::NotNull(column_of(rest)),
        ffi::SQLITE_CONSTRAINT_CHECK => Constraint::Check(rest.to_owned()),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Constraint::ForeignKey,
        ffi::SQLITE_CONSTRAINT_DATATYPE => Constraint::Type(rest.rsplit('.').next().unwrap_or(rest).to_owned()),
        // ON DELETE RESTRICT is reported as a trigger.
        ffi::SQLITE_CONSTRAINT_TRIGGER if message == "FOREIGN KEY constraint failed" => Constraint::ForeignKey,
        // RAISE(ABORT, 'message') of a trigger arrives as its message alone.
        _ => return Error::Refused(message),
    })
}

/// `table.column` without its table. A table's name may hold a dot as well, so this is only ever used for reporting.
fn column_of(qualified: &str) -> String {
    qualified
        .split_once('.')
        .map_or(qualified, |(_, column)| column)
        .to_owned()
}

//! The errors of commands: each is the one line that `socle` prints, and an exit code.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use crate::access;
use crate::config_file::ConfigError;
use crate::database;
use crate::database::migrations::MigrationError;
use crate::jobs::schedule::FileError;
use crate::jobs::{self, JobId};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    /// A migration failed.
    #[error("{0}")]
    Migrations(#[from] MigrationError),
    /// The database could not be used.
    #[error("{0}")]
    Database(#[from] database::Error),
    /// The administrator account of the settings could not be created or updated.
    #[error("ADMIN_LOGIN, ADMIN_PASSWORD or ADMIN_EMAIL is refused: {0}")]
    Administrator(access::Error),
    /// Accounts or tokens could not be read or changed.
    #[error("{0}")]
    Access(#[from] access::Error),
    /// The database file does not exist.
    #[error("there is no database at {0}: set DATABASE_URL to the server's, or start the server first")]
    NoDatabase(String),
    /// An operation on the queue failed.
    #[error("{}", message(.0))]
    Jobs(jobs::Error),
    /// An operation on a job failed.
    #[error("{0}: {message}", message = message(.1))]
    Job(JobId, jobs::Error),
    /// `socle.toml` is invalid.
    #[error("{0}")]
    File(#[from] ConfigError),
    /// An argument is none of the allowed values.
    #[error("{name} is {value:?}; allowed: {allowed}")]
    Argument {
        /// The argument as the help text names it.
        name: &'static str,
        /// The given value.
        value: String,
        /// The allowed values.
        allowed: &'static str,
    },
    /// The request of the command line cannot be carried out.
    #[error("{0}")]
    Unusable(String),
    /// The address could not be bound.
    #[error("{0}")]
    Listen(#[from] ListenError),
    /// The server is not ready.
    #[error("the server at {0} is not ready: {1}")]
    NotReady(SocketAddr, String),
    /// Standard output or the logs could not be written.
    #[error("the output cannot be written: {0}")]
    Output(io::Error),
    /// The system refused a resource that the command needs.
    #[error("the server cannot run: {0}")]
    System(io::Error),
}

impl CommandError {
    /// The exit code of the process: 2 for an invalid argument, as for other errors of the command line, else 1.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Argument { .. } => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Config(error) => Self::File(error),
            FileError::Database(error) => Self::Database(error),
        }
    }
}

/// Why an address could not be bound.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListenError {
    #[error("port {} on {} is taken: stop the program that has it, or set PORT to another port", .0.port(), .0.ip())]
    Taken(SocketAddr),
    #[error("port {} may not be taken by this user: set PORT to 1024 or above", .0.port())]
    Forbidden(SocketAddr),
    #[error("{} is not an address of this machine: set ADDRESS to one, such as 127.0.0.1, or 0.0.0.0 for all", .0.ip())]
    NotHere(SocketAddr),
    #[error("{0} cannot be listened on: {1}; set ADDRESS and PORT to others")]
    Other(SocketAddr, io::Error),
}

impl ListenError {
    /// The error for what the system reported, with what to do about it.
    pub(super) fn new(address: SocketAddr, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::Taken(address),
            io::ErrorKind::PermissionDenied => Self::Forbidden(address),
            io::ErrorKind::AddrNotAvailable => Self::NotHere(address),
            _ => Self::Other(address, error),
        }
    }
}

/// The message of an error of the queue, with the command or setting that concerns it.
fn message(error: &jobs::Error) -> String {
    match error {
        jobs::Error::NotFound => "there is no such job; finished ones go after JOB_RETENTION".to_owned(),
        jobs::Error::Database(database::Error::SchemaChanged(_)) => {
            "the database has no queue yet: run `socle migrate`".to_owned()
        }
        other => other.to_string(),
    }
}

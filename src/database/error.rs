//! Errors of the database, in terms that any engine shares.

/// Why a statement or transaction failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A rule of the schema refused the data.
    #[error("the data breaks a rule of the table: {0}")]
    Constraint(Constraint),
    /// Another process held the file, or a queue was full, for longer than a caller waits.
    #[error("the database is busy: another process has been writing for too long")]
    Busy,
    /// No room on the disk. Nothing was written.
    #[error("the disk that holds the database is full")]
    Full,
    /// The file or its folder cannot be written.
    #[error("the database cannot be written")]
    ReadOnly,
    /// A read was stopped before its end: it exceeded its budget or was cancelled.
    #[error("the read was stopped")]
    Interrupted,
    /// The statement named a table or column that is no longer there; the schema must be read again.
    #[error("the schema has changed: {0}")]
    SchemaChanged(String),
    /// A trigger or a type refused the data with this message.
    #[error("{0}")]
    Refused(String),
    /// The file is damaged or not a database.
    #[error("the database file is damaged or is not a database: {0}")]
    Corrupt(String),
    /// The server is stopping; nothing was written.
    #[error("the server is stopping")]
    Closed,
    /// Any other failure: of the disk, of memory, or of the program.
    #[error("the database failed: {0}")]
    Other(String),
}

/// Which rule refused the data.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Constraint {
    /// These columns must differ from every other row's.
    #[error("unique {0:?}")]
    Unique(Vec<String>),
    /// This column must have a value.
    #[error("not null {0}")]
    NotNull(String),
    /// A CHECK with this name, or with this text when it has no name.
    #[error("check {0}")]
    Check(String),
    /// A reference to a row that is not there, or a row deleted that others refer to. The engine does not tell which.
    #[error("foreign key")]
    ForeignKey,
    /// The value has a type that a STRICT table does not take in that column.
    #[error("type of {0}")]
    Type(String),
}

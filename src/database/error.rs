//! What an engine can answer instead of rows, in terms that any engine shares.

/// Why the database did not do what was asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A rule of the schema refused the data.
    #[error("the data breaks a rule of the table: {0}")]
    Constraint(Constraint),
    /// Another process held the file, or the writer's queue was full, for longer than we wait.
    #[error("the database is busy: another process has been writing for too long")]
    Busy,
    /// No room on the disk for what was to be written. Nothing of it is kept.
    #[error("the disk that holds the database is full")]
    Full,
    /// The file or its folder cannot be written.
    #[error("the database cannot be written")]
    ReadOnly,
    /// A read was stopped before its end: over its budget, or nobody waits for it any more.
    #[error("the read was stopped")]
    Interrupted,
    /// The statement named a table or column that is no longer there; the schema must be read again.
    #[error("the schema has changed: {0}")]
    SchemaChanged(String),
    /// A trigger or a type refused the data in its own words.
    #[error("{0}")]
    Refused(String),
    /// The file is damaged or not a database.
    #[error("the database file is damaged or is not a database: {0}")]
    Corrupt(String),
    /// The server is stopping; nothing was written.
    #[error("the server is stopping")]
    Closed,
    /// Anything else: the disk failed, memory ran out, or a mistake of ours.
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
    /// A reference to a row that is not there, or from one that would be left behind. The engine does not say which.
    #[error("foreign key")]
    ForeignKey,
    /// The value has a type that a STRICT table does not take in that column.
    #[error("type of {0}")]
    Type(String),
}

//! The errors of migrations: one line each, with the file and what to do.

use std::fmt;

/// Why migrations could not be applied or listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    /// A folder or file cannot be read.
    #[error("{what} cannot be read: {message}; let uid {uid} read it, or set CONFIG_DIR to another folder")]
    Unreadable {
        /// The folder or file.
        what: String,
        /// The system's message.
        message: String,
        /// The user of this process.
        uid: u32,
    },
    /// A file is not UTF-8 text.
    #[error("{file} is not a text file: {why}; save it as UTF-8")]
    NotText {
        /// The file.
        file: String,
        /// What is wrong with the text.
        why: &'static str,
    },
    /// A number is below 1 or too large.
    #[error("{file} has a number out of range: numbers run V1, V2, V3, …; rename it")]
    Number {
        /// The file.
        file: String,
    },
    /// Two files have one number.
    #[error("{first} and {second} have the same number: give one of them the next free one")]
    Duplicate {
        /// One file.
        first: String,
        /// The other.
        second: String,
    },
    /// A number is missing.
    #[error(
        "{file} comes after a gap: there is no V{missing}__….sql; add that file, or rename this one to V{missing}__{label}.sql"
    )]
    Gap {
        /// The file after the gap.
        file: String,
        /// The first missing number.
        missing: i32,
        /// The file's name without its number.
        label: String,
    },
    /// The text of a file differs from what was applied.
    #[error(
        "{file} was changed after it was applied ({when}): put its old text back, and make the change in a new file, V{next}__….sql"
    )]
    Changed {
        /// The file.
        file: String,
        /// When it was applied.
        when: String,
        /// The next free number.
        next: i32,
    },
    /// The name of a file differs from the one it was applied under.
    #[error("{file} was applied as {applied} ({when}): give it that name back")]
    Renamed {
        /// The file.
        file: String,
        /// The name in the history.
        applied: String,
        /// When it was applied.
        when: String,
    },
    /// An applied file is missing.
    #[error("{file} was applied ({when}) and {remedy}")]
    Gone {
        /// The file.
        file: String,
        /// When it was applied.
        when: String,
        /// Where it was expected, and what to do.
        remedy: String,
    },
    /// The database has a built-in migration that this version of Socle does not have.
    #[error(
        "the database {database} is from a newer Socle: it has {file}, and this version has migrations up to V{latest}; run the newer version, or restore a backup"
    )]
    Newer {
        /// The database.
        database: String,
        /// The unknown migration.
        file: String,
        /// The latest migration of this version.
        latest: i32,
    },
    /// A built-in migration was applied with another text.
    #[error(
        "the database {database} was made by a different build of Socle: its {file} is not this one's; run the build that made it, or set DATABASE_URL to another file"
    )]
    OtherBuild {
        /// The database.
        database: String,
        /// The migration that differs.
        file: String,
    },
    /// SQLite refused a statement of a file.
    #[error("{file}{line}: {message}; nothing of this file was kept: correct it and start again")]
    Sql {
        /// The file.
        file: String,
        /// The line in the file.
        line: Line,
        /// SQLite's message.
        message: String,
    },
    /// A file contains a statement that would end its transaction or attach another database.
    #[error(
        "{file}{line}: {statement} is not allowed here, as each file runs in one transaction of its own on one database; nothing of this file was kept: take the statement out and start again"
    )]
    Forbidden {
        /// The file.
        file: String,
        /// The line in the file.
        line: Line,
        /// The statement's first word.
        statement: &'static str,
    },
    /// Rows violate a foreign key.
    #[error("{file} cannot be applied: {violation}; nothing of this file was kept: {remedy}")]
    ForeignKeys {
        /// The file.
        file: String,
        /// The first such row and the number of others.
        violation: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A history contains a row that no migration wrote.
    #[error("the table {table} in {database} is damaged: {message}; restore a backup")]
    History {
        /// The database.
        database: String,
        /// The table of the history.
        table: &'static str,
        /// What is wrong with the row.
        message: String,
    },
    /// The file is not a SQLite database.
    #[error("{database} is not a SQLite database; set DATABASE_URL to another file, or move this one away")]
    NotADatabase {
        /// The file.
        database: String,
    },
    /// The file is damaged.
    #[error("the database {database} is damaged ({message}); restore a backup")]
    Damaged {
        /// The file.
        database: String,
        /// SQLite's message.
        message: String,
    },
    /// The file or its folder cannot be written.
    #[error("the database {database} cannot be written: {why}")]
    NotWritable {
        /// The file.
        database: String,
        /// Why, and what to do.
        why: String,
    },
    /// The file system is full.
    #[error("the disk that holds {database} is full; make room on it and start again, nothing was lost")]
    DiskFull {
        /// The file.
        database: String,
    },
    /// Another process held a lock on the database for too long.
    #[error(
        "the database {database} is busy: another process has been writing to it for {seconds} s; wait for it or end it, then start again"
    )]
    Busy {
        /// The file.
        database: String,
        /// The seconds waited.
        seconds: u64,
    },
    /// Any other error of SQLite.
    #[error("the database {database} cannot be used: {message}")]
    Engine {
        /// The file.
        database: String,
        /// SQLite's message.
        message: String,
    },
}

/// The line number of an error, if it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line(pub Option<usize>);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(line) => write!(f, ", line {line}"),
            None => Ok(()),
        }
    }
}

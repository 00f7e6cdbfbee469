//! Why migrations stopped, in one line each that names the file and says what to do next.

use std::fmt;

/// Why the database could not be brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    /// A folder or file cannot be read.
    #[error("{what} cannot be read: {words}; let uid {uid} read it, or set CONFIG_DIR to another folder")]
    Unreadable {
        /// The folder or file.
        what: String,
        /// The system's words.
        words: String,
        /// Who tried.
        uid: u32,
    },
    /// A file is not UTF-8 text.
    #[error("{file} is not a text file: {why}; save it as UTF-8")]
    NotText {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A number below 1 or too large.
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
    /// A number is left out.
    #[error(
        "{file} comes after a gap: there is no V{missing}__….sql; add that file, or rename this one to V{missing}__{label}.sql"
    )]
    Gap {
        /// The file after the gap.
        file: String,
        /// The first number that is not there.
        missing: i32,
        /// The file's name without its number.
        label: String,
    },
    /// A file's text is not what was applied.
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
    /// A file's name is not the one it was applied under.
    #[error("{file} was applied as {applied} ({when}): give it that name back")]
    Renamed {
        /// The file.
        file: String,
        /// Its old name.
        applied: String,
        /// When it was applied.
        when: String,
    },
    /// An applied file is not there.
    #[error("{file} was applied ({when}) and {remedy}")]
    Gone {
        /// The file.
        file: String,
        /// When it was applied.
        when: String,
        /// Where it was looked for, and what to do.
        remedy: String,
    },
    /// The database has a built-in migration that this Socle does not know.
    #[error(
        "the database {database} is from a newer Socle: it has {file}, and this one knows migrations up to V{latest}; run that version or a later one, or restore a backup"
    )]
    Newer {
        /// The database.
        database: String,
        /// The unknown migration.
        file: String,
        /// The latest that is known.
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
    #[error("{file}{line}: {words}; nothing of this file was kept: correct it and start again")]
    Sql {
        /// The file.
        file: String,
        /// Where in the file.
        line: Line,
        /// SQLite's words.
        words: String,
    },
    /// A file tries to end the transaction it runs in, or to reach another database.
    #[error(
        "{file}{line}: {statement} is not allowed here, as each file runs in one transaction of its own on one database; nothing of this file was kept: take the statement out and start again"
    )]
    Forbidden {
        /// The file.
        file: String,
        /// Where in the file.
        line: Line,
        /// The statement's first word.
        statement: &'static str,
    },
    /// Rows refer to rows that are not there.
    #[error("{file} cannot be applied: {violation}; nothing of this file was kept: {remedy}")]
    ForeignKeys {
        /// The file.
        file: String,
        /// The first such row.
        violation: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A row of a history is not one that a migration left.
    #[error("the table {table} in {database} is damaged: {words}; restore a backup")]
    History {
        /// The database.
        database: String,
        /// The history.
        table: &'static str,
        /// What is wrong with the row.
        words: String,
    },
    /// The file is something else.
    #[error("{database} is not a SQLite database; set DATABASE_URL to another file, or move this one away")]
    NotADatabase {
        /// The file.
        database: String,
    },
    /// The file is damaged.
    #[error("the database {database} is damaged ({words}); restore a backup")]
    Damaged {
        /// The file.
        database: String,
        /// SQLite's words.
        words: String,
    },
    /// The file or its folder cannot be written.
    #[error("the database {database} cannot be written: {why}")]
    NotWritable {
        /// The file.
        database: String,
        /// Why, and what to do.
        why: String,
    },
    /// The disk is full.
    #[error("the disk that holds {database} is full; make room on it and start again, nothing was lost")]
    DiskFull {
        /// The file.
        database: String,
    },
    /// Another process kept the database busy.
    #[error(
        "the database {database} is busy: another process has been writing to it for {seconds} s; wait for it or end it, then start again"
    )]
    Busy {
        /// The file.
        database: String,
        /// How long was waited.
        seconds: u64,
    },
    /// Anything else that SQLite says.
    #[error("the database {database} cannot be used: {words}")]
    Engine {
        /// The file.
        database: String,
        /// SQLite's words.
        words: String,
    },
}

/// A place in a file, if it is known.
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

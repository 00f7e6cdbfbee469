//! Runs the statements of a file one by one and reports errors with their line numbers.

use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::{Batch, Connection, Error, ErrorCode};

/// The error of a statement.
pub(super) struct Failure {
    /// Its line in the file, counted from 1.
    pub(super) line: Option<usize>,
    pub(super) error: Error,
}

impl Failure {
    pub(super) fn without_line(error: Error) -> Self {
        Self { line: None, error }
    }

    pub(super) fn code(&self) -> Option<ErrorCode> {
        self.error.sqlite_error_code()
    }
}

/// Runs every statement to its end; rows that a SELECT returns are discarded.
pub(super) fn run(connection: &Connection, sql: &str) -> Result<(), Failure> {
    let mut batch = Batch::new(connection, sql);
    let mut position = 0;
    loop {
        let mut statement = match batch.next() {
            Ok(None) => return Ok(()),
            Ok(Some(statement)) => statement,
            Err(error) => {
                return Err(Failure {
                    line: Some(line_of_error(sql, position, &error)),
                    error,
                });
            }
        };
        // Without parameters, the expanded SQL is the text of the file from the end of the previous statement.
        let text = statement.expanded_sql().unwrap_or_default();
        let rest = sql.get(position..).unwrap_or_default();
        let start = position + rest.find(&text).unwrap_or_default();
        let failed = |error| Failure {
            line: Some(line_at(sql, start + first_token(&text))),
            error,
        };

        let parameters = statement.parameter_count();
        if parameters > 0 {
            return Err(failed(Error::InvalidParameterCount(0, parameters)));
        }
        let mut rows = statement.raw_query();
        loop {
            match rows.next() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => return Err(failed(error)),
            }
        }
        position = start + text.len();
    }
}

/// The line of a statement that cannot be prepared: that of SQLite's error offset, or else that of its first token.
fn line_of_error(sql: &str, position: usize, error: &Error) -> usize {
    match error {
        Error::SqlInputError { sql: rest, offset, .. } => line_at(
            sql,
            sql.len().saturating_sub(rest.len()) + usize::try_from(*offset).unwrap_or(0),
        ),
        _ => line_at(sql, position + first_token(sql.get(position..).unwrap_or_default())),
    }
}

fn line_at(sql: &str, offset: usize) -> usize {
    1 + sql.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}

/// The length of the white space and comments before the first token, in bytes.
fn first_token(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(['\u{feff}', ';']).trim_start();
        rest = match (rest.strip_prefix("--"), rest.strip_prefix("/*")) {
            (Some(comment), _) => comment.split_once('\n').map_or("", |(_, rest)| rest),
            (_, Some(comment)) => comment.split_once("*/").map_or("", |(_, rest)| rest),
            _ if rest.starts_with(['\u{feff}', ';']) => continue,
            _ => return text.len() - rest.len(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sql: &str) -> Option<usize> {
        let connection = Connection::open_in_memory().unwrap();
        run(&connection, sql).err().and_then(|failure| failure.line)
    }

    #[test]
    fn a_failure_names_the_line_of_the_statement() {
        assert_eq!(line("CREATE TABLE a (b);\n\n-- c;\nCREATE TABEL d (e);\n"), Some(4));
        assert_eq!(line("CREATE TABLE a (\n  b,\n  c d e f(,\n);"), Some(3));
        assert_eq!(
            line("CREATE TABLE a (b UNIQUE);\nINSERT INTO a VALUES (1);\n\n/* é\n*/ INSERT INTO a\nVALUES (1);"),
            Some(5)
        );
        assert_eq!(line("\u{feff}\n;;\nSELECT nothing;"), Some(3));
        assert_eq!(line("SELECT 1;\n\nSELECT ?;"), Some(3));
        assert_eq!(line("SELECT 1;\n-- the end"), None);
        assert_eq!(line(""), None);
    }
}

//! The SQL of accounts, tokens, sessions and the audit, one function for each statement.
//!
//! All of it is SQL that SQLite and PostgreSQL share. That two usernames differ in more than the case of ASCII letters is a
//! matter of the column, which the migration declares.
//!
//! Functions that check something before another function writes (a last administrator, a cap, a name that is free) rely on
//! writes being serial: within one [`crate::database::Database::write`] no other write runs. They say so.

pub(super) mod audit;
pub(super) mod sessions;
pub(super) mod tokens;
pub(super) mod users;

use super::{AccountName, Role};
use crate::database::{Error, Row, Session, Statement};

/// Whether an account or a token has ever been created.
pub(super) fn is_closed(session: &Session<'_>) -> Result<bool, Error> {
    let statement = Statement::plain("SELECT EXISTS (SELECT 1 FROM _access)");
    let found = session.first(&statement, |row| Ok::<_, Error>(row.boolean(0)))?;
    Ok(found == Some(true))
}

/// An account and its role in three columns: number, name and role. `None` when the number is NULL.
fn account(row: &Row<'_, '_>, first: usize) -> Result<Option<(AccountName, Role)>, Error> {
    let Some(id) = row.optional_integer(first) else {
        return Ok(None);
    };
    let name = row.text(first + 1);
    Ok(Some((AccountName { id, name }, role(row, first + 2)?)))
}

/// The role in a column.
fn role(row: &Row<'_, '_>, column: usize) -> Result<Role, Error> {
    let name = row.borrowed_text(column).unwrap_or_default();
    name.parse()
        .map_err(|_| Error::Other(format!("\"{name}\" is not a role")))
}

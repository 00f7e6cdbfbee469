//! SQL of `_users`: accounts.

use super::role;
use crate::access::{Role, User};
use crate::database::{Error, Row, Session, Statement};

/// An account to be written. The text is checked, the password hashed.
pub(in crate::access) struct UserRow<'a> {
    /// The username in Unicode's NFKC form.
    pub(in crate::access) name: &'a str,
    /// The email address.
    pub(in crate::access) email: Option<&'a str>,
    /// The role.
    pub(in crate::access) role: Role,
    /// The PHC string of the password.
    pub(in crate::access) password: &'a str,
}

/// Inserts an account. `false` when its name is taken, and nothing is written.
pub(in crate::access) fn insert(session: &Session<'_>, user: &UserRow<'_>, now: i64) -> Result<bool, Error> {
    let inserted = session.execute(&Statement::new(
        "INSERT INTO _users (name, email, role, password, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (name) DO NOTHING",
        [
            user.name.into(),
            user.email.into(),
            user.role.name().into(),
            user.password.into(),
            now.into(),
            now.into(),
        ],
    ))?;
    Ok(inserted > 0)
}

/// Accounts in the order of their names, after the name `after`: at most `limit`.
pub(in crate::access) fn page(session: &Session<'_>, after: &str, limit: usize) -> Result<Vec<User>, Error> {
    let statement = Statement::new(
        "SELECT id, name, email, role, created_at, updated_at FROM _users WHERE name > ? ORDER BY name LIMIT ?",
        [after.into(), (limit as i64).into()],
    );
    session.all(&statement, user)
}

/// The account with a number.
pub(in crate::access) fn by_id(session: &Session<'_>, id: i64) -> Result<Option<User>, Error> {
    let statement = Statement::new(
        "SELECT id, name, email, role, created_at, updated_at FROM _users WHERE id = ?",
        [id.into()],
    );
    session.first(&statement, user)
}

/// The account with a name, and the PHC string of its password.
pub(in crate::access) fn by_name(session: &Session<'_>, name: &str) -> Result<Option<(User, String)>, Error> {
    let statement = Statement::new(
        "SELECT id, name, email, role, created_at, updated_at, password FROM _users WHERE name = ?",
        [name.into()],
    );
    session.first(&statement, |row| Ok((user(row)?, row.text(6))))
}

/// Whether an account other than `id` is an administrator. Relies on writes being serial when `id` is then changed or
/// deleted in the same write.
pub(in crate::access) fn has_other_admin(session: &Session<'_>, id: i64) -> Result<bool, Error> {
    let statement = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM _users WHERE role = 'admin' AND id <> ?)",
        [id.into()],
    );
    let found = session.first(&statement, |row| Ok::<_, Error>(row.boolean(0)))?;
    Ok(found == Some(true))
}

/// Sets the role and email address of an account.
pub(in crate::access) fn set_role_and_email(
    session: &Session<'_>,
    id: i64,
    role: Role,
    email: Option<&str>,
    now: i64,
) -> Result<(), Error> {
    let update = Statement::new(
        "UPDATE _users SET role = ?, email = ?, updated_at = ? WHERE id = ?",
        [role.name().into(), email.into(), now.into(), id.into()],
    );
    session.execute(&update).map(drop)
}

/// Sets the password of an account.
pub(in crate::access) fn set_password(session: &Session<'_>, id: i64, password: &str, now: i64) -> Result<(), Error> {
    let update = Statement::new(
        "UPDATE _users SET password = ?, updated_at = ? WHERE id = ?",
        [password.into(), now.into(), id.into()],
    );
    session.execute(&update).map(drop)
}

/// Replaces one hash of a password by another of the same password, unless the account has a new one meanwhile.
pub(in crate::access) fn replace_hash(session: &Session<'_>, id: i64, old: &str, new: &str) -> Result<(), Error> {
    let update = Statement::new(
        "UPDATE _users SET password = ? WHERE id = ? AND password = ?",
        [new.into(), id.into(), old.into()],
    );
    session.execute(&update).map(drop)
}

/// Deletes an account; its tokens and sessions go with it.
pub(in crate::access) fn delete(session: &Session<'_>, id: i64) -> Result<(), Error> {
    session
        .execute(&Statement::new("DELETE FROM _users WHERE id = ?", [id.into()]))
        .map(drop)
}

fn user(row: &Row<'_, '_>) -> Result<User, Error> {
    Ok(User {
        id: row.integer(0),
        name: row.text(1),
        email: row.optional_text(2),
        role: role(row, 3)?,
        created_at: row.integer(4),
        updated_at: row.integer(5),
    })
}

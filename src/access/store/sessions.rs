//! SQL of `_sessions`: who has signed in with a browser.

use super::account;
use crate::access::{AccountName, Role};
use crate::database::{Error, Session, Statement, Value};

/// What a request with a session's cookie needs to know of the session.
pub(in crate::access) struct SessionCredential {
    /// Its number.
    pub(in crate::access) id: i64,
    /// When it was last used.
    pub(in crate::access) seen_at: i64,
    /// When it ends however much it is used.
    pub(in crate::access) ends_at: i64,
    /// The account that has signed in.
    pub(in crate::access) account: AccountName,
    /// The role of that account.
    pub(in crate::access) role: Role,
}

/// The session with a hash.
pub(in crate::access) fn by_hash(session: &Session<'_>, hash: Vec<u8>) -> Result<Option<SessionCredential>, Error> {
    let statement = Statement::new(
        "SELECT s.id, s.seen_at, s.ends_at, u.id, u.name, u.role \
         FROM _sessions s JOIN _users u ON u.id = s.user_id WHERE s.hash = ?",
        [Value::Bytes(hash)],
    );
    let found = session.first(&statement, |row| {
        let found = account(row, 3)?.map(|(account, role)| SessionCredential {
            id: row.integer(0),
            seen_at: row.integer(1),
            ends_at: row.integer(2),
            account,
            role,
        });
        Ok::<_, Error>(found)
    })?;
    Ok(found.flatten())
}

/// Inserts a session of an account.
pub(in crate::access) fn insert(
    session: &Session<'_>,
    hash: &[u8],
    user: i64,
    ends_at: i64,
    now: i64,
) -> Result<(), Error> {
    let insert = Statement::new(
        "INSERT INTO _sessions (hash, user_id, created_at, seen_at, ends_at) VALUES (?, ?, ?, ?, ?)",
        [
            Value::Bytes(hash.to_vec()),
            user.into(),
            now.into(),
            now.into(),
            ends_at.into(),
        ],
    );
    session.execute(&insert).map(drop)
}

/// Writes down when a session was used.
pub(in crate::access) fn set_seen(session: &Session<'_>, id: i64, now: i64) -> Result<(), Error> {
    let update = Statement::new("UPDATE _sessions SET seen_at = ? WHERE id = ?", [now.into(), id.into()]);
    session.execute(&update).map(drop)
}

/// Deletes the session with a number.
pub(in crate::access) fn delete(session: &Session<'_>, id: i64) -> Result<(), Error> {
    let delete = Statement::new("DELETE FROM _sessions WHERE id = ?", [id.into()]);
    session.execute(&delete).map(drop)
}

/// Deletes the session with a hash.
pub(in crate::access) fn delete_by_hash(session: &Session<'_>, hash: &[u8]) -> Result<(), Error> {
    let delete = Statement::new("DELETE FROM _sessions WHERE hash = ?", [Value::Bytes(hash.to_vec())]);
    session.execute(&delete).map(drop)
}

/// Deletes sessions that have ended by `now` or were not used since `idle_since`.
pub(in crate::access) fn delete_ended(session: &Session<'_>, now: i64, idle_since: i64) -> Result<(), Error> {
    let delete = Statement::new(
        "DELETE FROM _sessions WHERE ends_at <= ? OR seen_at <= ?",
        [now.into(), idle_since.into()],
    );
    session.execute(&delete).map(drop)
}

/// Deletes the sessions of an account, except for one if a number is given, and returns how many there were.
pub(in crate::access) fn delete_of_user(session: &Session<'_>, user: i64, except: Option<i64>) -> Result<usize, Error> {
    session.execute(&Statement::new(
        // No session has the number 0.
        "DELETE FROM _sessions WHERE user_id = ? AND id <> ?",
        [user.into(), except.unwrap_or(0).into()],
    ))
}

/// Deletes the sessions of an account except for the latest `kept`. Keeps the cap after an insert in the same write.
pub(in crate::access) fn delete_oldest(session: &Session<'_>, user: i64, kept: i64) -> Result<(), Error> {
    let delete = Statement::new(
        "DELETE FROM _sessions WHERE user_id = ? AND id NOT IN \
         (SELECT id FROM _sessions WHERE user_id = ? ORDER BY id DESC LIMIT ?)",
        [user.into(), user.into(), kept.into()],
    );
    session.execute(&delete).map(drop)
}
